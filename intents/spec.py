"""The shapes of the YAML that teaches the bot to understand: what an administrator may write.

The loader (bot/yamlfile.py) validates files against these dataclasses, unknown keys refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.model.understanding import Action

INTENTS: dict[str, Action] = {
    "help.emergency": "ticket",
    "help.medical_visit": "ticket",
    "help.medicine": "ticket",
    "help.supplies": "ticket",
    "help.parcel": "ticket",
    "help.trash": "ticket",
    "help.repair": "ticket",
    "help.care": "ticket",
    "help.home_testing": "ticket",
    "help.mind": "ticket",
    "help.other": "ticket",
    "offer": "record",
    "ticket.urge": "ticket",
    "ticket.progress": "ticket",
    "ticket.cancel": "ticket",
    "ticket.done": "ticket",
    "report.temperature": "record",
    "report.travel": "record",
    "report.symptom": "record",
    "report.tested": "record",
    "signup.chain": "record",
    "signup.volunteer": "record",
    "signup.reserve": "record",
    "question": "answer",
    "complaint": "record",
    "thanks": "silent",
    "human": "handoff",
    "chitchat": "silent",
}
"""The closed list of intents, with what is done about each. A ``question`` is answered, suggested or left in
silence by what the FAQ knows."""


@dataclass(frozen=True)
class Rule:
    """One way of saying something. It matches when every group of ``all`` and ``any`` and ``words`` is met and
    nothing of ``none`` occurs."""

    name: str
    """Unique within its intent; shown by ``classify`` as the reason."""
    any: tuple[str, ...] = ()
    """At least one of these texts occurs. "@组名" stands for a group of lexicon.yaml."""
    all: tuple[str | tuple[str, ...], ...] = ()
    """Each of these occurs; an inner list is met by any one of its texts."""
    none: tuple[str, ...] = ()
    """None of these occurs."""
    words: tuple[str, ...] = ()
    """At least one of these is a whole jieba word of the text (药 in 买药, not in 火药)."""
    within: int = -1
    """When given: the conditions of ``all`` are met in the order written, each at most this many characters behind
    the one before, 0 for none between (老人 … 倒了, not 垃圾倒了 我去看老人)."""
    alone: bool = False
    """Whether the message must say nothing else: beside the rule's own texts only small words like 啊, 了, 谢谢."""
    weight: float = 1.0
    """How sure this rule makes us, above 0 and at most 1; 0.5 is the threshold for doing anything."""


@dataclass(frozen=True)
class IntentSpec:
    """data/intents/<id>.yaml."""

    id: str
    """One of the closed list; the file bears the same name."""
    title: str
    """What people call it: 买药送药."""
    rules: tuple[Rule, ...]
    examples: tuple[str, ...]
    """Sentences that must be understood as this. They are tests, and teach (intents/scorer.py)."""
    voices: str = ""
    """More of them, one a line, as people of all kinds say it."""
    urgent_voices: str = ""
    """The same for what cannot wait; ``examples`` and ``voices`` of a plea teach what can."""
    not_examples: tuple[str, ...] = ()
    """Sentences that must not be understood as this. They are tests, and teach."""
    wants: tuple[str, ...] = ()
    """Slots worth asking for when missing: building, unit, room, phones, items, people, temperature, when."""
    urgent: tuple[str, ...] = ()
    """Words that make it urgent."""

    def sentences(self) -> Iterator[tuple[str, int, str]]:
        """All that must be understood as this: where it is written (key and number, from 0) and the sentence."""
        yield from (("examples", number, text) for number, text in enumerate(self.examples))
        for key, text in (("voices", self.voices), ("urgent_voices", self.urgent_voices)):
            for number, line in enumerate(text.splitlines()):
                if said := _bare(line):
                    yield key, number, said


def _bare(line: str) -> str:
    """A line of a block without what belongs to YAML's lists and comments: people write them there, too."""
    line = _COMMENT.sub("", line).strip().removeprefix("- ").strip()
    quoted = len(line) > 1 and (line[0], line[-1]) in (('"', '"'), ("'", "'"), ("“", "”"))
    return line[1:-1] if quoted else line


_COMMENT = re.compile(r"(?:^|\s)#(?:\s.*)?$")


@dataclass(frozen=True)
class FaqEntry:
    """One entry of data/faq.yaml."""

    id: str
    topic: str
    questions: tuple[str, ...]
    """Phrasings; the first is the title."""
    answer: str
    source: str | None = None
    """Where the answer comes from: 市卫健委 11 月 18 日通告."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The last day on which the answer holds."""
    cooldown_minutes: float | None = None
    """So long the answer is not repeated in the same group; None: as bot.yaml has it."""
    enabled: bool = True
    """False for an entry that is kept but not given (停用)."""
    examples: tuple[str, ...] = ()
    """Questions that must be answered by this entry. They are tests."""
    not_examples: tuple[str, ...] = ()
    """Questions that must not be answered by this entry. They are tests, and what is more like one of them than like
    the entry's own questions is not answered by it."""


@dataclass(frozen=True)
class LexiconSpec:
    """data/lexicon.yaml."""

    groups: dict[str, tuple[str, ...]]
    """Named lists of words that rules use as "@组名"."""
    replace: dict[str, str]
    """Typing and dictation errors and what is meant: 河酸 -> 核酸."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Words that mean the same in questions: [几点, 什么时候, 啥时候]."""
    words: tuple[str, ...] = ()
    """Words jieba should keep whole."""

"""Tells what in the YAML of understanding does not do what its author meant: every finding, with its place and a
reason in the words of the people who edit it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intents.engine import Engine
from intents.lexicon import UnknownGroupError
from intents.rules import MARKS, positive_clauses
from intents.spec import FaqEntry, IntentSpec, LexiconSpec

Path = tuple[str | int, ...]
"""("intents", "help.medicine", "examples", 3), ("faq", 12, "examples", 0) or ("lexicon", "groups", "求助")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to put right."""

    path: Path
    """Where: the file's part first, then keys and places in it, counted from 0."""
    reason: str
    """What is wrong and what to do, in Chinese."""


def check(
    intents: Sequence[IntentSpec], lexicon: LexiconSpec, faq: Sequence[FaqEntry], *, semantic: bool = False
) -> list[Finding]:
    """Everything wrong. Rules that cannot be compiled are told alone: nothing can be tried while they are there."""
    if broken := check_rules(intents, lexicon):
        return broken
    engine = Engine.build(intents, lexicon, faq, semantic=semantic)
    return [*_examples(engine, intents), *_answers(engine, faq)]


def check_rules(intents: Sequence[IntentSpec], lexicon: LexiconSpec) -> list[Finding]:
    """What is wrong with groups of words and rules, each looked at alone: some of the files may be missing."""
    return [*_groups(lexicon), *_rules(intents, lexicon)]


def _groups(lexicon: LexiconSpec) -> Iterator[Finding]:
    for name, words in lexicon.groups.items():
        if "" in words:
            yield Finding(("lexicon", "groups", name), f"词组“{name}”里有一个空词，请删掉")
    for number, words in enumerate(lexicon.synonyms):
        if len(words) < 2:
            yield Finding(("lexicon", "synonyms", number), "一行同义词至少写两个词")
    for wrong, right in lexicon.replace.items():
        if not wrong:
            yield Finding(("lexicon", "replace"), f"“{right}”的错写是空的，请补上或删掉")


def _rules(intents: Sequence[IntentSpec], lexicon: LexiconSpec) -> Iterator[Finding]:
    for spec in intents:
        names: set[str] = set()
        for number, rule in enumerate(spec.rules):
            path: Path = ("intents", spec.id, "rules", number)
            if rule.name in names:
                yield Finding(path, f"规则名“{rule.name}”用了两次，请换一个")
            names.add(rule.name)
            if not 0 < rule.weight <= 1:
                yield Finding(path, f"规则“{rule.name}”的 weight 是 {rule.weight}，应当大于 0、不超过 1")
            try:
                clauses = positive_clauses(rule, lexicon)
                if rule.none:
                    positive_clauses(type(rule)(rule.name, any=rule.none), lexicon)
            except UnknownGroupError as error:
                yield Finding(path, f"规则“{rule.name}”：{error}")
                continue
            if not clauses or not all(clauses):
                yield Finding(
                    path, f"规则“{rule.name}”没有写要出现什么词：any、all、words 至少写一样，也不能是空的"
                )
            for text in sorted({text for clause in clauses for text in clause}):
                if not text:
                    yield Finding(path, f"规则“{rule.name}”里有一个空词，请删掉")
                elif text.startswith("<") and text not in MARKS:
                    yield Finding(
                        path, f"规则“{rule.name}”里的记号 {text} 不认识，可用的有：{'、'.join(MARKS)}"
                    )


def _examples(engine: Engine, intents: Sequence[IntentSpec]) -> Iterator[Finding]:
    said: dict[str, str] = {}
    for spec in intents:
        hit: set[str] = set()
        for key, number, text in spec.sentences():
            path: Path = ("intents", spec.id, key, number)
            same = said.setdefault(engine.reader.normalise(text), spec.id)
            if same != spec.id:
                yield Finding(path, f"“{_short(text)}”在 {same} 里也写了：同一句话只能是一个意思，请删掉一处")
            hit |= {match.rule for match in engine.matches(text) if match.intent == spec.id}
            got = engine.understand(text)
            if got.intent != spec.id and same == spec.id:
                reason = f"例句“{_short(text)}”听成了 {got.intent}（{_because(got.why.rule, got.why.words)}）"
                yield Finding(path, reason)
        for number, text in enumerate(spec.not_examples):
            got = engine.understand(text)
            if got.intent == spec.id:
                reason = f"反例“{_short(text)}”也听成了这个意思（{_because(got.why.rule, got.why.words)}）"
                yield Finding(("intents", spec.id, "not_examples", number), reason)
        for number, rule in enumerate(spec.rules):
            if rule.name not in hit:
                reason = f"规则“{rule.name}”没有一条例句用到：请在 examples 里加一句，或删掉这条规则"
                yield Finding(("intents", spec.id, "rules", number), reason)


def _answers(engine: Engine, faq: Sequence[FaqEntry]) -> Iterator[Finding]:
    for place, entry in enumerate(faq):
        for key, texts in (("questions", entry.questions), ("examples", entry.examples)):
            for number, text in enumerate(texts):
                got = engine.understand(text)
                if got.faq is None or got.faq.id != entry.id:
                    instead = f"答的是 {got.faq.id}" if got.faq else f"没有答，当成了 {got.intent}"
                    yield Finding(
                        ("faq", place, key, number), f"问“{_short(text)}”{instead}，不是 {entry.id}"
                    )
        for number, text in enumerate(entry.not_examples):
            got = engine.understand(text)
            if got.faq is not None and got.faq.id == entry.id:
                reason = f"问“{_short(text)}”不该由 {entry.id} 回答，却答了"
                yield Finding(("faq", place, "not_examples", number), reason)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 30 else text[:29] + "…"


def _because(rule: str, words: Sequence[str]) -> str:
    return f"规则 {rule}，词：{'、'.join(words)}" if rule else "没有规则说中"

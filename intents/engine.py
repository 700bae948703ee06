"""Text in, Understanding out.

The order of thought: normalise; one keyword pass; nothing found is chitchat. Numbers give the place, phones and
temperature, which rules may name as marks. The best rule wins; what looks like a question is looked up in the FAQ, which
competes with the rules by how sure it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.model.understanding import Action, FaqHit, Slots, Understanding, Why
from intents.faq import FaqIndex, Found
from intents.lexicon import Words, expand
from intents.normalise import Normaliser
from intents.rules import EMERGENCY, Match, RuleBook, Scan
from intents.semantic import meanings
from intents.slots import EMPTY, SlotFinder
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec

THRESHOLD = 0.5
"""Under this score nothing is done."""

OFFERED = 0.55
"""Score of a question for which the FAQ has only something near: any plea of note goes before it."""

FEVER = 37.3
"""Degrees from which a temperature is a fever."""

FAQ_NEVER = 0.93
"""A rule at least this sure leaves the FAQ nothing to say: emergencies, notices, advertisements."""

NOUN_GROUPS = ("药品", "物资", "单字")
"""Groups of the lexicon whose words are things one can ask for."""

_ENTRY = re.compile(r"\d{1,3} ?[.、)）] ?\d{3,4}(?![\d.])")
"""How one line of a 接龙 begins, posted on its own: 2. 501 李."""

_ONLY_A_PLACE = re.compile(
    r"(?:我家?|俺家?|我们家?)?(?:是|住|在|就在)?"
    r"(?:[\da-z零一二两三四五六七八九十百]{1,6} ?(?:号楼|号|栋|幢|座|单元|楼|层|室|户|弄|-|#|/)? ?[,，]?[东西南北中]{0,2}户? ?){1,6}的?"
)
"""A place and nothing else asks for nothing."""

_SILENCE = Understanding("chitchat", 1.0, False, "silent", EMPTY)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message while it is being understood."""

    said: str
    addressed: bool
    scan: Scan
    numbers: Slots
    matches: list[Match]
    """Best first."""

    def next_to(self, intent: str) -> Match | None:
        """The best match of any other intent."""
        return next((match for match in self.matches if match.intent != intent), None)


@dataclass(frozen=True, slots=True)
class Engine:
    """Understands texts by the rules and the FAQ it was built from. Holds no state about messages."""

    specs: dict[str, IntentSpec]
    faq: FaqIndex
    book: RuleBook
    normalise: Normaliser
    slots: SlotFinder
    words: Words = field(repr=False)

    @classmethod
    def build(
        cls,
        intents: Sequence[IntentSpec],
        lexicon: LexiconSpec,
        faq: Sequence[FaqEntry],
        *,
        semantic: bool = False,
    ) -> "Engine":
        """The engine of these data. Raises UnknownGroupError when a rule names a group the lexicon lacks.

        ``semantic``: the FAQ goes by meaning, too, if the encoder is installed (intents/semantic.py)."""
        normalise = Normaliser(lexicon.replace)
        nouns = [
            noun for name in NOUN_GROUPS if name in lexicon.groups for noun in expand([f"@{name}"], lexicon)
        ]
        return cls(
            specs={spec.id: spec for spec in intents},
            faq=FaqIndex(faq, lexicon, normalise, meanings(semantic)),
            book=RuleBook(intents, lexicon),
            normalise=normalise,
            slots=SlotFinder(nouns),
            words=Words(lexicon.words),
        )

    def understand(self, text: str, *, addressed: bool = False) -> Understanding:
        """What the text means. ``addressed``: the bot was mentioned or written to in private, so that a question the
        FAQ does not know is handed to the people on duty instead of being met with silence."""
        said = self.normalise(text)
        scan = self.book.scan(said)
        if not scan.hits and not addressed:
            return _SILENCE
        numbers, scan = self._numbers(said, scan)
        matches = self.book.matches(scan, lambda: frozenset(self.words(said)))
        if not matches and numbers is EMPTY and not addressed:
            return _SILENCE
        return self._decide(_Heard(said, addressed, scan, numbers, matches))

    def matches(self, text: str) -> list[Match]:
        """All rules that hold for a text, best first."""
        said = self.normalise(text)
        _, scan = self._numbers(said, self.book.scan(said))
        return self.book.matches(scan, lambda: frozenset(self.words(said)))

    def _numbers(self, said: str, scan: Scan) -> tuple[Slots, Scan]:
        """The slots made of numbers, and the scan with the marks they stand for."""
        if not scan.mask & self.book.number_bit:
            return EMPTY, scan
        numbers = self.slots.numbers(said)
        mask, marks = scan.mask, self.book.marks
        if _ENTRY.match(said):
            mask |= marks["<接龙行>"]
        elif numbers is EMPTY:
            return EMPTY, scan
        if numbers.building or numbers.room or numbers.unit:
            mask |= marks["<房号>"]
        if numbers.phones:
            mask |= marks["<电话>"]
        if numbers.temperature is not None:
            mask |= marks["<体温>"]
            if numbers.temperature >= FEVER:
                mask |= marks["<发热>"]
        return numbers, Scan(scan.text, scan.hits, mask)

    def _decide(self, heard: _Heard) -> Understanding:
        best = heard.matches[0] if heard.matches else None
        other = heard.next_to("question")
        rival = other.score if other else 0.0
        asked = heard.addressed or any(match.intent == "question" for match in heard.matches)
        if asked and _ONLY_A_PLACE.fullmatch(heard.said[:60]):
            asked = False
        if asked and heard.said and rival < FAQ_NEVER and not (other and other.intent == EMERGENCY):
            found = self.faq.find(heard.said)
            if found and found.sure and _sureness(found) > rival:
                return _answer(heard, found, other)
            if found and found.near and rival < OFFERED:
                return _offer(heard, found, other)
        if best and best.score >= THRESHOLD and best.intent != "chitchat":
            return self._rule(heard, best)
        return self._chat(heard, best)

    def _rule(self, heard: _Heard, best: Match) -> Understanding:
        action: Action = INTENTS[best.intent]
        if best.intent == "question":
            action = "handoff" if heard.addressed else "silent"
        numbers = heard.numbers
        return Understanding(
            intent=best.intent,
            score=best.score,
            urgent=self._urgent(best.intent, heard.scan.mask),
            action=action,
            slots=numbers if action == "silent" else self.slots.complete(heard.said, numbers),
            why=self._why(heard, best),
        )

    def _chat(self, heard: _Heard, best: Match | None) -> Understanding:
        if best and best.intent == "chitchat":
            why = self._why(heard, best)
            return Understanding("chitchat", best.score, False, "silent", heard.numbers, why=why)
        why = Why("", (), _named(best))
        if heard.addressed and heard.said:
            slots = self.slots.complete(heard.said, heard.numbers)
            return Understanding("question", THRESHOLD, False, "handoff", slots, why=why)
        score = 1.0 - best.score if best else 1.0
        return Understanding("chitchat", score, False, "silent", heard.numbers, why=why)

    def _why(self, heard: _Heard, best: Match) -> Why:
        words = self.book.words_of(best, heard.scan)
        return Why(f"{best.intent}/{best.rule}", words, _named(heard.next_to(best.intent)))

    def _urgent(self, intent: str, mask: int) -> bool:
        if intent == EMERGENCY:
            return True
        return bool(mask & self.book.urgent_bits.get(intent, 0)) and not mask & self.book.calm_bit


def _answer(heard: _Heard, found: Found, other: Match | None) -> Understanding:
    hit = FaqHit(found.id, round(found.score, 3))
    why = Why(f"faq/{found.id}", found.words, _named(other))
    return Understanding("question", _sureness(found), False, "answer", heard.numbers, hit, (), why)


def _offer(heard: _Heard, found: Found, other: Match | None) -> Understanding:
    why = Why(f"faq/{found.id}", found.words, _named(other))
    return Understanding("question", OFFERED, False, "suggest", heard.numbers, None, found.near, why)


def _sureness(found: Found) -> float:
    """An answer's score beside the rules' weights: a likeness of 0.7 beats thanks, of 0.8 most pleas."""
    return round(0.4 + 0.6 * found.score, 3)


def _named(match: Match | None) -> str:
    return f"{match.intent} {match.score:.2f}" if match else ""

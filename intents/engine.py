"""Text in, Understanding out.

The order of thought: normalise; one keyword pass; nothing found is chitchat. Numbers give the place, phones and
temperature, which rules may name as marks. The best rule wins; what looks like a question is looked up in the FAQ, which
competes with the rules by how sure it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.model.understanding import Action, FaqHit, Slots, Understanding, Why
from intents.faq import FaqIndex, Found
from intents.lexicon import Words, expand
from intents.normalise import Normaliser
from intents.rules import EMERGENCY, Match, RuleBook, Scan
from intents.slots import EMPTY, SlotFinder
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec

THRESHOLD = 0.5
"""Under this score nothing is done."""

OFFERED = 0.55
"""Score of a question for which the FAQ has only something near: any plea of note goes before it."""

FAQ_NEVER = 0.93
"""A rule at least this sure leaves the FAQ nothing to say: emergencies, notices, advertisements."""

NOUN_GROUPS = ("药品", "物资", "单字")
"""Groups of the lexicon whose words are things one can ask for."""

def _sureness(found: Found) -> float:
    """An answer's score beside the rules' weights: a likeness of 0.25 beats thanks, of 0.5 a plea."""
    return min(1.0, round(0.6 + found.score / 2, 3))


_SILENCE = Understanding("chitchat", 1.0, False, "silent", EMPTY)


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
    def build(cls, intents: Sequence[IntentSpec], lexicon: LexiconSpec, faq: Sequence[FaqEntry]) -> "Engine":
        """The engine of these data. Raises UnknownGroupError when a rule names a group the lexicon lacks."""
        normalise = Normaliser(lexicon.replace)
        nouns = [
            noun for name in NOUN_GROUPS if name in lexicon.groups for noun in expand([f"@{name}"], lexicon)
        ]
        return cls(
            specs={spec.id: spec for spec in intents},
            faq=FaqIndex(faq, lexicon, normalise),
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
        return self._decide(said, scan, numbers, matches, addressed)

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
        if numbers is EMPTY:
            return EMPTY, scan
        mask, marks = scan.mask, self.book.marks
        if numbers.building or numbers.room or numbers.unit:
            mask |= marks["<房号>"]
        if numbers.phones:
            mask |= marks["<电话>"]
        if numbers.temperature is not None:
            mask |= marks["<体温>"]
        return numbers, Scan(scan.hits, mask)

    def _decide(
        self, said: str, scan: Scan, numbers: Slots, matches: list[Match], addressed: bool
    ) -> Understanding:
        best = matches[0] if matches else None
        other = next((match for match in matches if match.intent != "question"), None)
        asked = addressed or any(match.intent == "question" for match in matches)
        if asked and (other is None or other.score < FAQ_NEVER) and said:
            found = self.faq.find(said)
            rival = other.score if other else 0.0
            if (
                found
                and found.sure
                and (other is None or _sureness(found) > rival)
                and not _emergency(other)
            ):
                return self._answer(said, scan, numbers, found, other)
            if found and found.near and rival < OFFERED:
                return self._offer(said, scan, numbers, found, other)
        if best and best.score >= THRESHOLD and best.intent != "chitchat":
            return self._rule(said, scan, numbers, best, matches, addressed)
        return self._chat(said, scan, numbers, matches, addressed)

    def _answer(
        self, said: str, scan: Scan, numbers: Slots, found: Found, other: Match | None
    ) -> Understanding:
        score = _sureness(found)
        why = Why(f"faq/{found.id}", found.words, _second(other))
        slots = self.slots.complete(said, numbers)
        return Understanding(
            "question", score, False, "answer", slots, FaqHit(found.id, round(found.score, 3)), (), why
        )

    def _offer(
        self, said: str, scan: Scan, numbers: Slots, found: Found, other: Match | None
    ) -> Understanding:
        why = Why(f"faq/{found.id}", found.words, _second(other))
        slots = self.slots.complete(said, numbers)
        return Understanding("question", OFFERED, False, "suggest", slots, None, found.near, why)

    def _rule(
        self, said: str, scan: Scan, numbers: Slots, best: Match, matches: list[Match], addressed: bool
    ) -> Understanding:
        action: Action = INTENTS[best.intent]
        if best.intent == "question":
            action = "handoff" if addressed else "silent"
        slots = EMPTY if action == "silent" and numbers is EMPTY else self.slots.complete(said, numbers)
        return Understanding(
            intent=best.intent,
            score=best.score,
            urgent=self._urgent(best.intent, scan.mask),
            action=action,
            slots=slots,
            why=Why(
                f"{best.intent}/{best.rule}",
                self.book.words_of(best, scan),
                _second(next((match for match in matches if match.intent != best.intent), None)),
            ),
        )

    def _chat(
        self, said: str, scan: Scan, numbers: Slots, matches: list[Match], addressed: bool
    ) -> Understanding:
        best = matches[0] if matches else None
        if best and best.intent == "chitchat":
            second = next((match for match in matches if match.intent != "chitchat"), None)
            why = Why(f"chitchat/{best.rule}", self.book.words_of(best, scan), _second(second))
            return Understanding("chitchat", best.score, False, "silent", numbers, why=why)
        if addressed and said:
            return Understanding("question", THRESHOLD, False, "handoff", self.slots.complete(said, numbers))
        if best is None and numbers is EMPTY:
            return _SILENCE
        score = 1.0 - best.score if best else 1.0
        return Understanding("chitchat", score, False, "silent", numbers, why=Why("", (), _second(best)))

    def _urgent(self, intent: str, mask: int) -> bool:
        if intent == EMERGENCY:
            return True
        return bool(mask & self.book.urgent_bits.get(intent, 0)) and not mask & self.book.calm_bit


def _emergency(match: Match | None) -> bool:
    return match is not None and match.intent == EMERGENCY


def _second(match: Match | None) -> str:
    return f"{match.intent} {match.score:.2f}" if match else ""

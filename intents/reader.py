"""What is plain to see in a text before anybody decides what it means: rules, marks, numbers, features."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.model.understanding import Slots
from intents.lexicon import Words, expand
from intents.normalise import Normaliser
from intents.rules import EMERGENCY, NOTHING, Match, RuleBook, Scan
from intents.scorer import LENGTH
from intents.slots import EMPTY, SlotFinder
from intents.spec import IntentSpec, LexiconSpec

FEVER = 37.3
"""Degrees from which a temperature is a fever."""

NOUN_GROUPS = ("药品", "物资", "单字")
"""Groups of the lexicon whose words are things one can ask for."""


_ENTRY = re.compile(r"\d{1,3} ?[.、)）] ?\d{3,4}(?![\d.])")
"""How one line of a 接龙 begins, posted on its own: 2. 501 李."""


@dataclass(frozen=True, slots=True)
class Read:
    """A text, read."""

    said: str
    """Normalised."""
    scan: Scan
    """The texts of the rules that occur, with the marks that numbers stand for."""
    numbers: Slots
    matches: list[Match]
    """The rules that hold, best first."""
    alarming: int
    """Characters of the words that met rules of an emergency."""

    def next_to(self, intent: str) -> Match | None:
        """The best match of any other intent."""
        return next((match for match in self.matches if match.intent != intent), None)

    def rules(self) -> dict[str, float]:
        """The weight of the best rule of each intent that has one."""
        weights: dict[str, float] = {}
        for match in self.matches:
            weights.setdefault(match.intent, match.score)
        return weights

    def best_of(self, intent: str) -> Match | None:
        """The best match of this intent."""
        return next((match for match in self.matches if match.intent == intent), None)


class Reader:
    """Reads texts. Raises UnknownGroupError when a rule names a group the lexicon lacks. Remembers nothing."""

    def __init__(self, intents: Iterable[IntentSpec], lexicon: LexiconSpec) -> None:
        groups = [name for name in NOUN_GROUPS if name in lexicon.groups]
        self.normalise = Normaliser(lexicon.replace)
        self.book = RuleBook(intents, lexicon)
        self.slots = SlotFinder(noun for name in groups for noun in expand([f"@{name}"], lexicon))
        self.words = Words(lexicon.words)

    def __call__(self, text: str) -> Read:
        """Read one text."""
        said = self.normalise(text)
        scan = self.book.scan(said)
        if scan is NOTHING:
            return Read(said, scan, EMPTY, [], 0)
        numbers, scan = self._numbers(said, scan)
        matches = self.book.matches(scan, lambda: frozenset(self.words(said)))
        alarms = [match for match in matches if match.intent == EMERGENCY]
        hits = (hit for match in alarms for hit in self.book.hits_of(match, scan))
        alarming = {place for _, start, end in hits for place in range(start, end)}
        return Read(said, scan, numbers, matches, len(alarming))

    def signs(self, read: Read) -> list[str]:
        """What intents/scorer.py weighs beside the characters: marks, groups of the lexicon, intents whose rules
        hold, and how long it is in steps of six characters."""
        rules = dict.fromkeys(f"={match.intent}" for match in read.matches)
        length = f"{LENGTH}{min(len(read.said) // 6, 8)}"
        return [*self.book.named(read.scan.mask), *rules, length]

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

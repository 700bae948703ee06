"""All rules of all intents, compiled into one Aho-Corasick automaton.

Every condition of a rule is a *clause*: a set of texts of which one must occur. Equal clauses are shared and have one
bit; a text's hits are or-ed into one mask, and a rule holds when its bits are in the mask and its forbidden ones are
not. Only rules keyed by a clause that was hit are looked at, so a message costs what it says, not how many rules exist.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from ahocorasick_rs import AhoCorasick

from intents.lexicon import UnknownGroupError, expand
from intents.spec import INTENTS, IntentSpec, LexiconSpec, Rule

EMERGENCY = "help.emergency"
MARKS = ("<房号>", "<电话>", "<体温>", "<发热>", "<接龙行>")
"""Pseudo-words a rule may name: the text holds a building or room, a phone number, a temperature, one of a fever; it
is one line of a 接龙 (2. 501 李)."""

_NUMERALS = "一二两三四五六七八九十"
_DIGITS = tuple("0123456789")
_NUMBER_TEXTS = (
    *_DIGITS,
    *(n + u for n in _NUMERALS for u in ("栋", "幢", "号", "楼", "单元", "弄", "户", "室", "度", "杠")),
    *(letter + u for letter in ascii_lowercase for u in ("栋", "幢", "座")),
    "幺",
)
"""Only a text with one of these can name a place, a phone or a temperature."""

_SMALL = frozenset(
    " ,.!?;:~、，。！？；：…-'\"“”()啊呀哦喔噢哎唉诶欸呃嗯呢吧吗嘛么哇呗啦咯咧哩哒嘞喽了的地得我俺你您恁咱们快就都也还真这那个一下又"
)
"""Characters that may stand beside what a rule for a whole message names."""

_LONGEST_ALONE = 40
"""A longer message is never looked at as one that says a single thing."""

Hit = tuple[int, int, int]
"""Index of the text in the automaton, start and end in the message."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for a message."""

    intent: str
    rule: str
    score: float
    needs: int
    """Bits of the clauses it needed."""
    rank: tuple[bool, float, int, int]
    """Best is largest: an emergency whatever else was said, then the surer rule, then the one of more clauses."""


_ORDER = {intent: place for place, intent in enumerate(INTENTS)}


@dataclass(frozen=True, slots=True)
class _Compiled:
    match: Match
    forbidden: int
    words: frozenset[str]
    order: tuple[int, ...]
    """The bits of the clauses that must follow one another; empty when they may stand anywhere."""
    within: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a text found."""

    text: str
    hits: Sequence[Hit]
    mask: int


NOTHING = Scan("", (), 0)


class RuleBook:
    """The compiled rules. Raises UnknownGroupError when a rule names a group the lexicon lacks."""

    def __init__(self, intents: Iterable[IntentSpec], lexicon: LexiconSpec) -> None:
        intents = tuple(intents)
        clauses = _Clauses()
        self.number_bit = clauses.bit(frozenset(_NUMBER_TEXTS))
        self.calm_bit = clauses.bit(frozenset(lexicon.groups.get("不急", ())))
        self.urgent_bits = {spec.id: clauses.bit(expand(spec.urgent, lexicon)) for spec in intents}
        self.groups = tuple(
            (clauses.bit(expand((f"@{name}",), lexicon)), f"@{name}") for name in sorted(lexicon.groups)
        )
        compiled = [_compile(spec.id, rule, lexicon, clauses) for spec in intents for rule in spec.rules]
        self.marks = {name: clauses.mask_of(name) for name in MARKS}
        self.texts = tuple(text for text in clauses.masks if text not in MARKS)
        self._masks = tuple(clauses.masks[text] for text in self.texts)
        self._keyed = _keyed_by_text(compiled, self._masks)
        self._keyed_by_mark = tuple(
            (mask, rule) for mask, rule in _keyed_by_mark(compiled, self.marks.values())
        )
        self._automaton = AhoCorasick(self.texts)

    def scan(self, text: str) -> Scan:
        """All texts of all rules that occur, overlapping ones included: one pass."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not hits:
            return NOTHING
        masks, mask = self._masks, 0
        for index, _, _ in hits:
            mask |= masks[index]
        return Scan(text, hits, mask)

    def matches(self, scan: Scan, words: Callable[[], frozenset[str]]) -> list[Match]:
        """The rules that hold, best first. ``words`` cuts the text into jieba words; it is called only for a rule
        that holds but for its words and would beat all others."""
        mask, keyed = scan.mask, self._keyed
        candidates: dict[int, _Compiled] = {}
        for index, _, _ in scan.hits:
            for rule in keyed[index]:
                if rule.match.needs & mask == rule.match.needs and not rule.forbidden & mask:
                    candidates[id(rule)] = rule
        for bits, rule in self._keyed_by_mark:
            if bits & mask and rule.match.needs & mask == rule.match.needs and not rule.forbidden & mask:
                candidates[id(rule)] = rule
        if not candidates:
            return []
        held: list[Match] = []
        for rule in sorted(candidates.values(), key=_rank, reverse=True):
            if rule.order and not self._in_order(rule, scan):
                continue
            if rule.alone and not self._alone(rule, scan):
                continue
            if not rule.words or (not held and rule.words & words()):
                held.append(rule.match)
        return held

    def _in_order(self, rule: _Compiled, scan: Scan) -> bool:
        """Whether the clauses follow one another, each near the end of the one before."""
        masks, gaps = self._masks, range(rule.within + 1)
        ends: set[int] | None = None
        for bit in rule.order:
            ends = {
                end
                for index, start, end in scan.hits
                if masks[index] & bit and (ends is None or any(start - gap in ends for gap in gaps))
            }
            if not ends:
                return False
        return True

    def _alone(self, rule: _Compiled, scan: Scan) -> bool:
        """Whether the message says nothing beside the rule's texts but small words."""
        if len(scan.text) > _LONGEST_ALONE:
            return False
        needs, masks = rule.match.needs, self._masks
        said = set(range(len(scan.text)))
        for index, start, end in scan.hits:
            if masks[index] & needs:
                said.difference_update(range(start, end))
        return all(scan.text[place] in _SMALL for place in said)

    def named(self, mask: int) -> list[str]:
        """The marks and the groups of the lexicon that a mask holds: ["<房号>", "@药品"]."""
        marks = [name for name, bits in self.marks.items() if bits & mask]
        return marks + [name for bit, name in self.groups if bit & mask]

    def hits_of(self, match: Match, scan: Scan) -> list[Hit]:
        """Where the texts stand that met the rule's clauses."""
        return [hit for hit in scan.hits if self._masks[hit[0]] & match.needs]

    def words_of(self, match: Match, scan: Scan) -> tuple[str, ...]:
        """The texts of the message that met the rule's clauses, in order of appearance."""
        return tuple(dict.fromkeys(self.texts[index] for index, _, _ in self.hits_of(match, scan)))


def _rank(rule: _Compiled) -> tuple[bool, float, int, int]:
    return rule.match.rank


class _Clauses:
    """Gives each distinct set of texts one bit."""

    def __init__(self) -> None:
        self._bits: dict[frozenset[str], int] = {}
        self.masks: dict[str, int] = {}

    def bit(self, texts: frozenset[str]) -> int:
        """The bit of this clause; an empty clause can never be met."""
        if texts not in self._bits:
            bit = self._bits[texts] = 1 << len(self._bits)
            for text in sorted(texts):
                self.masks[text] = self.masks.get(text, 0) | bit
        return self._bits[texts]

    def mask_of(self, text: str) -> int:
        return self.masks.get(text, 0)


def _compile(intent: str, rule: Rule, lexicon: LexiconSpec, clauses: _Clauses) -> _Compiled:
    sets = positive_clauses(rule, lexicon)
    words = expand(rule.words, lexicon)
    needs = 0
    for texts in sets:
        needs |= clauses.bit(texts)
    forbidden = clauses.bit(expand(rule.none, lexicon)) if rule.none else 0
    decisive = intent == EMERGENCY and rule.weight >= 0.5
    rank = (decisive, rule.weight, len(sets), -_ORDER[intent])
    order: tuple[int, ...] = ()
    if rule.within >= 0:
        parts = sets[: len(rule.all)]
        order = tuple(clauses.bit(texts) for texts in parts)
    match = Match(intent, rule.name, rule.weight, needs, rank)
    return _Compiled(match, forbidden, words, order, rule.within, rule.alone)


def positive_clauses(rule: Rule, lexicon: LexiconSpec) -> list[frozenset[str]]:
    """The sets of texts of which one each must occur for the rule to hold; empty when it has no positive condition."""
    sets = [expand((part,) if isinstance(part, str) else part, lexicon) for part in rule.all]
    if rule.any:
        sets.append(expand(rule.any, lexicon))
    if rule.words:
        sets.append(expand(rule.words, lexicon))
    return sets


def _bits(mask: int) -> Iterable[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def _keys(compiled: Sequence[_Compiled]) -> Iterable[tuple[int, _Compiled]]:
    """For each rule the clause that fewest rules share: what is most its own is hit by least of the chatter."""
    shared: dict[int, int] = {}
    for rule in compiled:
        for bit in _bits(rule.match.needs):
            shared[bit] = shared.get(bit, 0) + 1
    for rule in compiled:
        if rule.match.needs:
            yield min(_bits(rule.match.needs), key=lambda bit: (shared[bit], bit)), rule


def _keyed_by_text(compiled: Sequence[_Compiled], masks: Sequence[int]) -> tuple[tuple[_Compiled, ...], ...]:
    keyed: dict[int, list[_Compiled]] = {}
    for bit, rule in _keys(compiled):
        keyed.setdefault(bit, []).append(rule)
    return tuple(tuple(rule for bit in _bits(mask) for rule in keyed.get(bit, ())) for mask in masks)


def _keyed_by_mark(compiled: Sequence[_Compiled], marks: Iterable[int]) -> Iterable[tuple[int, _Compiled]]:
    marked = 0
    for mask in marks:
        marked |= mask
    for bit, rule in _keys(compiled):
        if bit & marked:
            yield bit, rule


__all__ = ["EMERGENCY", "MARKS", "Match", "RuleBook", "Scan", "UnknownGroupError", "positive_clauses"]

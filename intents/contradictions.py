"""Finds what two places say differently about the same thing: 核酸 7:00-9:00 here, 6:30-9:00 there.

Precise rather than many: both must give a figure of the same kind (intents/figures.py) for the same subject, the same
people and days; where that is not plain, nothing is said. No pair is compared that shares no character of its subject.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from intents.faq import LONGEST_QUESTION
from intents.figures import Figure, figures, subject_of
from intents.finding import Finding, Path
from intents.spec import FaqEntry

_EXTRA = 1 / 3
"""So much of what one place names beside the subject the other may leave out (核酸证明, 核酸阴性证明)."""

_CONTRAST = ("结果", "报告", "预约", "登记", "投诉", "退", "急诊", "夜", "一楼", "二楼", "收费")
"""What makes another thing of a subject however few characters it has."""

_COMPANY = 40
"""A subject is compared with so many others that share its rarest pair of characters at most."""

_NOON = 12 * 60 + 30

_WHAT = {
    "hours": "时间", "at": "时间", "duration": "多长时间", "frequency": "多久一次", "price": "多少钱", "count": "数目", "age": "岁数",
    "temperature": "体温", "date": "日期", "phone": "电话",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A text that people are told, or will be."""

    name: str
    """How an administrator finds it: hesuan-time, 通知 policy."""
    path: Path | None
    """Where it is written; None for what stands in the ledger alone."""
    text: str
    questions: tuple[str, ...] = ()
    """What it answers; empty for a notice."""
    scope: str = ""
    """Where it is said; "" is everywhere."""
    since: date | None = None
    until: date | None = None
    """The days on which it holds."""


def entry_statements(faq: Sequence[FaqEntry], today: date) -> list[Statement]:
    """The answers that are given, or will be."""
    return [
        Statement(
            entry.id,
            ("faq", place, "answer"),
            entry.answer,
            entry.questions,
            since=entry.valid_from,
            until=entry.valid_until,
        )
        for place, entry in enumerate(faq)
        if entry.enabled and not (entry.valid_until and entry.valid_until < today)
    ]


def contradictions(statements: Iterable[Statement]) -> Iterator[Finding]:
    """One warning for each two places and kind of figure that disagree, told at the first of the two that is in a file."""
    told = [_Told(statement) for statement in statements]
    listed = _listed(told)
    found: set[tuple[int, int, str]] = set()
    for one, mine, other, theirs in _pairs(told):
        key = (id(one), id(other), mine.kind)
        if key in found or not _disagree(one, mine, other, theirs):
            continue
        if mine.kind == "phone" and _both_right(one, mine, other, theirs, listed):
            continue
        found.add(key)
        yield _finding(one, mine, other, theirs)


@dataclass(frozen=True)
class Clash:
    """Another statement that says a figure differently."""

    name: str
    """The other's name."""
    here: str
    there: str
    """As each has it: 6:30, 7:00."""


def clashes(new: Statement, others: Iterable[Statement]) -> list[Clash]:
    """What others say differently than a text that is about to be told, once for each of them."""
    one, found = _Told(new), dict[str, Clash]()
    if not one.figures:
        return []
    pairs = {gram for figure in one.figures for gram in _grams(one.subject(figure))}
    near = (
        other
        for other in others
        if any(pair in text for pair in pairs for text in (other.text, *other.questions))
    )
    told = [one, *(_Told(other) for other in near)]
    for first, mine, second, theirs in _pairs(told):
        if first is not one and second is not one:
            continue
        if not _disagree(first, mine, second, theirs):
            continue
        other, here, there = (second, mine, theirs) if first is one else (first, theirs, mine)
        found.setdefault(other.statement.name, Clash(other.statement.name, here.said, there.said))
    return list(found.values())


class _Told:
    """A statement with its figures."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.listed = statement.path is not None and statement.path[:1] == ("contacts",)
        self.figures = list(figures(statement.text)) if any(map(_numeral, statement.text)) else []
        self.questions = (
            [subject_of(text[:LONGEST_QUESTION]) for text in statement.questions] if self.figures else []
        )
        self.title = next(iter(self.questions), "")
        self.asked = frozenset("".join(self.questions))

    def subject(self, figure: Figure) -> str:
        """What a figure is about: what its clause names, else what is asked."""
        return figure.subject or self.title

    def values(self, figure: Figure) -> set[object]:
        """All that is said here of this kind; of numbers to ring, for the same desk."""
        return {
            other.value
            for other in self.figures
            if other.kind == figure.kind
            and (other.kind != "phone" or set(self.subject(other)) == set(self.subject(figure)))
        }


def _numeral(char: str) -> bool:
    return char.isdigit() or char in "一二两三四五六七八九十半"


def _pairs(told: Sequence[_Told]) -> Iterator[tuple[_Told, Figure, _Told, Figure]]:
    """Figures of one kind of different statements whose subjects share their rarest pair of characters."""
    pairs: dict[tuple[str, str], int] = {}
    every = [(one, figure, _grams(one.subject(figure))) for one in told for figure in one.figures]
    for _, figure, grams in every:
        for gram in grams:
            pairs[figure.kind, gram] = pairs.get((figure.kind, gram), 0) + 1
    seen: dict[tuple[str, str], list[tuple[_Told, Figure]]] = {}
    for one, figure, grams in every:
        rare = sorted(grams, key=lambda gram: (pairs[figure.kind, gram], gram))
        partners: dict[int, tuple[_Told, Figure]] = {}
        for gram in rare[: len(rare) // 2 + 1]:
            for other, theirs in seen.get((figure.kind, gram), ())[-_COMPANY:]:
                if other is not one and theirs.value != figure.value:
                    partners[id(theirs)] = other, theirs
        for other, theirs in partners.values():
            yield other, theirs, one, figure
        for gram in rare:
            seen.setdefault((figure.kind, gram), []).append((one, figure))


def _grams(subject: str) -> list[str]:
    return list(dict.fromkeys(map(str.__add__, subject, subject[1:])))


def _disagree(one: _Told, mine: Figure, other: _Told, theirs: Figure) -> bool:
    if (
        mine.marks != theirs.marks
        or not _differ(mine, theirs)
        or not _together(one.statement, other.statement)
    ):
        return False
    if mine.places and theirs.places and not set(_grams(mine.places)) & set(_grams(theirs.places)):
        return False
    if theirs.value in one.values(mine) or mine.value in other.values(theirs):
        return False
    if mine.kind == "phone":
        return set(one.subject(mine)) == set(other.subject(theirs))
    return _same_subject(one.subject(mine), other.subject(theirs)) and _same_question(
        one, mine, other, theirs
    )


def _listed(told: Iterable[_Told]) -> dict[frozenset[str], set[object]]:
    """The numbers of contacts.yaml, by the characters of whose they are."""
    numbers: dict[frozenset[str], set[object]] = {}
    for one in told:
        for figure in one.figures if one.listed else ():
            numbers.setdefault(frozenset(one.subject(figure)), set()).add(figure.value)
    return numbers


def _both_right(
    one: _Told, mine: Figure, other: _Told, theirs: Figure, listed: dict[frozenset[str], set[object]]
) -> bool:
    """Whether a desk has both numbers, or one of them is in no list at all, which is told by itself."""
    numbers, known = listed.get(frozenset(one.subject(mine)), set()), set().union(*listed.values())
    if one.listed and other.listed:
        return True
    if one.listed or other.listed:
        text = other if one.listed else one
        value = theirs.value if text is other else mine.value
        return value in numbers or value not in known
    return {mine.value, theirs.value} <= numbers or (bool(known) and not {mine.value, theirs.value} <= known)


def _differ(mine: Figure, theirs: Figure) -> bool:
    """Whether both cannot be true of the same thing: two sessions of a day can."""
    if mine.kind == "at":
        (here,), (there,) = mine.value, theirs.value
        return _half(here) == _half(there)
    if mine.kind != "hours":
        return True
    (begin, end), (begins, ends) = mine.value, theirs.value
    if None not in (begin, end, begins, ends):
        return bool(begin < ends and begins < end)  # type: ignore[operator]
    return any(
        here is not None and there is not None and here != there and _half(here) == _half(there)
        for here, there in ((begin, begins), (end, ends))
    )


def _half(minute: object) -> bool:
    return isinstance(minute, int) and minute >= _NOON


def _together(one: Statement, other: Statement) -> bool:
    """Whether the same people may be told both on the same day."""
    if one.scope and other.scope and one.scope != other.scope:
        return False
    first, last = (
        max(one.since or date.min, other.since or date.min),
        min(one.until or date.max, other.until or date.max),
    )
    return first <= last


def _same_subject(here: str, there: str) -> bool:
    mine, theirs = set(here), set(there)
    if len(mine & theirs) < 2 or (mine - theirs and theirs - mine):
        return False
    extra = mine ^ theirs
    longer = max(here, there, key=len)
    shorter = min(here, there, key=len)
    if any(word in longer and word not in shorter for word in _CONTRAST):
        return False
    return len(extra) <= _EXTRA * len(mine | theirs)


def _same_question(one: _Told, mine: Figure, other: _Told, theirs: Figure) -> bool:
    """Whether what one of them answers is what the other speaks of; two notices speak for themselves."""
    if not one.questions and not other.questions:
        return True
    here, there = one.asked | set(subject_of(mine.sentence)), other.asked | set(subject_of(theirs.sentence))
    return any(question and set(question) <= there for question in one.questions) or any(
        question and set(question) <= here for question in other.questions
    )


def _finding(one: _Told, mine: Figure, other: _Told, theirs: Figure) -> Finding:
    if one.statement.path is None or one.listed:
        one, mine, other, theirs = other, theirs, one, mine
    what = _WHAT[mine.kind.partition(":")[0]]
    about = min((one.subject(mine), other.subject(theirs)), key=len)
    both = "是哪里的电话" if mine.kind == "phone" else "是谁、哪天、什么地方"
    reason = (
        f"说“{about}”的{what}，两处不一样：这里是“{mine.said}”，{other.statement.name}是“{theirs.said}”。"
        f"居民不知道听哪个：请改成一样；两个都对，请各写清楚{both}"
    )
    assert one.statement.path is not None
    return Finding(one.statement.path, reason, "warning", other.statement.path)

"""What the numbers of a target text mean: buildings, units, a door. Pure; which branches those are, targets.py knows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.notices.target_words import Word

Shape = Literal["buildings", "units", "pair", "either", "bare", "door"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """One thing said in numbers."""

    shape: Shape
    """buildings: 1、3-5号楼. units: 17号楼1-3单元, or 3单元 of a building named before. pair: 17号楼-3. either: 17-3 or
    1-3单元, a building with its unit or a range. bare: a number alone. door: 17-3-501."""
    values: tuple[str, ...]
    """The numbers, each once. either: the two."""
    said: str
    building: str | None = None
    """units, pair: whose."""
    ranges: bool = False
    """True when some of the numbers were only counted through, not said: 4 in 3-5号楼."""
    of: Literal["", "building", "unit"] = ""
    """either: what it is a range of, when one knows: 1-3单元."""


_CODE = {"building": "B", "unit": "U", "door": "h", "dash": "-", "to": "~", "list": "s", "space": "_"}
_N = "[nw]"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("door", rf"{_N}B?[-_]?nU?[-_]?wh?(?![BU~s])|{_N}-n-{_N}h?|{_N}B[-_]?wh?(?![BU~])|{_N}-wh?(?![BU])|nU[-_]?wh?|{_N}h"),
        ("span", rf"{_N}B[-~]{_N}B"),
        ("units", rf"{_N}B[-_]?(?:nU?[-~s_])*nU"),
        ("pair", r"[nw]B-?n(?![BU~s-])"),
        ("buildings", rf"{_N}(?:[-~s]{_N})*B|{_N}(?:_{_N})+B"),
        ("either_unit", r"n-nU"),
        ("own_units", r"(?:nU?[-~s])*nU"),
        ("either", rf"{_N}-{_N}(?![BU])"),
        ("span", rf"{_N}~{_N}(?![BU])"),
        ("bare", _N),
    )
)  # fmt: skip


def code(words: Sequence[Word]) -> str:
    """A letter a word: n a number up to two digits, w a longer one, B 号楼, U 单元, - a dash, ~ 到, s 、, _ a blank, h 室."""
    return "".join(_letter(word) for word in words)


def _letter(word: Word) -> str:
    if word.kind == "number":
        return "w" if word.value.isdecimal() and len(word.value) > 2 else "n"
    return _CODE.get(word.kind, ".")


def read_numbers(words: Sequence[Word], at: int) -> tuple[Numbers, int]:
    """What the number at this place begins, and where the next word stands."""
    letters = code(words)
    for name, pattern in _SHAPES:
        match = pattern.match(letters, at)
        if match is not None:
            return _meaning(name, words[at : match.end()], letters[at : match.end()]), match.end()
    raise AssertionError(letters)


def _meaning(name: str, words: Sequence[Word], letters: str) -> Numbers:
    said = "".join(word.said for word in words).strip()
    values = tuple(word.value for word in words if word.kind == "number")
    if name == "door":
        return Numbers("door", values, said)
    if name == "bare":
        return Numbers("bare", values, said)
    if name in ("either", "either_unit"):
        return Numbers("either", values, said, of="unit" if name == "either_unit" else "")
    if name == "pair":
        return Numbers("pair", values[1:], said, values[0])
    building = values[0] if name == "units" else None
    skip = 2 if building is not None else 0
    counted, ranges = _counted(words[skip:], letters[skip:])
    return Numbers(
        "units" if name in ("units", "own_units") else "buildings", counted, said, building, ranges
    )


def _counted(words: Sequence[Word], letters: str) -> tuple[tuple[str, ...], bool]:
    """Numbers with those between the ends of a range; a range said backwards (5-3号楼) gives none at all."""
    values: list[str] = []
    ranges, joined = False, ""
    for word, letter in zip(words, letters, strict=True):
        if letter in "-~":
            joined = letter if values else ""
        elif letter in "nw":
            between = _between(values[-1], word.value) if joined else [word.value]
            if not between:
                return (), True
            ranges = ranges or bool(joined)
            values += between
            joined = ""
    return tuple(dict.fromkeys(values)), ranges


def _between(first: str, last: str) -> list[str]:
    """The numbers (or letters) after the first one up to the last; none when that is no range."""
    if first.isdecimal() and last.isdecimal():
        return (
            [str(number) for number in range(int(first) + 1, int(last) + 1)]
            if int(last) - int(first) < 500
            else []
        )
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha():
        return [chr(letter) for letter in range(ord(first) + 1, ord(last) + 1)]
    return []

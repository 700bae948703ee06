"""Trying questions on a FAQ before it speaks: what would happen with each, how narrowly, and what a new version changes."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.channels.replay import readable
from bot.model.faq import Faq
from bot.tables import read_rows
from intents.engine import Engine

NARROW = 0.05
"""Nearer than this to the likeness from which an answer is given, a question is a near-miss, on either side."""

DOES = {
    "answer": "答", "suggest": "列", "silent": "不作声", "handoff": "转人", "ticket": "工单", "record": "记下", "command": "命令",
}  # fmt: skip
"""What is done about a message, in a word."""

SILENT = frozenset({"-", "不作声", "不答", "silent"})
"""Stands in the second column of a question that must not be answered."""

_HEADERS = frozenset({"问题", "问的话", "问话", "问法", "话", "text", "question"})


class NotReadable(Exception):
    """A file of questions that cannot be read; says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to be tried."""

    text: str
    expected: str = ""
    """Id of the entry that should answer it, or a word of SILENT; empty: nothing is expected."""
    people: int = 1
    """So many people asked it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What would happen with one."""

    asked: Asked
    does: str
    """A word of DOES; 过期, 未到 or 停用 when the entry is not given now."""
    entry: str
    """The entry that is answered (or would be, were it given now); several with / where a choice is offered."""
    near: tuple[tuple[str, float], ...]
    """The two entries most alike, best first."""
    intent: str
    sure: float
    """The likeness from which an answer is given."""

    @property
    def score(self) -> float:
        """How alike the nearest entry is; 0 when none is."""
        return self.near[0][1] if self.near else 0.0

    @property
    def margin(self) -> float | None:
        """How much more alike it is than the next; None when there is no other."""
        return self.near[0][1] - self.near[1][1] if len(self.near) > 1 else None

    @property
    def narrow(self) -> str:
        """险 when it is answered, 差点 when it is not, and hardly anything would make it otherwise; else empty."""
        if abs(self.score - self.sure) >= NARROW or self.does not in ("答", "列", "不作声", "转人"):
            return ""
        return "险" if self.does == "答" else "差点"

    @property
    def hit(self) -> bool | None:
        """Whether what was expected would happen; None when nothing was."""
        if not self.asked.expected:
            return None
        if self.asked.expected in SILENT:
            return self.does not in ("答", "列")
        return self.does == "答" and self.entry == self.asked.expected

    @property
    def happens(self) -> str:
        """In one phrase: 答 hesuan-time."""
        return f"{self.does} {self.entry}".strip()


def tried(
    questions: Iterable[Asked], engine: Engine, faq: Mapping[str, Faq], at: datetime, *, private: bool = False
) -> list[Tried]:
    """Each question on this engine; ``faq`` tells which entries are given at that moment. ``private``: asked of the bot
    itself, so that what it cannot answer goes to a person."""
    return [_tried(one, engine, faq, at, private) for one in questions]


def _tried(asked: Asked, engine: Engine, faq: Mapping[str, Faq], at: datetime, private: bool) -> Tried:
    if asked.text[:1] in "/／":
        return Tried(asked, "命令", "", (), "", engine.faq.sure)
    found = engine.understand(asked.text, addressed=private)
    near = engine.faq.nearest(engine.reader.normalise(asked.text))
    does, entry = DOES[found.action], ""
    if found.faq is not None:
        entry = found.faq.id
        does = _given(faq.get(entry), at) or does
    elif found.suggest:
        entry = "/".join(found.suggest)
    return Tried(asked, does, entry, near, found.intent, engine.faq.sure)


def _given(entry: Faq | None, at: datetime) -> str:
    """Why an entry is not given at that moment; empty: it is."""
    if entry is None or entry.valid(at):
        return ""
    if not entry.enabled:
        return "停用"
    return "过期" if entry.expired(at) else "未到"


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that two versions answer differently."""

    before: Tried
    after: Tried
    reworded: bool
    """The same entry answers, in other words."""

    @property
    def people(self) -> int:
        """So many people asked."""
        return self.before.asked.people


def differences(
    before: Sequence[Tried], after: Sequence[Tried], old: Mapping[str, Faq], new: Mapping[str, Faq]
) -> list[Difference]:
    """Those of the same questions, in the same order, that come out differently; those of most people first."""
    found = []
    for one, other in zip(before, after, strict=True):
        same = one.happens == other.happens
        reworded = same and one.does == "答" and old[one.entry].answer != new[one.entry].answer
        if not same or reworded:
            found.append(Difference(one, other, reworded))
    return sorted(found, key=lambda difference: -difference.people)


def questions_of(path: Path) -> list[Asked]:
    """The questions of a .txt (one a line, what is expected behind a tab), a .jsonl ({"text", "expect"}), a .csv or .xlsx
    (first and second column). Blank lines and lines with # are left out; the same words are one question of several people.

    Raises NotReadable and bot.tables.TableError.
    """
    rows = _READERS.get(path.suffix.lower(), _lines)(path)
    counted: dict[tuple[str, str], int] = {}
    for text, expected in rows:
        if said := readable(text).strip():
            counted[said, expected.strip()] = counted.get((said, expected.strip()), 0) + 1
    if not counted:
        raise NotReadable(f"{path}：里面没有一句话")
    return [Asked(text, expected, people) for (text, expected), people in counted.items()]


def _lines(path: Path) -> Iterable[tuple[str, str]]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise NotReadable(f"{path}：不是 UTF-8 的文字，请另存为 UTF-8（Excel 的表请存成 .xlsx）") from error
    for line in lines:
        if not line.lstrip().startswith("#"):
            text, _, expected = line.partition("\t")
            yield text, expected


def _rows(path: Path) -> Iterable[tuple[str, str]]:
    for row in read_rows(path):
        text, expected = (*row.cells, "", "")[:2]
        if row.line > 1 or text not in _HEADERS:
            yield text, expected


def _objects(path: Path) -> Iterable[tuple[str, str]]:
    for number, (line, _) in enumerate(_lines(path), 1):
        if line.strip():
            try:
                row = json.loads(line)
                yield str(row["text"]), str(row.get("expect") or "")
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise NotReadable(f'{path}：第 {number} 行不是 {{"text": …}}') from error


_READERS: dict[str, Callable[[Path], Iterable[tuple[str, str]]]] = {
    ".jsonl": _objects,
    ".csv": _rows,
    ".xlsx": _rows,
    ".xls": _rows,
    ".et": _rows,
}

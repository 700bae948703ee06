"""Which households were tested in a round."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.household import Household
from bot.model.testing import SAMPLED, Mark, Source

SUREST: tuple[Source, ...] = ("scanner", "staff", "chain", "self", "proxy", "list")
"""A mark is replaced by one of the same or a surer source only."""

_COLUMNS = "compound, building, unit, room, kind, source, at, people, by_id, by_name, note, message_id"


class Coverage:
    """Table coverage."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def mark(self, round_id: int, marks: Sequence[Mark]) -> list[Mark]:
        """Write marks down and return those that told something new. A surer source replaces a less sure one, never the
        other way round, but for this: that a household was sampled is always told of one that was excused, or that
        waited."""
        known = self.marks(round_id) if len(marks) > 20 else self._of(round_id, marks)
        new = []
        for mark in marks:
            before = known.get(mark.household.key)
            if before is not None and not _tells(mark, before):
                continue
            home = mark.household
            self._ledger.execute(
                f"INSERT OR REPLACE INTO coverage (round, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    round_id, *home.key, mark.kind, mark.source, millis(mark.at), mark.people, mark.by_id, mark.by_name,
                    mark.note, mark.message_id,
                ),
            )  # fmt: skip
            known[home.key] = mark
            new.append(mark)
        return new

    def unmark(self, round_id: int, household: Household) -> Mark | None:
        """Take a household's mark back (somebody mistyped); returns what it was."""
        row = self._ledger.execute(
            "DELETE FROM coverage WHERE round = ? AND compound = ? AND building = ? AND unit = ? AND room = ?"
            f" RETURNING {_COLUMNS}",
            (round_id, *household.key),
        ).fetchone()
        return _mark(row) if row else None

    def marks(self, round_id: int) -> dict[tuple[str, str, str, str], Mark]:
        """Every mark of a round by Household.key."""
        rows = self._ledger.execute(f"SELECT {_COLUMNS} FROM coverage WHERE round = ?", (round_id,))
        found = [_mark(row) for row in rows]
        return {mark.household.key: mark for mark in found}

    def _of(self, round_id: int, marks: Sequence[Mark]) -> dict[tuple[str, str, str, str], Mark]:
        found = {}
        for mark in marks:
            row = self._ledger.execute(
                f"SELECT {_COLUMNS} FROM coverage WHERE round = ? AND compound = ? AND building = ? AND unit = ?"
                " AND room = ?",
                (round_id, *mark.household.key),
            ).fetchone()
            if row:
                found[mark.household.key] = _mark(row)
        return found

    def sampled_since(self, round_id: int, since: datetime, sources: Collection[Source]) -> int:
        """How many households were marked as sampled since a moment by one of these sources: how fast the line is."""
        row = self._ledger.execute(
            "SELECT count(*) FROM coverage WHERE round = ? AND at >= ? AND kind IN ('tested', 'home')"
            " AND source IN (SELECT value FROM json_each(?))",
            (round_id, millis(since), json.dumps(sorted(sources))),
        ).fetchone()
        return int(row[0])


def _tells(mark: Mark, before: Mark) -> bool:
    """True when a mark tells more than the one there is."""
    if (mark.kind, mark.people, mark.note) == (before.kind, before.people, before.note):
        return SUREST.index(mark.source) < SUREST.index(before.source)
    if mark.kind in SAMPLED and before.kind not in SAMPLED:
        return True
    if mark.kind == "wanted" and before.kind in SAMPLED:
        return mark.source == "staff"
    return SUREST.index(mark.source) <= SUREST.index(before.source)


def _mark(row: tuple[Any, ...]) -> Mark:
    compound, building, unit, room, kind, source, at, people, by_id, by_name, note, message_id = row
    return Mark(
        Household(compound, building, unit, room),
        kind,
        source,
        moment(at),
        people,
        by_id,
        by_name,
        note,
        message_id,
    )

"""Households isolating at home, and what they reported."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.isolation import Isolation, Temperature
from bot.model.walk import walk_order

_HOLDS = "begins <= ? AND ends > ? AND coalesce(ended_at, ends) > ?"

_COLUMNS = "id, compound, building, unit, room, node, name, people, begins, ends, note"
"""In the order of Isolation's fields."""


class Isolations:
    """Table isolation; the reports are read from table records."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, new: Isolation) -> Isolation:
        """Write one down; what runs for the same household ends when it begins, what was to begin later never does."""
        begins = millis(new.begins)
        self._ledger.execute(
            "UPDATE isolation SET ended_at = max(begins, min(ends, ?)) WHERE compound = ? AND building = ? AND unit = ?"
            " AND room = ? AND (ended_at IS NULL OR ended_at > ?)",
            (begins, *new.key, begins),
        )
        cursor = self._ledger.execute(
            "INSERT INTO isolation (compound, building, unit, room, node, name, people, begins, ends, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*new.key, new.node, new.name, new.people, begins, millis(new.ends), new.note),
        )
        return replace(new, id=int(cursor.lastrowid or 0))

    def of(self, compound: str, building: str, unit: str, room: str, at: datetime) -> Isolation | None:
        """The household's isolation at that moment. An empty compound or unit stands for any, if only one fits."""
        if not room:
            return None
        found = self._select(
            "building = ? AND room = ? AND (? = '' OR compound = '' OR compound = ?) AND (? = '' OR unit = ?)"
            f" AND {_HOLDS} LIMIT 2",
            (building, room, compound, compound, unit, unit, *(millis(at),) * 3),
        )
        return found[0] if len(found) == 1 else None

    def active(self, at: datetime) -> list[Isolation]:
        """All that hold at that moment, in walking order."""
        found = self._select(_HOLDS, (millis(at),) * 3)
        return sorted(found, key=lambda one: (one.compound, walk_order(one.building, one.unit, one.room)))

    def coming(self, at: datetime) -> list[Isolation]:
        """All that begin later, the next one first."""
        return self._select(
            "begins > ? AND coalesce(ended_at, ends) > begins ORDER BY begins, id", (millis(at),)
        )

    def accounts(self, isolation: Isolation) -> list[str]:
        """The ids of those who said (/我是) that they live there."""
        rows = self._ledger.execute(
            "SELECT r.person_id FROM residents r JOIN households h ON h.id = r.household"
            " WHERE h.compound = ? AND h.building = ? AND h.unit = ? AND h.room = ? ORDER BY r.bound_at",
            isolation.key,
        )
        return [person_id for (person_id,) in rows]

    def all(self) -> list[Isolation]:
        """All there ever were, the latest first, each until it really ended."""
        return self._select("1 ORDER BY id DESC", (), ends="min(ends, coalesce(ended_at, ends))")

    def extend(self, isolation: Isolation, ends: datetime) -> Isolation:
        """Let it end at another moment."""
        self._ledger.execute("UPDATE isolation SET ends = ? WHERE id = ?", (millis(ends), isolation.id))
        return replace(isolation, ends=ends)

    def end(self, isolation: Isolation, at: datetime) -> None:
        """End it now."""
        self._ledger.execute(
            "UPDATE isolation SET ended_at = max(begins, ?) WHERE id = ? AND coalesce(ended_at, ends) > ?",
            (millis(at), isolation.id, millis(at)),
        )

    def temperatures(self, since: datetime, until: datetime) -> list[Temperature]:
        """What was reported in that time, oldest first: temperatures, and symptoms that name one."""
        return self._reports("at >= ? AND at <= ? ORDER BY at, id", (millis(since), millis(until)))

    def listed(self, since: datetime, until: datetime) -> list[tuple[str, Temperature]]:
        """What rows of lists that name a door said in that time, oldest first, each with its list's title; the degrees
        are still in the text."""
        rows = self._ledger.execute(
            "SELECT c.title, r.changed_at, c.node, r.author_id, r.what, r.building, r.unit, r.room FROM chain_rows AS r"
            " JOIN chains AS c ON c.id = r.chain WHERE c.updated_at >= ? AND r.changed_at >= ? AND r.changed_at <= ?"
            " AND r.removed = 0 AND r.room <> '' ORDER BY r.changed_at, r.serial",
            (millis(since), millis(since), millis(until)),
        )
        return [
            (title, Temperature(moment(at), node, author, what, building, unit, room, None))
            for title, at, node, author, what, building, unit, room in rows
        ]

    def reports_of(self, sender_id: str, since: datetime) -> list[Temperature]:
        """What this person reported since then, latest first."""
        return self._reports(
            "at >= ? AND sender_id = ? ORDER BY at DESC, id DESC", (millis(since), sender_id)
        )

    def _reports(self, where: str, parameters: tuple[Any, ...]) -> list[Temperature]:
        rows = self._ledger.execute(
            "SELECT at, node, sender_id, text, slots FROM records"
            f" WHERE intent IN ('report.temperature', 'report.symptom') AND {where}",
            parameters,
        )
        return [_temperature(*row) for row in rows]

    def _select(self, where: str, parameters: tuple[Any, ...], ends: str = "ends") -> list[Isolation]:
        columns = _COLUMNS.replace(" ends,", f" {ends},")
        rows = self._ledger.execute(f"SELECT {columns} FROM isolation WHERE {where}", parameters)
        return [_isolation(row) for row in rows]


def _isolation(row: tuple[Any, ...]) -> Isolation:
    *place, begins, ends, note = row
    values = [*place, moment(begins), moment(ends), note]
    return Isolation(*values)


def _temperature(at: int, node: str, sender_id: str, text: str, slots: str) -> Temperature:
    said = json.loads(slots)
    building, unit, room = (str(said.get(part) or "") for part in ("building", "unit", "room"))
    return Temperature(moment(at), node, sender_id, text, building, unit, room, said.get("temperature"))

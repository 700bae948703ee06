"""Households isolating at home, and what they reported."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.isolation import Isolation, Temperature
from bot.model.walk import walk_order

_COLUMNS = "id, compound, building, unit, room, node, name, people, begins, ends, note"
"""In the order of Isolation's fields."""


class Isolations:
    """Table isolation; the reports are read from table records."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, new: Isolation) -> Isolation:
        """Write one down; what still runs for the same household is replaced."""
        begins = millis(new.begins)
        self._ledger.execute(
            "UPDATE isolation SET ended_at = min(ends, ?) WHERE compound = ? AND building = ? AND unit = ? AND room = ?"
            " AND ended_at IS NULL",
            (begins, *new.key),
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
            " AND begins <= ? AND ends > ? AND ended_at IS NULL LIMIT 2",
            (building, room, compound, compound, unit, unit, millis(at), millis(at)),
        )
        return found[0] if len(found) == 1 else None

    def active(self, at: datetime) -> list[Isolation]:
        """All that hold at that moment, in walking order."""
        found = self._select("begins <= ? AND ends > ? AND ended_at IS NULL", (millis(at), millis(at)))
        return sorted(found, key=lambda one: (one.compound, walk_order(one.building, one.unit, one.room)))

    def coming(self, at: datetime) -> list[Isolation]:
        """All that begin later, the next one first."""
        return self._select("begins > ? AND ended_at IS NULL ORDER BY begins, id", (millis(at),))

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
            "UPDATE isolation SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (millis(at), isolation.id)
        )

    def temperatures(self, since: datetime, until: datetime) -> list[Temperature]:
        """What was reported in that time, oldest first: temperatures, and symptoms that name one."""
        return self._reports("at >= ? AND at <= ? ORDER BY at, id", (millis(since), millis(until)))

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

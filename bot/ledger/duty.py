"""The roster, the owners of branches, and stand-ins."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.duty import OnDuty, StandIn
from bot.model.people import Person


class Duty:
    """Tables duty, node_owners and delegations."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def set_duty(self, day: date, shift: str, node: str, lines: list[OnDuty]) -> None:
        """Replace the roster of a day, shift and node by these lines, in their order; none clears it."""
        self._ledger.execute(
            "DELETE FROM duty WHERE day = ? AND shift = ? AND node = ?", (day.isoformat(), shift, node)
        )
        for place, line in enumerate(lines):
            self._ledger.execute(
                "INSERT OR REPLACE INTO duty (day, shift, node, person_id, name, lead, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (day.isoformat(), shift, node, line.person_id, line.name, int(line.lead), place),
            )

    def duty(self, day: date) -> list[OnDuty]:
        """The roster of a day, in order."""
        rows = self._ledger.execute(
            "SELECT shift, node, person_id, name, lead FROM duty WHERE day = ? ORDER BY shift, node, place",
            (day.isoformat(),),
        )
        return [OnDuty(day, shift, node, id_, name, bool(lead)) for shift, node, id_, name, lead in rows]

    def all_duty(self) -> list[OnDuty]:
        """The roster of every day, the latest first; for exports."""
        rows = self._ledger.execute(
            "SELECT day, shift, node, person_id, name, lead FROM duty ORDER BY day DESC, shift, node, place"
        )
        return [
            OnDuty(date.fromisoformat(day), shift, node, id_, name, bool(lead))
            for day, shift, node, id_, name, lead in rows
        ]

    def set_owners(self, node: str, people: list[Person]) -> None:
        """Make these the owners (认领) of a branch; none clears it."""
        self._ledger.execute("DELETE FROM node_owners WHERE node = ?", (node,))
        for person in people:
            self._ledger.execute(
                "INSERT OR REPLACE INTO node_owners (node, person_id, name) VALUES (?, ?, ?)",
                (node, person.id, person.name),
            )

    def nearest_owners(self, path: Sequence[str]) -> list[tuple[str, str]]:
        """(id, name) of the owners of the last of these nodes that has any."""
        marks = ", ".join("?" * len(path))
        rows = self._ledger.execute(
            f"SELECT node, person_id, name FROM node_owners WHERE node IN ({marks}) ORDER BY name",
            tuple(path),
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for node, id_, name in rows:
            found.setdefault(node, []).append((id_, name))
        return next((found[node] for node in reversed(path) if node in found), [])

    def owners(self, node: str) -> list[tuple[str, str]]:
        """(id, name) of the owners of this very node."""
        rows = self._ledger.execute(
            "SELECT person_id, name FROM node_owners WHERE node = ? ORDER BY name", (node,)
        )
        return [(id_, name) for id_, name in rows]

    def all_owners(self) -> list[tuple[str, str, str]]:
        """(node, id, name) of every owner."""
        rows = self._ledger.execute("SELECT node, person_id, name FROM node_owners ORDER BY node, name")
        return [(node, id_, name) for node, id_, name in rows]

    def delegate(self, stand_in: StandIn) -> None:
        """Let somebody stand in; an earlier arrangement of the same person that overlaps ends where this begins."""
        begins, ends = millis(stand_in.begins), millis(stand_in.ends)
        self._ledger.execute(
            "UPDATE delegations SET ends = ? WHERE from_id = ? AND ends > ? AND begins < ?",
            (begins, stand_in.absent_id, begins, ends),
        )
        self._ledger.execute(
            "INSERT INTO delegations (from_id, from_name, to_id, to_name, begins, ends) VALUES (?, ?, ?, ?, ?, ?)",
            (stand_in.absent_id, stand_in.absent, stand_in.stand_in_id, stand_in.stand_in, begins, ends),
        )

    def end_stand_ins(self, absent_id: str, at: datetime) -> None:
        """End what holds or is to come for somebody who is back."""
        self._ledger.execute(
            "UPDATE delegations SET ends = min(ends, ?) WHERE from_id = ? AND ends > ?",
            (millis(at), absent_id, millis(at)),
        )

    def stand_ins(self, at: datetime) -> list[StandIn]:
        """Arrangements that hold at that moment or begin later."""
        rows = self._ledger.execute(
            "SELECT from_id, from_name, to_id, to_name, begins, ends FROM delegations WHERE ends > ? AND ends > begins"
            " ORDER BY begins, id",
            (millis(at),),
        )
        return [
            StandIn(from_id, from_name, to_id, to_name, moment(begins), moment(ends))
            for from_id, from_name, to_id, to_name, begins, ends in rows
        ]

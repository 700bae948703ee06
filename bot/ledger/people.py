"""Households, who lives where, and who holds which role by invitation."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis
from bot.model.household import Household, Resident
from bot.model.people import Grant, Role

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that nobody mistakes for another."""

_HOUSEHOLD = "compound, building, unit, room, name, people, phone, note, tags"
_OF_H = ", ".join(f"h.{column}" for column in _HOUSEHOLD.split(", "))
_MARKS = ", ".join("?" * len(_HOUSEHOLD.split(", ")))


class Roster:
    """Tables households, residents, invites and grants."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._names: dict[str, str] = {}
        """What those are called who claimed a role; read together with the grants."""
        self._grants: dict[str, tuple[Grant, ...]] | None = None
        """Who may do what, as read last; every message asks."""

    def household_of(self, person_id: str) -> Household | None:
        """The household an account is bound to."""
        row = self._ledger.execute(
            f"SELECT {_OF_H} FROM residents r JOIN households h ON h.id = r.household WHERE r.person_id = ?",
            (person_id,),
        ).fetchone()
        return _household(row) if row else None

    def bound_to(self, household: Household) -> list[str]:
        """The accounts bound to a household, by id."""
        rows = self._ledger.execute(
            "SELECT r.person_id FROM residents r JOIN households h ON h.id = r.household"
            " WHERE h.compound = ? AND h.building = ? AND h.unit = ? AND h.room = ? ORDER BY r.bound_at",
            household.key,
        )
        return [person_id for (person_id,) in rows]

    def bind(self, person_id: str, name: str, household: Household, at: datetime) -> None:
        """Bind an account to a household, replacing an older binding."""
        self._ledger.execute(
            f"INSERT INTO households ({_HOUSEHOLD}, imported) VALUES ({_MARKS}, 0) ON CONFLICT DO NOTHING",
            _values(household),
        )
        self._ledger.execute(
            "INSERT INTO residents (person_id, name, household, bound_at) SELECT ?, ?, id, ? FROM households"
            " WHERE compound = ? AND building = ? AND unit = ? AND room = ?"
            " ON CONFLICT DO UPDATE SET name = excluded.name, household = excluded.household,"
            " bound_at = excluded.bound_at",
            (person_id, name, millis(at), *household.key),
        )

    def residents(self, name: str = "", building: str = "", unit: str = "", room: str = "") -> list[Resident]:
        """The accounts bound under this name, or to this door; empty words stand for all."""
        rows = self._ledger.execute(
            f"SELECT r.person_id, r.name, {_OF_H} FROM residents r JOIN households h ON h.id = r.household WHERE (? = '' OR r.name = ?)"
            " AND (? = '' OR h.building = ?) AND (? = '' OR h.unit = ?) AND (? = '' OR h.room = ?) ORDER BY r.bound_at",
            (name, name, building, building, unit, unit, room, room),
        )
        return [Resident(person_id, called, _household(home)) for person_id, called, *home in rows]

    def unbind(self, person_id: str) -> None:
        """Take an account's binding away; a household that only the binding made goes with the last of them."""
        self._ledger.execute("DELETE FROM residents WHERE person_id = ?", (person_id,))
        self._ledger.execute(
            "DELETE FROM households WHERE imported = 0 AND id NOT IN (SELECT household FROM residents)"
        )

    def find_household(self, compound: str, building: str, unit: str, room: str) -> Household | None:
        """A household of the list; an empty compound or unit matches when only one household fits."""
        rows = self._ledger.execute(
            f"SELECT {_HOUSEHOLD} FROM households WHERE building = ? AND room = ?"
            " AND (? = '' OR compound = ?) AND (? = '' OR unit = ?) LIMIT 2",
            (building, room, compound, compound, unit, unit),
        ).fetchall()
        return _household(rows[0]) if len(rows) == 1 else None

    def knows_households(self) -> bool:
        """True when a list of households was imported."""
        return (
            self._ledger.execute("SELECT 1 FROM households WHERE imported = 1 LIMIT 1").fetchone() is not None
        )

    def households(self, compound: str, building: str, unit: str) -> list[Household]:
        """The imported households of a branch, by building, unit and room; empty names stand for all."""
        rows = self._ledger.execute(
            f"SELECT {_HOUSEHOLD} FROM households WHERE imported = 1 AND (? = '' OR compound = ?)"
            " AND (? = '' OR building = ?) AND (? = '' OR unit = ?)"
            " ORDER BY compound, length(building), building, length(unit), unit, length(room), room",
            (compound, compound, building, building, unit, unit),
        )
        return [_household(row) for row in rows]

    def import_households(self, households: Iterable[Household]) -> tuple[int, int]:
        """Add households and renew those already there, in one transaction; returns (added, renewed)."""
        before = self._count()
        given = 0
        with self._ledger.transaction():
            for household in households:
                given += 1
                self._ledger.execute(
                    f"INSERT INTO households ({_HOUSEHOLD}, imported) VALUES ({_MARKS}, 1)"
                    " ON CONFLICT DO UPDATE SET name = excluded.name, people = excluded.people,"
                    " phone = excluded.phone, note = excluded.note, tags = excluded.tags, imported = 1",
                    _values(household),
                )
        added = self._count() - before
        return added, given - added

    def invite(self, role: Role, scope: str, at: datetime, valid: timedelta) -> str:
        """A one-time code for a role; only its digest is kept."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(8))
        self._ledger.execute(
            "INSERT INTO invites (digest, role, scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            (_digest(code), role, scope, millis(at), millis(at + valid)),
        )
        return f"{code[:4]}-{code[4:]}"

    def claim(self, code: str, person_id: str, name: str, at: datetime) -> Grant | None:
        """Use up a one-time code; None when it is unknown, used or expired."""
        row = self._ledger.execute(
            "UPDATE invites SET used_by = ?, used_at = ? WHERE digest = ? AND used_by IS NULL AND expires_at > ?"
            " RETURNING role, scope",
            (person_id, millis(at), _digest(code), millis(at)),
        ).fetchone()
        if row is None:
            return None
        self._grants = None
        self._ledger.execute(
            "INSERT INTO grants (person_id, name, role, scope, granted_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (person_id, name, *row, millis(at)),
        )
        return Grant(*row)

    def revoke(self, code: str) -> None:
        """Make a code worthless, because it was shown to others."""
        self._ledger.execute(
            "UPDATE invites SET used_by = '' WHERE digest = ? AND used_by IS NULL", (_digest(code),)
        )

    def everyone(self) -> dict[str, tuple[Grant, ...]]:
        """All who claimed a role, by id."""
        self.grants("")
        return dict(self._grants or {})

    def names(self) -> dict[str, str]:
        """What those are called who claimed a role, by id."""
        self.grants("")
        return self._names

    def grants(self, person_id: str) -> tuple[Grant, ...]:
        """What the person may do by invitation."""
        if self._grants is None:
            self._grants, self._names = {}, {}
            for id_, name, *grant in self._ledger.execute("SELECT person_id, name, role, scope FROM grants"):
                self._grants[id_] = (*self._grants.get(id_, ()), Grant(*grant))
                self._names[id_] = name
        return self._grants.get(person_id, ())

    def _count(self) -> int:
        return int(self._ledger.execute("SELECT count(*) FROM households").fetchone()[0])


def _digest(code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _values(household: Household) -> tuple[str | int | None, ...]:
    return (
        household.compound, household.building, household.unit, household.room, household.name,
        household.people, household.phone, household.note, " ".join(household.tags),
    )  # fmt: skip


def _household(row: Sequence[Any]) -> Household:
    compound, building, unit, room, name, people, phone, note, tags = row
    return Household(compound, building, unit, room, name, people, phone, note, tuple(tags.split()))

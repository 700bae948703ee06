"""Testing rounds and their stops."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.testing import Round, Stop

_ROUND = (
    "id", "node", "name", "place", "begins", "ends", "state", "batch", "minutes", "created_at", "by_id", "by_name",
    "room_id", "drill", "started_at", "paused_at", "ended_at", "next_at", "reminded_at",
)  # fmt: skip
_STOP = (
    "round", "place", "node", "compound", "building", "unit", "households", "state", "first_floor", "last_floor",
    "warned_at", "called_at", "done_at", "calls",
)  # fmt: skip
_MOMENTS = frozenset(
    {"begins", "ends", "created_at", "started_at", "paused_at", "ended_at", "next_at", "reminded_at"}
    | {"warned_at", "called_at", "done_at"}
)


class Rounds:
    """Tables rounds and round_stops."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def open(self, new: Round, stops: Sequence[Stop]) -> Round:
        """Write a round down with its stops (whose ``round`` is set); returns it with its id."""
        names = _ROUND[1:]
        cursor = self._ledger.execute(
            f"INSERT INTO rounds ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            tuple(_stored(name, getattr(new, name)) for name in names),
        )
        opened = replace(new, id=int(cursor.lastrowid or 0))
        self._ledger.executemany(
            f"INSERT INTO round_stops ({', '.join(_STOP)}) VALUES ({', '.join('?' * len(_STOP))})",
            [
                tuple(_stored(name, getattr(replace(stop, round=opened.id), name)) for name in _STOP)
                for stop in stops
            ],
        )
        return opened

    def get(self, round_id: int) -> Round | None:
        """By id."""
        found = self._rounds("WHERE id = ?", round_id)
        return found[0] if found else None

    def current(self) -> list[Round]:
        """Those that have not ended, latest first."""
        return self._rounds("WHERE state <> 'ended' ORDER BY id DESC")

    def latest(self, limit: int) -> list[Round]:
        """The latest, ended or not, latest first."""
        return self._rounds("ORDER BY id DESC LIMIT ?", limit)

    def _rounds(self, rest: str, *parameters: object) -> list[Round]:
        rows = self._ledger.execute(f"SELECT {', '.join(_ROUND)} FROM rounds {rest}", parameters)
        return [Round(**_loaded(_ROUND, row) | {"drill": bool(row[_ROUND.index("drill")])}) for row in rows]

    def change(self, round_id: int, **fields: object) -> Round:
        """Set fields of Round; returns it as it is now."""
        assignments = ", ".join(f"{name} = ?" for name in fields)
        values = (*(_stored(name, value) for name, value in fields.items()), round_id)
        self._ledger.execute(f"UPDATE rounds SET {assignments} WHERE id = ?", values)
        found = self.get(round_id)
        assert found is not None, round_id
        return found

    def stops(self, round_id: int) -> list[Stop]:
        """Its stops in order."""
        rows = self._ledger.execute(
            f"SELECT {', '.join(_STOP)} FROM round_stops WHERE round = ? ORDER BY place", (round_id,)
        )
        return [Stop(**_loaded(_STOP, row)) for row in rows]

    def change_stop(self, stop: Stop, **fields: object) -> Stop:
        """Set fields of Stop; returns it as it is now."""
        assignments = ", ".join(f"{name} = ?" for name in fields)
        values = (*(_stored(name, value) for name, value in fields.items()), stop.round, stop.place)
        self._ledger.execute(f"UPDATE round_stops SET {assignments} WHERE round = ? AND place = ?", values)
        return replace(stop, **fields)  # type: ignore[arg-type]

    def next_moment(self) -> datetime | None:
        """The first ``next_at`` of a running round, or ``begins`` of a planned one."""
        row = self._ledger.execute(
            "SELECT min(CASE state WHEN 'planned' THEN begins WHEN 'running' THEN next_at END) FROM rounds"
            " WHERE state <> 'ended'"
        ).fetchone()
        return None if row[0] is None else moment(row[0])


def _stored(name: str, value: Any) -> Any:
    if name in _MOMENTS and value is not None:
        return millis(value)
    return int(value) if isinstance(value, bool) else value


def _loaded(names: Sequence[str], row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        name: moment(value) if name in _MOMENTS and value is not None else value
        for name, value in zip(names, row, strict=True)
    }

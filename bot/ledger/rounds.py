"""Testing rounds and their stops."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.testing import Round, Stop

_ROUND = (
    "id", "node", "name", "place", "begins", "ends", "state", "batch", "minutes", "created_at", "by_id", "by_name",
    "room_id", "drill", "started_at", "paused_at", "resumed_at", "ended_at", "next_at", "reminded_at", "scope",
)  # fmt: skip
_STOP = (
    "round", "place", "node", "compound", "building", "unit", "households", "state", "first_floor", "last_floor",
    "warned_at", "called_at", "done_at", "calls", "turn",
)  # fmt: skip
_MOMENTS = frozenset(
    {"begins", "ends", "created_at", "started_at", "paused_at", "resumed_at", "ended_at", "next_at"}
    | {"reminded_at", "warned_at", "called_at", "done_at"}
)

_CALL = re.compile(r"round:\d+:(\d+)")

_PAUSED = "paused"
"""Why a round's calls are held."""


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

    # its calls in the outbox

    def hold(self, round_id: int) -> int:
        """Hold its calls that have not left: they keep their place. Returns how many."""
        return self._ledger.execute(
            "UPDATE outbox SET held = ? WHERE state = 'pending' AND held = '' AND topic GLOB ?",
            (_PAUSED, f"round:{round_id}:*"),
        ).rowcount

    def release(self, round_id: int) -> int:
        """Let the calls that were held leave. Returns how many."""
        return self._ledger.execute(
            "UPDATE outbox SET held = '' WHERE state = 'pending' AND held = ? AND topic GLOB ?",
            (_PAUSED, f"round:{round_id}:*"),
        ).rowcount

    def unsent(self, round_id: int) -> frozenset[int]:
        """The places of stops whose call still waits for its turn to be sent; groups that the bot has never seen do not
        count, for nobody knows when they will be."""
        rows = self._ledger.execute(
            "SELECT topic FROM outbox WHERE state IN ('pending', 'sending') AND topic GLOB ? AND room_id IS NOT NULL",
            (f"round:{round_id}:*",),
        )
        return frozenset(place for (topic,) in rows if (place := called(topic)) is not None)

    def withdraw(self, round_id: int, places: Collection[int], at: datetime) -> frozenset[int]:
        """Cancel what has not left of the calls and warnings of these stops. Returns the places whose call had not
        left."""
        topics = self._cancel(
            [f"round:{round_id}:{place}{what}" for place in places for what in ("", ":warn")], at
        )
        return frozenset(place for topic in topics if (place := called(topic)) is not None)

    def unwarn(self, round_id: int, places: Collection[int], at: datetime) -> None:
        """Cancel the warnings of these stops that have not left."""
        self._cancel([f"round:{round_id}:{place}:warn" for place in places], at)

    def _cancel(self, topics: Sequence[str], at: datetime) -> list[str]:
        rows = self._ledger.execute(
            "UPDATE outbox SET state = 'cancelled', settled_at = ?, held = '' WHERE state = 'pending'"
            " AND topic IN (SELECT value FROM json_each(?)) RETURNING topic",
            (millis(at), json.dumps(topics)),
        ).fetchall()
        return [topic for (topic,) in rows]


def called(topic: str) -> int | None:
    """The place of the stop that a row of this topic calls; None for its warning and for everything else."""
    found = _CALL.fullmatch(topic)
    return int(found[1]) if found else None


def _stored(name: str, value: Any) -> Any:
    if name in _MOMENTS and value is not None:
        return millis(value)
    return int(value) if isinstance(value, bool) else value


def _loaded(names: Sequence[str], row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        name: moment(value) if name in _MOMENTS and value is not None else value
        for name, value in zip(names, row, strict=True)
    }

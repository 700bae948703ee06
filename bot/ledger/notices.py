"""Notices, their rows in the outbox, and who answered 「收到」."""

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.audit import Actor
from bot.model.clock import millis, moment
from bot.model.notice import DeliveryRow, Level, Notice, NoticeState, Receipts

_COLUMNS = (
    "id, text, rooms, scope, node, planned_at, created_at, level, state, reason, source, late_ms, valid_until, attachments,"
    " drill, asks_receipt, corrects, update_text, by_id, by_name, room_id, second_id, second, begun_at, ended_at,"
    " reminded_at, begin_at, entry"
)

_EXPIRES = (
    "valid_until IS NOT NULL AND state IN ('waiting', 'sending', 'paused') AND (state = 'waiting' OR EXISTS"
    " (SELECT 1 FROM outbox WHERE outbox.notice = notices.id AND outbox.state = 'pending'))"
)

UNSEEN = "还没见过这个群"
"""Why a row waits that was never sent: the account has not heard of a group of that name."""

_SET_BY_STATE: dict[NoticeState, str] = {
    "sending": "begun_at = coalesce(begun_at, ?)",
    "paused": "paused_at = ?",
    "done": "ended_at = ?",
    "cancelled": "ended_at = ?",
    "dropped": "ended_at = ?",
}


class Notices:
    """Tables notices and receipts, and the notices' rows of table outbox."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, notice: Notice) -> Notice | None:
        """Write one down; with its number. None when the same entry was already claimed for that planned time."""
        row = _row(notice)
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        cursor = self._ledger.execute(
            f"INSERT OR IGNORE INTO notices (account, {names}) VALUES (?, {marks})",
            (self._ledger.account, *row.values()),
        )
        return replace(notice, id=int(cursor.lastrowid or 0)) if cursor.rowcount else None

    def get(self, number: int) -> Notice | None:
        """By its number."""
        row = self._ledger.execute(f"SELECT {_COLUMNS} FROM notices WHERE id = ?", (number,)).fetchone()
        return _notice(row) if row else None

    def change(self, number: int, at: datetime, **changed: object) -> Notice:
        """Set fields of Notice; begun_at and ended_at are set by the state. Returns it as it is now."""
        notice = self.get(number)
        assert notice is not None, number
        row = _row(replace(notice, **changed))  # type: ignore[arg-type]
        stamp = _SET_BY_STATE.get(changed.get("state"), "")  # type: ignore[call-overload]
        if "reminded_at" in changed:
            row["reminded_at"] = millis(at)
        assignments = ", ".join(f"{name} = ?" for name in row) + (f", {stamp}" if stamp else "")
        values = (*row.values(), *([millis(at)] if stamp else []), number)
        self._ledger.execute(f"UPDATE notices SET {assignments} WHERE id = ?", values)
        return self.get(number) or notice

    def in_state(self, *states: NoticeState) -> list[Notice]:
        """Those in one of these states, by planned time, then number."""
        marks = ", ".join("?" * len(states))
        rows = self._ledger.execute(
            f"SELECT {_COLUMNS} FROM notices WHERE state IN ({marks}) ORDER BY planned_at, id", states
        )
        return [_notice(row) for row in rows]

    def oldest_draft(self) -> datetime | None:
        """When the oldest of those that wait to be confirmed was shown."""
        row = self._ledger.execute("SELECT min(created_at) FROM notices WHERE state = 'draft'").fetchone()
        return None if row[0] is None else moment(row[0])

    def latest(self, limit: int) -> list[Notice]:
        """The latest written down, whatever became of them, latest first."""
        rows = self._ledger.execute(f"SELECT {_COLUMNS} FROM notices ORDER BY id DESC LIMIT ?", (limit,))
        return [_notice(row) for row in rows]

    def next_waiting(self) -> datetime | None:
        """The first moment at which one of those that wait is to begin."""
        row = self._ledger.execute(
            "SELECT min(coalesce(begin_at, planned_at)) FROM notices WHERE state = 'waiting'"
        ).fetchone()
        return None if row[0] is None else moment(row[0])

    def to_begin(self, at: datetime) -> list[Notice]:
        """Those that wait and whose moment has come, by that moment, then number."""
        rows = self._ledger.execute(
            f"SELECT {_COLUMNS} FROM notices WHERE state = 'waiting' AND coalesce(begin_at, planned_at) <= ?"
            " ORDER BY coalesce(begin_at, planned_at), id",
            (millis(at),),
        )
        return [_notice(row) for row in rows]

    def next_expiry(self) -> datetime | None:
        """The first moment at which one no longer holds that has not reached all its groups."""
        row = self._ledger.execute(f"SELECT min(valid_until) FROM notices WHERE {_EXPIRES}").fetchone()
        return None if row[0] is None else moment(row[0])

    def expired(self, at: datetime) -> list[Notice]:
        """Those that no longer hold at that moment and have not reached all their groups, by number."""
        rows = self._ledger.execute(
            f"SELECT {_COLUMNS} FROM notices WHERE {_EXPIRES} AND valid_until <= ? ORDER BY id", (millis(at),)
        )
        return [_notice(row) for row in rows]

    def loose(self, level: Level) -> list[int]:
        """Numbers of those of this level that are being sent and have pending rows which nothing holds."""
        rows = self._ledger.execute(
            "SELECT id FROM notices WHERE state IN ('sending', 'paused') AND state = 'sending' AND level = ?"
            " AND EXISTS (SELECT 1 FROM outbox WHERE outbox.notice = notices.id AND outbox.state = 'pending' AND held = '') ORDER BY id",
            (level,),
        )
        return [id_ for (id_,) in rows]

    def held(self, why: str) -> list[int]:
        """Numbers of those with rows held for that reason."""
        rows = self._ledger.execute(
            "SELECT DISTINCT notice FROM outbox WHERE state = 'pending' AND held <> '' AND held = ?"
            " AND notice IS NOT NULL ORDER BY notice",
            (why,),
        )
        return [id_ for (id_,) in rows]

    def claimed_after(self, at: datetime) -> frozenset[tuple[str, datetime]]:
        """What of notices.yaml planned after that moment is written down already, cancelled or moved: entry and time."""
        rows = self._ledger.execute(
            "SELECT source, planned_at FROM notices WHERE source <> '' AND planned_at > ?", (millis(at),)
        )
        return frozenset((source, moment(planned)) for source, planned in rows)

    def last_claimed(self, source: str) -> datetime | None:
        """The latest planned moment for which an entry of notices.yaml was claimed."""
        row = self._ledger.execute(
            "SELECT max(planned_at) FROM notices WHERE source = ? AND source <> ''", (source,)
        ).fetchone()
        return None if row[0] is None else moment(row[0])

    def last_claims(self) -> Mapping[str, datetime]:
        """The same for every entry that was ever claimed."""
        rows = self._ledger.execute(
            "SELECT source, max(planned_at) FROM notices WHERE source <> '' GROUP BY source"
        )
        return {source: moment(at) for source, at in rows}

    def being_corrected(self) -> frozenset[int]:
        """Numbers of the notices of which a correction is previewed or waits for its time."""
        rows = self._ledger.execute(
            "SELECT corrects FROM notices WHERE corrects IS NOT NULL AND state IN ('draft', 'waiting')"
        )
        return frozenset(number for (number,) in rows)

    def rows(self, number: int) -> list[DeliveryRow]:
        """Its outbox rows, a group each (and one for each attachment), in the order they were queued."""
        rows = self._ledger.execute(
            "SELECT id, room, CASE WHEN state = 'pending' AND room_id IS NULL THEN ? ELSE error END, state, held, settled_at,"
            " echoed_at, attachment FROM outbox WHERE notice = ? ORDER BY id",
            (UNSEEN, number),
        )
        return [
            DeliveryRow(
                id_, room, state, error, held, moment(at) if at else None, echoed is not None, attachment
            )
            for id_, room, error, state, held, at, echoed, attachment in rows
        ]

    def hold(self, number: int, why: str) -> int:
        """Hold its pending rows: they keep their place and do not leave. Returns how many."""
        return self._ledger.execute(
            "UPDATE outbox SET held = ? WHERE notice = ? AND state = 'pending' AND held = ''", (why, number)
        ).rowcount

    def release(self, number: int, why: str) -> int:
        """Let the rows held for that reason leave again. Returns how many."""
        return self._ledger.execute(
            "UPDATE outbox SET held = '' WHERE notice = ? AND state = 'pending' AND held = ?", (number, why)
        ).rowcount

    def cancel_rows(
        self, number: int, at: datetime, rooms: Collection[str] | None = None, why: str = ""
    ) -> list[str]:
        """pending -> cancelled, of these groups (None: all). ``why``: in Chinese, for reports. Returns the groups, each
        once."""
        wanted = json.dumps(sorted(rooms or ()), ensure_ascii=False)
        rows = self._ledger.execute(
            "UPDATE outbox SET state = 'cancelled', settled_at = ?, held = '', error = ? WHERE notice = ? AND state = 'pending'"
            " AND (? OR room IN (SELECT value FROM json_each(?))) RETURNING room",
            (millis(at), why, number, int(rooms is None), wanted),
        ).fetchall()
        return list(dict.fromkeys(room for (room,) in rows))

    def received(self, number: int, room: str, by: Actor, household: str) -> bool:
        """Count a 「收到」; ``household`` is its key, "" when unknown, which says nothing more of a person who named one.
        False when it was counted already."""
        who = (number, room, by.id)
        if household:
            self._ledger.execute(
                "DELETE FROM receipts WHERE notice = ? AND room = ? AND person_id = ? AND household = ''", who
            )
        return bool(
            self._ledger.execute(
                "INSERT OR IGNORE INTO receipts (notice, room, person_id, household, at) SELECT ?, ?, ?, ?, ?"
                " WHERE ? <> '' OR NOT EXISTS"
                " (SELECT 1 FROM receipts WHERE notice = ? AND room = ? AND person_id = ?)",
                (*who, household, millis(by.at), household, *who),
            ).rowcount
        )

    def receipts(self, number: int) -> list[Receipts]:
        """How many answered, by group."""
        rows = self._ledger.execute(
            "SELECT room, count(DISTINCT person_id), count(DISTINCT CASE household WHEN '' THEN person_id ELSE household END)"
            " FROM receipts WHERE notice = ? GROUP BY room ORDER BY room",
            (number,),
        )
        return [Receipts(*row) for row in rows]

    def asking(self, room: str, since: datetime) -> list[Notice]:
        """The notices sent to this group since then that ask for 「收到」, latest first."""
        rows = self._ledger.execute(
            "SELECT notice FROM outbox WHERE room = ? AND notice IN (SELECT id FROM notices WHERE asks_receipt = 1"
            " AND begun_at >= ?) AND state IN ('sent', 'unconfirmed') ORDER BY id DESC",
            (room, millis(since)),
        ).fetchall()
        found = (self.get(number) for number in dict.fromkeys(number for (number,) in rows))
        return [notice for notice in found if notice is not None]


def _row(notice: Notice) -> dict[str, Any]:
    """Its columns but for number, account and the moments the states set."""
    row: dict[str, Any] = {
        field.name: getattr(notice, field.name)
        for field in fields(notice)
        if field.name not in ("id", "late_minutes", "begun_at", "ended_at", "reminded_at")
    }
    for name in ("planned_at", "created_at", "valid_until", "begin_at"):
        row[name] = millis(row[name]) if row[name] is not None else None
    for name in ("rooms", "attachments"):
        row[name] = json.dumps(row[name], ensure_ascii=False)
    for name in ("drill", "asks_receipt"):
        row[name] = int(row[name])
    return row | {"late_ms": round(notice.late_minutes * 60_000)}


def _notice(row: tuple[Any, ...]) -> Notice:
    (
        id_, text, rooms, scope, node, planned, created, level, state, reason, source, late, until, attachments, drill,
        receipt, corrects, update, by_id, by_name, room_id, second_id, second, begun, ended, reminded, begin, entry,
    ) = row  # fmt: skip

    def at(value: int | None) -> datetime | None:
        return None if value is None else moment(value)

    return Notice(
        id_, text, tuple(json.loads(rooms)), scope, node, moment(planned), moment(created), level, state, reason, source,
        late / 60_000, at(until), tuple(json.loads(attachments)), bool(drill), bool(receipt), corrects, update, by_id,
        by_name, room_id, second_id, second, at(begun), at(ended), at(reminded), at(begin), entry,
    )  # fmt: skip

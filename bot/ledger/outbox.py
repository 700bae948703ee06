"""Outgoing messages, a row each, with their states."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.ledger.database import Ledger
from bot.model.channel import BUNDLED, STOPPED, Brief, Outgoing, OutKind
from bot.model.clock import millis, moment
from bot.model.ledger import NewOutgoing, RowState, Waiting
from bot.model.message import Message

PRIORITY: dict[OutKind, int] = {"alert": 0, "reply": 1, "private": 1, "call": 2, "notice": 3}
"""Lower leaves first; what an emergency causes is at -1."""

LONGEST_WAIT = timedelta(hours=1)
"""An alert that waited longer for its turn is no longer something just called out."""

OTHER_ACCOUNT = "换了微信号"
"""Why a row failed that waited for another account."""

_MENTIONS = re.compile(r"(?:@[^\u2005]*\u2005)+")

_OUT = "id, kind, room_id, room, to_id, text, mentions, ticket, attachment, notice, topic"


def priority(new: NewOutgoing) -> int:
    """Lower leaves first: emergencies, alerts, replies, then calls and urgent notices in the order they were queued, other
    notices. Alerts and replies are before every notice: 400 groups take half an hour, and 「停下」 has to be answered."""
    if new.urgent:
        return -1
    return PRIORITY["call"] if new.kind == "notice" and new.level == "urgent" else PRIORITY[new.kind]


class OutboxRows:
    """Table outbox."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, new: NewOutgoing) -> int:
        """Queue a message; returns the row's id."""
        at = millis(new.at)
        cursor = self._ledger.execute(
            "INSERT INTO outbox (account, kind, priority, room_id, room, to_id, text, mentions,"
            " ticket, message_id, created_at, due_at, topic, notice, attachment, held, bundle, brief, pressing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account, new.kind, priority(new), new.room_id, new.room, new.to_id, new.text,
                json.dumps(new.mentions, ensure_ascii=False) if new.mentions else "[]", new.ticket, new.message_id, at, at, new.topic,
                new.notice, new.attachment, new.held, new.brief.kind if new.brief else "", new.brief.line if new.brief else "",
                bool(new.brief and new.brief.pressing),
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def waiting(self, limit: int) -> Iterator[Waiting]:
        """Pending rows whose room is known: by priority, then in the order they were queued."""
        return self._pending("ORDER BY priority, id LIMIT ?", (limit,))

    def heads(self) -> Iterator[Waiting]:
        """The first pending row of each room and person: slower than ``waiting``, and complete."""
        return self._pending(
            "AND id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY room_id, to_id"
            " ORDER BY priority, id) AS place FROM outbox WHERE state = 'pending' AND held = '') WHERE place = 1)"
            " ORDER BY priority, id",
            (),
        )

    def answers(self, limit: int, before: datetime) -> Iterator[Waiting]:
        """The same of answers alone that could have left by that moment."""
        rank = PRIORITY["reply"]
        return self._pending(
            "AND priority = ? AND due_at <= ? ORDER BY id LIMIT ?", (rank, millis(before), limit)
        )

    def fellows(self, row: Waiting, limit: int, at: datetime) -> list[Waiting]:
        """Rows that may leave together with this one, itself among them: of the same kind, for the same people, due by
        that moment; pressing ones first."""
        out, kind = row.out, row.brief.kind if row.brief else ""
        if not kind:
            return [row]
        rows = self._pending(
            "AND room_id = ? AND to_id = ? AND bundle = ? AND bundle <> '' AND kind = ? AND due_at <= ?"
            " ORDER BY id <> ?, pressing DESC, id LIMIT ?",
            (out.room_id, out.to_id, kind, out.kind, millis(at), out.id, limit),
        )
        found = list(rows)
        return sorted(found, key=lambda one: (not (one.brief and one.brief.pressing), one.out.id))

    def _pending(self, rest: str, parameters: tuple[int | str, ...]) -> Iterator[Waiting]:
        rows = self._ledger.rows(
            f"SELECT {_OUT}, due_at, attempts, bundle, brief, pressing, priority FROM outbox WHERE state = 'pending'"
            f" AND held = '' AND account = ? AND room_id IS NOT NULL {rest}",
            (self._ledger.account, *parameters),
        )
        for row in rows:
            due, attempts, bundle, line, pressing, rank = row[11:]
            brief = Brief(bundle, line, bool(pressing)) if bundle else None
            yield Waiting(_outgoing(row), moment(due), attempts, brief, rank < 0)

    def stranded(self, at: datetime) -> list[Outgoing]:
        """Rows that wait for another account than the present one; they become failed."""
        rows = self._ledger.execute(
            f"SELECT {_OUT} FROM outbox WHERE state = 'pending' AND account <> ? ORDER BY id",
            (self._ledger.account,),
        ).fetchall()
        self._ledger.execute(
            "UPDATE outbox SET state = 'failed', settled_at = ?, error = ?"
            " WHERE state = 'pending' AND account <> ?",
            (millis(at), OTHER_ACCOUNT, self._ledger.account),
        )
        return [_outgoing(row) for row in rows]

    def claim(self, row: int, text: str, was: str) -> bool:
        """pending -> sending, with the words that really leave. False when it was cancelled, held or reworded meanwhile:
        ``was`` is how it was read."""
        claimed = self._ledger.execute(
            "UPDATE outbox SET state = 'sending', text = ?, attempts = attempts + 1"
            " WHERE id = ? AND state = 'pending' AND held = '' AND text = ?",
            (text, row, was),
        )
        return bool(claimed.rowcount)

    def claim_together(self, rows: Sequence[Waiting], text: str, at: datetime) -> Outgoing | None:
        """pending -> sending, of all of them, carried by a new row with these words, which is returned; whatever becomes of
        that row becomes of them. None, and nothing done, when one of them was cancelled, held or reworded meanwhile."""
        first = rows[0].out
        members = json.dumps([row.out.id for row in rows])
        among = "id IN (SELECT value FROM json_each(?)) AND state = 'pending' AND held = ''"
        there = dict(
            self._ledger.execute(f"SELECT id, text FROM outbox WHERE {among}", (members,)).fetchall()
        )
        if there != {row.out.id: row.out.text for row in rows}:
            return None
        mentions = tuple(dict.fromkeys(one for row in rows for one in row.out.mentions))
        topic = " ".join([BUNDLED, *(row.out.ticket for row in rows if row.out.ticket)])
        cursor = self._ledger.execute(
            "INSERT INTO outbox (account, kind, priority, room_id, room, to_id, text, mentions, message_id, state,"
            " created_at, due_at, attempts, topic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'sending', ?, ?, 1, ?)",
            (
                self._ledger.account, first.kind, PRIORITY[first.kind], first.room_id, first.room, first.to_id, text,
                json.dumps(mentions, ensure_ascii=False), millis(at), millis(at), topic,
            ),
        )  # fmt: skip
        carrier = int(cursor.lastrowid or 0)
        self._ledger.execute(
            f"UPDATE outbox SET state = 'sending', attempts = attempts + 1, carrier = ? WHERE {among}",
            (carrier, members),
        )
        return replace(first, id=carrier, text=text, mentions=mentions, ticket=None, topic=topic)

    def settle(self, row: int, state: RowState, at: datetime, gateway_id: str = "", error: str = "") -> None:
        """sending -> sent, failed or unconfirmed; with it the rows that it carries."""
        self._ledger.execute(
            "UPDATE outbox SET state = ?, settled_at = ?, gateway_id = ?, error = ? WHERE id = ?",
            (state, millis(at), gateway_id, error, row),
        )
        self._ledger.execute(
            "UPDATE outbox SET state = ?, settled_at = ?, error = ? WHERE carrier = ? AND carrier IS NOT NULL",
            (state, millis(at), error, row),
        )

    def postpone(self, row: int, at: datetime, due: datetime, error: str, counted: bool) -> None:
        """sending -> pending again, not before ``due``; ``counted`` when it counts as an attempt. What was taken back,
        corrected or paused while it was leaving is cancelled or held instead; rows that it carried wait on their own
        again."""
        self._ledger.execute(
            "UPDATE outbox SET state = 'pending', due_at = ?, error = ?, attempts = attempts - ?, carrier = NULL,"
            " text = CASE instead WHEN '' THEN text ELSE instead END, instead = '' WHERE id = ? OR carrier = ?",
            (millis(due), error, 0 if counted else 1, row, row),
        )
        bundled = "DELETE FROM outbox WHERE id = ? AND topic GLOB ?"
        if self._ledger.execute(bundled, (row, f"{BUNDLED}*")).rowcount:
            self._ledger.execute(  # it never left; what it carried waits on, unless nobody would ever send it
                "UPDATE outbox SET state = 'failed', settled_at = ?, error = ? WHERE state = 'pending' AND bundle <> ''"
                " AND account <> ?",
                (millis(at), OTHER_ACCOUNT, self._ledger.account),
            )
            return
        self._ledger.execute(
            "UPDATE outbox SET state = 'cancelled', settled_at = ?, error = '' WHERE id = ? AND EXISTS (SELECT 1 FROM notices"
            " WHERE (id = outbox.notice AND state = 'cancelled')"
            " OR (corrects = outbox.notice AND corrects IS NOT NULL AND begun_at IS NOT NULL))",
            (millis(at), row),
        )
        self._ledger.execute(
            "UPDATE outbox SET held = 'paused' WHERE id = ? AND state = 'pending'"
            " AND (SELECT state FROM notices WHERE id = outbox.notice) = 'paused'",
            (row,),
        )
        self._ledger.execute(
            "UPDATE outbox SET held = 'correcting' WHERE id = ? AND state = 'pending' AND held = '' AND EXISTS"
            " (SELECT 1 FROM notices WHERE corrects = outbox.notice AND corrects IS NOT NULL"
            " AND state IN ('draft', 'waiting'))",
            (row,),
        )
        self._ledger.execute(  # nobody would ever send it
            "UPDATE outbox SET state = 'failed', settled_at = ?, error = ? WHERE id = ? AND state = 'pending'"
            " AND account <> ?",
            (millis(at), OTHER_ACCOUNT, row, self._ledger.account),
        )

    def interrupted(self, at: datetime) -> list[Outgoing]:
        """Rows left in sending by a process that died; they become unconfirmed, for every account. One that the account
        was heard saying is sent."""
        self._ledger.execute(
            "UPDATE outbox SET state = 'sent', settled_at = echoed_at, error = ''"
            " WHERE state = 'sending' AND echoed_at IS NOT NULL"
        )
        rows = self._ledger.execute(
            f"SELECT {_OUT} FROM outbox WHERE state = 'sending' AND carrier IS NULL ORDER BY id"
        ).fetchall()
        self._ledger.execute(
            "UPDATE outbox SET state = 'unconfirmed', settled_at = ?, error = ? WHERE state = 'sending'",
            (millis(at), STOPPED),
        )
        return [_outgoing(row) for row in rows]

    def heard(self, out: Outgoing) -> bool:
        """True when the account was heard saying it."""
        row = self._ledger.execute("SELECT echoed_at FROM outbox WHERE id = ?", (out.id,)).fetchone()
        return row is not None and row[0] is not None

    def echo(self, message: Message, since: datetime) -> bool:
        """The account was heard saying this: confirm the row it comes from, by the gateway's id, else by room and words
        among those sent without an id, being sent or unconfirmed since then. False when it is no row's."""
        row = self._echoed(message, since)
        if row is None:
            return False
        self._ledger.execute(
            "UPDATE outbox SET echoed_at = coalesce(echoed_at, ?), error = CASE state WHEN 'unconfirmed' THEN '' ELSE error"
            " END, state = CASE state WHEN 'unconfirmed' THEN 'sent' ELSE state END WHERE id = ? OR carrier = ?",
            (millis(message.at), row, row),
        )
        return True

    def _echoed(self, message: Message, since: datetime) -> int | None:
        """The row of an echo: what left first was heard first, and what is unconfirmed is the last to be meant."""
        if message.id:
            found = self._ledger.execute(
                "SELECT id FROM outbox WHERE gateway_id = ? AND gateway_id <> '' AND account = ?",
                (message.id, self._ledger.account),
            ).fetchone()
            if found:
                return int(found[0])
        if message.private:
            return None  # to whom it was said is not told: the id alone can say which row it is
        rows = self._ledger.execute(
            "SELECT id, state, text, attachment FROM outbox WHERE state = 'sending' AND account = ? AND room_id = ?"
            " AND echoed_at IS NULL AND carrier IS NULL"
            " UNION ALL SELECT id, state, text, attachment FROM outbox WHERE settled_at >= ?"
            " AND state IN ('sent', 'unconfirmed') AND gateway_id = '' AND account = ? AND room_id = ?"
            " AND echoed_at IS NULL AND carrier IS NULL",
            (self._ledger.account, message.room_id, millis(since), self._ledger.account, message.room_id),
        )
        words = _bare(message.text)
        meant = [
            (state == "unconfirmed", id_)
            for id_, state, text, attachment in rows
            if (message.kind != "text" if attachment else _bare(text) == words)
        ]
        return min(meant)[1] if meant else None

    def gone(self, room_id: str) -> bool:
        """True for a room the account is no longer in."""
        row = self._ledger.execute(
            "SELECT 1 FROM rooms WHERE account = ? AND room_id = ? AND left_at IS NOT NULL",
            (self._ledger.account, room_id),
        ).fetchone()
        return row is not None

    def fail_room(self, room_id: str, at: datetime, error: str) -> list[Outgoing]:
        """pending -> failed, of every row for that room; returns them."""
        rows = self._ledger.execute(
            "UPDATE outbox SET state = 'failed', settled_at = ?, error = ?, held = '' WHERE state = 'pending'"
            f" AND account = ? AND room_id = ? RETURNING {_OUT}",
            (millis(at), error, self._ledger.account, room_id),
        ).fetchall()
        return sorted((_outgoing(row) for row in rows), key=lambda out: out.id)

    def bind_room(self, room: str, room_id: str) -> None:
        """Give waiting rows for a room by name its id."""
        self._ledger.execute(
            "UPDATE outbox SET room_id = ? WHERE state = 'pending' AND account = ? AND room_id IS NULL AND room = ?",
            (room_id, self._ledger.account, room),
        )

    def sent_since(self, since: datetime) -> list[tuple[datetime, str]]:
        """(when, room id) of rows sent after that moment, oldest first."""
        rows = self._ledger.execute(
            "SELECT settled_at, coalesce(room_id, '') FROM outbox"
            " WHERE settled_at > ? AND state = 'sent' AND carrier IS NULL AND account = ? ORDER BY settled_at",
            (millis(since), self._ledger.account),
        )
        return [(moment(at), room_id) for at, room_id in rows]

    def roomless(self) -> int:
        """Pending rows whose room has not been seen yet."""
        row = self._ledger.execute(
            "SELECT count(*) FROM outbox WHERE state = 'pending' AND room_id IS NULL AND account = ?",
            (self._ledger.account,),
        ).fetchone()
        return int(row[0])

    def waiting_count(self) -> int:
        """How many messages wait to leave, held ones not counted."""
        row = self._ledger.execute(
            "SELECT count(*) FROM outbox WHERE state = 'pending' AND held = '' AND account = ?",
            (self._ledger.account,),
        ).fetchone()
        return int(row[0])

    def unseen(self, rooms: Sequence[str]) -> list[str]:
        """Those of these groups that the account has never heard of, or has left."""
        seen = self._ledger.execute(
            "SELECT tree_room FROM rooms WHERE account = ? AND tree_room IS NOT NULL AND left_at IS NULL",
            (self._ledger.account,),
        )
        known = {room for (room,) in seen}
        return [room for room in rooms if room not in known]

    def called_out(self, room_id: str, person_id: str, since: datetime) -> list[str]:
        """Numbers of the tickets that alerts sent to a room after that moment were about (without a room: to this
        person in private), latest first, each once."""
        to_id = "" if room_id else person_id
        rows = self._ledger.execute(
            "SELECT ticket FROM outbox WHERE ticket IS NOT NULL AND room_id = ? AND created_at >= ? AND to_id = ?"
            " AND account = ? AND kind = 'alert' AND state IN ('sent', 'unconfirmed') AND settled_at >= ?"
            " ORDER BY settled_at DESC, id DESC",
            (room_id, millis(since - LONGEST_WAIT), to_id, self._ledger.account, millis(since)),
        )
        return list(dict.fromkeys(number for (number,) in rows))

    def counts(self, since: datetime) -> dict[str, int]:
        """How many rows are in each state: all pending and sending ones, others since a moment. What left together is one."""
        rows = self._ledger.execute(
            "SELECT 'pending', count(*) FROM outbox WHERE state = 'pending'"
            " UNION ALL SELECT 'sending', count(*) FROM outbox WHERE state = 'sending' AND carrier IS NULL"
            " UNION ALL SELECT state, count(*) FROM outbox WHERE settled_at > ? AND carrier IS NULL GROUP BY state",
            (millis(since),),
        )
        return {state: int(count) for state, count in rows}


def _bare(text: str) -> str:
    """Words without the mentions before them and without spaces, which gateways change."""
    return (
        "".join(_MENTIONS.sub("", text, count=1).split()) if text.startswith("@") else "".join(text.split())
    )


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    id_, kind, room_id, room, to_id, text, named, ticket, attachment, notice, topic = row[:11]
    mentions = tuple((person_id, name) for person_id, name in json.loads(named))
    return Outgoing(id_, kind, room_id or "", room, to_id, text, mentions, ticket, attachment, notice, topic)

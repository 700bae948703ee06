"""Forgetting: what is kept about an account, and making what is old nameless. Numbers, kinds, times and states stay.

What is made nameless keeps its place down to the building; whoever acted at work stays in the audit by name.
"""

import json
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.ledger.members import Members
from bot.ledger.tickets import number_of
from bot.model.clock import millis
from bot.model.privacy import Counts, Forgotten, Kept, KeptTicket

SOMEBODY = "居民"
"""Who stands in the ledger for a resident who is forgotten."""

NAMELESS = "（已匿名）"
"""What stands for the words of a ticket that was made nameless."""

_CLOSED = "state NOT IN ('opened', 'taken', 'dispatched')"
_SETTLED = "state NOT IN ('pending', 'sending') AND (text <> '' OR to_id <> '' OR mentions <> '[]')"
_ISOLATION = "coalesce(ended_at, ends) < ? AND (room <> '' OR name <> '' OR note <> '')"
_ABOUT_RESIDENTS = f"at < ? AND action IN ('isolation', 'unanswered') AND what <> '{NAMELESS}'"
"""Audit rows that name the residents they are about."""

_ROWS = "(text <> '' OR name <> '' OR author_id <> '')"
_NUMBER = re.compile(r"(?<![A-Za-z])[A-Z]{1,3}\d{3}(?!\d)")
"""A ticket's number in what the bot said."""


class Privacy:
    """All tables that hold something about people."""

    def __init__(
        self,
        ledger: Ledger,
        members: Members | None,
        building_of: Callable[[str], str],
        at_work: Collection[str],
    ) -> None:
        """``building_of``: the name of a node -> that of the nearest above it that is no unit; ``at_work``: ids of those
        bot.yaml names, whose deeds stay theirs. ``members`` is told that it knows nobody any more."""
        self._ledger = ledger
        self._members = members
        self._building_of = building_of
        self._at_work = json.dumps(sorted(at_work))

    # one account

    def kept(self, person_id: str) -> Kept:
        """What is kept about this account."""
        home = self._rows(
            "SELECT r.name, h.compound, h.building, h.unit, h.room FROM residents r JOIN households h"
            " ON h.id = r.household WHERE r.person_id = ?",
            (person_id,),
        )
        name, compound, *door = home[0] if home else ("", "")
        tickets = self._rows(
            "SELECT id, title, state, opened_at, privacy = 'asked' FROM tickets WHERE requester_id = ? ORDER BY id DESC",
            (person_id,),
        )
        following = self._ids(
            "SELECT ticket FROM ticket_followers WHERE person_id = ? ORDER BY ticket", (person_id,)
        )
        records = self._rows(
            "SELECT intent, count(*) FROM records WHERE sender_id = ? GROUP BY intent", (person_id,)
        )
        return Kept(
            door=compound + "-".join(part for part in door if part),
            name=name,
            tickets=tuple(
                KeptTicket(number_of(id_), title, state, _moment(at), bool(marked))
                for id_, title, state, at, marked in tickets
            ),
            following=tuple(number_of(id_) for id_ in following),
            records=dict(records),
            chain_rows=self._count("chain_rows", "author_id = ?", person_id),
            unanswered=self._count("unanswered", "sender_id = ?", person_id),
            said=self._count(
                "outbox", "to_id = ? OR instr(mentions, json_quote(?)) > 0", person_id, person_id
            ),
        )

    def forget(self, person_id: str) -> Forgotten:
        """Forget the account: binding, dialogues and unanswered messages go; tickets, reports, 接龙 rows and what the bot
        said to them stay as nameless numbers. Open tickets are marked; roles and what somebody did at work stay."""
        self._begin()
        mine = "requester_id = ? AND privacy <> 'done'"
        closed = self._ids(f"SELECT id FROM tickets WHERE {mine} AND {_CLOSED}", (person_id,))
        waiting = self._ids(f"SELECT id FROM tickets WHERE {mine} AND NOT {_CLOSED}", (person_id,))
        self._forget_words_to(person_id)
        self._nameless(closed)
        self._run(
            "UPDATE tickets SET privacy = 'asked' WHERE id IN (SELECT value FROM json_each(?))",
            _json(waiting),
        )
        self._forget_what_they_said(person_id)
        self._unbind(person_id)
        for table, column in (
            ("ticket_followers", "person_id"), ("unanswered", "sender_id"), ("members", "person_id"),
            ("dialogues", "sender_id"),
        ):  # fmt: skip
            self._run(f"DELETE FROM {table} WHERE {column} = ?", person_id)
        if self._members is not None:
            self._members.forget_cache()
        return Forgotten(len(closed), tuple(number_of(id_) for id_ in waiting))

    def first_closed(self) -> datetime | None:
        """When the first of the marked tickets was closed; None when none is."""
        at = self._rows(f"SELECT min(updated_at) FROM tickets WHERE privacy = 'asked' AND {_CLOSED}")[0][0]
        return None if at is None else _moment(at)

    def forget_closed(self, before: datetime) -> int:
        """Make the marked tickets nameless that were closed before that moment; how many."""
        self._begin()
        ids = self._ids(
            f"SELECT id FROM tickets WHERE privacy = 'asked' AND {_CLOSED} AND updated_at <= ?",
            (millis(before),),
        )
        self._nameless(ids)
        return len(ids)

    # everything that is old

    def stale(self, before: datetime) -> Counts:
        """How many rows of each part are older than that moment and not nameless yet."""
        at = millis(before)
        ids = self._stale_tickets(before)
        return {
            "办完的工单": len(ids),
            "这些工单的经过": self._count(
                "ticket_events", "ticket IN (SELECT value FROM json_each(?))", _json(ids)
            ),
            "报备、投诉、报名": self._count("records", "at < ? AND (sender_id <> '' OR text <> '')", at),
            "接龙的行": self._count(
                "chain_rows", f"chain IN (SELECT id FROM chains WHERE updated_at < ?) AND {_ROWS}", at
            ),
            "没人回的话": self._count("unanswered", "at < ? AND (sender_id <> '' OR text <> '')", at),
            "结束了的居家隔离": self._count("isolation", _ISOLATION, at),
            "审计里的住户": self._count("audit", _ABOUT_RESIDENTS, at),
            "小巷发出的话": len(self._outbox(at, ids)),
        }

    def sweep(self, before: datetime) -> Counts:
        """Make all of that nameless; needs an open transaction. Returns what ``stale`` said before."""
        counts = self.stale(before)
        at = millis(before)
        self._begin()
        ids = self._stale_tickets(before)
        self._wipe_outbox(self._outbox(at, ids))
        self._nameless(ids)
        self._nameless_records("at < ? AND (sender_id <> '' OR text <> '')", at)
        old = "chain IN (SELECT id FROM chains WHERE updated_at < ?)"
        self._run(f"UPDATE chain_rows SET {_BLANK_ROW} WHERE {old} AND {_ROWS}", at)
        self._run(f"UPDATE chain_copies SET poster_id = '', message_id = '' WHERE {old}", at)
        self._run(
            "UPDATE unanswered SET sender_id = '', sender = '', text = '', message_id = '' WHERE at < ?", at
        )
        self._run(f"UPDATE audit SET what = '{NAMELESS}' WHERE {_ABOUT_RESIDENTS}", at)
        self._by_building("isolation", _ISOLATION, at)
        self._run(
            "UPDATE isolation SET ended_at = coalesce(ended_at, ends), name = '', unit = '', room = '', note = ''"
            f" WHERE {_ISOLATION}",
            at,
        )
        return counts

    def scrub(self) -> bool:
        """Write the file anew without what was forgotten, and empty the log beside it. Outside of transactions.

        False when somebody else was reading just then, so that old pages may be left in the log.
        """
        self._ledger.execute("VACUUM")
        busy, _, _ = self._ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    # parts

    def _begin(self) -> None:
        """What is overwritten or deleted from here on is overwritten in the file, too."""
        self._ledger.execute("PRAGMA secure_delete = ON").fetchall()

    def _stale_tickets(self, before: datetime) -> list[int]:
        return self._ids(
            f"SELECT id FROM tickets WHERE {_CLOSED} AND updated_at < ? AND privacy <> 'done'",
            (millis(before),),
        )

    def _nameless(self, ids: list[int]) -> None:
        """Tickets with their audit rows and all that was said about them, without whoever asked."""
        if not ids:
            return
        some = _json(ids)
        self._wipe_outbox(self._outbox(0, ids))
        chosen = "ticket IN (SELECT value FROM json_each(?))"
        self._run(
            f"UPDATE ticket_events SET note = '' WHERE {chosen} AND actor_id <> '' AND note <> ''", some
        )
        self._run(
            f"UPDATE ticket_events SET actor_id = '', actor = '{SOMEBODY}', room_id = '', message_id = ''"
            f" WHERE {chosen} AND actor_id <> '' AND (actor_id NOT IN ({_AT_WORK}) OR actor_id ="
            " (SELECT requester_id FROM tickets t WHERE t.id = ticket AND t.beneficiary = ''))",
            some,
            self._at_work,
        )
        self._run(f"DELETE FROM ticket_followers WHERE {chosen}", some)
        numbers = json.dumps([number_of(id_) for id_ in ids])
        self._run("DELETE FROM dialogues WHERE ticket IN (SELECT value FROM json_each(?))", numbers)
        self._by_building("tickets", "id IN (SELECT value FROM json_each(?))", some)
        self._run(
            f"UPDATE tickets SET requester_id = '', requester = '{SOMEBODY}', room_id = '', room_name = '', unit = '',"
            f" room = '', phones = '', items = '', text = '{NAMELESS}', beneficiary = '', message_id = '', watch_at = NULL,"
            " privacy = 'done' WHERE id IN (SELECT value FROM json_each(?))",
            some,
        )

    def _nameless_records(self, where: str, value: Any) -> None:
        self._by_building("records", where, value)
        self._run(
            "UPDATE records SET sender_id = '', sender = '', text = '', slots = '{}', room_id = '', room = '',"
            f" message_id = '' WHERE {where}",
            value,
        )

    def _forget_what_they_said(self, person_id: str) -> None:
        """Reports, 接龙 rows, and the audit rows of what they did as residents."""
        self._nameless_records("sender_id = ?", person_id)
        self._run(f"UPDATE chain_rows SET removed = 1, {_BLANK_ROW} WHERE author_id = ?", person_id)
        self._run("UPDATE chain_rows SET changed_by = '', flagged_by = '' WHERE changed_by = ?", person_id)
        self._run("UPDATE chain_copies SET poster_id = '', message_id = '' WHERE poster_id = ?", person_id)
        self._run(
            f"UPDATE audit SET what = '{NAMELESS}' WHERE action = 'unanswered' AND EXISTS"
            " (SELECT 1 FROM unanswered u WHERE u.sender_id = ? AND instr(audit.what, u.sender) > 0)",
            person_id,
        )
        self._run(
            f"UPDATE audit SET actor_id = '', actor = '{SOMEBODY}', room_id = '', message_id = ''"
            " WHERE actor_id = ? AND action = 'bind'",
            person_id,
        )

    def _forget_words_to(self, person_id: str) -> None:
        """What the bot said to them, with their name, or because of what they said outside of tickets."""
        said = (
            "SELECT message_id FROM records WHERE sender_id = ? UNION SELECT message_id FROM unanswered WHERE sender_id = ?"
            " UNION SELECT message_id FROM chain_copies WHERE poster_id = ?"
            " UNION SELECT message_id FROM audit WHERE action = 'bind' AND actor_id = ?"
        )
        rows = self._ids(
            f"SELECT id FROM outbox WHERE {_SETTLED} AND (to_id = ? OR instr(mentions, json_quote(?)) > 0"
            f" OR (message_id <> '' AND message_id IN ({said})))",
            (person_id,) * 6,
        )
        self._wipe_outbox(rows)

    def _unbind(self, person_id: str) -> None:
        self._run("DELETE FROM residents WHERE person_id = ?", person_id)
        self._run("DELETE FROM households WHERE imported = 0 AND id NOT IN (SELECT household FROM residents)")

    def _outbox(self, before: int, ids: list[int]) -> list[int]:
        """Rows of the outbox that are old, that belong to these tickets, or that name one of them."""
        numbers = {number_of(id_) for id_ in ids}
        found = []
        for id_, at, ticket, text in self._ledger.rows(
            f"SELECT id, created_at, ticket, text FROM outbox WHERE {_SETTLED}"
        ):
            if at < before or ticket in numbers or not numbers.isdisjoint(_NUMBER.findall(text)):
                found.append(id_)
        return found

    def _wipe_outbox(self, rows: list[int]) -> None:
        """The words, and to whom; a row about a ticket also forgets the group."""
        self._run(
            "UPDATE outbox SET text = '', mentions = '[]', to_id = '', error = '', gateway_id = '', message_id = '',"
            " room = CASE WHEN ticket IS NULL THEN room ELSE '' END,"
            " room_id = CASE WHEN ticket IS NULL THEN room_id ELSE '' END"
            " WHERE id IN (SELECT value FROM json_each(?))",
            _json(rows),
        )

    def _by_building(self, table: str, where: str, value: Any) -> None:
        """Places of the tree, no nearer than the building."""
        for (node,) in self._rows(f"SELECT DISTINCT node FROM {table} WHERE {where}", (value,)):
            if (wider := self._building_of(node)) != node:
                self._run(f"UPDATE {table} SET node = ? WHERE node = ? AND {where}", wider, node, value)

    def _run(self, sql: str, *values: Any) -> None:
        self._ledger.execute(sql, values)

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._ledger.execute(sql, values).fetchall()

    def _ids(self, sql: str, values: tuple[Any, ...]) -> list[int]:
        return [int(row[0]) for row in self._rows(sql, values)]

    def _count(self, table: str, where: str, *values: Any) -> int:
        return int(self._rows(f"SELECT count(*) FROM {table} WHERE {where}", values)[0][0])


_AT_WORK = (
    "SELECT value FROM json_each(?) UNION SELECT person_id FROM grants UNION SELECT person_id FROM members"
    " WHERE room_id <> '' UNION SELECT person_id FROM duty UNION SELECT owner_id FROM tickets"
    " UNION SELECT owner_id FROM ticket_events"
)
_BLANK_ROW = (
    "text = '', unit = '', room = '', name = '', what = '', author_id = '', author = '', changed_by = '',"
    " earlier = '[]', flagged_by = ''"
)


def _json(ids: list[int]) -> str:
    return json.dumps(ids)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)

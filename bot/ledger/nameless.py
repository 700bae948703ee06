"""Making rows nameless: whoever asked, their words, phones and doors go; numbers, kinds, times and states stay.

The place stays down to the building; whoever acted at work stays in the audit by name.
"""

import json
import re
from collections.abc import Callable, Collection
from typing import Any

from bot.ledger.database import Ledger
from bot.ledger.tickets import number_of

SOMEBODY = "居民"
"""Who stands in the ledger for a resident who is forgotten."""

NAMELESS = "（已匿名）"
"""What stands for the words of a ticket that was made nameless."""

CLOSED = "state NOT IN ('opened', 'taken', 'dispatched')"
SETTLED = "state NOT IN ('pending', 'sending') AND (text <> '' OR to_id <> '' OR mentions <> '[]')"
"""Rows of the outbox that are past and still have words."""

BLANK_ROW = (
    "text = '', unit = '', room = '', name = '', what = '', author_id = '', author = '', changed_by = '',"
    " earlier = '[]', flagged_by = ''"
)
"""A row of a list without whoever wrote it."""

AT_WORK = (
    "SELECT value FROM json_each(?) UNION SELECT person_id FROM grants UNION SELECT person_id FROM members"
    " WHERE room_id <> '' UNION SELECT person_id FROM duty UNION SELECT owner_id FROM tickets"
    " UNION SELECT owner_id FROM ticket_events"
)
"""Ids of those whose deeds stay theirs, given the ids that bot.yaml names."""

_NUMBER = re.compile(r"(?<![A-Za-z])[A-Z]{1,3}\d{3}(?!\d)")
"""A ticket's number in what the bot said."""


BLANK_MARK = "by_id = '', by_name = '', note = '', message_id = ''"
"""A mark of a testing round without whoever said it."""

RESIDENTS_WORD = "source IN ('self', 'proxy', 'chain')"
"""Marks that residents made; those by the staff are deeds at work."""

BLANK_QUESTION = (
    "person = '', text = '', message_id = '', how = CASE WHEN served_at IS NULL THEN 'forgotten' ELSE how END,"
    " served_at = coalesce(served_at, at)"
)
"""A question to the FAQ without whoever asked it: they no longer wait for an answer."""

NOBODY = "'#' || lower(hex(randomblob(8)))"
"""In place of a door or an account that tells rows apart."""


class Nameless:
    """Rows of any table, made nameless inside whatever transaction is open."""

    def __init__(self, ledger: Ledger, building_of: Callable[[str], str], at_work: Collection[str]) -> None:
        """``building_of``: the name of a node -> that of the nearest above it that is no unit; ``at_work``: ids of those
        bot.yaml names."""
        self.ledger = ledger
        self._building_of = building_of
        self.at_work = json.dumps(sorted(at_work))

    def begin(self) -> None:
        """What is overwritten or deleted from here on is overwritten in the file, too."""
        self.ledger.execute("PRAGMA secure_delete = ON").fetchall()

    def tickets(self, ids: list[int]) -> None:
        """Tickets with their audit rows and all that was said about them, without whoever asked."""
        if not ids:
            return
        some = json.dumps(ids)
        self.wipe_outbox(self.outbox(0, ids))
        chosen = "ticket IN (SELECT value FROM json_each(?))"
        self.run(f"UPDATE ticket_events SET note = '' WHERE {chosen} AND actor_id <> '' AND note <> ''", some)
        self.run(
            f"UPDATE ticket_events SET actor_id = '', actor = '{SOMEBODY}', room_id = '', message_id = ''"
            f" WHERE {chosen} AND actor_id <> '' AND (actor_id NOT IN ({AT_WORK}) OR actor_id ="
            " (SELECT requester_id FROM tickets t WHERE t.id = ticket AND t.beneficiary = ''))",
            some,
            self.at_work,
        )
        self.run(f"DELETE FROM ticket_followers WHERE {chosen}", some)
        numbers = json.dumps([number_of(id_) for id_ in ids])
        self.run("DELETE FROM dialogues WHERE ticket IN (SELECT value FROM json_each(?))", numbers)
        self.by_building("tickets", "id IN (SELECT value FROM json_each(?))", some)
        self.run(
            f"UPDATE tickets SET requester_id = '', requester = '{SOMEBODY}', room_id = '', room_name = '', unit = '',"
            f" room = '', phones = '', items = '', text = '{NAMELESS}', beneficiary = '', message_id = '', watch_at = NULL,"
            " privacy = 'done' WHERE id IN (SELECT value FROM json_each(?))",
            some,
        )

    def records(self, where: str, value: Any) -> None:
        """Reports, sign-ups and complaints, without their words."""
        self.by_building("records", where, value)
        self.run(
            "UPDATE records SET sender_id = '', sender = '', text = '', slots = '{}', room_id = '', room = '',"
            f" message_id = '' WHERE {where}",
            value,
        )

    def outbox(self, before: int, ids: list[int]) -> list[int]:
        """Rows of the outbox that are old, that belong to these tickets, or that name one of them."""
        numbers = {number_of(id_) for id_ in ids}
        found = []
        for id_, at, ticket, text in self.ledger.rows(
            f"SELECT id, created_at, ticket, text FROM outbox WHERE {SETTLED}"
        ):
            if at < before or ticket in numbers or not numbers.isdisjoint(_NUMBER.findall(text)):
                found.append(id_)
        return found

    def wipe_outbox(self, rows: list[int]) -> None:
        """The words, and to whom; a row about a ticket also forgets the group."""
        self.run(
            "UPDATE outbox SET text = '', brief = '', instead = '', why = '', mentions = '[]', to_id = '', error = '',"
            " gateway_id = '', message_id = '',"
            " room = CASE WHEN ticket IS NULL THEN room ELSE '' END,"
            " room_id = CASE WHEN ticket IS NULL THEN room_id ELSE '' END"
            " WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(rows),
        )

    def by_building(self, table: str, where: str, value: Any) -> None:
        """Places of the tree, no nearer than the building."""
        for (node,) in self.rows(f"SELECT DISTINCT node FROM {table} WHERE {where}", (value,)):
            if (wider := self._building_of(node)) != node:
                self.run(f"UPDATE {table} SET node = ? WHERE node = ? AND {where}", wider, node, value)

    def run(self, sql: str, *values: Any) -> None:
        """One statement."""
        self.ledger.execute(sql, values)

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """The rows of a query."""
        return self.ledger.execute(sql, values).fetchall()

    def ids(self, sql: str, values: tuple[Any, ...]) -> list[int]:
        """The first column of a query."""
        return [int(row[0]) for row in self.rows(sql, values)]

    def count(self, table: str, where: str, *values: Any) -> int:
        """How many rows of a table are so."""
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE {where}", values)[0][0])

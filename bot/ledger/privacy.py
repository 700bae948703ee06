"""What is kept about one account, and forgetting it."""

import json
from datetime import datetime

from bot.ledger.members import Members
from bot.ledger.nameless import (
    AT_WORK,
    BLANK_MARK,
    BLANK_QUESTION,
    BLANK_ROW,
    CLOSED,
    NAMELESS,
    NOBODY,
    RESIDENTS_WORD,
    SETTLED,
    SOMEBODY,
    Nameless,
)
from bot.ledger.tickets import number_of
from bot.model.clock import millis, moment
from bot.model.privacy import Forgotten, Kept, KeptTicket


class Privacy:
    """Everything any table holds about an account."""

    def __init__(self, nameless: Nameless, members: Members) -> None:
        """``members`` is told that it knows nobody any more."""
        self._nameless = nameless
        self._members = members

    def kept(self, person_id: str) -> Kept:
        """What is kept about this account."""
        home = self._nameless.rows(
            "SELECT r.name, h.compound, h.building, h.unit, h.room FROM residents r JOIN households h"
            " ON h.id = r.household WHERE r.person_id = ?",
            (person_id,),
        )
        name, compound, *door = home[0] if home else ("", "")
        tickets = self._nameless.rows(
            "SELECT id, title, state, opened_at, privacy = 'asked' FROM tickets WHERE requester_id = ? ORDER BY id DESC",
            (person_id,),
        )
        following = self._nameless.ids(
            "SELECT ticket FROM ticket_followers WHERE person_id = ? ORDER BY ticket", (person_id,)
        )
        records = self._nameless.rows(
            "SELECT intent, count(*) FROM records WHERE sender_id = ? GROUP BY intent", (person_id,)
        )
        return Kept(
            door=compound + "-".join(part for part in door if part),
            name=name,
            tickets=tuple(
                KeptTicket(number_of(id_), title, state, moment(at), bool(marked))
                for id_, title, state, at, marked in tickets
            ),
            following=tuple(number_of(id_) for id_ in following),
            records=dict(records),
            chain_rows=self._nameless.count("chain_rows", "author_id = ?", person_id),
            unanswered=self._nameless.count("unanswered", "sender_id = ?", person_id),
            said=self._nameless.count(
                "outbox", "to_id = ? OR instr(mentions, json_quote(?)) > 0", person_id, person_id
            ),
            tested=self._nameless.count("coverage", f"by_id = ? AND {RESIDENTS_WORD}", person_id),
            receipts=self._nameless.count("receipts", "person_id = ?", person_id),
            asked=self._nameless.count("asked", "person_id = ?", person_id),
            votes=self._nameless.count("votes", "person_id = ?", person_id),
        )

    def forget(self, person_id: str, at: datetime) -> Forgotten:
        """Forget the account: binding, dialogues and unanswered messages go; tickets, reports, 接龙 rows, isolation that
        was over by that moment, who said that a household was tested, 「收到」, what they asked the FAQ and what the bot said to
        them stay as nameless numbers. Open tickets are marked; roles and what somebody did at work stay."""
        self._nameless.begin()
        mine = "requester_id = ? AND privacy <> 'done'"
        closed = self._nameless.ids(f"SELECT id FROM tickets WHERE {mine} AND {CLOSED}", (person_id,))
        waiting = self._nameless.ids(f"SELECT id FROM tickets WHERE {mine} AND NOT {CLOSED}", (person_id,))
        self._forget_words_to(person_id)
        self._nameless.tickets(closed)
        self._nameless.run(
            "UPDATE tickets SET privacy = 'asked' WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(waiting),
        )
        self._forget_what_they_said(person_id)
        self._forget_isolation(person_id, at)
        self._unbind(person_id)
        for table, column in (
            ("ticket_followers", "person_id"), ("unanswered", "sender_id"), ("members", "person_id"),
            ("dialogues", "sender_id"),
        ):  # fmt: skip
            self._nameless.run(f"DELETE FROM {table} WHERE {column} = ?", person_id)
        self._members.forget_cache()
        return Forgotten(len(closed), tuple(number_of(id_) for id_ in waiting))

    def first_closed(self) -> datetime | None:
        """When the first of the marked tickets was closed; None when none is."""
        at = self._nameless.rows(f"SELECT min(updated_at) FROM tickets WHERE privacy = 'asked' AND {CLOSED}")[
            0
        ][0]
        return None if at is None else moment(at)

    def forget_closed(self, before: datetime) -> int:
        """Make the marked tickets nameless that were closed before that moment; how many."""
        self._nameless.begin()
        ids = self._nameless.ids(
            f"SELECT id FROM tickets WHERE privacy = 'asked' AND {CLOSED} AND updated_at <= ?",
            (millis(before),),
        )
        self._nameless.tickets(ids)
        return len(ids)

    def _forget_what_they_said(self, person_id: str) -> None:
        """Reports, 接龙 rows, what they added to the tickets of others, and the audit rows of what they did as residents."""
        self._nameless.records("sender_id = ?", person_id)
        self._nameless.run(
            f"UPDATE ticket_events SET actor_id = '', actor = '{SOMEBODY}', room_id = '', message_id = '', note = ''"
            f" WHERE actor_id = ? AND actor_id NOT IN ({AT_WORK}) AND ticket NOT IN"
            f" (SELECT id FROM tickets WHERE requester_id = ? AND NOT {CLOSED})",
            person_id,
            self._nameless.at_work,
            person_id,
        )
        self._nameless.run(f"UPDATE chain_rows SET removed = 1, {BLANK_ROW} WHERE author_id = ?", person_id)
        self._nameless.run(
            "UPDATE chain_rows SET changed_by = '', flagged_by = '' WHERE changed_by = ?", person_id
        )
        self._nameless.run(
            "UPDATE chain_copies SET poster_id = '', message_id = '' WHERE poster_id = ?", person_id
        )
        self._nameless.run(
            f"UPDATE coverage SET {BLANK_MARK} WHERE by_id = ? AND {RESIDENTS_WORD}", person_id
        )
        self._nameless.run(
            f"UPDATE receipts SET person_id = {NOBODY}, household = '' WHERE person_id = ?", person_id
        )
        self._nameless.run(
            f"UPDATE asked SET person_id = {NOBODY}, {BLANK_QUESTION} WHERE person_id = ?", person_id
        )
        self._nameless.run(
            f"UPDATE votes SET person_id = {NOBODY}, message_id = '' WHERE person_id = ?", person_id
        )
        self._nameless.run(
            f"UPDATE audit SET what = '{NAMELESS}' WHERE action = 'unanswered' AND EXISTS"
            " (SELECT 1 FROM unanswered u WHERE u.sender_id = ? AND instr(audit.what, u.sender) > 0)",
            person_id,
        )
        self._nameless.run(
            f"UPDATE audit SET actor_id = '', actor = '{SOMEBODY}', room_id = '', message_id = ''"
            " WHERE actor_id = ? AND action = 'bind'",
            person_id,
        )

    def _forget_words_to(self, person_id: str) -> None:
        """What the bot said to them, with their name, or because of what they said outside of tickets."""
        said = (
            "SELECT message_id FROM records WHERE sender_id = ? UNION SELECT message_id FROM unanswered WHERE sender_id = ?"
            " UNION SELECT message_id FROM asked WHERE person_id = ? UNION SELECT message_id FROM votes WHERE person_id = ?"
            " UNION SELECT message_id FROM chain_copies WHERE poster_id = ?"
            " UNION SELECT message_id FROM audit WHERE action = 'bind' AND actor_id = ?"
            f" UNION SELECT message_id FROM coverage WHERE by_id = ? AND {RESIDENTS_WORD}"
        )
        rows = self._nameless.ids(
            f"SELECT id FROM outbox WHERE {SETTLED} AND (to_id = ? OR instr(mentions, json_quote(?)) > 0"
            f" OR (message_id <> '' AND message_id IN ({said}))"
            " OR (topic <> '' AND topic IN (SELECT 'surge:' || surge FROM asked WHERE person_id = ? AND surge <> 0)))",
            (person_id,) * 10,
        )
        self._nameless.wipe_outbox(rows)

    def _forget_isolation(self, person_id: str, at: datetime) -> None:
        """Of the household they are bound to, what is over; what runs is the community's to know until it ends."""
        over = self._nameless.rows(
            "SELECT i.id, i.name, i.room FROM isolation i JOIN households h USING (compound, building, unit, room)"
            " JOIN residents r ON r.household = h.id WHERE r.person_id = ? AND coalesce(i.ended_at, i.ends) <= ?",
            (person_id, millis(at)),
        )
        for id_, name, room in over:
            said = f"{room}室 {name}".rstrip()
            self._nameless.run(
                f"UPDATE audit SET what = '{NAMELESS}' WHERE action = 'isolation' AND instr(what, ?) > 0",
                said,
            )
            self._nameless.wipe_outbox(
                self._nameless.ids(f"SELECT id FROM outbox WHERE {SETTLED} AND instr(text, ?) > 0", (said,))
            )
            self._nameless.by_building("isolation", "id = ?", id_)
            self._nameless.run(
                "UPDATE isolation SET ended_at = coalesce(ended_at, ends), name = '', unit = '', room = '', note = ''"
                " WHERE id = ?",
                id_,
            )

    def _unbind(self, person_id: str) -> None:
        self._nameless.run("DELETE FROM residents WHERE person_id = ?", person_id)
        self._nameless.run(
            "DELETE FROM households WHERE imported = 0 AND id NOT IN (SELECT household FROM residents)"
        )

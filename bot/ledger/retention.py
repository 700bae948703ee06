"""Retention: what is older than a moment is made nameless."""

import json
from datetime import datetime

from bot.ledger.nameless import BLANK_MARK, BLANK_QUESTION, BLANK_ROW, CLOSED, NAMELESS, NOBODY, Nameless
from bot.model.clock import millis
from bot.model.privacy import Counts

_ISOLATION = "coalesce(ended_at, ends) < ? AND (room <> '' OR name <> '' OR note <> '')"
_ABOUT_RESIDENTS = f"at < ? AND action IN ('isolation', 'unanswered', 'coverage') AND what <> '{NAMELESS}'"
"""Audit rows that name the residents they are about."""

_MARK = "at < ? AND room NOT LIKE '#%'"
_RECEIPT = "at < ? AND person_id NOT LIKE '#%'"

_ASKED = "at < ? AND person_id NOT LIKE '#%'"

_SETTLED_EDIT = "at < ? AND state NOT IN ('proposed', 'previewed', 'confirmed')"
"""Who asked for a change of the FAQ in the chat, and in which words; the versions it led to have a rule of their own."""

_ROWS = "(text <> '' OR name <> '' OR author_id <> '')"


class Retention:
    """Everything any table holds about residents from before a moment."""

    def __init__(self, nameless: Nameless) -> None:
        self._nameless = nameless

    def stale(self, before: datetime) -> Counts:
        """How many rows of each part are older than that moment and not nameless yet."""
        at = millis(before)
        ids = self._stale_tickets(before)
        return {
            "办完的工单": len(ids),
            "这些工单的经过": self._nameless.count(
                "ticket_events", "ticket IN (SELECT value FROM json_each(?))", json.dumps(ids)
            ),
            "报备、投诉、报名": self._nameless.count(
                "records", "at < ? AND (sender_id <> '' OR text <> '')", at
            ),
            "接龙的行": self._nameless.count(
                "chain_rows", f"chain IN (SELECT id FROM chains WHERE updated_at < ?) AND {_ROWS}", at
            ),
            "没人回的话": self._nameless.count(
                "unanswered", "at < ? AND (sender_id <> '' OR text <> '')", at
            ),
            "问过问答的人": self._nameless.count("asked", _ASKED, at),
            "说过有用没用的人": self._nameless.count("votes", _ASKED, at),
            "换掉的旧答案": self._nameless.count("superseded", "at < ?", at),
            "问答的改动": self._nameless.count("edits", _SETTLED_EDIT, at),
            "结束了的居家隔离": self._nameless.count("isolation", _ISOLATION, at),
            "核酸里的住户": self._nameless.count("coverage", _MARK, at),
            "回了收到的人": self._nameless.count("receipts", _RECEIPT, at),
            "审计里的住户": self._nameless.count("audit", _ABOUT_RESIDENTS, at),
            "小巷发出的话": len(self._nameless.outbox(at, ids)),
        }

    def sweep(self, before: datetime) -> Counts:
        """Make all of that nameless; needs an open transaction. Returns what ``stale`` said before."""
        counts = self.stale(before)
        at = millis(before)
        self._nameless.begin()
        ids = self._stale_tickets(before)
        self._nameless.wipe_outbox(self._nameless.outbox(at, ids))
        self._nameless.tickets(ids)
        self._nameless.records("at < ? AND (sender_id <> '' OR text <> '')", at)
        old = "chain IN (SELECT id FROM chains WHERE updated_at < ?)"
        self._nameless.run(f"UPDATE chain_rows SET {BLANK_ROW} WHERE {old} AND {_ROWS}", at)
        self._nameless.run(f"UPDATE chain_copies SET poster_id = '', message_id = '' WHERE {old}", at)
        self._nameless.run(
            "UPDATE unanswered SET sender_id = '', sender = '', text = '', message_id = '' WHERE at < ?", at
        )
        self._nameless.run(f"UPDATE asked SET person_id = {NOBODY}, {BLANK_QUESTION} WHERE {_ASKED}", at)
        self._nameless.run(f"UPDATE votes SET person_id = {NOBODY}, message_id = '' WHERE {_ASKED}", at)
        self._nameless.run("DELETE FROM superseded WHERE at < ?", at)
        self._nameless.run(f"DELETE FROM edits WHERE {_SETTLED_EDIT}", at)
        self._nameless.run("UPDATE offers SET text = '' WHERE at < ?", at)
        self._nameless.run(f"UPDATE audit SET what = '{NAMELESS}' WHERE {_ABOUT_RESIDENTS}", at)
        self._nameless.run(f"UPDATE coverage SET unit = '', room = {NOBODY}, {BLANK_MARK} WHERE {_MARK}", at)
        self._nameless.run(f"UPDATE receipts SET person_id = {NOBODY}, household = '' WHERE {_RECEIPT}", at)
        self._nameless.by_building("isolation", _ISOLATION, at)
        self._nameless.run(
            "UPDATE isolation SET ended_at = coalesce(ended_at, ends), name = '', unit = '', room = '', note = ''"
            f" WHERE {_ISOLATION}",
            at,
        )
        return counts

    def scrub(self) -> bool:
        """Write the file anew without what was forgotten, and empty the log beside it. Outside of transactions.

        False when somebody else was reading just then, so that old pages may be left in the log.
        """
        self._nameless.ledger.execute("VACUUM")
        busy, _, _ = self._nameless.ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _stale_tickets(self, before: datetime) -> list[int]:
        return self._nameless.ids(
            f"SELECT id FROM tickets WHERE {CLOSED} AND updated_at < ? AND (privacy <> 'done' OR requester_id <> '')",
            (millis(before),),
        )

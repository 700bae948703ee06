"""What the hand-over and the day's report count. Tickets are counted from their audit rows."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis
from bot.model.report import Figures as Counted

_BRANCH = "(:everywhere OR node IN (SELECT value FROM json_each(:nodes)))"
_ROOM = "(:everywhere OR room IN (SELECT value FROM json_each(:rooms)))"
_SPAN = "at >= :since AND at < :until"
_OPEN = "('opened', 'taken', 'dispatched')"

_OPENED = f"""
SELECT count(*), coalesce(sum(intent = 'help.emergency'), 0), coalesce(sum(intent = 'human'), 0) FROM tickets
WHERE opened_at >= :since AND opened_at < :until AND {_BRANCH}"""

_DONE = f"""
SELECT count(*), coalesce(sum(urgent), 0), coalesce(sum(intent IN (SELECT value FROM json_each(:at_door))), 0)
FROM tickets WHERE merged_into = '' AND {_BRANCH} AND id IN (SELECT ticket FROM ticket_events AS e WHERE {_SPAN}
  AND to_state = 'done' AND from_state <> 'done' AND NOT EXISTS (SELECT 1 FROM ticket_events AS later
    WHERE later.ticket = e.ticket AND later.id > e.id AND later.at < :until AND later.to_state <> 'done'))"""

_STILL = f"""
SELECT count(*) FROM tickets WHERE opened_at < :until AND {_BRANCH} AND (state IN {_OPEN} AND updated_at < :until
  OR (SELECT to_state FROM ticket_events WHERE ticket = tickets.id AND at < :until ORDER BY id DESC LIMIT 1) IN {_OPEN})
  AND (state IN {_OPEN} OR updated_at >= :until)"""

_FIRST = f"""
SELECT (min(e.at) - t.opened_at) / 60000.0 FROM tickets AS t JOIN ticket_events AS e ON e.ticket = t.id
WHERE t.opened_at >= :since AND t.opened_at < :until AND {_BRANCH} AND e.at < :until
  AND e.to_state IN ('taken', 'dispatched', 'done', 'declined') AND e.kind = 'moved' AND e.actor_id <> t.requester_id
GROUP BY t.id"""

_POSTED = f"""
SELECT count(*) FROM outbox WHERE settled_at >= :since AND settled_at < :until AND state = 'sent'
AND kind IN ('notice', 'call') AND {_ROOM}"""

_ANSWERED = f"""
SELECT count(*) FROM outbox WHERE created_at >= :since AND created_at < :until AND topic LIKE 'faq:%'
AND state NOT IN ('failed', 'cancelled') AND (room = '' AND :everywhere OR {_ROOM})"""

_BY_STAFF = f"""
SELECT count(*) FROM unanswered WHERE answered_at >= :since AND answered_at < :until AND answered_by NOT IN ('小巷', sender)
AND {_BRANCH}"""

_UNANSWERED = f"""
SELECT count(*) FROM unanswered WHERE {_SPAN} AND how = 'silent' AND at <= :waited AND (answered_at IS NULL OR answered_at >= :until)
AND {_BRANCH}"""


class Figures:
    """Tables tickets, ticket_events, outbox and unanswered, counted."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(
        self,
        nodes: Collection[str] | None,
        rooms: Collection[str] | None,
        since: datetime,
        until: datetime,
        waited: datetime,
        at_door: Collection[str],
    ) -> Counted:
        """Count. ``nodes`` and ``rooms``: names of the branches and of their groups, None for all; ``waited``: what was
        asked after that moment may still be answered in time; ``at_door``: the intents carried to the door."""
        values = {
            "everywhere": int(nodes is None), "nodes": json.dumps(sorted(nodes or ())),
            "rooms": json.dumps(sorted(rooms or ())), "since": millis(since), "until": millis(until),
            "waited": millis(waited), "at_door": json.dumps(sorted(at_door)),
        }  # fmt: skip

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return self._ledger.execute(sql.strip(), values).fetchall()

        opened, emergencies, handed_over = rows(_OPENED)[0]
        done, urgent, carried = rows(_DONE)[0]
        answered = rows(_ANSWERED)[0][0] + rows(_BY_STAFF)[0][0] + handed_over
        return Counted(
            opened=opened,
            done=done,
            done_urgent=urgent,
            done_at_door=carried,
            open=rows(_STILL)[0][0],
            emergencies=emergencies,
            posted=rows(_POSTED)[0][0],
            answered=answered,
            unanswered=rows(_UNANSWERED)[0][0],
            first_answers=tuple(minutes for (minutes,) in rows(_FIRST)),
        )

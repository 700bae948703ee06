"""Whole tables, row by row, for exports."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.ledger.tickets import STEP_COLUMNS, number_of
from bot.model.clock import millis, moment
from bot.model.ticket import Step


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done."""

    at: datetime
    actor: str
    room: str
    """Name of the group it was said in; empty in private, for the clock, and for groups not known."""
    ticket: str
    """The ticket's number; empty for what is about none."""
    step: Step | None
    action: str
    what: str
    """For what is about no ticket."""


def audit(ledger: Ledger) -> Iterator[AuditRow]:
    """Everything that was done to tickets and beside them, in the order of time."""
    steps = STEP_COLUMNS.replace(", ", ", e.")
    rows = ledger.rows(
        f"SELECT 0, e.id, ticket, coalesce(r.name, ''), '', '', e.{steps} FROM ticket_events AS e"
        " LEFT JOIN rooms AS r ON r.account = e.account AND r.room_id = e.room_id"
        " UNION ALL SELECT 1, a.id, NULL, coalesce(r.name, ''), action, what, at, actor_id, actor, a.room_id, '', NULL, '',"
        " '', '', '', '', '' FROM audit AS a LEFT JOIN rooms AS r ON r.account = a.account AND r.room_id = a.room_id"
        " ORDER BY 7, 1, 2"
    )
    for beside, _, ticket, room, action, what, at, actor_id, actor, *rest in rows:
        when = moment(at)
        step = None if beside else Step(when, actor_id, actor, *rest)
        yield AuditRow(when, actor, room, "" if beside else number_of(ticket), step, action, what)


def followers(ledger: Ledger) -> dict[str, int]:
    """Ticket -> how many follow it."""
    rows = ledger.execute("SELECT ticket, count(*) FROM ticket_followers GROUP BY ticket")
    return {number_of(ticket): int(count) for ticket, count in rows}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be sent."""

    created: datetime
    room: str
    """Empty in private."""
    kind: str
    state: str
    settled: datetime | None
    attempts: int
    error: str
    ticket: str
    topic: str
    notice: int | None
    """Number of the notice it belongs to."""


def deliveries(ledger: Ledger) -> Iterator[Delivery]:
    """Every outgoing message, oldest first, without its words."""
    for created, room, kind, state, settled, *rest in ledger.rows(
        "SELECT created_at, room, kind, state, settled_at, attempts, error, coalesce(ticket, ''), topic,"
        " notice FROM outbox"
        " ORDER BY id"
    ):
        yield Delivery(
            moment(created), room, kind, state, None if settled is None else moment(settled), *rest
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One message that nobody answered at first."""

    at: datetime
    room: str
    node: str
    sender: str
    intent: str
    text: str
    answered: datetime | None
    by: str


def questions(ledger: Ledger) -> Iterator[Question]:
    """Every one that was ever listed, oldest first."""
    for at, room, node, sender, intent, text, answered, by in ledger.rows(
        "SELECT at, room, node, sender, intent, text, answered_at, answered_by FROM unanswered"
        " WHERE how = 'silent' ORDER BY at, id"
    ):
        yield Question(
            moment(at),
            room,
            node,
            sender,
            intent,
            text,
            None if answered is None else moment(answered),
            by,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was told and kept."""

    at: datetime
    intent: str
    room: str
    """Empty in private."""
    node: str
    sender: str
    text: str
    slots: dict[str, Any]


def records(ledger: Ledger, *intents: str) -> Iterator[Record]:
    """What was told with one of these intents, oldest first."""
    marks = ", ".join("?" * len(intents))
    for at, intent, room, node, sender, text, slots in ledger.rows(
        f"SELECT at, intent, room, node, sender, text, slots FROM records WHERE intent IN ({marks}) ORDER BY at, id",
        intents,
    ):
        yield Record(moment(at), intent, room, node, sender, text, json.loads(slots))


def unanswered_since(ledger: Ledger, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
    """(text, person's id) of what was met with silence or handed to a person in that time, forgotten ones left out."""
    yield from ledger.rows(
        "SELECT text, sender_id FROM unanswered WHERE at >= ? AND at < ? AND text <> '' ORDER BY at, id",
        (millis(since), millis(until)),
    )

"""Tickets and their audit rows."""

import re
from datetime import UTC, datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis
from bot.model.handling import Request
from bot.model.people import Person
from bot.model.ticket import MOVES, STATE_TITLES, MoveRefused, NewTicket, State, Step, Ticket
from bot.model.understanding import Slots

PER_LETTER = 999
"""Numbers under one letter: A001 … A999, B001 …, Z999, AA001 …; none is ever used again."""

ADDED = "补充"
"""Note of the audit row when words were added."""

_PLEA = "intent, title, urgent, room_id, room_name, requester_id, requester, node, building, unit, room, phones, items, text"
_COLUMNS = f"{_PLEA}, id, state, owner_id, owner, dispatched_to, opened_at, updated_at"
"""In the order of Ticket's fields."""

_OPEN = "state IN ('opened', 'taken', 'dispatched')"


def number_of(id_: int) -> str:
    """The number people say: 1 -> A001, 1000 -> B001."""
    letters, n = divmod(id_ - 1, PER_LETTER)
    head = ""
    while letters >= 0:
        head = chr(ord("A") + letters % 26) + head
        letters = letters // 26 - 1
    return f"{head}{n + 1:03d}"


def id_of(number: str) -> tuple[int, bool]:
    """(id, whole): ``whole`` is False when the letter was left out and the id is only known modulo PER_LETTER."""
    match = re.fullmatch(r"([A-Z]{0,3})0*(\d{1,3})", number.strip().upper())
    if not match or not 0 < int(match[2]) <= PER_LETTER:
        return 0, True
    letters = 0
    for letter in match[1]:
        letters = letters * 26 + ord(letter) - ord("A") + 1
    return (max(letters - 1, 0)) * PER_LETTER + int(match[2]), bool(match[1])


class Tickets:
    """Tables tickets and ticket_events."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def open(self, new: NewTicket) -> Ticket:
        """Write a plea down and give it a number."""
        at = millis(new.at)
        plea = (
            new.intent, new.title, new.urgent, new.room_id, new.room_name, new.requester_id, new.requester, new.node,
            new.building, new.unit, new.room, new.phones, new.items, new.text,
        )  # fmt: skip
        cursor = self._ledger.execute(
            f"INSERT INTO tickets ({_PLEA}, account, state, message_id, opened_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'opened', ?, ?, ?)",
            (*plea, self._ledger.account, new.message_id, at, at),
        )
        id_ = int(cursor.lastrowid or 0)
        actor = (new.requester_id, new.requester, new.room_id, new.message_id)
        self._event(id_, at, actor, None, "opened", "")
        return Ticket(*plea, number_of(id_), "opened", "", "", "", _moment(at), _moment(at))

    def get(self, number: str) -> Ticket | None:
        """By what people type: A023, a23, 23 (then the latest open ticket with that number, else the latest)."""
        id_, whole = id_of(number)
        if whole:
            found = self._select("id = ?", (id_,))
        else:
            last = self._ledger.execute("SELECT max(id) FROM tickets").fetchone()[0] or 0
            ids = ", ".join(str(n) for n in range(id_, last + 1, PER_LETTER))
            found = self._select(f"id IN ({ids}) ORDER BY {_OPEN} DESC, id DESC LIMIT 1", ())
        return found[0] if found else None

    def of_requester(self, requester_id: str) -> list[Ticket]:
        """A person's open tickets, latest first."""
        return self._select(f"requester_id = ? AND {_OPEN} ORDER BY id DESC", (requester_id,))

    def open_tickets(self, limit: int) -> list[Ticket]:
        """All open tickets, urgent first, then oldest first."""
        return self._select(f"{_OPEN} ORDER BY urgent DESC, id LIMIT ?", (limit,))

    def all(self) -> list[Ticket]:
        """Every ticket, oldest first; for exports."""
        return self._select("1 ORDER BY id", ())

    def count_open(self) -> dict[State, int]:
        """How many open tickets are in each state."""
        rows = self._ledger.execute(f"SELECT state, count(*) FROM tickets WHERE {_OPEN} GROUP BY state")
        return {state: int(count) for state, count in rows}

    def move(
        self,
        ticket: Ticket,
        to: State,
        request: Request,
        *,
        owner: Person | None = None,
        dispatched_to: str = "",
        note: str = "",
    ) -> Ticket:
        """Change the state. ``owner`` becomes the owner, if given; ``note`` goes into the audit row.

        Raises MoveRefused when the table of moves does not allow it.
        """
        id_, _ = id_of(ticket.number)
        current = self._select("id = ?", (id_,))[0]
        if to not in MOVES[current.state]:
            raise MoveRefused(current, to)
        at = millis(request.message.at)
        self._ledger.execute(
            "UPDATE tickets SET state = ?, owner_id = ?, owner = ?, dispatched_to = ?, updated_at = ? WHERE id = ?",
            (
                to,
                owner.id if owner else current.owner_id,
                owner.name if owner else current.owner,
                dispatched_to or current.dispatched_to,
                at,
                id_,
            ),
        )
        self._event(id_, at, _actor(request), current.state, to, f"{dispatched_to} {note}".strip())
        return self._select("id = ?", (id_,))[0]

    def add(self, ticket: Ticket, request: Request, slots: Slots, urgent: bool) -> Ticket:
        """Add words and details to an open ticket (also its node, building and unit as ``ticket`` now has them);
        nothing already known is overwritten by nothing."""
        id_, _ = id_of(ticket.number)
        at = millis(request.message.at)
        phones = " ".join(dict.fromkeys([*ticket.phones.split(), *slots.phones]))
        items = "、".join(dict.fromkeys([*filter(None, ticket.items.split("、")), *slots.items]))
        self._ledger.execute(
            "UPDATE tickets SET text = text || char(10) || ?, node = ?, building = ?, unit = ?, room = ?, phones = ?,"
            " items = ?, urgent = max(urgent, ?), updated_at = ? WHERE id = ?",
            (
                request.text, ticket.node, ticket.building, ticket.unit, slots.room or ticket.room, phones, items,
                int(urgent), at, id_,
            ),
        )  # fmt: skip
        self._event(id_, at, _actor(request), ticket.state, ticket.state, ADDED)
        return self._select("id = ?", (id_,))[0]

    def history(self, ticket: Ticket) -> list[Step]:
        """Its audit rows, oldest first."""
        rows = self._ledger.execute(
            "SELECT at, actor, from_state, to_state, note FROM ticket_events WHERE ticket = ? ORDER BY id",
            (id_of(ticket.number)[0],),
        )
        return [
            Step(_moment(at), actor, note if before == after else f"{STATE_TITLES[after]} {note}".strip())
            for at, actor, before, after, note in rows
        ]

    def note(self, ticket: Ticket, request: Request, what: str) -> None:
        """Write an audit row that changes nothing: urged, asked."""
        id_, _ = id_of(ticket.number)
        self._event(id_, millis(request.message.at), _actor(request), ticket.state, ticket.state, what)

    def _select(self, where: str, parameters: tuple[Any, ...]) -> list[Ticket]:
        rows = self._ledger.execute(f"SELECT {_COLUMNS} FROM tickets WHERE {where}", parameters)
        return [_ticket(row) for row in rows]

    def _event(
        self,
        ticket: int,
        at: int,
        actor: tuple[str, str, str, str],
        before: State | None,
        after: State,
        note: str,
    ) -> None:
        """``actor``: id, name, room id, message id."""
        self._ledger.execute(
            "INSERT INTO ticket_events (ticket, at, actor_id, actor, room_id, message_id, account, from_state,"
            " to_state, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (ticket, at, *actor, self._ledger.account, before, after, note),
        )


def _actor(request: Request) -> tuple[str, str, str, str]:
    return (request.person.id, request.person.name, request.message.room_id, request.message.id)


def _ticket(row: tuple[Any, ...]) -> Ticket:
    intent, title, urgent, *plea, id_, state, owner_id, owner, to, opened_at, updated_at = (
        row  # as in _COLUMNS
    )
    life = [number_of(id_), state, owner_id, owner, to, _moment(opened_at), _moment(updated_at)]
    values = [intent, title, bool(urgent), *plea, *life]
    return Ticket(*values)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)

"""Tickets and their audit rows."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.audit import Actor
from bot.model.clock import millis, moment
from bot.model.household import Household
from bot.model.people import Person
from bot.model.ticket import MOVES, EventKind, Follower, MoveRefused, NewTicket, State, Step, Ticket
from bot.model.understanding import Slots

PER_LETTER = 999
"""Numbers under one letter: A001 … A999, B001 …, Z999, AA001 …; none is ever used again."""

_PLEA = "intent, title, urgent, room_id, room_name, requester_id, requester, node, building, unit, room, phones, items, text"
COLUMNS = f"{_PLEA}, id, state, owner_id, owner, dispatched_id, dispatched_to, opened_at, updated_at, beneficiary, merged_into"
"""In the order of Ticket's fields."""

STEP_COLUMNS = "at, actor_id, actor, room_id, kind, from_state, to_state, owner_id, owner, dispatched_id, dispatched_to, note"
_TIMELESS = frozenset({"escalated", "reminded", "checked", "confirmed", "urged", "progress", "followed"})
"""Kinds of rows that change no clock of a ticket."""

_MOVING = frozenset({"opened", "moved", "returned", "undone", "merged"})

OPEN_ROWS = "state IN ('opened', 'taken', 'dispatched')"
_CLOSED = "state IN ('done', 'declined')"


def _of_person(state: str) -> str:
    """What somebody asked for or follows, in a state that has its index."""
    return (
        f"id IN (SELECT id FROM tickets WHERE requester_id = ? AND {state}"
        f" UNION SELECT ticket FROM ticket_followers WHERE person_id = ?) AND {state}"
    )


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
        at = millis(new.by.at)
        plea = (
            new.intent, new.title, new.urgent, new.room_id, new.room_name, new.requester_id, new.requester, new.node,
            new.building, new.unit, new.room, new.phones, new.items, new.text,
        )  # fmt: skip
        cursor = self._ledger.execute(
            f"INSERT INTO tickets ({_PLEA}, account, state, message_id, opened_at, updated_at, beneficiary, watch_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'opened', ?, ?, ?, ?, ?)",
            (*plea, self._ledger.account, new.by.message_id, at, at, new.beneficiary, at),
        )
        id_ = int(cursor.lastrowid or 0)
        self._audit(id_, new.by, "opened", None)
        return self._by_id(id_)

    def get(self, number: str) -> Ticket | None:
        """By what people type: A023, a23, 23 (then the latest open ticket with that number, else the latest)."""
        id_, whole = id_of(number)
        if whole:
            found = self._select("id = ?", (id_,))
        else:
            last = self._ledger.execute("SELECT max(id) FROM tickets").fetchone()[0] or 0
            ids = ", ".join(str(n) for n in range(id_, last + 1, PER_LETTER))
            found = self._select(f"id IN ({ids}) ORDER BY {OPEN_ROWS} DESC, id DESC LIMIT 1", ())
        return found[0] if found else None

    def of_requester(self, requester_id: str) -> list[Ticket]:
        """A person's open tickets, those they follow among them, latest first."""
        return self._select(f"{_of_person(OPEN_ROWS)} ORDER BY id DESC", (requester_id, requester_id))

    def closed_lately(self, person_id: str, since: datetime) -> list[Ticket]:
        """The tickets done or declined since then that this person asked for or follows, latest closed first."""
        return self._select(
            f"{_of_person(_CLOSED)} AND updated_at >= ? ORDER BY updated_at DESC, id DESC",
            (person_id, person_id, millis(since)),
        )

    def open_for_household(self, household: Household) -> list[Ticket]:
        """The open tickets of this very door, latest first. The compound is not a ticket's own: compare its node."""
        door = (household.building, household.unit, household.room)
        return self._select(f"building = ? AND unit = ? AND room = ? AND {OPEN_ROWS} ORDER BY id DESC", door)

    def follow(
        self, ticket: Ticket, person_id: str, name: str, room_id: str, room_name: str, by: Actor
    ) -> bool:
        """From now on this person hears what the requester hears, in that room (or in private), and may do what the
        requester may. False, and nothing written, when they are the requester or follow it already."""
        id_, _ = id_of(ticket.number)
        if person_id == ticket.requester_id:
            return False
        done = self._ledger.execute(
            "INSERT INTO ticket_followers (ticket, person_id, name, room_id, room_name, at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (id_, person_id, name, room_id, room_name, millis(by.at)),
        )
        if done.rowcount < 1:
            return False
        self.note(ticket, by, "followed", name if person_id != by.id else "")
        return True

    def followers(self, ticket: Ticket) -> list[Follower]:
        """Who waits besides the requester, in the order they came."""
        rows = self._ledger.execute(
            "SELECT person_id, name, room_id, room_name FROM ticket_followers WHERE ticket = ? ORDER BY at, person_id",
            (id_of(ticket.number)[0],),
        )
        return [Follower(*row) for row in rows]

    def merge(self, ticket: Ticket, into: Ticket, by: Actor) -> Ticket:
        """Withdraw ``ticket`` because ``into`` takes it in: words, phones, things and urgency are added to that one, and
        whoever waits for it follows that one. Returns ``into`` as it is now.

        Raises MoveRefused when ``ticket`` is closed.
        """
        id_, _ = id_of(ticket.number)
        self.move(ticket, "cancelled", by, note=f"并入 {into.number}", kind="merged")
        self._ledger.execute("UPDATE tickets SET merged_into = ? WHERE id = ?", (into.number, id_))
        for one in (
            Follower(ticket.requester_id, ticket.requester, ticket.room_id, ticket.room_name),
            *self.followers(ticket),
        ):
            self.follow(into, one.person_id, one.name, one.room_id, one.room_name, by)
        slots = Slots(
            room=into.room or ticket.room or None,
            phones=tuple(ticket.phones.split()),
            items=tuple(filter(None, ticket.items.split("、"))),
        )
        if not into.building:
            into = replace(into, node=ticket.node, building=ticket.building, unit=ticket.unit)
        self.add(into, by, ticket.text, slots, ticket.urgent)
        self.note(into, by, "merged", f"并来 {ticket.number}")
        return self._by_id(id_of(into.number)[0])

    def held_by(self, person_id: str) -> list[Ticket]:
        """Open tickets that the person took or was sent to see to, oldest first."""
        return self._select(f"{OPEN_ROWS} AND ? IN (owner_id, dispatched_id) ORDER BY id", (person_id,))

    def last_moved(self, person_id: str, since: datetime) -> list[str]:
        """Numbers of the tickets that the person's latest command moved (接单 23 24 moves two); none before ``since``."""
        rows = self._ledger.execute(
            "SELECT ticket, message_id FROM ticket_events WHERE at >= ? AND actor_id = ? AND kind = 'moved' ORDER BY id",
            (millis(since), person_id),
        ).fetchall()
        return [number_of(id_) for id_, message_id in rows if message_id == rows[-1][1]]

    def open_tickets(self, limit: int) -> list[Ticket]:
        """All open tickets, urgent first, then oldest first."""
        return self._select(f"{OPEN_ROWS} ORDER BY urgent DESC, id LIMIT ?", (limit,))

    def loads(self) -> dict[str, int]:
        """How many open tickets each owner, or whoever was sent, has: by person id."""
        rows = self._ledger.execute(
            "SELECT CASE WHEN state = 'dispatched' AND dispatched_id <> '' THEN dispatched_id ELSE owner_id END AS holder,"
            f" count(*) FROM tickets WHERE {OPEN_ROWS} GROUP BY holder HAVING holder <> ''"
        )
        return {holder: int(count) for holder, count in rows}

    def all(self) -> list[Ticket]:
        """Every ticket, oldest first; for exports."""
        return self._select("1 ORDER BY id", ())

    def count_open(self) -> dict[State, int]:
        """How many open tickets are in each state."""
        rows = self._ledger.execute(f"SELECT state, count(*) FROM tickets WHERE {OPEN_ROWS} GROUP BY state")
        return {state: int(count) for state, count in rows}

    def move(
        self,
        ticket: Ticket,
        to: State,
        by: Actor,
        *,
        owner: Person | None = None,
        dispatched: tuple[str, str] | None = None,
        note: str = "",
        kind: EventKind = "moved",
    ) -> Ticket:
        """Change the state. ``owner`` becomes the owner, ``dispatched`` (id, name) whom it is sent to, if given; opened
        again it has neither. ``note`` goes into the audit row.

        Raises MoveRefused when the table of moves does not allow it.
        """
        id_, _ = id_of(ticket.number)
        current = self._by_id(id_)
        if to not in MOVES[current.state]:
            raise MoveRefused(current, to)
        holder = (owner.id, owner.name) if owner else (current.owner_id, current.owner)
        sent = dispatched or (current.dispatched_id, current.dispatched_to)
        if to == "opened":
            holder = sent = ("", "")
        self._place(id_, to, (*holder, *sent), by)
        self._event(id_, by, kind, current.state, note)
        return self._by_id(id_)

    def undo(self, ticket: Ticket, by: Actor) -> Ticket:
        """Take back the last move, made by the same person: state, owner and errand become what they were before it.

        Raises MoveRefused when the last move is not theirs, was itself taken back, or was the opening.
        """
        id_, _ = id_of(ticket.number)
        current = self._by_id(id_)
        steps = self.history(current)
        last = max(n for n, step in enumerate(steps) if step.kind in _MOVING)
        if not current.requester_id:  # made nameless: there is nobody left to do it for
            raise MoveRefused(current, steps[last].before or "opened")
        if steps[last].kind != "moved" or steps[last].actor_id != by.id or not by.id:
            raise MoveRefused(current, steps[last].before or "opened")
        earlier = steps[last - 1]
        holders = (earlier.owner_id, earlier.owner, earlier.dispatched_id, earlier.dispatched_to)
        self._place(id_, earlier.after, holders, by)
        self._event(id_, by, "undone", current.state)
        return self._by_id(id_)

    def _place(self, id_: int, state: State, holders: tuple[str, str, str, str], by: Actor) -> None:
        self._ledger.execute(
            "UPDATE tickets SET state = ?, owner_id = ?, owner = ?, dispatched_id = ?, dispatched_to = ?,"
            " updated_at = ? WHERE id = ?",
            (state, *holders, millis(by.at), id_),
        )

    def add(self, ticket: Ticket, by: Actor, text: str, slots: Slots, urgent: bool) -> Ticket:
        """Add words and details to an open ticket (also its node, building and unit as ``ticket`` now has them);
        nothing already known is overwritten by nothing."""
        id_, _ = id_of(ticket.number)
        phones = " ".join(dict.fromkeys([*ticket.phones.split(), *slots.phones]))
        items = "、".join(dict.fromkeys([*filter(None, ticket.items.split("、")), *slots.items]))
        self._ledger.execute(
            "UPDATE tickets SET text = text || char(10) || ?, node = ?, building = ?, unit = ?, room = ?, phones = ?,"
            " items = ?, urgent = max(urgent, ?), updated_at = ? WHERE id = ?",
            (
                text, ticket.node, ticket.building, ticket.unit, slots.room or ticket.room, phones, items,
                int(urgent), millis(by.at), id_,
            ),
        )  # fmt: skip
        self._event(id_, by, "added", ticket.state)
        return self._by_id(id_)

    def history(self, ticket: Ticket) -> list[Step]:
        """Its audit rows, oldest first."""
        rows = self._ledger.execute(
            f"SELECT {STEP_COLUMNS} FROM ticket_events WHERE ticket = ? ORDER BY id",
            (id_of(ticket.number)[0],),
        )
        return [Step(moment(at), *rest) for at, *rest in rows]

    def note(self, ticket: Ticket, by: Actor, kind: EventKind, note: str = "") -> None:
        """Write an audit row that moves nothing: urged, asked."""
        id_, _ = id_of(ticket.number)
        self._event(id_, by, kind, self._by_id(id_).state, note)

    def watched(self, at: datetime) -> list[Ticket]:
        """Tickets whose clocks have something to say by that moment: those changed since they were last looked at,
        and those for which that moment was set."""
        return self._select("watch_at <= ? ORDER BY watch_at, id", (millis(at),))

    def watch(self, ticket: Ticket, at: datetime | None) -> None:
        """Look at it again at that moment, or, None, not before it changes."""
        self._ledger.execute(
            "UPDATE tickets SET watch_at = ? WHERE id = ?",
            (None if at is None else millis(at), id_of(ticket.number)[0]),
        )

    def next_watch(self) -> datetime | None:
        """The first moment at which a ticket has to be looked at."""
        row = self._ledger.execute("SELECT min(watch_at) FROM tickets WHERE watch_at IS NOT NULL").fetchone()
        return None if row[0] is None else moment(row[0])

    def watch_all(self) -> None:
        """Look at every open ticket anew: the limits may have changed since."""
        self._ledger.execute(f"UPDATE tickets SET watch_at = 0, late_at = NULL WHERE {OPEN_ROWS}")

    def _by_id(self, id_: int) -> Ticket:
        return self._select("id = ?", (id_,))[0]

    def _select(self, where: str, parameters: tuple[Any, ...]) -> list[Ticket]:
        rows = self._ledger.execute(f"SELECT {COLUMNS} FROM tickets WHERE {where}", parameters)
        return [ticket_of(row) for row in rows]

    def _event(self, id_: int, by: Actor, kind: EventKind, before: State | None, note: str = "") -> None:
        """An audit row with the ticket as it now is; its clocks are looked at again at once."""
        self._audit(id_, by, kind, before, note)
        late = "" if kind in _TIMELESS else ", late_at = NULL"
        self._ledger.execute(f"UPDATE tickets SET watch_at = ?{late} WHERE id = ?", (millis(by.at), id_))

    def _audit(self, id_: int, by: Actor, kind: EventKind, before: State | None, note: str = "") -> None:
        at = millis(by.at)
        self._ledger.execute(
            "INSERT INTO ticket_events (ticket, at, actor_id, actor, room_id, message_id, account, kind, from_state,"
            " note, to_state, owner_id, owner, dispatched_id, dispatched_to)"
            " SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, state, owner_id, owner, dispatched_id, dispatched_to"
            " FROM tickets WHERE id = ?",
            (at, by.id, by.name, by.room_id, by.message_id, self._ledger.account, kind, before, note, id_),
        )


def ticket_of(row: tuple[Any, ...]) -> Ticket:
    intent, title, urgent, *plea = row[:14]  # as in COLUMNS
    id_, state, owner_id, owner, sent_id, sent_to, opened_at, updated_at, *rest = row[14:]
    life = [
        number_of(id_),
        state,
        owner_id,
        owner,
        sent_id,
        sent_to,
        moment(opened_at),
        moment(updated_at),
    ]
    values = [intent, title, bool(urgent), *plea, *life, *rest]
    return Ticket(*values)

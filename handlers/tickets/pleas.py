"""help.*: a plea becomes a ticket, whoever pleads is told its number, and the staff hear of it.

The ticket is written down before anything is asked: what is missing is asked once, and an unanswered question
costs nobody their ticket. One need of one household is one ticket, whoever asks for it: those who come later follow it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from bot.model.channel import Brief
from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.ticket import NewTicket, Ticket
from bot.model.understanding import Slots, Understanding
from handlers.speaking import SENSITIVE, about, discreetly, duty_phone, to_sender
from handlers.tickets.alerts import added, alert, alert_also, in_private, to_absent
from handlers.tickets.whereabouts import (
    beneficiary,
    compounds_of,
    open_at,
    said_door,
    speaks_for,
    whereabouts,
)

__all__ = ["add", "alert", "emergency", "open_ticket", "plea", "same_plea", "whereabouts"]

SAME_PLEA = timedelta(minutes=10)
"""A second plea of the same kind by the same person within this time of the first, and for no other door, adds to
its ticket."""

SAME_NEED = timedelta(hours=24)
"""A plea of the same kind for the same household within this time of an open ticket joins it, whoever says it. The next
day it is probably another need: yesterday's medicine is not today's."""

FRESH = timedelta(minutes=3)
"""Whatever whoever pleaded says in this time after it belongs to it, if it means nothing else."""

MEDICAL = frozenset(
    {"help.medicine", "help.medical_visit", "help.care", "help.home_testing", "help.mind", "help.other"}
)
"""Pleas whose acknowledgement reminds of 120."""

EACH_ITS_OWN = SENSITIVE | {"help.other", "human"}
"""Kinds that never join another person's ticket: nobody else's business, or too wide to be the same need."""

How = Literal["opened", "added", "joined"]
"""What became of a plea: a ticket of its own, more words on one's own ticket, or a follower of the household's."""


@dataclass(frozen=True, slots=True)
class Settled:
    """One need of a message, written down."""

    ticket: Ticket
    how: How
    request: Request
    """The message as far as it is about this need."""

    @property
    def label(self) -> str:
        """What became of it, for the ledger and the log: ticket:A023."""
        return f"{'ticket' if self.how == 'opened' else self.how}:{self.ticket.number}"


def plea(request: Request, services: Services) -> Outcome:
    """Open a ticket, join the household's, or add to the one the same person opened for the same thing a moment ago.

    A message that names several needs opens a ticket for each: different people see to them, at different times.
    """
    assert request.understanding is not None
    mine, *others = needs_of(request.understanding)
    first = settle(request.understood(mine, None), services)
    further = [
        settle(need, services)
        for other in others
        if same_plea(need := request.understood(other, None), services, other.intent) is None
    ]
    settled = (first, *further)
    if first.how == "opened" or further:
        answer = _answer(first, further, services)
        label = " ".join(one.label for one in settled)
        told = [reply for one in settled for reply in told_staff(one, services, also=one is not first)]
        return Outcome(label, (*answer, *told))
    return Outcome(first.label, (*told_staff(first, services), *_answer(first, further, services)))


def emergency(request: Request, services: Services) -> Outcome:
    """Alert the staff at once, and tell the resident whom to ring: nobody waits for a group chat to save a life.

    Saying it again alerts again, whoever says it.
    """
    settled = settle(request, services)
    ticket = settled.ticket
    missing = _missing(ticket, services, ("building",))
    await_details(ticket, request, services, tuple(missing))
    words = about(ticket, services) | {"missing": missing.get("building") or missing.get("compound", "")}
    answer = services.replies("emergency", **words, phone=duty_phone(request, services))
    told = alert(ticket, request, services)
    heard = (told, *in_private(told, services), *to_absent(told, ticket, services))
    return Outcome(settled.label, (*heard, to_sender(request, answer, ticket.number, urgent=True)))


def needs_of(understanding: Understanding) -> tuple[Understanding, ...]:
    """Every need of a message. The door and the phones are said once, often at the end: they are meant for all."""
    needs = (understanding, *understanding.further)
    places = {(at.building, at.unit, at.room) for need in needs if (at := need.slots).building or at.room}
    phones = tuple(dict.fromkeys(phone for need in needs for phone in need.slots.phones))
    shared = next(iter(places)) if len(places) == 1 else (None, None, None)
    return tuple(_with(need, shared, phones) for need in needs) if understanding.further else needs


def _with(
    need: Understanding, place: tuple[str | None, str | None, str | None], phones: tuple[str, ...]
) -> Understanding:
    slots = replace(need.slots, phones=phones)
    if not (slots.building or slots.room) and any(place):
        slots = replace(slots, building=place[0], unit=place[1], room=place[2])
    return replace(need, slots=slots)


def settle(request: Request, services: Services) -> Settled:
    """Write one need down: on the person's own ticket, on the household's open one, or on a new one."""
    assert request.understanding is not None
    intent, urgent = request.understanding.intent, request.understanding.urgent
    earlier = same_plea(request, services, intent)
    if earlier is not None:
        return Settled(written(earlier, request, services), "added", request)
    theirs = same_need(said_door(request, services), intent, request, services)
    if theirs is None:
        return Settled(open_ticket(request, services, intent, urgent), "opened", request)
    mine = theirs.requester_id == request.person.id or not services.tickets.follow(
        theirs,
        request.person.id,
        request.message.sender,
        request.message.room_id,
        request.message.room,
        request.by,
    )
    return Settled(written(theirs, request, services), "added" if mine else "joined", request)


def told_staff(settled: Settled, services: Services, *, also: bool = False) -> tuple[Reply, ...]:
    """What the staff read about a need: a new ticket, or only what is new about it. ``also``: they have just read the
    words, with the need before it."""
    if settled.how == "opened":
        told = (alert_also if also else alert)(settled.ticket, settled.request, services)
        return (told, *to_absent(told, settled.ticket, services))
    key = "alert_joined" if settled.how == "joined" else "alert_added"
    return added(settled.ticket, settled.request, services, key)


def open_ticket(request: Request, services: Services, intent: str, urgent: bool) -> Ticket:
    """Write the plea down, with everything known about where, for whom and what."""
    slots = request.understanding.slots if request.understanding else Slots()
    where = whereabouts(request, services)
    message = request.message
    return services.tickets.open(
        NewTicket(
            intent=intent,
            title=services.titles.get(intent, intent),
            urgent=urgent,
            room_id=message.room_id,
            room_name=message.room,
            requester_id=message.sender_id,
            requester=message.sender,
            node=where.node.name,
            building=where.building,
            unit=where.unit,
            room=where.room,
            phones=" ".join(slots.phones),
            items="、".join(slots.items),
            text=request.text,
            by=request.by,
            beneficiary=beneficiary(request, where, services),
        )
    )


def add(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Add what was said to an open ticket, and tell the staff and the resident."""
    urgent = ticket.intent == "help.emergency"
    ticket = written(ticket, request, services)
    words = about(ticket, services)
    if urgent:
        answer = services.replies("emergency_added", **words, phone=duty_phone(request, services))
    else:
        answer = services.replies("ticket_added", **words)
    told = to_sender(request, answer, ticket.number, urgent=urgent)
    return Outcome(f"added:{ticket.number}", (*added(ticket, request, services), told))


def written(ticket: Ticket, request: Request, services: Services) -> Ticket:
    """The ticket with what was said written into it; another building or unit leaves no old door behind. Only its
    requester moves it."""
    understanding = request.understanding
    slots = understanding.slots if understanding else Slots()
    if ticket.requester_id != request.person.id:
        slots = replace(slots, building=None, unit=None, room=None)
    if slots.building or slots.unit:
        where = whereabouts(request, services)
        moved = (where.building, where.unit) != (ticket.building, ticket.unit) and bool(ticket.room)
        ticket = replace(
            ticket,
            node=where.node.name,
            building=where.building,
            unit=where.unit,
            room="" if moved else ticket.room,
        )
    return services.tickets.add(
        ticket, request.by, request.text, slots, bool(understanding and understanding.urgent)
    )


def same_plea(request: Request, services: Services, intent: str) -> Ticket | None:
    """The person's open ticket of the same kind, begun within SAME_PLEA or in the very same words, for no other door
    than this message names."""
    since = request.message.at - SAME_PLEA
    slots = request.understanding.slots if request.understanding else Slots()
    for ticket in services.tickets.of_requester(request.person.id):
        if ticket.requester_id != request.person.id and not _of_theirs(request, services):
            continue
        if ticket.intent != intent or (ticket.opened_at < since and request.text not in ticket.text):
            continue
        named_places = (
            (slots.building, ticket.building),
            (slots.unit, ticket.unit),
            (slots.room, ticket.room),
        )
        if not any(said and known and said != known for said, known in named_places):
            return ticket
    return None


def _of_theirs(request: Request, services: Services) -> bool:
    """True when a follower speaks of the household they follow, not of their own: a daughter does, in private or of
    我妈; a neighbour in the group may need the same for himself."""
    return request.message.private or speaks_for(request.text)


def same_need(home: Household | None, intent: str, request: Request, services: Services) -> Ticket | None:
    """The household's open ticket of the same kind, begun within SAME_NEED; None where the door is not known."""
    if home is None or intent in EACH_ITS_OWN:
        return None
    since = request.message.at - SAME_NEED
    fitting = (one for one in open_at(home, services) if one.intent == intent and one.opened_at >= since)
    return next(fitting, None)


def _answer(first: Settled, further: list[Settled], services: Services) -> tuple[Reply, ...]:
    """What whoever pleaded is told: one message, however many needs it named."""
    request, ticket = first.request, first.ticket
    lines = [_line(first, services)]
    for one in further:
        key = "ticket_also" if one.how == "opened" else _joined_key(one.ticket)
        lines.append(services.replies(key, **about(one.ticket, services)))
    text = "\n".join(lines)
    if any(one.ticket.intent in SENSITIVE for one in (first, *further)):
        return discreetly(request, services, text, ticket.number)
    return (replace(to_sender(request, text, ticket.number), brief=_brief(first, further, services)),)


def _brief(first: Settled, further: list[Settled], services: Services) -> Brief | None:
    """The same as one line, where many wait to be told; what is not simply new is told alone."""
    if any(one.how != "opened" for one in (first, *further)):
        return None
    missing = _missing(first.ticket, services, services.wants.get(first.ticket.intent, ()))
    words = about(first.ticket, services) | {"name": first.ticket.requester or "居民"}
    lines = [services.replies("ticket_line", **words, missing=" ".join(missing.values()))]
    lines += [services.replies("ticket_also", **about(one.ticket, services)) for one in further]
    return Brief("acks", " ".join(lines))


def _line(first: Settled, services: Services) -> str:
    """What they are told about the need understood first, and what is asked about it."""
    ticket = first.ticket
    words = about(ticket, services)
    if first.how == "added":
        return services.replies("ticket_added", **words)
    if first.how == "joined":
        await_details(ticket, first.request, services)
        return services.replies(_joined_key(ticket), **words)
    missing = _missing(ticket, services, services.wants.get(ticket.intent, ()))
    await_details(ticket, first.request, services, tuple(missing))
    if ticket.intent in MEDICAL:
        words["aid"] = services.replies("aid")
    if missing:
        return services.replies("ticket_opened_ask", **words, missing=" ".join(missing.values()))
    return services.replies("ticket_opened", **words)


def _joined_key(ticket: Ticket) -> str:
    return "ticket_joined" if ticket.state == "opened" else "ticket_joined_taken"


def await_details(ticket: Ticket, request: Request, services: Services, asked: tuple[str, ...] = ()) -> None:
    """Listen for what the person adds to the ticket in the next minutes."""
    expires = request.message.at + services.patience
    where = request.message.room_id, request.person.id
    services.dialogues.begin(*where, Dialogue("details", ticket.number, asked), expires)


def _missing(ticket: Ticket, services: Services, wants: tuple[str, ...]) -> dict[str, str]:
    """What of the wanted is worth asking for: slot -> the question. Door numbers are not asked for in groups."""
    missing = {}
    if "building" in wants and not ticket.building and not ticket.unit:
        missing["building"] = services.replies("missing_place")
    if "building" in wants and len(compounds := compounds_of(ticket, services)) > 1:
        names = "、".join(node.name for node in compounds)
        missing["compound"] = services.replies("missing_compound", list=names)
    if "items" in wants and not ticket.items:
        missing["items"] = services.replies("missing_items", title=ticket.title)
    return missing

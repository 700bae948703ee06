"""help.*: a plea becomes a ticket, whoever pleads is told its number, and the staff hear of it.

The ticket is written down before anything is asked: what is missing is asked once, and an unanswered question
costs nobody their ticket.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, NewTicket, Ticket
from bot.model.tree import Node
from bot.model.understanding import Slots, Understanding
from handlers.own_tickets import NEVER_MIND, SHORT_ANSWER, withdraw
from handlers.speaking import about, duty_phone, named, quoted, room_name, to_sender, to_staff

SAME_PLEA = timedelta(minutes=10)
"""A second plea of the same kind by the same person within this time of the first, and for no other door, adds to
its ticket."""

FRESH = timedelta(minutes=3)
"""Whatever whoever pleaded says in this time after it belongs to it, if it means nothing else."""

MEDICAL = frozenset(
    {"help.medicine", "help.medical_visit", "help.care", "help.home_testing", "help.mind", "help.other"}
)
"""Pleas whose acknowledgement reminds of 120."""

_BUILDING = re.compile(
    r"\D{0,4}?(\d{1,3})(?:号楼|号院|号|楼|栋|幢|座)?(?:[-#—－ ]?(\d{1,2})(?:单元)?)?\D{0,3}"
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a plea belongs, from the words, the group and the household binding, in this order."""

    node: Node
    building: str
    unit: str
    room: str


def whereabouts(request: Request, services: Services) -> Whereabouts:
    """Work out the place: what the message says wins over the group, the group over the binding."""
    slots = request.understanding.slots if request.understanding else Slots()
    home = services.roster.household_of(request.person.id)
    near = request.place.node if request.place else None
    if near is None and home is not None:
        compound = services.groups.find(home.compound)
        near = services.groups.resolve(home.building, home.unit, compound) or compound
    near = near or services.groups.root
    building, unit = slots.building or near.building or "", slots.unit or ""
    if not unit and near.unit and building == (near.building or ""):
        unit = near.unit
    room = slots.room or ""
    known = None if slots.building else home or _said_before(request, services)
    if known is not None and building in ("", known.building):
        building = building or known.building
        if unit in ("", known.unit):
            unit, room = unit or known.unit, room or known.room
    node = services.groups.resolve(building or None, unit or None, near) or near
    return Whereabouts(node, building, unit, room)


def _said_before(request: Request, services: Services) -> Ticket | None:
    """An open ticket of the person's from the same room that names a building."""
    return next(
        (
            ticket
            for ticket in services.tickets.of_requester(request.person.id)
            if ticket.building and ticket.room_id == request.message.room_id
        ),
        None,
    )


def plea(request: Request, services: Services) -> Outcome:
    """Open a ticket, or add to the one the same person opened for the same thing a moment ago.

    A message that names several needs opens a ticket for each: different people see to them, at different times.
    """
    assert request.understanding is not None
    earlier = same_plea(request, services, request.understanding.intent)
    if earlier is not None:
        return add(earlier, request, services)
    ticket = open_ticket(request, services, request.understanding.intent, request.understanding.urgent)
    further = [
        open_ticket(request.understood(need, None), services, need.intent, need.urgent)
        for need in request.understanding.further
        if same_plea(request, services, need.intent) is None
    ]
    alerts = [alert(one, request, services) for one in (ticket, *further)]
    return Outcome(
        " ".join(f"ticket:{one.number}" for one in (ticket, *further)),
        (_acknowledge(ticket, further, request, services), *alerts),
    )


def emergency(request: Request, services: Services) -> Outcome:
    """Alert the staff at once, and tell the resident whom to ring: nobody waits for a group chat to save a life.

    Saying it again alerts again.
    """
    earlier = same_plea(request, services, "help.emergency")
    again = earlier is not None
    ticket = (
        _written(earlier, request, services)
        if earlier
        else open_ticket(request, services, "help.emergency", True)
    )
    missing = _missing(ticket, services, ("building",))
    await_details(ticket, request, services, tuple(missing))
    words = about(ticket, services) | {"missing": missing.get("building", "")}
    answer = services.replies("emergency", **words, phone=duty_phone(request, services))
    return Outcome(
        f"{'added' if again else 'ticket'}:{ticket.number}",
        (alert(ticket, request, services), to_sender(request, answer, ticket.number, urgent=True)),
    )


def open_ticket(request: Request, services: Services, intent: str, urgent: bool) -> Ticket:
    """Write the plea down, with everything known about where and what."""
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
        )
    )


def alert(ticket: Ticket, request: Request, services: Services) -> Reply:
    """What the staff read about a new ticket."""
    key = "alert_emergency" if ticket.intent == "help.emergency" else "alert_ticket"
    text = services.replies(
        key,
        **about(ticket, services, public=False),
        name=named(request.person),
        room=room_name(request),
        text=quoted(ticket.text),
        phones=ticket.phones,
        phone=duty_phone(request, services),
    )
    return to_staff(text, node=ticket.node, ticket=ticket.number, urgent=ticket.intent == "help.emergency")


def add(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Add what was said to an open ticket, and tell the staff and the resident."""
    urgent = ticket.intent == "help.emergency"
    ticket = _written(ticket, request, services)
    words = about(ticket, services)
    if urgent:
        answer = services.replies("emergency_added", **words, phone=duty_phone(request, services))
    else:
        answer = services.replies("ticket_added", **words)
    told = to_sender(request, answer, ticket.number, urgent=urgent)
    return Outcome(f"added:{ticket.number}", (_told_staff(ticket, request, services), told))


def _add_aside(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Add what may or may not belong to it, in silence: whoever takes the ticket reads it then, and whoever has
    taken it reads it now."""
    assert request.understanding is not None
    bare = replace(request, understanding=replace(request.understanding, slots=Slots()))
    ticket = _written(ticket, bare, services)
    waiting = ticket.state == "opened" and ticket.intent != "help.emergency"
    return Outcome(f"added:{ticket.number}", () if waiting else (_told_staff(ticket, request, services),))


def _told_staff(ticket: Ticket, request: Request, services: Services) -> Reply:
    words = about(ticket, services, public=False) | {
        "name": named(request.person),
        "text": quoted(request.text),
    }
    text = services.replies("alert_added", **words)
    return to_staff(text, node=ticket.node, ticket=ticket.number, urgent=ticket.intent == "help.emergency")


def _written(ticket: Ticket, request: Request, services: Services) -> Ticket:
    """The ticket with what was said written into it; another building or unit leaves no old door behind."""
    understanding = request.understanding
    slots = understanding.slots if understanding else Slots()
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


def answer_details(request: Request, services: Services) -> Outcome | None:
    """Take a message for the answer to 「哪栋楼？什么药？」, or for what somebody adds unasked to what they have just
    asked for; leave everything else to others."""
    assert request.dialogue is not None and request.understanding is not None
    ticket = services.tickets.get(request.dialogue.ticket)
    if ticket is None or ticket.state not in OPEN:
        services.dialogues.end(request, "details")
        return None
    asked = request.dialogue.options
    if NEVER_MIND.fullmatch(request.text) and (asked or request.addressed):
        if ticket.intent == "help.emergency":
            return add(ticket, request, services)
        return withdraw(ticket, request, services)
    request = _with_building(request, asked)
    assert request.understanding is not None
    if len(request.text) > SHORT_ANSWER or not _kindred(request.understanding, ticket):
        return None
    slots = request.understanding.slots
    answered = {
        "building": bool(slots.building or slots.unit),
        "items": bool(slots.items) or not (slots.building or slots.unit or slots.room or slots.phones),
    }
    told = bool(slots.room or slots.phones) or any(answered[slot] for slot in asked)
    again = request.understanding.intent == ticket.intent
    if not told and (again or request.message.at - ticket.opened_at > FRESH):
        return None
    if not told:
        return _add_aside(ticket, request, services)
    await_details(ticket, request, services, tuple(slot for slot in asked if not answered[slot]))
    if answered["building"] or slots.room or slots.phones:
        _tell_the_others(ticket, request, services)
    return add(ticket, request, services)


def _tell_the_others(ticket: Ticket, request: Request, services: Services) -> None:
    """Write a place or a phone into the tickets that the same message opened, too."""
    assert request.understanding is not None
    where = replace(request.understanding.slots, items=())
    bare = replace(request, understanding=replace(request.understanding, slots=where))
    for other in services.tickets.of_requester(request.person.id):
        same = (other.opened_at, other.room_id) == (ticket.opened_at, ticket.room_id)
        if (
            same
            and other.number != ticket.number
            and (other.building, other.unit) == (ticket.building, ticket.unit)
        ):
            _written(other, bare, services)


def _with_building(request: Request, asked: tuple[str, ...]) -> Request:
    """Asked for the building, people answer 「17-3」 or just 「17」."""
    understanding = request.understanding
    assert understanding is not None
    said = _BUILDING.fullmatch(request.text) if "building" in asked else None
    if said is None or understanding.slots.building not in (None, said[1].lstrip("0")):
        return request
    slots = replace(
        understanding.slots, building=said[1].lstrip("0"), unit=said[2] or understanding.slots.unit
    )
    return replace(request, understanding=replace(understanding, intent="chitchat", slots=slots))


def _kindred(understanding: Understanding, ticket: Ticket) -> bool:
    """True when the words could belong to the ticket: nothing else was understood for certain."""
    unknown = understanding.intent == "question" and not (understanding.faq or understanding.suggest)
    return unknown or understanding.intent in ("chitchat", "help.other", ticket.intent)


def same_plea(request: Request, services: Services, intent: str) -> Ticket | None:
    """The person's open ticket of the same kind, begun within SAME_PLEA or in the very same words, for no other door
    than this message names."""
    since = request.message.at - SAME_PLEA
    slots = request.understanding.slots if request.understanding else Slots()
    for ticket in services.tickets.of_requester(request.person.id):
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


def _acknowledge(ticket: Ticket, further: Sequence[Ticket], request: Request, services: Services) -> Reply:
    """What whoever pleaded is told: one message, however many needs it named."""
    missing = _missing(ticket, services, services.wants.get(ticket.intent, ()))
    await_details(ticket, request, services, tuple(missing))
    words = about(ticket, services)
    if ticket.intent in MEDICAL:
        words["aid"] = services.replies("aid")
    if missing:
        text = services.replies("ticket_opened_ask", **words, missing=" ".join(missing.values()))
    else:
        text = services.replies("ticket_opened", **words)
    also = (services.replies("ticket_also", **about(other, services)) for other in further)
    return to_sender(request, "\n".join((text, *also)), ticket.number)


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
    if "items" in wants and not ticket.items:
        missing["items"] = services.replies("missing_items", title=ticket.title)
    return missing

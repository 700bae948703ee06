"""help.*: a plea becomes a ticket, whoever pleads is told its number, and the staff hear of it.

The ticket is written down before anything is asked: what is missing is asked once, and an unanswered question
costs nobody their ticket.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, NewTicket, Ticket
from bot.model.tree import Node
from bot.model.understanding import Slots, Understanding
from handlers.own_tickets import withdraw
from handlers.speaking import about, duty_phone, named, quoted, room_name, to_sender, to_staff

SAME_PLEA = timedelta(minutes=30)
"""A second plea of the same kind by the same person within this time adds to the first ticket."""

SHORT_ANSWER = 40
"""Characters; a longer message is not taken for the answer to a question."""

NEVER_MIND = re.compile(
    r"(?:算了|不用了?|不要了?|不需要了?|取消吧?|没事了?)[吧呀啊哈了]*[,，。.!！\s]*(?:谢谢[你您大家啊了]*)?[。.!！~]*"
)
"""The whole of an answer that withdraws what was just asked for. Elsewhere 「不用了」 may mean anything."""


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
    if home is not None and not slots.building and building in ("", home.building):
        building = building or home.building
        if unit in ("", home.unit):
            unit, room = unit or home.unit, room or home.room
    node = services.groups.resolve(building or None, unit or None, near) or near
    return Whereabouts(node, building, unit, room)


def plea(request: Request, services: Services) -> Outcome:
    """Open a ticket, or add to the one the same person opened for the same thing a moment ago."""
    assert request.understanding is not None
    earlier = same_plea(request, services, request.understanding.intent)
    if earlier is not None:
        return add(earlier, request, services)
    ticket = open_ticket(request, services, request.understanding.intent, request.understanding.urgent)
    return Outcome(
        f"ticket:{ticket.number}",
        (_acknowledge(ticket, request, services), alert(ticket, request, services)),
    )


def emergency(request: Request, services: Services) -> Outcome:
    """Alert the staff at once, and tell the resident whom to ring: nobody waits for a group chat to save a life."""
    earlier = same_plea(request, services, "help.emergency")
    if earlier is not None:
        return add(earlier, request, services)
    ticket = open_ticket(request, services, "help.emergency", urgent=True)
    await_details(ticket, request, services)
    words = about(ticket, services)
    answer = services.replies("emergency", **words, phone=duty_phone(request, services))
    return Outcome(
        f"ticket:{ticket.number}",
        (alert(ticket, request, services), to_sender(request, answer, ticket.number)),
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
            message_id=message.id,
            at=message.at,
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
    return to_staff(text, node=ticket.node, ticket=ticket.number)


def add(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Add what was said to an open ticket and tell the staff."""
    understanding = request.understanding
    slots = understanding.slots if understanding else Slots()
    if slots.building or slots.unit:
        where = whereabouts(request, services)
        ticket = replace(ticket, node=where.node.name, building=where.building, unit=where.unit)
    urgent = bool(understanding and understanding.urgent)
    ticket = services.tickets.add(ticket, request, slots, urgent)
    words = about(ticket, services, public=False) | {
        "name": named(request.person),
        "text": quoted(request.text),
    }
    return Outcome(
        f"added:{ticket.number}",
        (
            to_staff(services.replies("alert_added", **words), node=ticket.node, ticket=ticket.number),
            to_sender(request, services.replies("ticket_added", **about(ticket, services)), ticket.number),
        ),
    )


def answer_details(request: Request, services: Services) -> Outcome | None:
    """Take a message for the answer to 「哪栋楼？什么药？」, or for the door or phone somebody adds unasked to what
    they have just asked for; leave everything else to others."""
    assert request.dialogue is not None and request.understanding is not None
    ticket = services.tickets.get(request.dialogue.ticket)
    if ticket is None or ticket.state not in OPEN:
        services.dialogues.end(request)
        return None
    if NEVER_MIND.fullmatch(request.text):
        return withdraw(ticket, request, services)
    if len(request.text) > SHORT_ANSWER or not _kindred(request.understanding, ticket):
        return None
    slots, asked = request.understanding.slots, request.dialogue.options
    told = bool(slots.room or slots.phones)
    if asked:
        told = told or "items" in asked or bool(slots.building or slots.unit or slots.items)
    if not told:
        return None
    services.dialogues.end(request)
    return add(ticket, request, services)


def _kindred(understanding: Understanding, ticket: Ticket) -> bool:
    """True when the words could belong to the ticket: nothing else was understood for certain."""
    unknown = understanding.intent == "question" and not (understanding.faq or understanding.suggest)
    return unknown or understanding.intent in ("chitchat", "help.other", ticket.intent)


def same_plea(request: Request, services: Services, intent: str) -> Ticket | None:
    """The person's open ticket of the same kind that was last touched within SAME_PLEA."""
    since = request.message.at - SAME_PLEA
    for ticket in services.tickets.of_requester(request.person.id):
        if ticket.intent == intent and ticket.updated_at >= since:
            return ticket
    return None


def _acknowledge(ticket: Ticket, request: Request, services: Services) -> Reply:
    missing = _missing(ticket, services)
    await_details(ticket, request, services, tuple(missing))
    words, asked = about(ticket, services), "；".join(missing.values())
    key = "ticket_opened_ask" if missing else "ticket_opened"
    return to_sender(
        request, services.replies(key, **words, **({"missing": asked} if asked else {})), ticket.number
    )


def await_details(ticket: Ticket, request: Request, services: Services, asked: tuple[str, ...] = ()) -> None:
    """Listen for what the person adds to the ticket in the next minutes."""
    expires = request.message.at + services.patience
    services.dialogues.begin(request, Dialogue("details", ticket.number, asked), expires)


def _missing(ticket: Ticket, services: Services) -> dict[str, str]:
    """What is worth asking for: slot -> the question. Room numbers are not asked for in groups."""
    wants = services.wants.get(ticket.intent, ())
    missing = {}
    if "building" in wants and not ticket.building and not ticket.unit:
        missing["building"] = services.replies("missing_place")
    if "items" in wants and not ticket.items:
        missing["items"] = services.replies("missing_items", title=ticket.title)
    return missing

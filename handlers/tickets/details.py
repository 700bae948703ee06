"""What people say after a plea: the answer to 「哪栋楼？什么药？」, and what they add unasked."""

import re
from dataclasses import replace

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, Ticket
from bot.model.understanding import Slots, Understanding
from handlers.tickets import alerts
from handlers.tickets.own_tickets import NEVER_MIND, SHORT_ANSWER, withdraw
from handlers.tickets.pleas import FRESH, add, await_details, written
from handlers.tickets.whereabouts import compounds_of

_BUILDING = re.compile(
    r"\D{0,4}?(\d{1,3})(?:号楼|号院|号|楼|栋|幢|座)?(?:[-#—－ ]?(\d{1,2})(?:单元)?)?\D{0,3}"
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
        if ticket.requester_id != request.person.id:
            return None  # a follower does not withdraw it by a bare word
        return withdraw(ticket, request, services)
    if "compound" in asked and (meant := _compound(request.text, ticket, services)):
        await_details(ticket, request, services, tuple(slot for slot in asked if slot != "compound"))
        return add(replace(ticket, node=meant), request, services)
    request = _with_building(request, asked)
    assert request.understanding is not None
    if len(request.text) > SHORT_ANSWER or not _kindred(request.understanding, ticket):
        return None
    slots = request.understanding.slots
    if slots.room and ticket.room and slots.room != ticket.room and _pleads(request, ticket):
        return None  # another household's need
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


def _compound(text: str, ticket: Ticket, services: Services) -> str:
    """The name of the node meant by 「春晓苑」 as the answer to 「哪个小区？」; empty when the words name none, or several."""
    named = [node for node in compounds_of(ticket, services) if node.name in text]
    if len(named) != 1 or len(text) > SHORT_ANSWER:
        return ""
    return (services.groups.resolve(ticket.building, ticket.unit or None, named[0]) or named[0]).name


def _pleads(request: Request, ticket: Ticket) -> bool:
    """True when another door is no correction: it comes with a need, or from somebody who only follows."""
    assert request.understanding is not None
    return request.understanding.intent.startswith("help.") or ticket.requester_id != request.person.id


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
            written(other, bare, services)


def _with_building(request: Request, asked: tuple[str, ...]) -> Request:
    """Asked for the building, people answer 「17-3」 or just 「17」."""
    understanding = request.understanding
    assert understanding is not None
    said = _BUILDING.fullmatch(request.text) if "building" in asked else None
    if understanding.intent.startswith("report."):
        return request  # 「我发烧了38度」 is no answer
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


def _add_aside(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Add what may or may not belong to it, in silence: whoever takes the ticket reads it then, and whoever has
    taken it reads it now."""
    assert request.understanding is not None
    bare = replace(request, understanding=replace(request.understanding, slots=Slots()))
    ticket = written(ticket, bare, services)
    waiting = ticket.state == "opened" and ticket.intent != "help.emergency"
    return Outcome(f"added:{ticket.number}", () if waiting else alerts.added(ticket, request, services))

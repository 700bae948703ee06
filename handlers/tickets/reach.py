"""Whose tickets somebody may see and touch, who has them in hand, and how colleagues are spoken to."""

from datetime import datetime

from bot.model.handling import Reply, Request
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import OPEN, Ticket
from bot.model.tree import Node
from handlers.authority import may
from handlers.duty.on_duty import stand_in
from handlers.speaking import about, private_enough


def node_of(ticket: Ticket, services: Services) -> Node:
    """Where it belongs; a node that bot.yaml no longer has counts as the whole community."""
    return services.groups.find(ticket.node) or services.groups.root


def in_hand(person: Person, ticket: Ticket) -> bool:
    """True when the person took it or was sent to see to it."""
    return bool(person.id) and person.id in (ticket.owner_id, ticket.dispatched_id)


def doer_id(ticket: Ticket) -> str:
    """Who sees to it (once closed: saw to it): whoever was sent, else whoever took it; empty for nobody whom we know.
    Taking ends an errand: from then on it is the taker's."""
    sent = bool(ticket.dispatched_to) and ticket.state != "taken"
    return ticket.dispatched_id if sent else ticket.owner_id


def in_reach(person: Person, ticket: Ticket, services: Services) -> bool:
    """Within the person's scope, or in their hands."""
    return in_hand(person, ticket) or may(person, "volunteer", node_of(ticket, services), services.groups)


def may_know(person: Person, ticket: Ticket, services: Services) -> bool:
    """In reach, or they wait for it: their own, or one they follow."""
    if ticket.requester_id == person.id or in_reach(person, ticket, services):
        return True
    return any(one.person_id == person.id for one in services.tickets.followers(ticket))


def may_read(request: Request, ticket: Ticket, services: Services) -> bool:
    """True where a ticket's door, phones and words may be shown: in private, and in groups of those at work over its
    place. Those of another compound have nothing to do with it, even if one of them has it in hand."""
    if request.message.private or request.place is None:
        return request.message.private
    return private_enough(request) and services.groups.within(node_of(ticket, services), request.place.node)


def sees_to(person: Person, ticket: Ticket, at: datetime, services: Services) -> bool:
    """True when it is the person's to see to: theirs, or somebody's for whom they stand in at that moment."""
    doer = doer_id(ticket)
    if not doer or not person.id or doer == person.id:
        return bool(doer) and doer == person.id
    absent = services.colleagues.get(doer) or Person(doer, "")
    return stand_in(absent, at, services).id == person.id


def may_speak_for(person: Person, ticket: Ticket, at: datetime, services: Services) -> bool:
    """True for whoever sees to it and for workers over its place: they ask and tell whoever waits for it."""
    over = may(person, "worker", node_of(ticket, services), services.groups)
    return over or sees_to(person, ticket, at, services)


def load(person_id: str, services: Services) -> int:
    """How many open tickets the person has to see to."""
    held = services.tickets.held_by(person_id)
    return sum(ticket.state in OPEN and doer_id(ticket) == person_id for ticket in held)


def to_colleague(
    person_id: str, full: str, bare: str, ticket: Ticket, services: Services
) -> tuple[Reply, str] | None:
    """Word for somebody at work, and the room it goes to (empty: in private): privately where they can be reached
    so, else by @ in a group of those at work where they were seen. ``full`` may name doors and phones, ``bare`` not:
    it is for groups whose members have nothing to do with the ticket's place. None: they cannot be reached."""
    if services.colleagues.friend(person_id):
        return Reply(full, "private", "person", to=person_id, ticket=ticket.number), ""
    rooms = services.colleagues.seen_in(person_id)
    place = node_of(ticket, services)
    for covering in (True, False):
        for room_id, name, node in rooms:
            if services.groups.within(place, node) == covering:
                text = full if covering else bare
                mentions = ((person_id, name),)
                return Reply(
                    text, "alert", "room", to=room_id, mentions=mentions, ticket=ticket.number
                ), room_id
    return None


def told_doer(before: Ticket, after: Ticket, request: Request, services: Services) -> tuple[Reply, ...]:
    """Whoever had it in hand hears that somebody else took it, closed it or withdrew it, unless they read it here."""
    doer, now = doer_id(before), doer_id(after) if after.state in OPEN else ""
    if before.state not in OPEN or not doer or doer in (now, request.person.id):
        return ()
    text = services.replies("errand_gone", **about(after, services), name=request.person.name)
    reached = to_colleague(doer, text, text, after, services)
    return (reached[0],) if reached and reached[1] != request.message.room_id else ()

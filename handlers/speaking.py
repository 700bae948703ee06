"""Shared turns of phrase: how a ticket is named to residents and to staff, and who is spoken to."""

from collections.abc import Iterable

from bot.model.channel import OutKind
from bot.model.handling import Reply, Request
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import STATE_TITLES, Follower, Ticket
from bot.model.tree import Node
from handlers.authority import may


def public_place(ticket: Ticket, services: Services) -> str:
    """Where a ticket belongs, as a residents' group may read it: a place of the tree, never a door.

    A building that the tree does not know may be a door number misread, so it is not repeated.
    """
    node = services.groups.find(ticket.node) or services.groups.root
    known = bool(node.building) and node.building == ticket.building
    if known and ticket.unit and ticket.unit != node.unit and len(ticket.unit) <= 2:
        return _building(ticket)
    return services.groups.title(node)


def full_place(ticket: Ticket, services: Services) -> str:
    """Where a ticket belongs, for staff: compound, building, unit and room number."""
    node = services.groups.find(ticket.node)
    return door(node, ticket.building, ticket.unit, ticket.room, services) or ticket.node


def door(node: Node | None, building: str, unit: str, room: str, services: Services) -> str:
    """A place down to the door, as far as it is known, for the staff: 春晓苑17号楼3单元501室."""
    compound = services.groups.compound(node) if node else None
    head = compound.name if compound else ""
    tail = f"{room}室" if room else ""
    return head + _titled(building, "号楼", "座") + _titled(unit, "单元", "单元") + tail


def _building(ticket: Ticket) -> str:
    building = _titled(ticket.building, "号楼", "座")
    return building + _titled(ticket.unit, "单元", "单元")


def _titled(value: str, after_digits: str, after_letters: str) -> str:
    return value and value + (after_digits if value.isdecimal() else after_letters)


SENSITIVE = frozenset({"help.mind"})
"""Intents whose kind is nobody else's business: in residents' groups they are just 求助."""

QUOTED = 300
"""Characters of somebody's words that the staff are shown at once; /工单 shows the rest."""


def quoted(text: str, longest: int = QUOTED) -> str:
    """The words, cut to what a chat message bears."""
    return text if len(text) <= longest else f"{text[:longest]}……（共 {len(text)} 字）"


def about(ticket: Ticket, services: Services, *, public: bool = True) -> dict[str, str]:
    """The placeholders every template about a ticket may use."""
    return {
        "number": ticket.number,
        "short": ticket.short,
        "urgent": "急·" if ticket.urgent else "",
        "title": "求助" if public and ticket.intent in SENSITIVE else ticket.title,
        "place": public_place(ticket, services) if public else full_place(ticket, services),
        "state": STATE_TITLES[ticket.state],
        "owner": ticket.dispatched_to if ticket.state == "dispatched" else ticket.owner,
    }


def to_sender(request: Request, text: str, ticket: str | None = None, *, urgent: bool = False) -> Reply:
    """An answer where the message came from, @ing whoever said it."""
    message = request.message
    kind: OutKind = "private" if message.private else "reply"
    return Reply(text, kind, mentions=((message.sender_id, message.sender),), ticket=ticket, urgent=urgent)


def discreetly(
    request: Request, services: Services, text: str, ticket: str | None = None, *, urgent: bool = False
) -> tuple[Reply, ...]:
    """An answer about what is nobody else's business: illness, mind, complaints.

    In private it is just said. Said in a group, the answer goes to the person in private if they are a friend of the
    bot, and the group reads no more than that there is one; to others the bot cannot speak in private, so the group
    reads that the staff on duty have it, and nothing else: the caller alerts them.
    """
    if request.message.private:
        return (to_sender(request, text, ticket, urgent=urgent),)
    if not services.colleagues.friend(request.person.id):
        line = services.replies("handed_over", phone=duty_phone(request, services))
        return (to_sender(request, line, ticket, urgent=urgent),)
    return (
        to_sender(request, services.replies("private_look"), ticket, urgent=urgent),
        Reply(text, "private", "sender", ticket=ticket, urgent=urgent),
    )


def those_waiting(ticket: Ticket, services: Services) -> tuple[Follower, ...]:
    """Whoever hears a ticket's news and may say 「收到了」 or 「没收到」: the requester, then the followers."""
    requester = Follower(ticket.requester_id, ticket.requester, ticket.room_id, ticket.room_name)
    return (requester, *services.tickets.followers(ticket))


def to_those_waiting(
    ticket: Ticket, text: str, services: Services, *, but: str = "", aloud: str | None = None
) -> list[Reply]:
    """News for the requester and the followers, each where they asked; those of one room hear it once, all of them @ed.

    ``but``: the id of somebody who has been answered already. ``aloud``: see to_people.
    """
    doer = ticket.dispatched_id if ticket.state == "dispatched" else ""  # was told where to go
    people = [one for one in those_waiting(ticket, services) if one.person_id not in (but, doer)]
    return [*to_people(people, ticket, text, services, aloud=aloud), *_to_household(ticket, services)]


def to_people(
    people: Iterable[Follower], ticket: Ticket, text: str, services: Services, *, aloud: str | None = None
) -> list[Reply]:
    """The same words to each where they asked, once a room; what is nobody else's business in private if possible.

    ``aloud``: what residents' groups read instead, when the staff's own words are in it (handlers/masking.py).
    """
    rooms: dict[str, list[tuple[str, str]]] = {}
    alone: list[Reply] = []
    at_work: set[str] = set()
    for one in people:
        place = services.groups.place(one.room_name)
        if place and place.at_work:
            at_work.add(one.room_id)
        discreet = ticket.intent in SENSITIVE and services.colleagues.friend(one.person_id)
        if one.room_id and not discreet:
            rooms.setdefault(one.room_id, []).append((one.person_id, one.name))
        else:
            alone.append(Reply(text, "private", "person", to=one.person_id, ticket=ticket.number))
    heard = [
        Reply(
            text if aloud is None or room_id in at_work else aloud,
            "reply",
            "room",
            to=room_id,
            mentions=tuple(names),
            ticket=ticket.number,
        )
        for room_id, names in rooms.items()
    ]
    return heard + alone


def on_behalf(ticket: Ticket, services: Services) -> bool:
    """True when somebody at work wrote it down for a household that cannot hear of it here."""
    writer = services.colleagues.get(ticket.requester_id) if ticket.beneficiary else None
    node = services.groups.find(ticket.node)
    if writer is None or node is None or not may(writer, "volunteer", node, services.groups):
        return False
    return all(one.room_id for one in services.tickets.followers(ticket))


def _to_household(ticket: Ticket, services: Services) -> list[Reply]:
    """A household for which the staff asked reads in its own group that its matter is closed, not what it was."""
    if ticket.state not in ("done", "declined", "cancelled") or not on_behalf(ticket, services):
        return []
    words = {key: about(ticket, services)[key] for key in ("number", "place", "state")}
    text = services.replies("behalf_closed", **words)
    return [Reply(text, "reply", "group", node=ticket.node, ticket=ticket.number)]


def to_staff(text: str, *, node: str = "", ticket: str | None = None, urgent: bool = False) -> Reply:
    """Something the staff of a node must see; without a node, the staff of where the message came from."""
    return Reply(text, "alert", "staff", node=node, ticket=ticket, urgent=urgent)


def room_name(request: Request) -> str:
    """The room's name for staff's eyes."""
    return request.message.room or "私聊"


def named(person: Person) -> str:
    """A person's name, or a word for one without."""
    return person.name or "居民"


def duty_phone(request: Request, services: Services) -> str:
    """Whom to ring about the place the message came from."""
    return services.duty_phone(request.place.node if request.place else None)


def private_enough(request: Request) -> bool:
    """True where room numbers and phones may be shown: in private and in staff and volunteer groups."""
    return request.message.private or bool(request.place and request.place.at_work)

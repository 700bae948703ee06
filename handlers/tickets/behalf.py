"""/代下单: somebody at work writes down what a household without WeChat asked for on the phone or at the door."""

import re

from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import NewTicket, Ticket
from bot.model.tree import Node
from bot.model.understanding import Slots, Understanding
from handlers.authority import may
from handlers.speaking import about, door, duty_phone, private_enough, to_sender
from handlers.tickets.alerts import added, alert, hears_alerts, in_private, to_absent
from handlers.tickets.clocks import emergency
from handlers.tickets.moving import usage
from handlers.tickets.pleas import needs_of, same_need, written
from handlers.tickets.whereabouts import Whereabouts, called, compound_said, household, household_of

OTHER = "help.other"
"""The kind of what is written down, when its words do not say which."""

_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
"""Something was said besides numbers."""

_ADDRESS = re.compile(
    r"(?:电话|手机)?[ :：]*1[3-9]\d{9}|[\dA-Za-z]+(?:号楼|号院|号|楼|栋|幢|座|单元|室|户|[-#—－])+|[\d\s]+"
)
"""What is no need: places, doors, phones."""


def register(request: Request, services: Services) -> Outcome:
    """/代下单 17-3-501 降压药两盒 电话13812345678: a ticket of the worker's for that household, which is told in its
    group that there is one, and neither what it is nor whose."""
    assert request.command is not None
    if not private_enough(request):
        return Outcome("command:代下单", (to_sender(request, services.replies("behalf_elsewhere")),))
    understood = request.understanding or Understanding(OTHER, 0, False, "ticket", Slots())
    words = request.command.raw.strip()
    needs = needs_of(understood)
    slots = needs[0].slots
    if not (slots.building and _said_something(words, services)):
        return usage(request, services, "代下单")
    where = _where(words, slots, request, services)
    if isinstance(where, str):
        return Outcome("command:代下单", (to_sender(request, where),))
    if not may(request.person, "volunteer", where.node, services.groups):
        text = services.replies("behalf_not_yours", place=services.groups.title(where.node))
        return Outcome("command:代下单", (to_sender(request, text),))
    tickets: list[Ticket] = []
    replies: list[Reply] = []
    for need in needs:
        ticket, said = _one(need, where, words, request, services)
        if ticket.number not in [one.number for one in tickets]:
            tickets.append(ticket)
            replies += said
    return Outcome(" ".join(f"ticket:{one.number}" for one in tickets), tuple(replies))


def _one(
    need: Understanding, where: Whereabouts, words: str, request: Request, services: Services
) -> tuple[Ticket, list[Reply]]:
    """One need, written down or added to the household's own ticket, and what is said about it."""
    intent = need.intent if need.intent.startswith("help.") else OTHER
    theirs = same_need(household(where, services), intent, request, services)
    if theirs is not None:
        message = request.message
        services.tickets.follow(
            theirs, request.person.id, message.sender, message.room_id, message.room, request.by
        )
        ticket = written(theirs, request.understood(need, None), services)
        text = services.replies("behalf_joined", **about(ticket, services, public=False))
        if emergency(ticket):
            text += "\n" + _call_at_once(ticket, request, services)
        further = [] if hears_alerts(request, ticket, services) else [*added(ticket, request, services)]
        return ticket, [to_sender(request, text, ticket.number), *further]
    ticket = services.tickets.open(_new(need, intent, where, words, request, services))
    told = alert(ticket, request, services, behalf=True)
    calls = (*(in_private(told, services) if told.urgent else ()), *to_absent(told, ticket, services))
    return ticket, [
        *_answer(ticket, request, services),
        told,
        *calls,
        *_told_household(ticket, request, services),
    ]


def _answer(ticket: Ticket, request: Request, services: Services) -> list[Reply]:
    """What the worker hears: in the room of the alerts nothing more, unless it is an emergency."""
    if emergency(ticket):
        return [to_sender(request, _call_at_once(ticket, request, services), ticket.number, urgent=True)]
    if hears_alerts(request, ticket, services):
        return []
    text = services.replies("behalf_registered", **about(ticket, services, public=False))
    return [to_sender(request, text, ticket.number)]


def _call_at_once(ticket: Ticket, request: Request, services: Services) -> str:
    """Nobody has been told to ring 120 yet: the household is not here."""
    phone = duty_phone(request, services)
    return services.replies("behalf_emergency", **about(ticket, services, public=False), phone=phone)


def _new(
    need: Understanding, intent: str, where: Whereabouts, words: str, request: Request, services: Services
) -> NewTicket:
    message, home = request.message, household(where, services)
    listed = services.roster.find_household(*home.key) if home else None
    for_whom = called(words) or (listed.name if listed else "") or need.slots.people or "这一户"
    return NewTicket(
        intent=intent,
        title=services.titles.get(intent, intent),
        urgent=need.urgent,
        room_id=message.room_id,
        room_name=message.room,
        requester_id=message.sender_id,
        requester=message.sender,
        node=where.node.name,
        building=where.building,
        unit=where.unit,
        room=where.room,
        phones=" ".join(need.slots.phones) or (listed.phone if listed else ""),
        items="、".join(need.slots.items),
        text=words,
        by=request.by,
        beneficiary=for_whom,
    )


def _where(words: str, slots: Slots, request: Request, services: Services) -> Whereabouts | str:
    """The place, or the sentence that says why it is none: not in the tree, or in several compounds."""
    building, unit = slots.building or "", slots.unit or ""
    near = compound_said(words, services) or (request.place.node if request.place else services.groups.root)
    node = services.groups.resolve(building, unit or None, near)
    if node is not None:
        return Whereabouts(node, building, unit or node.unit or "", slots.room or "")
    place = door(None, building, unit, "", services)
    fitting = [
        one.name for one in _compounds(near, services) if services.groups.resolve(building, unit or None, one)
    ]
    if len(fitting) > 1:
        return services.replies("behalf_which", place=place, list="、".join(fitting))
    return services.replies("behalf_no_place", place=place)


def _compounds(near: Node, services: Services) -> list[Node]:
    return [node for node in services.groups.below(near) if node.level == "compound"]


def _said_something(words: str, services: Services) -> bool:
    """True when there is a need in the words besides the address and the phone."""
    for node in services.groups.below(services.groups.root):
        words = words.replace(node.name, " ") if node.level in ("community", "compound") else words
    return bool(_WORDS.search(_ADDRESS.sub(" ", words)))


def _told_household(ticket: Ticket, request: Request, services: Services) -> list[Reply]:
    """An account of that household that can be reached in private hears all and follows; else its group reads that
    there is something for one household."""
    home = household_of(ticket, services)
    friends = [
        id_ for id_ in (services.roster.bound_to(home) if home else []) if services.colleagues.friend(id_)
    ]
    friends = [id_ for id_ in friends if id_ != request.person.id]
    words = about(ticket, services)
    if not friends:
        text = services.replies("behalf_opened", number=words["number"], place=words["place"])
        return [Reply(text, "reply", "group", node=ticket.node, ticket=ticket.number)]
    text = services.replies("behalf_told", **words, name=request.person.name)
    for id_ in friends:
        services.tickets.follow(ticket, id_, "", "", "", request.by)
    return [Reply(text, "private", "person", to=id_, ticket=ticket.number) for id_ in friends]

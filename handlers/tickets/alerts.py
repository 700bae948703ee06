"""What the staff read about a ticket, and who of them is called by name."""

from dataclasses import replace
from datetime import datetime

from bot.model.channel import Brief
from bot.model.handling import Reply, Request
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.speaking import about, duty_phone, named, quoted, room_name, to_staff
from handlers.tickets import ladder
from handlers.tickets.ladder import called
from handlers.tickets.reach import doer_id, node_of, to_colleague
from handlers.tickets.whereabouts import household_of

LINE = 40
"""Characters of somebody's words in the line that stands for a ticket among others; /工单 shows the rest."""


def alert(ticket: Ticket, request: Request, services: Services, *, behalf: bool = False) -> Reply:
    """What the staff read about a new ticket. ``behalf``: one of them wrote it down, so whoever is in need has not been
    told to ring 120."""
    key = "alert_ticket"
    if _emergency(ticket):
        key = "alert_emergency_behalf" if behalf else "alert_emergency"
    text = services.replies(
        key,
        **about(ticket, services, public=False),
        name=pleader(ticket),
        room=ticket.room_name or "私聊",
        text=quoted(ticket.text),
        phones=ticket.phones,
        phone=duty_phone(request, services),
    )
    at = request.message.at
    text = "\n".join(filter(None, (text, isolating(ticket, at, services))))
    return replace(_calling(called(ticket, at, services), text, ticket), brief=_brief(ticket, at, services))


def alert_also(ticket: Ticket, request: Request, services: Services) -> Reply:
    """The same about a further need of a message that the staff have just read."""
    at = request.message.at
    words = about(ticket, services, public=False) | {"name": pleader(ticket)}
    text = "\n".join(
        filter(None, (services.replies("alert_ticket_also", **words), isolating(ticket, at, services)))
    )
    return replace(_calling(called(ticket, at, services), text, ticket), brief=_brief(ticket, at, services))


def _brief(ticket: Ticket, at: datetime, services: Services) -> Brief | None:
    """A new ticket as one line, where many wait to be told; an emergency is always told alone."""
    if _emergency(ticket):
        return None
    line = services.replies(
        "alert_line",
        **about(ticket, services, public=False),
        name=pleader(ticket),
        text=quoted(" ".join(ticket.text.split()), LINE),
        phones=ticket.phones,
        note=isolating(ticket, at, services),
    )
    return Brief("tickets", line, ticket.urgent)


def hears_alerts(request: Request, ticket: Ticket, services: Services) -> bool:
    """True when the message came from the very room that the ticket's alerts go to: one line is enough there."""
    staff_room = services.groups.nearest_room(node_of(ticket, services), "staff")
    return request.place is not None and request.place.room == staff_room


def isolating(ticket: Ticket, at: datetime, services: Services) -> str:
    """A line about the door when the household isolates at home, for whoever goes there; empty otherwise."""
    home = household_of(ticket, services)
    if home is None or services.isolation.of(*home.key, at) is None:
        return ""
    return services.replies("isolated_emergency" if _emergency(ticket) else "isolated_door")


def in_private(told: Reply, services: Services) -> tuple[Reply, ...]:
    """An emergency's alert once more, to each it calls who can be reached in private: a group is easily overlooked."""
    friends = (id_ for id_, _ in told.mentions if services.colleagues.friend(id_))
    return tuple(
        Reply(told.text, "alert", "person", to=id_, ticket=told.ticket, urgent=True) for id_ in friends
    )


def to_absent(told: Reply, ticket: Ticket, services: Services) -> tuple[Reply, ...]:
    """The alert once more for those it calls who were never seen in the group it goes to: in private, or in the
    volunteers' group where they are; where others read it, too, that have nothing to do with the place, without the door."""
    room = services.groups.nearest_room(node_of(ticket, services), "staff") or ""
    bare = services.replies("alert_elsewhere", **about(ticket, services))
    found: dict[Reply, None] = {}
    for id_, _ in told.mentions:
        friend = services.colleagues.friend(id_)
        if services.colleagues.seen_at(id_, room) or (friend and told.urgent):
            continue  # an emergency reaches friends in private anyway
        if reached := to_colleague(id_, told.text, bare, ticket, services):
            brief = told.brief
            if brief is not None and reached[0].text != told.text:
                brief = replace(brief, line=bare)
            found[replace(reached[0], urgent=told.urgent, brief=brief)] = None
    return tuple(found)


def pleader(ticket: Ticket) -> str:
    """Who asked, and for whom: 李女士（替我妈）."""
    name = ticket.requester or "居民"
    return f"{name}（替{ticket.beneficiary}）" if ticket.beneficiary else name


def added(
    ticket: Ticket, request: Request, services: Services, key: str = "alert_added"
) -> tuple[Reply, ...]:
    """What the staff read when somebody says more about a ticket; whoever has it is called by name."""
    words = about(ticket, services, public=False) | {
        "name": named(request.person),
        "room": room_name(request),
        "text": quoted(request.text),
    }
    people = holders_or_called(ticket, request.message.at, services)
    told = _calling(people, services.replies(key, **words), ticket)
    return (told, *to_doer(told, ticket, request, services))


def to_doer(told: Reply, ticket: Ticket, request: Request, services: Services) -> tuple[Reply, ...]:
    """The same in private to whoever has the ticket in hand, if they can be reached there: they are out and do not read
    the staff's group."""
    doer = doer_id(ticket)
    if doer in ("", request.person.id) or not services.colleagues.friend(doer):
        return ()
    return (Reply(told.text, "alert", "person", to=doer, ticket=told.ticket),)


def holders_or_called(ticket: Ticket, at: datetime, services: Services) -> tuple[tuple[str, str], ...]:
    """Whoever has the ticket in hand; while nobody has, whoever a new one would call."""
    return holders(ticket, at, services) or called(ticket, at, services)


def holders(ticket: Ticket, at: datetime, services: Services) -> tuple[tuple[str, str], ...]:
    """Whoever was sent and whoever took it, or their stand-ins, (id, name) each."""
    return ladder.names(ladder.holders(ticket, at, services))


def _calling(people: tuple[tuple[str, str], ...], text: str, ticket: Ticket) -> Reply:
    told = to_staff(text, node=ticket.node, ticket=ticket.number, urgent=_emergency(ticket))
    return Reply(
        told.text,
        told.kind,
        told.audience,
        node=told.node,
        mentions=people,
        ticket=told.ticket,
        urgent=told.urgent,
    )


def _emergency(ticket: Ticket) -> bool:
    return ticket.intent == "help.emergency"

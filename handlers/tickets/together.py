"""Staff put together what is one need, and take apart what are two: /合并 /拆单."""

import re
from collections.abc import Iterable

from bot.model.handling import Command, Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, Follower, NewTicket, Ticket
from bot.model.understanding import Slots, Understanding
from handlers.authority import may
from handlers.speaking import (
    about,
    those_waiting,
    to_people,
    to_sender,
    to_those_waiting,
)
from handlers.tickets.alerts import alert, hears_alerts
from handlers.tickets.clocks import emergency
from handlers.tickets.moving import usage
from handlers.tickets.reach import may_know, may_read, node_of, to_colleague

_NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,2}\d{1,3}(?![0-9A-Za-z])")
_INTO = re.compile(r"(?:并到|并入|并进|合到|合进|到|进) ?([A-Za-z]{0,2}\d{1,3})[号里去吧了 ]*")
_AND = re.compile(r"[和跟与及]")

OTHER = "help.other"
"""The kind of what was split off, when its words do not say which."""


def merge(request: Request, services: Services) -> Outcome:
    """/合并 23 24 25: 24 and 25 go into 23, with their words, phones, things, urgency and whoever waits for them. An
    emergency goes into nothing else, lest it lose its lane: it takes the others in."""
    assert request.command is not None
    numbers = _numbers(request.command)
    if len(numbers) < 2:
        return usage(request, services, "合并")
    found = [services.tickets.get(number) for number in numbers]
    tickets = [ticket for ticket in found if ticket is not None]
    refusal = _refusal(numbers, found, request, services)
    if refusal is None and len({ticket.number for ticket in tickets}) < len(tickets):
        refusal = services.replies("merge_itself", number=tickets[0].number)
    if refusal is not None:
        return Outcome("command:合并", (to_sender(request, refusal),))
    into, *others = sorted(tickets, key=lambda ticket: not emergency(ticket))
    waiting = _each_once(one for ticket in others for one in those_waiting(ticket, services))
    for ticket in others:
        into = services.tickets.merge(ticket, into, request.by)
    joined = "、".join(ticket.number for ticket in others)
    public = not may_read(request, into, services)
    line = services.replies("merged", **about(into, services, public=public), list=joined)
    news = to_people(
        waiting, into, services.replies("ticket_merged", **about(into, services), list=joined), services
    )
    told = _told_holders(others, into, joined, request, services)
    return Outcome("command:合并", (to_sender(request, line, into.number), *told, *news))


def _numbers(command: Command) -> list[str]:
    """The numbers as typed, the one that takes in the others first: 23 24, 23 和 24, 24 并到 23."""
    if into := _INTO.fullmatch(command.rest):
        return list(dict.fromkeys([into[1].upper(), *command.tickets]))
    also = _NUMBER.findall(command.rest) if _AND.match(command.rest) else []
    return list(dict.fromkeys([*command.tickets, *(number.upper() for number in also)]))


def split(request: Request, services: Services) -> Outcome:
    """/拆单 23 厨房水管还漏水: the second need of a ticket becomes one of its own, for the same people and place."""
    assert request.command is not None
    numbers, words = request.command.tickets, request.command.note
    if len(numbers) != 1 or not words:
        return usage(request, services, "拆单")
    ticket = services.tickets.get(numbers[0])
    refusal = _refusal(list(numbers), [ticket], request, services, closed=True)
    if refusal is not None or ticket is None:
        return Outcome("command:拆单", (to_sender(request, refusal or ""),))
    new = services.tickets.open(_second(ticket, words, request, services))
    services.tickets.note(new, request.by, "split", f"拆自 {ticket.number}")
    services.tickets.note(ticket, request.by, "split", f"{new.number}（{new.title}）")
    for one in services.tickets.followers(ticket):
        services.tickets.follow(new, one.person_id, one.name, one.room_id, one.room_name, request.by)
    public = not may_read(request, new, services)
    line = services.replies("split", **about(new, services, public=public), list=ticket.number)
    told = services.replies("ticket_split", **about(new, services))
    news = to_those_waiting(new, told, services, but=request.person.id)
    answer = [] if hears_alerts(request, new, services) else [to_sender(request, line, new.number)]
    return Outcome("command:拆单", (*answer, alert(new, request, services), *news))


def _second(ticket: Ticket, words: str, request: Request, services: Services) -> NewTicket:
    """What is split off: the words and their kind, the first one's people and place."""
    understood = request.understanding or Understanding(OTHER, 0, False, "ticket", Slots())
    intent = understood.intent if understood.intent.startswith("help.") else OTHER
    return NewTicket(
        intent=intent,
        title=services.titles.get(intent, intent),
        urgent=understood.urgent,
        room_id=ticket.room_id,
        room_name=ticket.room_name,
        requester_id=ticket.requester_id,
        requester=ticket.requester,
        node=ticket.node,
        building=ticket.building,
        unit=ticket.unit,
        room=ticket.room,
        phones=" ".join(understood.slots.phones) or ticket.phones,
        items="、".join(understood.slots.items),
        text=words,
        by=request.by,
        beneficiary=ticket.beneficiary,
    )


def _refusal(
    numbers: list[str],
    found: list[Ticket | None],
    request: Request,
    services: Services,
    *,
    closed: bool = False,
) -> str | None:
    """Why not: the first of the tickets that is not there, not theirs to move, or (unless ``closed`` may be) closed."""
    for number, ticket in zip(numbers, found, strict=True):
        if ticket is None or not may_know(request.person, ticket, services):
            return services.replies("command_no_ticket", number=number)
        words = about(ticket, services, public=not may_read(request, ticket, services))
        if not may(request.person, "worker", node_of(ticket, services), services.groups):
            return services.replies("command_not_yours", **words)
        if ticket.state not in OPEN and not closed:
            return services.replies("merge_closed", **words)
    return None


def _each_once(people: Iterable[Follower]) -> list[Follower]:
    return list({one.person_id: one for one in people}.values())


def _told_holders(
    others: list[Ticket], into: Ticket, joined: str, request: Request, services: Services
) -> list[Reply]:
    """Whoever had one of the others in hand hears that it is no errand of its own any more."""
    ids = {id_ for ticket in others for id_ in (ticket.owner_id, ticket.dispatched_id)}
    full = services.replies("alert_merged", **about(into, services, public=False), list=joined)
    bare = services.replies("alert_merged", **about(into, services), list=joined)
    reached = [to_colleague(id_, full, bare, into, services) for id_ in sorted(ids - {"", request.person.id})]
    return [one[0] for one in reached if one is not None]

"""/撤销: whoever made the last move takes it back, and whoever was told of it is told otherwise."""

from dataclasses import replace
from datetime import timedelta

from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, STATE_TITLES, MoveRefused, Step, Ticket
from handlers.authority import may
from handlers.speaking import about, to_sender, to_staff, to_those_waiting
from handlers.tickets import own_tickets
from handlers.tickets.moving import Moved, each, withdraw_one
from handlers.tickets.reach import doer_id, may_read, node_of, to_colleague

REGRET = timedelta(minutes=30)
"""How long a move can be taken back."""


def undo(request: Request, services: Services) -> Outcome:
    """/撤销: with a number, that ticket's last move; without, the person's own last one (all that one command moved).
    For a resident's own ticket it means 撤单."""
    assert request.command is not None
    command = request.command
    if command.tickets:
        return each(request, services, lambda ticket: _take_back(ticket, request, services))
    numbers = services.tickets.last_moved(request.person.id, request.message.at - REGRET)
    if numbers:
        request = replace(request, command=replace(command, tickets=tuple(numbers)))
        return each(request, services, lambda ticket: _take_back(ticket, request, services))
    if request.person.rank == 0:
        asked = request.addressed or bool(services.tickets.of_requester(request.person.id))
        return own_tickets.cancel(replace(request, addressed=asked), services)
    text = services.replies("undo_nothing", total=str(int(REGRET.total_seconds() // 60)))
    return Outcome("undo:nothing", (to_sender(request, text),))


def _take_back(ticket: Ticket, request: Request, services: Services) -> Moved:
    last = _last_move(ticket, services)
    mine = last is not None and last.actor_id == request.person.id
    if not mine and ticket.requester_id == request.person.id:
        return withdraw_one(ticket, request, services)
    public = not may_read(request, ticket, services)
    words = about(ticket, services, public=public)
    if last is None or not mine:
        key = "undo_not_yours" if last else "undo_none"
        name = last.actor if last else ""
        return Moved(services.replies(_now(key, ticket), **words, name=name))
    if request.message.at - last.at > REGRET:
        key = _now("undo_too_late", ticket)
        return Moved(services.replies(key, **words, since=services.show_time(last.at)))
    try:
        back = services.tickets.undo(ticket, request.by)
    except MoveRefused:
        return Moved(services.replies(_now("undo_none", ticket), **words))
    line = services.replies("undone", **about(back, services, public=public), word=STATE_TITLES[ticket.state])
    return Moved(line, _told(ticket, back, request, services), back)


def _now(key: str, ticket: Ticket) -> str:
    """What may be done instead depends on whether the ticket is still open."""
    return key if ticket.state in OPEN else f"{key}_closed"


def _last_move(ticket: Ticket, services: Services) -> Step | None:
    """The last row that moved the ticket; None when that was the opening, the clock's, or taken back already."""
    moving = [
        step
        for step in services.tickets.history(ticket)
        if step.kind in ("moved", "undone", "returned", "merged", "opened")
    ]
    return moving[-1] if moving and moving[-1].kind == "moved" else None


def _told(before: Ticket, after: Ticket, request: Request, services: Services) -> tuple[Reply, ...]:
    """Whoever waits for it, and whoever had been sent or is sent again, hears that it was a mistake; the staff do when a
    resident takes back what they read: that it is withdrawn, or received, or not."""
    news: list[Reply] = []
    if not may(request.person, "volunteer", node_of(after, services), services.groups):
        full = services.replies("errand_undone", **about(after, services, public=False))
        news.append(to_staff(full, node=after.node, ticket=after.number))
    text = services.replies("ticket_undone", **about(after, services))
    news += to_those_waiting(after, text, services, but=request.person.id)
    for doer in {doer_id(before), doer_id(after)} - {"", request.person.id}:
        full = services.replies("errand_undone", **about(after, services, public=False))
        bare = services.replies("errand_undone", **about(after, services))
        reached = to_colleague(doer, full, bare, after, services)
        if reached and reached[1] != request.message.room_id:
            news.append(reached[0])
    return tuple(news)

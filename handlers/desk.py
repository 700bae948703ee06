"""Commands that move tickets: /接单 /派单 /办结 /撤单."""

from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.people import Person, Role
from bot.model.services import Services
from bot.model.ticket import MoveRefused, State, Ticket
from handlers.authority import may
from handlers.lists import plea_lines
from handlers.reach import may_know, node_of
from handlers.speaking import about, private_enough, to_requester, to_sender

COMPLAINT = timedelta(hours=72)
"""How long whoever asked may say that nothing came."""

VERBS: dict[State, str] = {"taken": "接单", "dispatched": "派单", "done": "办结", "cancelled": "撤单"}

TOLD: dict[State, str] = {
    "taken": "ticket_taken",
    "dispatched": "ticket_dispatched",
    "done": "ticket_done",
    "cancelled": "ticket_withdrawn",
}
"""What the requester hears about a move."""


def take(request: Request, services: Services) -> Outcome:
    """/接单: the first one wins, the second is told who has it."""
    return _move_all(request, services, "taken")


def dispatch(request: Request, services: Services) -> Outcome:
    """/派单: hand a ticket to somebody, by @ or by name, with a note. The note is for the staff's eyes alone."""
    assert request.command is not None
    to, note = "、".join(request.command.mentions), request.command.rest
    if not to:
        to, _, note = note.removeprefix("给").removeprefix("让").strip().partition(" ")
    if not to:
        return _usage(request, services, "派单")
    return _move_all(request, services, "dispatched", dispatched_to=to, note=note)


def finish(request: Request, services: Services) -> Outcome:
    """/办结: it is done; whoever asked is told, with the note."""
    assert request.command is not None
    return _move_all(request, services, "done", note=request.command.rest)


def withdraw(request: Request, services: Services) -> Outcome:
    """/撤单: residents their own, staff any in reach; then whoever asked is told, with the reason."""
    assert request.command is not None
    return _move_all(request, services, "cancelled", note=request.command.rest)


def _move_all(
    request: Request, services: Services, to: State, *, dispatched_to: str = "", note: str = ""
) -> Outcome:
    assert request.command is not None
    if not request.command.tickets:
        return _usage(request, services, request.command.name)
    lines: list[str] = []
    numbers: list[str] = []
    told: list[Reply] = []
    for number in dict.fromkeys(request.command.tickets):
        ticket = services.tickets.get(number)
        if ticket is None or not may_know(request.person, ticket, services):
            lines.append(services.replies("command_no_ticket", number=number))
            continue
        numbers.append(ticket.number)
        line, news = _move(ticket, to, request, services, dispatched_to, note)
        lines.append(line)
        told += news
    label = f"command:{request.command.name}"
    only = numbers[0] if len(numbers) == 1 else None
    return Outcome(label, (to_sender(request, "\n".join(lines), only), *told))


def _move(
    ticket: Ticket, to: State, request: Request, services: Services, dispatched_to: str, note: str
) -> tuple[str, list[Reply]]:
    """One move: the line for whoever commanded it, and the news for whoever asked for help."""
    assert request.command is not None
    public = not private_enough(request)
    if not _may_move(request.person, ticket, to, services):
        return services.replies("command_not_yours", **about(ticket, services, public=public)), []
    keeps_owner = ticket.owner_id and to != "taken"
    owner = None if keeps_owner or to == "cancelled" else request.person
    try:
        moved = services.tickets.move(
            ticket,
            to,
            request.by,
            owner=owner,
            dispatched=("", dispatched_to) if dispatched_to else None,
            note=note,
        )
    except MoveRefused as refused:
        words = about(refused.ticket, services, public=public) | {"word": VERBS[to]}
        return services.replies("command_cannot", **words), []
    words = about(moved, services, public=public)
    if to == "done":
        words["owner"] = request.person.name
        _await_complaint(moved, request, services)
    line = services.replies("command_moved", **words)
    if to == "taken" and not public:
        line = "\n".join([line, *plea_lines(moved)])
    again = to == ticket.state == "dispatched"
    if to not in TOLD or again or moved.requester_id == request.person.id:
        return line, []
    shown = "" if to == "dispatched" else note
    return line, [to_requester(moved, services.replies(TOLD[to], **about(moved, services), note=shown))]


def _await_complaint(ticket: Ticket, request: Request, services: Services) -> None:
    """Listen for 「没收到」 from whoever asked."""
    expires = request.message.at + COMPLAINT
    services.dialogues.begin(
        ticket.room_id, ticket.requester_id, Dialogue("received", ticket.number), expires
    )


def _may_move(person: Person, ticket: Ticket, to: State, services: Services) -> bool:
    if to == "cancelled" and ticket.requester_id == person.id:
        return True
    if to == "done" and ticket.owner_id == person.id:
        return True
    unclaimed = to == "done" and (not ticket.owner_id or ticket.dispatched_to == person.name)
    role: Role = "volunteer" if to == "taken" or unclaimed else "worker"
    mine = ticket.dispatched_to == person.name and person.rank > 0
    return may(person, role, node_of(ticket, services), services.groups) or (unclaimed and mine)


def _usage(request: Request, services: Services, name: str) -> Outcome:
    usage = next(entry for entry in services.commands if entry.name == name)
    text = services.replies("command_usage", usage=f"{usage.usage}\n例：{usage.example}")
    return Outcome(f"usage:{name}", (to_sender(request, text),))

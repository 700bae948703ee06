"""One move of a ticket at the word of somebody at work: may they, what they read, and what whoever waits is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import MoveRefused, State, Ticket
from handlers.authority import may
from handlers.lists import plea_lines
from handlers.reach import doer_id, load, may_know, node_of, to_colleague
from handlers.speaking import about, private_enough, to_requester, to_sender

COMPLAINT = timedelta(hours=72)
"""How long whoever asked may say that nothing came, or that they still need it."""

VERBS: dict[State, str] = {
    "taken": "接单",
    "dispatched": "派单",
    "done": "办结",
    "cancelled": "撤单",
    "declined": "改成无法办理",
}

TOLD: dict[State, str] = {
    "taken": "ticket_taken",
    "dispatched": "ticket_dispatched",
    "done": "ticket_done",
    "cancelled": "ticket_withdrawn",
    "declined": "ticket_declined",
}
"""What the requester hears about a move."""

LISTENING: dict[State, Dialogue] = {
    "done": Dialogue("received", ""),
    "declined": Dialogue("declined", ""),
}
"""What whoever asked may answer to a move."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of one move."""

    line: str
    """For whoever commanded it."""
    news: tuple[Reply, ...] = ()
    """For everybody else."""
    ticket: Ticket | None = None
    """As it is now; None when it was not moved."""


def each(request: Request, services: Services, act: Callable[[Ticket], Moved]) -> Outcome:
    """Do it to every ticket the command names, those the person may know of, and answer in one message."""
    assert request.command is not None
    name = request.command.name
    if not request.command.tickets:
        return usage(request, services, name)
    lines: list[str] = []
    news: list[Reply] = []
    moved: list[Ticket] = []
    seen: set[str] = set()
    for number in request.command.tickets:
        ticket = services.tickets.get(number)
        if (ticket.number if ticket else number) in seen:
            continue
        seen.add(ticket.number if ticket else number)
        if ticket is None or not may_know(request.person, ticket, services):
            lines.append(services.replies("command_no_ticket", number=number))
            continue
        done = act(ticket)
        lines.append(done.line)
        news += done.news
        moved += [done.ticket] if done.ticket else []
    held = load(request.person.id, services) if name == "接单" and moved else 0
    if held > 1 and private_enough(request):
        lines.append(services.replies("command_load", count=str(held)))
    only = moved[0].number if len(moved) == 1 else None
    return Outcome(f"command:{name}", (to_sender(request, "\n".join(lines), only), *news))


def move(
    ticket: Ticket,
    to: State,
    request: Request,
    services: Services,
    *,
    note: str = "",
    errand: Person | None = None,
) -> Moved:
    """One move, if the person may and the table of moves allows it. ``errand``: whom a dispatched ticket goes to."""
    public = not private_enough(request)
    if not _may_move(request.person, ticket, to, services):
        return Moved(services.replies("command_not_yours", **about(ticket, services, public=public)))
    sent = (errand.id, errand.name) if errand else ("", "") if to == "taken" else None
    try:
        moved = services.tickets.move(
            ticket, to, request.by, owner=_owner(ticket, to, request), dispatched=sent, note=note
        )
    except MoveRefused as refused:
        return Moved(_refused(refused.ticket, to, request, services))
    words = about(moved, services, public=public)
    if to in ("done", "declined"):
        words["owner"] = request.person.name
    line = services.replies("command_moved", **words)
    if to == "taken" and not public:
        line = "\n".join([line, *plea_lines(moved)])
    if listening := LISTENING.get(to):
        expires = request.message.at + COMPLAINT
        heard = Dialogue(listening.kind, moved.number)
        services.dialogues.begin(moved.room_id, moved.requester_id, heard, expires)
    again = to == ticket.state == "dispatched"
    news = () if again else told_requester(moved, request, services, note)
    return Moved(line, (*news, *_told_doer(ticket, moved, request, services)), moved)


def told_requester(ticket: Ticket, request: Request, services: Services, note: str) -> tuple[Reply, ...]:
    """What whoever asked hears about the state their ticket has reached."""
    if ticket.state not in TOLD or ticket.requester_id == request.person.id:
        return ()
    words = about(ticket, services) | {"phone": services.duty_phone(node_of(ticket, services))}
    shown = "" if ticket.state == "dispatched" else note
    return (to_requester(ticket, services.replies(TOLD[ticket.state], **words, note=shown)),)


def _told_doer(before: Ticket, after: Ticket, request: Request, services: Services) -> tuple[Reply, ...]:
    """Whoever had it in hand hears that somebody else took it, closed it or withdrew it."""
    doer, now = doer_id(before), doer_id(after) if after.state != "cancelled" else ""
    if not doer or doer in (now, request.person.id):
        return ()
    words = {"name": request.person.name}
    full = services.replies("errand_gone", **about(after, services, public=False), **words)
    bare = services.replies("errand_gone", **about(after, services), **words)
    reached = to_colleague(doer, full, bare, after, services)
    return (reached[0],) if reached and reached[1] != request.message.room_id else ()


def _owner(ticket: Ticket, to: State, request: Request) -> Person | None:
    """Who owns it after the move, if that changes: whoever takes it, else the first who acts."""
    if to == "taken":
        return request.person
    return None if ticket.owner_id or to == "cancelled" else request.person


def _refused(ticket: Ticket, to: State, request: Request, services: Services) -> str:
    words = about(ticket, services, public=not private_enough(request)) | {"word": VERBS[to]}
    mine = to == ticket.state == "taken" and ticket.owner_id == request.person.id
    return services.replies("command_already_yours" if mine else "command_cannot", **words)


def _may_move(person: Person, ticket: Ticket, to: State, services: Services) -> bool:
    """By role over the ticket's place, or because it is in the person's hands; by id, never by name."""
    node, doer = node_of(ticket, services), doer_id(ticket)
    if may(person, "worker", node, services.groups):
        return True
    volunteer = may(person, "volunteer", node, services.groups)
    mine = bool(person.id) and doer == person.id
    match to:
        case "cancelled":
            return ticket.requester_id == person.id
        case "taken":
            return mine or (volunteer and not (doer and ticket.state == "dispatched"))
        case "done":
            return mine or (volunteer and not doer)
        case "declined":
            return mine
        case _:
            return False


def usage(request: Request, services: Services, name: str) -> Outcome:
    """How to write a command, with an example."""
    entry = next(entry for entry in services.commands if entry.name == name)
    text = services.replies("command_usage", usage=f"{entry.usage}\n例：{entry.example}")
    return Outcome(f"usage:{name}", (to_sender(request, text),))

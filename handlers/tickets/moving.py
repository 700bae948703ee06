"""One move of a ticket at the word of somebody at work: may they, what they read, and what whoever waits is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import COMPLAINT, OPEN, Follower, MoveRefused, State, Ticket
from handlers.authority import may
from handlers.masking import without_doors
from handlers.speaking import (
    SENSITIVE,
    about,
    private_enough,
    those_waiting,
    to_sender,
    to_those_waiting,
)
from handlers.tickets import own_tickets
from handlers.tickets.lists import plea_lines
from handlers.tickets.reach import doer_id, load, may_know, may_read, node_of, sees_to, told_doer

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

LISTENING: dict[State, Literal["received", "declined"]] = {"done": "received", "declined": "declined"}
"""What those who wait may answer to a move."""


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
    known = False
    for number in request.command.tickets:
        ticket = services.tickets.get(number)
        if (ticket.number if ticket else number) in seen:
            continue
        seen.add(ticket.number if ticket else number)
        if ticket is None or not _may_know(request, ticket, services):
            lines.append(services.replies("command_no_ticket", number=number))
            continue
        known = True
        done = act(ticket)
        lines.append(done.line)
        news += done.news
        moved += [done.ticket] if done.ticket else []
    if not known and request.person.rank == 0 and not request.message.private:
        return Outcome("silent:no-ticket")
    held = load(request.person.id, services) if name == "接单" and moved else 0
    if held > 1 and private_enough(request):
        lines.append(services.replies("command_load", count=str(held)))
    only = moved[0].number if len(moved) == 1 else None
    answer = "\n".join(dict.fromkeys("\n".join(lines).split("\n")))  # a plea of three needs is shown once
    return Outcome(f"command:{name}", (to_sender(request, answer, only), *_together(news)))


def _together(news: Sequence[Reply]) -> list[Reply]:
    """What one command makes the same people hear in the same place, as one message; what is said of each ticket first,
    what is said of all, like a note, once at the end."""
    alike: dict[Reply, list[Reply]] = {}
    for reply in news:
        alike.setdefault(replace(reply, text="", ticket=None), []).append(reply)
    return [_joined(replies) for replies in alike.values()]


def _joined(replies: Sequence[Reply]) -> Reply:
    if len(replies) == 1:
        return replies[0]
    texts = [reply.text.split("\n") for reply in replies]
    common = [line for line in dict.fromkeys(texts[0]) if all(line in text for text in texts)]
    own = dict.fromkeys(line for text in texts for line in text if line not in common)
    return replace(replies[0], text="\n".join([*own, *common]))


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
    public = not may_read(request, ticket, services)
    if not _may_move(request, ticket, to, services):
        words = about(ticket, services, public=public) | {"word": VERBS[to]}
        volunteer = may(request.person, "volunteer", node_of(ticket, services), services.groups)
        theirs = volunteer and doer_id(ticket) and to in ("taken", "done", "declined")
        return Moved(services.replies("command_in_others_hands" if theirs else "command_not_yours", **words))
    sent = (errand.id, errand.name) if errand else ("", "") if to == "taken" else None
    try:
        moved = services.tickets.move(
            ticket, to, request.by, owner=_owner(ticket, to, request), dispatched=sent, note=note
        )
    except MoveRefused as refused:
        return Moved(_refused(refused.ticket, to, request, services))
    words = about(moved, services, public=public)
    if to in ("done", "declined", "cancelled"):
        mine = ticket.requester_id == request.person.id
        words["owner"] = "" if mine else request.person.name
    line = services.replies("command_moved", **words)
    if to == "taken" and not public:
        line = "\n".join([line, *plea_lines(moved)])
    if kind := LISTENING.get(to):
        for one in those_waiting(moved, services):
            listen(Dialogue(kind, moved.number), one, request.message.at + COMPLAINT, moved, services)
    again = to == ticket.state == "dispatched"
    news = () if again else _told_waiting(moved, request, services, note)
    return Moved(line, (*news, *told_doer(ticket, moved, request, services)), moved)


def withdraw_one(ticket: Ticket, request: Request, services: Services, note: str = "") -> Moved:
    """Withdraw it: at its requester's word the staff hear of it, at the staff's word those who wait."""
    if ticket.requester_id != request.person.id or ticket.state not in OPEN or ticket.beneficiary:
        return move(ticket, "cancelled", request, services, note=note)
    outcome = own_tickets.withdraw(ticket, request, services)
    answer = next(reply for reply in outcome.replies if reply.audience == "here")
    news = tuple(reply for reply in outcome.replies if reply is not answer)
    gone = services.tickets.get(ticket.number) or ticket
    if not any(reply.audience == "person" and reply.to == doer_id(ticket) for reply in news):
        news += told_doer(ticket, gone, request, services)
    return Moved(answer.text, news, gone)


def _told_waiting(ticket: Ticket, request: Request, services: Services, note: str) -> tuple[Reply, ...]:
    """What those who wait hear about the state their ticket has reached."""
    if ticket.state not in TOLD:
        return ()
    words = about(ticket, services) | {"phone": services.duty_phone(node_of(ticket, services))}
    shown = "" if ticket.state == "dispatched" else note
    text = services.replies(TOLD[ticket.state], **words, note=shown)
    aloud = services.replies(TOLD[ticket.state], **words, note=without_doors(shown, ticket.room))
    return tuple(to_those_waiting(ticket, text, services, but=request.person.id, aloud=aloud))


def listen(dialogue: Dialogue, whom: Follower, expires: datetime, ticket: Ticket, services: Services) -> None:
    """Wait for somebody's answer where they hear of the ticket: in their room, and in private if it is discreet."""
    services.dialogues.begin(whom.room_id, whom.person_id, dialogue, expires)
    if whom.room_id and ticket.intent in SENSITIVE and services.colleagues.friend(whom.person_id):
        services.dialogues.begin("", whom.person_id, dialogue, expires)


def _owner(ticket: Ticket, to: State, request: Request) -> Person | None:
    """Who owns it after the move, if that changes: whoever takes it, else the first who acts."""
    if to == "taken":
        return request.person
    return None if ticket.owner_id or to == "cancelled" else request.person


def _refused(ticket: Ticket, to: State, request: Request, services: Services) -> str:
    words = about(ticket, services, public=not may_read(request, ticket, services)) | {"word": VERBS[to]}
    if ticket.merged_into:
        return services.replies("command_merged", **words, into=ticket.merged_into)
    mine = to == ticket.state == "taken" and ticket.owner_id == request.person.id
    return services.replies("command_already_yours" if mine else "command_cannot", **words)


def _may_know(request: Request, ticket: Ticket, services: Services) -> bool:
    person, at = request.person, request.message.at
    return may_know(person, ticket, services) or sees_to(person, ticket, at, services)


def _may_move(request: Request, ticket: Ticket, to: State, services: Services) -> bool:
    """By role over the ticket's place, or because it is the person's to see to; by id, never by name."""
    person, node, doer = request.person, node_of(ticket, services), doer_id(ticket)
    if may(person, "worker", node, services.groups):
        return True
    volunteer = may(person, "volunteer", node, services.groups)
    mine = sees_to(person, ticket, request.message.at, services)
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

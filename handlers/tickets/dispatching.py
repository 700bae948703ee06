"""/派单: a ticket goes to somebody, who is told."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.model.handling import Command, Dialogue, Outcome, Request
from bot.model.people import ROLE_TITLES, Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.authority import may
from handlers.duty.on_duty import stand_in
from handlers.speaking import about, to_sender
from handlers.tickets.lists import plea_lines
from handlers.tickets.moving import Moved, each, move, usage
from handlers.tickets.reach import may_read, node_of, to_colleague

NAME = 6
"""Characters; a longer word without @ is not taken for the name of somebody we do not know."""

EVERYBODY = frozenset({"所有人", "全体成员", "all"})
"""What WeChat writes after @ for a whole group."""

TITLES = tuple(title for role, title in ROLE_TITLES.items() if role != "resident")


def dispatch(request: Request, services: Services) -> Outcome:
    """/派单: hand tickets to somebody, by @ or by name, with a note. The note is for the staff's eyes alone."""
    assert request.command is not None
    command, note = request.command, request.command.note
    if len(command.mentions) > 1 or set(command.mentions) & EVERYBODY:
        return Outcome(
            "dispatch:several", (to_sender(request, services.replies("dispatch_one", word=command.name)),)
        )
    if command.mentions:
        name = command.mentions[0]
    else:
        name, note = _first_word(note)
    people = _called(name, command.tickets, services)
    if not name or not command.tickets or (not people and not command.mentions and len(name) > NAME):
        return usage(request, services, "派单")
    if len(people) > 1:
        return _ask_whom(people, name, note, request, services)
    return _send(people[0] if people else Person("", name), note, request, services)


def answer_whom(request: Request, services: Services) -> Outcome | None:
    """「2」, after being asked which of several of that name is meant."""
    assert request.dialogue is not None
    note, *ids = request.dialogue.options
    word = request.text.strip(" 。.第个号")
    if not word.isdecimal() or not 0 < int(word) <= len(ids):
        return None
    services.dialogues.end(request, "whom")
    person = services.colleagues.get(ids[int(word) - 1])
    if person is None:
        return None
    command = Command("派单", tuple(request.dialogue.ticket.split()))
    return _send(person, note, replace(request, command=command), services)


def _first_word(note: str) -> tuple[str, str]:
    """「给小安，带上轮椅」 as the name and the rest."""
    said = re.match(r"(?:[给让]\s*)?([^\s，,。；;：:、（(]*)[\s，,。；;：:、]*(.*)", note, re.DOTALL)
    return (said[1], said[2]) if said else ("", "")


def _called(name: str, numbers: Sequence[str], services: Services) -> list[Person]:
    """Everybody at work of that name (小安 is 网格员小安, too): those within whose reach the tickets are, else all."""
    spelled = (f"{title}{name}" for title in TITLES)
    people = services.colleagues.named(name) if name else []
    if name and not people:
        found = [one for called in (*spelled, f"{name}书记") for one in services.colleagues.named(called)]
        people = list({one.id: one for one in found}.values())
    tickets = [ticket for number in numbers if (ticket := services.tickets.get(number))]
    near = [
        one
        for one in people
        if all(may(one, "volunteer", node_of(ticket, services), services.groups) for ticket in tickets)
    ]
    return near or people


def _ask_whom(
    people: Sequence[Person], name: str, note: str, request: Request, services: Services
) -> Outcome:
    assert request.command is not None
    numbers = " ".join(request.command.tickets)
    asked = Dialogue("whom", numbers, (note, *(one.id for one in people)))
    expires = request.message.at + services.patience
    services.dialogues.begin(request.message.room_id, request.person.id, asked, expires)
    lines = [f"{n}. {one.name}（{_works(one)}）" for n, one in enumerate(people, 1)]
    text = services.replies("dispatch_whom", name=name, list="\n".join(lines))
    return Outcome("dispatch:whom", (to_sender(request, text),))


def _works(person: Person) -> str:
    """Where somebody works, and as what."""
    works = dict.fromkeys(f"{grant.scope}{ROLE_TITLES[grant.role]}" for grant in person.grants)
    return "、".join(works)


def _send(person: Person, note: str, request: Request, services: Services) -> Outcome:
    """The tickets go to this person, or to whoever stands in for them; they are told, or the dispatcher is to tell."""
    there = stand_in(person, request.message.at, services) if person.id else person
    beside: list[tuple[str, str]] = []
    sent: list[Ticket] = []

    def act(ticket: Ticket) -> Moved:
        moved = move(ticket, "dispatched", request, services, note=note, errand=there)
        sent.extend([moved.ticket] if moved.ticket else [])
        if moved.ticket is None or there.id == request.person.id:
            return moved
        return _tell(moved, moved.ticket, there, note, request, services, beside)

    outcome = each(request, services, act)
    answer, *news = outcome.replies
    text = answer.text
    if there.id != person.id and sent:
        words = {"name": person.name, "owner": there.name}
        text = f"{services.replies('dispatch_stand_in', **words)}\n{text}"
    answer = replace(answer, text=text, mentions=(*answer.mentions, *dict.fromkeys(beside)))
    return replace(outcome, replies=(answer, *news))


def _tell(
    moved: Moved,
    ticket: Ticket,
    person: Person,
    note: str,
    request: Request,
    services: Services,
    beside: list[tuple[str, str]],
) -> Moved:
    """The move with the news for whoever was sent. Where they sit in the very room of the command, the answer itself
    is for them, too: ``beside`` gathers whom it has to mention."""
    words = {"name": request.person.name, "note": note}
    plea = "\n".join(plea_lines(ticket))
    full = services.replies("errand", **about(ticket, services, public=False), **words, list=plea)
    bare = services.replies("errand_bare", **about(ticket, services), **words)
    reached = to_colleague(person.id, full, bare, ticket, services) if person.id else None
    if reached is None:
        key = "dispatch_unreached" if person.id else "dispatch_unknown"
        line = f"{moved.line}\n{services.replies(key, name=person.name)}"
        return replace(moved, line=line)
    reply, room_id = reached
    if room_id and room_id == request.message.room_id and may_read(request, ticket, services):
        beside += reply.mentions
        short = services.replies("errand_here", **about(ticket, services))
        return replace(moved, line="\n".join([moved.line, plea, short]))
    return replace(moved, news=(*moved.news, reply))

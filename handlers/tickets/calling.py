"""How the clocks' words reach people: tickets alike in one message, the staff in their group, others where they are."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.model.channel import Brief
from bot.model.handling import Reply
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.authority import may
from handlers.speaking import about
from handlers.tickets import clocks
from handlers.tickets.ladder import CALLED, each_once, names
from handlers.tickets.reach import node_of

LISTED = 10
"""So many tickets stand in one message at most."""

What = Literal["again", "take", "finish", "return", "check"]

KEYS: dict[What, str] = {
    "again": "alert_again",
    "take": "alert_untaken",
    "finish": "alert_unfinished",
    "return": "alert_returned",
    "check": "ticket_check",
}
"""What is said of one ticket; of several at once the same with _many (an emergency is always alone)."""


@dataclass(frozen=True, slots=True)
class Call:
    """Something to be said about one ticket."""

    what: What
    ticket: Ticket
    people: tuple[Person, ...]
    """Whom to @."""
    words: dict[str, str]
    kind: str = ""
    """The step of the ladder, or the day; only those of one kind are said in one message."""
    audience: Literal["staff", "person", "room"] = "staff"
    to: str = ""
    """The person's id or the room's."""


def said(calls: Sequence[Call], services: Services) -> list[Reply]:
    """The calls as messages: those alike that go to the same place in one."""
    alike: dict[tuple[str, ...], list[Call]] = {}
    for call in itertools.chain.from_iterable(_spread(one, services) for one in calls):
        where = call.to
        if call.audience == "staff":
            where = services.groups.nearest_room(node_of(call.ticket, services), "staff") or ""
        alone = call.ticket.number if clocks.emergency(call.ticket) else ""
        alike.setdefault((call.what, call.kind, call.audience, where, alone), []).append(call)
    return [_message(some, services) for some in alike.values()]


def _spread(call: Call, services: Services) -> list[Call]:
    """To the staff's group, and the same to each who does not see it there; what is urgent to each in private, too, where
    the bot can. Only private words and the staff's group show a door."""
    if call.audience != "staff":
        return [call]
    ticket, inside, apart = call.ticket, [], []
    for one in call.people:
        mine = replace(call, people=(one,), audience="person", to=one.id)
        friend = services.colleagues.friend(one.id)
        outside = not may(one, "worker", node_of(ticket, services), services.groups)
        room = _spoke_in(one, ticket, services) if outside and not friend else None
        if friend and (outside or clocks.pressing(ticket)):
            apart.append(mine)
        elif room:
            apart.append(replace(mine, words=call.words | about(ticket, services), audience="room", to=room))
        if not outside or not (friend or room):
            inside.append(one)
    return [replace(call, people=tuple(inside)), *apart]


def _spoke_in(person: Person, ticket: Ticket, services: Services) -> str | None:
    """The group of those at work, over the ticket's place, in which somebody last said something about the ticket."""
    place = node_of(ticket, services)
    work = {
        id_ for id_, _, node in services.colleagues.seen_in(person.id) if services.groups.within(place, node)
    }
    rooms = (s.room_id for s in reversed(services.tickets.history(ticket)) if s.actor_id == person.id)
    return next((room for room in rooms if room in work), None)


def _message(alike: Sequence[Call], services: Services) -> Reply:
    first = alike[0]
    calls = {call.ticket.number: call for call in alike}
    people = each_once([one for call in alike for one in call.people])
    one = services.replies(KEYS[first.what], **first.words) if len(calls) == 1 else ""
    text = one or _many(first.what, calls, services)
    reply = Reply(text, "alert", first.audience, to=first.to, mentions=names(people))
    if len(calls) == 1:
        reply = replace(reply, ticket=first.ticket.number, urgent=clocks.emergency(first.ticket))
    if first.what in ("take", "finish", "return") and not reply.urgent:
        pressing = any(call.ticket.urgent for call in calls.values())
        lines = "\n".join(_line(first.what, call) for call in calls.values())
        reply = replace(reply, brief=Brief(first.what, lines, pressing))
    if first.what == "check":
        return replace(reply, kind="private" if first.audience == "person" else "reply")
    node = first.ticket.node if first.audience == "staff" else ""
    return replace(reply, node=node, mentions=reply.mentions[:CALLED])


def _many(what: What, calls: dict[str, Call], services: Services) -> str:
    lines = [_line(what, call) for call in list(calls.values())[:LISTED]]
    if len(calls) > LISTED:
        lines.append(f"还有 {len(calls) - LISTED} 张")
    when = next(iter(calls.values())).words.get("when", "")
    return services.replies(f"{KEYS[what]}_many", count=str(len(calls)), list="\n".join(lines), when=when)


def _line(what: What, call: Call) -> str:
    words, number = call.words, call.ticket.number
    if what == "check":
        return f"{number}（{words['title']}）"
    urgent = "【急】" if call.ticket.urgent else ""
    owner = "" if what == "take" else words["owner"]
    late = f"{words['late']}没有消息" if what == "return" else words["late"]
    return " ".join(filter(None, (number, f"{urgent}{words['title']}·{words['place']}", owner, late)))

"""The ring of the tickets: what falls due on their clocks is written down and said, each once.

What is due is computed from the audit rows (handlers/tickets/clocks.py); so a restart neither forgets nor repeats.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.audit import Actor
from bot.model.handling import Dialogue, Reply, Ring
from bot.model.ledger import LedgerRefused
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import COMPLAINT, Step, Ticket
from handlers.duty.on_duty import lead
from handlers.speaking import SENSITIVE, about, quoted, those_waiting
from handlers.tickets import clocks, ladder
from handlers.tickets.calling import Call, said
from handlers.tickets.reach import node_of

log = logging.getLogger("xiaoxiang.watch")

AFTER_FAILURE = timedelta(minutes=10)
"""When a ticket is looked at again that could not be looked at."""

SOON = timedelta(minutes=1)
"""A ticket is not looked at again before, whatever its clocks say."""


def due(services: Services) -> datetime | None:
    """The first moment at which a ticket has to be looked at."""
    following = services.tickets.next_watch()
    return following and following.astimezone(services.zone)


def ring(at: datetime, services: Services) -> list[Reply]:
    """Look at every ticket whose moment has come, do what is due, and set the moment of its next look."""
    calls = [call for ticket in services.tickets.watched(at) for call in _look_safely(ticket, at, services)]
    return said(calls, services)


def _look_safely(ticket: Ticket, at: datetime, services: Services) -> list[Call]:
    """One ticket that cannot be looked at must not silence all others: it is logged and looked at again later."""
    try:
        return _look(ticket, at, services)
    except LedgerRefused:
        raise  # the disk's fault: nothing of this tick happened
    except Exception:
        log.exception("failed", extra={"action": "watch.failed", "ticket": ticket.number})
        services.tickets.watch(ticket, at + AFTER_FAILURE)
        return []


RING = Ring("tickets", due, ring)


def _look(ticket: Ticket, at: datetime, services: Services) -> list[Call]:
    """Do the most pressing of what is due for one ticket; the rest has its turn at the next look."""
    steps = services.tickets.history(ticket)
    now = {one.what for one in _dues(ticket, steps, at, services) if one.at <= at}
    calls: list[Call] = []
    if "again" in now:
        calls = [_again(ticket, steps, at, services)]
    elif "return" in now:
        calls = [_return(ticket, steps, at, services)]
    elif "check" in now:
        calls = _check(ticket, steps, at, services)
    elif "take" in now:
        calls = [_climb("take", ticket, steps, at, services)]
    elif "finish" in now:
        calls = [_climb("finish", ticket, steps, at, services)]
    if now:
        ticket = services.tickets.get(ticket.number) or ticket
        steps = services.tickets.history(ticket)
    moments = [one.at for one in _dues(ticket, steps, at, services)]
    services.tickets.watch(ticket, max(_whole(min(moments)), at + SOON) if moments else None)
    return calls


def _dues(ticket: Ticket, steps: Sequence[Step], at: datetime, services: Services) -> list[clocks.Due]:
    return clocks.dues(ticket, steps, services.desk, services.zone, at)


def _whole(moment: datetime) -> datetime:
    """The next whole millisecond, as the ledger keeps moments."""
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def _words(ticket: Ticket, at: datetime, services: Services) -> dict[str, str]:
    """The placeholders for the staff's eyes."""
    return about(ticket, services, public=False) | {"since": _when(ticket.opened_at, at, services)}


def _when(moment: datetime, at: datetime, services: Services) -> str:
    """「03:00」 today, 「11月16日 19:50」 before."""
    local = moment.astimezone(services.zone)
    today = local.date() == at.astimezone(services.zone).date()
    return f"{local:%H:%M}" if today else services.show_time(moment)


def _climb(
    clock: clocks.Clock, ticket: Ticket, steps: Sequence[Step], at: datetime, services: Services
) -> Call:
    """The next step of the ladder, written down."""
    step, people = ladder.next_step(ticket, clocks.climbed(clock, steps), at, services)
    services.tickets.note(ticket, Actor(at), "escalated", f"{clocks.LATE[clock]}·{step}")
    told_as: clocks.Clock = "take" if ticket.state == "opened" else clock
    late = clocks.minutes_late(told_as, ticket, steps, services.desk, services.zone, at)
    words = _words(ticket, at, services) | {"late": f"超时 {span(late)}" if late >= 1 else "到时限了"}
    return Call(told_as, ticket, tuple(people), words, step)


def _again(ticket: Ticket, steps: Sequence[Step], at: datetime, services: Services) -> Call:
    """An emergency that nobody took is called again."""
    count = len(clocks.reminded(steps)) + 2
    services.tickets.note(ticket, Actor(at), "reminded", f"第{count}次")
    waited = (at - clocks.queued(steps)) / timedelta(minutes=1)
    words = _words(ticket, at, services) | {
        "count": str(count),
        "late": span(waited),
        "name": ticket.requester or "居民",
        "room": ticket.room_name or "私聊",
        "text": quoted(ticket.text),
        "phones": f"电话 {ticket.phones}" if ticket.phones else "",
    }
    people = ladder.people_called(ticket, at, services)
    return Call("again", ticket, tuple(people), words)


def _return(ticket: Ticket, steps: Sequence[Step], at: datetime, services: Services) -> Call:
    """A claim without progress goes back to the queue; the lead and whoever had it are told, the resident is not."""
    words = _words(ticket, at, services)
    watch = clocks.stopwatch(ticket, steps, services.desk, services.zone)
    words["late"] = span(watch.passed(clocks.alive(steps), at))
    if asked := clocks.unheard(ticket, steps):
        words["reason"] = f"（{_when(asked.at, at, services)} 问过居民，没有回话）"
    people = ladder.holders(ticket, at, services)
    if first := lead(node_of(ticket, services), at, services):
        people = [first, *people]
    services.tickets.move(ticket, "opened", Actor(at), kind="returned", note=f"原来是 {words['owner']}")
    return Call("return", ticket, tuple(ladder.each_once(people)), words)


def _check(ticket: Ticket, steps: Sequence[Step], at: datetime, services: Services) -> list[Call]:
    """「收到了吗？」, to everybody who waited for it, where they asked; what is nobody else's business in private or not
    at all."""
    closing = clocks.closed(steps)
    waiting = those_waiting(ticket, services)
    assert closing is not None
    if closing.actor_id in {one.person_id for one in waiting}:
        services.tickets.note(ticket, Actor(at), "checked", "不用问")
        return []
    private = ticket.intent in SENSITIVE
    calls = []
    for one in waiting:
        room = "" if private else one.room_id
        if private and not services.colleagues.friend(one.person_id):
            continue
        expires = max(closing.at + COMPLAINT, at + services.patience)
        services.dialogues.begin(room, one.person_id, Dialogue("received", ticket.number), expires)
        when = _day(closing.at, at, services)
        people, words = (Person(one.person_id, one.name),), about(ticket, services) | {"when": when}
        if room:
            calls.append(Call("check", ticket, people, words, when, "room", room))
        else:
            calls.append(Call("check", ticket, people, words, when, "person", one.person_id))
    services.tickets.note(ticket, Actor(at), "checked", "" if calls else "不便在群里问")
    return calls


def _day(moment: datetime, at: datetime, services: Services) -> str:
    days = (at.astimezone(services.zone).date() - moment.astimezone(services.zone).date()).days
    return {1: "昨天", 2: "前天"}.get(days, "前几天")


def span(minutes: float) -> str:
    """Minutes as people say them: 35 分钟, 2 小时, 2 小时 30 分钟, 3 天."""
    whole = max(int(minutes), 1)
    hours, rest = divmod(whole, 60)
    if hours >= 24:
        return f"{hours // 24} 天"
    return " ".join(f"{n} {unit}" for n, unit in ((hours, "小时"), (rest, "分钟")) if n)

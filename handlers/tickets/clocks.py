"""The clocks of a ticket: first answer, completion, progress. Pure: everything is computed from its audit rows.

``steps`` are always all its rows, oldest first; ``at`` is the moment it is asked for. Rows later than that are not looked at
by anybody, for there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from bot.model.settings import Desk, Limits
from bot.model.ticket import COMPLAINT, OPEN, Step, Ticket
from handlers.duty.on_duty import clock_time
from handlers.tickets.stopwatch import Hours, Stopwatch, joined

Clock = Literal["take", "finish"]
"""take: until somebody answers; finish: until it is done."""

LADDER = ("经办人", "带班", "书记", "全体")
"""Who is told, one after the other, that a ticket is late."""

LATE: dict[Clock, str] = {"take": "接单超时", "finish": "办结超时"}
"""How the note of a row "escalated" begins; the step of the ladder follows: 接单超时·带班."""

URGENT_STEPS = 3
"""The ladder of an urgent ticket is climbed so many times as fast."""

NEVER_CHECKED = frozenset({"help.emergency", "human"})
"""Kinds that nobody is asked about the next day: an ambulance and an answer are nothing that is received."""

_SIGNS = frozenset({"opened", "moved", "undone", "progress", "asked", "split", "edited"})
"""Rows that show that somebody is at it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands on its clocks at a moment."""

    overdue: bool
    minutes_late: float
    """Minutes past the limit, on the ticket's own clock: duty hours for a routine one. 0 while in time."""
    clock: Clock | None
    """The clock that is late, else the one that runs out next. None for a ticket that is not open."""
    waiting: bool
    """The resident was asked something; the clocks stand still."""
    due: datetime | None = None
    """When that clock runs out, or ran out, as things are."""
    minutes_left: float = 0.0
    """Until then, on the ticket's own clock; 0 when late."""


def emergency(ticket: Ticket) -> bool:
    """True for what goes by the emergency lane."""
    return ticket.intent == "help.emergency"


def pressing(ticket: Ticket) -> bool:
    """True when its clocks run round the clock."""
    return ticket.urgent or emergency(ticket)


def limits(ticket: Ticket, desk: Desk) -> Limits:
    """Its category's, else the default ones; an urgent ticket has the shorter of these and the urgent ones."""
    own = desk.limits.get(ticket.intent) or desk.limits.get("default") or Limits()
    if not pressing(ticket):
        return own
    fast = desk.urgent
    return Limits(
        min(own.take, fast.take),
        min(own.finish, fast.finish),
        min(own.progress, fast.progress),
        min(own.night, fast.night),
    )


def duty_hours(desk: Desk, zone: tzinfo) -> Hours | None:
    """When routine tickets are worked on; None: always."""
    begin, _, end = desk.duty_hours.partition("-")
    hours = Hours(clock_time(begin.strip()), clock_time(end.strip()), zone)
    return hours if hours.begin < hours.end else None


def stopwatch(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo) -> Stopwatch:
    """The ticket's own clock: it stands still from asking the resident until they say something, but no longer than the
    desk waits."""
    running = Stopwatch(None if pressing(ticket) else duty_hours(desk, zone))
    pauses = []
    for n, step in enumerate(steps):
        if step.kind == "asked":
            said = (later.at for later in steps[n + 1 :] if _says(later, ticket))
            longest = running.moment(step.at, desk.waiting_minutes)
            pauses.append((step.at, min(next(said, longest), longest)))
    return Stopwatch(running.hours, joined(pauses)) if pauses else running


def unheard(ticket: Ticket, steps: Sequence[Step]) -> Step | None:
    """The last question to the resident, if they have not said anything since."""
    last = next((n for n, step in reversed(list(enumerate(steps))) if step.kind == "asked"), None)
    if last is None or any(_says(step, ticket) for step in steps[last + 1 :]):
        return None
    return steps[last]


def _says(step: Step, ticket: Ticket) -> bool:
    """True when the resident, or somebody of the household, said something to it."""
    return step.kind in ("answered", "added") or (
        step.kind == "moved" and step.actor_id == ticket.requester_id
    )


def begun(steps: Sequence[Step]) -> datetime:
    """When it was asked for: opened, or opened again after it had been closed. A closing taken back closed nothing."""
    for step in reversed(steps):
        if (
            step.before is not None
            and step.before not in OPEN
            and step.after in OPEN
            and step.kind != "undone"
        ):
            return step.at
    return steps[0].at


def queued(steps: Sequence[Step]) -> datetime:
    """Since when it waits for somebody to take it, for one that nobody has: asked for, or back in the queue. A claim taken
    back was none."""
    for step in reversed(steps):
        if step.after == "opened" and step.kind in ("moved", "returned"):
            return step.at
    return steps[0].at


def alive(steps: Sequence[Step]) -> datetime:
    """The last sign that somebody is at it."""
    return next((step.at for step in reversed(steps) if step.kind in _SIGNS), steps[0].at)


def standing(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo, at: datetime) -> Standing:
    """How the ticket, whose audit rows these are, stands at that moment."""
    if ticket.state not in OPEN or not steps:
        return Standing(False, 0.0, None, False)
    watch, limit = stopwatch(ticket, steps, desk, zone), limits(ticket, desk)
    running: list[tuple[Clock, datetime, float]] = [("finish", begun(steps), limit.finish)]
    if ticket.state == "opened":
        running.insert(0, ("take", queued(steps), limit.take))
    left = {clock: minutes - watch.passed(since, at) for clock, since, minutes in running}
    late = [clock for clock, _, _ in running if left[clock] <= 0]
    clock = late[0] if late else min(left, key=left.__getitem__)
    since, minutes = next((since, minutes) for name, since, minutes in running if name == clock)
    return Standing(
        bool(late),
        max(-left[clock], 0.0),
        clock,
        any(begin <= at < end for begin, end in watch.pauses),
        watch.moment(since, minutes),
        max(left[clock], 0.0),
    )


def minutes_late(
    clock: Clock, ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo, at: datetime
) -> float:
    """Minutes past the limit on the ticket's own clock; negative while in time."""
    watch, limit = stopwatch(ticket, steps, desk, zone), limits(ticket, desk)
    if clock == "take":
        return watch.passed(queued(steps), at) - limit.take
    return watch.passed(begun(steps), at) - limit.finish


@dataclass(frozen=True, slots=True)
class Due:
    """Something that has to be done about a ticket by the clock alone."""

    what: Literal["again", "take", "finish", "return", "check"]
    """again: call an emergency again; take, finish: the next step of the ladder; return: to the queue, for want of
    progress; check: ask 「收到了吗？」."""
    at: datetime


def dues(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo, at: datetime) -> list[Due]:
    """What comes next of each kind, as things are; what is past is due now. As long as nobody took it, that is all that is
    asked for; that it is not done either comes after. An emergency is never left to rest: when all were told, it is called
    again each time as long as it may take to see to it."""
    if not steps:
        return []
    if ticket.state == "done":
        check = _check(ticket, steps, desk, zone, at)
        return [Due("check", check)] if check else []
    if ticket.state not in OPEN:
        return []
    watch = stopwatch(ticket, steps, desk, zone)
    if ticket.state != "opened":
        finish = _ladder("finish", ticket, steps, desk, watch)
        found = [Due("return", _return(ticket, steps, desk, zone, watch))]
        return [*found, Due("finish", finish)] if finish else found
    if emergency(ticket) and (again := _again(steps, desk)):
        return [Due("again", again)]
    if take := _ladder("take", ticket, steps, desk, watch):
        return [Due("take", take)]
    if finish := _ladder("finish", ticket, steps, desk, watch):
        return [Due("finish", finish)]
    called = [step for step in steps if step.kind in ("reminded", "escalated")]
    if not emergency(ticket) or not called:
        return []  # every card at the end of a shift names it
    return [Due("again", called[-1].at + timedelta(minutes=limits(ticket, desk).finish))]


def climbed(clock: Clock, steps: Sequence[Step]) -> list[str]:
    """The steps of the ladder that were taken since this clock was started."""
    return [step.note.partition("·")[2] for step in _told(clock, steps)]


def _told(clock: Clock, steps: Sequence[Step]) -> list[Step]:
    since = queued(steps) if clock == "take" else begun(steps)
    return [s for s in steps if s.kind == "escalated" and s.at >= since and s.note.startswith(LATE[clock])]


def _ladder(
    clock: Clock, ticket: Ticket, steps: Sequence[Step], desk: Desk, watch: Stopwatch
) -> datetime | None:
    """When the next step of the ladder is to be taken; None at its end. After all were told that nobody took it, it rests
    for as long as it may take to do it."""
    told = _told(clock, steps)
    if told and told[-1].note.endswith(LADDER[-1]):
        return None
    gap = desk.ladder_minutes / (URGENT_STEPS if pressing(ticket) else 1)
    calls = reminded(steps) if clock == "take" and emergency(ticket) else []
    if told or calls:
        return watch.moment((told or calls)[-1].at, gap)
    limit = limits(ticket, desk)
    if clock == "take":
        return watch.moment(queued(steps), limit.take)
    untaken = [
        watch.moment(step.at, limit.finish) for step in _told("take", steps)[-1:] if ticket.state == "opened"
    ]
    return max([watch.moment(begun(steps), limit.finish), *untaken])


def reminded(steps: Sequence[Step]) -> list[Step]:
    """The calls of an emergency since it waits, after the first one."""
    since = queued(steps)
    return [step for step in steps if step.kind == "reminded" and step.at >= since]


def _again(steps: Sequence[Step], desk: Desk) -> datetime | None:
    """When an emergency has to be called again; None when it was called often enough."""
    after = (0.0, *sorted(desk.emergency_again))
    called = reminded(steps)
    if len(called) + 1 >= len(after):
        return None
    before = called[-1].at if called else queued(steps)
    return before + timedelta(minutes=after[len(called) + 1] - after[len(called)])


def patience(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo) -> float:
    """Minutes a claim may go without a word: fewer or more at night, for urgent tickets, as it was when the last word
    came."""
    limit, hours = limits(ticket, desk), duty_hours(desk, zone)
    if hours is None or not pressing(ticket):
        return limit.progress
    return limit.progress if hours.begin <= alive(steps).astimezone(zone).time() < hours.end else limit.night


def _return(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo, watch: Stopwatch) -> datetime:
    return watch.moment(alive(steps), patience(ticket, steps, desk, zone))


def closed(steps: Sequence[Step]) -> Step | None:
    """The row that closed a ticket that is done; None when whoever asked already said so, or was asked."""
    for step in reversed(steps):
        if step.kind in ("checked", "confirmed"):
            return None
        if step.after == "done" and step.kind in ("moved", "undone"):
            return step
    return None


def _check(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo, at: datetime) -> datetime | None:
    """When to ask 「收到了吗？」: an hour into the duty hours of the next day, or of a later one when nobody could ask
    then; None when there is nothing to ask."""
    closing = closed(steps)
    if closing is None or closing.actor_id == ticket.requester_id or ticket.intent in NEVER_CHECKED:
        return None
    hours = duty_hours(desk, zone) or Hours(clock_time("08:00"), clock_time("20:00"), zone)
    morning = min(timedelta(hours=1), hours.length / 2)
    for day in range(1, COMPLAINT.days + 1):
        begin = datetime.combine(closing.at.astimezone(zone) + timedelta(days=day), hours.begin, zone)
        if at < begin + hours.length:
            asking = begin + morning
            return asking if max(asking, at) <= closing.at + COMPLAINT else None
    return None

"""Rounds by the clock: they begin at their time, the next ones are called, at the end of the hours calls stop."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.audit import Actor
from bot.model.clock import millis
from bot.model.handling import Reply, Ring
from bot.model.services import Services
from bot.model.testing import Round, Stop
from handlers.testing import calling, pacing, stops

A_MOMENT = timedelta(minutes=1)
"""After which it is looked again whether a call has left."""

TOO_LATE = timedelta(minutes=30)
"""What should have been called so long ago is not called by itself any more."""


def _due(services: Services) -> datetime | None:
    over = [
        one.ends for one in services.rounds.current() if one.state == "paused" and not _told(one, services)
    ]
    return min((moment for moment in (services.rounds.next_moment(), *over) if moment), default=None)


def _told(one: Round, services: Services) -> bool:
    """True when the staff were told that the hours of a pausing round are over."""
    return services.rung.last(_over(one)) is not None


def _over(one: Round) -> str:
    return f"round:{one.id}:over:{millis(one.ends)}"


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    replies: list[Reply] = []
    for one in reversed(services.rounds.current()):
        if one.state == "planned" and one.begins <= at:
            replies += _begin_planned(one, at, services)
        elif one.state == "running" and one.next_at is not None and one.next_at <= at:
            replies += _go_on(one, at, services)
        elif one.state == "paused" and one.ends <= at and not _told(one, services):
            services.rung.mark(_over(one), one.ends, at)
            replies += _time_is_up(one, services)
    return replies


def _begin_planned(one: Round, at: datetime, services: Services) -> list[Reply]:
    if at < one.ends and at - one.begins > TOO_LATE:
        return [_asks_first(one, one.begins, at, services)]
    if at >= one.ends:  # nothing ran at that time: nobody is called down to a site that has closed
        one = services.rounds.change(one.id, state="paused", paused_at=at)
        services.rung.mark(_over(one), one.ends, at)
        services.audit.write(Actor(at), "round", f"{calling.title(one)}：没有开始，时间已过")
        return [calling.to_staff(one, services.replies("round_missed", name=calling.title(one)))]
    begun = calling.begin(one, at, services)
    services.audit.write(Actor(at), "round", f"{calling.title(one)}：到点开始叫号")
    return [calling.to_staff(one, calling.said(begun, services)), *begun.replies]


def _go_on(one: Round, at: datetime, services: Services) -> list[Reply]:
    if at >= one.ends:
        return _time_is_up(one, services)
    known = services.rounds.stops(one.id)
    now, turns = stops.present(known), stops.upcoming(known)
    if not turns:
        return _last_called(one, now, known, at, services)
    if one.next_at is not None and at - one.next_at > TOO_LATE:
        return [_asks_first(one, one.next_at, at, services)]
    line = calling.the_line(one, known, at, services)
    pace = pacing.speed(one, known, line)
    waiting = services.rounds.unsent(one.id) & {stop.place for stop in now}
    if waiting or pacing.too_long(one, now, line, at):
        step = pacing.takes(one, now, pace) / (1 if waiting else 4)
        services.rounds.change(one.id, next_at=min(at + step, one.ends))
        return []
    called = calling.call(one, turns[0], at, services)
    place = stops.titles(called.stops, services, wide=True)
    services.audit.write(Actor(at), "round", f"{calling.title(one)}：叫 {place}")
    return [*called.replies, *([calling.to_staff(one, "\n".join(called.lines))] if called.lines else [])]


def _last_called(
    one: Round, now: Sequence[Stop], known: Sequence[Stop], at: datetime, services: Services
) -> list[Reply]:
    """Say once that all were called: when the last call has left and its time is over."""
    if services.rounds.unsent(one.id) & {stop.place for stop in now}:
        services.rounds.change(one.id, next_at=min(at + A_MOMENT, one.ends))
        return []
    services.rounds.change(one.id, next_at=one.ends)
    name = f"round:{one.id}:all:{len(stops.recalled(known))}"
    if services.rung.last(name) is not None:
        return []
    services.rung.mark(name, at, at)
    return [calling.to_staff(one, calling.all_called(one, known, services))]


def _asks_first(one: Round, due: datetime, at: datetime, services: Services) -> Reply:
    """Nothing ran for so long that those at the site went on by themselves, or went home: they are asked before anybody
    else is called down."""
    minutes = f"{round((at - due).total_seconds() / 60)}"
    services.rounds.change(one.id, state="paused", paused_at=at)
    services.audit.write(Actor(at), "round", f"{calling.title(one)}：晚了 {minutes} 分钟，没有自动叫号")
    return calling.to_staff(one, services.replies("round_slept", name=calling.title(one), minutes=minutes))


def _time_is_up(one: Round, services: Services) -> list[Reply]:
    """Calls stop at the end of the hours; whoever was not called is named, never just dropped."""
    one = services.rounds.change(one.id, next_at=None)
    left = calling.uncalled(one, services)
    services.rounds.unwarn(one.id, {stop.place for stop in left}, one.ends)
    words = {"name": calling.title(one), "count": str(len(left)), "ends": calling.clock(one.ends, services)}
    if not left:
        return [calling.to_staff(one, services.replies("round_over", **words))]
    later = (
        f"{calling.clock(one.begins, services)}-{calling.clock(one.ends + timedelta(minutes=40), services)}"
    )
    listed = stops.titles(left, services, wide=calling.wide(one, services))
    return [calling.to_staff(one, services.replies("round_over_left", **words, list=listed, time=later))]


RING = Ring("rounds", _due, _ring)
"""Rounds begin at their time, and go on by themselves."""

"""Calls: who is called down and who is told to get ready, each group once, and when the next ones are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model.clock import millis
from bot.model.handling import Reply
from bot.model.services import Services
from bot.model.testing import Round, Source, Stop
from handlers.testing import pacing, stops
from handlers.testing.pacing import Line

BEHIND = timedelta(minutes=10)
"""The staff are told when the last ones will be through so much later than planned."""

_CALL = re.compile(r"round:(\d+):(\d+)")
"""Topic of a call, as ``to_stop`` gives it."""

SEEN_BY: tuple[Source, ...] = ("scanner", "staff", "chain", "self", "proxy")
"""Whose reports tell how fast the line is: all but the list of households."""


@dataclass(frozen=True, slots=True)
class Called:
    """What calling somebody leads to."""

    round: Round
    stops: Sequence[Stop]
    """Those that were called."""
    following: Sequence[Stop]
    """Those that come next; empty after the last."""
    lines: tuple[str, ...] = ()
    """What the staff should know besides."""
    replies: tuple[Reply, ...] = ()
    """To the residents' groups."""


def spans(one: Round, services: Services) -> bool:
    """True when a round is of several compounds: its buildings must be named with theirs."""
    node = services.groups.find(one.node)
    return node is None or services.groups.compound(node) is None


def wide(one: Round, services: Services) -> bool:
    """True when the staff must read buildings with their compound: the round is of several, or is not the only one."""
    groups = services.groups
    nodes = [groups.find(other.node) for other in services.rounds.current()]
    compounds = {groups.compound(node) for node in (groups.find(one.node), *nodes) if node}
    return spans(one, services) or len(compounds) > 1


def title(one: Round) -> str:
    """A round for people: 春晓苑第3轮（演练）."""
    return f"{one.scope or one.node}{one.name}{'（演练）' if one.drill else ''}"


def to_staff(one: Round, text: str) -> Reply:
    """Something about a round for those who began it: in their group, else the staff of the branch."""
    if one.room_id:
        return Reply(text, "alert", "room", to=one.room_id)
    return Reply(text, "alert", "staff", node=one.node)


def to_branch(one: Round, text: str) -> Reply:
    """Something about a round for all its residents, in the branch's own group or the nearest above."""
    return Reply(text, "call", "group", node=one.node, topic=f"round:{one.id}")


def to_its_groups(one: Round, some: Sequence[Stop], text: str, services: Services) -> list[Reply]:
    """The same for all its residents; of a drill and of a round of one building only in the groups that are called, once
    each, so that nobody else takes it for theirs."""
    branch = services.groups.find(one.node)
    own = branch is not None and branch.level in ("building", "unit") and branch.room
    if own or (len({(stop.compound, stop.building) for stop in some}) > 1 and not one.drill):
        return [to_branch(one, text)]
    rooms: dict[str | None, Stop] = {}
    for stop in some:
        node = services.groups.find(stop.node)
        rooms.setdefault(services.groups.nearest_room(node, "residents") if node else None, stop)
    return [news(one, stop, text) for stop in rooms.values()]


def to_stop(one: Round, stop: Stop, text: str, what: str = "") -> Reply:
    """A call for the group of a stop, or with ``what`` its warning: these are held in a pause."""
    return Reply(text, "call", "group", node=stop.node, topic=f"round:{one.id}:{stop.place}{what}")


def by_name(topic: str, services: Services) -> str:
    """What the staff say after 「叫」 to call the stop again that a message of this topic called: 17-3. Empty for
    everything else, in a round that is over, and where no words mean this stop alone."""
    found = _CALL.fullmatch(topic)
    one = services.rounds.get(int(found[1])) if found else None
    if found is None or one is None or one.state == "ended":
        return ""
    known = services.rounds.stops(one.id)
    stop = next(stop for stop in known if stop.place == int(found[2]))
    number = f"{stop.building}-{stop.unit}" if stop.unit else stops.title(stop, services)
    name = f"{stop.compound if wide(one, services) else ''}{number}"
    return name if stops.named(name, known) == [stop] else ""


def news(one: Round, stop: Stop, text: str) -> Reply:
    """Something else for the group of a stop: never held."""
    return Reply(text, "call", "group", node=stop.node, topic=f"round:{one.id}")


def drill(one: Round, services: Services) -> str:
    """What stands before everything that residents read of a drill: before the order, for nobody is to come down."""
    return services.replies("round_drill") if one.drill else ""


def in_group(stop: Stop, services: Services) -> str:
    """A stop as its group reads it: with the compound where the group is wider than that."""
    node = services.groups.find(stop.node)
    room = services.groups.nearest_room(node, "residents") if node else None
    place = services.groups.place(room) if room else None
    return stops.title(stop, services, wide=place is None or services.groups.compound(place.node) is None)


def gaps(some: Sequence[Stop], one: Round, services: Services) -> list[str]:
    """What of these calls nobody hears: those without any group, and those whose group the bot has not seen yet."""
    rooms: dict[str, list[Stop]] = {}
    for stop in some:
        node = services.groups.find(stop.node)
        room = services.groups.nearest_room(node, "residents") if node else None
        rooms.setdefault(room or "", []).append(stop)
    lines = []
    for room in ("", *services.outbox.unseen([room for room in rooms if room])):
        if room in rooms:
            place = stops.titles(rooms[room], services, wide=wide(one, services))
            key = "round_unseen" if room else "round_no_group"
            lines.append(services.replies(key, place=place, room=room))
    return lines


def the_line(one: Round, some: Sequence[Stop], at: datetime, services: Services) -> Line:
    """How many were called, and how many of them were seen."""
    called = [stop for stop in some if stop.called_at is not None and stop.state in ("called", "done")]
    branches = {(stop.compound, stop.building, stop.unit) for stop in called}
    seen = sum(
        mark.source != "list" and (home.compound, home.building, home.unit) in branches
        for mark in services.coverage.marks(one.id).values()
        for home in (mark.household,)
    )
    begun = max(one.started_at or at, one.resumed_at or one.started_at or at)
    since = max(at - pacing.WINDOW, begun)
    lately = services.coverage.sampled_since(one.id, since, SEEN_BY)
    return Line(sum(stop.households for stop in called), seen, lately, at - since)


def call(
    one: Round,
    some: Sequence[Stop],
    at: datetime,
    services: Services,
    *,
    by_order: bool = True,
    said: bool = False,
) -> Called:
    """Call these stops down, warn the next ones, and set when those are called by themselves. The rows for the groups
    are written in the same transaction, so no stop is called twice, whatever happens.

    ``by_order``: whoever was called before is through; somebody ``said`` so, or it is taken for granted.
    """
    before = services.rounds.stops(one.id)
    if by_order:
        for stop in stops.present(before):
            services.rounds.change_stop(stop, state="done", done_at=at if said else None)
    places = {stop.place for stop in some}
    services.rounds.unwarn(one.id, places, at)
    called, replies = [], []
    for stop in some:
        again = stop.calls > 0
        called.append(
            services.rounds.change_stop(
                stop, state="called", called_at=at, done_at=None, calls=stop.calls + 1
            )
        )
        key = "round_call_again" if again else "round_call"
        words = {"place": in_group(stop, services), "where": one.place, "drill": drill(one, services)}
        replies.append(to_stop(one, stop, services.replies(key, **words)))
    after = services.rounds.stops(one.id)
    turns = stops.upcoming(after)
    line = the_line(one, after, at, services)
    pace = pacing.speed(one, after, line)
    wait = pacing.takes(one, called, pace)
    behind = bool(turns) and pacing.lags(one, after, line)
    if behind:
        wait = max(wait, pacing.takes(one, called, None) * pacing.LAGGING)
    following = turns[0] if turns else []
    if at + wait < one.ends:
        replies += _warn(one, following, called, wait, at, services)
    one = services.rounds.change(one.id, next_at=_next(one, at + wait, at))
    lines = _finished(before, called, after, at, one, services) if by_order else []
    if behind:
        lines += _lagging(one, line, at, services)
    if turns and (late := _late(one, after, at + wait, at, pace, services)):
        lines.append(late)
    lines += gaps(called, one, services)
    return Called(one, called, following, tuple(lines), tuple(replies))


def _lagging(one: Round, line: Line, at: datetime, services: Services) -> list[str]:
    """Once a round: that calls by themselves are slower, and why."""
    name = f"round:{one.id}:lags"
    if services.rung.last(name) is not None:
        return []
    services.rung.mark(name, at, at)
    return [services.replies("round_lags", done=str(line.seen), total=str(line.called))]


def _next(one: Round, planned: datetime, at: datetime) -> datetime | None:
    """When something has to be done next: the next call (after the last one: to say so), or the end of the hours; after
    the hours nothing goes by itself."""
    if at >= one.ends or one.state == "paused":
        return None
    return min(planned, one.ends)


def _warn(
    one: Round,
    following: Sequence[Stop],
    called: Sequence[Stop],
    wait: timedelta,
    at: datetime,
    services: Services,
) -> list[Reply]:
    """Tell the next ones to get ready, once each."""
    replies = []
    for stop in following:
        if stop.warned_at is not None:
            continue
        services.rounds.change_stop(stop, warned_at=at)
        words = {
            "place": in_group(stop, services),
            "drill": drill(one, services),
            "count": f"{len(called)} {'个单元' if all(one.unit for one in called) else '批'}",
            "minutes": f"{max(1, round(wait.total_seconds() / 60))}",
        }
        replies.append(to_stop(one, stop, services.replies("round_warn", **words), ":warn"))
    return replies


def _finished(
    before: Sequence[Stop],
    called: Sequence[Stop],
    after: Sequence[Stop],
    at: datetime,
    one: Round,
    services: Services,
) -> list[str]:
    """A line for each building that is through: the last of it was called, and now another one is."""
    ready = [*stops.present(before), *(stop for stop in before if stop.done_at == at)]
    last = {(stop.compound, stop.building) for stop in ready}
    left = {(stop.compound, stop.building) for turn in stops.upcoming(after) for stop in turn}
    left |= {(stop.compound, stop.building) for stop in stops.recalled(after)}
    through = last - left - {(stop.compound, stop.building) for stop in called}
    lines = []
    for compound, building in sorted(through):
        mine = [stop for stop in after if (stop.compound, stop.building) == (compound, building)]
        households = sum(stop.households for stop in mine)
        place = stops.title(replace(mine[0], unit="", first_floor=None), services, wide=wide(one, services))
        seen = sum(
            mark.household.compound == compound and mark.household.building == building
            for mark in services.coverage.marks(one.id).values()
            if mark.kind in ("tested", "home")
        )
        told = f"{households} 户" + (f"，已测 {seen} 户" if seen else "") if households else ""
        lines.append(services.replies("round_building_done", place=place, list=told and f"（{told}）"))
    return lines


def _late(
    one: Round, after: Sequence[Stop], planned: datetime, at: datetime, pace: float | None, services: Services
) -> str:
    """That the hours will not do, once for these hours; empty when they will, or when it was said."""
    end = pacing.last_ends(one, after, planned, pace)
    name = f"round:{one.id}:late:{millis(one.ends)}"
    if end - one.ends < BEHIND or services.rung.last(name) is not None:
        return ""
    services.rung.mark(name, at, at)
    minutes = f"{round((end - one.ends).total_seconds() / 60)}"
    return services.replies(
        "round_late", time=clock(end, services), ends=clock(one.ends, services), minutes=minutes
    )


def clock(at: datetime, services: Services) -> str:
    """A time of the day."""
    return f"{at.astimezone(services.zone):%H:%M}"


def begin(one: Round, at: datetime, services: Services) -> Called:
    """Let a planned round begin: its first turn is called."""
    one = services.rounds.change(one.id, state="running", started_at=at)
    turns = stops.upcoming(services.rounds.stops(one.id))
    return call(one, turns[0] if turns else [], at, services)


def uncalled(one: Round, services: Services) -> list[Stop]:
    """The stops that were not called, in their order; those that were called by mistake come last."""
    known = services.rounds.stops(one.id)
    return [stop for turn in stops.upcoming(known) for stop in turn] + stops.recalled(known)


def all_called(one: Round, known: Sequence[Stop], services: Services) -> str:
    """That nobody is left to be called but those who were called by mistake."""
    back = stops.recalled(known)
    if not back:
        return services.replies("round_all_called", name=title(one))
    place = stops.gathered(back, known, services, wide=wide(one, services))
    return services.replies("round_recalled_left", place=place, word=words_for(back, one, services))


def words_for(some: Sequence[Stop], one: Round, services: Services) -> str:
    """The words after 「叫」 that call these stops: 1-2 5号楼."""
    said = []
    for stop in some:
        number = (
            f"{stop.building}-{stop.unit}"
            if stop.unit
            else stops.title(replace(stop, first_floor=None), services)
        )
        said.append(f"{stop.compound if wide(one, services) else ''}{number}")
    return " ".join(dict.fromkeys(said))


def said(called: Called, services: Services) -> str:
    """What the staff read of a call: who was called, who is next, and what else there is to know."""
    broad = wide(called.round, services)
    households = sum(stop.households for stop in called.stops)
    words = {
        "place": stops.titles(called.stops, services, wide=broad),
        "count": f"（{households}户）" if households else "",
        "next": stops.titles(called.following, services, wide=broad),
    }
    key = "round_called" if called.following else "round_called_last"
    return "\n".join((services.replies(key, **words), *called.lines))

"""Before a round ends each unit group reads how many of its households are missing: the number, never which."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.coverage import Standing, by_unit, tally, was_called
from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.services import Services
from bot.model.testing import EXCUSED, SAMPLED, Round
from bot.model.tree import Node
from handlers.authority import may
from handlers.speaking import private_enough, to_sender
from handlers.testing.calling import drill, title, to_staff
from handlers.testing.coverage import asked, node_of, standings, unit_title

KEPT = 1 / 3
"""The unit groups are reminded by the clock when so large a part of the households called was written down."""

LISTED = 8
"""So many units are named to the staff."""


def remind(request: Request, words: str, services: Services) -> Outcome:
    """/核酸 提醒 [17号楼]: now, however often that was done before."""
    if not private_enough(request):
        return Outcome("silent:coverage")
    views, problem = asked(request, words, services)
    views = [one for one in views if one.round.state in ("running", "paused")]
    if problem or not views:
        return _say(request, problem or services.replies("coverage_no_round"))
    if not all(_may(request, node, services) for one in views for node in one.nodes):
        return _say(request, services.replies("coverage_not_yours", door=views[0].title))
    if not any(one.standings for one in views):
        return _say(request, services.replies("coverage_no_list"))
    told = [reply for one in views for reply in _groups(one.round, one.standings, services)]
    for one in views:
        services.rounds.change(one.round.id, reminded_at=request.message.at)
    said = {"count": str(len(told)), "note": _later([one.round for one in views], services)}
    text = services.replies("testing_reminded" if told else "testing_reminded_none", **said)
    return Outcome("command:核酸", (*told, to_sender(request, text)))


def _may(request: Request, node: Node, services: Services) -> bool:
    return may(request.person, "worker", node, services.groups)


def _later(rounds: Sequence[Round], services: Services) -> str:
    """That those not called yet were not reminded; empty when all were called."""
    stops = (stop for one in rounds for stop in services.rounds.stops(one.id))
    left = sum(stop.state in ("waiting", "skipped", "recalled") for stop in stops)
    return services.replies("testing_reminded_later", count=str(left)) if left else ""


def _say(request: Request, text: str) -> Outcome:
    return Outcome("command:核酸", (to_sender(request, text),))


def _due(services: Services) -> datetime | None:
    """So long before the end of each running round, once; not when it is over already."""
    before = timedelta(minutes=services.testing.remind_minutes)
    if not before:
        return None
    now = services.clock.now()
    moments = [
        _moment(one, before)
        for one in services.rounds.current()
        if one.state == "running" and one.reminded_at is None and now < one.ends
    ]
    return min(moments, default=None)


def _moment(one: Round, before: timedelta) -> datetime:
    """So long before the end, but not in the first half of a short round."""
    return max(one.ends - before, one.begins + (one.ends - one.begins) / 2)


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    before = timedelta(minutes=services.testing.remind_minutes)
    replies: list[Reply] = []
    for one in services.rounds.current():
        if one.state != "running" or one.reminded_at is not None or _moment(one, before) > at:
            continue
        services.rounds.change(one.id, reminded_at=at)
        node = services.groups.find(one.node) or services.groups.root
        those = standings(one, node, at, services)
        replies += (
            _by_unit(one, those, services) if _kept(one, those, services) else _unkept(one, those, services)
        )
    return replies


def _by_unit(of: Round, those: Sequence[Standing], services: Services) -> list[Reply]:
    """The reminders of the units whose list was kept; the staff read which others were left out."""
    kept: list[Standing] = []
    bare: list[str] = []
    for (compound, building, unit), homes in by_unit(those).items():
        if _kept(of, homes, services):
            kept += homes
        else:
            bare.append(unit_title(compound, building, unit, services))
    told = _groups(of, kept, services)
    if bare:
        listed = "、".join(bare[:LISTED]) + (f" 等 {len(bare)} 个" if len(bare) > LISTED else "")
        told.append(to_staff(of, services.replies("testing_unkept_units", list=listed)))
    return told


def _kept(of: Round, those: Sequence[Standing], services: Services) -> bool:
    """True when a good part of those called was written down: else the number that is missing says nothing, and it would
    offend everybody who has been tested."""
    stops = services.rounds.stops(of.id)
    called = [one for one in those if one.kind not in EXCUSED and was_called(one.household, stops)]
    return sum(one.kind in SAMPLED or one.wanted for one in called) >= len(called) * KEPT


def _unkept(of: Round, those: Sequence[Standing], services: Services) -> list[Reply]:
    """To the staff, in place of the reminders: how little is written down, and what to do about it."""
    counted = tally(those)
    done, total = str(counted.sampled), str(counted.expected)
    return [to_staff(of, services.replies("testing_unkept", name=title(of), done=done, total=total))]


RING = Ring("testing.remind", _due, _ring)
"""The number that is missing, before a round ends."""


def _groups(of: Round, those: Sequence[Standing], services: Services) -> list[Reply]:
    """What each residents' group reads, once a group. Not told are those who wait for somebody to come, and those who
    were not called yet: they would come down out of turn. What becomes of these at the end, the staff decide."""
    stops = services.rounds.stops(of.id)
    missing = [one for one in those if one.missing and not one.wanted and was_called(one.household, stops)]
    rooms: dict[str, tuple[Node, list[str]]] = {}
    for (compound, building, unit), left in by_unit(missing).items():
        node = node_of(left[0].household, services)
        room = services.groups.nearest_room(node, "residents")
        if room is not None:
            count = f"{unit_title(compound, building, unit, services)}还有 {len(left)} 户"
            rooms.setdefault(room, (node, []))[1].append(count)
    ends = f"{of.ends.astimezone(services.zone):%H:%M}".lstrip("0")
    return [
        Reply(
            drill(of, services)
            + services.replies("testing_remind", list="，".join(counts), place=of.place, when=ends),
            "call",
            "group",
            node=node.name,
            topic=f"round:{of.id}:remind",
        )
        for node, counts in rooms.values()
    ]

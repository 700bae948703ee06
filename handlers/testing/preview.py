"""What a round will be, before it is begun: for whoever confirms it, and for the residents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model.services import Services
from bot.model.testing import Round, Stop
from handlers.days import day_title
from handlers.testing import calling, hours, pacing, stops

LISTED = 12
"""So many units are named in one line of a preview."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was understood of a round to be begun."""

    round: Round
    stops: tuple[Stop, ...]
    people: int
    """Persons on the list; 0 when unknown."""
    missing: tuple[str, ...]
    """What has to be said before it can begin, for people."""
    problem: str = ""
    """Why it cannot begin at all."""


def when(one: Round, at: datetime, services: Services) -> str:
    """今天（11月16日 周三）06:30-09:00."""
    zone = services.zone
    day = day_title(one.begins.astimezone(zone).date(), at.astimezone(zone).date())
    gap = "" if day.endswith("）") else " "
    return f"{day}{gap}{hours.shown(one.begins, one.ends, zone)}"


def shown(draft: Draft, at: datetime, patience: timedelta, services: Services) -> str:
    """The whole round, for whoever is to confirm it within ``patience``."""
    one, planned = draft.round, draft.stops
    households = sum(stop.households for stop in planned)
    buildings = {(stop.compound, stop.building) for stop in planned}
    units = {(stop.compound, stop.building, stop.unit) for stop in planned if stop.unit}
    turns = len({stop.turn for stop in planned})
    size = [f"{len(buildings)} 栋楼", f"{len(units)} 个单元" if units else ""]
    size += [
        f"{households} 户" if households else "没有住户名单，一个单元算一批",
        f"{draft.people} 人" if draft.people else "",
    ]
    ends = pacing.last_ends(one, planned, max(one.begins, at), None)
    late = round((ends - one.ends).total_seconds() / 60)
    words = {
        "name": calling.title(one),
        "when": when(one, at, services),
        "where": one.place,
        "total": "，".join(part for part in size if part),
        "count": str(turns),
        "minutes": f"{one.minutes:g}",
        "batch": str(one.batch),
        "list": _order(planned, services, wide=calling.spans(one, services)),
        "time": calling.clock(ends, services),
        "note": services.replies("round_too_long", minutes=str(late)) if late > 0 else "",
        "hint": "\n".join(_gaps(one, planned, services)),
        "wait": f"{patience.total_seconds() / 60:g}",
    }
    return services.replies("round_preview", **words)


def _order(planned: Sequence[Stop], services: Services, *, wide: bool) -> str:
    """The order of the buildings, of the units where there is one building: 1号楼 → 5号楼 → 17号楼."""
    alone = len({(stop.compound, stop.building) for stop in planned}) == 1
    seen: dict[tuple[str, str, str], Stop] = {}
    for stop in planned:
        unit = stop.unit if alone else ""
        seen.setdefault((stop.compound, stop.building, unit), replace(stop, unit=unit, first_floor=None))
    return " → ".join(stops.title(stop, services, wide=wide) for stop in seen.values())


def _gaps(one: Round, planned: Sequence[Stop], services: Services) -> list[str]:
    """What does not go the way one would think: calls to wider groups, or to none."""
    wide = calling.spans(one, services)
    rooms: dict[str, list[Stop]] = {}
    for stop in planned:
        node = services.groups.find(stop.node)
        room = services.groups.nearest_room(node, "residents") if node else None
        own = (
            node is not None
            and room == node.room
            and (node.unit or "") == stop.unit
            and node.building == stop.building
        )
        if not own:
            rooms.setdefault(room or "", []).append(stop)
    lines = calling.gaps(_each(planned), one, services)
    for room, some in rooms.items():
        place = _some(_each(some), services, wide=wide)
        lines += [services.replies("round_wider", place=place, room=room)] if room else []
    unlisted = [stop for stop in planned if not stop.households]
    if unlisted and len(unlisted) < len(planned):
        lines.append(services.replies("round_unlisted", place=_some(_each(unlisted), services, wide=wide)))
    return lines


def _some(units: Sequence[Stop], services: Services, *, wide: bool) -> str:
    """The first of them by name, and how many there are."""
    more = f" 等 {len(units)} 个" if len(units) > LISTED else ""
    return stops.titles(units[:LISTED], services, wide=wide) + more


def _each(some: Sequence[Stop]) -> list[Stop]:
    """Each unit once, however many floors of it are called apart."""
    return list(
        {(stop.compound, stop.building, stop.unit): replace(stop, first_floor=None) for stop in some}.values()
    )


def announcement(one: Round, planned: Sequence[Stop], at: datetime, services: Services) -> str:
    """What the residents read when a round is planned."""
    order = _order(planned, services, wide=calling.spans(one, services))
    words = {"name": f"{one.scope}{one.name}", "when": when(one, at, services), "where": one.place}
    return services.replies("round_plan", **words, list=order, drill=calling.drill(one, services))

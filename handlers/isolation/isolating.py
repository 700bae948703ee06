"""Which household isolating at home somebody speaks for, and how such a household is named to the staff."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.handling import Request
from bot.model.isolation import Isolation, Temperature
from bot.model.services import Services
from bot.model.tree import Node
from handlers.duty.on_duty import clock_time
from handlers.readings import highest, of_temperatures

_NUMBER = re.compile(r"(?<![\d.])\d{2,5}(?![\d.度℃])")


_FOR_OTHERS = re.compile(r"[帮替代]|隔壁|邻居|对门|对面|楼[上下]")
"""In a report that may be about somebody else's door."""

REMEMBERED = timedelta(days=30)
"""Whoever named their door in a report need not name it again for so long."""


def place_of(home: Isolation) -> str:
    """For the staff's eyes: 春晓苑17号楼3单元501室."""
    building = home.building and home.building + ("号楼" if home.building.isdecimal() else "座")
    unit = home.unit and f"{home.unit}单元"
    return f"{home.compound}{building}{unit}{home.room}室"


def named_home(home: Isolation) -> str:
    """The door and whom to ask for: 春晓苑17号楼3单元501室 王女士."""
    return f"{place_of(home)} {home.name}".rstrip()


def active(at: datetime, services: Services) -> list[Isolation]:
    """All that hold at that moment, in walking order, compound by compound as in bot.yaml."""
    order = {node.name: n for n, node in enumerate(services.groups.below(services.groups.root))}
    return sorted(services.isolation.active(at), key=lambda home: order.get(home.compound, 0))


def home_of(request: Request, services: Services) -> Isolation | None:
    """The isolating household a message comes from: by the door it names, else the binding, else the door its sender
    named in an earlier report. None when none fits."""
    slots = request.understanding.slots if request.understanding else None
    report = Temperature(
        request.message.at,
        request.place.node.name if request.place else "",
        request.person.id,
        request.text,
        (slots.building if slots else "") or "",
        (slots.unit if slots else "") or "",
        (slots.room if slots else "") or "",
        None,
    )
    return whose(report, services.isolation.active(request.message.at), services)


def whose(report: Temperature, homes: Sequence[Isolation], services: Services) -> Isolation | None:
    """Which of these households a report is about; None when that is not certain."""
    found = _by_door(report, homes, services)
    if found is not None or report.room:
        return found
    bound = services.roster.household_of(report.sender_id)
    if bound is not None:
        return _only(home for home in homes if home.key == bound.key)
    earlier = services.isolation.reports_of(report.sender_id, report.at - REMEMBERED)
    own = [_by_door(one, homes, services) for one in earlier if not _FOR_OTHERS.search(one.text)]
    return _only({home.id: home for home in own if home is not None}.values())


def _by_door(report: Temperature, homes: Sequence[Isolation], services: Services) -> Isolation | None:
    """The one household whose door the report names."""
    near = services.groups.find(report.node) if report.node else None
    around = [home for home in homes if _around(home, near, services)]
    if report.room:
        return _only(home for home in around if _at_door(home, report.building, report.unit, report.room))
    said = set(_NUMBER.findall(report.text))
    return _only(home for home in around if home.room in said)


def _around(home: Isolation, near: Node | None, services: Services) -> bool:
    node = services.groups.find(home.node)
    return near is None or node is None or services.groups.within(node, near)


def _at_door(home: Isolation, building: str, unit: str, room: str) -> bool:
    return home.room == room and building in ("", home.building) and unit in ("", home.unit)


def _only(homes: Iterable[Isolation]) -> Isolation | None:
    found = list(homes)
    return found[0] if len(found) == 1 else None


def reported(
    homes: Sequence[Isolation], since: datetime, until: datetime, services: Services
) -> dict[int, Temperature]:
    """The latest report of each of these households in that time, by the isolation's id."""
    latest: dict[int, Temperature] = {}
    said = services.isolation.temperatures(since, until)
    for report in sorted([*said, *_in_lists(since, until, services)], key=lambda one: one.at):
        if several := _several(report, homes, services):  # whose is which is not certain
            latest |= {home.id: replace(report, degrees=None) for home in several}
        elif (home := whose(report, homes, services)) is not None:
            latest[home.id] = report
    return latest


def _in_lists(since: datetime, until: datetime, services: Services) -> list[Temperature]:
    """What the rows of lists of temperatures (接龙) said."""
    return [
        replace(report, degrees=degrees)
        for title, report in services.isolation.listed(since, until)
        if (not title or of_temperatures(title)) and (degrees := highest(report.text)) is not None
    ]


def _several(report: Temperature, homes: Sequence[Isolation], services: Services) -> list[Isolation]:
    """The households of a report that names more than one door: 501 36.5，502 36.7."""
    near = services.groups.find(report.node) if report.node else None
    said = set(_NUMBER.findall(report.text))
    found = [home for home in homes if home.room in said and _around(home, near, services)]
    fitting = [home for home in found if _at_door(home, report.building, report.unit, home.room)]
    return fitting if len({home.room for home in fitting}) == len(fitting) > 1 else []


def counted_from(at: datetime, services: Services) -> datetime:
    """From when on a report answers the last prompt before a moment: halfway from the prompt before it, so that whoever
    reports early need not report twice."""
    midnight = at.astimezone(services.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    prompts = sorted(
        (midnight + timedelta(days=day)).replace(hour=time.hour, minute=time.minute)
        for day in (-2, -1, 0)
        for time in map(clock_time, services.desk.temperature_at)
    )
    before = [prompt for prompt in prompts if prompt <= at]
    if len(before) < 2:
        return midnight
    return before[-1] - (before[-1] - before[-2]) / 2

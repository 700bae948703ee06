"""Which household isolating at home somebody speaks for, and how such a household is named to the staff."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.model.handling import Request
from bot.model.isolation import Isolation, Temperature
from bot.model.services import Services
from bot.model.tree import Node
from handlers.duty.on_duty import clock_time

_NUMBER = re.compile(r"(?<![\d.])\d{2,5}(?![\d.度℃])")


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
    for earlier in services.isolation.reports_of(report.sender_id, report.at - REMEMBERED):
        if (found := _by_door(earlier, homes, services)) is not None:
            return found
    return None


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
    for report in services.isolation.temperatures(since, until):
        if (home := whose(report, homes, services)) is not None:
            latest[home.id] = report
    return latest


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

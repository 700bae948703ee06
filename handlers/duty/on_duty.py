"""Who has to be told: shifts, who is on duty, who owns a branch, and who stands in for them."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise

from bot.model.duty import OnDuty, Shift
from bot.model.people import Person
from bot.model.services import Services
from bot.model.settings import Desk
from bot.model.tree import Node

CHAIN = 3
"""Somebody's stand-in may be away, too: so many are followed."""


def clock_time(text: str) -> time:
    """「08:00」 as a time of the day; 24:00 is the last minute."""
    hours, _, minutes = text.partition(":")
    return time(23, 59) if hours == "24" else time(int(hours), int(minutes or 0))


def shift_names(desk: Desk) -> list[str]:
    """What the shifts of a day are called, the first one first."""
    count = len(desk.shifts) or 1
    return ["全天"] if count == 1 else ["白班", *["中班"] * (count - 2), "夜班"]


def shift_at(at: datetime, desk: Desk, zone: tzinfo) -> Shift:
    """The shift to which a moment belongs."""
    local = at.astimezone(zone)
    midnight = datetime.combine(local.date(), time(), zone)
    times = sorted(clock_time(text) for text in desk.shifts) or [time(8)]
    names = shift_names(desk)
    begins = [
        (datetime.combine(day.date(), moment, zone), name)
        for day in (midnight - timedelta(days=1), midnight, midnight + timedelta(days=1))
        for moment, name in zip(times, names, strict=True)
    ]
    for (start, name), (end, _) in pairwise(begins):
        if start <= local < end:
            return Shift(start.date(), name, start, end)
    raise AssertionError("three days hold every moment of the middle one")


def stand_in(person: Person, at: datetime, services: Services) -> Person:
    """Whoever does the person's work at that moment: themselves, or whom they or somebody else named."""
    holding = {one.absent_id: one for one in services.duty.stand_ins(at) if one.begins <= at}
    for _ in range(CHAIN):
        found = holding.get(person.id)
        if found is None:
            break
        person = services.colleagues.get(found.stand_in_id) or Person(found.stand_in_id, found.stand_in)
    return person


def roster_of(node: Node, shift: Shift, lines: Sequence[OnDuty], services: Services) -> list[OnDuty]:
    """The roster of one branch for a shift, whoever leads first: out of ``lines``, which were set for the day, its own
    before the whole day's; where none was set, the one that stands in the present mode (bot.yaml)."""
    mine = [line for line in lines if line.node == node.name and line.shift in ("", shift.name)]
    if not mine:
        mine = [
            OnDuty(shift.day, one.shift, one.node, one.person_id, one.name, one.lead)
            for one in services.modes.roster
            if one.node == node.name and one.shift in ("", shift.name)
        ]
    named = [line for line in mine if line.shift] or mine
    return sorted(named, key=lambda line: not line.lead)


def on_duty(node: Node, at: datetime, services: Services) -> list[Person]:
    """Those on duty for a branch, whoever leads first, with their stand-ins in their place; the roster of the nearest
    branch counts, and there the shift's own before the whole day's. Empty when there is none."""
    shift = shift_at(at, services.desk, services.zone)
    lines = services.duty.duty(shift.day)
    for above in reversed(services.groups.path(node)):
        here = roster_of(above, shift, lines, services)
        if here:
            people = [
                services.colleagues.get(line.person_id) or Person(line.person_id, line.name) for line in here
            ]
            present = [stand_in(person, at, services) for person in people]
            return list({person.id: person for person in present}.values())
    return []


def lead(node: Node, at: datetime, services: Services) -> Person | None:
    """Whoever leads the shift for a branch (带班): so marked in the roster, else its first; None without a roster."""
    return next(iter(on_duty(node, at, services)), None)


def owners(node: Node, at: datetime, services: Services) -> list[Person]:
    """Those who took on a branch or the nearest one above it (认领院区), with their stand-ins in their place."""
    named = services.duty.nearest_owners([above.name for above in services.groups.path(node)])
    people = [services.colleagues.get(id_) or Person(id_, name) for id_, name in named]
    return [stand_in(person, at, services) for person in people]

"""The order in which somebody on foot passes the doors of a community."""

import re

ERRANDS = frozenset(
    {
        "help.medicine",
        "help.supplies",
        "help.parcel",
        "help.trash",
        "help.home_testing",
        "help.care",
        "help.other",
    }
)
"""Kinds of tickets for which somebody goes to the door."""

HIGHEST = 60
"""No house here has more floors: 12003 is the third door of the twelfth floor, not of the hundred-and-twentieth."""

Natural = tuple[int, int, str]
"""A value as people count: 2 before 10, 13 before 13A, numbers before letters."""

Walk = tuple[Natural, Natural, int, Natural]
"""Building, unit, floor, door: sorts as one walks."""


def natural(value: str) -> Natural:
    """A building's, unit's or door's value as people count; an empty one comes first."""
    match = re.match(r"\d+", value)
    if match:
        return (0, int(match[0]), value[match.end() :])
    return (1 if value else -1, 0, value)


def floor_of(room: str) -> int:
    """The floor of a door: 501 -> 5, 1203 -> 12, B101 or -101 -> -1 (below the ground); 0 when the number names none."""
    room = room.strip().upper()
    below = room.startswith(("B", "-", "负"))
    found = re.search(r"\d+", room)
    digits = found[0] if found else ""
    if below:
        return -int(digits[0]) if digits else 0
    if len(digits) < 3:
        return 0
    floor = int(digits[:-2])
    return floor if floor <= HIGHEST or len(digits) == 3 else int(digits[:-3])


def walk_order(building: str, unit: str, room: str) -> Walk:
    """A key to sort doors by: building after building, unit after unit, each from the bottom to the top."""
    return (natural(building), natural(unit), floor_of(room), natural(room))

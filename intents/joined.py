"""Numbers joined without a gap, read as a place: 17-3-501, 17#3#501, 6-2-3-501 with its floor.

Expects text as intents.normalise leaves it.
"""

from intents.numbers import BUILDING, FLOOR, ROOM, UNIT, Number
from intents.own_room import is_code
from intents.postal import PLACE, is_sub_number, on_street
from intents.reading import NOT_A_ROOM, Reading

_HOMES = frozenset("村区苑里")


def read_joined(reading: Reading, run: list[Number]) -> bool:
    """Whether a run of joined numbers was a place, which is then filled in."""
    values = [number.value for number in run]
    first, tail = run[0], run[-1]
    if tail.word in BUILDING and len(run) == 2:
        return reading.build(tail.value, BUILDING[tail.word])
    if is_code(reading.text, first):
        return False
    if tail.word in FLOOR:  # 8-11-7楼: building, unit and a floor; in talk 3-5楼 are floors
        return (len(values) == 3 or reading.postal) and _parts(reading, values[:-1], run)
    if (len(values) < 3 or first.word == "号-") and on_street(reading.text, first):
        return _on_a_street(reading, values, run)
    if tail.word == "" and NOT_A_ROOM.match(reading.text, tail.end):
        return False
    if len(values) > 4 or (
        len(first.value) == 4 and first.value[:2] in ("19", "20") and not reading.place.building
    ):
        return False
    return _parts(reading, values, run)


def _on_a_street(reading: Reading, values: list[str], run: list[Number]) -> bool:
    """丙路12-7号: house 7 of an address; in talk no place."""
    if not reading.postal or run[-1].word not in ("号", "", "门") or reading.place.building:
        return False
    return _parts(reading, values[1:], run)


def _parts(reading: Reading, values: list[str], run: list[Number]) -> bool:
    """Unit and room of a building already read, or all of it."""
    place, tail = reading.place, run[-1]
    if len(values) == 4:
        values = [*values[:2], values[3]]  # 2-6-5-1187: the third is the floor
    if place.building and (reading.rank or place.room or len(values) < 3):
        if place.unit is None and place.room is None and len(values) >= 2:
            place.unit, place.room = values[0], values[-1]
        elif len(values) == 2:
            place.room = place.room or values[1]
        elif tail.word in FLOOR:
            place.unit = place.unit or values[0]
        return True
    if place.unit and len(values) == 2:
        place.room = place.room or values[1]
        return True
    return _fill(reading, values, run)


def _fill(reading: Reading, values: list[str], run: list[Number]) -> bool:
    """Building first; what a second number is, its length, its word and the name before decide."""
    place, first, tail = reading.place, run[0], run[-1]
    if len(values) == 3:
        place.building, place.unit, place.room = values
    elif len(values) == 1:
        place.building = values[0]
    elif tail.word in UNIT or tail.word in FLOOR:
        place.building, place.unit = values
    elif tail.word == "号" and reading.postal and is_sub_number(reading.text, first):
        place.building = values[1]
    elif tail.word == "号" and tail.digits < 3 and first.before in _HOMES:
        place.building, place.unit = values
    elif 5 <= tail.digits <= 6 and not tail.word and values[0].isdigit():
        place.building = values[0]
        reading.glued(tail.value)
    elif tail.digits >= 3 or tail.word in ROOM or (tail.word == "号" and tail.digits == 2 and reading.postal):
        place.building, place.room = values
    elif first.before in PLACE:
        place.building, place.unit = values
    elif reading.postal and tail.end >= len(reading.text) - 2:
        if first.digits >= 3:
            place.building = values[1]
        else:
            place.building, place.unit = values
    else:
        return False
    return True

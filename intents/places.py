"""Building, unit and room from the ways people write them: 17-3-501, 17#3#501, 五幢十单元 400, 502弄19号301室.

The numbers of a text are read from left to right: a number's word, or its place after other numbers, tells what it is. A
number on a street (凤起东路178号), of a floor (12楼), or without any sign of being a place (3号 = the third of the month)
is none. Expects text as intents.normalise leaves it.

A postal address that stands alone (甲市乙镇丙村12号) is read by the habits of mail, see intents.postal.
"""

import re

from intents.joined import read_joined
from intents.numbers import BUILDING, FLOOR, JOIN, ROOM, UNIT, Number, arabic, numbers
from intents.own_room import is_code, is_own_room
from intents.postal import PLACE, STREET, is_postal, is_stall, on_street
from intents.reading import NOT_A_ROOM, Place, Reading

__all__ = ["Place", "arabic", "find_place"]

_ADDRESS = re.compile(r"[路街道巷]\d{1,5}弄?号|^.{2,3}省|^.{1,6}市.{2,6}[区县镇]")
"""A written postal address, where a number at the end is a room."""
_SIDE = re.compile(r"(?:单元|楼|层|栋|幢)\s?[的]?\s?([东西南北中][东西]?户)")
_LETTER = re.compile(r"\d[楼层f]([a-h])(?![a-z\d座栋幢区超])")
_LETTER_AREA = re.compile(r"[a-z]区")
_AREA = ("区", "组", "期", "线", "路", "车", "停", "地", "口", "出", "层")
"""Behind C8: not a building."""
_WHOLE_BUILDING = frozenset("东西南北中停没断漏")
"""Behind 12#: a side or a mishap of building 12."""
_MIXED = re.compile(r"(\d{1,3})([A-Z])(\d{2,4})")
_FORM_WORDS = ("楼号", "楼栋", "栋号", "幢号")
_FORM = re.compile(
    r"(?:楼栋号?|楼号|[栋幢]号)[是为:]? ?(?P<building>\d{1,3}|[a-z](?![a-z]))(?!\d)|单元号?[是为:]? ?(?P<unit>\d{1,2})(?![\d栋幢])"
    r"|(?:房间号?|[房室]号|门牌号?)[是为:]? ?(?P<room>\d{3,4})(?!\d)"
)
"""A form that was filled in: 楼号:17 单元:3 房号:501."""
_NEAR = 6
"""A room without any word for it stands at most this many characters behind its building or unit."""
_NEXT = 1
"""In talk, N号 is a unit or room at most this many characters behind a building; farther away it is a day."""


def find_place(text: str) -> Place:
    """The place a text names; when it names several, the first of each part."""
    found = numbers(text)
    if not found:
        return Place()
    place = _Reader(text, is_postal(text), found).read()
    if any(word in text for word in _FORM_WORDS):
        _read_form(text, place)
    return place


def _read_form(text: str, place: Place) -> None:
    """A form overrules what its numbers looked like."""
    for found in _FORM.finditer(text):
        place.building = (found["building"] or "").upper() or place.building
        place.unit = found["unit"] or place.unit
        place.room = found["room"] or place.room


class _Reader(Reading):
    """Reads the numbers of a text from left to right."""

    def read(self) -> Place:
        at = 0
        while at < len(self.numbers):
            run = self._run(at)
            at += len(run)
            if len(run) > 1:
                if read_joined(self, run):
                    self.last = run[-1].end
            elif self._read_one(run[0], self.numbers[at : at + 2]):
                self.last = run[0].end
        place = self.place
        if place.room is None:
            side = _SIDE.search(self.text) or (_LETTER.search(self.text) if self.floor >= 0 else None)
            place.room = side.group(1).upper() if side else None
        elif self.block and self.postal:
            place.unit = None
        return place

    def _run(self, at: int) -> list[Number]:
        """Numbers joined without a gap: 17-3-501."""
        end = at
        while (
            end + 1 < len(self.numbers)
            and self.numbers[end].word in JOIN
            and self.numbers[end + 1].start == self.numbers[end].end
            and not (self.numbers[end].word == "/" and self.numbers[end].digits > 2)  # 501/502: two rooms
        ):
            end += 1
        return self.numbers[at : end + 1]

    def _read_one(self, number: Number, following: list[Number]) -> bool:
        """Whether a single number was part of the place, which is then filled in."""
        word = number.word
        near = following[0] if following and following[0].start - number.end <= 1 else None
        if word == "弄":
            self.lane = True
            return False
        if word in FLOOR:
            if word == "楼" and (number.digits == 0 or (near and near.word == "单元")):
                return self.build(number.value, 1)
            self.floor = number.end
            return self.place.building is not None
        if word in BUILDING:
            return self.build(number.value, BUILDING[word])
        if word in UNIT:
            return self._read_unit(number)
        if word in ROOM:
            return self._read_room(number)
        if word == "号":
            return self._read_house(number, near, following)
        if word == "#" and self.text[number.end : number.end + 1] in _WHOLE_BUILDING:
            return self.build(number.value, 2)
        if word and word != "/":
            return False
        if near and near.word == "单元" and near.start == number.end and not self.place.building:
            self.place.building = number.value  # 55五单元
            return True
        return self._read_bare(number)

    def _read_unit(self, number: Number) -> bool:
        place = self.place
        if number.word == "号门" and self.postal:
            return False
        if number.word == "单元" or (place.building and place.unit is None):
            place.unit = place.unit or number.value
            return True
        return False

    def _read_room(self, number: Number) -> bool:
        if self.place.room is not None and not self.guess:
            return False
        if number.word == "户" and (
            number.digits < 3 or number.value.endswith("00") or number.before in "共有约近总"
        ):
            return False
        whole = number.before not in PLACE and not self.postal
        return self._room(number, whole=whole)

    def _room(self, number: Number, *, whole: bool = False, guess: bool = False) -> bool:
        """The room; a building written with it (B1203, 13A1203) is told apart unless ``whole``."""
        place, value = self.place, number.value
        self.guess = guess
        mixed = _MIXED.fullmatch(value)
        alone = place.building is None and place.unit is None and self.floor < 0
        if mixed and mixed[2] == "F":
            place.room = mixed[3]
        elif mixed and not place.unit and not self.rank and self.floor < 0:
            place.building, place.room = mixed[1] + mixed[2], mixed[3]
        elif alone and not whole and value[0].isalpha() and value[1:].isdigit() and number.digits >= 3:
            place.building, place.room = value[0], value[1:]
        else:
            place.room = value
        return True

    def _read_house(self, number: Number, near: Number | None, following: list[Number]) -> bool:
        """N号: a building in a lane, a unit or room behind a building, a house in a village, or no place at all."""
        place, before = self.place, number.before
        roomy = near is not None and (near.word in ROOM or (not near.word and near.digits >= 3))
        if place.building is None and self.lane:
            place.building = number.value
        elif place.building or place.unit:
            return self._behind_a_building(number, roomy=roomy)
        elif on_street(self.text, number):
            return False
        elif number.digits >= 5 or self.floor >= 0 or self._stall(number, roomy=roomy):
            place.room, self.guess = number.value, True
        elif (
            roomy
            or before in PLACE
            or (near and near.word == "单元" and len(following) > 1 and following[1].digits >= 3)
            or (self.postal and "\u4e00" <= before <= "\u9fff")
        ):
            place.building = number.value
        else:
            return False
        return True

    def _behind_a_building(self, number: Number, *, roomy: bool) -> bool:
        place = self.place
        if number.start - self.last > _NEXT and not self.postal:
            return False
        unit = number.value.isdigit() and (number.digits < 3 or roomy)
        if unit and place.unit is None and place.room is None and self.floor < 0:
            place.unit = number.value
        elif place.room is None:
            place.room = number.value
        return True

    def _stall(self, number: Number, *, roomy: bool) -> bool:
        return not (roomy and self.postal) and is_stall(self.text, number, postal=self.postal)

    def _read_bare(self, number: Number) -> bool:
        """A number without a word: a room, if it has three or four digits and stands behind a building or place name."""
        place = self.place
        if (place.room is not None and not self.guess) or NOT_A_ROOM.match(self.text, number.end):
            return False
        if not 3 <= number.digits <= 6:
            return self.postal and self._read_short(number)
        after = number.start - self.last <= _NEAR and (place.building or place.unit)
        behind = after or number.start - self.floor <= 1
        if behind and number.digits >= 5 and self.glued(number.value):
            return True
        if behind:
            return number.digits <= 5 and self._room(number)
        if is_code(self.text, number):
            return False
        ending = number.end == len(self.text) and number.before not in STREET
        if self.postal and not number.before.isascii() and not on_street(self.text, number):
            return self._office(number, ending=ending)
        if ending and (number.before in PLACE or _ADDRESS.search(self.text)):
            return self._room(number)
        return is_own_room(self.text, number) and self._room(number)

    def _office(self, number: Number, *, ending: bool) -> bool:
        """A number behind a name in an address: a house of a village, else an office."""
        if ending and number.before == "村" and not self.place.building:
            self.place.building = number.value
            return True
        return self._room(number, whole=number.before not in "厦心", guess=not ending)

    def _read_short(self, number: Number) -> bool:
        """One or two digits at the end of an address: a room behind a floor, a unit behind a building, else a house."""
        place = self.place
        letter = number.value[-1].isalpha() or number.value[0].isalpha()
        if number.start - self.floor <= 1 and letter:
            place.room = number.value
        elif number.value[0].isalpha() and number.before in PLACE and not place.building:
            if self.text.startswith(_AREA, number.end):
                return False
            place.building = number.value
        elif number.end < len(self.text):
            return False
        elif (
            number.start - self.floor <= 1
            or number.value[-1].isalpha()
            or _LETTER_AREA.search(self.text, number.start - 2)
        ):
            place.room = number.value
        elif place.building is None and number.before not in STREET:
            place.building = number.value
        elif number.start == self.last and place.unit is None:
            place.unit = number.value
        else:
            return False
        return True

"""What is known of a place while a text is read.

Expects text as intents.normalise leaves it.
"""

import re
from dataclasses import dataclass, field

from intents.numbers import Number

NOT_A_ROOM = re.compile(
    r" ?(?:[年月日天点时分秒元块毛斤个人户次层片盒瓶箱袋件份岁度℃%％万千百折路米公里期例届种号线]"
    r"|周(?![\u4e00-\u9fff])|周[后前内以年]"  # 2周, 3周后; not 502 周奶奶
    r"|kg|km|多|左右|\.\d)"
)
"""Behind a number that counts, costs or dates."""


@dataclass(slots=True)
class Place:
    """A place read so far; bare values."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None


@dataclass(slots=True)
class Reading:
    """A text while its numbers are read from left to right."""

    text: str
    postal: bool
    """Whether the text is a postal address and nothing else."""
    numbers: list[Number]
    place: Place = field(default_factory=Place)
    last: int = -100
    """Where the last number that was part of the place ended."""
    rank: int = 0
    """Of the building's word; 0 when a number only looked like a building, and gives way to one."""
    floor: int = -100
    """Where the last floor ended."""
    lane: bool = False
    """Whether a lane was named before."""
    block: bool = False
    """Whether the unit has a building's word: 3栋A座."""
    guess: bool = False
    """Whether the room only stands where rooms stand, and gives way to a better one."""

    def build(self, value: str, rank: int) -> bool:
        """The building of a word of this rank; one that only looked like it gives way, with its unit and room."""
        place = self.place
        if rank > self.rank:
            if place.building is not None:
                place.unit = None
            if place.building is not None or self.guess:
                place.room, self.guess = None, False
            place.building, self.rank = value, rank
        elif (
            rank == 1
            and place.unit is None
            and value != place.building
            and not value.isdigit()
            and self.floor < 0
        ):
            place.unit, self.block = value, True  # 3栋A座
        return True

    def glued(self, value: str) -> bool:
        """Behind a numbered building, unit and room without a dash: 17-30501, 17栋101203."""
        place = self.place
        if place.unit or not (place.building or "").isdigit() or not value.isdigit():
            return False
        place.unit, place.room = value[:-4], value[-4:]
        return True

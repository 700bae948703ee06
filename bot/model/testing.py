"""Testing rounds: who is called down when, and which households have been tested."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model.household import Household

RoundState = Literal["planned", "running", "paused", "ended"]

ROUND_STATES: dict[RoundState, str] = {
    "planned": "还没开始",
    "running": "正在叫号",
    "paused": "暂停",
    "ended": "结束",
}

StopState = Literal["waiting", "called", "done", "skipped"]
"""A stop that was skipped comes last, or when it is called by name."""

Kind = Literal["tested", "home", "away", "isolated", "vacant"]
"""已测; 上门采样过; and why a household need not come: 外出, 隔离, 空置. Only ``tested`` and ``home`` count as sampled; all
count as accounted for (不漏一户)."""

KIND_TITLES: dict[Kind, str] = {
    "tested": "已测",
    "home": "上门采样",
    "away": "外出",
    "isolated": "隔离",
    "vacant": "空置",
}

Source = Literal["scanner", "staff", "chain", "self", "proxy", "list"]
"""Whose word it is: the scanner's export, a worker or volunteer, a row of a 接龙, the household itself, somebody else for
it (a neighbour, a daughter), the list of households (its tags). From the surest to the least sure after ``self``."""

TAGS = ("独居老人", "行动不便", "居家隔离", "空置")
"""What the list of households may say of one, besides free words."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of testing in one branch of the tree."""

    id: int
    node: str
    """Name of the branch that is tested."""
    name: str
    """第3轮."""
    place: str
    """Where people go: 小区北门."""
    begins: datetime
    ends: datetime
    state: RoundState
    batch: int
    """So many households are called at once, at most."""
    minutes: float
    """What a batch takes, until the line's own speed is known."""
    created_at: datetime
    by_id: str = ""
    by_name: str = ""
    room_id: str = ""
    """Where it was begun, and is reported; empty in private."""
    drill: bool = False
    started_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    """When the next stop is called by itself; None while nothing is."""
    reminded_at: datetime | None = None
    """When the unit groups were last told how many are missing."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What one call calls: a unit, a building without units, or some floors of a unit too large for one batch."""

    round: int
    place: int
    """Its position in the order of calls, from 1."""
    node: str
    """Name of the tree's node whose group is called."""
    compound: str
    building: str
    unit: str
    """Empty: a building without units."""
    households: int
    """0 when the list of households is not known."""
    state: StopState = "waiting"
    first_floor: int | None = None
    last_floor: int | None = None
    """None, None: the whole unit."""
    warned_at: datetime | None = None
    called_at: datetime | None = None
    done_at: datetime | None = None
    calls: int = 0
    """How often it was called."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of one household in one round."""

    household: Household
    kind: Kind
    source: Source
    at: datetime
    people: int | None = None
    """So many of it; None: all."""
    by_id: str = ""
    by_name: str = ""
    note: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Households and persons of a branch in a round."""

    households: int
    """All on the list."""
    sampled: int
    """Tested or sampled at home."""
    excused: int
    """Away, isolated or vacant."""
    people: int
    """Persons on the list, as far as their number is known (else one a household)."""
    people_sampled: int

    @property
    def missing(self) -> int:
        """Households nobody knows anything of."""
        return self.households - self.sampled - self.excused


class RoundBook(Protocol):
    """Rounds and their stops (bot/ledger/rounds.py). Every change needs an open transaction."""

    def open(self, new: Round, stops: Sequence[Stop]) -> Round:
        """Write a round down with its stops (whose ``round`` is set); returns it with its id."""
        ...

    def get(self, round_id: int) -> Round | None:
        """By id."""
        ...

    def current(self) -> list[Round]:
        """Those that have not ended, latest first."""
        ...

    def latest(self, limit: int) -> list[Round]:
        """The latest, ended or not, latest first."""
        ...

    def change(self, round_id: int, **fields: object) -> Round:
        """Set fields of Round; returns it as it is now."""
        ...

    def stops(self, round_id: int) -> list[Stop]:
        """Its stops in order."""
        ...

    def change_stop(self, stop: Stop, **fields: object) -> Stop:
        """Set fields of Stop; returns it as it is now."""
        ...

    def next_moment(self) -> datetime | None:
        """The first ``next_at`` of a running round, or ``begins`` of a planned one."""
        ...


class CoverageBook(Protocol):
    """Which households were tested in a round (bot/ledger/coverage.py)."""

    def mark(self, round_id: int, marks: Sequence[Mark]) -> list[Mark]:
        """Write marks down and return those that told something new. A surer source replaces a less sure one, never the
        other way round."""
        ...

    def unmark(self, round_id: int, household: Household) -> Mark | None:
        """Take a household's mark back (somebody mistyped); returns what it was."""
        ...

    def marks(self, round_id: int) -> Mapping[tuple[str, str, str, str], Mark]:
        """Every mark of a round by Household.key."""
        ...

    def sampled_since(self, round_id: int, since: datetime, sources: Collection[Source]) -> int:
        """How many households were marked as sampled since a moment by one of these sources: how fast the line is."""
        ...

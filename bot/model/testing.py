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

StopState = Literal["waiting", "called", "done", "skipped", "dropped", "recalled"]
"""A stop that was skipped comes last, or when it is called by name; one that was dropped (a sealed building) or recalled
(called by mistake) only then.
One that is done without ``done_at`` was taken for through when the next ones were called."""

Kind = Literal["tested", "home", "away", "isolated", "vacant", "wanted"]
"""已测; 上门采样过; why a household need not come: 外出, 隔离, 空置; and that it waits for somebody to come to its door
(要上门). Only ``tested`` and ``home`` count as sampled; all but ``wanted`` count as accounted for (不漏一户)."""

KIND_TITLES: dict[Kind, str] = {
    "tested": "已测",
    "home": "上门采样",
    "away": "外出",
    "isolated": "隔离",
    "vacant": "空置",
    "wanted": "要上门",
}

SAMPLED: frozenset[Kind] = frozenset({"tested", "home"})
EXCUSED: frozenset[Kind] = frozenset({"away", "isolated", "vacant"})

Source = Literal["scanner", "staff", "chain", "self", "proxy", "list"]
"""Whose word it is: the scanner's export, a worker or volunteer, a row of a 接龙, the household itself, somebody else for
it (a neighbour, a daughter), the list of households (its tags). From the surest to the least sure after ``self``."""

SOURCE_TITLES: dict[Source, str] = {
    "scanner": "扫码", "staff": "工作人员", "chain": "接龙", "self": "本户", "proxy": "别人代说", "list": "名单",
}  # fmt: skip

TAGS = ("独居老人", "行动不便", "居家隔离", "空置")
"""What the list of households may say of one and the rounds go by; besides, there are free words."""


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
    """When it was last paused; stays when it goes on."""
    resumed_at: datetime | None = None
    """When it last went on after a pause."""
    ended_at: datetime | None = None
    next_at: datetime | None = None
    """When the next stop is called by itself; None while nothing is."""
    reminded_at: datetime | None = None
    """When the unit groups were last told how many are missing."""
    scope: str = ""
    """What is tested, for people: 春晓苑（除8号楼）. Which buildings and units that is, its stops say."""


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
    turn: int = 0
    """Stops of one turn are called together; turns are called in this order."""


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
    """Persons of those households that are not excused, as far as their number is known (else one a household)."""
    people_sampled: int
    wanted: int = 0
    """Of the missing ones, those that wait for somebody to come to their door."""

    @property
    def missing(self) -> int:
        """Households nobody knows anything of."""
        return self.households - self.sampled - self.excused

    @property
    def expected(self) -> int:
        """Households that have to be sampled: all but the excused ones."""
        return self.households - self.excused


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

    def hold(self, round_id: int) -> int:
        """Hold its calls that have not left: they keep their place. Returns how many."""
        ...

    def release(self, round_id: int) -> int:
        """Let the calls that were held leave. Returns how many."""
        ...

    def unsent(self, round_id: int) -> frozenset[int]:
        """The places of stops whose call still waits for its turn to be sent; groups that the bot has never seen do not
        count, for nobody knows when they will be."""
        ...

    def withdraw(self, round_id: int, places: Collection[int], at: datetime) -> frozenset[int]:
        """Cancel what has not left of the calls and warnings of these stops. Returns the places whose call had not
        left."""
        ...

    def unwarn(self, round_id: int, places: Collection[int], at: datetime) -> None:
        """Cancel the warnings of these stops that have not left."""
        ...


class CoverageBook(Protocol):
    """Which households were tested in a round (bot/ledger/coverage.py)."""

    def mark(self, round_id: int, marks: Sequence[Mark]) -> list[Mark]:
        """Write marks down and return those that told something new. A surer source replaces a less sure one, never the
        other way round, but for this: that a household was sampled is always told of one that was excused, or that
        waited."""
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

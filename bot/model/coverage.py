"""Who has been tested in a round and who has not: pure, from the list of households, the marks and what else is known."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.model.household import Household
from bot.model.testing import EXCUSED, SAMPLED, Kind, Mark, Round, Stop, Tally
from bot.model.walk import Walk, floor_of, natural, walk_order

Key = tuple[str, str, str, str]
"""Household.key."""

FRAIL = ("独居老人", "行动不便")
"""Tags of households to which one goes first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one household of the list stands in a round."""

    household: Household
    kind: Kind | None
    """What is known of it: by a mark, else by its tags, the isolation register, or its plea for somebody to come; None:
    nothing."""
    mark: Mark | None
    called_off: bool = False
    """True when the round calls it no more: its building is sealed (封控). Nobody goes there unasked."""

    @property
    def sampled(self) -> bool:
        """True when it was tested, wherever."""
        return self.kind in SAMPLED

    @property
    def excused(self) -> bool:
        """True when it need not be tested this time."""
        return self.kind in EXCUSED

    @property
    def missing(self) -> bool:
        """True when it has still to be tested."""
        return not self.sampled and not self.excused

    @property
    def wanted(self) -> bool:
        """True when it waits for somebody to come to its door."""
        return self.kind == "wanted"

    @property
    def people(self) -> int:
        """How many live there: one, where the list does not say; none in a household that is empty."""
        return 1 if self.household.people is None else self.household.people

    @property
    def people_sampled(self) -> int:
        """How many of them were tested. Guests are counted with the household, not beyond it, where its number is known."""
        if not self.sampled:
            return 0
        said = self.mark.people if self.mark else None
        if said is None:
            return self.people
        return said if self.household.people is None else min(said, self.people)

    @property
    def short(self) -> bool:
        """True when it was tested, but not all of it, as far as the numbers are known."""
        return self.sampled and self.household.people is not None and self.people_sampled < self.people


def stand(
    households: Iterable[Household],
    marks: Mapping[Key, Mark],
    isolated: Collection[Key] = (),
    wanted: Collection[Key] = (),
    stops: Sequence[Stop] = (),
) -> list[Standing]:
    """How each household stands. ``isolated``: those the register of isolation holds; ``wanted``: those that asked for
    somebody to come to their door; ``stops``: the calls of the round. What was marked comes before what the list says."""
    dropped = [stop for stop in stops if stop.state == "dropped"]
    found = [_standing(home, marks.get(home.key), isolated, wanted) for home in households]
    if not dropped:
        return found
    return [replace(one, called_off=_called_off(one.household, stops, dropped)) for one in found]


def _called_off(home: Household, stops: Sequence[Stop], dropped: Sequence[Stop]) -> bool:
    """True for a household all of whose calls were dropped."""
    return any(_in_unit(home, stop) for stop in dropped) and all(
        stop.state == "dropped" for stop in stops_of(home, stops)
    )


def _standing(
    home: Household, mark: Mark | None, isolated: Collection[Key], wanted: Collection[Key]
) -> Standing:
    if mark is not None:
        return Standing(home, mark.kind, mark)
    if "空置" in home.tags:
        return Standing(home, "vacant", None)
    if "居家隔离" in home.tags or home.key in isolated:
        return Standing(home, "isolated", None)
    return Standing(home, "wanted" if home.key in wanted else None, None)


def in_scope(of: Round, home: Household, stops: Iterable[Stop]) -> bool:
    """True for a household that a round is of. One of a whole branch (its ``scope`` is the branch's name, maybe with the
    compound's before it) is of all that lives there, what was put on the list later, too; of any other (春晓苑（除8号楼）) its
    stops say which units it is of."""
    if not of.scope or of.scope.endswith(of.node):
        return True
    return any(_in_unit(home, stop) for stop in stops)


def was_called(home: Household, stops: Iterable[Stop]) -> bool:
    """True for a household that was called down, or whose unit is through."""
    return any(stop.state in ("called", "done") for stop in stops_of(home, stops))


def stops_of(home: Household, stops: Iterable[Stop]) -> list[Stop]:
    """The calls that a household is called by: one, but for a door that names no floor in a unit called by floors."""
    own = [stop for stop in stops if _in_unit(home, stop)]
    floor = floor_of(home.room)
    return [
        stop
        for stop in own
        if stop.first_floor is None
        or (floor >= stop.first_floor and (stop.last_floor is None or floor <= stop.last_floor))
        or (not floor and stop.last_floor is None)
    ]


def _in_unit(home: Household, stop: Stop) -> bool:
    return home.key[:2] == (stop.compound, stop.building) and stop.unit in ("", home.unit)


def tally(standings: Iterable[Standing]) -> Tally:
    """Households and persons."""
    households = sampled = excused = wanted = people = people_sampled = 0
    for one in standings:
        households += 1
        if one.excused:
            excused += 1
            continue
        sampled += one.sampled
        wanted += one.wanted
        people += one.people_sampled if one.sampled and one.household.people is None else one.people
        people_sampled += one.people_sampled
    return Tally(households, sampled, excused, people, people_sampled, wanted)


def excuses(standings: Iterable[Standing]) -> dict[Kind, int]:
    """How many are excused, by reason."""
    return dict(Counter(one.kind for one in standings if one.kind in EXCUSED))


def by_building(standings: Iterable[Standing]) -> dict[tuple[str, str], list[Standing]]:
    """(compound, building) -> its households, building after building within each compound as they come."""
    found: dict[tuple[str, str], list[Standing]] = {}
    for one in standings:
        found.setdefault((one.household.compound, one.household.building), []).append(one)
    compounds = list(dict.fromkeys(compound for compound, _ in found))
    return dict(sorted(found.items(), key=lambda item: (compounds.index(item[0][0]), natural(item[0][1]))))


def by_unit(standings: Iterable[Standing]) -> dict[tuple[str, str, str], list[Standing]]:
    """(compound, building, unit) -> its households from the bottom to the top, unit after unit."""
    found: dict[tuple[str, str, str], list[Standing]] = {}
    for (compound, building), those in by_building(standings).items():
        for one in sorted(those, key=walk):
            found.setdefault((compound, building, one.household.unit), []).append(one)
    return found


def walk(one: Standing) -> Walk:
    """A key to sort the households of one compound as one walks."""
    return walk_order(one.household.building, one.household.unit, one.household.room)


def to_knock(standings: Sequence[Standing]) -> tuple[list[Standing], list[Standing]]:
    """Whom to go to, each part as one walks: first those to be sampled at their door (who asked for it, who live alone or
    walk badly), then all others that are missing; none in a sealed building (``sealed``)."""
    missing = [
        one for those in by_unit(standings).values() for one in those if one.missing and not one.called_off
    ]
    first = [one for one in missing if goes_first(one)]
    return first, [one for one in missing if not goes_first(one)]


def sealed(standings: Sequence[Standing]) -> list[Standing]:
    """Those still missing whose building the round calls no more, as one walks: they wait for what is decided."""
    return [one for those in by_unit(standings).values() for one in those if one.missing and one.called_off]


def goes_first(one: Standing) -> bool:
    """True for a household that must not be asked to come down."""
    return one.wanted or any(tag in FRAIL for tag in one.household.tags)


class CoverageSheets(Protocol):
    """Files that show a round (bot/coverage_files.py)."""

    def picture(self, of: Round, standings: Sequence[Standing]) -> str:
        """Draw the grid of buildings and units, without any door; the file's path, or "" where there is no place for files
        or nothing to draw."""
        ...

    def doors(self, of: Round, standings: Sequence[Standing]) -> str:
        """Write the door-knocking list as .xlsx; the file's path, or "" where there is no place for files."""
        ...

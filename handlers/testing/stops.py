"""Whom a round calls down, and in which order: branches and the list of households -> stops. Pure but for ``spots``."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model.household import Household
from bot.model.services import Services
from bot.model.testing import Stop
from bot.model.tree import Node
from bot.model.walk import floor_of, natural
from intents.numbers import arabic

SPLIT = 1.5
"""A unit is called floors by floors when it has so many times the households of a batch."""

NOT_DOWN = re.compile("空置|空关|居家隔离")
"""What the list of households says of those who do not come down."""

ODD_DOORS = 0.1
"""With more doors than this whose number names no floor, a unit cannot be called by floors."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit, or a building without units, with those who are to come down from it."""

    node: str
    """Name of the branch whose group is called."""
    path: tuple[str, ...]
    """Names from the community down to that branch."""
    compound: str
    building: str
    unit: str
    rooms: tuple[str, ...]
    """Their doors; empty when the list of households knows none here."""


def spots(nodes: Iterable[Node], without: Collection[Node], services: Services, at: datetime) -> list[Spot]:
    """Every unit and every building without units in these branches, but for those of ``without``; also what is on the
    list of households only: it is called in the nearest group above."""
    groups, found = services.groups, {}
    staying = {(one.compound, one.building, one.unit, one.room) for one in services.isolation.active(at)}
    for top in nodes:
        areas = [node for node in groups.below(top) if node.level == "compound"] or [top]
        if top.level == "community" and areas != [top]:
            areas.append(top)
        for area in areas:
            for spot in _of_area(area, top, without, staying, services):
                found[spot.compound, spot.building, spot.unit] = spot
    return list(found.values())


def _of_area(
    area: Node,
    top: Node,
    without: Collection[Node],
    staying: Collection[tuple[str, str, str, str]],
    services: Services,
) -> list[Spot]:
    """Those of one compound, or of what lies in no compound."""
    groups, compound = services.groups, services.groups.compound(area)
    name = compound.name if compound else ""
    listed: dict[tuple[str, str], list[Household]] = defaultdict(list)
    for home in services.roster.households(name, "", ""):
        if not name and home.compound and groups.find(home.compound):
            continue
        listed[home.building, home.unit].append(home)
    inside = [node for node in groups.below(area) if groups.compound(node) == compound]
    off = [node for node in inside if any(groups.within(node, one) for one in without)]
    for node in off:
        if node.level in ("building", "unit"):
            for key in [key for key in listed if _covers(node, *key)]:
                del listed[key]
    if any(groups.within(area, one) for one in without):
        return []

    def spot(node: Node, building: str, unit: str, homes: Sequence[Household]) -> Spot:
        path = tuple(above.name for above in groups.path(node))
        rooms = tuple(home.room for home in homes if comes_down(home, staying))
        return Spot(node.name, path, name, building, unit, rooms)

    made = []
    units = [node for node in inside if node.level == "unit" and node not in off]
    buildings = [node for node in inside if node.level == "building" and node not in off]
    for node in units:
        homes = listed.pop((node.building or "", node.unit or ""), [])
        made.append(spot(node, node.building or "", node.unit or "", homes))
    for node in buildings:
        keys = [key for key in listed if key[0] == node.building]
        made += [spot(node, *key, listed.pop(key)) for key in keys]
        if not keys and not any(child.level == "unit" for child in node.children):
            made.append(spot(node, node.building or "", "", []))
    if top.level in ("community", "compound"):
        made += [spot(area, *key, homes) for key, homes in listed.items()]
    return made


def _covers(node: Node, building: str, unit: str) -> bool:
    return node.building == building and (node.level == "building" or node.unit == unit)


def comes_down(home: Household, staying: Collection[tuple[str, str, str, str]] = ()) -> bool:
    """False for a flat that stands empty and for a household isolating at home (``staying``: their keys)."""
    words = (*home.tags, home.note)
    return home.key not in staying and not any(NOT_DOWN.search(word) for word in words)


def in_order(found: Iterable[Spot], compounds: Sequence[str], first: Sequence[str]) -> list[Spot]:
    """As one walks: compound, building, unit; branches named in ``first`` before all others, in that order."""

    def key(spot: Spot) -> tuple[object, ...]:
        rank = min((first.index(name) for name in spot.path if name in first), default=len(first))
        area = compounds.index(spot.compound) if spot.compound in compounds else len(compounds)
        return rank, area, natural(spot.building), natural(spot.unit)

    return sorted(found, key=key)


def plan(ordered: Iterable[Spot], batch: int) -> list[Stop]:
    """The stops with their places and turns: a unit each, a large one by floors; neighbours in one building are called
    together as long as their households fit into a batch."""
    stops: list[Stop] = []
    turn, left = 0, 0
    for spot in ordered:
        for first, last, count in _pieces(spot, batch):
            before = stops[-1] if stops else None
            same = before and (before.compound, before.building) == (spot.compound, spot.building)
            if not (same and before and before.households and 0 < count <= left):
                turn, left = turn + 1, batch
            left -= count
            stops.append(
                Stop(
                    0, len(stops) + 1, spot.node, spot.compound, spot.building, spot.unit, count,
                    first_floor=first, last_floor=last, turn=turn,
                )
            )  # fmt: skip
    return stops


def _pieces(spot: Spot, batch: int) -> list[tuple[int | None, int | None, int]]:
    """(first floor, last floor, households) of each call; (None, None, …) is the whole unit, (11, None, …) all from the
    eleventh floor up and the doors that name no floor."""
    total = len(spot.rooms)
    floors = [floor_of(room) for room in spot.rooms]
    odd = floors.count(0)
    if total <= batch * SPLIT or odd > total * ODD_DOORS or len(set(floors) - {0}) < 2:
        return [(None, None, total)]
    number = -(-total // batch)
    pieces: list[tuple[int, int, int]] = []
    passed = 0
    for floor in sorted(set(floors) - {0}):
        count = floors.count(floor)
        edge = total * len(pieces) / number  # where the piece ends if all are to be of one size
        nearer = abs(passed + count - edge) < abs(passed - edge) or len(pieces) >= number
        if pieces and nearer and pieces[-1][2] + count <= batch:
            pieces[-1] = (pieces[-1][0], floor, pieces[-1][2] + count)
        else:
            pieces.append((floor, floor, count))
        passed += count
    first, _, count = pieces[-1]
    return [*pieces[:-1], (first, None, count + odd)]


def upcoming(stops: Iterable[Stop]) -> list[list[Stop]]:
    """What has not been called, turn by turn: those waiting, after them those that were skipped."""
    turns: dict[tuple[bool, int], list[Stop]] = defaultdict(list)
    for stop in stops:
        if stop.state in ("waiting", "skipped"):
            turns[stop.state == "skipped", stop.turn].append(stop)
    return [turns[key] for key in sorted(turns)]


def recalled(stops: Iterable[Stop]) -> list[Stop]:
    """Those that were called by mistake: never called again but by name."""
    return [stop for stop in stops if stop.state == "recalled"]


def present(stops: Iterable[Stop]) -> list[Stop]:
    """Those that are called and not through: nobody said so, and nobody was called after them by the order."""
    return [stop for stop in stops if stop.state == "called"]


def latest(stops: Iterable[Stop]) -> list[Stop]:
    """Of those that are called or through, the ones that were called last, together."""
    called = [stop for stop in stops if stop.called_at is not None and stop.state in ("called", "done")]
    last = max((stop.called_at for stop in called if stop.called_at), default=None)
    return [stop for stop in called if stop.called_at == last]


def sooner(stops: Iterable[Stop], wanted: Collection[Stop]) -> list[tuple[Stop, int]]:
    """(stop, its new turn) for those of these waiting stops whose turn changes when the turns of the wanted ones come
    before all others."""
    waiting = [stop for stop in stops if stop.state == "waiting"]
    turns = sorted({stop.turn for stop in waiting})
    asked = {stop.turn for stop in waiting if stop in wanted}
    order = [turn for turn in turns if turn in asked] + [turn for turn in turns if turn not in asked]
    new = dict(zip(order, turns, strict=True))
    return [(stop, new[stop.turn]) for stop in waiting if new[stop.turn] != stop.turn]


_NUMBER = r"(?:\d{1,3}[A-Z]?|[A-Z]|[零一二两三四五六七八九十]{1,3})"
NAMED = (
    rf"(?:\D{{2,8}}?)??{_NUMBER}(?:(?:号楼|号院|栋|幢|座|#|号)(?:{_NUMBER}(?:单元|门)?)?"
    rf"|[-－—]{_NUMBER}(?:单元)?)"
)
"""A building or a unit as people at the site name it: 17-3, 17号楼3单元, 五号楼, 春晓苑5栋."""
_NAMED = re.compile(
    rf"(?P<area>\D{{2,8}}?)??(?P<building>{_NUMBER})(?:(?:号楼|号院|栋|幢|座|#|号)(?:(?P<unit>{_NUMBER})(?:单元|门)?)?"
    rf"|[-－—](?P<unit2>{_NUMBER})(?:单元)?)",
    re.IGNORECASE,
)


def named(text: str, stops: Iterable[Stop]) -> list[Stop]:
    """The stops of a building or a unit, by what people call it; none when nothing is called so, or when two compounds
    have one of that number and none is named."""
    found = _NAMED.fullmatch(text.strip())
    if found is None:
        return []
    building = arabic(found["building"].upper())
    unit = arabic(found["unit"] or found["unit2"] or "")
    fitting = [
        stop
        for stop in stops
        if stop.building == building
        and (not unit or stop.unit == unit)
        and (not found["area"] or stop.compound.startswith(found["area"]) or not stop.compound)
    ]
    return fitting if len({stop.compound for stop in fitting}) == 1 else []


def title(stop: Stop, services: Services, *, wide: bool = False) -> str:
    """A stop for people: 17号楼3单元 6-10层; with its compound when ``wide``."""
    parts = _titled(stop.building, "号楼", "栋") + _titled(stop.unit, "单元", "单元")
    node = services.groups.find(stop.node)
    name = parts or (services.groups.title(node) if node else stop.node)
    compound = stop.compound if wide and not name.startswith(stop.compound) else ""
    return f"{compound}{name}{floors(stop)}"


def floors(stop: Stop) -> str:
    """The floors that are called; empty for the whole unit."""
    if stop.first_floor is None:
        return ""
    if stop.last_floor is None:
        return f"{stop.first_floor}层及以上"
    if stop.first_floor == stop.last_floor:
        return f"{stop.first_floor}层"
    return f"{stop.last_floor}层及以下" if stop.first_floor < 1 else f"{stop.first_floor}-{stop.last_floor}层"


def titles(stops: Sequence[Stop], services: Services, *, wide: bool = False) -> str:
    """Several for people: 17号楼1单元、2单元."""
    said, before = [], None
    for stop in stops:
        whole = title(stop, services, wide=wide)
        head = _titled(stop.building, "号楼", "栋")
        same = before is not None and (before.compound, before.building) == (stop.compound, stop.building)
        said.append(whole.split(head, 1)[1] if same and head and stop.unit else whole)
        before = stop
    return "、".join(said)


def gathered(some: Sequence[Stop], known: Sequence[Stop], services: Services, *, wide: bool = False) -> str:
    """Several for people, a whole building by its name alone: 5号楼、17号楼1单元、2单元."""
    said: list[Stop] = []
    for stop in some:
        building = [one for one in known if (one.compound, one.building) == (stop.compound, stop.building)]
        if len(building) > 1 and all(one in some for one in building):
            stop = replace(stop, unit="", first_floor=None, last_floor=None, place=0)
            if any(
                (one.place, one.compound, one.building) == (0, stop.compound, stop.building) for one in said
            ):
                continue
        said.append(stop)
    return titles(said, services, wide=wide)


def all_past(some: Iterable[Stop]) -> bool:
    """True when every one of these was called."""
    return all(stop.state in ("called", "done") for stop in some)


def _titled(value: str, after_digits: str, after_letters: str) -> str:
    return value and value + (after_digits if value.isdecimal() else after_letters)

"""Which branches of the tree the numbers of a target text mean: one reading, or a question back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.model.services import Groups
from bot.model.tree import Node
from handlers.notices.target_items import Numbers

LISTED = 6
"""So many choices are written out in a question."""


class Unclear(Exception):
    """Nothing or several things are meant; the message is the question back."""


@dataclass(frozen=True, slots=True)
class Where:
    """What surrounds a number: where it was said and what stands before it."""

    groups: Groups
    near: Node | None
    """The branch of the room people are talking in."""
    area: Node | None = None
    """A branch named before it: 春晓苑3号楼."""
    building: str | None = None
    """A building named before it: 17号楼1单元、3单元."""
    inside: tuple[Node, ...] = ()
    """For what is excepted: the branches it is excepted from."""

    def matching(self, building: str | None, unit: str | None = None) -> tuple[Node, ...]:
        """Every node these values may mean here, a building's own before its units."""
        if self.area is not None and self.area.level == "compound":
            found = self.groups.matching(building, unit, self.area)
        elif self.area is not None or self.inside:
            found = self.groups.matching(building, unit, None)
            areas = (self.area,) if self.area is not None else self.inside
            found = tuple(node for node in found if any(self.groups.within(node, area) for area in areas))
        else:
            found = self.groups.matching(building, unit, self.near)
        return found

    @property
    def name(self) -> str:
        """The area for people; empty for the whole tree."""
        area = self.area or (self.groups.compound(self.near) if self.near and not self.inside else None)
        return area.name if area is not None and area != self.groups.root else ""


@dataclass(frozen=True, slots=True)
class Branches:
    """What one thing said means."""

    nodes: tuple[Node, ...]
    label: str
    """For people: 春晓苑3-12栋."""
    notes: tuple[str, ...] = ()
    lacking: str = ""
    """The unit meant, when the tree knows its building only: 5号楼2单元."""


def label(node: Node, groups: Groups) -> str:
    """A branch for people, with its compound: 春晓苑17号楼3单元."""
    compound, title = groups.compound(node), groups.title(node)
    if compound is None or compound == node or title.startswith(compound.name):
        return title
    return compound.name + title


def branches(numbers: Numbers, where: Where) -> Branches:
    """The branches meant.

    Raises Unclear when there are none, or several readings.
    """
    if numbers.shape == "door":
        raise Unclear(f"「{numbers.said}」是一户的门牌。这里只写到楼或单元，比如 17号楼3单元")
    if numbers.shape == "either":
        return _either(numbers, where)
    if not numbers.values:
        raise Unclear(f"「{numbers.said}」没看懂：从小的写到大的，比如 3-12栋")
    if numbers.shape == "bare":
        value = numbers.values[0]
        raise Unclear(f"「{value}」是 {value}号楼，还是 {value}单元？")
    if numbers.shape == "buildings":
        return _buildings(numbers, where)
    return _units(numbers, numbers.building or where.building, where)


def _buildings(numbers: Numbers, where: Where) -> Branches:
    found: list[Node] = []
    gone: list[str] = []
    if numbers.ranges and len(areas := _areas(numbers, where)) > 1:
        names = "、".join(area.name for area in areas)
        raise Unclear(f"{names} 都有这些楼，「{numbers.said}」是哪个小区的？前面写上小区名")
    for value in numbers.values:
        nodes = where.matching(value)
        if not nodes and not numbers.ranges:
            raise Unclear(_no_building(value, where))
        _one_building(value, nodes, where)
        found += nodes
        gone += [] if nodes else [value]
    if not found:
        raise Unclear(f"{where.name}没有 {numbers.said}。{_there_are(where)}".strip())
    more = f"等 {len(gone)} 栋" if len(gone) > LISTED else ""
    notes = (f"{where.name}没有 {'、'.join(gone[:LISTED])}号楼{more}",) if gone else ()
    return Branches(tuple(found), _several(numbers.said, found, where.groups), notes)


def _units(numbers: Numbers, building: str | None, where: Where) -> Branches:
    if building is None and not (where.near and where.near.building and not where.area):
        raise Unclear(_whose_unit(numbers, where))
    building = building or (where.near.building if where.near else None)
    assert building is not None
    whole = where.matching(building)
    if not whole:
        raise Unclear(_no_building(building, where))
    _one_building(building, whole, where)
    found: list[Node] = []
    gone: list[str] = []
    for unit in numbers.values:
        nodes = where.matching(building, unit)
        found += [node for node in nodes if node not in found]
        gone += [] if nodes else [unit]
    title = _building_title(whole, where.groups)
    if gone and not (numbers.ranges and found):
        raise Unclear(f"{title}有 {_unit_numbers(building, where)} 单元，没有 {'、'.join(gone)}单元")
    notes = (f"{title}没有 {'、'.join(gone)}单元",) if gone else ()
    if len(found) == 1 and found[0].level == "building":
        lacking = f"{title}{'、'.join(numbers.values)}单元"
        return Branches((found[0],), lacking, notes, lacking)
    said = f"{title}{'、'.join(numbers.values)}单元"
    return Branches(tuple(found), label(found[0], where.groups) if len(found) == 1 else said, notes)


def _either(numbers: Numbers, where: Where) -> Branches:
    """17-3: a unit of a building; 3-12: buildings from to; both are possible: a question."""
    first, last = numbers.values
    pair = replace(numbers, shape="units", values=(last,), building=first)
    has_unit = bool(where.matching(first, last))
    span = _span(numbers, where)
    if span is None:
        return _units(pair, first, where)
    if has_unit:
        raise Unclear(
            f"「{numbers.said}」是 {first}号楼{last}单元，还是 {span.said}（从{first}到{last}）？请写明白"
        )
    return branches(span, where)


def _span(numbers: Numbers, where: Where) -> Numbers | None:
    """The same as a range of buildings (of units, when it says so), where more than one of them exists."""
    first, last = numbers.values
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last) < int(first) + 500):
        return None
    values = tuple(str(value) for value in range(int(first), int(last) + 1))
    if numbers.of == "unit":
        building = where.building or (where.near.building if where.near and not where.area else None)
        there = [value for value in values if building and where.matching(building, value)]
        said = f"{building}号楼{first}-{last}单元"
        return Numbers("units", values, said, building, True) if len(there) > 1 else None
    there = [value for value in values if where.matching(value)]
    return Numbers("buildings", values, f"{first}-{last}栋", ranges=True) if len(there) > 1 else None


def parity(odd: bool, said: str, where: Where) -> Branches:
    """单号楼, 双号楼 of one compound."""
    groups = where.groups
    area = where.area or (groups.compound(where.near) if where.near else None)
    nodes = groups.below(area or groups.root)
    values = dict.fromkeys(node.building for node in nodes if node.building and node.building.isdecimal())
    wanted = tuple(value for value in values if value and int(value) % 2 == odd)
    here = replace(where, area=area or groups.root)
    if not wanted:
        raise Unclear(f"{here.name}没有{said}")
    return _buildings(Numbers("buildings", wanted, said, ranges=True), here)


def _areas(numbers: Numbers, where: Where) -> list[Node]:
    """The compounds that have any of these buildings."""
    found = [where.groups.compound(node) for value in numbers.values for node in where.matching(value)]
    return list(dict.fromkeys(node for node in found if node is not None))


def _one_building(value: str, nodes: Sequence[Node], where: Where) -> None:
    """Nodes of several compounds are several buildings."""
    compounds = {where.groups.compound(node): node for node in nodes}
    if len(compounds) > 1:
        each = "、".join(_building_title((node,), where.groups) for node in list(compounds.values())[:LISTED])
        more = "等" if len(compounds) > LISTED else ""
        raise Unclear(f"{value}号楼有 {len(compounds)} 处：{each}{more}。是哪一处？前面写上小区名")


def _building_title(nodes: Sequence[Node], groups: Groups) -> str:
    node = nodes[0]
    if node.level != "unit":
        return label(node, groups)
    whole = replace(node, level="building", unit=None)
    compound = groups.compound(node)
    return (compound.name if compound else "") + groups.title(whole)


def _several(said: str, nodes: Sequence[Node], groups: Groups) -> str:
    if len(nodes) == 1:
        return label(nodes[0], groups)
    compounds = {groups.compound(node) for node in nodes}
    if len({node.building for node in nodes}) == 1:
        return _building_title(nodes, groups)
    only = compounds.pop() if len(compounds) == 1 else None
    return (only.name if only else "") + said


def _no_building(value: str, where: Where) -> str:
    title = f"{value}号楼" if value.isdecimal() else f"{value}栋"
    groups = where.groups
    elsewhere = {groups.compound(node) for node in groups.matching(value, None, None)}
    hint = "、".join(f"{node.name}{title}" for node in elsewhere if node is not None)
    if where.inside and not where.area:
        return f"要除去的 {title} 不在发的范围里" + (f"（有 {hint}）" if hint else "")
    if hint and where.name:
        return f"{where.name}没有 {title}；有 {hint}，要发给它就这样写"
    return f"{where.name}没有 {title}。{_there_are(where)}".strip()


def _there_are(where: Where) -> str:
    """The buildings there are, when they fit a line."""
    area = where.area or (where.groups.compound(where.near) if where.near else None) or where.groups.root
    values = dict.fromkeys(node.building for node in where.groups.below(area) if node.building)
    listed = "、".join(str(value) for value in list(values)[:30])
    return f"有 {listed} 号楼" if listed else ""


def _unit_numbers(building: str, where: Where) -> str:
    whole = where.matching(building)
    area = where.groups.compound(whole[0]) or where.groups.root
    units = [
        node.unit
        for node in where.groups.below(area)
        if node.level == "unit" and node.building == building and node.unit
    ]
    return "、".join(dict.fromkeys(units))


def _whose_unit(numbers: Numbers, where: Where) -> str:
    unit = numbers.values[0]
    area = where.area or (where.groups.compound(where.near) if where.near else None) or where.groups.root
    found = [node for node in where.groups.below(area) if node.level == "unit" and node.unit == unit]
    if not found:
        return f"「{numbers.said}」是哪栋楼的？"
    each = "、".join(label(node, where.groups) for node in found[:LISTED])
    return f"「{numbers.said}」是哪栋楼的？有 {each}{'等' if len(found) > LISTED else ''}"

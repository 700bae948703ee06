"""The tree of groups: where a room hangs, who is above it, and which node 17号楼3单元 means."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.model.tree import Node, Place, RoomKind

_SUFFIX = re.compile(r"(?:号楼|号院|号|栋|幢|座|楼|单元|门)+$")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE = re.compile(r"([一二三四五六七八九])?(十)([一二三四五六七八九])?|([零〇一二两三四五六七八九])")


def bare(value: str) -> str:
    """A building's or unit's value as it is compared: １７号楼, 017 and 十七栋 are all "17"; a座 is "A"."""
    text = _SUFFIX.sub("", unicodedata.normalize("NFKC", value).strip())
    if match := _CHINESE.fullmatch(text):
        tens, _, ones, single = match.groups()
        return str(_DIGITS[single] if single else (_DIGITS[tens] if tens else 1) * 10 + _DIGITS.get(ones, 0))
    return text.lstrip("0").upper() or "0"


def rooms_of(node: Node) -> tuple[tuple[RoomKind, str], ...]:
    """The rooms bound to this very node."""
    rooms: tuple[tuple[RoomKind, str | None], ...] = (
        ("residents", node.room),
        ("staff", node.staff_room),
        ("volunteer", node.volunteer_room),
        ("isolation", node.isolation_room),
        ("landlord", node.landlord_room),
        ("admin", node.admin_room),
    )
    return tuple((kind, room) for kind, room in rooms if room)


class Tree:
    """The tree, indexed. Names and rooms are unique: ``xiaoxiang check`` sees to that.

    Its nodes carry bare building and unit values, a unit below a building that building's; they are not the
    objects of ``Settings.groups``, so ask the tree for them.
    """

    def __init__(self, roots: Sequence[Node]) -> None:
        self.roots = tuple(_inherit(root, None) for root in roots)
        self._nodes: dict[str, Node] = {}
        self._parents: dict[str, Node | None] = {}
        self._paths: dict[str, tuple[Node, ...]] = {}
        self._places: dict[str, Place] = {}
        for root in self.roots:
            self._index(root, None)
        self._matching = lru_cache(maxsize=10_000)(self._work_out)
        """The tree never changes, and people ask for the same places again and again."""
        compounds = [node for node in self._nodes.values() if node.level == "compound"]
        outside = tuple(node for node in self._nodes.values() if not self.compound(node))
        self._areas = (*(tuple(_walk(compound)) for compound in compounds), outside)

    def _index(self, node: Node, parent: Node | None) -> None:
        self._nodes[node.name] = node
        self._parents[node.name] = parent
        self._paths[node.name] = (*self._paths[parent.name], node) if parent else (node,)
        for kind, room in rooms_of(node):
            self._places[room] = Place(room, node, kind)
        for child in node.children:
            self._index(child, node)

    @property
    def root(self) -> Node:
        """The community itself."""
        return self.roots[0]

    def nodes(self) -> tuple[Node, ...]:
        """Every node, each before those below it."""
        return tuple(self._nodes.values())

    def rooms(self) -> tuple[Place, ...]:
        """Every room, in the order of the tree."""
        return tuple(self._places.values())

    def place(self, room: str) -> Place | None:
        """Where a room hangs, by the group's name."""
        return self._places.get(room)

    def find(self, name: str) -> Node | None:
        """The node of this name."""
        return self._nodes.get(name)

    def parent(self, node: Node) -> Node | None:
        """The node above; None for a root."""
        return self._parents[node.name]

    def path(self, node: Node) -> tuple[Node, ...]:
        """From the root down to the node itself."""
        return self._paths[node.name]

    def within(self, node: Node, scope: Node | str) -> bool:
        """True when the node is the scope or hangs below it. An unknown scope covers nothing."""
        name = scope if isinstance(scope, str) else scope.name
        return any(above.name == name for above in self.path(node))

    def below(self, node: Node) -> tuple[Node, ...]:
        """The node and everything below it, each before those below it."""
        return tuple(_walk(node))

    def compound(self, node: Node) -> Node | None:
        """The compound the node belongs to; None above the compounds, or where that level is missing."""
        return next((above for above in reversed(self.path(node)) if above.level == "compound"), None)

    def building_of(self, name: str) -> str:
        """The name of the node, or of the nearest above it that is no unit; unknown names stay as they are."""
        node = self.find(name)
        if node is None:
            return name
        return next((above for above in reversed(self.path(node)) if above.level != "unit"), node).name

    def nearest_room(self, node: Node, kind: RoomKind) -> str | None:
        """The room of this kind on the node itself or the nearest one above."""
        for above in reversed(self.path(node)):
            for its_kind, room in rooms_of(above):
                if its_kind == kind:
                    return room
        return None

    def staff_room(self, node: Node) -> str | None:
        """Where the staff of this branch talk."""
        return self.nearest_room(node, "staff")

    def volunteer_room(self, node: Node) -> str | None:
        """Where the volunteers of this branch talk."""
        return self.nearest_room(node, "volunteer")

    def resolve(self, building: str | None, unit: str | None, near: Node | None = None) -> Node | None:
        """The one node these values mean, said in a room of ``near``; None when there is none or several."""
        found = self.matching(building, unit, near)
        return found[0] if len(found) == 1 else None

    def matching(self, building: str | None, unit: str | None, near: Node | None = None) -> tuple[Node, ...]:
        """Every node these values may mean: those of the compound around ``near``, else of the whole tree.

        A unit alone, said in a building's room, is that building's. A building without units in the tree
        stands for its units; units without a building node stand for their building.
        """
        return self._matching(building, unit, near.name if near else "")

    def _work_out(self, building: str | None, unit: str | None, near_name: str) -> tuple[Node, ...]:
        near = self._nodes.get(near_name)
        if building is None and near:
            building = near.building
        wanted = (building and bare(building), unit and bare(unit))
        compound = self.compound(near) if near else None
        if compound:
            return _match(self.below(compound), *wanted)  # never the same number in another compound
        return tuple(node for area in self._areas for node in _match(area, *wanted))

    def title(self, node: Node) -> str:
        """The node for people's eyes: 17号楼3单元, 春晓苑."""
        building = _titled(node.building, "号楼", "栋")
        unit = _titled(node.unit, "单元", "单元")
        if node.level == "building":
            return building or node.name
        return building + unit if building and unit else node.name


def _match(nodes: Sequence[Node], building: str | None, unit: str | None) -> tuple[Node, ...]:
    if not building and not unit:
        return ()
    same = [node for node in nodes if building is None or node.building == building]
    if unit:
        exact = tuple(node for node in same if node.level == "unit" and node.unit == unit)
        if exact or not building or any(node.level == "unit" for node in same):
            return exact
    whole = tuple(node for node in same if node.level == "building")
    return whole or tuple(node for node in same if node.level == "unit")


def _inherit(node: Node, building: str | None) -> Node:
    building = bare(node.building) if node.building else building
    children = tuple(_inherit(child, building) for child in node.children)
    return replace(node, building=building, unit=bare(node.unit) if node.unit else None, children=children)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _titled(value: str | None, after_digits: str, after_letters: str) -> str:
    if not value:
        return ""
    return value + (after_digits if value.isdecimal() else after_letters)

"""17号楼3单元 is not 3号楼: the tree, its inheritance, and what a place name means in a room."""

import pytest

from bot.groups import Tree, bare
from bot.model.tree import Node


def unit(compound: str, building: str, number: str) -> Node:
    """A unit that names its own building, for trees without a building level."""
    name = f"{compound}{building}号楼{number}单元"
    return Node(name, "unit", room=f"{name}群", building=building, unit=number)


@pytest.fixture
def tree() -> Tree:
    """Two compounds: one with buildings, one with units directly below it."""
    seventeen = Node(
        "17号楼",
        "building",
        building="17",
        children=(
            Node("17号楼1单元", "unit", room="17号楼1单元群", unit="1"),
            Node("17号楼3单元", "unit", room="17号楼3单元群", unit="3"),
        ),
    )
    three = Node("3号楼", "building", building="03", room="3号楼群", staff_room="3号楼工作群")
    chunxiao = Node(
        "春晓苑",
        "compound",
        room="春晓苑居民群",
        volunteer_room="春晓苑志愿者群",
        isolation_room="春晓苑居家隔离群",
        children=(three, seventeen),
    )
    hexie = Node(
        "和谐小区",
        "compound",
        room="和谐小区居民群",
        children=(
            unit("和谐", "3", "2"),
            unit("和谐", "8", "1"),
            unit("和谐", "8", "2"),
            unit("和谐", "9", "1"),
        ),
    )
    return Tree(
        [
            Node(
                "百合社区",
                "community",
                room="百合社区居民群",
                staff_room="百合社区工作群",
                landlord_room="百合社区房东群",
                children=(chunxiao, hexie),
            )
        ]
    )


@pytest.mark.parametrize(
    ("near", "building", "unit_", "expected"),
    [
        ("春晓苑", "17", "3", "17号楼3单元"),
        ("春晓苑", "3", None, "3号楼"),
        ("17号楼1单元", "3", None, "3号楼"),
        ("春晓苑", "１７号楼", "三单元", "17号楼3单元"),
        ("春晓苑", "十七", "03", "17号楼3单元"),
        ("春晓苑", "17", None, "17号楼"),
        ("春晓苑", "17", "5", None),  # there is no such unit: better nothing than a neighbour
        (
            "春晓苑",
            "3",
            "2",
            "3号楼",
        ),  # a building without units stands for them; never 和谐's 3-2
        ("和谐小区", "3", "2", "和谐3号楼2单元"),
        ("和谐小区", "9", None, "和谐9号楼1单元"),  # the only unit of a building that has no node
        ("和谐小区", "8", None, None),  # two units: ambiguous
        ("17号楼1单元", None, "3", "17号楼3单元"),  # a unit alone is one of this building
        ("17号楼1单元", None, "2", None),  # and not 和谐's 3-2
        ("3号楼", None, "3", "3号楼"),
        ("春晓苑", None, "3", "17号楼3单元"),  # unique in the compound
        ("春晓苑", "9", "1", None),  # not here, but unique in the community
        ("百合社区", "3", None, None),  # 3号楼 and 和谐's 3-2 both: ambiguous
        (None, "17", "3", "17号楼3单元"),
        (None, None, None, None),
        ("春晓苑", None, None, None),
        ("春晓苑", "99", None, None),
    ],
)
def test_a_place_means_one_node_or_none(
    tree: Tree, near: str | None, building: str | None, unit_: str | None, expected: str | None
) -> None:
    found = tree.resolve(building, unit_, near=tree.find(near) if near else None)
    assert (found and found.name) == expected


def test_an_ambiguous_building_can_be_listed(tree: Tree) -> None:
    found = tree.matching("8", None, near=tree.find("和谐小区"))
    assert [node.name for node in found] == ["和谐8号楼1单元", "和谐8号楼2单元"]


def test_a_room_hangs_at_its_node(tree: Tree) -> None:
    place = tree.place("春晓苑居家隔离群")
    assert place is not None
    assert (place.node.name, place.kind) == ("春晓苑", "isolation")
    assert tree.place("别的群") is None
    kinds = {place.room: place.kind for place in tree.rooms()}
    assert len(kinds) == 15
    assert kinds["百合社区房东群"] == "landlord"
    assert kinds["17号楼3单元群"] == "residents"


def test_a_unit_takes_its_buildings_number(tree: Tree) -> None:
    node = tree.find("17号楼3单元")
    assert node is not None
    assert (node.building, node.unit) == ("17", "3")


def test_the_nearest_staff_room_upwards_hears(tree: Tree) -> None:
    unit_node, three = tree.find("17号楼3单元"), tree.find("3号楼")
    assert unit_node is not None and three is not None
    assert tree.staff_room(unit_node) == "百合社区工作群"
    assert tree.staff_room(three) == "3号楼工作群"
    assert tree.volunteer_room(unit_node) == "春晓苑志愿者群"
    assert tree.volunteer_room(tree.root) is None


def test_a_scope_covers_what_hangs_below_it(tree: Tree) -> None:
    unit_node, other = tree.find("17号楼3单元"), tree.find("和谐小区")
    assert unit_node is not None and other is not None
    assert [node.name for node in tree.path(unit_node)] == ["百合社区", "春晓苑", "17号楼", "17号楼3单元"]
    assert tree.within(unit_node, "春晓苑") and tree.within(unit_node, tree.root)
    assert tree.within(unit_node, unit_node)
    assert not tree.within(unit_node, other)
    assert not tree.within(tree.root, unit_node)
    assert not tree.within(unit_node, "没有的")


def test_parents_compounds_and_what_is_below(tree: Tree) -> None:
    unit_node, chunxiao = tree.find("17号楼3单元"), tree.find("春晓苑")
    assert unit_node is not None and chunxiao is not None
    assert tree.parent(unit_node) is tree.find("17号楼")
    assert tree.parent(tree.root) is None
    assert tree.compound(unit_node) is chunxiao
    assert tree.compound(tree.root) is None
    assert len(tree.below(chunxiao)) == 5


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("17号楼3单元", "17号楼3单元"),
        ("17号楼", "17号楼"),
        ("3号楼", "3号楼"),
        ("和谐8号楼1单元", "8号楼1单元"),
        ("春晓苑", "春晓苑"),
        ("百合社区", "百合社区"),
    ],
)
def test_a_title_is_for_peoples_eyes(tree: Tree, name: str, title: str) -> None:
    node = tree.find(name)
    assert node is not None
    assert tree.title(node) == title


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("17", "17"),
        ("017", "17"),
        ("17号楼", "17"),
        ("１７栋", "17"),
        ("十", "10"),
        ("十二单元", "12"),
        ("二十", "20"),
        ("三十五", "35"),
        ("两", "2"),
        ("a座", "A"),
        ("B1", "B1"),
        ("0", "0"),
    ],
)
def test_values_are_compared_bare(typed: str, value: str) -> None:
    assert bare(typed) == value

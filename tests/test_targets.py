"""Which groups a target text means: exactly those, or a question back; never a guess."""

import pytest

from bot.groups import Tree
from bot.model.settings import Settings
from bot.model.tree import Node
from handlers.notices.targets import one_node, read_targets


def building(compound: str, number: str, units: int = 0, *, own: bool = True) -> Node:
    """1号楼 of a compound with units 1 to ``units``, each with a group; ``own``: the building has one, too."""
    name = f"{compound}{number}号楼"
    below = tuple(
        Node(f"{name}{unit}单元", "unit", room=f"{name}{unit}单元群", unit=str(unit))
        for unit in range(1, units + 1)
    )
    return Node(name, "building", room=f"{name}群" if own else None, building=number, children=below)


@pytest.fixture(scope="session")
def big() -> Tree:
    """Three compounds: 桃园 with buildings 1 to 20 and 91, 北区 with 1 to 5 and A座, 南里 without a group for 7号楼."""
    garden = tuple(building("桃园", str(number), 12 if number == 3 else 3) for number in range(1, 21))
    garden += (building("桃园", "91", 3, own=False),)
    north = (*(building("北区", str(number)) for number in range(1, 6)),)
    north += (Node("A座", "building", room="北区A座群", building="A"),)
    south = (Node("南里7号楼", "building", building="7"), building("南里", "30", 2))
    return Tree(
        [
            Node(
                "百合社区", "community", room="百合居民群", staff_room="百合工作群", volunteer_room="百合志愿者群",
                landlord_room="百合房东群",
                children=(
                    Node("桃园", "compound", room="桃园居民群", children=garden),
                    Node("北区", "compound", room="北区居民群", children=north),
                    Node("南里小区", "compound", room="南里居民群", children=south),
                ),
            )
        ]
    )  # fmt: skip


@pytest.fixture(scope="session")
def sample(settings: Settings) -> Tree:
    return Tree(settings.groups)


def of(compound: str, *numbers: int | str) -> list[str]:
    """The groups of buildings of the big tree: the building's own and those of its three units."""
    return [
        room
        for number in numbers
        for room in (
            *(() if number == "91" else (f"{compound}{number}号楼群",)),
            *(f"{compound}{number}号楼{unit}单元群" for unit in (1, 2, 3)),
        )
    ]


SEVENTEEN = [f"春晓苑17号楼{unit}单元群" for unit in (1, 2, 3)]
ONE = ["春晓苑1号楼群", "春晓苑1号楼1单元群", "春晓苑1号楼2单元群"]
FIVE = ["春晓苑5号楼群"]
CHUNXIAO = ["春晓苑居民群", *ONE, *FIVE, *SEVENTEEN]
HEXIE = [
    "和谐小区居民群",
    "和谐小区2号楼群",
    "和谐小区2号楼1单元群",
    "和谐小区8号楼1单元群",
    "和谐小区8号楼2单元群",
]
ALL = ["百合社区居民群", *CHUNXIAO, *HEXIE]


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("17号楼", SEVENTEEN),
        ("17#", SEVENTEEN),
        ("17栋", SEVENTEEN),
        ("17幢", SEVENTEEN),
        ("１７号楼", SEVENTEEN),
        ("17 号楼", SEVENTEEN),
        ("十七栋", SEVENTEEN),
        ("17號樓", SEVENTEEN),
        ("春晓苑17号楼", SEVENTEEN),
        ("春晓苑的17号楼", SEVENTEEN),
        ("17号楼群", SEVENTEEN),
        ("17号楼3单元", [SEVENTEEN[2]]),
        ("17-3", [SEVENTEEN[2]]),
        ("17#3", [SEVENTEEN[2]]),
        ("17栋-3单元", [SEVENTEEN[2]]),
        ("十七号楼三单元", [SEVENTEEN[2]]),
        ("17 号楼 3 单元", [SEVENTEEN[2]]),
        ("17号楼1-3单元", SEVENTEEN),
        ("17号楼1、3单元", [SEVENTEEN[0], SEVENTEEN[2]]),
        ("17号楼1单元和3单元", [SEVENTEEN[0], SEVENTEEN[2]]),
        ("17号楼 除3单元", SEVENTEEN[:2]),
        ("1号楼和5号楼", [*ONE, *FIVE]),
        ("1、5号楼", [*ONE, *FIVE]),
        ("1，5栋", [*ONE, *FIVE]),
        ("1 5号楼", [*ONE, *FIVE]),
        ("1号楼、5", [*ONE, *FIVE]),
        ("5号楼2单元", FIVE),
        ("8号楼", HEXIE[3:]),
        ("8号楼2单元", [HEXIE[4]]),
        ("和谐小区", HEXIE),
        ("和谐", HEXIE),
        ("春晓苑", CHUNXIAO),
        ("春晓苑小区", CHUNXIAO),
        ("春晓苑全体居民", CHUNXIAO),
        ("全体", ALL),
        ("大家", ALL),
        ("全社区", ALL),
        ("百合社区", ALL),
        ("所有群", ALL),
        ("各群", ALL),
        ("春晓苑居民群", ["春晓苑居民群"]),
        ("百合社区志愿者群", ["百合社区志愿者群"]),
        ("百合社区房东群、百合社区工作群", ["百合社区工作群", "百合社区房东群"]),
        ("春晓苑 除5栋", [*ONE, *SEVENTEEN]),
        ("春晓苑（除了5号楼）", [*ONE, *SEVENTEEN]),
        ("春晓苑 不含5号楼、17-3", [*ONE, *SEVENTEEN[:2]]),
        ("春晓苑5栋除外", [*ONE, *SEVENTEEN]),
        ("除17号楼以外的所有群", [*ONE, *FIVE, *HEXIE]),
        ("春晓苑 除春晓苑居民群", CHUNXIAO[1:]),
        ("春晓苑单元群", [*ONE[1:], *SEVENTEEN]),
        ("所有小区群", ["春晓苑居民群", "和谐小区居民群"]),
        ("春晓苑楼栋群", [ONE[0], *FIVE]),
        ("双号楼", HEXIE[1:]),
    ],
)
def test_a_target_text_means_exactly_these_groups(text: str, rooms: list[str], sample: Tree) -> None:
    found = read_targets(text, None, sample)
    assert (list(found.rooms), found.problem) == (rooms, "")


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("桃园3-12栋", None),
        ("桃园 17号楼", of("桃园", 17)),
        ("17号楼", of("桃园", 17)),
        ("91号楼3单元", ["桃园91号楼3单元群"]),
        ("91号楼", of("桃园", "91")),
        ("北区", ["北区居民群", *(f"北区{number}号楼群" for number in range(1, 6)), "北区A座群"]),
        ("北区三号楼", ["北区3号楼群"]),
        ("A座", ["北区A座群"]),
        ("a座", ["北区A座群"]),
        ("北区1~3#", ["北区1号楼群", "北区2号楼群", "北区3号楼群"]),
        ("北区1到3号楼", ["北区1号楼群", "北区2号楼群", "北区3号楼群"]),
        ("北区1号楼-3号楼", ["北区1号楼群", "北区2号楼群", "北区3号楼群"]),
        ("北区1、3-5号楼", ["北区1号楼群", "北区3号楼群", "北区4号楼群", "北区5号楼群"]),
        ("北区1号楼、2号楼，桃园91号楼3单元", ["桃园91号楼3单元群", "北区1号楼群", "北区2号楼群"]),
        ("北区单号楼", ["北区1号楼群", "北区3号楼群", "北区5号楼群"]),
        ("桃园 除2-20栋", of("桃园", 1, "91")),
        ("南里7号楼", ["南里居民群"]),
        ("13-20栋", of("桃园", *range(13, 21))),
        ("13-20", of("桃园", *range(13, 21))),
    ],
)
def test_a_target_text_on_a_bigger_tree(text: str, rooms: list[str] | None, big: Tree) -> None:
    found = read_targets(text, None, big)
    assert not found.problem
    if rooms is None:
        rooms = big_rooms(big, 3, 12)
    assert list(found.rooms) == rooms


def big_rooms(big: Tree, first: int, last: int) -> list[str]:
    nodes = [big.find(f"桃园{number}号楼") for number in range(first, last + 1)]
    return [below.room or "" for node in nodes if node for below in big.below(node)]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("3-12", "3号楼12单元，还是 3-12栋"),
        ("1-3", "1号楼3单元，还是 1-3栋"),
        ("北区1-3", "1号楼3单元，还是 1-3栋"),
        ("3-12栋", "都有这些楼"),
        ("2号楼", "2号楼有 2 处：桃园2号楼、北区2号楼"),
        ("1单元", "是哪栋楼的"),
        ("17号楼5单元", "桃园17号楼有 1、2、3 单元，没有 5单元"),
        ("17-9", "有 1、2、3 单元，没有 9单元"),
        ("40号楼", "没有 40号楼"),
        ("桃园A座", "桃园没有 A栋"),
        ("17-3-501", "门牌"),
        ("17号楼3单元501", "门牌"),
        ("17号楼501室", "门牌"),
        ("除8栋", "发给哪些群"),
        ("北区 除17号楼", "不在发的范围里"),
        ("全体 除2号楼", "2号楼有 2 处"),
        ("桃园、桃园3号楼", "已经包括"),
        ("单元群", "哪里的单元群"),
        ("单号楼", "都有这些楼"),
        ("本小区", "哪个小区"),
        ("3", "3号楼，还是 3单元"),
        ("12-3栋", "从小的写到大的"),
        ("桃圆", "没看懂"),
        ("北区请下楼", "没看懂"),
        ("号楼", "没看懂"),
        ("", "发给哪些群"),
    ],
)
def test_what_is_not_clear_is_asked(text: str, asked: str, big: Tree) -> None:
    found = read_targets(text, None, big)
    assert asked in found.problem
    assert found.rooms == ()


def test_said_in_a_compound_its_own_building_is_meant(big: Tree) -> None:
    north, garden = big.find("北区"), big.find("桃园")
    assert read_targets("2号楼", north, big).rooms == ("北区2号楼群",)
    assert list(read_targets("2号楼", garden, big).rooms) == of("桃园", 2)
    assert read_targets("1-3栋", north, big).scope == "北区1-3栋"
    assert "有 桃园17号楼" in read_targets("17号楼", north, big).problem
    assert read_targets("3单元", big.find("桃园91号楼"), big).rooms == ("桃园91号楼3单元群",)
    assert read_targets("本小区", north, big) == read_targets("北区", None, big)


def test_a_group_in_which_the_excepted_read_along_is_left_out_and_that_is_said(big: Tree) -> None:
    found = read_targets("桃园 除91号楼3单元", None, big)
    assert "桃园居民群" not in found.rooms
    assert "桃园91号楼2单元群" in found.rooms
    assert found.notes == ("桃园居民群不发：桃园91号楼3单元的住户也在里面",)
    assert found.scope == "桃园（除91号楼3单元）"


def test_whom_no_group_reaches_is_said(big: Tree) -> None:
    found = read_targets("南里小区 除30号楼1单元", None, big)
    assert found.rooms == ("南里30号楼2单元群",)
    assert "南里小区7号楼没有自己的群，这次收不到" in found.notes
    assert read_targets("南里7号楼", None, big).notes == (
        "南里小区7号楼没有自己的群，发到南里居民群，别的住户也会看到",
    )


def test_gaps_of_a_range_are_said(sample: Tree) -> None:
    found = read_targets("春晓苑1-6栋", None, sample)
    assert found.notes == ("春晓苑没有 2、3、4、6号楼",)
    assert list(found.rooms) == [*ONE, *FIVE]


def test_the_branch_is_the_nearest_above_all_groups(big: Tree) -> None:
    def node(text: str) -> str:
        found = read_targets(text, None, big)
        assert found.node is not None
        return found.node.name

    assert node("17号楼") == "桃园17号楼"
    assert node("91号楼") == "桃园91号楼"
    assert node("桃园1、3号楼") == "桃园"
    assert node("桃园1号楼、北区1号楼") == "百合社区"
    assert node("南里7号楼") == "南里小区"  # its residents are reached in the compound's group


@pytest.mark.parametrize(
    ("text", "name"), [("17-3", "桃园17号楼3单元"), ("91号楼", "桃园91号楼"), ("北区5号楼", "北区5号楼")]
)
def test_one_place_is_one_branch(text: str, name: str, big: Tree) -> None:
    found = one_node(text, None, big)
    assert found.node is not None and found.node.name == name


@pytest.mark.parametrize(
    "text", ["1、3号楼", "北区5号楼2单元", "全体", "桃园 除8栋", "2号楼", "百合", "40-2"]
)
def test_one_place_or_a_question(text: str, big: Tree) -> None:
    found = one_node(text, None, big)
    assert (found.node is None) == bool(found.problem)
    assert found.node is None or text == "百合"

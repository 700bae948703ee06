"""爱心联系卡: whom to ring for what, from the nearest branch that has somebody, in the chat and on paper."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.cards import posters
from bot.groups import Tree
from bot.model.contacts import Contact, Contacts
from bot.model.settings import Settings
from bot.settings import Data
from bot.tables import read_table, write_posters
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, Chat

DUTY = Contact("社区值班室", "0371-55501234")
HOUSE = Contacts(
    (DUTY,),
    (Contact("物业", "0371-55501240", "春晓苑", ("水电", "门禁")), Contact("只能说的", "0371-55501299")),
    (
        Contact("网格员小安", "13800001111", "春晓苑", ("买药", "就医用车")),
        Contact("楼长老周", "13800002222", "17号楼3单元", ("买药",)),
        Contact("社区医生", "0371-55501200", None, ("看病", "买药")),
    ),
)


def card(tree: Tree, name: str) -> list[tuple[str, tuple[str, ...]]]:
    node = tree.find(name)
    assert node is not None
    return [(one.name, one.helps) for one in HOUSE.card_for(tree.path(node))]


def test_each_errand_goes_to_the_nearest_who_does_it(settings: Settings) -> None:
    tree = Tree(settings.groups)
    assert card(tree, "17号楼3单元") == [
        ("楼长老周", ("买药",)), ("网格员小安", ("就医用车",)), ("物业", ("水电", "门禁")), ("社区医生", ("看病",)),
        ("社区值班室", ("别的事",)),
    ]  # fmt: skip
    assert card(tree, "17号楼2单元") == card(tree, "春晓苑")
    assert card(tree, "春晓苑")[0] == ("网格员小安", ("买药", "就医用车"))
    assert card(tree, "和谐小区") == [("社区医生", ("看病", "买药")), ("社区值班室", ("别的事",))]


def test_a_number_on_a_card_may_be_shown_and_no_other() -> None:
    assert {"13800001111", "13800002222", "037155501200", "55501200"} <= HOUSE.phones
    assert "13800003333" not in HOUSE.phones


def test_a_resident_reads_the_card_of_their_own_unit_with_its_numbers(chat: Chat) -> None:
    (said,) = chat.say("王女士", "/联系卡", UNIT_ROOM)
    assert said.startswith(f"{UNIT_ROOM}: @王女士 【爱心联系卡】春晓苑17号楼3单元\n")
    assert "买药、就医用车：网格员小安 0371-55501241" in said
    assert "120" in said.splitlines()[-1]
    assert len(said.splitlines()) <= 9


@pytest.mark.parametrize("words", ["有事找谁", "联系卡", "小巷 网格员电话是多少"])
def test_a_resident_needs_no_command(chat: Chat, words: str) -> None:
    (said,) = chat.say("王女士", words, UNIT_ROOM)
    assert "【爱心联系卡】春晓苑17号楼3单元" in said


@pytest.mark.parametrize(
    "words", ["停水了找谁", "我在找联系卡上的小安呢，刚打通了", "有事找你", "找谁都没用"]
)
def test_other_words_get_no_card(chat: Chat, words: str) -> None:
    assert not [line for line in chat.say("王女士", words, UNIT_ROOM) if "爱心联系卡" in line]


def test_in_private_it_is_the_card_of_the_household(chat: Chat) -> None:
    assert "【爱心联系卡】百合社区" in chat.say("王女士", "联系卡", room="", room_id="")[0]
    chat.say("王女士", "/我是 春晓苑17-3-501 王芳", room="", room_id="")
    chat.clock.advance(seconds=15)
    assert "【爱心联系卡】春晓苑17号楼3单元" in chat.say("王女士", "联系卡", room="", room_id="")[0]


def test_any_branch_can_be_named_and_none_is_guessed(chat: Chat) -> None:
    assert "【爱心联系卡】和谐小区" in chat.say("刘书记", "/联系卡 和谐小区", STAFF_ROOM)[0]
    assert "没找到「99号楼」" in chat.say("刘书记", "/联系卡 99号楼", STAFF_ROOM)[0]


def test_the_staff_see_who_stands_where(open_chat: Callable[..., Chat], data: Data) -> None:
    chat = open_chat(told=replace(data, contacts=HOUSE))
    (said,) = chat.say("刘书记", "/联系卡 全部", STAFF_ROOM)
    places = [said.index(f"{place}\n") for place in ("百合社区", "春晓苑", "17号楼3单元")]
    assert places == sorted(places)
    assert "各处登记的" not in chat.say("王女士", "/联系卡 全部", COMPOUND_ROOM)[0]


def test_on_paper_there_is_a_card_for_each_unit_and_two_to_a_page(settings: Settings, tmp_path: Path) -> None:
    tree = Tree(settings.groups)
    made = posters(HOUSE, tree)
    assert [one.place for one in made][:3] == ["春晓苑1号楼1单元", "春晓苑1号楼2单元", "春晓苑5号楼"]
    assert len(made) == len([node for node in tree.nodes() if not node.children])
    path = tmp_path / "联系卡.xlsx"
    write_posters(path, made)
    sheet = load_workbook(path).active
    rows = sheet.max_row // len(made)
    assert [sheet.cell(1 + rows * n, 1).value for n in range(len(made))] == [one.place for one in made]
    assert [stop.id for stop in sheet.row_breaks.brk] == list(range(2 * rows, sheet.max_row, 2 * rows))
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert (sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True)
    assert min(cell.font.size for row in sheet.iter_rows() for cell in row if cell.value) >= 18
    assert sheet.cell(rows, 1).border.bottom.style == "dashed"  # where it is cut
    assert 600 < 2 * sum(sheet.row_dimensions[n].height for n in range(1, rows + 1)) < 780  # a page of A4


def test_a_long_card_has_a_page_of_its_own(settings: Settings, tmp_path: Path) -> None:
    many = tuple(Contact(f"人{n}", f"1380000{n:04}", None, (f"事{n}",)) for n in range(12))
    path = tmp_path / "联系卡.xlsx"
    made = posters(replace(HOUSE, cards=many, public=()), Tree(settings.groups))
    write_posters(path, made)
    sheet = load_workbook(path).active
    assert len(sheet.row_breaks.brk) == len(made) - 1


def test_a_number_on_paper_stays_a_text(settings: Settings, tmp_path: Path) -> None:
    for name in ("联系卡.xlsx", "联系卡.csv"):
        write_posters(tmp_path / name, posters(HOUSE, Tree(settings.groups)))
    cells = [cell for row in load_workbook(tmp_path / "联系卡.xlsx").active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    headers, rows = read_table(tmp_path / "联系卡.csv")
    assert headers == ("哪里", "什么事", "找谁", "电话")
    assert rows[0].cells == ("春晓苑1号楼1单元", "买药、就医用车", "网格员小安", "13800001111")

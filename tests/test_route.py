"""The order of a walk, and /路线."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import field_tables
from bot.groups import Tree
from bot.model.walk import floor_of, walk_order
from tests.conftest import STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

ISOLATION_ROOM = "春晓苑居家隔离群"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("room", "floor"),
    [
        ("501", 5), ("1203", 12), ("101", 1), ("3302", 33), ("12003", 12), ("A501", 5), ("B101", -1), ("B2", -2),
        ("负101", -1), ("5", 0), ("东户", 0), ("", 0),
    ],
)  # fmt: skip
def test_a_floor_is_read_from_the_door(room: str, floor: int) -> None:
    assert floor_of(room) == floor


def test_doors_are_passed_building_by_building_from_the_bottom_to_the_top() -> None:
    walk = [
        ("2", "", "101"), ("2", "1", "302"), ("2", "1", "1101"), ("2", "10", "101"), ("10", "2", "B101"),
        ("10", "2", "201"), ("10", "2", "901"), ("10", "2", "1001"), ("13", "1", "101"), ("13A", "1", "101"),
        ("A", "1", "101"), ("B", "1", "101"),
    ]  # fmt: skip
    mixed = [*walk[1::2], *walk[::2]]
    assert sorted(mixed, key=lambda door: walk_order(*door)) == walk


def pleas(chat: Chat) -> None:
    """Five errands in two compounds, and one household isolating."""
    chat.say("网格员小安", "/隔离 17-3-501 王女士 7天", STAFF_ROOM)
    chat.say("孙大姐", "1202 家里没米了，帮忙买10斤大米 13800001111", UNIT_ROOM)
    chat.say("王姐", "17-3-501 退烧药没了，帮忙买一盒", ISOLATION_ROOM)
    chat.say("老周", "我家402，快递能不能帮拿一下", "和谐小区2号楼1单元群")
    chat.say("陈奶奶", "302室 帮忙买点菜，土豆五斤", "春晓苑1号楼2单元群")
    chat.say("老吴", "我家601水管爆了，找人来修", UNIT_ROOM)


def stops(lines: list[str]) -> list[str]:
    return [
        line.split(" ", 1)[1].split("：")[0] for line in "\n".join(lines).split("\n") if line[:1].isdigit()
    ]


def test_errands_are_listed_in_the_order_of_a_walk_and_repairs_are_none(chat: Chat) -> None:
    pleas(chat)
    assert stops(chat.say("刘书记", "/路线", STAFF_ROOM)) == [
        "春晓苑1号楼2单元302室 A004 买菜买米",
        "春晓苑17号楼3单元501室 A002 买药送药",
        "春晓苑17号楼3单元1202室 A001 买菜买米",
        "和谐小区2号楼1单元402室 A003 代取快递外卖",
    ]


def test_a_stop_says_what_whom_to_ring_and_where_to_leave_it(chat: Chat) -> None:
    pleas(chat)
    shown = "\n".join(chat.say("刘书记", "/路线 17号楼", STAFF_ROOM))
    assert "1202室 A001 买菜买米：米、大米10斤，孙大姐，电话 13800001111\n" in f"{shown}\n"
    assert "501室 A002 买药送药：退烧药，王姐，隔离·放门口" in shown and "402室" not in shown


def test_ones_own_errands_come_alone_as_soon_as_there_are_any(chat: Chat) -> None:
    pleas(chat)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert stops(chat.say("网格员小安", "/路线", STAFF_ROOM)) == ["春晓苑17号楼3单元1202室 A001 买菜买米"]
    assert stops(chat.say("刘书记", "/路线 @小安", STAFF_ROOM)) == ["春晓苑17号楼3单元1202室 A001 买菜买米"]


def test_a_volunteer_sees_what_is_in_reach_and_not_the_rest(chat: Chat) -> None:
    pleas(chat)
    assert stops(chat.say("志愿者小冀", "/路线", "")) == ["和谐小区2号楼1单元402室 A003 代取快递外卖"]
    assert "不在您负责的范围" in "".join(chat.say("志愿者小冀", "/路线 @网格员小安", ""))


def test_a_round_for_rubbish_passes_those_who_isolate_though_they_asked_for_nothing(chat: Chat) -> None:
    chat.say("网格员小安", "/隔离 17-3-501 王女士 7天", STAFF_ROOM)
    chat.say("小赵", "1102 门口垃圾没人收，堆了两天了", "春晓苑17号楼1单元群")
    shown = chat.say("刘书记", "/路线 垃圾", STAFF_ROOM)
    assert stops(shown) == [
        "春晓苑17号楼1单元1102室 A001 垃圾",
        "春晓苑17号楼3单元501室 王女士，隔离·门口垃圾",
    ]


def test_doors_and_phones_stay_out_of_a_residents_group(chat: Chat) -> None:
    pleas(chat)
    shown = "\n".join(chat.say("刘书记", "/路线", UNIT_ROOM))
    assert shown and not any(word in shown for word in ("501", "1202", "13800001111", "隔离"))
    assert chat.say("王女士", "/路线", UNIT_ROOM) == []


def test_an_unknown_building_and_an_unknown_name_are_said_to_be_so(chat: Chat) -> None:
    pleas(chat)
    assert "没找到「99号楼」" in chat.say("刘书记", "/路线 99号楼", STAFF_ROOM)[0]
    assert "不认识「老汪」" in chat.say("刘书记", "/路线 老汪", STAFF_ROOM)[0]


def test_nothing_to_carry_is_said_so(chat: Chat) -> None:
    assert "没有要上门的事" in chat.say("志愿者小冀", "/路线", VOLUNTEER_ROOM)[0]


def test_the_printed_route_is_in_the_same_order_with_a_box_to_tick(chat: Chat) -> None:
    pleas(chat)
    tree = Tree(chat.app.settings.groups)
    headers, rows = field_tables.route(chat.app.ledger, SHANGHAI, tree, chat.clock.now())
    at = {name: headers.index(name) for name in headers}
    assert [row[at["编号"]] for row in rows] == ["A004", "A002", "A001", "A003"]
    assert [row[at["层"]] for row in rows] == [3, 5, 12, 4]
    assert rows[1][at["提醒"]] == "隔离·放门口" and headers[-1] == "送到打勾" and rows[0][-1] == ""
    assert all(len(row) == len(headers) for row in rows)


def test_isolations_are_exported_with_those_that_are_over(chat: Chat) -> None:
    for door, days in (("17-3-501", 7), ("1-2-302", 1), ("5-101", 3)):
        chat.say("网格员小安", f"/隔离 {door} 王女士 {days}天", STAFF_ROOM)
    chat.clock.advance(days=1)
    chat.say("网格员小安", "/隔离 解除 5-101", STAFF_ROOM)
    tree, later = Tree(chat.app.settings.groups), chat.clock.now() + timedelta(minutes=1)
    headers, rows = field_tables.isolation(chat.app.ledger, SHANGHAI, tree, later)
    state, days = headers.index("状态"), headers.index("天数")
    assert [(row[1], row[state], row[days]) for row in rows] == [
        ("5", "已解除", 2),
        ("1", "已解除", 1),
        ("17", "隔离中", 7),
    ]


def test_the_roster_is_exported_day_by_day(chat: Chat) -> None:
    chat.say("刘书记", "/值班 设 今天 夜班 小安 刘书记", STAFF_ROOM)
    chat.say("刘书记", "/值班 设 明天 春晓苑 小安", STAFF_ROOM)
    _, rows = field_tables.duty(chat.app.ledger, SHANGHAI, Tree(chat.app.settings.groups), chat.clock.now())
    assert rows == [
        ["2022-11-17", "全天", "春晓苑", "网格员小安", ""],
        ["2022-11-16", "夜班", "百合社区", "网格员小安", "带班"],
        ["2022-11-16", "夜班", "百合社区", "刘书记", ""],
    ]

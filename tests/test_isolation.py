"""Households isolating at home: listed, asked for their temperature, named to nobody but the staff."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.ledger.audit import Audit
from bot.model.household import Household
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, Chat

ISOLATION_ROOM = "春晓苑居家隔离群"


def staff(chat: Chat, text: str, sender: str = "网格员小安") -> str:
    """What the staff group's bot answers to one message."""
    return "\n".join(chat.say(sender, text, STAFF_ROOM))


def pass_time(chat: Chat, **span: float) -> list[str]:
    """Let time pass, minute by minute, and hear what the clock says."""
    until = chat.clock.now() + timedelta(**span)
    while chat.clock.now() < until:
        chat.clock.advance(minutes=min(5, max(1, (until - chat.clock.now()).total_seconds() / 60)))
        chat.app.tick(chat.clock.now())
    return chat.hear()


def in_room(lines: list[str], room: str) -> str:
    return "\n".join(line for line in lines if line.startswith(room))


@pytest.mark.parametrize(
    ("text", "place", "when", "count"),
    [
        ("/隔离 17-3-501 王女士 7天 3人", "春晓苑17号楼3单元501室 王女士", "到11月22日 周二", 7),
        ("/隔离 17号楼3单元501 王女士 7天 3人", "春晓苑17号楼3单元501室 王女士", "到11月22日 周二", 7),
        ("/隔离 春晓苑17-3-501 王女士 隔离七天", "春晓苑17号楼3单元501室 王女士", "到11月22日 周二", 7),
        ("/居家隔离 5-101 赵先生 到11-30 一家三口", "春晓苑5号楼101室 赵先生", "到11月30日 周三", 15),
        ("/隔离 1-2-302 李大爷 从明天 3天", "春晓苑1号楼2单元302室 李大爷", "到11月19日 周六", 3),
        ("/隔离 登记 1-2-302 李大爷 11-17到11-19", "春晓苑1号楼2单元302室 李大爷", "到11月19日 周六", 3),
        (
            "/隔离 17-3-502孙女士居家隔离7天，3人，13812345678",
            "春晓苑17号楼3单元502室 孙女士 居家",
            "周二",
            7,
        ),
        ("/隔离 八号楼二单元三零一 王女士 十四天", "和谐小区8号楼2单元301室 王女士", "到11月29日 周二", 14),
        ("/隔离 和谐小区2-1-402 周女士 2天", "和谐小区2号楼1单元402室 周女士", "到明天（11月17日 周四）", 2),
    ],
)
def test_a_household_is_listed_as_people_type_it(
    chat: Chat, text: str, place: str, when: str, count: int
) -> None:
    answer = staff(chat, text, "刘书记")
    assert place in answer and when in answer and f"共 {count} 天" in answer


def test_the_list_says_which_day_it_is_and_who_reported(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天 3人")
    staff(chat, "/隔离 1-2-302 李大爷 3天 独居")
    chat.say("王姐", "501 36度5", ISOLATION_ROOM)
    assert staff(chat, "/隔离").split("\n")[1:] == [
        "春晓苑1号楼2单元302室 李大爷 第 1 天/共 3 天 没报 独居",
        "春晓苑17号楼3单元501室 王女士 3人 第 1 天/共 7 天 已报 36.5",
    ]


def test_a_number_of_days_is_asked_for(chat: Chat) -> None:
    assert "这样写：/隔离 17-3-502" in staff(chat, "/隔离 17-3-502 孙女士")
    assert "没有居家隔离的住户" in staff(chat, "/隔离")


def test_doors_are_not_spoken_of_among_residents(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天 3人")
    for room in (UNIT_ROOM, COMPOUND_ROOM):
        said = "\n".join(chat.say("网格员小安", "/隔离", room))
        assert "501" not in said and "王女士" not in said and "隔离" not in said
    assert chat.say("赵大妈", "/隔离 17-3-502 王女士 7天", UNIT_ROOM) == []


def test_a_worker_lists_nobody_of_another_compound(chat: Chat) -> None:
    assert "不在您负责的范围" in chat.say("网格员小安", "/隔离 和谐小区2-1-402 周女士 2天", "")[0]


def test_a_building_that_is_nowhere_in_the_tree_is_asked_back(chat: Chat) -> None:
    assert "哪个小区" in staff(chat, "/隔离 99-1-402 周女士 2天", "刘书记")


def test_with_a_list_of_households_only_its_doors_can_isolate(chat: Chat) -> None:
    chat.app.roster.import_households([Household("春晓苑", "17", "3", "501", "王芳", 4)])
    assert "住户名单里没有" in staff(chat, "/隔离 17-3-502 王女士 7天")
    assert "春晓苑17号楼3单元501室 王芳" in staff(chat, "/隔离 17-3-501 7天")
    assert "王芳 4人" in staff(chat, "/隔离")
    assert "共 2 天" in staff(chat, "/隔离 和谐小区2-1-402 周女士 2天", "刘书记")


def test_it_can_be_ended_and_prolonged(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天 3人")
    assert "到12月2日 周五，共 17 天" in staff(chat, "/隔离 改 17-3-501 到12-02")
    assert "共 10 天" in staff(chat, "/隔离 改 17-3-501 10天")
    assert "共 13 天" in staff(chat, "/隔离 17-3-501 延长三天")
    assert "解除居家隔离了" in staff(chat, "/隔离 解除 17-3-501")
    assert "没有在居家隔离" in staff(chat, "/隔离 解除  17-3-501")
    entries = Audit(chat.app.ledger).entries(chat.clock.now() - timedelta(hours=1), 10)
    assert sum(entry.action == "isolation" for entry in entries) == 5


def test_listing_a_household_again_replaces_what_was_said_before(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天 3人")
    staff(chat, "/隔离 17-3-501 王女士 10天 2人")
    assert "居家隔离 1 户" in (shown := staff(chat, "/隔离")) and "2人 第 1 天/共 10 天" in shown


def test_it_ends_by_itself_and_the_staff_hear_it_the_evening_before_midnight_once(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 2天")
    staff(chat, "/隔离 17-3-502 孙女士 3天")
    assert "今晚到期" not in "\n".join(pass_time(chat, hours=33))  # 17:00 on the last day
    ending = [line for line in pass_time(chat, hours=6) if "今晚到期" in line]
    assert len(ending) == 1 and "501室 王女士" in ending[0] and "502" not in ending[0]
    assert "居家隔离 2 户" in staff(chat, "/隔离")
    pass_time(chat, hours=2)  # past midnight
    assert "居家隔离 1 户" in (shown := staff(chat, "/隔离")) and "502室 孙女士" in shown


def test_the_isolation_group_is_asked_twice_a_day(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天 3人")
    asked = [
        line for line in pass_time(chat, hours=24) if line.startswith(ISOLATION_ROOM) and "报一下体温" in line
    ]
    assert len(asked) == 2


def test_nobody_is_asked_when_nobody_isolates(chat: Chat) -> None:
    assert not [line for line in pass_time(chat, hours=12) if "体温" in line]


def test_the_group_hears_a_number_and_the_staff_hear_the_doors_once(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    staff(chat, "/隔离 17-3-502 孙女士 7天")
    staff(chat, "/隔离 5-101 赵先生 7天")
    pass_time(chat, minutes=35)
    chat.say("王姐", "17-3-501 体温36.5", ISOLATION_ROOM)
    lines = pass_time(chat, hours=3)
    group, told = in_room(lines, ISOLATION_ROOM), in_room(lines, STAFF_ROOM)
    assert group.count("还有 2 户没报体温") == 1 and "502" not in group and "赵先生" not in group
    assert told.count("【没报体温】2 户") == 1
    assert "5号楼101室 赵先生" in told and "502室 孙女士" in told and "501" not in told
    assert not [line for line in lines if line.startswith((UNIT_ROOM, COMPOUND_ROOM))]


def test_nothing_is_said_when_all_have_reported(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    chat.say("王姐", "501 36度5", ISOLATION_ROOM)
    assert not [line for line in pass_time(chat, hours=3) if "没报" in line]


def test_whoever_named_the_door_once_need_not_name_it_again(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    chat.say("王姐", "501 36度5", ISOLATION_ROOM)
    pass_time(chat, hours=9, minutes=40)
    chat.say("王姐", "36.4", ISOLATION_ROOM)
    assert "已报 36.4" in staff(chat, "/隔离")


def test_whoever_is_bound_to_the_household_need_not_name_it_at_all(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    chat.say("王姐", "/我是 春晓苑17-3-501 王芳", UNIT_ROOM)
    chat.say("王姐", "36度4", ISOLATION_ROOM)
    assert "已报 36.4" in staff(chat, "/隔离")


def test_a_report_that_may_be_two_doors_is_neither_ones(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    staff(chat, "/隔离 17-2-501 孙女士 7天")
    chat.say("王姐", "501 36度5", ISOLATION_ROOM)
    assert "0 户报了体温" in staff(chat, "/隔离")


def test_a_fever_reaches_the_staff_at_once_with_the_door(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    lines = chat.say("王姐", "17-3-501 体温37.6", ISOLATION_ROOM)
    assert "17号楼3单元501室" in in_room(lines, STAFF_ROOM)
    assert "37.6" not in in_room(lines, ISOLATION_ROOM)


def test_without_an_isolation_group_friends_are_asked_in_private_and_the_rest_go_to_the_staff(
    chat: Chat,
) -> None:
    staff(chat, "/隔离 和谐小区2-1-402 周女士 3天", "刘书记")
    staff(chat, "/隔离 和谐小区2-1-403 钱女士 3天", "刘书记")
    chat.say("周女士", "/我是 和谐小区2-1-402 周女士", "")
    lines = pass_time(chat, minutes=40)
    assert [line for line in lines if line.startswith("私聊") and "报一下体温" in line]
    told = in_room(lines, STAFF_ROOM)
    assert "打电话问体温" in told and "403室 钱女士" in told and "402" not in told
    assert not [line for line in lines if line.startswith("和谐小区")]


def test_a_restart_neither_repeats_nor_forgets_a_prompt(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    first = open_chat(tmp_path / "a.db")
    staff(first, "/隔离 17-3-501 王女士 7天")
    assert in_room(pass_time(first, minutes=40), ISOLATION_ROOM).count("报一下体温") == 1
    at = first.clock.now()
    close(first.app)
    second = open_chat(tmp_path / "a.db", at=at)
    lines = pass_time(second, hours=2)
    assert "报一下体温" not in in_room(lines, ISOLATION_ROOM)
    assert in_room(lines, STAFF_ROOM).count("【没报体温】1 户") == 1


def close(app: App) -> None:
    app.ledger.close()


def test_a_plea_from_an_isolating_door_says_to_leave_things_there(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 7天")
    chat.say("王姐", "17-3-501 布洛芬没了，帮忙买一盒", ISOLATION_ROOM)
    assert "501室 A001 买药送药：布洛芬，王姐，隔离·放门口" in staff(chat, "/路线")


def test_the_rubbish_is_listed_in_the_order_of_a_walk(chat: Chat) -> None:
    for door in ("17-3-1201", "17-3-501", "5-101", "1-2-302"):
        staff(chat, f"/隔离 {door} 某女士 7天")
    lines = staff(chat, "/隔离 垃圾").split("\n")[1:]
    assert [line.split("春晓苑")[1].split("室")[0] for line in lines] == [
        "1号楼2单元302", "5号楼101", "17号楼3单元501", "17号楼3单元1201",
    ]  # fmt: skip


def test_a_household_listed_again_from_a_later_day_isolates_until_then(chat: Chat) -> None:
    """The new span begins where the old one is left: nobody is forgotten in between."""
    staff(chat, "/隔离 17-3-501 王女士 7天 3人")
    staff(chat, "/隔离 17-3-501 从11-20 7天")
    listed = staff(chat, "/隔离")
    assert "居家隔离 1 户" in listed and "王女士 3人 第 1 天" in listed
    chat.clock.advance(days=6)
    assert "王女士 3人 第 3 天/共 7 天" in staff(chat, "/隔离")
    staff(chat, "/隔离 17-3-501 从明天 2天")
    staff(chat, "/隔离 17-3-501 2天")
    chat.clock.advance(minutes=1)
    assert staff(chat, "/隔离").count("501室") == 1


def test_ending_ends_what_was_to_come_too(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 3天")
    staff(chat, "/隔离 17-3-501 从11-25 3天")
    staff(chat, "/隔离 解除 17-3-501")
    assert "501" not in staff(chat, "/隔离")


def test_why_they_isolate_is_not_their_name(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-601 密接 吴女士 7天 电话13812345678 每天送菜")
    assert "601室 吴女士 第 1 天/共 7 天 没报 每天送菜" in staff(chat, "/隔离")


def test_a_list_of_temperatures_is_everybodys_report(chat: Chat) -> None:
    for room, name in (("501", "王女士"), ("502", "孙女士"), ("503", "钱先生"), ("601", "吴")):
        staff(chat, f"/隔离 17-3-{room} {name} 3天")
    chat.say("王女士", "#接龙\n体温\n1. 501 36.5\n2. 502 36.7", ISOLATION_ROOM)
    chat.say("钱先生", "503 36.6，601 36.8", ISOLATION_ROOM)
    listed = staff(chat, "/隔离")
    assert "4 户报了体温" in listed and "502室 孙女士 第 1 天/共 3 天 已报 36.7" in listed


def test_the_highest_of_a_familys_temperatures_counts(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-601 吴 7天")
    said = chat.say("吴", "601 36.9 36.3 37.8", ISOLATION_ROOM)
    assert "【发热 37.8℃】春晓苑17号楼3单元601室" in in_room(said, STAFF_ROOM)


def test_an_untitled_list_among_those_who_isolate_is_of_temperatures(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-601 吴 7天")
    said = chat.say("吴", "1. 501 36.5\n2. 502 36.7\n3. 601 38.1", ISOLATION_ROOM)
    assert "【发热 38.1℃】" in in_room(said, STAFF_ROOM)


def test_whoever_reported_for_a_neighbour_still_speaks_for_themselves(chat: Chat) -> None:
    staff(chat, "/隔离 17-3-501 王女士 3天")
    staff(chat, "/隔离 17-3-502 孙女士 3天")
    chat.say("孙女士", "502 体温36.4", ISOLATION_ROOM)
    chat.say("孙女士", "帮501报 体温36.6", ISOLATION_ROOM)
    chat.clock.advance(days=1)
    chat.say("孙女士", "体温36.2", ISOLATION_ROOM)
    listed = staff(chat, "/隔离")
    assert "502室 孙女士 第 2 天/共 3 天 已报 36.2" in listed
    assert "501室 王女士 第 2 天/共 3 天 没报" in listed

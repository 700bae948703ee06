"""/工单: lists by view, place and page; overdue by the clocks; nothing shown to whom it is not for."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import parse
from bot.model.audit import Actor
from bot.model.handling import Command
from bot.model.lists import Sought
from bot.model.people import Person
from handlers.table import COMMANDS
from handlers.tickets.clocks import standing
from handlers.tickets.views import Asked, read
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

BUILDING_5 = "春晓苑5号楼群"
HARMONY = "和谐小区2号楼1单元群"


def tell(chat: Chat, sender: str, text: str) -> list[str]:
    return chat.say(sender, text, "", room_id="")


def numbers(line: str) -> list[str]:
    return re.findall(r"^(A\d{3})", line, re.MULTILINE)


def three(chat: Chat) -> None:
    """A001 of 春晓苑17号楼3单元 (old), A002 of 春晓苑5号楼 (urgent), A003 of 和谐小区."""
    chat.say("王女士", "家里降压药没有了，帮忙买两盒，17-3-501")
    chat.clock.advance(minutes=5)
    chat.say("孙师傅", "断药了，救急啊，透析的药今晚就没了", BUILDING_5)
    chat.clock.advance(minutes=5)
    chat.say("周大姐", "没米了，能送点米吗，2-1-302", HARMONY)


def test_urgent_ones_come_first_then_the_overdue_then_the_oldest(chat: Chat) -> None:
    three(chat)
    (line,) = chat.say("刘书记", "/工单", STAFF_ROOM)
    assert "未办结 3 张" in line and numbers(line) == ["A002", "A001", "A003"]
    assert "A002 急 " in line
    chat.clock.advance(minutes=25)  # medicine waits 20 minutes at most, rice 30
    chat.say("赵姐", "没有盐了，帮忙带一包", UNIT_ROOM)
    (line,) = chat.say("刘书记", "/工单", STAFF_ROOM)
    late = [row for row in line.split("\n") if row.endswith("超时")]
    assert numbers("\n".join(late)) == ["A002", "A001"] and numbers(line)[:2] == ["A002", "A001"]


def test_a_line_fits_a_phone_and_says_door_owner_and_age(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了，帮忙买两盒，17-3-501")
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.clock.advance(hours=2)
    (line,) = chat.say("刘书记", "/工单 我的", STAFF_ROOM)
    assert "您手上没有" in line
    (line,) = tell(chat, "网格员小安", "/工单 我的")
    assert line.split("\n")[1] == "A001 买药送药·春晓苑17-3-501 已接单 网格员小安 2小时"


def test_what_is_overdue_is_what_the_clocks_say(chat: Chat) -> None:
    three(chat)
    for minutes in (5, 10, 10, 30, 200):
        chat.clock.advance(minutes=minutes)
        (line,) = chat.say("刘书记", "/工单 超时", STAFF_ROOM)
        book, services = chat.app.tickets, chat.app.timekeeper._services
        late = {
            ticket.number
            for ticket in book.open_tickets(100)
            if standing(ticket, book.history(ticket), services.desk, services.zone, chat.clock.now()).overdue
        }
        assert set(numbers(line)) == late, minutes
    assert late


def test_taking_it_stops_the_first_clock(chat: Chat) -> None:
    three(chat)
    chat.clock.advance(minutes=60)
    (line,) = chat.say("刘书记", "/工单 超时", STAFF_ROOM)
    assert "A003" in line
    chat.say("志愿者小冀", "接单 3", VOLUNTEER_ROOM)
    chat.clock.advance(minutes=1)
    (line,) = chat.say("刘书记", "/工单 超时", STAFF_ROOM)
    assert "A003" not in line and "A001" in line


def test_views(chat: Chat) -> None:
    three(chat)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    (line,) = chat.say("刘书记", "/工单 待接", STAFF_ROOM)
    assert numbers(line) == ["A002", "A003"]
    (line,) = chat.say("刘书记", "/工单 负荷", STAFF_ROOM)
    assert "网格员小安 1 张" in line and "没人接 2 张" in line
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    (line,) = chat.say("刘书记", "/工单 今天", STAFF_ROOM)
    assert "今天办结 1 张" in line and numbers(line) == ["A001"]
    chat.clock.advance(days=1)
    (line,) = chat.say("刘书记", "/工单 今天", STAFF_ROOM)
    assert "今天还没有办结的工单" in line


def test_one_that_was_closed_and_came_back_is_not_done_today(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了，帮忙买两盒，17-3-501")
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.say("王女士", "没收到啊")
    (line,) = chat.say("刘书记", "/工单 今天", STAFF_ROOM)
    assert "今天还没有" in line


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("17号楼", ["A001"]),
        ("17号楼3单元", ["A001"]),
        ("17-3", ["A001"]),
        ("17号楼1单元", []),
        ("5号楼", ["A002"]),
        ("春晓苑", ["A002", "A001"]),
        ("春晓苑17号楼", ["A001"]),
        ("和谐小区", ["A003"]),
        ("超时 和谐小区", []),
        ("待接 春晓苑", ["A002", "A001"]),
        ("春晓苑 待接", ["A002", "A001"]),
        ("超时 待接", []),
        ("我的 春晓苑", []),
        ("百合社区", ["A002", "A001", "A003"]),
    ],
)
def test_by_place(chat: Chat, words: str, found: list[str]) -> None:
    three(chat)
    (line,) = chat.say("刘书记", f"/工单 {words}", STAFF_ROOM)
    assert numbers(line) == found


def test_what_a_colleague_has_in_hand(chat: Chat) -> None:
    three(chat)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    (line,) = chat.say("刘书记", "/工单 @小安", STAFF_ROOM)
    assert line.split("\n")[0].endswith("小安 手上 1 张：") and numbers(line) == ["A001"]
    (line,) = chat.say("刘书记", "/工单 超时 @小安", STAFF_ROOM)
    assert "小安 手上没有超时的工单" in line
    (line,) = chat.say("刘书记", "/工单 @小丁", STAFF_ROOM)
    assert "小丁" in line and "A00" not in line
    (line,) = tell(chat, "志愿者小冀", "/工单 @小安")
    assert "A001" not in line


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/工单", Asked("open", False, 1, "", "")),
        ("/工单 2页", Asked("open", False, 2, "", "")),
        ("/工单 更多", Asked("open", False, 2, "", "")),
        ("/工单 第3页 超时", Asked("open", True, 3, "", "")),
        ("/工单 17号楼的 待接", Asked("untaken", False, 1, "", "17号楼")),
        ("/工单 我的 超时", Asked("mine", True, 1, "", "")),
        ("/工单 @小安 春晓苑", Asked("open", False, 1, "小安", "春晓苑")),
        ("/工单 0页", Asked("open", False, 1, "", "")),
    ],
)
def test_words_behind_the_command_come_in_any_order(text: str, asked: Asked) -> None:
    command = parse(text, COMMANDS)
    assert isinstance(command, Command) and read(command) == asked


def test_a_place_nobody_knows_is_said_so(chat: Chat) -> None:
    (line,) = chat.say("刘书记", "/工单 火星", STAFF_ROOM)
    assert "不知道「火星」是哪里" in line and "/工单 17号楼" in line


def test_pages_show_every_ticket_once(chat: Chat) -> None:
    for n in range(23):
        chat.clock.advance(seconds=1)
        chat.app.receive([chat.message(f"居民{n}", "家里降压药没有了，帮忙买两盒")])
    chat.hear()
    pages = [chat.say("刘书记", f"/工单 {page}", STAFF_ROOM)[0] for page in ("", "更多", "3页")]
    seen = [number for page in pages for number in numbers(page)]
    assert len(seen) == len(set(seen)) == 23
    assert "第 1/3 页" in pages[0] and "/工单 2页" in pages[0] and "往下看" not in pages[2]
    (line,) = chat.say("刘书记", "/工单 9页", STAFF_ROOM)
    assert "一共 3 页" in line


def test_a_volunteer_sees_their_compound_and_what_is_in_their_hands(chat: Chat) -> None:
    three(chat)
    (line,) = tell(chat, "志愿者小冀", "/工单")
    assert numbers(line) == ["A003"]
    (line,) = tell(chat, "志愿者小冀", "/工单 春晓苑")
    assert numbers(line) == []
    tell(chat, "志愿者小冀", "你好")
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    chat.clock.advance(minutes=1)
    (line,) = tell(chat, "志愿者小冀", "/工单")
    assert numbers(line) == ["A001", "A003"]
    (line,) = tell(chat, "志愿者小冀", "/工单 我的")
    assert numbers(line) == ["A001"]


def test_a_residents_group_reads_no_list_and_no_door(chat: Chat) -> None:
    three(chat)
    for words in ("", "超时", "负荷", "17号楼", "今天", "待接"):
        said = "".join(chat.say("刘书记", f"/工单 {words}", COMPOUND_ROOM))
        assert "A00" not in said and "501" not in said, words
    (line,) = chat.say("王女士", "/工单")
    assert "A001" in line and "501" not in line and "A002" not in line


def test_residents_get_their_own_whatever_they_write_behind_it(chat: Chat) -> None:
    three(chat)
    (line,) = tell(chat, "王女士", "/工单 负荷")
    assert numbers(line) == ["A001"]


def test_one_ticket_is_shown_whole(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了，帮忙买两盒，17-3-501，电话13812345678")
    chat.clock.advance(hours=1)
    (line,) = chat.say("刘书记", "/工单 1", STAFF_ROOM)
    assert "超时" in line.split("\n")[0] and "电话 13812345678" in line and "已下单" in line


def test_judged_lateness_survives_a_restart(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    first = open_chat(tmp_path / "x.db")
    three(first)
    first.clock.advance(hours=1)
    (before,) = first.say("刘书记", "/工单 超时", STAFF_ROOM)
    again = open_chat(tmp_path / "x.db", at=first.clock.now() + timedelta(minutes=1))
    (after,) = again.say("刘书记", "/工单 超时", STAFF_ROOM, id="again")
    assert numbers(before) == numbers(after) != []


def test_five_thousand_are_counted_without_being_read(chat: Chat) -> None:
    """The list asks the ledger for ten rows, not for five thousand."""
    chat.say("王女士", "家里降压药没有了，帮忙买两盒，17-3-501")
    ticket = chat.app.tickets.open_tickets(1)[0]
    lists = chat.app.timekeeper._services.lists
    by = Actor(chat.clock.now(), "wxid_worker", "网格员小安")
    with chat.app.ledger.transaction():
        chat.app.tickets.move(ticket, "taken", by, owner=Person("wxid_worker", "网格员小安"))
    at = chat.clock.now()
    assert lists.count(Sought(which="held", holder_id="wxid_worker"), at) == 1
    assert lists.count(Sought(frozenset({"和谐小区"})), at) == 0
    assert lists.count(Sought(frozenset({"和谐小区"}), "wxid_worker"), at) == 1
    assert len(lists.page(Sought(), at, 0)) == 0


def test_whoever_waits_sees_no_note_of_the_staff_and_no_words_of_others(chat: Chat) -> None:
    chat.say("路人", "17-3-501 降压药没了", COMPOUND_ROOM)
    chat.say("王女士", "17-3-501 家里降压药没有了，电话13812345678，孩子有癫痫")
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "备注 1 内部：这户去年投诉过", STAFF_ROOM)
    for waiting in ("路人", "王女士"):
        (line,) = tell(chat, waiting, "/工单 1")
        assert "A001" in line and "已接单" in line
        for hidden in ("13812345678", "癫痫", "501", "投诉", "小安：", "王女士"):
            assert hidden not in line
    (line,) = chat.say("刘书记", "/工单 1", STAFF_ROOM)
    assert "13812345678" in line and "投诉" in line


def test_who_asked_alone_reads_their_own_words_without_the_staffs_notes(chat: Chat) -> None:
    chat.say("王女士", "17-3-501 家里降压药没有了，电话13812345678")
    chat.say("刘书记", "派单 1 @网格员小安 这户难缠", STAFF_ROOM)
    (line,) = tell(chat, "王女士", "/工单 1")
    assert "家里降压药没有了" in line and "已派单" in line and "难缠" not in line


def test_a_merged_ticket_says_where_it_went(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了")
    chat.say("李姐", "家里降压药没了")
    chat.say("网格员小安", "合并 1 2", STAFF_ROOM)
    (line,) = tell(chat, "李姐", "/工单 2")
    assert "并入 A001" in line

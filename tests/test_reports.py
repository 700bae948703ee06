"""/交班 and its card by the clock; /日报 counts what the ledger holds; the tables for export say the same."""

import asyncio
import contextlib
import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import exports
from bot.channels.replay import Said
from bot.model.message import Message
from bot.model.settings import Settings
from bot.settings import Data
from bot.tables import write_table
from bot.transcripts import Player
from handlers.duty.reports import day_said
from tests.conftest import COMPOUND_ROOM, MORNING, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2022, 11, 16, 20, 0, tzinfo=SHANGHAI)
PLEA = "家里降压药没有了，帮忙买两盒，17-3-501"
HARMONY = "和谐小区2号楼1单元群"


def tell(chat: Chat, sender: str, text: str) -> list[str]:
    return chat.say(sender, text, "", room_id="")


def until(chat: Chat, at: datetime) -> list[str]:
    """Let time pass to that moment; the cards of handing over that are posted on the way."""
    said: list[str] = []
    while chat.clock.now() < at:
        chat.clock.at = min(at, chat.clock.now() + timedelta(minutes=5))
        chat.app.tick(chat.clock.now())
        said += chat.hear()
    return [line for line in said if "【交班】" in line]


def test_the_card_is_posted_at_every_change_of_shifts_once(chat: Chat) -> None:
    chat.clock.advance(minutes=10)
    chat.say("王女士", PLEA)
    (card,) = until(chat, EVENING + timedelta(hours=1))
    assert card.startswith(f"{STAFF_ROOM}: 【交班】11月16日白班：新开 1 张，办结 0 张，还有 1 张没办结。")
    assert "没人接 1 张，超时 1 张：\nA001 买药送药·春晓苑17-3-501 已下单 11小时 超时" in card
    (night,) = until(chat, EVENING + timedelta(hours=13))
    assert "【交班】11月16日夜班：没有新工单，还有 1 张没办结" in night


def test_every_staff_group_gets_the_card_of_its_own_branch(settings: Settings, data: Data) -> None:
    (root,) = settings.groups
    spring, harmony = root.children
    harmony = replace(harmony, staff_room="和谐小区工作群")
    two = replace(settings, groups=(replace(root, children=(spring, harmony)),))
    said: list[Said] = []
    start = EVENING - timedelta(hours=1)
    with contextlib.closing(Player(two, data, None, said.append, start)) as player:
        for n, (room, text) in enumerate([(UNIT_ROOM, PLEA), (HARMONY, "没米了，能送点米吗，2-1-302")]):
            at = start + timedelta(minutes=40 + n)
            asyncio.run(player.say(Message(f"m{n}", at, room, room, f"p{n}", f"居民{n}", text)))
        asyncio.run(player.send_until(EVENING + timedelta(minutes=5)))
    cards = {one.out.room: one.out.text for one in said if "【交班】" in one.out.text}
    assert set(cards) == {STAFF_ROOM, "和谐小区工作群"}
    assert "新开 2 张" in cards[STAFF_ROOM] and "新开 1 张" in cards["和谐小区工作群"]
    assert "A001" not in cards["和谐小区工作群"] and "A002" in cards["和谐小区工作群"]


def test_a_restart_neither_repeats_nor_forgets_the_card(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    file = tmp_path / "x.db"
    chat = open_chat(file, at=MORNING - timedelta(hours=1))
    assert len(until(chat, EVENING - timedelta(hours=1))) == 1
    late = open_chat(file, at=EVENING + timedelta(minutes=90))
    (card,) = until(late, EVENING + timedelta(minutes=100))
    assert "11月16日白班" in card
    again = open_chat(file, at=EVENING + timedelta(minutes=101))
    assert until(again, EVENING + timedelta(minutes=110)) == []


def test_a_card_more_than_two_hours_late_is_not_posted(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    file = tmp_path / "x.db"
    open_chat(file)
    late = open_chat(file, at=EVENING + timedelta(hours=2, minutes=5))
    assert until(late, EVENING + timedelta(hours=3)) == []


def test_a_shift_in_which_nothing_happened_has_a_card_of_one_line(chat: Chat) -> None:
    (card,) = until(chat, EVENING)
    assert card == f"{STAFF_ROOM}: 【交班】11月16日白班：没有新工单，没有未办结的。"


def test_the_card_names_who_holds_what_who_waits_and_who_comes_next(chat: Chat) -> None:
    chat.say("刘书记", "/值班 设 今天 夜班 @志愿者小冀 @网格员小安", STAFF_ROOM)
    chat.clock.advance(hours=11, minutes=20)
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("周大姐", "没米了，能送点米吗，2-1-302", HARMONY)
    chat.say("陈阿姨", "咱小区北门的快递柜今天还开不开门啊？", COMPOUND_ROOM)
    (card,) = until(chat, EVENING)
    assert "没人接 1 张" in card and "A002 买菜买米·和谐小区2-1-302" in card
    assert "在手上：网格员小安 1 张。" in card
    assert "没人回的问话 1 条（/未回）：\n1. 陈阿姨" in card
    assert card.endswith("接班（夜班）：志愿者小冀带班，还有网格员小安。")


def test_an_open_emergency_stands_first(chat: Chat) -> None:
    chat.clock.advance(hours=11, minutes=58)
    chat.say("王女士", PLEA)
    chat.say("李大爷", "快来人啊，我老伴晕倒了，叫不醒，1-1-202", "春晓苑1号楼1单元群")
    (card,) = until(chat, EVENING)
    assert "急症火情 1 件，还有 1 件没办结，请先看（/工单 急症）" in card.split("\n")[1]


def test_on_demand_it_is_the_present_shift_or_the_one_that_just_ended(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    (card,) = chat.say("刘书记", "/交班", STAFF_ROOM)
    assert "11月15日夜班" in card
    chat.clock.advance(hours=1)
    (card,) = chat.say("刘书记", "交班", STAFF_ROOM)
    assert "11月16日白班：新开 1 张" in card


def test_a_worker_in_private_reads_of_their_branch_alone(chat: Chat) -> None:
    chat.clock.advance(hours=1)
    chat.say("王女士", PLEA)
    chat.say("周大姐", "没米了，能送点米吗，2-1-302", HARMONY)
    (card,) = tell(chat, "网格员小安", "/交班")
    assert "A001" in card and "A002" not in card and "新开 1 张" in card
    (card,) = tell(chat, "刘书记", "/交班")
    assert "A001" in card and "A002" in card


@pytest.mark.parametrize("command", ["/交班", "/日报"])
def test_no_report_in_a_residents_group_nor_for_volunteers(chat: Chat, command: str) -> None:
    chat.say("王女士", PLEA)
    assert chat.say("刘书记", command, UNIT_ROOM) == []
    assert chat.say("志愿者小冀", command, VOLUNTEER_ROOM) == []
    (line,) = tell(chat, "志愿者小冀", command)
    assert "网格员才能用" in line


def a_day(chat: Chat) -> None:
    """Three pleas, one of them urgent; two done; three questions: one by the FAQ, one by a worker, one by nobody."""
    chat.say("王女士", PLEA)
    chat.clock.advance(minutes=6)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1 放门口了", STAFF_ROOM)
    chat.say("周大姐", "家里没奶粉了孩子饿得直哭，2-1-302", HARMONY)
    chat.clock.advance(minutes=8)
    chat.say("志愿者小冀", "接单 2", VOLUNTEER_ROOM)
    chat.say("志愿者小冀", "办结 2", VOLUNTEER_ROOM)
    chat.say("孙师傅", "5号楼2单元301 家里没米没面了，能送点不", "春晓苑5号楼群")
    chat.say("陈阿姨", "请问明天核酸几点开始", COMPOUND_ROOM)
    chat.say("赵姐", "咱小区北门的快递柜今天还开不开门啊？", COMPOUND_ROOM)
    chat.say("网格员小安", "@赵姐 开到六点", COMPOUND_ROOM)
    chat.say("和谐老张", "请问小区门口的菜鸟驿站什么时候恢复营业", "和谐小区居民群")
    chat.clock.advance(minutes=30)


def test_the_days_report_counts_what_happened(chat: Chat) -> None:
    a_day(chat)
    (line,) = chat.say("刘书记", "/日报", STAFF_ROOM)
    assert line.endswith(
        "11月16日（到 08:44），百合社区发布信息 0 条、回应咨询 2 次、解决实际困难 2 起（其中紧急 1 起）、在办 1 起、上门 2 次、"
        "首次响应中位数 7 分钟。新登记 3 起。没人回的问话 1 条。"
    )


def test_yesterdays_report_is_the_same_the_next_day_whatever_happens_then(chat: Chat) -> None:
    a_day(chat)
    chat.clock.at = MORNING + timedelta(days=1, hours=1)
    (before,) = chat.say("刘书记", "/日报 昨天", STAFF_ROOM)
    assert "解决实际困难 2 起" in before and "在办 1 起" in before
    chat.say("王女士", "没收到啊，降压药")
    chat.say("网格员小安", "办结 3", STAFF_ROOM)
    (after,) = chat.say("刘书记", "/日报 11-16", STAFF_ROOM)
    assert after == before
    (today,) = chat.say("刘书记", "/日报 今天", STAFF_ROOM)
    assert "解决实际困难 1 起、在办 1 起" in today


def test_a_closing_taken_back_and_a_merged_ticket_solved_nothing(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.say("网格员小安", "撤销 1", STAFF_ROOM)
    (line,) = chat.say("刘书记", "/日报", STAFF_ROOM)
    assert "解决实际困难 0 起、在办 1 起" in line


def test_a_worker_reports_their_own_branch(chat: Chat) -> None:
    a_day(chat)
    (line,) = tell(chat, "网格员小安", "/日报")
    assert "，春晓苑发布信息 0 条、回应咨询 2 次、解决实际困难 1 起、在办 1 起、上门 1 次" in line
    assert "没人回" not in line


def test_a_report_of_a_day_without_anything_says_so_in_noughts(chat: Chat) -> None:
    (line,) = chat.say("刘书记", "/日报 昨天", STAFF_ROOM)
    assert "11月15日，百合社区发布信息 0 条、回应咨询 0 次、解决实际困难 0 起、在办 0 起、上门 0 次。" in line


@pytest.mark.parametrize("word", ["前年", "明天", "12-40", "那天"])
def test_a_day_that_is_none_is_asked_back(chat: Chat, word: str) -> None:
    (line,) = chat.say("刘书记", f"/日报 {word}", STAFF_ROOM)
    assert f"看不懂「{word}」" in line and "/日报 昨天" in line


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("", date(2022, 11, 16)),
        ("昨天", date(2022, 11, 15)),
        ("11-14", date(2022, 11, 14)),
        ("11月14日", date(2022, 11, 14)),
        ("14号", date(2022, 11, 14)),
        ("20号", date(2022, 10, 20)),
        ("12-30", date(2021, 12, 30)),
        ("2022-11-01", date(2022, 11, 1)),
    ],
)
def test_days_lie_in_the_past(words: str, day: date) -> None:
    assert day_said(words, date(2022, 11, 16)) == day


def table(chat: Chat, what: str) -> list[dict[str, str | int]]:
    headers, rows = exports.TABLES[what][1](chat.app.ledger, SHANGHAI)
    assert all(len(row) == len(headers) for row in rows)
    return [dict(zip(headers, row, strict=True)) for row in rows]


def test_the_exported_tickets_carry_their_minutes(chat: Chat) -> None:
    a_day(chat)
    first, second, third = table(chat, "tickets")
    assert (first["几分钟有人接"], first["几分钟办结"]) == (6, 6)
    assert (second["几分钟有人接"], third["几分钟有人接"], third["几分钟办结"]) == (8, "", "")
    until(chat, MORNING + timedelta(hours=3))
    assert "接单超时" in str(table(chat, "tickets")[2]["超过时限"])


def test_the_exported_audit_has_every_row_in_order(chat: Chat) -> None:
    chat.say("刘书记", "/值班 设 今天 夜班 @网格员小安", STAFF_ROOM)
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1 放门口了", STAFF_ROOM)
    rows = table(chat, "audit")
    assert [row["谁"] for row in rows] == ["刘书记", "王女士", "网格员小安", "网格员小安"]
    assert [row["工单"] for row in rows] == ["", "A001", "A001", "A001"]
    assert [row["在哪"] for row in rows] == [STAFF_ROOM, UNIT_ROOM, STAFF_ROOM, STAFF_ROOM]
    assert (rows[3]["之前"], rows[3]["之后"], rows[3]["说明"]) == ("已接单", "已办结", "放门口了")


def test_exported_deliveries_name_place_and_state_and_no_words(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    answer, alert = sorted(table(chat, "deliveries"), key=lambda row: str(row["种类"]))
    assert (alert["发到哪"], alert["种类"], alert["状态"], alert["工单"]) == (
        STAFF_ROOM,
        "提醒",
        "已发出",
        "A001",
    )
    assert answer["发到哪"] == UNIT_ROOM
    assert "降压药" not in str([alert, answer])


def test_exported_questions_temperatures_and_journeys(chat: Chat, tmp_path: Path) -> None:
    a_day(chat)
    chat.say("王女士", "17-3-501 体温36度5")
    chat.say("钱姐", "报备一下，我明天从上海回来，住17-3-502")
    answered, open_ = table(chat, "unanswered")
    assert (answered["谁"], answered["谁回的"]) == ("赵姐", "网格员小安")
    assert (open_["谁"], open_["回的时间"]) == ("和谐老张", "没人回")
    (warm,) = table(chat, "temperatures")
    assert (warm["谁"], warm["体温"], warm["门牌"]) == ("王女士", "36.5", "501")
    (journey,) = table(chat, "travel")
    assert (journey["谁"], journey["门牌"]) == ("钱姐", "502")
    for what in exports.TABLES:
        headers, rows = exports.TABLES[what][1](chat.app.ledger, SHANGHAI)
        write_table(tmp_path / f"{what}.csv", headers, rows)
        with (tmp_path / f"{what}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.DictReader(file))) == len(rows)

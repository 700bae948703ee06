"""Who is on duty, who looks after which building, who stands in for whom."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app import build
from bot.ledger.audit import Audit
from bot.ledger.database import Ledger
from bot.ledger.duty import Duty
from bot.model.duty import OnDuty, StandIn
from bot.model.message import LoggedIn, RoomNamed
from bot.model.settings import Settings
from bot.model.tree import Node
from bot.settings import Data
from intents.engine import Engine
from tests.conftest import (
    COMPOUND_ROOM,
    STAFF_ROOM,
    UNIT_ROOM,
    VOLUNTEER_ROOM,
    Chat,
    FakeChannel,
    FakeClock,
)

PLEA = "501家里降压药没有了，帮忙买两盒"
NOON = datetime(2022, 11, 16, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def staff(chat: Chat, sender: str, text: str) -> str:
    """What the staff group's bot answers to one message."""
    return "\n".join(chat.say(sender, text, STAFF_ROOM))


def called(chat: Chat, text: str = PLEA, room: str = UNIT_ROOM) -> str:
    """Whom the alert about a new plea calls by name."""
    alert = next(line for line in chat.say("王女士", text, room) if line.startswith(STAFF_ROOM))
    return alert.removeprefix(f"{STAFF_ROOM}: ").split("【")[0].strip()


def test_without_a_roster_the_bot_says_how_to_write_one(chat: Chat) -> None:
    assert "还没排班" in staff(chat, "刘书记", "/值班") and "/值班 设" in staff(chat, "网格员小安", "/值班")


@pytest.mark.parametrize(
    ("text", "when", "who"),
    [
        ("/值班 设 今天夜班 @小安", "今天（11月16日 周三）夜班", "网格员小安"),
        ("/值班 设 明天 白班 带班@刘书记 @小安", "明天（11月17日 周四）白班", "刘书记（带班）、网格员小安"),
        ("/值班 设 明天 白班 @小安 带班 @刘书记", "明天（11月17日 周四）白班", "刘书记（带班）、网格员小安"),
        ("/值班 设 今天 夜班 小安 刘书记", "今天（11月16日 周三）夜班", "网格员小安（带班）、刘书记"),
        ("/值班 设 小安 刘书记带班", "今天（11月16日 周三）白班", "刘书记（带班）、网格员小安"),
        ("／值班设今晚 @刘书记", "今天（11月16日 周三）夜班", "刘书记"),
        ("/值班 设 11-25 全天 春晓苑 小安", "11月25日 周五全天", "网格员小安"),
        ("/排班 设 下周一 晚班 @网格员小安、@刘书记", "11月21日 周一夜班", "网格员小安（带班）、刘书记"),
        ("/值班 今天夜班 @小安", "今天（11月16日 周三）夜班", "网格员小安"),
    ],
)
def test_a_roster_is_set_as_people_type_it(chat: Chat, text: str, when: str, who: str) -> None:
    place = "春晓苑" if "春晓苑" in text else "百合社区"
    assert staff(chat, "刘书记", text).endswith(f"{when} {place}值班：{who}。")


def test_the_roster_shows_now_and_next_with_loads(chat: Chat) -> None:
    staff(chat, "刘书记", "/值班 设 小安 刘书记")
    staff(chat, "刘书记", "/值班 设 夜班 @刘书记")
    chat.say("王女士", PLEA)
    staff(chat, "网格员小安", "接单 1")
    assert staff(chat, "刘书记", "/值班").split("\n") == [
        f"{STAFF_ROOM}: @刘书记 白班 08:00-20:00 现在",
        "百合社区：网格员小安（带班，手上 1 张）、刘书记（手上 0 张）",
        "夜班 20:00-次日 08:00 今天（11月16日 周三）",
        "百合社区：刘书记（带班）",
    ]


def test_an_unknown_name_changes_nothing_and_says_what_to_do(chat: Chat) -> None:
    answer = staff(chat, "刘书记", "/值班 设 夜班 小安 老汪")
    assert "不认识「老汪」" in answer and "工作群" in answer
    assert "还没排班" in staff(chat, "刘书记", "/值班")
    chat.say("老汪", "我来了", VOLUNTEER_ROOM)
    assert "网格员小安（带班）、老汪" in staff(chat, "刘书记", "/值班  设 夜班 小安 老汪")


def test_a_name_of_two_people_is_asked_back(chat: Chat) -> None:
    chat.say("小王", "早", VOLUNTEER_ROOM, sender_id="one")
    chat.say("小王", "早上好", STAFF_ROOM, sender_id="two")
    answer = staff(chat, "刘书记", "/值班 设 夜班 小王")
    assert "不止一位" in answer


def test_a_shift_that_is_none_is_named_with_those_there_are(chat: Chat) -> None:
    assert "没有「中班」，这里的班次是：白班、夜班" in staff(chat, "刘书记", "/值班 设 中班 小安")


def test_the_small_hours_belong_to_the_night_before(chat: Chat) -> None:
    chat.clock.advance(hours=17)  # 01:00
    assert "昨天（11月16日 周三）夜班" in staff(chat, "刘书记", "/值班 设 夜班 小安")


def test_a_cleared_roster_is_empty(chat: Chat) -> None:
    staff(chat, "刘书记", "/值班 设 今天 夜班 小安")
    assert "清空" in staff(chat, "刘书记", "/值班 清 今天 夜班")
    assert "还没排班" in staff(chat, "刘书记", "/值班")


def test_a_worker_of_one_compound_sets_no_other_ones_roster(chat: Chat) -> None:
    refused = "\n".join(chat.say("网格员小安", "/值班 设 和谐小区 夜班 小安", ""))
    assert "不在您负责的范围" in refused
    assert "春晓苑值班：网格员小安" in "\n".join(chat.say("网格员小安", "/值班 设 夜班 小安", ""))


def test_a_resident_hears_nothing_about_the_roster(chat: Chat) -> None:
    assert chat.say("王女士", "/值班", COMPOUND_ROOM) == []


def test_whoever_owns_a_building_is_called_for_it(chat: Chat) -> None:
    assert "春晓苑17号楼由 网格员小安 负责" in staff(chat, "网格员小安", "/包楼 17号楼")
    assert called(chat) == "@网格员小安"


def test_buildings_are_listed_with_those_nobody_has(chat: Chat) -> None:
    staff(chat, "网格员小安", "/认领院区 17-3")
    answer = staff(chat, "刘书记", "/认领楼栋")
    assert "春晓苑17号楼3单元：网格员小安" in answer
    assert (
        "还没人认领：春晓苑1号楼、春晓苑5号楼、春晓苑17号楼1单元、春晓苑17号楼2单元、和谐小区2号楼、"
        in answer
    )


def test_a_building_known_by_its_units_alone_is_all_of_them(chat: Chat) -> None:
    answer = staff(chat, "刘书记", "/认领院区 和谐小区8号楼 @志愿者小冀")
    assert "8号楼1单元由 志愿者小冀" in answer and "8号楼2单元由 志愿者小冀" in answer


def test_a_volunteer_takes_only_what_lies_in_their_reach_and_only_for_themselves(chat: Chat) -> None:
    assert "不在您负责的范围" in chat.say("志愿者小冀", "/认领院区 17号楼", "")[0]
    assert "不在您负责的范围" in chat.say("志愿者小冀", "/认领院区 2号楼 @网格员小安", "")[0]
    assert "和谐小区2号楼由 志愿者小冀" in chat.say("志愿者小冀", "/认领院区 2号楼", "")[0]


def test_what_was_taken_on_can_be_given_back(chat: Chat) -> None:
    staff(chat, "网格员小安", "/认领院区 17号楼")
    assert "没人认领了" in staff(chat, "网格员小安", "/认领院区 取消 17号楼")
    assert called(chat) != "@网格员小安"


def test_the_claim_of_an_invitation_is_still_another_command(chat: Chat) -> None:
    assert "邀请码" in chat.say("王女士", "/认领 K7M2-9QXD", "")[0]


@pytest.fixture
def two_compounds(settings: Settings, data: Data, engine: Engine) -> Iterator[Chat]:
    """A community whose 东院 and 西院 both have a building 1; 东院 in units."""
    units = tuple(Node(f"东院1号楼{n}单元", "unit", building="1", unit=n) for n in "12")
    west = Node("西院", "compound", children=(Node("西院1号楼", "building", building="1"),))
    tree = Node(
        "大同社区",
        "community",
        staff_room=STAFF_ROOM,
        children=(Node("东院", "compound", children=units), west),
    )
    chief = replace(settings.people[0], scope="大同社区")
    clock, channel = FakeClock(), FakeChannel()
    two = replace(settings, community="大同社区", groups=(tree,), people=(chief,))
    app = build(two, data, channel, clock, random.Random(1), None, engine)
    app.receive([LoggedIn("bot", clock.now()), RoomNamed(STAFF_ROOM, STAFF_ROOM, clock.now())])
    yield Chat(app, clock, channel)
    app.ledger.close()


def test_a_number_that_two_compounds_have_is_claimed_in_neither(two_compounds: Chat) -> None:
    answer = staff(two_compounds, "刘书记", "/认领院区 1号楼")
    assert "没找到「1号楼」，或者不止一个小区有" in answer
    assert "东院1号楼1单元由 刘书记 负责" in staff(two_compounds, "刘书记", "/认领院区 东院1号楼")


def test_a_home_that_may_be_in_two_compounds_is_asked_about(two_compounds: Chat) -> None:
    (line,) = two_compounds.say("王芳", "/我是 1-501 王芳", "")
    assert "东院、西院 都有 1号楼" in line
    for words in ("/我是 西院1-501 王芳", "/我是 西院 1-501 王芳"):
        assert two_compounds.say("王芳", words, "")[-1].endswith(
            "登记好了：王芳，西院1号楼。以后求助不用再报地址。"
        )


def test_an_unknown_building_is_said_to_be_unknown(chat: Chat) -> None:
    assert "没找到「99号楼」" in staff(chat, "刘书记", "/认领院区 99号楼")


def test_a_stand_in_is_called_from_the_first_day_to_the_last_and_not_longer(chat: Chat) -> None:
    staff(chat, "网格员小安", "/认领院区 17号楼")
    answer = staff(chat, "网格员小安", "/代班 @志愿者小冀 明天")
    assert "11月17日 08:00 到 11月18日 08:00，志愿者小冀 代 网格员小安" in answer
    assert called(chat) == "@网格员小安"
    chat.clock.advance(days=1)
    assert called(chat, "502没米了，帮买10斤米") == "@志愿者小冀"
    chat.clock.advance(days=1)
    assert called(chat, "503水管漏了，找人来修") == "@网格员小安"


def test_whoever_is_back_early_is_called_again(chat: Chat) -> None:
    staff(chat, "网格员小安", "/认领院区 17号楼")
    staff(chat, "网格员小安", "/代班 志愿者小冀 到周五")
    assert called(chat) == "@志愿者小冀"
    assert "网格员小安 回来了" in staff(chat, "网格员小安", "/代班 取消")
    assert called(chat, "502没米了，帮买10斤米") == "@网格员小安"


def test_a_secretary_arranges_for_others_a_volunteer_does_not(chat: Chat) -> None:
    answer = staff(chat, "刘书记", "/请假 @志愿者小冀 到周五 替 @小安")
    assert "11月19日 08:00，志愿者小冀 代 网格员小安" in answer
    assert "不在您负责的范围" in chat.say("志愿者小冀", "/代班 @刘书记 替 @小安", "")[0]


def test_a_stand_in_who_is_a_friend_hears_it_in_private(chat: Chat) -> None:
    chat.say("志愿者小冀", "/帮助", "")
    lines = chat.say("网格员小安", "/代班 @志愿者小冀", STAFF_ROOM)
    assert any(line.startswith("私聊: 网格员小安 的工作这段时间请您代一下") for line in lines)


def test_nobody_stands_in_for_themselves_or_in_the_past(chat: Chat) -> None:
    assert "不能代自己" in staff(chat, "网格员小安", "/代班 @小安")
    assert "已经过去" in staff(chat, "网格员小安", "/代班 @志愿者小冀 11-1 到 11-3")


def test_what_was_arranged_stands_in_the_audit(chat: Chat) -> None:
    staff(chat, "刘书记", "/值班 设 夜班 小安")
    staff(chat, "网格员小安", "/包楼 17号楼")
    staff(chat, "网格员小安", "/代班 @志愿者小冀 明天")
    actions = {
        entry.action for entry in Audit(chat.app.ledger).entries(chat.clock.now() - timedelta(hours=1), 10)
    }
    assert {"duty", "owner", "delegation"} <= actions


def test_an_arrangement_that_overlaps_replaces_the_earlier_one() -> None:
    ledger = Ledger(None)
    book, day = Duty(ledger), timedelta(days=1)
    with ledger.transaction():
        book.delegate(StandIn("a", "安", "b", "冀", NOON, NOON + 5 * day))
        book.delegate(StandIn("a", "安", "c", "王", NOON + day, NOON + 2 * day))
    assert [(one.stand_in, one.ends) for one in book.stand_ins(NOON)] == [
        ("冀", (NOON + day).astimezone(UTC)),
        ("王", (NOON + 2 * day).astimezone(UTC)),
    ]
    ledger.close()


def test_the_roster_of_every_day_can_be_exported() -> None:
    ledger = Ledger(None)
    book = Duty(ledger)
    line = OnDuty(date(2022, 11, 16), "夜班", "春晓苑", "a", "小安", True)
    with ledger.transaction():
        book.set_duty(line.day, line.shift, line.node, [line])
    assert book.all_duty() == [line]
    ledger.close()


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("11-25到11-27 白班", "11月25日 周五到11月27日 周日白班"),
        ("周一到周五", "11月21日 周一到11月25日 周五全天"),
        ("周末 夜班", "11月19日 周六到11月20日 周日夜班"),
        ("12.1", "12月1日 周四全天"),
        ("明早", "明天（11月17日 周四）白班"),
        ("后天晚上", "后天（11月18日 周五）夜班"),
        ("今夜", "今天（11月16日 周三）夜班"),
        ("明天 白+夜", "明天（11月17日 周四）全天"),
        ("明天 白班、夜班", "明天（11月17日 周四）全天"),
        ("和谐小区 明天", "明天（11月17日 周四）全天"),
    ],
)
def test_days_and_shifts_as_people_write_them(chat: Chat, said: str, when: str) -> None:
    (line,) = chat.say("刘书记", f"/值班 设 {said} 小安", STAFF_ROOM)
    assert f" {when} " in line and "值班：网格员小安" in line


def test_every_day_of_a_span_is_written_down_and_cleared(chat: Chat) -> None:
    chat.say("刘书记", "/值班 设 11-25 到 11-27 夜班 @小安", STAFF_ROOM)
    assert "网格员小安" in chat.say("刘书记", "/值班 11-26", STAFF_ROOM)[0]
    chat.say("刘书记", "/值班 清 11-26 到 11-27 夜班", STAFF_ROOM)
    assert "网格员小安" in chat.say("刘书记", "/值班 11-25", STAFF_ROOM)[0]
    assert "网格员小安" not in chat.say("刘书记", "/值班 11-27", STAFF_ROOM)[0]


def test_colleagues_seen_in_a_work_group_are_found_by_the_end_of_their_name(chat: Chat) -> None:
    chat.say("志愿者小郑", "在", VOLUNTEER_ROOM)
    chat.say("网格员 老 赵", "在", STAFF_ROOM)
    assert "值班：志愿者小郑" in chat.say("刘书记", "/值班 设 明天 @小郑", STAFF_ROOM)[0]
    (line,) = chat.say("刘书记", "/值班 设 后天 @网格员 老 赵\u2005 夜班 @小郑", STAFF_ROOM)
    assert "值班：网格员 老 赵（带班）、志愿者小郑" in line


def test_a_time_of_the_day_is_no_day(chat: Chat) -> None:
    (line,) = chat.say("刘书记", "/值班 设 明天 8点到12点 小安", STAFF_ROOM)
    assert "不认识「8点到12点」" in line


def test_nobody_stands_in_who_is_away_too(chat: Chat) -> None:
    staff(chat, "网格员小安", "/代班 @志愿者小冀 明天")
    answer = staff(chat, "刘书记", "/代班 @网格员小安 明天")
    assert "网格员小安 那段时间也请了人代（志愿者小冀）" in answer
    assert "刘书记 代" not in staff(chat, "刘书记", "/代班") and "代 刘书记" not in staff(
        chat, "刘书记", "/代班"
    )

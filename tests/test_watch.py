"""What happens to tickets by the clock alone: whom the ladder tells, what goes back, what is asked the next day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model.audit import Actor
from tests.conftest import COMPOUND_ROOM, MORNING, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

SHANGHAI = ZoneInfo("Asia/Shanghai")
MARKS = ("没人接", "没办完", "放回", "次喊", "收到了吗")
PLEA = "帮忙买点菜，家里没菜了"
FIRE = "快来人，老伴突然倒地上叫不醒了"


def until(chat: Chat, minutes: float) -> list[str]:
    """Let time pass, tick by tick; what the clocks of the tickets said, with the minute it was said at."""
    said, end = [], chat.clock.now() + timedelta(minutes=minutes)
    while chat.clock.now() < end:
        following = chat.app.timekeeper.next()
        chat.clock.at = end if following is None else max(min(following, end), chat.clock.now())
        chat.app.tick(chat.clock.now())
        said += [f"{chat.clock.now().astimezone(SHANGHAI):%H:%M} {line}" for line in clocked(chat)]
    return said


def clocked(chat: Chat) -> list[str]:
    return [line for line in chat.hear() if "交班" not in line and any(mark in line for mark in MARKS)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2022-11-{text}:00+08:00")


def test_routine_sleeps_at_night_however_long(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=at("16T21:00"))
    for n in range(40):
        chat.say(f"居民{n}", PLEA)
    assert until(chat, 11 * 60) == []


def test_a_routine_plea_at_three_in_the_morning_calls_nobody_by_name(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=at("16T21:00"))
    chat.say("刘书记", "/认领院区 春晓苑 网格员小安", STAFF_ROOM)
    chat.clock.at = at("17T03:00")
    alert, _ = chat.say("王女士", PLEA)
    assert alert.startswith("百合社区工作群: 【新工单 A001】")
    alert, _ = chat.say("李姐", "断药了，救急啊，透析的药今晚就没了")
    assert alert.startswith("百合社区工作群: @网格员小安 【新工单 A002】")
    chat.clock.at = at("17T08:01")
    alert, _ = chat.say("赵姐", PLEA)
    assert alert.startswith("百合社区工作群: @网格员小安 【新工单 A003】")


def test_those_late_together_are_told_in_one_message(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=at("16T21:00"))
    for n in range(14):
        chat.say(f"居民{n}", PLEA)
    said = until(chat, 11.5 * 60 + 1)
    assert len(said) == 1
    assert "08:30 百合社区工作群: @刘书记 【没人接】14 张工单超时了" in said[0]
    assert "A010 " in said[0]
    assert "A011 " not in said[0]
    assert "还有 4 张" in said[0]


def test_each_step_of_the_ladder_is_told_once(chat: Chat) -> None:
    chat.say("刘书记", "/认领院区 春晓苑 网格员小安", STAFF_ROOM)
    chat.say("王女士", PLEA)
    said = until(chat, 300)
    assert steps_of(said) == [
        ("08:30", "@网格员小安"),
        ("08:45", "@刘书记"),
        ("09:00", "@网格员小安 @刘书记"),
    ]


def steps_of(said: list[str]) -> list[tuple[str, str]]:
    """When each was said, and whom it called."""
    return [(line[:5], line.partition(": ")[2].split(" 【")[0]) for line in said]


def test_whoever_was_told_as_owner_is_not_told_again_as_lead(chat: Chat) -> None:
    chat.say("刘书记", "/认领院区 春晓苑 网格员小安", STAFF_ROOM)
    chat.say("刘书记", "/值班 设 今天白班 网格员小安 带班", STAFF_ROOM)
    chat.say("王女士", PLEA)
    assert steps_of(until(chat, 50)) == [("08:30", "@网格员小安"), ("08:45", "@刘书记")]


def test_the_ladder_is_never_climbed_down_when_the_roster_changes(chat: Chat) -> None:
    chat.say("老马", "早", STAFF_ROOM)
    chat.say("王女士", PLEA)
    said = until(chat, 35)
    chat.say("刘书记", "/值班 设 今天白班 老马 带班", STAFF_ROOM)
    said += until(chat, 60)
    assert steps_of(said) == [("08:30", "@刘书记"), ("08:45", "@网格员小安 @刘书记")]


def test_a_taken_ticket_is_left_alone_until_its_patience_ends(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert until(chat, 119) == []
    (back,) = until(chat, 2)
    assert "【放回 A001】" in back
    assert "@网格员小安" in back
    assert "王女士" not in back
    assert ticket(chat).state == "opened"


def test_a_volunteer_hears_in_their_own_group_that_it_went_back(chat: Chat) -> None:
    chat.say("老郑", "大家好", VOLUNTEER_ROOM)
    chat.say("王女士", "17号楼3单元501，" + PLEA)
    chat.say("老郑", "接单 1", VOLUNTEER_ROOM)
    staff, own = until(chat, 121)
    assert STAFF_ROOM in staff
    assert "@老郑" not in staff
    assert f"{VOLUNTEER_ROOM}: @老郑 【放回 A001】" in own
    assert "501" not in own


def test_residents_never_read_that_a_claim_went_back(chat: Chat) -> None:
    chat.say("志愿者小冀", "大家好", VOLUNTEER_ROOM)
    chat.say("周大姐", "家里降压药没有了", "和谐小区2号楼1单元群")
    chat.say("志愿者小冀", "/接单 1", "和谐小区居民群")
    (back,) = until(chat, 61)
    assert "百合社区工作群: @志愿者小冀 【放回 A001】" in back


def test_several_claims_of_one_volunteer_go_back_in_one_message_each_place(chat: Chat) -> None:
    chat.say("老郑", "大家好", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("孙奶奶", "垃圾堆门口三天了没人收", "春晓苑5号楼群")
    chat.say("老郑", "接单 1 2", VOLUNTEER_ROOM)
    staff, own = until(chat, 121)
    assert "【放回】2 张工单" in staff
    assert f"{VOLUNTEER_ROOM}: @老郑 【放回】2 张工单" in own
    assert "A002" in own


def test_a_claim_is_kept_while_the_resident_is_asked(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    note(chat, "asked")
    assert until(chat, 60) == []
    note(chat, "answered")
    assert until(chat, 119) == []
    assert len(until(chat, 2)) == 1


def test_what_is_dispatched_and_forgotten_goes_back_too(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @网格员小安", STAFF_ROOM)
    assert ticket(chat).state == "dispatched"
    assert len(until(chat, 121)) == 1
    assert (ticket(chat).state, ticket(chat).dispatched_to) == ("opened", "")


def test_an_emergency_is_called_again_until_somebody_takes_it(chat: Chat) -> None:
    chat.say("赵大爷", FIRE)
    (again,) = until(chat, 3)
    assert "第 2 次喊" in again
    assert "@网格员小安 @刘书记" in again
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert until(chat, 12) == []


def test_nobody_comes_then_the_secretary_and_all_staff(chat: Chat) -> None:
    chat.say("赵大爷", FIRE)
    said = until(chat, 40)
    assert [line[:5] for line in said] == ["08:03", "08:06", "08:11", "08:16"]
    assert "@刘书记" in said[2]


def test_those_on_duty_are_called_in_private_too_at_three_in_the_morning(
    open_chat: Callable[..., Chat],
) -> None:
    chat = open_chat(at=at("16T02:50"))
    chat.say("网格员小安", "/状态", "", room_id="")
    alert = chat.say("赵大爷", FIRE)
    assert any(line.startswith(f"{STAFF_ROOM}: @网格员小安") for line in alert)
    assert [line.partition(" ")[2].partition(":")[0] for line in until(chat, 3)] == [STAFF_ROOM, "私聊"]


def test_after_an_outage_everything_late_is_told_once(tmp_path: Path, open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(tmp_path / "x.db")
    chat.say("赵大爷", FIRE)
    chat.say("王女士", PLEA)
    chat.app.ledger.close()
    later = open_chat(tmp_path / "x.db", at=MORNING + timedelta(hours=3))
    later.app.tick(later.clock.now())
    said = clocked(later)
    assert len([line for line in said if "A001" in line]) == 1
    assert len([line for line in said if "A002" in line]) == 1
    again = open_chat(tmp_path / "x.db", at=MORNING + timedelta(hours=3, seconds=20))
    again.app.tick(again.clock.now())
    assert clocked(again) == []


def test_two_emergencies_are_never_one_message(chat: Chat) -> None:
    fires = [("赵大爷", FIRE, UNIT_ROOM), ("孙奶奶", "5号楼着火了，快来人", "春晓苑5号楼群")]
    chat.app.receive([chat.message(*fire) for fire in fires])
    said = until(chat, 4)
    assert [("A001" in line, "A002" in line) for line in said] == [(True, False), (False, True)]


def test_an_emergency_still_untaken_at_its_limit_climbs_once_more_and_never_rests(chat: Chat) -> None:
    chat.say("赵大爷", FIRE)
    assert [line[:5] for line in until(chat, 300)[4:]] == ["09:16", "09:21", "10:21", "11:21", "12:21"]


def done(chat: Chat, sender: str = "王女士", text: str = PLEA, room: str = UNIT_ROOM) -> None:
    chat.say(sender, text, room)
    number = chat.app.tickets.all()[-1].short
    chat.say("网格员小安", f"办结 {number}", STAFF_ROOM)


def test_the_next_day_it_is_asked_once_whether_it_came(chat: Chat) -> None:
    done(chat)
    (asked,) = until(chat, 4 * 24 * 60)
    assert asked == f"09:00 {UNIT_ROOM}: @王女士 A001（买菜买米）昨天办好了，收到了吗？没收到直接说一声。"


def test_not_received_the_next_day_opens_it_again(chat: Chat) -> None:
    done(chat)
    until(chat, 26 * 60)
    chat.say("王女士", "没收到")
    assert ticket(chat).state == "opened"


def test_several_of_one_group_are_asked_in_one_message(chat: Chat) -> None:
    done(chat)
    done(chat, "孙奶奶", "垃圾堆门口三天了没人收")
    done(chat, "李哥", PLEA, COMPOUND_ROOM)
    said = until(chat, 26 * 60)
    assert len(said) == 2
    both = next(line for line in said if UNIT_ROOM in line)
    assert "@王女士 @孙奶奶" in both
    assert "A001" in both
    assert "A002" in both


def test_what_they_closed_themselves_is_not_asked_about(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("王女士", "小巷 菜收到了，谢谢")
    assert ticket(chat).state == "done"
    assert until(chat, 26 * 60) == []


def test_what_a_daughter_said_had_come_is_not_asked_about(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.clock.advance(seconds=1)
    by = Actor(chat.clock.now(), "daughter", "女儿", UNIT_ROOM)
    with chat.app.ledger.transaction():
        chat.app.tickets.follow(ticket(chat), "daughter", "女儿", UNIT_ROOM, UNIT_ROOM, by)
        chat.app.tickets.move(ticket(chat), "done", by)
    assert until(chat, 26 * 60) == []


def test_after_three_days_nobody_is_asked(tmp_path: Path, open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(tmp_path / "x.db")
    done(chat)
    chat.app.ledger.close()
    later = open_chat(tmp_path / "x.db", at=MORNING + timedelta(hours=73))
    assert until(later, 48 * 60) == []


def test_what_is_nobody_elses_business_is_not_asked_in_the_group(chat: Chat) -> None:
    done(chat, text="一个人隔离快崩溃了，晚上睡不着，想找人聊聊")
    assert ticket(chat).intent == "help.mind"
    assert until(chat, 26 * 60) == []
    chat.say("孙奶奶", "在吗", "", room_id="")
    done(chat, "孙奶奶", "一个人隔离快崩溃了，晚上睡不着，想找人聊聊")
    assert [
        line.partition(" ")[2].partition(":")[0] for line in until(chat, 26 * 60) if "收到了吗" in line
    ] == ["私聊"]


def ticket(chat: Chat):  # type: ignore[no-untyped-def]
    return chat.app.tickets.all()[0]


def note(chat: Chat, kind: str) -> None:
    chat.clock.advance(seconds=1)
    with chat.app.ledger.transaction():
        chat.app.tickets.note(ticket(chat), Actor(chat.clock.now(), "x", "某"), kind)  # type: ignore[arg-type]

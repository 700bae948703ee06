"""What a round of testing says to whom: each call to the right group, once, whatever happens in between."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.model.channel import TooFast
from bot.model.household import Household
from tests.conftest import MORNING, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

SIX = MORNING.replace(hour=6)
START = "/核酸 开始 春晓苑 第3轮 小区北门 6:00-9:00 每批10分钟"
LISTED = (("1", "1", 12), ("1", "2", 8), ("5", "", 20), ("17", "1", 20), ("17", "2", 20), ("17", "3", 20))


def homes() -> list[Household]:
    return [
        Household("春晓苑", building, unit, f"{n // 4 + 1}0{n % 4 + 1}", people=2)
        for building, unit, count in LISTED
        for n in range(count)
    ]


@pytest.fixture
def round_chat(open_chat: Callable[..., Chat]) -> Chat:
    """A round of five turns in 春晓苑, of which the first has just been called."""
    chat = open_chat(at=SIX)
    chat.app.roster.import_households(homes())
    say(chat, START)
    say(chat, "确认")
    return chat


def say(chat: Chat, text: str, sender: str = "刘书记", room: str = STAFF_ROOM) -> list[str]:
    return chat.say(sender, text, room)


def wait(chat: Chat, minutes: float) -> list[str]:
    """What the bot says by itself in this time."""
    heard, end = [], chat.clock.at + timedelta(minutes=minutes)
    while chat.clock.at < end:
        chat.clock.advance(seconds=5)
        chat.app.tick(chat.clock.at)
        heard += chat.hear()
    return heard


def called(lines: list[str]) -> list[str]:
    """Who was called down, in the groups."""
    return [line.partition("群: ")[2].partition("下楼")[0] for line in lines if "下楼做核酸" in line]


def all_calls(chat: Chat) -> dict[str, list[str]]:
    """Room -> the calls that were ever queued for it."""
    rows = chat.app.ledger.execute(
        "SELECT room, text FROM outbox WHERE kind = 'call' AND text LIKE '请%下楼做核酸%' ORDER BY id"
    )
    found: dict[str, list[str]] = {}
    for room, text in rows:
        found.setdefault(room, []).append(text)
    return found


def test_the_preview_says_how_many_where_and_until_when(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    chat.app.roster.import_households([*homes(), Household("春晓苑", "9", "1", "101")])
    (preview,) = say(chat, START)
    for part in (
        "春晓苑第3轮",
        "小区北门",
        "4 栋楼，6 个单元，101 户",
        "201 人",
        "分 6 批",
        "1号楼 → 5号楼 → 9号楼 → 17号楼",
    ):
        assert part in preview
    assert "大约 06:5" in preview
    assert "没有自己的群，叫号发在「春晓苑居民群」：9号楼1单元" in preview
    assert called(wait(chat, 30)) == []  # nothing before 确认


def test_what_is_missing_is_asked_and_put_together(chat: Chat) -> None:
    assert "还差：采样地点、几点到几点" in say(chat, "/核酸 开始 春晓苑")[0]
    assert say(chat, "好的马上来") == []  # talk in the group is no answer
    assert "还差：几点到几点" in say(chat, "小区北门")[0]
    assert "回「确认」" in say(chat, "9:00-10:00")[0]


def test_a_command_begins_anew_and_never_adds_its_buildings_to_an_unfinished_one(chat: Chat) -> None:
    assert "还差：采样地点" in say(chat, "/核酸 开始 17号楼")[0]
    (preview,) = say(chat, "/核酸 开始 春晓苑 第8轮 南门 9:00-10:00")
    assert "春晓苑第8轮" in preview.splitlines()[0]
    assert "17号楼" not in preview.splitlines()[0]
    assert "还差：采样地点" in say(chat, "/核酸 开始 17号楼 第9轮")[0]
    (preview,) = say(chat, "5号楼 南门 9:00-10:00")  # another building, without a slash
    assert "5号楼" in preview
    assert "17号楼" not in preview


@pytest.mark.parametrize(
    "text", ["17-1-201 外出，202隔离", "17-1-201 202测了", "下一个", "叫5号楼", "17-1完成", "17-1 全测完"]
)
def test_an_unfinished_round_does_not_eat_what_is_said_at_the_site(text: str, chat: Chat) -> None:
    say(chat, "/核酸 开始 17号楼")
    assert not any("还差" in line or "确认" in line for line in say(chat, text))
    (preview,) = say(chat, "南门 9:00-10:00")
    assert preview.splitlines()[0].count("17号楼") == 1


@pytest.mark.parametrize("text", ["对的", "对", "是的", "可以", "好的"])
def test_a_yes_in_other_words_is_told_the_word(text: str, chat: Chat) -> None:
    say(chat, "/核酸 开始 17号楼 南门 9:00-10:00")
    assert "回「确认」" in say(chat, text)[0]


def test_each_unit_is_called_in_its_own_group_and_the_next_is_warned(round_chat: Chat) -> None:
    lines = wait(round_chat, 60)
    assert called(lines) == ["请5号楼", "请17号楼1单元", "请17号楼2单元", "请17号楼3单元"]
    assert "春晓苑17号楼3单元群: 请17号楼3单元下楼做核酸，地点：小区北门。带好身份证，保持一米距离。" in lines
    assert "春晓苑17号楼3单元群: 17号楼3单元请准备，前面还有 1 个单元，大约 10 分钟后叫到。" in lines
    calls = all_calls(round_chat)
    assert len(calls) == 6
    assert all(len(texts) == 1 for texts in calls.values())


def test_a_group_the_bot_has_never_seen_is_named(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX, rooms=[STAFF_ROOM, "春晓苑居民群", "春晓苑17号楼1单元群"])
    gap = "还没见过「春晓苑17号楼2单元群」"
    assert gap in say(chat, "/核酸 开始 17号楼 北门 6:00-9:00")[0]
    assert gap not in say(chat, "确认")[0]
    assert sum(gap in line for line in wait(chat, 11)) == 1
    assert called(wait(chat, 10)) == []  # its call waits, and holds nobody else up
    rows = chat.app.ledger.execute("SELECT count(*) FROM outbox WHERE text LIKE '请17号楼3单元下楼%'")
    assert rows.fetchone() == (1,)


def test_two_people_say_next_and_nobody_is_skipped(round_chat: Chat) -> None:
    wait(round_chat, 1)
    first = say(round_chat, "下一个", "网格员小安")
    assert (
        first[0] == f"{STAFF_ROOM}: @网格员小安 已叫 5号楼（20户），下一个 17号楼1单元\n1号楼 叫完了（20 户）"
    )
    assert called(first) == ["请5号楼"]
    assert say(round_chat, "下一栋", room=VOLUNTEER_ROOM) == [
        f"{VOLUNTEER_ROOM}: @刘书记 刚叫过 5号楼，没有再叫。"
    ]
    wait(round_chat, 0.5)
    assert called(say(round_chat, "下一个")) == ["请17号楼1单元"]


def test_a_pause_of_an_hour_loses_no_place(round_chat: Chat) -> None:
    wait(round_chat, 4)
    assert "还有 4 个没叫" in say(round_chat, "先停一下")[0]
    assert called(wait(round_chat, 60)) == []
    assert "暂停着" in say(round_chat, "下一个")[0]
    say(round_chat, "继续")
    assert called(wait(round_chat, 5.5)) == []
    assert called(wait(round_chat, 1)) == ["请5号楼"]


def test_calls_that_wait_behind_a_throttled_account_stay_in_a_pause(round_chat: Chat) -> None:
    round_chat.channel.failures = [TooFast()] * 20
    wait(round_chat, 1)
    say(round_chat, "下一个")  # nothing leaves: WeChat says 操作过于频繁
    say(round_chat, "暂停")
    round_chat.channel.failures.clear()
    later = wait(round_chat, 30)
    assert any("暂停" in line for line in later)
    assert called(later) == []
    assert called(say(round_chat, "继续")) == ["请5号楼"]
    assert called(wait(round_chat, 9)) == []  # they are only coming down now
    assert called(wait(round_chat, 2)) == ["请17号楼1单元"]


def test_nobody_is_called_while_the_last_call_has_not_left(round_chat: Chat) -> None:
    round_chat.channel.failures = [TooFast()] * 500
    assert called(wait(round_chat, 25)) == []
    round_chat.channel.failures.clear()
    assert called(wait(round_chat, 16)) == ["请5号楼"]


def test_by_name_now_and_the_rest_in_order(round_chat: Chat) -> None:
    wait(round_chat, 1)
    lines = say(round_chat, "叫17-3")
    assert called(lines) == ["请17号楼3单元"]
    assert lines[0].startswith(f"{STAFF_ROOM}: @刘书记 已叫 17号楼3单元（20户），下一个 5号楼")
    assert called(say(round_chat, "叫17号楼")) == ["请17号楼1单元"]
    assert called(wait(round_chat, 10.5)) == ["请17号楼2单元"]  # the rest of that building comes first
    assert called(wait(round_chat, 40)) == ["请5号楼"]


def test_17_3_is_not_3_and_an_unknown_unit_is_asked_about(round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert "没有「3号楼」" in say(round_chat, "叫3号楼")[0]
    assert "没有「91号楼3单元」" in say(round_chat, "叫 91号楼3单元")[0]
    assert called(wait(round_chat, 2)) == []


def test_done_calls_the_next_and_never_drops_who_was_not_called(round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert "还没叫过" in say(round_chat, "17-2完成")[0]
    assert called(say(round_chat, "1-1好了")) == []  # 1-2 is still there
    assert called(say(round_chat, "1-2完成")) == ["请5号楼"]
    assert called(wait(round_chat, 60)) == ["请17号楼1单元", "请17号楼2单元", "请17号楼3单元"]


def test_skipped_ones_come_last(round_chat: Chat) -> None:
    wait(round_chat, 1)
    lines = say(round_chat, "跳过5号楼")
    assert "排到最后；下一个 17号楼1单元" in lines[0]
    assert "春晓苑5号楼群: 请5号楼先不要下楼，叫到再下来。" in lines  # they had been told to get ready
    assert called(wait(round_chat, 60))[-1] == "请5号楼"


def test_a_sealed_building_is_never_called_again_unless_by_name(round_chat: Chat) -> None:
    wait(round_chat, 1)
    asked = say(round_chat, "5号楼封了", "网格员小安")
    assert asked == ["百合社区工作群: @网格员小安 5号楼 还叫不叫？不叫请说：不叫5号楼"]
    lines = say(round_chat, "5号楼有阳性，封了，先别叫", "网格员小安")
    assert "5号楼 这一轮不叫了" in lines[0]
    assert any("5号楼群: 5号楼先不下楼做核酸，请在家等社区通知。" in line for line in lines)
    assert "5号楼" not in "".join(called(wait(round_chat, 120)))
    assert "上门都采过了，请说：5号楼 全测完" in say(round_chat, "5号楼都做完了")[0]
    assert "这一轮不叫的：5号楼" in say(round_chat, "/核酸")[0]
    say(round_chat, "/核酸 改时间 到10:00")
    assert "5号楼" in "".join(called(say(round_chat, "叫5号楼") + wait(round_chat, 1)))


def test_skipped_is_not_dropped_but_what_is_under_way_goes_home(round_chat: Chat) -> None:
    wait(round_chat, 1)
    lines = say(round_chat, "/核酸 不叫 1号楼")
    assert [line for line in lines if "1号楼1单元先不下楼" in line]
    assert not [line for line in called(wait(round_chat, 120)) if "1号楼1单元" in line]


def test_rain_before_the_time_holds_the_beginning(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX - timedelta(minutes=40))
    chat.app.roster.import_households(homes())
    say(chat, START)
    say(chat, "确认")
    assert "先不开始" in say(chat, "雨太大了，先停一下", "网格员小安")[0]
    assert not called(wait(chat, 60))
    assert "继续" in say(chat, "可以叫了", "网格员小安")[0]
    assert called(wait(chat, 1))[0] == "请1号楼1单元"


def test_a_pause_before_the_time_that_is_taken_back_begins_at_the_time(
    open_chat: Callable[..., Chat],
) -> None:
    chat = open_chat(at=SIX - timedelta(minutes=40))
    chat.app.roster.import_households(homes())
    say(chat, START)
    say(chat, "确认")
    say(chat, "暂停")
    assert "06:00 自动开始" in say(chat, "继续")[0]
    assert not called(wait(chat, 39))
    assert called(wait(chat, 2))[0] == "请1号楼1单元"


def test_a_pause_when_all_were_called(round_chat: Chat) -> None:
    wait(round_chat, 41)
    assert "都叫过一遍了，请还没下楼的先在家等" in say(round_chat, "暂停")[0]
    assert "继续，都叫过一遍了" in say(round_chat, "继续")[0]
    wait(round_chat, 1)
    say(round_chat, "下一个")
    assert "暂停" not in say(round_chat, "停一下")[0], "nobody is left who could wait"


def test_done_tells_when_calls_run_ahead_of_the_line(round_chat: Chat) -> None:
    wait(round_chat, 45)
    assert "队伍太长就说「暂停」" in say(round_chat, "1-1完成")[0]


def test_called_by_mistake(round_chat: Chat) -> None:
    wait(round_chat, 1)
    say(round_chat, "叫17-3")
    lines = say(round_chat, "叫错了")
    assert "春晓苑17号楼3单元群: 请17号楼3单元先不要下楼，叫到再下来。" in lines
    later = wait(round_chat, 60)
    assert "请17号楼3单元" not in "".join(called(later)), "it does not call itself again"
    assert any("还没叫：17号楼3单元（撤回的）。要叫请说：叫17-3" in line for line in later)
    assert "还没叫：17号楼3单元（撤回的）" in say(round_chat, "下一个")[0]
    assert called([*say(round_chat, "叫17-3"), *wait(round_chat, 1)]) == ["请17号楼3单元现在"]


def test_by_mistake_means_the_latest_call_alone(round_chat: Chat) -> None:
    wait(round_chat, 1)
    say(round_chat, "叫17-1和17-2")
    say(round_chat, "叫17-3")
    assert "现在：1号楼1单元、2单元、17号楼1单元、2单元、3单元" in say(round_chat, "/核酸")[0]
    back = [line for line in say(round_chat, "叫错了") if "先不要下楼" in line]
    assert back == ["春晓苑17号楼3单元群: 请17号楼3单元先不要下楼，叫到再下来。"]


def test_a_call_taken_back_before_it_left_is_never_heard(round_chat: Chat) -> None:
    wait(round_chat, 1)
    round_chat.channel.failures = [TooFast()]
    say(round_chat, "叫17-3")
    say(round_chat, "/核酸 撤回 17-3")
    later = wait(round_chat, 5)
    assert not [line for line in later if line.startswith("春晓苑17号楼3单元群")]


def test_a_restart_calls_nobody_twice_and_leaves_nobody_out(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    file = tmp_path / "ledger.db"
    first = open_chat(file, at=SIX)
    first.app.roster.import_households(homes())
    say(first, START)
    say(first, "确认")
    wait(first, 11)
    first.app.tick(first.clock.at + timedelta(minutes=10))  # queued, and then the power fails
    second = open_chat(file, at=first.clock.at + timedelta(minutes=11))
    lines = second.hear() + wait(second, 60)
    assert called(lines) == ["请17号楼1单元", "请17号楼2单元", "请17号楼3单元"]
    assert sorted(len(texts) for texts in all_calls(second).values()) == [1] * 6


def test_at_the_end_of_the_hours_calls_stop_and_nobody_is_dropped(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    say(chat, "/核酸 开始 17号楼 北门 6:00-6:15 每批10分钟")
    say(chat, "确认")
    lines = wait(chat, 30)
    assert called(lines) == ["请17号楼2单元"]
    assert sum("还有 1 个没叫：17号楼3单元" in line for line in lines) == 1
    changed = say(chat, "/核酸 改时间 到7:00")
    assert any("春晓苑居民群" in line and "06:00-07:00" in line for line in changed)
    assert called(wait(chat, 1)) == ["请17号楼3单元"]


def test_a_pause_forgotten_until_the_end_is_told(round_chat: Chat) -> None:
    say(round_chat, "暂停")
    lines = wait(round_chat, 200)
    assert sum("时间到了" in line for line in lines) == 1


def test_running_late_is_said_once(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    assert "比结束时间晚 15 分钟" in say(chat, "/核酸 开始 春晓苑 北门 6:00-6:45 每批10分钟")[0]
    lines = say(chat, "确认") + wait(chat, 40)
    assert sum("按现在的快慢要到" in line for line in lines) == 1


def test_a_planned_round_begins_by_itself(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    say(chat, "/核酸 开始 春晓苑 北门 6:30-9:00")
    told = say(chat, "确认")
    assert called(told) == []
    assert any(
        line.startswith("春晓苑居民群: 春晓苑第1轮核酸：今天（11月16日 周三）06:30-09:00，地点：北门。")
        for line in told
    )
    assert "还没到时间" in say(chat, "/核酸 下一个")[0]
    assert called(wait(chat, 29)) == []
    assert called(wait(chat, 2)) == ["请1号楼1单元"]


def test_a_planned_round_that_was_slept_through_calls_nobody(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    file = tmp_path / "ledger.db"
    first = open_chat(file, at=SIX)
    say(first, "/核酸 开始 春晓苑 北门 6:30-7:00")
    say(first, "确认")
    second = open_chat(file, at=SIX + timedelta(hours=3))
    lines = wait(second, 5)
    assert called(lines) == []
    assert sum("没有开始" in line for line in lines) == 1


def test_after_a_long_sleep_those_at_the_site_are_asked_before_anybody_is_called(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    file = tmp_path / "ledger.db"
    first = open_chat(file, at=SIX)
    first.app.roster.import_households(homes())
    say(first, START)
    say(first, "确认")
    second = open_chat(file, at=SIX + timedelta(hours=1))
    lines = wait(second, 20)
    assert called(lines) == []
    assert sum("没有自动叫下一个" in line for line in lines) == 1
    second.say("刘书记", "继续", STAFF_ROOM, id="after")
    assert called(wait(second, 1)) == ["请5号楼"]


def test_a_round_planned_for_an_hour_ago_asks_first_too(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    file = tmp_path / "ledger.db"
    first = open_chat(file, at=SIX)
    say(first, "/核酸 开始 春晓苑 北门 6:30-9:00")
    say(first, "确认")
    second = open_chat(file, at=SIX + timedelta(minutes=90))
    assert called(wait(second, 5)) == []
    second.say("刘书记", "继续", STAFF_ROOM, id="after")
    assert called(wait(second, 1)) == ["请1号楼1单元"]


def test_no_second_round_in_the_same_buildings(round_chat: Chat) -> None:
    assert "同一栋楼不能有两轮" in say(round_chat, "/核酸 开始 17号楼 南门 6:30-9:00")[0]
    assert "回「确认」" in say(round_chat, "/核酸 开始 和谐小区 南门 6:30-9:00")[0]


def test_of_two_rounds_the_one_that_is_named_is_meant(round_chat: Chat) -> None:
    say(round_chat, "/核酸 开始 和谐小区 南门 6:00-9:00")
    wait(round_chat, 0.5)
    say(round_chat, "确认")
    wait(round_chat, 0.5)
    assert "是哪一轮" in say(round_chat, "下一个")[0]
    assert called(say(round_chat, "叫8-2")) == ["请8号楼2单元"]
    assert called(say(round_chat, "/核酸 下一个 春晓苑")) == ["请5号楼"]


def test_with_two_compounds_at_work_the_staff_read_which(round_chat: Chat) -> None:
    say(round_chat, "/核酸 开始 和谐小区 南门 6:00-9:00")
    wait(round_chat, 0.5)
    say(round_chat, "确认")
    wait(round_chat, 0.5)
    asked = say(round_chat, "下一个")[0]
    assert asked.endswith("\n和谐小区下一个\n春晓苑下一个")
    lines = say(round_chat, "春晓苑下一个")
    assert "已叫 春晓苑5号楼（20户），下一个 春晓苑17号楼1单元" in lines[0]
    assert "春晓苑第3轮暂停" in say(round_chat, "暂停 春晓苑")[0]
    assert say(round_chat, "/核酸 改时间 到9:40")[0].endswith("/核酸 改时间 到9:40 春晓苑")
    assert "春晓苑第3轮继续" in say(round_chat, "继续")[0]


def test_ending_asks_when_somebody_was_not_called(round_chat: Chat) -> None:
    wait(round_chat, 0.5)
    assert "还有 4 个没叫：5号楼、17号楼1单元、2单元、3单元" in say(round_chat, "/核酸 结束")[0]
    assert "春晓苑第3轮结束" in say(round_chat, "确认")[0]
    assert called(wait(round_chat, 60)) == []


def test_words_at_the_site_mean_nothing_to_others_and_elsewhere(round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert called(say(round_chat, "下一个", "居民", UNIT_ROOM)) == []
    assert called(say(round_chat, "下一个", "网格员小安", UNIT_ROOM)) == []
    for talk in ("下一个是谁", "继续加油", "大家先停一下手里的活", "5号楼的水管修好了", "3栋好了"):
        assert say(round_chat, talk) == []
    assert say(round_chat, "/核酸 下一个", "居民", UNIT_ROOM) == []


def test_words_at_the_site_are_heard_in_private_of_those_who_work_there(round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert called(round_chat.say("网格员小安", "下一个", "", room_id="")) == ["请5号楼"]
    wait(round_chat, 1)
    assert called(round_chat.say("志愿者小冀", "下一个", "", room_id="")) == [], "works in 和谐小区"


@pytest.mark.parametrize("text", ["叫一下17-2", "请17-2下楼", "让17-2的下来吧"])
def test_by_name_in_other_words(text: str, round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert called(say(round_chat, text)) == ["请17号楼2单元"]


def test_a_clock_put_back_an_hour_does_not_make_next_deaf(round_chat: Chat) -> None:
    wait(round_chat, 1)
    round_chat.clock.advance(hours=-1)
    assert called(say(round_chat, "下一个")) == ["请5号楼"]


def test_two_people_say_it_was_a_mistake_and_one_call_is_taken_back(round_chat: Chat) -> None:
    wait(round_chat, 1)
    say(round_chat, "叫17-2")
    wait(round_chat, 0.5)
    say(round_chat, "叫17-3")
    wait(round_chat, 0.5)
    assert "已请 17号楼3单元" in say(round_chat, "叫错了")[0]
    round_chat.clock.advance(seconds=11)
    assert "刚刚撤回过" in say(round_chat, "叫错了", "网格员小安")[0]


def test_who_was_skipped_before_is_told_apart_from_who_was_called(round_chat: Chat) -> None:
    say(round_chat, "跳过17-2")
    wait(round_chat, 0.5)
    assert "已经跳过" in say(round_chat, "17-2跳过")[0]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("22:00-1:00", "22:00-次日01:00"),
        ("到9点", "06:00-09:00"),
        ("现在开始到9点", "06:00-09:00，北门"),
        ("现在-9:00", "06:00-09:00，北门"),
        ("6:30-9:00，11:00-12:00", "一轮只能写一段时间"),
    ],
)
def test_hours_of_a_new_round(words: str, shown: str, open_chat: Callable[..., Chat]) -> None:
    assert shown in say(open_chat(at=SIX), f"/核酸 开始 春晓苑 北门 {words}")[0]


def test_a_round_that_has_begun_is_not_moved_to_another_day_by_hours_that_are_over(round_chat: Chat) -> None:
    wait(round_chat, 70)
    assert "已经开始了，不能改成" in say(round_chat, "/核酸 改时间 6:30-7:00")[0]


def test_no_words_at_the_site_while_nothing_runs(chat: Chat) -> None:
    for words in ("下一个", "继续", "暂停", "叫17-3", "17-3完成"):
        assert say(chat, words) == []


def test_volunteers_call_but_do_not_begin_or_end(round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert called(say(round_chat, "下一个", "志愿者老王", VOLUNTEER_ROOM)) == ["请5号楼"]
    assert "不在您负责的范围" in say(round_chat, "/核酸 结束", "志愿者老王", VOLUNTEER_ROOM)[0]
    assert (
        "不在您负责的范围"
        in say(round_chat, "/核酸 开始 和谐小区 南门 6:00-9:00", "志愿者老王", VOLUNTEER_ROOM)[0]
    )


def test_every_step_is_in_the_audit(round_chat: Chat) -> None:
    wait(round_chat, 1)
    for words in ("下一个", "暂停", "继续", "跳过17-2", "/核酸 改地点 南门"):
        say(round_chat, words)
    done = [entry.what for entry in round_chat.app.timekeeper._services.audit.entries(SIX, 20)]
    for part in (
        "开始 春晓苑第3轮",
        "叫 春晓苑5号楼",
        "暂停",
        "继续",
        "跳过 春晓苑17号楼2单元",
        "改地点 南门",
    ):
        assert any(part in what for what in done), part


def test_those_who_do_not_come_down_do_not_fill_a_batch(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    empty = [Household("春晓苑", "1", "1", f"{n}0{k}", note="空置") for n in (7, 8, 9) for k in (1, 2)]
    chat.app.roster.import_households([*homes(), *empty])
    say(chat, START)
    assert called(say(chat, "确认")) == ["请1号楼1单元", "请1号楼2单元"]


def test_a_drill_is_marked(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    say(chat, f"{START} 演练")
    lines = [line for line in say(chat, "确认") if not line.startswith(STAFF_ROOM)]
    assert lines
    assert all("群: 【演练，不用真的下楼】" in line for line in lines)
    called_down = [line for line in lines if "请1号楼1单元下楼" in line]
    assert called_down


def test_moments_are_the_communitys(round_chat: Chat) -> None:
    assert isinstance(round_chat.clock.at, datetime)
    (line,) = say(round_chat, "/核酸")
    assert "小区北门 06:00-09:00，叫了 2/6" in line
    assert "现在：1号楼1单元、2单元，06:00 叫的" in line
    assert "下一个：5号楼，大约 06:10" in line


def test_all_called_is_said_once_and_only_when_the_last_ones_had_their_time(round_chat: Chat) -> None:
    early = wait(round_chat, 40.5)
    assert called(early)[-1] == "请17号楼3单元"
    assert not any("都叫过一遍了" in line for line in early)
    assert sum("都叫过一遍了" in line for line in wait(round_chat, 60)) == 1


def test_one_early_next_does_not_make_the_calls_run_away(round_chat: Chat) -> None:
    wait(round_chat, 11)
    wait(round_chat, 1.5)
    say(round_chat, "下一个")
    assert len(called(wait(round_chat, 13))) == 1, "seven minutes each at the least, not six"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("下一位", "已叫 5号楼"), ("下一单元", "已叫 5号楼"), ("下一個", "已叫 5号楼"), ("可以叫下一个了", "已叫 5号楼"),
        ("下一个下一个", "已叫 5号楼"), ("下一个 下一个", "已叫 5号楼"), ("1-1全部完成", "1号楼1单元 完成"),
        ("1-1好了，叫17-2吧", "已叫 17号楼2单元"), ("17-1先过来", "已叫 17号楼1单元"), ("17-3不做了", "17号楼3单元 这一轮不叫了"),
        ("下雨了先等等", "要停一停就回：暂停"), ("人太多了慢点叫", "要停一停就回：暂停"), ("等会儿再叫", "要停一停就回：暂停"),
        ("延长到9点半", "改到 06:00-09:30"), ("叫5", "已叫 5号楼"), ("叫8", "没有「8号楼」"),
    ],
)  # fmt: skip
def test_more_words_at_the_site(text: str, expected: str, round_chat: Chat) -> None:
    wait(round_chat, 5)
    assert expected in "".join(line for line in say(round_chat, text) if line.startswith(STAFF_ROOM))


def test_come_on_goes_on(round_chat: Chat) -> None:
    wait(round_chat, 1)
    assert say(round_chat, "先等等我") == say(round_chat, "慢点走啊") == []
    say(round_chat, "暂停")
    assert "继续，下一个 5号楼" in say(round_chat, "来吧继续")[0]


def test_a_round_of_one_building_is_announced_in_its_groups_alone(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    chat.app.roster.import_households(homes())
    say(chat, "/核酸 开始 17号楼 北门 6:30-9:00")
    lines = [*say(chat, "确认"), *wait(chat, 1)]
    told = {line.partition(":")[0] for line in lines if "先后：" in line}
    assert told == {f"春晓苑17号楼{unit}单元群" for unit in (1, 2, 3)}


def test_a_forgotten_round_is_not_in_every_card_for_days(round_chat: Chat) -> None:
    say(round_chat, "暂停")
    round_chat.clock.advance(minutes=60 * 5)
    assert "春晓苑第3轮" in "".join(say(round_chat, "/交班"))
    round_chat.clock.advance(minutes=60 * 48)
    assert "春晓苑第3轮" not in "".join(say(round_chat, "/交班"))

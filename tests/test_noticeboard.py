"""Scheduled notices: when each is due, once, whatever is restarted, and what becomes of it in quiet hours."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.app import build
from bot.groups import Tree
from bot.ledger.intake import State
from bot.ledger.notices import Notices
from bot.model.audit import Actor
from bot.model.ledger import LedgerRefused
from bot.model.message import LoggedIn, RoomNamed
from bot.model.mode import ModeName
from bot.model.notice import Level, Notice
from bot.model.schedule import NoticeEntry
from bot.model.settings import ModeSettings, Settings
from bot.modes import Modes
from bot.noticeboard import LOOK_BACK, due, moments
from bot.settings import Data
from intents.engine import Engine
from tests.conftest import Chat, FakeChannel, FakeClock
from tests.test_durability import FullDisk

SHANGHAI = ZoneInfo("Asia/Shanghai")
BLOCK = "春晓苑5号楼群"
STAFF = "百合社区工作群"
NEWS = NoticeEntry("news", "今天 {date} {weekday} 照常开门。", "春晓苑5号楼", times=("08:00",))

Start = Callable[..., Chat]


def on(text: str) -> datetime:
    """「16 08:00」: a day and a time of November 2022; 「2022-10-08 08:00」 of any other month."""
    day, _, at = text.partition(" ")
    return datetime.fromisoformat(f"{day if '-' in day else f'2022-11-{day}'}T{at or '00:00'}").replace(
        tzinfo=SHANGHAI
    )


@pytest.fixture
def start(settings: Settings, data: Data, engine: Engine) -> Start:
    """Start the bot with these entries: on a ledger in memory, or on the file given. No shifts hand over meanwhile."""
    community = replace(settings, desk=replace(settings.desk, shifts=()), modes=ModeSettings())

    def begin(entries: Sequence[NoticeEntry], at: datetime, database: Path | None = None) -> Chat:
        clock, channel = FakeClock(at), FakeChannel()
        app = build(
            community, replace(data, notices=tuple(entries)), channel, clock, Random(1), database, engine
        )
        rooms = [place.room for place in Tree(community.groups).rooms()]
        app.receive([LoggedIn("bot", at), *(RoomNamed(room, room, at) for room in rooms)])
        return Chat(app, clock, channel)

    return begin


def heard(chat: Chat, at: datetime) -> list[str]:
    """What is said when the clock shows that moment, and nothing was asked in between."""
    chat.clock.at = at
    chat.app.tick(at)
    return chat.hear()


def day_long(chat: Chat, until: datetime) -> list[str]:
    """Everything said until then, with its time, the clock asked whenever something is due."""
    said: list[str] = []
    while (moment := chat.app.timekeeper.next()) is not None and moment <= until:
        at = max(moment, chat.clock.at).astimezone(SHANGHAI)
        said += [f"{at:%d %H:%M} {line}" for line in heard(chat, at)]
    chat.clock.at = until
    return said


def switch(chat: Chat, name: ModeName) -> None:
    with chat.app.ledger.transaction():
        Modes(chat.app.settings, State(chat.app.ledger)).switch(name, Actor(chat.clock.now(), "s", "刘书记"))


# ---- when: pure ----


@pytest.mark.parametrize(
    ("entry", "after", "want"),
    [
        (NEWS, "16 08:00", ["17 08:00", "18 08:00"]),
        (NEWS, "16 07:59", ["16 08:00", "17 08:00"]),
        (replace(NEWS, times=("18:30", "8:00")), "16 09:00", ["16 18:30", "17 08:00"]),
        (replace(NEWS, days=("周一", "星期三", "礼拜天")), "16 09:00", ["20 08:00", "21 08:00"]),
        (replace(NEWS, days="工作日"), "18 09:00", ["21 08:00", "22 08:00"]),
        (replace(NEWS, days="休息日"), "18 09:00", ["19 08:00", "20 08:00"]),
        # 国庆: a week off, and the Saturday and the Sunday behind it are worked (调休)
        (replace(NEWS, days="工作日"), "2022-09-30 09:00", ["2022-10-08 08:00", "2022-10-09 08:00"]),
        (replace(NEWS, days="休息日"), "2022-10-06 09:00", ["2022-10-07 08:00", "2022-10-15 08:00"]),
        (replace(NEWS, valid_from="2022-11-18"), "16 09:00", ["18 08:00", "19 08:00"]),
        (replace(NEWS, valid_from="2022-11-18 08:00"), "16 09:00", ["18 08:00", "19 08:00"]),
        (replace(NEWS, valid_from="2022-11-18 08:01"), "16 09:00", ["19 08:00", "20 08:00"]),
        (replace(NEWS, valid_until="2022-11-17"), "16 09:00", ["17 08:00"]),
        (replace(NEWS, valid_until="2022-11-17 08:00"), "16 09:00", []),
        (replace(NEWS, times=(), cron="30 8 * * 1,4"), "16 09:00", ["17 08:30", "21 08:30"]),
        (replace(NEWS, times=(), cron="0 9 * * 0"), "16 09:00", ["20 09:00", "27 09:00"]),
        (replace(NEWS, times=(), cron="0 9 * * *", days="工作日"), "18 09:00", ["21 09:00", "22 09:00"]),
        (replace(NEWS, times=(), cron="0 9 29 2 *"), "16 09:00", ["2024-02-29 09:00"]),
        (replace(NEWS, times=(), cron="0 9 * * 1", days=("周二",)), "16 09:00", []),
    ],
)  # fmt: skip
def test_an_entry_is_planned_for_these_moments(entry: NoticeEntry, after: str, want: list[str]) -> None:
    found = moments(entry, on(after), SHANGHAI)
    assert [next(found, None) for _ in want] == [on(text) for text in want]
    if len(want) < 2 and entry.cron != "0 9 29 2 *":
        assert next(found, None) is None


def test_nothing_is_planned_twice_or_left_out_when_the_clocks_change() -> None:
    """02:30 does not exist on 13 March 2022 in New York and exists twice on 6 November."""
    zone = ZoneInfo("America/New_York")
    entry = replace(NEWS, times=("02:30", "01:30"))
    for first in (date(2022, 3, 12), date(2022, 11, 5)):
        midnight = datetime(first.year, first.month, first.day, tzinfo=zone)
        found = due(entry, midnight, midnight + timedelta(days=3), zone)
        assert len(found) == len(set(found)) == 6
        assert found == sorted(found)


def test_in_a_year_that_was_not_announced_people_work_from_monday_to_friday() -> None:
    entry = replace(NEWS, days="工作日")
    first = datetime(2060, 10, 1, tzinfo=SHANGHAI)
    found = due(entry, first, first + timedelta(days=14), SHANGHAI)
    assert [at.weekday() for at in found] == [4, 0, 1, 2, 3, 4, 0, 1, 2, 3]


# ---- once ----


def test_a_notice_goes_to_its_groups_once_and_reads_as_of_that_day(start: Start) -> None:
    chat = start([NEWS], on("16 07:00"))
    assert day_long(chat, on("17 07:00")) == [f"16 08:00 {BLOCK}: 【通知】今天 11月16日 周三 照常开门。"]


def test_it_is_worded_like_every_other_notice(start: Start) -> None:
    """Marked as what it is: important, an exercise, asking for 收到."""
    chat = start([replace(NEWS, text="试警报。", level="重要", drill=True, receipt=True)], on("16 07:00"))
    (said,) = day_long(chat, on("16 08:30"))
    assert said.endswith(": 【演练】【重要通知】试警报。\n看到请回「收到」。\n（这是演练，不用照办）")


def test_six_policy_notices_on_a_workday_and_none_on_a_holiday(start: Start) -> None:
    times = ("08:00", "10:00", "12:00", "14:30", "17:00", "19:30")
    chat = start([replace(NEWS, times=times, days="工作日")], on("2022-09-30 07:00"))
    said = [line for line in day_long(chat, on("2022-10-09 07:00")) if BLOCK in line]
    assert [line[:8] for line in said] == [f"{day} {at}" for day in ("30", "08") for at in times]


def test_after_a_restart_nothing_is_said_twice(start: Start, tmp_path: Path) -> None:
    chat = start([NEWS], on("16 07:00"), tmp_path / "x.db")
    assert len(heard(chat, on("16 08:00"))) == 1
    chat.app.ledger.close()
    again = start([NEWS], on("16 08:00") + timedelta(seconds=5), tmp_path / "x.db")
    assert day_long(again, on("17 07:00")) == []


def test_on_the_very_first_start_nothing_is_late(start: Start) -> None:
    assert day_long(start([NEWS], on("16 08:30")), on("17 07:00")) == []


def test_a_restart_catches_up_what_is_not_too_late_and_tells_once_what_was_dropped(
    start: Start, tmp_path: Path
) -> None:
    entries = [
        replace(NEWS, id="short", text="消杀开始了。", times=("09:00",), late_minutes=20),
        replace(NEWS, id="long", text="今天发菜。", times=("09:30",), late_minutes=90),
    ]
    chat = start(entries, on("16 08:00"), tmp_path / "x.db")
    chat.app.ledger.close()
    again = start(entries, on("16 10:40"), tmp_path / "x.db")
    said = day_long(again, on("17 08:00"))
    assert said == [
        f"16 10:40 {STAFF}: 【没按时发的通知】没有发 1 条，补发了 1 条。\n没有发：09:00 消杀开始了。（春晓苑5号楼）\n"
        "补发：09:30 今天发菜。（春晓苑5号楼）\n还要发的，请用 /通知 重新发。",
        f"16 10:40 {BLOCK}: 【通知】今天发菜。",
    ]
    dropped = Notices(again.app.ledger).in_state("dropped")
    assert [(one.source, one.planned_at) for one in dropped] == [("short", on("16 09:00"))]


def test_of_one_entry_only_the_latest_time_is_caught_up(start: Start, tmp_path: Path) -> None:
    entry = replace(NEWS, times=("09:00", "09:20", "09:40"))
    start([entry], on("16 08:00"), tmp_path / "x.db").app.ledger.close()
    again = start([entry], on("16 09:50"), tmp_path / "x.db")
    said = heard(again, on("16 09:50"))
    assert [line for line in said if BLOCK in line] == [f"{BLOCK}: 【通知】今天 11月16日 周三 照常开门。"]
    assert "没有发 2 条，补发了 1 条。\n没有发：09:00、09:20" in said[0]


def test_after_a_month_the_list_of_what_was_dropped_is_short(start: Start, tmp_path: Path) -> None:
    start([NEWS], on("2022-10-16 07:00"), tmp_path / "x.db").app.ledger.close()
    again = start([NEWS], on("16 12:00"), tmp_path / "x.db")
    said = heard(again, on("16 12:00"))
    assert len(said) == 1
    assert f"没有发 {LOOK_BACK.days} 条" in said[0]


def test_a_tick_that_comes_a_little_late_is_not_worth_a_word(start: Start) -> None:
    punctual = replace(NEWS, late_minutes=0)
    assert len(heard(start([punctual], on("16 07:00")), on("16 08:00") + timedelta(seconds=55))) == 1


def test_what_the_disk_refused_is_posted_once_it_is_mended(start: Start) -> None:
    for after in range(12):
        chat = start([NEWS, replace(NEWS, id="more", times=("08:00", "09:00"))], on("16 07:00"))
        conn = chat.app.ledger._conn
        chat.app.ledger._conn = FullDisk(conn, after)  # type: ignore[assignment]
        chat.clock.at = on("16 08:00")
        with pytest.raises(LedgerRefused):
            chat.app.tick(on("16 08:00"))
        chat.app.ledger._conn = conn
        assert len(heard(chat, on("16 08:01"))) == 2, after
        assert heard(chat, on("16 08:05")) == []
        assert len(heard(chat, on("16 09:00"))) == 1


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_ran_ahead_and_was_put_right_neither_doubles_nor_silences(
    start: Start, tmp_path: Path, restarted: bool
) -> None:
    chat = start([NEWS], on("16 07:00"), tmp_path / "x.db")
    day_long(chat, on("16 08:30"))
    heard(chat, on("2026-11-16 12:00"))
    if restarted:
        chat.app.ledger.close()
        chat = start([NEWS], on("16 07:30"), tmp_path / "x.db")
    chat.clock.at = on("16 07:30")
    assert day_long(chat, on("16 12:00")) == []
    assert len(heard(chat, on("17 08:00"))) == 1


# ---- the file is edited ----


def edited(start: Start, tmp_path: Path, before: NoticeEntry, after: NoticeEntry, at: str) -> list[str]:
    """What is posted within a day when the file is edited, and the bot restarted, at that moment."""
    chat = start([before], on("16 07:00"), tmp_path / "x.db")
    day_long(chat, on(at))
    chat.app.ledger.close()
    return day_long(start([after], on(at), tmp_path / "x.db"), on(at) + timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "want"),
    [
        ({"text": "新的话。"}, [f"17 08:00 {BLOCK}: 【通知】新的话。"]),
        ({"id": "renamed"}, [f"17 08:00 {BLOCK}: 【通知】今天 11月17日 周四 照常开门。"]),
        ({"times": ("08:20",)}, [f"17 08:20 {BLOCK}: 【通知】今天 11月17日 周四 照常开门。"]),
        ({"times": ("08:40",)}, [f"16 08:40 {BLOCK}: 【通知】今天 11月16日 周三 照常开门。"]),
        ({"valid_until": "2022-11-16"}, []),
    ],
)
def test_an_edit_holds_from_then_on(
    start: Start, tmp_path: Path, change: dict[str, object], want: list[str]
) -> None:
    after = replace(NEWS, **change)  # type: ignore[arg-type]
    assert edited(start, tmp_path, NEWS, after, "16 08:30") == want


def test_what_was_added_today_was_not_planned_this_morning(start: Start, tmp_path: Path) -> None:
    start([], on("16 07:00"), tmp_path / "x.db").app.ledger.close()
    assert day_long(start([NEWS], on("16 08:30"), tmp_path / "x.db"), on("17 07:00")) == []


def test_an_entry_that_was_taken_out_and_comes_back_is_a_new_one(start: Start, tmp_path: Path) -> None:
    start([NEWS], on("15 12:00"), tmp_path / "x.db").app.ledger.close()
    start([], on("15 13:00"), tmp_path / "x.db").app.ledger.close()
    assert day_long(start([NEWS], on("16 08:30"), tmp_path / "x.db"), on("17 07:00")) == []


# ---- modes ----


def test_an_entry_of_the_other_mode_is_not_due_and_switching_makes_nothing_late(start: Start) -> None:
    chat = start(
        [replace(NEWS, mode="战时"), replace(NEWS, id="peace", text="日常。", mode="日常")], on("16 07:00")
    )
    assert day_long(chat, on("16 08:30")) == [f"16 08:00 {BLOCK}: 【通知】日常。"]
    switch(chat, "wartime")
    assert day_long(chat, on("17 08:30")) == [f"17 08:00 {BLOCK}: 【通知】今天 11月17日 周四 照常开门。"]
    switch(chat, "everyday")
    assert day_long(chat, on("18 07:00")) == []


def test_a_mode_switched_on_before_a_restart_makes_nothing_late(start: Start, tmp_path: Path) -> None:
    entries = [replace(NEWS, mode="战时")]
    chat = start(entries, on("16 08:10"), tmp_path / "x.db")
    switch(chat, "wartime")
    chat.app.ledger.close()
    assert day_long(start(entries, on("16 08:20"), tmp_path / "x.db"), on("17 07:00")) == []


# ---- quiet hours: 22:00-07:00 in the sample ----


@pytest.mark.parametrize(
    ("level", "want"), [("普通", "17 07:00"), ("重要", "16 23:00"), ("紧急", "16 23:00")]
)
def test_quiet_hours_hold_back_what_is_not_important(start: Start, level: str, want: str) -> None:
    entry = replace(NEWS, times=("23:00",), level=level)  # type: ignore[arg-type]
    chat = start([entry], on("16 21:00"))
    said = day_long(chat, on("17 21:00"))
    assert [line[:8] for line in said] == [want]
    assert ("11月17日" in said[0]) == (level == "普通")  # it reads as of the moment it goes out


def test_lateness_counts_from_the_end_of_the_quiet_hours_and_survives_a_restart(
    start: Start, tmp_path: Path
) -> None:
    entry = replace(NEWS, times=("23:00",))
    chat = start([entry], on("16 21:00"), tmp_path / "x.db")
    assert day_long(chat, on("16 23:30")) == []
    chat.app.ledger.close()
    again = start([entry], on("17 07:50"), tmp_path / "x.db")
    assert [line for line in heard(again, on("17 07:50")) if BLOCK in line]


def test_what_is_half_sent_rests_over_night_and_goes_on_in_the_morning(start: Start, tmp_path: Path) -> None:
    everybody = replace(NEWS, scope="全体", times=("21:59",), late_minutes=5)
    chat = start([everybody], on("16 21:00"), tmp_path / "x.db")
    chat.clock.at = on("16 21:59")
    chat.app.tick(chat.clock.at)
    rows = Notices(chat.app.ledger)
    total = len(rows.rows(1))
    chat.channel.failures = [AssertionError("nothing leaves")]
    assert heard_none_of_the_notice(chat, on("16 22:00"))
    chat.app.ledger.close()
    again = start([everybody], on("17 06:00"), tmp_path / "x.db")
    assert day_long(again, on("17 06:59")) == []
    said = heard(again, on("17 07:00"))
    assert len(said) == total


def heard_none_of_the_notice(chat: Chat, at: datetime) -> bool:
    """Hold what is pending at that moment before anything is sent; then nothing may leave."""
    chat.clock.at = at
    chat.app.tick(at)
    return chat.hear() == []


def test_what_somebody_paused_in_the_night_stays_paused_in_the_morning(start: Start) -> None:
    chat = start([replace(NEWS, scope="全体", times=("21:59",))], on("16 21:00"))
    chat.clock.at = on("16 21:59")
    chat.app.tick(chat.clock.at)
    chat.clock.at = on("16 22:00")
    chat.app.tick(chat.clock.at)
    notices = Notices(chat.app.ledger)
    with chat.app.ledger.transaction():
        notices.change(1, on("16 22:10"), state="paused")
        notices.hold(1, "paused")
    assert [line for line in day_long(chat, on("17 12:00")) if "照常开门" in line] == []
    assert {row.held for row in notices.rows(1)} == {"paused"}


# ---- what no longer holds ----


def written(chat: Chat, planned: str, **more: object) -> Notice:
    """A notice written in the staff's group that waits for its time."""
    with chat.app.ledger.transaction():
        notice = Notices(chat.app.ledger).add(
            Notice(
                id=0,
                text="明早停水。",
                rooms=(BLOCK,),
                scope="5号楼",
                node="5号楼",
                planned_at=on(planned),
                created_at=chat.clock.now(),
                state="waiting",
                by_id="wxid_secretary",
                by_name="刘书记",
                room_id=STAFF,
                **more,  # type: ignore[arg-type]
            )
        )
    assert notice is not None
    return notice


def test_a_notice_of_the_chat_begins_at_its_time(start: Start) -> None:
    chat = start([], on("16 08:00"))
    written(chat, "16 09:00")
    said = day_long(chat, on("16 12:00"))
    assert said[0] == f"16 09:00 {BLOCK}: 明早停水。"


@pytest.mark.parametrize(
    ("late", "until", "reason"),
    [(30, None, "过了时间，现在太晚了"), (300, "16 10:00", "过了有效时间")],
)
def test_a_notice_of_the_chat_that_is_too_late_is_told_to_its_writer(
    start: Start, tmp_path: Path, late: float, until: str | None, reason: str
) -> None:
    chat = start([], on("16 08:00"), tmp_path / "x.db")
    written(chat, "16 09:00", late_minutes=late, valid_until=on(until) if until else None)
    chat.app.ledger.close()
    again = start([], on("16 11:00"), tmp_path / "x.db")
    assert heard(again, on("16 11:00")) == [f"{STAFF}: @刘书记 通知1没有发：{reason}。\n明早停水。"]
    assert [one.reason for one in Notices(again.app.ledger).in_state("dropped")] == [reason]


def test_a_normal_one_that_would_have_expired_when_the_night_is_over_is_told_at_once(start: Start) -> None:
    chat = start([], on("16 21:00"))
    written(chat, "16 23:00", valid_until=on("17 06:00"))
    said = day_long(chat, on("16 23:30"))
    assert said == [
        f"16 23:00 {STAFF}: @刘书记 通知1没有发：要等安静时间过去，那时已经过了有效时间。\n明早停水。"
    ]


def test_groups_not_reached_before_it_expires_do_not_get_it(start: Start) -> None:
    chat = start([replace(NEWS, scope="春晓苑", valid_minutes=30)], on("16 07:00"))
    chat.clock.at = on("16 08:00")
    chat.app.tick(chat.clock.at)
    said = heard(chat, on("16 08:30"))
    assert len(said) == 1
    assert said[0].startswith(
        f"{STAFF}: 通知1过了有效时间（11月16日 08:30），还没发到的 8 个群不发了：春晓苑居民群、"
    )
    assert {row.state for row in Notices(chat.app.ledger).rows(1)} == {"cancelled"}


def test_a_held_notice_of_the_other_mode_is_not_posted(start: Start) -> None:
    chat = start([replace(NEWS, mode="战时", times=("23:00",))], on("16 21:00"))
    switch(chat, "wartime")
    day_long(chat, on("16 23:30"))
    switch(chat, "everyday")
    said = day_long(chat, on("17 08:00"))
    assert [line for line in said if BLOCK in line] == []
    assert "通知1没有发：通知表里已经没有它，或者换了模式" in said[0]


def test_an_unknown_calendar_is_told_once_a_year(start: Start) -> None:
    first = datetime(2060, 10, 1, 7, tzinfo=SHANGHAI)
    chat = start([replace(NEWS, days="工作日")], first)
    said = day_long(chat, first + timedelta(days=7))
    assert len([line for line in said if "2060 年的放假安排" in line]) == 1
    assert len([line for line in said if BLOCK in line]) == 5


@pytest.mark.parametrize("level", ["normal", "important"])
def test_it_costs_a_question_or_two_to_ask_whatever_is_planned(start: Start, level: Level) -> None:
    """Ten thousand schedules, and the clock asks every two seconds: no entry is looked at, few statements are run."""
    chat = start(
        [replace(NEWS, id=f"n{n}", times=(f"{n % 24:02}:{n % 60:02}",)) for n in range(10_000)],
        on("16 07:00"),
    )
    counted = Counting(chat.app.ledger._conn)
    chat.app.ledger._conn = counted  # type: ignore[assignment]
    assert chat.app.timekeeper.next() is not None
    assert counted.count < 40


class Counting:
    """A connection that counts statements."""

    def __init__(self, conn: object) -> None:
        self._conn, self.count = conn, 0

    def execute(self, *given: object) -> object:
        self.count += 1
        return self._conn.execute(*given)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._conn, name)


def test_the_card_of_a_shift_names_what_the_next_one_sends(
    settings: Settings, data: Data, engine: Engine
) -> None:
    """A line an entry with all its times; what is planned for the change itself is the next shift's."""
    clock, channel = FakeClock(on("16 19:00")), FakeChannel()
    entries = (replace(NEWS, times=("20:00", "23:00", "07:30", "08:00")),)
    app = build(settings, replace(data, notices=entries), channel, clock, Random(1), None, engine)
    rooms = [place.room for place in Tree(settings.groups).rooms()]
    app.receive([LoggedIn("bot", clock.at), *(RoomNamed(room, room, clock.at) for room in rooms)])
    chat = Chat(app, clock, channel)
    card = next(line for line in day_long(chat, on("16 20:00")) if "交班" in line)
    assert card.endswith(
        "\n下一班要发的通知：20:00、明天 07:00、明天 07:30 春晓苑5号楼 今天 11月16日 周三 照常开…。"
    )


def test_the_list_of_notices_names_what_is_planned_within_a_day(start: Start) -> None:
    entries = [replace(NEWS, times=("07:30", "12:00")), replace(NEWS, id="later", days=("周日",))]
    chat = start(entries, on("16 09:00"))
    (said,) = chat.say("刘书记", "/通知 列表", STAFF)
    assert said.endswith(
        "定时的，24 小时内（停下一次：/通知 取消 news；以后都停，请管理员改 notices.yaml）："
        "\nnews 12:00、明天 07:30 春晓苑5号楼 今天 11月16日 周三 照常开…"
    )


def test_held_over_night_a_workdays_notice_is_not_read_on_saturday(start: Start) -> None:
    friday = replace(NEWS, days="工作日", times=("23:30",))
    said = day_long(start([friday], on("18 21:00")), on("20 21:00"))
    assert [line for line in said if BLOCK in line] == []
    (told,) = [line for line in said if STAFF in line]
    assert "没有发：" in told and "23:30" in told
    daily = day_long(start([replace(friday, days="每天")], on("18 21:00")), on("19 08:00"))
    assert len(daily) == 1 and "11月19日 周六" in daily[0]


def test_what_was_due_several_times_in_the_quiet_hours_is_read_once(start: Start) -> None:
    chat = start([replace(NEWS, times=("22:30", "23:30", "06:30"))], on("16 21:00"))
    said = day_long(chat, on("17 12:00"))
    assert len(said) == 1 and said[0].startswith(f"17 07:00 {BLOCK}")
    dropped = Notices(chat.app.ledger).in_state("dropped")
    assert [f"{one.planned_at.astimezone(SHANGHAI):%H:%M}" for one in dropped] == ["22:30", "23:30"]


def test_the_card_of_a_shift_that_comes_late_leaves_out_what_is_past(
    settings: Settings, data: Data, engine: Engine
) -> None:
    clock, channel = FakeClock(on("16 19:00")), FakeChannel()
    entries = (replace(NEWS, times=("20:30", "21:50"), late_minutes=5),)
    app = build(settings, replace(data, notices=entries), channel, clock, Random(1), None, engine)
    rooms = [place.room for place in Tree(settings.groups).rooms()]
    app.receive([LoggedIn("bot", clock.at), *(RoomNamed(room, room, clock.at) for room in rooms)])
    app.tick(clock.at)
    said = heard(Chat(app, clock, channel), on("16 20:50"))
    (card,) = [line for line in said if "交班" in line and STAFF in line]
    assert "下一班要发的通知：21:50 春晓苑5号楼" in card

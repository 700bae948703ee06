"""日常 and 战时: what bot.yaml says is different holds from the moment of /模式 on, survives a restart, and nothing that
was past becomes due."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ledger.audit import Audit
from bot.ledger.intake import State
from bot.model.audit import Actor
from bot.model.settings import Desk, Limits, Mode, ModeSettings, Pace, Settings, StandingDuty
from bot.modes import Modes
from bot.settings import load_settings
from tests.conftest import MORNING, STAFF_ROOM, UNIT_ROOM, Chat

FILE = """\
community: 百合社区
desk:
  duty_hours: 09:00-18:00
  limits:
    default: {take: 50, finish: 500}
    help.repair: {take: 40}
pace: {min_seconds: 2, max_seconds: 9}
modes:
  wartime:
    desk:
      limits:
        help.repair: {finish: 90}
        help.medicine: {take: 7}
    pace: {per_minute: 20}
groups:
  - {name: 百合社区, level: community, room: 百合社区居民群, staff_room: 百合社区工作群}
"""


def test_what_a_mode_does_not_name_is_as_above_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bot.yaml"
    path.write_text(FILE, encoding="utf-8")
    settings = load_settings(path)
    desk, pace = settings.modes.wartime.desk, settings.modes.wartime.pace
    assert desk is not None
    assert (desk.duty_hours, desk.shifts) == ("09:00-18:00", Desk.shifts)
    assert desk.limits["help.repair"] == replace(settings.desk.limits["help.repair"], finish=90)
    assert desk.limits["help.medicine"] == replace(settings.desk.limits["default"], take=7)
    assert desk.limits["default"] == settings.desk.limits["default"]
    assert pace == Pace(min_seconds=2, max_seconds=9, per_minute=20)
    assert settings.modes.wartime.notices is None
    assert settings.modes.everyday == Mode()


@pytest.fixture
def community(settings: Settings) -> Settings:
    """Wartime works round the clock, asks for temperatures at ten past eight, and has a roster of its own."""
    desk = replace(
        settings.desk,
        duty_hours="00:00-24:00",
        temperature_at=("08:10", "12:00"),
        limits=settings.desk.limits | {"help.medicine": Limits(take=10)},
    )
    roster = (
        StandingDuty("百合社区", ("刘书记",)),
        StandingDuty("春晓苑", ("网格员小安", "刘书记"), "白班", "刘书记"),
    )
    wartime = Mode(desk, replace(settings.pace, per_minute=20), roster=roster)
    return replace(settings, modes=ModeSettings(wartime=wartime))


@pytest.fixture
def house(open_chat: Callable[..., Chat], community: Settings) -> Chat:
    return open_chat(community=community)


def modes_of(chat: Chat) -> Modes:
    return Modes(chat.app.settings, State(chat.app.ledger))


def views(chat: Chat) -> tuple[str, str, int]:
    modes = modes_of(chat)
    return modes.name, modes.desk.duty_hours, modes.pace.per_minute


def test_the_secretary_switches_and_all_staff_hear_what_changes(house: Chat) -> None:
    (answer,) = house.say("刘书记", "/模式 战时", STAFF_ROOM)
    assert "已切到战时" in answer
    for part in ("值班 00:00-24:00", "买药送药 10 分钟内要有人接", "每分钟最多 20 条", "春晓苑白班 刘书记"):
        assert part in answer
    assert views(house) == ("wartime", "00:00-24:00", 20)
    (answer,) = house.say("刘书记", "/模式 日常", STAFF_ROOM)
    assert "已切到日常" in answer and "买药送药 20 分钟内要有人接" in answer
    assert views(house) == ("everyday", "08:00-20:00", 15)


def test_where_no_difference_is_written_that_is_said(
    open_chat: Callable[..., Chat], settings: Settings
) -> None:
    chat = open_chat(community=replace(settings, modes=ModeSettings()))
    (answer,) = chat.say("刘书记", "/模式 战时", STAFF_ROOM)
    assert "值班、时限、快慢都一样" in answer and "管理员" in answer


def test_switched_in_private_every_staff_group_hears_it_once(house: Chat) -> None:
    private, told = sorted(
        house.say("刘书记", "/模式 战时", room="", room_id=""), key=lambda line: "【" in line
    )
    assert private.startswith("私聊: 已切到战时")
    assert told.startswith(f"{STAFF_ROOM}: 【战时】刘书记刚切到战时")


def test_switching_to_the_mode_that_holds_changes_nothing(house: Chat) -> None:
    house.say("刘书记", "/模式 战时", STAFF_ROOM)
    since = modes_of(house).since
    house.clock.advance(minutes=5)
    (answer,) = house.say("刘书记", "/模式 战时", STAFF_ROOM)
    assert "现在是战时（刘书记 11月16日 08:00 切的）" in answer
    assert modes_of(house).since == since


@pytest.mark.parametrize(
    ("who", "room"),
    [("网格员小安", STAFF_ROOM), ("王女士", UNIT_ROOM), ("志愿者小冀", "百合社区志愿者群")],
)
def test_nobody_below_a_secretary_switches(house: Chat, who: str, room: str) -> None:
    assert house.say(who, "/模式 战时", room) == []
    assert views(house)[0] == "everyday"


def test_the_secretary_of_a_part_does_not_switch_the_whole(
    open_chat: Callable[..., Chat], community: Settings
) -> None:
    people = [replace(one, scope="春晓苑") if one.role == "secretary" else one for one in community.people]
    chat = open_chat(community=replace(community, people=tuple(people)))
    (answer,) = chat.say("刘书记", "/模式 战时", room="", room_id="")
    assert "不在您负责的范围" in answer
    assert views(chat)[0] == "everyday"


def test_one_word_alone_shows_and_does_not_switch(house: Chat) -> None:
    (answer,) = house.say("刘书记", "战时", STAFF_ROOM)
    assert "现在是日常" in answer
    assert views(house)[0] == "everyday"
    assert "已切到战时" in house.say("刘书记", "/战时", STAFF_ROOM)[0]


def test_residents_do_not_read_how_the_desk_works(house: Chat) -> None:
    (answer,) = house.say("刘书记", "/模式", UNIT_ROOM)
    assert "值班" not in answer and "私聊" in answer


def test_the_mode_outlives_the_process(
    open_chat: Callable[..., Chat], community: Settings, tmp_path: Path
) -> None:
    database = tmp_path / "x.db"
    first = open_chat(database, community=community)
    first.say("刘书记", "/模式 战时", STAFF_ROOM)
    first.app.ledger.close()
    again = open_chat(database, at=MORNING + timedelta(hours=9), community=community)
    assert views(again) == ("wartime", "00:00-24:00", 20)
    assert modes_of(again).by == "刘书记"


def test_a_switch_stands_in_the_audit(house: Chat) -> None:
    house.say("刘书记", "/模式 战时", STAFF_ROOM)
    (entry,) = Audit(house.app.ledger).entries(MORNING, 10)
    assert (entry.actor, entry.action) == ("刘书记", "mode")
    assert entry.what.startswith("切到战时：值班 00:00-24:00")


def test_the_standing_roster_holds_where_no_other_was_set(house: Chat) -> None:
    assert "还没排班" in house.say("刘书记", "/值班", STAFF_ROOM)[0]
    house.say("刘书记", "/模式 战时", STAFF_ROOM)
    house.clock.advance(seconds=15)
    shown = house.say("刘书记", "/值班", STAFF_ROOM)[0]
    assert "春晓苑：刘书记（带班，手上 0 张）、网格员小安" in shown
    assert "百合社区：刘书记（带班）" in shown  # at night nobody of 春晓苑
    house.say("刘书记", "/值班 设 今天 白班 春晓苑 @网格员小安", STAFF_ROOM)
    house.clock.advance(seconds=15)
    assert "春晓苑：网格员小安（带班" in house.say("刘书记", "/值班", STAFF_ROOM)[0]


def test_whoever_leads_in_wartime_is_called_when_nobody_takes_it(house: Chat) -> None:
    house.say("刘书记", "/模式 战时", STAFF_ROOM)
    house.say("王女士", "能帮我买盒降压药吗，我住502")
    house.clock.advance(minutes=11)
    house.app.tick(house.clock.now())
    (call,) = house.hear()
    assert call.startswith(f"{STAFF_ROOM}: @刘书记 【没人接 A001】")


def test_what_was_past_when_the_mode_came_does_not_become_due(house: Chat) -> None:
    house.say("刘书记", "/隔离 17-3-501 王女士 7天 3人", STAFF_ROOM)
    house.clock.advance(minutes=20)  # 08:20: everyday asks at 08:30, wartime asked at 08:10
    house.app.tick(house.clock.now())
    assert house.hear() == []
    house.say("刘书记", "/模式 战时", STAFF_ROOM)
    house.app.tick(house.clock.now())
    assert [line for line in house.hear() if "体温" in line] == []
    house.clock.advance(minutes=15)  # 08:35: everyday would have asked by now
    house.app.tick(house.clock.now())
    assert [line for line in house.hear() if "体温" in line] == []
    house.clock.at = MORNING + timedelta(hours=4, seconds=1)
    house.app.tick(house.clock.now())
    assert [line for line in house.hear() if "体温" in line]


def test_open_tickets_go_by_the_clocks_of_the_mode_at_once(house: Chat) -> None:
    house.say("王女士", "能帮我买盒降压药吗，我住502")
    house.clock.advance(minutes=4)
    house.say("刘书记", "/模式 战时", STAFF_ROOM)
    house.clock.advance(minutes=7)
    house.app.tick(house.clock.now())
    assert [line for line in house.hear() if "没人接 A001" in line]


def test_a_switch_that_was_rolled_back_never_held(house: Chat) -> None:
    class Stop(Exception):
        pass

    modes = modes_of(house)
    with pytest.raises(Stop), house.app.ledger.transaction():
        modes.switch("wartime", Actor(MORNING, "x", "某人"))
        assert modes.name == "wartime"
        raise Stop
    assert (modes.name, modes.since) == ("everyday", None)

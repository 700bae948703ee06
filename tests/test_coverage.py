"""Who has been tested and who has not: nobody is counted twice, nobody is left out, and no door is said among residents."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.coverage_picture import draw
from bot.field_tables import TABLES
from bot.groups import Tree
from bot.ledger.coverage import Coverage
from bot.ledger.people import Roster
from bot.ledger.rounds import Rounds
from bot.model.coverage import Standing, by_unit, stand, tally, to_knock
from bot.model.household import Household
from bot.model.testing import Kind, Mark, Round, Source, Stop
from bot.tables import read_rows
from handlers.testing import progress
from tests.conftest import MORNING, STAFF_ROOM, UNIT_ROOM, Chat

STAFF = "网格员小安"
ZONE = ZoneInfo("Asia/Shanghai")


def home(door: str, people: int | None = None, *tags: str, name: str = "") -> Household:
    building, *unit, room = door.split("-")
    return Household("春晓苑", building, unit[0] if unit else "", room, name, people, tags=tags)


def mark(
    where: Household, kind: Kind = "tested", source: Source = "staff", people: int | None = None
) -> Mark:
    return Mark(where, kind, source, MORNING, people)


HOMES = (
    home("17-3-501", 3),
    home("17-3-502", 2),
    home("17-3-801", 1, "独居老人", name="张奶奶"),
    home("17-3-602", None),
    home("17-2-101", 4, "空置"),
    home("17-2-102", 2, "居家隔离"),
    home("5-101", 3, "行动不便"),
)


STOPS = tuple(
    Stop(0, place, node, "春晓苑", building, unit, 4, "called", called_at=MORNING)
    for place, (node, building, unit) in enumerate(
        (("5号楼", "5", ""), ("17号楼2单元", "17", "2"), ("17号楼3单元", "17", "3")), 1
    )
)
"""All of them were called."""


def begun(chat: Chat, **fields: object) -> Round:
    """A round that runs, with the list of households above."""
    chat.app.roster.import_households(HOMES)
    at = chat.clock.now()
    new = Round(
        0, "春晓苑", "第3轮", "小区北门", at, at + timedelta(hours=2), "running", 20, 10, at, started_at=at
    )
    with chat.app.ledger.transaction():
        return Rounds(chat.app.ledger).open(replace(new, **fields), STOPS)  # type: ignore[arg-type]


# counting


def test_households_and_persons_are_counted_once_each() -> None:
    marks = {
        one.household.key: one for one in (mark(HOMES[0]), mark(HOMES[1], people=1), mark(HOMES[3], "away"))
    }
    counted = tally(stand(HOMES, marks))
    assert (counted.households, counted.sampled, counted.excused, counted.missing) == (7, 2, 3, 2)
    assert (counted.people, counted.people_sampled, counted.expected) == (9, 4, 4)


def test_a_mark_comes_before_what_the_list_says() -> None:
    marks = {HOMES[4].key: mark(HOMES[4]), HOMES[5].key: mark(HOMES[5], "home")}
    kinds = [one.kind for one in stand(HOMES, marks)]
    assert kinds == [None, None, None, None, "tested", "home", None]


def test_the_register_of_isolation_counts_like_the_tag() -> None:
    standings = stand(HOMES, {}, isolated=[HOMES[0].key])
    assert [one.household.door for one in standings if one.kind == "isolated"] == ["17-3-501", "17-2-102"]


def test_whoever_waits_at_home_is_still_missing_and_comes_first() -> None:
    marks = {HOMES[0].key: mark(HOMES[0], "wanted")}
    standings = stand(HOMES, marks, wanted=[HOMES[3].key])
    assert tally(standings).missing == 5 and tally(standings).wanted == 2
    first, then = to_knock(standings)
    assert [one.household.door for one in first] == ["5-101", "17-3-501", "17-3-602", "17-3-801"]
    assert [one.household.door for one in then] == ["17-3-502"]


def test_a_household_of_which_some_are_missing_is_told_apart() -> None:
    standings = stand(HOMES, {HOMES[0].key: mark(HOMES[0], people=2)})
    assert [one.household.door for one in standings if one.short] == ["17-3-501"]


def test_two_thousand_households_are_counted_at_once() -> None:
    homes = [
        home(f"{b}-{u}-{f}0{d}", 3)
        for b in range(1, 41)
        for u in range(1, 6)
        for f in range(1, 6)
        for d in (1, 2)
    ]
    marks = {one.key: mark(one) for one in homes[::2]}
    begin = time.perf_counter()
    counted = tally(one for those in by_unit(stand(homes, marks)).values() for one in those)
    assert (counted.households, counted.sampled) == (2000, 1000)
    assert time.perf_counter() - begin < 0.5


# the ledger


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        (("tested", "staff"), ("away", "self"), "tested"),
        (("away", "staff"), ("tested", "self"), "tested"),
        (("wanted", "staff"), ("tested", "proxy"), "tested"),
        (("tested", "self"), ("wanted", "chain"), "tested"),
        (("tested", "self"), ("wanted", "staff"), "wanted"),
        (("tested", "scanner"), ("away", "staff"), "tested"),
        (("tested", "proxy"), ("away", "staff"), "away"),
    ],
)
def test_the_surer_word_stays_and_a_swab_beats_an_excuse(
    chat: Chat, before: tuple[Kind, Source], after: tuple[Kind, Source], stays: Kind
) -> None:
    of = begun(chat)
    book = Coverage(chat.app.ledger)
    with chat.app.ledger.transaction():
        book.mark(of.id, [mark(HOMES[0], *before)])
        book.mark(of.id, [mark(HOMES[0], *after)])
    assert book.marks(of.id)[HOMES[0].key].kind == stays


def test_tags_come_back_from_the_list_and_a_binding_outlives_a_new_one(chat: Chat) -> None:
    roster: Roster = chat.app.roster
    begun(chat)
    assert roster.households("春晓苑", "17", "3")[-1].tags == ("独居老人",)
    chat.say("王芳", "/我是 17-3-501 王芳", room="")
    roster.import_households([replace(HOMES[0], tags=("孕妇",))])
    bound = roster.household_of("王芳")
    assert bound is not None and bound.tags == ("孕妇",)


# who reads what


def test_progress_is_told_at_work_with_bars_by_building(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-501 502 已测", STAFF_ROOM)
    (line,) = chat.say(STAFF, "/核酸 进度", STAFF_ROOM)
    assert "第3轮 春晓苑：已测 2/5 户（40%），5/10 人，还差 3 户" in line
    assert "空置 1，隔离 1" in line and "5号楼 ▁▁▁▁▁▁▁▁▁▁ 0/1户 0/3人" in line
    assert "17号楼 ▇▇▇▇▇▁▁▁▁▁ 2/4户 5/7人" in line


@pytest.mark.parametrize("command", ["进度", "未测 17号楼", "敲门", "提醒", "标记 17-3-501 已测"])
def test_residents_groups_read_no_door_whoever_asks(chat: Chat, command: str) -> None:
    begun(chat)
    for sender in ("王女士", STAFF):
        for line in chat.say(sender, f"/核酸 {command}", UNIT_ROOM):
            assert "501" not in line and "独居" not in line and "/5" not in line
    assert not Coverage(chat.app.ledger).marks(1)


def test_the_missing_are_listed_by_unit_with_what_has_to_be_known(chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, "/核酸 未测 17号楼", STAFF_ROOM)
    assert "17号楼3单元 4户：501 502 602 801（独居老人）" in line and "5号楼" not in line


def test_a_long_list_comes_in_pages(chat: Chat) -> None:
    begun(chat)
    homes = [
        home(f"{b}-{u}-{f}0{d}") for b in ("1", "17") for u in "12" for f in range(1, 30) for d in (1, 2, 3)
    ]
    chat.app.roster.import_households(homes)
    (first,) = chat.say(STAFF, "/核酸 未测", STAFF_ROOM)
    (second,) = chat.say(STAFF, "/核酸 未测 2页", STAFF_ROOM)
    assert "下一页：/核酸 未测 2页" in first and "2903" in second and len(first) < 1500


def test_private_talk_shows_only_where_somebody_works(chat: Chat) -> None:
    begun(chat)
    assert "17号楼3单元" in chat.say(STAFF, "/核酸 未测", room="")[0]
    line = "".join(chat.say("志愿者小冀", "/核酸 未测", room=""))
    assert "501" not in line and "17号楼" not in line


def test_knocking_begins_with_those_to_be_sampled_at_home(chat: Chat) -> None:
    begun(chat)
    (line,) = chat.say(STAFF, "/核酸 敲门", STAFF_ROOM)
    lines = line.split("\n")
    assert (
        lines[1] == "先上门采样 2 户："
        and lines[2].startswith("5号楼101室")
        and "张奶奶（独居老人）" in lines[3]
    )
    assert lines[4] == "再敲门 3 户：" and lines[-1] == "居家隔离的 1 户不在内，由专人上门。"


def test_a_sealed_building_stands_apart_at_the_end(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "不叫17-3", STAFF_ROOM)
    (line,) = chat.say(STAFF, "/核酸 敲门", STAFF_ROOM)
    lines = line.split("\n")
    assert "敲门名单 1 户" in lines[0] and lines[1] == "先上门采样 1 户："
    assert lines[3] == "封控楼 4 户，这一轮不叫，听安排再上门："
    assert lines[4] == "17号楼3单元 4户：501 502 602 801（独居老人）"
    (told,) = chat.say(STAFF, "/核酸 进度", STAFF_ROOM)
    assert "还差 5 户" in told and "还差的里有 4 户在封控楼" in told
    _, rows = TABLES["doors"][1](chat.app.ledger, ZONE, Tree(chat.app.settings.groups), MORNING)
    assert [row[1] for row in rows] == ["先上门采样", *["封控楼，听安排"] * 4]
    assert "还差的里有 4 户在封控楼" in chat.say(STAFF, "/核酸 结束", STAFF_ROOM)[0]


def test_a_plea_to_be_sampled_at_home_comes_first_too(chat: Chat) -> None:
    begun(chat)
    chat.say("李姐", "我家老人卧床下不了楼，能上门做核酸吗 17-3-602")
    (line,) = chat.say(STAFF, "/核酸 敲门 17-3", STAFF_ROOM)
    assert "17号楼3单元602室（要上门）" in line


def test_whoever_swabs_at_the_door_is_told_of_the_open_ticket(chat: Chat) -> None:
    begun(chat)
    chat.say("李姐", "我家老人卧床下不了楼，能上门做核酸吗 17-3-602")
    (line,) = chat.say(STAFF, "17-3-501 上门采了", STAFF_ROOM)
    assert "办结" not in line
    (line,) = chat.say(STAFF, "17-3-602 上门采了", STAFF_ROOM)
    assert line.endswith("A001 上门采样 还开着，办结请回：办结 1")
    chat.say(STAFF, "接单 A001", STAFF_ROOM)
    chat.say(STAFF, "办结 1", STAFF_ROOM)
    chat.clock.advance(minutes=2)
    chat.hear()
    assert "还开着" not in chat.say(STAFF, "17-3-602 上门采了", STAFF_ROOM)[0]


def test_a_plea_without_a_door_is_a_ticket_and_not_lost_at_the_doors(chat: Chat) -> None:
    begun(chat)
    said = chat.say("李姐", "我妈腿脚不好下不去")
    assert any("A001" in line for line in said)
    (line,) = chat.say(STAFF, "/核酸 敲门", STAFF_ROOM)
    assert line.endswith("另有 1 张上门采样工单没写门牌：A001（17号楼3单元）")
    assert "没写门牌" not in chat.say(STAFF, "/核酸 敲门 5号楼", STAFF_ROOM)[0]


def test_groups_read_the_number_only_once_before_the_end(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-501 已测，502 要上门", STAFF_ROOM)
    chat.clock.advance(minutes=85)
    chat.app.tick(chat.clock.now())
    assert not [line for line in chat.hear() if "没有做核酸" in line]
    chat.clock.advance(minutes=6)
    chat.app.tick(chat.clock.now())
    lines = chat.hear()
    said = [line for line in lines if "没有做核酸" in line]
    assert (
        f"{UNIT_ROOM}: 17号楼3单元还有 2 户没有做核酸，请到小区北门，10:00 结束。行动不便请说一声，我们上门。"
        in said
    )
    assert len(said) == 1 and not any("501" in line or "801" in line for line in said)
    (bare,) = [line for line in lines if "几乎没有记录" in line]  # of 5号楼 not one door was written down
    assert bare.startswith(STAFF_ROOM) and "在群里提醒：5号楼。" in bare
    chat.clock.advance(minutes=1)
    chat.app.tick(chat.clock.now())
    assert not [line for line in chat.hear() if "没有做核酸" in line]
    assert "提醒了 2 个群" in "".join(chat.say(STAFF, "/核酸 提醒", STAFF_ROOM))


def test_where_nobody_writes_down_the_groups_are_not_told_a_wrong_number(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-501 已测", STAFF_ROOM)
    chat.clock.advance(minutes=91)
    chat.app.tick(chat.clock.now())
    lines = chat.hear()
    assert not [line for line in lines if "没有做核酸" in line]
    (line,) = [line for line in lines if "数不准" in line]
    assert line.startswith(STAFF_ROOM) and "只记了 1/5 户" in line
    assert "没有做核酸" in "".join(chat.say(STAFF, "/核酸 提醒", STAFF_ROOM))


def test_a_short_round_is_not_reminded_of_as_soon_as_it_begins(chat: Chat) -> None:
    begun(chat, begins=MORNING, ends=MORNING + timedelta(minutes=30))
    chat.clock.advance(minutes=10)
    chat.app.tick(chat.clock.now())
    assert not [line for line in chat.hear() if "数不准" in line or "没有做核酸" in line]
    chat.clock.advance(minutes=6)
    chat.app.tick(chat.clock.now())
    assert [line for line in chat.hear() if "数不准" in line]


def test_only_those_who_were_called_are_reminded(chat: Chat) -> None:
    of = begun(chat)
    with chat.app.ledger.transaction():
        chat.app.ledger.execute(
            "UPDATE round_stops SET state = 'waiting', called_at = NULL WHERE round = ? AND place = 1",
            (of.id,),
        )
        chat.app.ledger.execute(
            "UPDATE round_stops SET first_floor = 1, last_floor = 5 WHERE round = ? AND place = 3", (of.id,)
        )
    lines = chat.say(STAFF, "/核酸 提醒", STAFF_ROOM)
    assert [line for line in lines if "没有做核酸" in line] == [
        f"{UNIT_ROOM}: 17号楼3单元还有 2 户没有做核酸，请到小区北门，10:00 结束。行动不便请说一声，我们上门。"
    ], "neither the building that waits nor the floors that were not called"
    assert "还没叫到的 1 个没有提醒" in "".join(lines)


def test_a_round_of_a_part_counts_only_that_part(chat: Chat) -> None:
    of = begun(chat)
    with chat.app.ledger.transaction():
        Rounds(chat.app.ledger).change(of.id, scope="春晓苑（除5号楼）")
        chat.app.ledger.execute("DELETE FROM round_stops WHERE round = ? AND building = '5'", (of.id,))
    assert chat.say(STAFF, "17-3-501 502 602 801 已测", STAFF_ROOM)[0].endswith("17号楼3单元 齐了 4/4")
    (line,) = chat.say(STAFF, "/核酸 进度", STAFF_ROOM)
    assert (
        "第3轮 春晓苑（除5号楼）：已测 4/4 户（100%）" in line
        and "5号楼 " not in line
        and "名单外" not in line
    )
    assert "一户不漏" in chat.say(STAFF, "/核酸 未测", STAFF_ROOM)[0]
    assert "一户不漏" in chat.say(STAFF, "/核酸 敲门", STAFF_ROOM)[0]
    assert chat.say(STAFF, "5-101 已测", STAFF_ROOM)[0].endswith("5-101 不在春晓苑（除5号楼）第3轮里，没有记")
    assert "5号楼 不在春晓苑（除5号楼）第3轮里" in chat.say(STAFF, "5号楼全测完", STAFF_ROOM)[0]
    chat.say("李姐", "5号楼101测完了", "春晓苑5号楼群")
    assert not [key for key in Coverage(chat.app.ledger).marks(of.id) if key[1] == "5"]
    assert [line for line in chat.say(STAFF, "/核酸 提醒", STAFF_ROOM) if "没有做核酸" in line] == []
    chat.say(STAFF, "/核酸 结束", STAFF_ROOM)
    tree, zone = Tree(chat.app.settings.groups), chat.app.timekeeper._services.zone
    _, rows = TABLES["coverage"][1](chat.app.ledger, zone, tree, MORNING)
    assert {row[2] for row in rows} == {"17"}


def test_what_is_put_on_the_list_later_counts_in_a_round_of_the_whole(chat: Chat) -> None:
    of = begun(chat)
    with chat.app.ledger.transaction():
        Rounds(chat.app.ledger).change(of.id, scope="春晓苑")
    chat.app.roster.import_households((home("30-1-101", 2),))
    assert "30号楼1单元 1户：101" in chat.say(STAFF, "/核酸 未测", STAFF_ROOM)[0]


def test_two_parts_of_one_compound_are_counted_apart(chat: Chat) -> None:
    first, second = begun(chat), begun(chat, name="第4轮")
    with chat.app.ledger.transaction():
        rounds = Rounds(chat.app.ledger)
        rounds.change(first.id, scope="春晓苑5号楼、春晓苑1号楼")
        rounds.change(second.id, scope="春晓苑17号楼、春晓苑18号楼")
        chat.app.ledger.execute("DELETE FROM round_stops WHERE round = ? AND building = '17'", (first.id,))
        chat.app.ledger.execute("DELETE FROM round_stops WHERE round = ? AND building = '5'", (second.id,))
    assert chat.say(STAFF, "5-101 已测", STAFF_ROOM)[0].endswith("记下 1 户，5号楼 齐了 1/1")
    assert chat.say(STAFF, "17-3-501 已测", STAFF_ROOM)[0].endswith("记下 1 户，17号楼3单元 1/4")
    marks = [len(Coverage(chat.app.ledger).marks(of.id)) for of in (first, second)]
    assert marks == [1, 1]


def test_the_end_names_who_is_left_and_says_when_nobody_is(chat: Chat) -> None:
    of = begun(chat)
    services = chat.app.timekeeper._services
    chat.say(STAFF, "17-3-501 502 602 已测，5-101 已上门", STAFF_ROOM)
    left = progress.summary(of, services)
    assert left == "7 户，已测 4，空置 1，隔离 1，9/10 人，还差 1 户：\n17号楼3单元 1户：801（独居老人）"
    chat.say(STAFF, "17-3-801 上门采了", STAFF_ROOM)
    assert progress.summary(of, services) == "7 户，已测 5，空置 1，隔离 1，10/10 人，一户不漏。"


def test_without_a_list_it_says_what_it_cannot_know(chat: Chat) -> None:
    begun(chat)
    with chat.app.ledger.transaction():
        chat.app.ledger.execute("DELETE FROM households")
    assert chat.say(STAFF, "17-3-501 502 已测", STAFF_ROOM) == [
        f"{STAFF_ROOM}: @{STAFF} 记下 2 户，17号楼3单元 记了 2 户"
    ]
    (line,) = chat.say(STAFF, "/核酸 进度", STAFF_ROOM)
    assert "记了 2 户。没有住户名单，不知道还差几户。" in line


# pictures and tables


def test_picture_and_table_are_sent_where_files_can_be(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "x.db", takes_files=True)
    begun(chat)
    chat.say(STAFF, "17-3-501 已测", STAFF_ROOM)
    chat.app.receive(
        [chat.message(STAFF, "/核酸 进度", STAFF_ROOM), chat.message(STAFF, "/核酸 敲门", STAFF_ROOM)]
    )
    rows = chat.app.ledger.execute(
        "SELECT attachment FROM outbox WHERE attachment <> '' ORDER BY id"
    ).fetchall()
    picture, table = (Path(path.removeprefix("file:")) for (path,) in rows)
    with Image.open(picture) as image:
        assert image.format == "PNG" and image.size[0] >= 720
    cells = [row.cells for row in read_rows(table)]
    assert cells[1][:7] == ("1", "先上门采样", "春晓苑", "5", "", "1", "101") and len(cells) == 5


def test_files_that_name_doors_are_gone_a_day_later(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    chat = open_chat(tmp_path / "x.db", takes_files=True)
    begun(chat)
    chat.say(STAFF, "/核酸 进度", STAFF_ROOM)
    chat.say(STAFF, "/核酸 敲门", STAFF_ROOM)
    picture, table = sorted((tmp_path / "pictures").iterdir())
    for file, hours in ((picture, 23), (table, 25)):
        written = (chat.clock.now() - timedelta(hours=hours)).timestamp()
        os.utime(file, (written, written))
    asyncio.run(chat.app.housekeeping())
    assert picture.exists() and not table.exists()


def test_a_picture_of_a_large_place_fits_a_phone(tmp_path: Path) -> None:
    standings = [Standing(home(f"{b}-{u}-101"), None, None) for b in range(1, 81) for u in (1, 2, 3)]
    draw(tmp_path / "p.png", "第3轮", "春晓苑", MORNING, standings)
    with Image.open(tmp_path / "p.png") as image:
        assert max(image.size) < 3000 and (tmp_path / "p.png").stat().st_size < 500_000


def test_exports_say_of_every_household_how_it_stands_and_who_said_so(chat: Chat) -> None:
    begun(chat)
    chat.say(STAFF, "17-3-501 测了2人，502 外出", STAFF_ROOM)
    ledger, zone = chat.app.ledger, chat.app.timekeeper._services.zone
    tree = Tree(chat.app.settings.groups)
    headers, rows = TABLES["coverage"][1](ledger, zone, tree, MORNING)  # type: ignore[arg-type]
    by_door = {f"{row[2]}-{row[3]}-{row[4]}": dict(zip(headers, row, strict=True)) for row in rows}
    one = by_door["17-3-501"]
    assert (one["情况"], one["测了几人"], one["谁说的"], one["来源"]) == ("已测", 2, STAFF, "工作人员")
    assert by_door["17-3-502"]["情况"] == "外出" and by_door["17-3-801"]["情况"] == "没有"
    _, doors = TABLES["doors"][1](ledger, zone, tree, MORNING)  # type: ignore[arg-type]
    assert [row[6] for row in doors] == ["101", "801", "602"]

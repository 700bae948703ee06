"""A whole round of testing through the official gateway: each unit is called once in its own group, whenever the process
is killed. Needs Node.js."""

import asyncio
import random
import signal
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.ledger.database import Ledger
from bot.ledger.people import Roster
from bot.model.household import Household
from tests.gateway.pretend import BOT, SOON, PretendGateway, node, room
from tests.gateway.stage import ROOT, STAFF, UNSETTLED, Process, rows, until

UNITS = (
    *(("1", "1"), ("1", "3"), ("2", "1"), ("3", "1"), ("3", "2"), ("5", "2")),
    *(("11", "1"), ("11", "3"), ("17", "1"), ("17", "3"), ("71", "3"), ("91", "3")),
)
"""Twelve (building, unit) with numbers that are parts of each other's; those of one building are called together."""
KILLS = 12
WORLD = [room(f"unit{n}@chatroom", f"春晓苑{b}号楼{u}单元群") for n, (b, u) in enumerate(UNITS)]
IDS = {f"春晓苑{b}号楼{u}单元群": f"unit{n}@chatroom" for n, (b, u) in enumerate(UNITS)}
COMPOUND = "compound@chatroom"
CALLS = "SELECT room, text, state FROM outbox WHERE text LIKE '请%下楼做核酸%' ORDER BY id"
WAITING = "SELECT 1 FROM round_stops WHERE called_at IS NULL"
GOING_ON = f"{WAITING} UNION ALL {UNSETTLED}"
START = "/核酸 开始 春晓苑 第3轮 小区北门 00:00-24:00 每批0.5分钟"
NOTICE = "/通知 春晓苑 重要 今晚21点到23点停水，请提前接水。"


@pytest.fixture(scope="session", autouse=True)
def _packages() -> None:
    node()


def community() -> PretendGateway:
    staff = room(STAFF, "百合社区工作群", wxid_secretary="刘书记")
    return PretendGateway(
        *WORLD, room(COMPOUND, "春晓苑居民群"), room("other@chatroom", "和谐小区居民群"), staff
    )


def configure(folder: Path, gateway: PretendGateway) -> Path:
    """A bot.yaml of twelve units without pauses between messages, and a list of a household in each: with batches of
    twenty in half a minute, a unit's turn is over in a second and a half."""
    units = "\n".join(
        f'          - {{name: {b}号楼{u}单元, level: unit, building: "{b}", unit: "{u}", room: 春晓苑{b}号楼{u}单元群}}'
        for b, u in UNITS
    )
    config = folder / "bot.yaml"
    config.write_text(
        f"""community: 百合社区
channel: wechaty
database: var/xiaoxiang.db
data: {ROOT / "data"}
pace: {{min_seconds: 0.05, max_seconds: 0.06, per_room_seconds: 0, per_minute: 0, per_day: 0}}
wechaty: {{endpoint: {gateway.endpoint}, token_env: WECHATY_TOKEN}}
groups:
  - name: 百合社区
    level: community
    staff_room: 百合社区工作群
    children:
      - {{name: 和谐小区, level: compound, room: 和谐小区居民群}}
      - name: 春晓苑
        level: compound
        room: 春晓苑居民群
        children:
{units}
people:
  - {{id: wxid_secretary, name: 刘书记, role: secretary, scope: 百合社区}}
""",
        encoding="utf-8",
    )
    (folder / "var").mkdir()
    with closing(Ledger(folder / "var" / "xiaoxiang.db", BOT)) as ledger:
        Roster(ledger).import_households([Household("春晓苑", b, u, "101", people=2) for b, u in UNITS])
    return config


async def say(gateway: PretendGateway, text: str, room_id: str = STAFF, who: str = "wxid_secretary") -> None:
    """Somebody says something, once."""
    id_ = f"heard-{len(gateway.said)}-{text}"
    await gateway.order("say", messages=[{"id": id_, "roomId": room_id, "talkerId": who, "text": text}])


async def begin(gateway: PretendGateway, database: Path) -> None:
    """The secretary begins a round, once the bot knows all its groups."""
    seen = "SELECT 1 FROM rooms WHERE tree_room IS NOT NULL"
    await until(lambda: len(rows(database, seen)) == len(WORLD) + 3, SOON)
    await say(gateway, START)
    await answered(gateway, "春晓苑第3轮，")
    await say(gateway, "确认")
    await answered(gateway, "第3轮开始了")


async def answered(gateway: PretendGateway, words: str) -> None:
    await gateway.until(lambda: any(words in text for text in told(gateway)), SOON)


def told(gateway: PretendGateway) -> list[str]:
    """What the staff group read."""
    return [said["text"] for said in gateway.said if said["to"] == STAFF]


def heard(gateway: PretendGateway, words: str) -> Counter[tuple[str, str]]:
    """(group's id, text) of what has these words in it, but for the staff's."""
    said = ((one["to"], one["text"]) for one in gateway.said if one["to"] != STAFF)
    return Counter((to, text) for to, text in said if words in text)


def test_killed_twelve_times_in_a_round_no_group_is_called_twice_none_is_left_out(tmp_path: Path) -> None:
    rng, database = random.Random(7), tmp_path / "var" / "xiaoxiang.db"

    async def scene() -> None:
        async with community() as gateway:
            process = Process(configure(tmp_path, gateway))
            try:
                await process.start()
                await process.listens(gateway, 0)
                await begin(gateway, database)
                await gateway.order("slow", ms=300)  # a kill often falls while a message leaves
                for run in range(KILLS):
                    await instant(run, rng, database)
                    await process.stop(signal.SIGKILL)
                    listened = gateway.streams
                    await process.start()
                    if run % 3 != 1:  # else it is killed while it starts
                        await process.listens(gateway, listened)
                await gateway.order("slow", ms=0)
                await until(lambda: not rows(database, GOING_ON), 60)
                await say(gateway, "/核酸 结束")
                await answered(gateway, "确认")
                await say(gateway, "确认")
                await answered(gateway, "第3轮结束")
            finally:
                await process.stop(signal.SIGTERM)
            check(database, gateway)

    asyncio.run(scene())


async def instant(run: int, rng: random.Random, database: Path) -> None:
    """Wait for the next moment to kill: now and then soon after a call was written down, else whatever happens."""
    if run % 3 == 0 and rows(database, WAITING):
        before = len(rows(database, CALLS))
        await until(lambda: len(rows(database, CALLS)) > before, SOON)
    await asyncio.sleep(rng.uniform(0, 2.5 if run % 3 == 2 else 0.8))


def check(database: Path, gateway: PretendGateway) -> None:
    """Each unit called once, in its own group, in order; what is unconfirmed is in the ledger and was told to the staff."""
    calls = rows(database, CALLS)
    assert [name for name, *_ in calls] == [f"春晓苑{b}号楼{u}单元群" for b, u in UNITS]
    unsure = 0
    for (building, unit), (name, text, state) in zip(UNITS, calls, strict=True):
        assert f"请{building}号楼{unit}单元下楼" in text
        assert state in ("sent", "unconfirmed"), (name, state)
        times = heard(gateway, f"请{building}号楼{unit}单元下楼")
        assert set(times) <= {(IDS[name], text)}, "in its own group alone"
        assert times.total() == 1 if state == "sent" else times.total() <= 1
        if state == "unconfirmed":
            unsure += 1
            again = f"要再叫一次就回：叫 {building}-{unit}"
            assert any(name in line and again in line for line in told(gateway)), name
    assert set(heard(gateway, "请准备").values()) <= {1}, "no warning twice"
    print("unconfirmed calls", unsure, "of", len(calls))


def test_a_round_and_a_notice_at_once_and_a_cry_for_help_is_the_very_next_thing_said(tmp_path: Path) -> None:
    database = tmp_path / "var" / "xiaoxiang.db"

    async def scene() -> None:
        async with community() as gateway:
            process = Process(configure(tmp_path, gateway))
            try:
                await process.start()
                await process.listens(gateway, 0)
                await begin(gateway, database)
                await say(gateway, NOTICE)
                await answered(gateway, "13 个群")
                await say(gateway, "确认发")  # the same words again would be taken for the same message
                await gateway.until(lambda: heard(gateway, "停水").total() >= 3, SOON)
                await gateway.order("slow", ms=1500)
                so_far = len(gateway.said)
                await gateway.until(lambda: len(gateway.said) > so_far + 1, SOON)
                before = len(gateway.said)  # the last of them is still leaving
                await say(gateway, "救命啊老伴喘不上气了快来人", "unit3@chatroom", "crowd-3")
                await gateway.until(lambda: len(gateway.said) > before + 1, SOON)
                await gateway.order("slow", ms=0)
                alert, answer = gateway.said[before : before + 2]
                assert (alert["to"], answer["to"]) == (STAFF, "unit3@chatroom")
                assert "【紧急 A001】" in alert["text"] and "120" in answer["text"]
                assert heard(gateway, "停水").total() < len(WORLD), "the notice was still going out"
                await until(lambda: not rows(database, GOING_ON), 60)
            except TimeoutError:
                print("\n".join(told(gateway)))
                raise
            finally:
                await process.stop(signal.SIGTERM)
            notice = heard(gateway, "停水")
            assert {to for to, _ in notice} == {*IDS.values(), COMPOUND} and set(notice.values()) == {1}
            assert heard(gateway, "下楼做核酸") == Counter(
                (IDS[name], text) for name, text, _ in rows(database, CALLS)
            )
            assert {to for to, _ in heard(gateway, "下楼做核酸")} == set(IDS.values())

    asyncio.run(scene())

"""A whole day as a drill: six policy notices to every group, and a round of testing of 5 buildings, 23 units and 460
households that ends with nobody missing.

``python -m tests.drill`` writes tests/drill/ anew (bot.yaml, households.csv, day.jsonl), plays the day in its own time and
tells what was not as it should be. The same by hand:

    xiaoxiang import households tests/drill/households.csv --config tests/drill/bot.yaml
    xiaoxiang replay tests/drill/day.jsonl --config tests/drill/bot.yaml --db var/drill.db
"""

import asyncio
import contextlib
import csv
import itertools
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.channels.replay import Moment, Said, read_transcript
from bot.households import read_households
from bot.ledger.database import Ledger
from bot.ledger.people import Roster
from bot.model.channel import Outgoing
from bot.model.message import Message
from bot.settings import load_data, load_settings
from bot.transcripts import Player

FOLDER = Path(__file__).parent / "drill"
UNITS = {"1": 5, "2": 4, "3": 5, "5": 4, "17": 5}
"""Building -> how many units: 23."""
FLOORS, DOORS = 10, 2
"""Of each unit: 20 households."""

DAY = datetime(2022, 11, 16, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Wednesday
BEGINS, EVERY = timedelta(hours=6, minutes=30), timedelta(minutes=9)
"""When the first unit is called, and how long a unit takes at the site."""

POLICY = ("08", "10", "12", "14", "17", "19")
"""Hours of the six policy notices of data/notices.yaml."""
ENOUGH = len(POLICY) + 3
"""Messages a day that a unit's group has to read: the notices, 请准备, the call, one reminder."""

STAFF, VOLUNTEERS, COMPOUND = "百合社区工作群", "百合社区志愿者群", "春晓苑居民群"
SECRETARY, WORKER, VOLUNTEER = "刘书记", "网格员小安", "志愿者小冀"

TAGGED = {3: "行动不便", 7: "独居老人", 11: "居家隔离", 15: "空置"}
"""Every so many-th household of a building's first unit, by its place in the unit, and what the list says of it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its doors."""

    building: str
    unit: str

    @property
    def room(self) -> str:
        return f"春晓苑{self.title}群"

    @property
    def title(self) -> str:
        return f"{self.building}号楼{self.unit}单元"

    @property
    def doors(self) -> list[str]:
        return [f"{floor}0{door}" for floor in range(1, FLOORS + 1) for door in range(1, DOORS + 1)]

    def tags(self) -> dict[str, str]:
        """Door -> its tag; only first units have any."""
        return {self.doors[n]: tag for n, tag in TAGGED.items()} if self.unit == "1" else {}


def units() -> list[Unit]:
    """All 23, in the order in which they are called."""
    return [Unit(building, str(n)) for building, count in UNITS.items() for n in range(1, count + 1)]


def community() -> str:
    """bot.yaml."""
    lines = [
        "# 由 python -m tests.drill 写出，不用手改。",
        "community: 百合社区",
        "database: ../../var/drill.db",
        "data: ../../data/",
        "modes:",
        "  everyday: {}",
        "  wartime: {pace: {per_minute: 30, per_day: 2000}}",
        "groups:",
        "  - name: 百合社区",
        "    level: community",
        "    room: 百合社区居民群",
        f"    staff_room: {STAFF}",
        f"    volunteer_room: {VOLUNTEERS}",
        "    children:",
        "      - {name: 和谐小区, level: compound, room: 和谐小区居民群}",
        "      - name: 春晓苑",
        "        level: compound",
        f"        room: {COMPOUND}",
        "        children:",
    ]
    for building, count in UNITS.items():
        lines += [
            f'          - name: {building}号楼\n            level: building\n            building: "{building}"',
            "            children:",
        ]
        for n in range(1, count + 1):
            one = Unit(building, str(n))
            lines.append(f'              - {{name: {one.title}, level: unit, unit: "{n}", room: {one.room}}}')
    lines += [
        "people:",
        f"  - {{id: wxid_secretary, name: {SECRETARY}, role: secretary, scope: 百合社区}}",
        f"  - {{id: wxid_worker, name: {WORKER}, role: worker, scope: 春晓苑}}",
        f"  - {{id: wxid_volunteer, name: {VOLUNTEER}, role: volunteer, scope: 春晓苑}}",
    ]
    return "\n".join(lines) + "\n"


def households() -> Iterator[Sequence[str]]:
    """The rows of households.csv, its headers first."""
    yield ("小区", "楼栋", "单元", "室", "户主", "人数", "标签")
    for one in units():
        tags = one.tags()
        for n, door in enumerate(one.doors):
            yield ("春晓苑", one.building, one.unit, door, f"户主{door}", str(1 + n % 4), tags.get(door, ""))


def day() -> Iterator[dict[str, str]]:
    """The lines of the transcript."""
    yield said("05:50", "私聊", SECRETARY, "/模式 战时")
    yield said("06:00", STAFF, SECRETARY, "/核酸 开始 春晓苑 第3轮 小区北门 6:30-11:30")
    yield said("06:01", STAFF, SECRETARY, "确认")
    called = DAY + BEGINS
    for one in units():
        yield from at_the_site(one, called)
        called += EVERY
    yield from afterwards()
    yield {"at": (DAY + timedelta(hours=21)).isoformat()}


def said(clock: str | datetime, room: str, sender: str, text: str) -> dict[str, str]:
    """One line of the transcript."""
    if isinstance(clock, str):
        hours, minutes = clock.split(":")
        clock = DAY + timedelta(hours=int(hours), minutes=int(minutes))
    return {"at": clock.isoformat(), "room": room, "sender": sender, "text": text}


def at_the_site(one: Unit, called: datetime) -> Iterator[dict[str, str]]:
    """What is said while a unit is at the site: volunteers mark most doors, a household says so itself, a neighbour speaks
    for an old man without a phone; the last two come later, or not at all."""
    coming = [door for door in one.doors if one.tags().get(door) in (None, "独居老人")]
    marked, own, proxy = coming[:-4], coming[-4], coming[-3]
    half = len(marked) // 2
    for minutes, some in ((4, marked[:half]), (7, marked[half:])):
        doors = " ".join(some)
        yield said(
            called + timedelta(minutes=minutes),
            VOLUNTEERS,
            VOLUNTEER,
            f"{one.building}-{one.unit} {doors} 测了",
        )
    yield said(called + timedelta(minutes=7, seconds=20), one.room, f"户主{own}", f"{own}已测")
    yield said(
        called + timedelta(minutes=7, seconds=40),
        one.room,
        f"邻居{own}",
        f"帮对门{proxy}测了",
    )
    yield said(called + timedelta(minutes=8, seconds=40), STAFF, WORKER, f"{one.building}-{one.unit}完成")


def afterwards() -> Iterator[dict[str, str]]:
    """Who is missing, a reminder, those who come late, and the doors that are knocked at."""
    yield said("10:05", STAFF, WORKER, "/核酸 进度")
    yield said("10:06", STAFF, WORKER, "/核酸 提醒")
    clock = DAY + timedelta(hours=10, minutes=12)
    for one in units():
        coming = [door for door in one.doors if one.tags().get(door) in (None, "独居老人")]
        yield said(clock, VOLUNTEERS, VOLUNTEER, f"已测 {one.building}-{one.unit}-{coming[-2]}")
        clock += timedelta(seconds=40)
    yield said("10:40", STAFF, WORKER, "/核酸 未测 17号楼")
    yield said("10:41", STAFF, WORKER, "/核酸 名单")
    clock = DAY + timedelta(hours=10, minutes=50)
    for one in units():
        coming = [door for door in one.doors if one.tags().get(door) in (None, "独居老人")]
        away = one.building == "3"
        text = f"{one.building}-{one.unit}-{coming[-1]} {'外出' if away else '上门采样了'}"
        yield said(clock, VOLUNTEERS, VOLUNTEER, text)
        for door, tag in one.tags().items():
            if tag == "行动不便":
                clock += timedelta(seconds=30)
                yield said(clock, VOLUNTEERS, VOLUNTEER, f"{one.building}-{one.unit}-{door} 上门采样了")
        clock += timedelta(seconds=40)
    yield said("11:20", STAFF, SECRETARY, "/核酸 进度")
    yield said("11:21", STAFF, SECRETARY, "/核酸 结束")


def write(folder: Path = FOLDER) -> None:
    """bot.yaml, households.csv and day.jsonl."""
    folder.mkdir(exist_ok=True)
    (folder / "bot.yaml").write_text(community(), encoding="utf-8")
    with (folder / "households.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(households())
    rows = sorted(day(), key=lambda row: row["at"])
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "day.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Killed(BaseException):
    """kill -9 of the process."""


@dataclass
class Day:
    """What was heard on a day."""

    heard: list[Said]
    """Everything the bot said."""
    lost: list[Outgoing]
    """What was leaving when the process was killed, and never left."""
    calls: list[tuple[str, str, str]]
    """(group, text, state) of every call that was ever written down."""


def play(folder: Path = FOLDER, kills: Collection[int] = (), seed: int = 0) -> Day:
    """Play the day. ``kills``: at the so-many-th message that leaves the process is killed, before or after it left
    (as ``seed`` has it), and a new one goes on where it stopped."""
    settings, rng = load_settings(folder / "bot.yaml"), random.Random(seed)
    people = {person.name: person.id for person in settings.people}
    day, sends = Day([], [], []), itertools.count(1)

    def leave(said: Said) -> None:
        killed = next(sends) in kills
        if killed and rng.random() < 0.5:
            day.lost.append(said.out)
            raise Killed
        day.heard.append(said)
        if killed:
            raise Killed

    with tempfile.TemporaryDirectory() as scratch, (folder / "day.jsonl").open(encoding="utf-8") as file:
        database = Path(scratch) / "drill.db"
        with contextlib.closing(Ledger(database)) as ledger:
            found = read_households(folder / "households.csv", ["春晓苑"])
            Roster(ledger).import_households(found.households)
        rows = list(read_transcript(file, people))
        data, at = load_data(settings.data), rows[0].at
        while True:
            player = Player(settings, data, database, leave, at)
            with contextlib.closing(player), contextlib.suppress(Killed):
                asyncio.run(_go_on(player, rows))
                break
            at = player.clock.now()
        with contextlib.closing(Ledger(database)) as ledger:
            day.calls = ledger.execute(
                "SELECT room, text, state FROM outbox WHERE kind = 'call' ORDER BY id"
            ).fetchall()
    return day


async def _go_on(player: Player, rows: list[Message | Moment]) -> None:
    """Play what is left, and take from ``rows`` what was heard."""
    while rows:
        await player.send_until(rows[0].at)
        player.clock.reach(rows[0].at)
        await player.say(rows.pop(0))
    await player.play([])


def wrong(heard: Sequence[Said]) -> list[str]:
    """What was not as it should be: notices, calls, coverage, doors told to neighbours."""
    problems = []
    groups = [one.room for one in units()] + [COMPOUND, "和谐小区居民群", "百合社区居民群"]
    policy = Counter(
        (f"{one.at.astimezone(DAY.tzinfo):%H}", one.out.room)
        for one in heard
        if one.out.kind == "notice" and "防疫提示" in one.out.text
    )
    wanted_notices = Counter((hour, room) for hour in POLICY for room in groups)
    problems += [f"{room}：{hour} 点的政策通知少了" for hour, room in wanted_notices - policy]
    problems += [f"{room}：{hour} 点的政策通知多了" for hour, room in policy - wanted_notices]
    warned = Counter((one.out.room, one.out.text[:8]) for one in heard if "请准备" in one.out.text)
    problems += [f"{room}：{text}，准备了 {n} 次" for (room, text), n in warned.items() if n > 1]
    problems += [
        f"{room}：一天 {n} 条，太多了"
        for room, n in Counter(one.out.room for one in heard).items()
        if room in groups and n > ENOUGH
    ]
    called = [(one.out.room, one.out.text.split("下楼")[0]) for one in heard if one.out.text.startswith("请")]
    wanted = [(one.room, f"请{one.title}") for one in units()]
    problems += [f"{room}：{text}，叫了 {n} 次" for (room, text), n in Counter(called).items() if n != 1]
    if called != wanted:
        problems.append(f"叫号的群或先后不对：{[pair for pair in called if pair not in wanted] or called}")
    doors = {door for one in units() for door in one.doors}
    problems += [
        f"{one.out.room}：说出了门牌：{one.out.text}"
        for one in heard
        if one.out.room in groups and doors & set(re.findall(r"(?<!\d)\d{3,4}(?!\d)", one.out.text))
    ]
    ends = [one.out.text for one in heard if one.out.room == STAFF and "第3轮结束" in one.out.text]
    if len(ends) != 1 or "460 户" not in ends[0] or "一户不漏" not in ends[0]:
        problems.append(f"最后没有一户不漏：{ends}")
    return problems


def main() -> None:
    """Write, play, and tell."""
    write()
    heard = play().heard
    for one in heard:
        if "-v" in sys.argv:
            print(f"{one.at.astimezone(DAY.tzinfo):%H:%M} {one.out.room or '私聊'}: {one.out.text}")
    print(f"说了 {len(heard)} 条。")
    problems = wrong(heard)
    print("\n".join(problems) or "都对。")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()

"""The whole bot through the official gateway: words in a group, rows in the ledger, words in the group. Needs Node.js."""

import asyncio
import os
import random
import re
import signal
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, SystemClock, build
from bot.channels.wechaty import Patience, WechatyChannel
from bot.model.settings import Pace
from bot.settings import load_data, load_settings
from tests.gateway.pretend import TOKEN, PretendGateway, node, room

ROOT = Path(__file__).parent.parent.parent
UNITS = ["1号楼1单元", "1号楼2单元", "17号楼1单元", "17号楼2单元", "17号楼3单元"]
STAFF = "staff@chatroom"
KILLS = 30
UNSETTLED = "SELECT 1 FROM outbox WHERE state IN ('pending', 'sending')"


@pytest.fixture(scope="session", autouse=True)
def _packages() -> None:
    node()


def community() -> PretendGateway:
    """The sample community's unit groups and its staff group."""
    rooms = [room(f"unit{n}@chatroom", f"春晓苑{unit}群") for n, unit in enumerate(UNITS)]
    return PretendGateway(*rooms, room(STAFF, "百合社区工作群", wxid_secretary="刘书记"))


def talk(rng: random.Random, start: int, count: int, pleas: float) -> list[dict[str, Any]]:
    """Messages of a busy day, numbered; each plea by somebody who has not pleaded before."""
    said = []
    for number in range(start, start + count):
        unit = rng.randrange(len(UNITS))
        plea = rng.random() < pleas
        who = f"crowd-{unit}-{number if plea else rng.randrange(100)}"
        text = f"家里降压药没有了，需要买{number}盒" if plea else f"大家早上好呀{number}"
        said.append({"id": f"m{number:05}", "roomId": f"unit{unit}@chatroom", "talkerId": who, "text": text})
    return said


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """What the ledger holds."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def by_room(pairs: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Grouped, in order."""
    grouped = defaultdict(list)
    for room_id, what in pairs:
        grouped[room_id].append(what)
    return grouped


@asynccontextmanager
async def at_work(gateway: PretendGateway, database: Path) -> AsyncIterator[tuple[App, WechatyChannel]]:
    """The bot of the sample bot.yaml, on this gateway, without pauses between its messages."""
    settings = replace(load_settings(ROOT / "bot.yaml"), pace=Pace(0, 0, 0, 0, 0, 1))
    clock = SystemClock(settings.timezone)
    patience = Patience(ding=2, dong=4, deaf=0.5)
    channel = WechatyChannel(gateway.endpoint, TOKEN, clock=clock, patience=patience)
    app = build(settings, load_data(settings.data), channel, clock, random.Random(1), database)
    task = asyncio.create_task(app.run())
    try:
        await back(channel)
        yield app, channel
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        app.ledger.close()


async def back(channel: WechatyChannel) -> float:
    """Wait until the bot hears, 10 s at most; returns the seconds it took."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    await until(lambda: channel.ready, 10)
    return loop.time() - start


async def until(so: Callable[[], bool], seconds: float) -> None:
    """Wait for a state that rings no bell."""
    async with asyncio.timeout(seconds):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def play(scene: Callable[[PretendGateway], Coroutine[Any, Any, None]]) -> None:
    async def on_stage() -> None:
        async with community() as gateway:
            await scene(gateway)

    asyncio.run(on_stage())


def test_a_plea_becomes_a_row_an_answer_in_the_group_and_an_alert_to_the_staff(tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"

    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, database):
            plea = {
                "id": "m1",
                "roomId": "unit4@chatroom",
                "talkerId": "crowd-7",
                "text": "家里降压药没有了，需要买两盒",
            }
            await gateway.order("say", messages=[plea])
            await gateway.until(lambda: {STAFF, "unit4@chatroom"} <= {said["to"] for said in gateway.said})
        [(intent, requester, building, unit)] = rows(
            database, "SELECT intent, requester, building, unit FROM tickets"
        )
        assert (intent, requester, building, unit) == ("help.medicine", "邻居7", "17", "3")
        told = {said["to"]: said for said in gateway.said}
        assert told["unit4@chatroom"]["text"].startswith("@邻居7\u2005已登记 A001（17号楼3单元")
        assert told["unit4@chatroom"]["mentions"] == ["crowd-7"]
        assert told[STAFF]["text"].startswith("【新工单 A001】") and "两盒" in told[STAFF]["text"]

    play(scene)


def test_2000_messages_in_5_rooms_at_once_none_lost_none_doubled_in_order(tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"

    async def scene(gateway: PretendGateway) -> None:
        said = talk(random.Random(1), 0, 2000, pleas=0.1)
        pleas = [message for message in said if "盒" in message["text"]]
        async with at_work(gateway, database) as (app, _):
            await gateway.order("say", messages=said)
            await gateway.order("announce", ids=[message["id"] for message in said[::7]])  # some come again
            await gateway.until(lambda: len(gateway.said) >= 2 * len(pleas), 90)
            await app.settled()
        assert rows(database, "SELECT id FROM messages ORDER BY id") == [(message["id"],) for message in said]
        tickets = rows(database, "SELECT room_id, message_id FROM tickets ORDER BY id")
        assert tickets == [(message["roomId"], message["id"]) for message in pleas]
        answered = by_room((said["to"], said["mentions"]) for said in gateway.said if said["to"] != STAFF)
        assert answered == by_room((message["roomId"], [message["talkerId"]]) for message in pleas)
        assert len(gateway.said) == 2 * len(pleas)

    play(scene)


def test_gateway_killed_five_times_under_load_back_within_10_s_and_nothing_answered_twice(
    tmp_path: Path,
) -> None:
    database = tmp_path / "ledger.db"
    away: list[float] = []

    async def scene(gateway: PretendGateway) -> None:
        rng = random.Random(2)
        async with at_work(gateway, database) as (app, channel):
            for start in range(0, 1500, 300):
                said = talk(rng, start, 300, pleas=0.1)
                await gateway.order("say", messages=said)
                before = len(gateway.said)
                await gateway.until(
                    lambda before=before: len(gateway.said) > before + rng.randrange(5, 30), 30
                )
                await gateway.kill()
                gateway.held += said
                await gateway.start()
                away.append(await back(channel))
            await app.settled()
            await until(lambda: not rows(database, UNSETTLED), 60)
            assert channel.lost == 0
        check_ledger(database, gateway)
        print("back after", [round(seconds, 1) for seconds in away])
        assert max(away) < 10

    play(scene)


def check_ledger(database: Path, gateway: PretendGateway) -> None:
    """Each message one outcome, each plea one ticket with one answer and one alert, each row sent or unconfirmed."""
    tickets = rows(database, "SELECT message_id FROM tickets")
    pleas = rows(database, "SELECT id FROM messages WHERE outcome LIKE '%ticket%' OR outcome LIKE 'help%'")
    assert len(set(tickets)) == len(tickets) > 0
    assert sorted(tickets) == sorted(pleas)
    queued = rows(
        database, "SELECT message_id, kind, count(*) FROM outbox WHERE message_id <> '' GROUP BY 1, 2"
    )
    assert {(message_id, kind) for message_id, kind, _ in queued} == {
        (message_id, kind) for (message_id,) in tickets for kind in ("reply", "alert")
    }
    assert {count for *_, count in queued} == {1}
    states = Counter(state for (state,) in rows(database, "SELECT state FROM outbox"))
    assert set(states) <= {"sent", "unconfirmed"}
    said = Counter((said["to"], re.sub("^@.*\u2005", "", said["text"])) for said in gateway.said)
    for room_id, text, state in rows(
        database, "SELECT room_id, text, state FROM outbox WHERE message_id <> ''"
    ):
        assert said[room_id, text] == 1 if state == "sent" else said[room_id, text] <= 1
    reports = rows(database, "SELECT 1 FROM outbox WHERE kind = 'alert' AND text LIKE '%不确定有没有发出去%'")
    assert bool(reports) or not states["unconfirmed"]


class Process:
    """`xiaoxiang run` as a process of its own."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environment = os.environ | {"WECHATY_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bot", "run", "--config", str(self._config)]
        with (self._config.parent / "bot.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self._config.parent,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=log,
            )

    async def listens(self, gateway: PretendGateway, before: int) -> None:
        """Wait until it has opened its stream, the ``before + 1``-th of that gateway."""
        try:
            await gateway.until(lambda: gateway.streams > before, 30)
        except TimeoutError:
            pytest.fail((self._config.parent / "bot.log").read_text(encoding="utf-8")[-2000:])

    async def stop(self, how: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
            await asyncio.wait_for(self._process.wait(), 20)


def configure(folder: Path, gateway: PretendGateway) -> Path:
    """The sample bot.yaml on this gateway, without pauses between messages."""
    text = (ROOT / "bot.yaml").read_text(encoding="utf-8")
    for pattern, value in [
        (r"^channel: \w+", "channel: wechaty"),
        (r"^data: \S+", f"data: {ROOT / 'data'}"),
        (r"^  endpoint: \S+", f"  endpoint: {gateway.endpoint}"),
        (r"^  (min_seconds|per_\w+): +[\d.]+", r"  \1: 0"),
        (r"^  max_seconds: +[\d.]+", "  max_seconds: 0.001"),
    ]:
        text, count = re.subn(pattern, value, text, flags=re.M)
        assert count
    config = folder / "bot.yaml"
    config.write_text(text, encoding="utf-8")
    return config


def test_bot_killed_at_30_random_instants_under_load_each_message_has_one_outcome(tmp_path: Path) -> None:
    rng = random.Random(3)
    database = tmp_path / "var" / "xiaoxiang.db"

    async def scene(gateway: PretendGateway) -> None:
        said: list[dict[str, Any]] = []
        process = Process(configure(tmp_path, gateway))

        async def keep_talking() -> None:
            while True:
                said.extend(more := talk(rng, len(said), 4, pleas=0.1))
                await gateway.order("say", messages=more)
                await asyncio.sleep(0.1)

        talking = asyncio.create_task(keep_talking())
        try:
            for run in range(KILLS):
                await process.start()
                await process.listens(gateway, run)
                await asyncio.sleep(rng.uniform(0, 1))
                await process.stop(signal.SIGKILL)
            talking.cancel()
            await process.start()
            await process.listens(gateway, KILLS)
            await gateway.order("announce", ids=[message["id"] for message in said])  # all come again
            await until(lambda: len(rows(database, "SELECT 1 FROM messages")) == len(said), 60)
            await until(lambda: not rows(database, UNSETTLED), 60)
        finally:
            talking.cancel()
            await process.stop(signal.SIGTERM)
        check_ledger(database, gateway)

    play(scene)

"""A whole bot on the pretend gateway: in this process, or as `xiaoxiang run` in one of its own that can be killed."""

import asyncio
import os
import random
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, SystemClock, build
from bot.channels.wechaty import Patience, WechatyChannel
from bot.model.settings import Pace
from bot.settings import load_data, load_settings
from tests.gateway.pretend import TOKEN, PretendGateway, room

ROOT = Path(__file__).parent.parent.parent
UNITS = ["1号楼1单元", "1号楼2单元", "17号楼1单元", "17号楼2单元", "17号楼3单元"]
STAFF = "staff@chatroom"
UNSETTLED = "SELECT 1 FROM outbox WHERE state IN ('pending', 'sending')"


def community() -> PretendGateway:
    """The sample community's unit groups and its staff group."""
    rooms = [room(f"unit{n}@chatroom", f"春晓苑{unit}群") for n, unit in enumerate(UNITS)]
    return PretendGateway(*rooms, room(STAFF, "百合社区工作群", wxid_secretary="刘书记"))


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """What the ledger holds."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


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


def configure(
    folder: Path, gateway: PretendGateway, pace_seconds: float = 0, sample: Path = ROOT / "bot.yaml"
) -> Path:
    """The sample bot.yaml on this gateway, with so long between messages."""
    text = sample.read_text(encoding="utf-8")
    for pattern, value in [
        (r"^channel: \w+", "channel: wechaty"),
        (r"^data: \S+", f"data: {ROOT / 'data'}"),
        (r"^  endpoint: \S+", f"  endpoint: {gateway.endpoint}"),
        (r"^  per_\w+: +[\d.]+", lambda found: found[0].split(":")[0] + ": 0"),
        (r"^  min_seconds: +[\d.]+", f"  min_seconds: {pace_seconds}"),
        (r"^  max_seconds: +[\d.]+", f"  max_seconds: {pace_seconds + 0.001}"),
    ]:
        text, count = re.subn(pattern, value, text, flags=re.M)
        assert count
    config = folder / "bot.yaml"
    config.write_text(text, encoding="utf-8")
    return config

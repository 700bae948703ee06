"""How long an edit of a FAQ of a thousand entries takes from its save until it is answered by, and how long messages have
to wait meanwhile. The whole bot runs, on the disk and by the real clock, because who gets the machine is what is measured."""

import asyncio
import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

from bot.app import App, SystemClock, build
from bot.model.channel import Outgoing
from bot.model.message import Event, LoggedIn, Message, RoomNamed
from bot.model.settings import Pace, Settings
from bot.settings import load_data
from bot.shelf import DiskShelf
from bot.stillness import STILL

EDITS, APART = 8, 3.0
"""So many edits, each so many seconds after the one before was live."""
APART_MESSAGES = 1 / 50
"""Seconds from one message to the next."""
QUIET = 6.0
"""Seconds of messages without an edit, to compare with."""

_STREETS = (
    "东风 建设 人民 解放 和平 胜利 光明 幸福 团结 文化 青年 长江 黄河 泰山 珠江 中山 朝阳 "
    "红旗 友谊 北京 上海 南京 天津 重庆 桂林 昆明 西湖 平安 富强 民主"
)
_SHOPS = (
    "药店 菜店 粮油店 水站 银行 邮局 诊所 理发店 修鞋摊 裁缝铺 五金店 书店 花店 早餐店 面馆 奶站 浴室 "
    "洗衣店 茶馆 照相馆 幼儿园 托老所 充电站 修车铺 回收站 打印店 眼镜店 彩票站 宠物店 文具店 快递站 棋牌室 车站 码头"
)


@dataclass(frozen=True, slots=True)
class Reloads:
    """What it took."""

    entries: int
    live: list[float] = field(default_factory=list)
    """Seconds from each save to the moment from which it is answered by, ``STILL`` of it waiting for a pause."""
    quiet: Sequence[float] = ()
    """Seconds each message took from being heard to disk while nothing was edited, sorted."""
    busy: Sequence[float] = ()
    """The same while edits were worked out."""


@dataclass
class _Channel:
    """Hears what it is given, and says nothing to anybody."""

    paced: bool = False
    takes_files: bool = False
    ready: bool = True
    deaf_since: datetime | None = None
    deaf_reason: str = ""
    hearing: asyncio.Future[Callable[[Event], None]] = field(default_factory=asyncio.Future)
    """What takes events, once somebody listens."""

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Listen until cancelled."""
        self.hearing.set_result(hear)
        await asyncio.Event().wait()

    async def send(self, out: Outgoing) -> str:
        """Say it to nobody."""
        return ""


def thousand() -> Iterator[tuple[str, str]]:
    """(shop, the YAML of an entry about it) of a thousand entries of six questions each."""
    shops = [f"{street}路{shop}" for street, shop in itertools.product(_STREETS.split(), _SHOPS.split())]
    for n, shop in enumerate(shops[:1000]):
        asked = ("几点开门", "什么时候开门", "开到几点", "几点关门", "开门了没有", "营业时间是几点到几点")
        questions = ", ".join(shop + words for words in asked)
        yield (
            shop,
            f"- id: shop-{n}\n  topic: 店铺\n  questions: [{questions}]\n  answer: {shop}第 0 版，照常开门。\n",
        )


def measure(settings: Settings, folder: Path, texts: Sequence[str]) -> Reloads:
    """Run the bot on a copy of data/ with a thousand entries more; ``texts`` are what people say meanwhile."""
    shutil.copytree(settings.data, folder / "data")
    faq = folder / "data" / "faq.yaml"
    faq.write_text(faq.read_text("utf-8") + "".join(entry for _, entry in thousand()), "utf-8")
    apart = replace(settings, data=folder / "data", database=folder / "bench.db", pace=Pace(0, 0, 0, 0, 0, 0))
    return asyncio.run(_measure(apart, texts))


async def _measure(settings: Settings, texts: Sequence[str]) -> Reloads:
    channel, clock = _Channel(), SystemClock(settings.timezone)
    app = build(
        settings,
        load_data(settings.data),
        channel,
        clock,
        random.Random(1),
        settings.database,
        shelf=DiskShelf(settings.data),
    )
    took: list[float] = []
    receive = app.receive

    def timed(events: Sequence[Event]) -> None:
        receive(events)
        at = clock.now()
        took.extend((at - one.at).total_seconds() for one in events if isinstance(one, Message))

    app.receive = timed  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(app.run())
    hear = await channel.hearing
    rooms = app.assistant.room_names()
    hear(LoggedIn("bench", clock.now()))
    for room in rooms:
        hear(RoomNamed(room, room, clock.now()))
    await _edit(app, settings.data / "faq.yaml", 0)  # the first one waits until everything is warm
    talking = asyncio.create_task(_talk(hear, clock, rooms, texts))
    await asyncio.sleep(1)
    took.clear()
    await asyncio.sleep(QUIET)
    found = Reloads(len(app.live.faq), quiet=sorted(took))
    took.clear()
    for n in range(1, EDITS + 1):
        found.live.append(await _edit(app, settings.data / "faq.yaml", n))
        await asyncio.sleep(APART)
    for task in (talking, running):
        task.cancel()
    await asyncio.gather(talking, running, return_exceptions=True)
    return replace(found, busy=sorted(took))


async def _edit(app: App, faq: Path, n: int) -> float:
    """Change one answer, and every other time a question, too; the seconds until it is live."""
    shop, entry = next(itertools.islice(thousand(), 101 * n, None))
    text = await asyncio.to_thread(faq.read_text, "utf-8")
    changed = entry.replace("第 0 版", f"第 {n + 1} 版")
    if n % 2:
        changed = changed.replace(f"{shop}几点开门", f"{shop}今天开不开")
    version = app.live.version
    await asyncio.to_thread(faq.write_text, text.replace(entry, changed), "utf-8")
    began = perf_counter()
    while app.live.version == version:  # noqa: ASYNC110 - nothing rings when it changes
        await asyncio.sleep(0.005)
    return perf_counter() - began


async def _talk(
    hear: Callable[[Event], None], clock: SystemClock, rooms: Sequence[str], texts: Sequence[str]
) -> None:
    due = perf_counter()
    for n, text in enumerate(itertools.cycle(texts)):
        room = rooms[n % len(rooms)]
        hear(Message(f"m{n}", clock.now(), room, room, f"p{n}", f"居民{n}", text))
        due += APART_MESSAGES
        await asyncio.sleep(max(0.0, due - perf_counter()))


def report(found: Reloads) -> dict[str, float]:
    """The figures, in seconds and milliseconds."""
    live = sorted(found.live)
    return {
        "entries": found.entries,
        "live_seconds": round(live[len(live) // 2], 2),
        "live_slowest_seconds": round(live[-1], 2),
        "still_seconds": STILL.total_seconds(),
        **{
            f"{name}_{at}_ms": round(took[min(len(took) * part // 1000, len(took) - 1)] * 1000, 1)
            for name, took in (("quiet", found.quiet), ("busy", found.busy))
            for at, part in (("p50", 500), ("p99", 990), ("max", 1000))
        },
    }

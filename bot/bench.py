"""What this machine does, stage by stage. Figures are of this machine and this moment; ratios travel better.

The mix is 60% chat, 20% questions, 15% pleas and 5% commands as they are typed all day, made from the examples in data/;
reports and rosters are timed one by one.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bot import bench_calls, bench_notices, bench_reload, bench_rows
from bot.app import BATCH, App, build, steady
from bot.bench_desk import OPEN, Timing, measure
from bot.channels.replay import ReplayChannel, TranscriptClock
from bot.groups import Tree
from bot.learnt import engine_of
from bot.model.message import LoggedIn, Message, RoomNamed
from bot.model.settings import Settings
from bot.settings import Data
from handlers.table import COMMANDS
from intents.engine import Engine
from intents.lexicon import Words

START = datetime(2022, 11, 16, 8, tzinfo=UTC)
APART = timedelta(milliseconds=20)
"""Distance between two messages, in the bench's own time."""
SEED = 17
MIX = (("chat", 60), ("question", 20), ("plea", 15), ("command", 5))


@dataclass(frozen=True)
class Stage:
    """One measured stage."""

    name: str
    messages: int
    seconds: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def mixed(data: Data, count: int, rng: random.Random) -> list[tuple[str, str]]:
    """(kind, text) of so many messages in the mix."""
    of = {spec.id: spec for spec in data.intents}

    def said(intent: str) -> list[str]:
        return [text for _, _, text in of[intent].sentences()]

    pools: dict[str, Sequence[str]] = {
        "chat": [*said("chitchat"), *said("thanks"), *said("offer"), *of["help.supplies"].not_examples,
                 *of["help.medicine"].not_examples],
        "question": [text for entry in data.faq for text in (*entry.questions, *entry.examples)],
        "plea": [text for id_ in of if id_.startswith("help.") for text in said(id_)],
        "command": [entry.example for entry in COMMANDS if entry.bare or entry.name in ("帮助", "我是", "接龙")],
    }  # fmt: skip
    kinds = rng.choices([kind for kind, _ in MIX], [share for _, share in MIX], k=count)
    return [(kind, rng.choice(pools[kind])) for kind in kinds]


def run(settings: Settings, data: Data, count: int, as_json: bool) -> None:
    """Measure and print."""
    console = Console(stderr=True)
    rng = random.Random(SEED)
    mix = mixed(data, count, rng)
    texts = [text for _, text in mix]
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("正在量…", total=8)
        engine = engine_of(data)
        understood, latencies = _understand(engine, texts)
        progress.advance(task)
        cut = _timed("jieba.lcut（只切词，作对照）", texts, Words())
        progress.advance(task)
        durable = _end_to_end(settings, data, mix)
        progress.advance(task)
        desk = _desk(settings, data, engine, rounds=min(max(count // 400, 5), 50))
        progress.advance(task)
        calls = _calls(settings, data, engine)
        progress.advance(task)
        schedules = _schedules(settings, data, engine)
        queueing = _queueing(settings, data, engine)
        progress.advance(task)
        reloads = _reloads(settings, [text for kind, text in mix if kind != "command"])
        progress.advance(task)
        cold = _cold_start()
        progress.advance(task)
    report = _report([understood, cut, durable], latencies, cold) | {
        "desk": _commands(desk),
        "notices": _noticeboard(schedules),
        "calls": asdict(calls) | {"queue_to_one_reply": round(calls.queue / calls.one_reply, 1)},
        "rows": _rows(queueing),
        "reload": bench_reload.report(reloads),
    }
    print(json.dumps(report, ensure_ascii=False) if as_json else _printed(report))


def _timed(name: str, texts: Sequence[str], work: Callable[[str], Any]) -> Stage:
    for text in texts[:50]:
        work(text)  # load and warm up
    begin = perf_counter()
    for text in texts:
        work(text)
    return Stage(name, len(texts), perf_counter() - begin)


def _understand(engine: Engine, texts: Sequence[str]) -> tuple[Stage, list[float]]:
    engine.words("热身")  # jieba's dictionary is part of the cold start, not of the speed
    stage = _timed("听懂（一核）", texts, engine.understand)
    latencies = []
    for text in texts:
        begin = perf_counter()
        engine.understand(text)
        latencies.append(perf_counter() - begin)
    return stage, sorted(latencies)


def _end_to_end(settings: Settings, data: Data, mix: Sequence[tuple[str, str]]) -> Stage:
    """From hearing to durable on disk (synchronous=FULL): tickets, answers to send, handled."""
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix="bench-") as folder:
        clock = TranscriptClock(START)
        channel = ReplayChannel(clock, lambda said: None)
        app = build(settings, data, channel, clock, random.Random(SEED), Path(folder) / "bench.db")
        messages = _messages(settings, mix)
        rooms = app.assistant.room_names()
        app.receive([LoggedIn("bench", START), *(RoomNamed(room, room, START) for room in rooms)])
        app.live.content.engine.words("热身")
        steady()
        _receive(app, messages[:BATCH])
        begin = perf_counter()
        _receive(app, messages[BATCH:])
        seconds = perf_counter() - begin
        app.ledger.close()
    return Stage("从听到落盘（FULL）", len(messages) - BATCH, seconds)


def _desk(settings: Settings, data: Data, engine: Engine, rounds: int) -> list[Timing]:
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix="bench-") as folder:
        return measure(settings, data, engine, Path(folder), START, rounds)


def _schedules(settings: Settings, data: Data, engine: Engine) -> bench_notices.Schedules:
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix="bench-") as folder:
        return bench_notices.measure(settings, data, engine, Path(folder), START)


def _queueing(settings: Settings, data: Data, engine: Engine) -> bench_rows.Queueing:
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix="bench-") as folder:
        return bench_rows.measure(settings, data, engine, Path(folder), START)


def _reloads(settings: Settings, texts: Sequence[str]) -> bench_reload.Reloads:
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix="bench-") as folder:
        return bench_reload.measure(settings, Path(folder), texts)


def _rows(found: bench_rows.Queueing) -> dict[str, Any]:
    return {
        "groups": found.rows,
        "queued_ms": round(found.queued * 1000, 1),
        "asking_ms": round(found.asking * 1000, 2),
        "next_ms": round(found.choosing * 1000, 2),
        "before_an_alert": found.overtaking,
    }


def _calls(settings: Settings, data: Data, engine: Engine) -> bench_calls.Calls:
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix="bench-") as folder:
        return bench_calls.measure(settings, data, engine, Path(folder), START)


def _noticeboard(found: bench_notices.Schedules) -> dict[str, Any]:
    return {
        "schedules": bench_notices.SCHEDULES,
        "start_seconds": round(found.start, 2),
        "restart_seconds": round(found.again, 2),
        "asking_ms": round(found.asking * 1000, 3),
        "due_at_once": found.claimed,
        "claiming_seconds": round(found.claiming, 2),
    }


def _commands(timings: Sequence[Timing]) -> dict[str, Any]:
    """The desk's figures; the clock's ticks are no commands."""
    slowest = max((one for one in timings if one.said.startswith("/")), key=lambda one: one.p99)
    return {
        "open_tickets": OPEN,
        "slowest": slowest.said,
        "slowest_p99_ms": slowest.p99,
        "ms": {one.said: {"p50": one.median, "p99": one.p99, "max": one.slowest} for one in timings},
    }


def _receive(app: App, messages: Sequence[Message]) -> None:
    for begin in range(0, len(messages), BATCH):
        app.receive(messages[begin : begin + BATCH])


def _messages(settings: Settings, mix: Sequence[tuple[str, str]]) -> list[Message]:
    """Everybody says one thing; commands are said in the staff's group, the rest in all other groups in turn."""
    places = Tree(settings.groups).rooms()
    staff = next(place.room for place in places if place.kind == "staff")
    others = [place.room for place in places if place.kind == "residents"]
    messages = []
    for n, (kind, text) in enumerate(mix):
        room = staff if kind == "command" else others[n % len(others)]
        messages.append(Message(f"m{n}", START + n * APART, room, room, f"p{n}", f"居民{n}", text))
    return messages


def _cold_start() -> float:
    """Seconds from nothing to the first understood sentence, in a process of its own."""
    begin = perf_counter()
    subprocess.run([sys.executable, "-m", "bot", "classify", "你好"], check=True, capture_output=True)
    return perf_counter() - begin


def _report(stages: Sequence[Stage], latencies: Sequence[float], cold: float) -> dict[str, Any]:
    understood, cut, durable = stages
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )
    return {
        "stages": [{"name": s.name, "messages": s.messages, "per_second": round(s.rate)} for s in stages],
        "p50_us": round(latencies[len(latencies) // 2] * 1e6, 1),
        "p99_us": round(latencies[len(latencies) * 99 // 100] * 1e6, 1),
        "understand_to_jieba": round(understood.rate / cut.rate, 2),
        "end_to_end_to_jieba": round(durable.rate / cut.rate, 2),
        "rss_mib": round(peak),
        "cold_start_seconds": round(cold, 2),
    }


def _printed(report: dict[str, Any]) -> str:
    lines = [
        f"{stage['name']}：{stage['per_second']:,} 条/秒（{stage['messages']} 条）"
        for stage in report["stages"]
    ]
    lines += [
        f"听懂一条：中位 {report['p50_us']} 微秒，99% 在 {report['p99_us']} 微秒内",
        f"与只切词相比（同一次运行）：听懂 {report['understand_to_jieba']} 倍，"
        f"从听到落盘 {report['end_to_end_to_jieba']} 倍",
        f"内存峰值 {report['rss_mib']} MiB（含对照用的 jieba 词典）；冷启动 {report['cold_start_seconds']} 秒",
    ]
    desk = report["desk"]
    lines.append(
        f"{desk['open_tickets']:,} 张未办结时的命令（从听到落盘，毫秒）：最慢 {desk['slowest']}，99% 在 {desk['slowest_p99_ms']} 内"
    )
    lines += [
        f"  {said}：中位 {ms['p50']}，99% {ms['p99']}，最慢 {ms['max']}"
        for said, ms in sorted(desk["ms"].items(), key=lambda item: -item[1]["p99"])
    ]
    board = report["notices"]
    lines.append(
        f"{board['schedules']:,} 条定时通知：开机多花 {board['start_seconds']} 秒（第二次 {board['restart_seconds']} 秒），"
        f"问一次到点没有 {board['asking_ms']} 毫秒；同一分钟到点 {board['due_at_once']:,} 条，"
        f"{board['claiming_seconds']} 秒都认领落盘"
    )
    calls = report["calls"]
    lines.append(
        f"发给 {calls['groups']} 个群的通知：预览 {calls['preview']} 毫秒，确认后排队落盘 {calls['queue']} 毫秒"
        f"（一条回话的 {calls['queue_to_one_reply']} 倍）"
    )
    lines.append(
        f"{calls['households']:,} 户的一轮核酸，已测 {calls['tested']:,} 户：记一户 {calls['mark']} 毫秒，"
        f"进度 {calls['progress']} 毫秒，一栋未测 {calls['missing']} 毫秒"
    )
    sent = report["rows"]
    lines.append(
        f"一条通知发 {sent['groups']} 个群：{sent['queued_ms']} 毫秒排好落盘，挑下一条 {sent['next_ms']} 毫秒；"
        f"急症的提醒前面多等 {sent['before_an_alert']} 条"
    )
    edited = report["reload"]
    lines.append(
        f"{edited['entries']:,} 条问答改一条，存盘到用上：中位 {edited['live_seconds']} 秒，最慢 {edited['live_slowest_seconds']} 秒"
        f"（其中 {edited['still_seconds']} 秒等文件不动）"
    )
    lines.append(
        f"  每秒 50 条消息从听到落盘（毫秒）：不改时中位 {edited['quiet_p50_ms']}，99% {edited['quiet_p99_ms']}，最慢 {edited['quiet_max_ms']}；"
        f"边改边听中位 {edited['busy_p50_ms']}，99% {edited['busy_p99_ms']}，最慢 {edited['busy_max_ms']}"
    )
    return "\n".join(lines)

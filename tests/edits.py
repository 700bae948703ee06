"""The administrators' loop as a drill: 40 edits of data/, 12 of them broken in different ways, while residents speak 50
times a second to the running bot (``xiaoxiang run``), on the terminal or through the official gateway.

``python -m tests.edits terminal`` and ``python -m tests.edits gateway`` play it and tell what was not as it should be: a
message without an outcome, an answer of a version that was no longer (or not yet) live, a broken edit that was not
reported with its line within 2 s, a good one that was not live within 2 s. The last lines are the figures.
"""

import asyncio
import itertools
import os
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.gateway.pretend import PretendGateway, room
from tests.gateway.stage import ROOT, STAFF, UNITS, Process, configure

EDITS, BROKEN_EVERY = 40, 3
"""So many edits; of the first 36 every third is broken."""
PER_SECOND = 50
WITHIN = 2.0
"""Seconds from the save to the report or to the first new answer."""
PATIENCE = 15.0
"""Seconds after which it is not waited for any longer."""
BETWEEN = 2.4
"""Seconds from one edit to the next."""
CHATTED = (8, 20, 32)
"""The edits of these numbers are made by the secretary in the staff group: /faq 改, a look at the preview, 确认."""
WARM = 10.0
"""Seconds after its start that the bot is left alone: whoever starts it does not edit in the same breath."""
ASKS_EVERY = 8
"""Every so many-th message asks one of the two questions whose answers carry the version."""

STAFF_ROOM = "百合社区工作群"
ROOMS = tuple(f"春晓苑{unit}群" for unit in UNITS)
ASKED = ("演练甲的仓库几点开门", "演练乙的窗口在哪里办理")
TALK = (
    "今天天气真好",
    "菜买好了吗",
    "哈哈哈",
    "楼下的猫又来了",
    "收到",
    "辛苦各位了",
    "早上好呀",
    "孩子上网课呢",
)
PLEA = "家里降压药没有了，能帮忙买一盒吗"
_STAMP = re.compile(r"演练([甲乙])第(\d+)版")

ENTRIES = """
- id: drill-a
  topic: 演练
  questions: [演练甲的仓库几点开门]
  answer: 演练甲第{n}版。
- id: drill-b
  topic: 演练
  questions: [演练乙的窗口在哪里办理]
  answer: 演练乙第{n}版。
"""


@dataclass(frozen=True)
class Broken:
    """One way to break a file."""

    name: str
    file: str
    """Relative to data/."""
    spoil: Callable[[str], str]
    where: str
    """A text of the spoilt file; the line of its last occurrence is the one that must be reported. Empty: line 1."""

    def line(self, text: str) -> int:
        """The line that must be reported, from 1."""
        place = text.rfind(self.where) if self.where else 0
        assert place >= 0, self.name
        return text.count("\n", 0, place) + 1


def _after(text: str, more: str) -> str:
    return text.rstrip("\n") + "\n" + more + "\n"


def _swap(old: str, new: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return spoil


_NEW = "- id: drill-c\n  topic: 演练\n  questions: [演练丙的热线几点下班]\n  answer: 六点。\n"

BROKEN = (
    Broken("括号没有配对", "faq.yaml", lambda t: _after(t, "- id: drill-c\n  questions: [演练丙\n  answer: 好"), "questions: [演练丙\n"),
    Broken("用了 Tab", "faq.yaml", _swap("  answer: 演练甲", "\tanswer: 演练甲"), "\tanswer: 演练甲"),
    Broken("不认识的键", "faq.yaml", lambda t: _after(t, _NEW + "  awnser2: 好"), "awnser2"),
    Broken("少了答案", "faq.yaml", lambda t: _after(t, _NEW.replace("  answer: 六点。\n", "")), "- id: drill-c"),
    Broken("编号用了两次", "faq.yaml", lambda t: _after(t, _NEW.replace("drill-c", "drill-a")), "id: drill-a"),
    Broken("日期不对", "faq.yaml", lambda t: _after(t, _NEW + "  valid_until: 2022-13-40"), "valid_until"),
    Broken("电话不在通讯录", "faq.yaml", lambda t: _after(t, _NEW.replace("六点。", "请打 13712340987。")), "answer: 请打"),
    Broken("例句答不到", "faq.yaml", lambda t: _after(t, _NEW + "  examples: [附近哪里能修自行车]"), "examples: [附近"),
    Broken("空文件", "faq.yaml", lambda _: "", ""),
    Broken("不认识的占位", "replies.yaml", _swap('faq_answer: "{answer}', 'faq_answer: "{anwser}'), "{anwser}"),
    Broken("电话写错", "contacts.yaml", lambda t: _after(t, "  - {name: 演练药店, phone: 见门口, helps: [买药]}"), "{name: 演练药店"),
    Broken("没有这个词组", "intents/thanks.yaml", _swap("rules:\n", "rules:\n  - name: 演练\n    any: [\"@没有这个组\"]\n"), "- name: 演练"),
)  # fmt: skip


def save_whole(path: Path, text: str) -> Iterator[float]:
    """As `>` does. Like the other ways it yields how many seconds to pause before its next step."""
    path.write_text(text, "utf-8")
    yield 0


def save_by_rename(path: Path, text: str) -> Iterator[float]:
    """As vim and most editors do."""
    part = path.with_name(f".{path.name}.swp")
    part.write_text(text, "utf-8")
    part.replace(path)
    yield 0


def save_in_steps(path: Path, text: str) -> Iterator[float]:
    """As a slow copy does: the first half, a pause, the rest."""
    content = text.encode()
    with path.open("wb") as file:
        for part in (content[: len(content) // 2], content[len(content) // 2 :]):
            file.write(part)
            file.flush()
            yield 0.25


def save_anew(path: Path, text: str) -> Iterator[float]:
    """As some sync tools do: gone first, then there again."""
    path.unlink()
    yield 0.2
    path.write_text(text, "utf-8")


def save_by_volume(path: Path, text: str) -> Iterator[float]:
    """As a container's volume does: the file is a link through ..data, a link that is changed to a new folder."""
    folder, link = path.parent, path.parent / "..data"
    anew = folder / f"..{time.monotonic_ns()}"
    if link.is_symlink():
        shutil.copytree(link.resolve(), anew)
    else:
        anew.mkdir()
    (anew / path.name).write_text(text, "utf-8")
    part = folder / "..data_tmp"
    part.symlink_to(anew.name)
    part.replace(link)
    if not path.is_symlink():
        path.unlink()
        path.symlink_to(Path("..data") / path.name)
    yield 0


WAYS = (save_whole, save_by_rename, save_in_steps, save_anew, save_by_volume)


@dataclass
class Said:
    """Something the bot said."""

    at: float
    """On the monotonic clock."""
    room: str
    text: str


@dataclass
class Report:
    """What came of the drill."""

    faults: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    """What came, but after more than two seconds: a busy machine is no fault of the bot's."""
    live: list[float] = field(default_factory=list)
    """Seconds from each good save to the first answer with it."""
    told: list[float] = field(default_factory=list)
    """Seconds from each broken save to its report."""
    heard: int = 0

    def __str__(self) -> str:
        def most(seconds: list[float]) -> str:
            return f"{len(seconds)}, slowest {max(seconds, default=0):.2f} s"

        figures = (
            f"messages {self.heard}; good edits live: {most(self.live)}; broken ones told: {most(self.told)}"
        )
        return "\n".join([*self.faults, *self.late, figures])


class Stage(ABC):
    """A running bot to talk to."""

    def __init__(self, folder: Path, rooms: Sequence[str] = ROOMS) -> None:
        self.folder = folder
        self.rooms = rooms
        self.said: list[Said] = []
        self.sent = 0
        self._people = itertools.count()

    @abstractmethod
    async def start(self) -> None:
        """Start the bot and wait until it hears."""

    @abstractmethod
    async def say(self, room: str, text: str, person: str = "") -> None:
        """Somebody says something in a group; without ``person`` somebody who never spoke before."""

    @abstractmethod
    async def stop(self) -> None:
        """End it in order."""

    def unheard(self) -> int:
        """How many messages have no outcome."""
        with closing(
            sqlite3.connect(f"file:{self.folder / 'var' / 'xiaoxiang.db'}?mode=ro", uri=True)
        ) as ledger:
            (handled,) = ledger.execute(
                "SELECT count(*) FROM messages WHERE outcome NOT IN ('', 'error')"
            ).fetchone()
        return self.sent - int(handled)


class OnTerminal(Stage):
    """`xiaoxiang run` on a pipe."""

    async def start(self) -> None:
        with (self.folder / "bot.log").open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "400"},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self._reading = asyncio.create_task(self._read())
        await self.say(self.rooms[0], "你好")
        assert await _until(lambda: self._echoed, 30), (self.folder / "bot.log").read_text("utf-8")

    _echoed = False

    async def _read(self) -> None:
        assert self._bot.stdout
        where = ""
        async for raw in self._bot.stdout:
            line = raw.decode().rstrip("\n")
            if head := re.match(r"【([^】]*)】(小巷)?", line):
                self._echoed = True
                where = head[1] if head[2] else ""
            if where:  # several lines belong to one message
                self.said.append(Said(time.monotonic(), where, line))

    async def say(self, room: str, text: str, person: str = "") -> None:
        assert self._bot.stdin
        self.sent += 1
        self._bot.stdin.write(f"{person or f'邻居{next(self._people)}'}@{room}：{text}\n".encode())
        await self._bot.stdin.drain()

    async def stop(self) -> None:
        assert self._bot.stdin
        self._bot.stdin.close()
        await asyncio.wait_for(self._bot.wait(), 60)
        await self._reading


class OnGateway(Stage):
    """`xiaoxiang run` on the official gateway with pretend rooms."""

    def __init__(self, folder: Path, rooms: Sequence[str] = ROOMS) -> None:
        super().__init__(folder, rooms)
        groups = [room(f"unit{n}@chatroom", name) for n, name in enumerate(rooms)]
        self._gateway = PretendGateway(*groups, room(STAFF, STAFF_ROOM, wxid_secretary="刘书记"))
        self._ids = {name: f"unit{n}@chatroom" for n, name in enumerate(rooms)} | {STAFF_ROOM: STAFF}
        self._seen = 0

    async def start(self) -> None:
        await self._gateway.start()
        own = self.folder / "bot.yaml"
        faq = re.search(r"^faq:\n(?:  .*\n)+", own.read_text("utf-8"), re.M)
        assert faq
        config = configure(self.folder, self._gateway, sample=own)
        changed = re.sub(r"^data: .*$", "data: data/", config.read_text("utf-8"), flags=re.M)
        config.write_text(re.sub(r"^faq:\n(?:  .*\n)+", faq[0], changed, flags=re.M), "utf-8")
        self._bot = Process(config)
        await self._bot.start()
        await self._bot.listens(self._gateway, 0)
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        names = {id_: name for name, id_ in self._ids.items()}
        while True:
            for said in self._gateway.said[self._seen :]:
                self.said.append(Said(time.monotonic(), names.get(said["to"], said["to"]), said["text"]))
                self._seen += 1
            await asyncio.sleep(0.01)

    async def say(self, room: str, text: str, person: str = "") -> None:
        n = next(self._people)
        self.sent += 1
        who = "wxid_secretary" if person else f"crowd-{n}"
        message = {"id": f"drill-{n}", "talkerId": who, "roomId": self._ids[room], "text": text}
        await self._gateway.order("say", messages=[message])

    async def stop(self) -> None:
        await self._bot.stop(signal.SIGTERM)
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._gateway.kill()


def furnish(folder: Path) -> None:
    """The sample's bot.yaml and data/ with the two entries of the drill, without pauses and limits."""
    shutil.copytree(ROOT / "data", folder / "data")
    text = (ROOT / "bot.yaml").read_text("utf-8")
    for key, value in (("per_person", 10**6), ("per_room", 10**6), ("per_minute", 0), ("per_day", 0)):
        text, found = re.subn(rf"^  {key}: +\d+", f"  {key}: {value}", text, flags=re.M)
        assert found, key
    (folder / "bot.yaml").write_text(text, "utf-8")
    faq = folder / "data" / "faq.yaml"
    faq.write_text(_after(faq.read_text("utf-8"), ENTRIES.format(n=0).strip("\n")), "utf-8")


async def drill(stage: Stage, edits: int = EDITS, between: float = BETWEEN) -> Report:
    """Play it."""
    report = Report()
    furnish(stage.folder)
    await stage.start()
    talking = asyncio.create_task(_talk(stage))
    saved: dict[int, float] = {}
    try:
        await asyncio.sleep(WARM)
        spoilt: Iterator[Broken] = iter(BROKEN)
        ways = itertools.cycle(WAYS)
        for n in range(1, edits + 1):
            began = time.monotonic()
            broken = next(spoilt, None) if n % BROKEN_EVERY == 0 else None
            if broken:
                await _break(stage, broken, report)
            elif n in CHATTED:
                await _chat(stage, n, report, saved)
            else:
                await _mend(stage, n, next(ways), report, saved)
            await asyncio.sleep(max(0.0, between - (time.monotonic() - began)))
    finally:
        talking.cancel()
        with suppress(asyncio.CancelledError):
            await talking
    await asyncio.sleep(2)
    await stage.stop()
    report.heard = stage.sent
    if lost := stage.unheard():
        report.faults.append(f"{lost} messages have no outcome")
    report.faults += _out_of_order(stage, saved)
    return report


async def _talk(stage: Stage) -> None:
    """50 messages a second in all groups, by people who never spoke before."""
    due = time.monotonic()
    for n in itertools.count():
        talk = PLEA if n % 97 == 0 else TALK[n % len(TALK)]
        text = ASKED[n // ASKS_EVERY % 2] if n % ASKS_EVERY == 0 else talk
        await stage.say(ROOMS[n % len(ROOMS)], text)
        due += 1 / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _mend(
    stage: Stage, n: int, way: Callable[[Path, str], Iterator[float]], report: Report, saved: dict[int, float]
) -> None:
    """A good edit: both answers carry its number; whatever was broken before is good again."""
    data = stage.folder / "data"
    for name, text in _originals().items():
        if name != "faq.yaml" and (data / name).read_text("utf-8") != text:
            (data / name).write_text(text, "utf-8")
    text = _after(_originals()["faq.yaml"], ENTRIES.format(n=n).strip("\n"))
    for pause in way(data / "faq.yaml", text):
        await asyncio.sleep(pause)
    await _live(stage, n, way.__name__, report, saved)


async def _chat(stage: Stage, n: int, report: Report, saved: dict[int, float]) -> None:
    """A good edit by one line in the staff group."""
    before = len(stage.said)
    answer = f"演练甲第{n}版。"
    await stage.say(STAFF_ROOM, f"/faq 改 drill-a {answer}", "刘书记")

    def previewed() -> bool:
        said = [said.text for said in stage.said[before:] if said.room == STAFF_ROOM]
        return any(answer in text for text in said) and any("确认" in text for text in said)

    if not await _until(previewed, PATIENCE):
        report.faults.append(f"edit {n} in the chat was not previewed within {PATIENCE} s")
    await stage.say(STAFF_ROOM, "确认", "刘书记")
    await _live(stage, n, "in the chat", report, saved)


async def _live(stage: Stage, n: int, how: str, report: Report, saved: dict[int, float]) -> None:
    """Wait until residents read it."""
    saved[n] = at = time.monotonic()
    if not await _until(lambda: _stamps(stage, n), PATIENCE):
        report.faults.append(f"edit {n} ({how}) was not live within {PATIENCE} s")
        return
    took = min(said.at for said in stage.said if _stamp(said.text) == n) - at
    report.live.append(took)
    if took > WITHIN:
        report.late.append(f"edit {n} ({how}) was live after {took:.1f} s")


async def _break(stage: Stage, broken: Broken, report: Report) -> None:
    path = stage.folder / "data" / broken.file
    text = broken.spoil(path.read_text("utf-8"))
    wanted = f"{broken.file}:{broken.line(text)}"
    path.write_text(text, "utf-8")
    at, before = time.monotonic(), len(stage.said)

    def told() -> list[Said]:
        return [said for said in stage.said[before:] if said.room == STAFF_ROOM and wanted in said.text]

    if not await _until(told, PATIENCE):
        heard = [said.text for said in stage.said[before:] if said.room == STAFF_ROOM]
        report.faults.append(f"“{broken.name}” was not reported as {wanted}, but: {heard}")
        return
    took = told()[0].at - at
    report.told.append(took)
    if took > WITHIN:
        report.late.append(f"“{broken.name}” was reported after {took:.1f} s")


def _originals() -> dict[str, str]:
    names = {broken.file for broken in BROKEN} | {"faq.yaml"}
    return {name: (ROOT / "data" / name).read_text("utf-8") for name in names}


def _stamp(text: str) -> int | None:
    found = _STAMP.search(text)
    return int(found[2]) if found else None


def _stamps(stage: Stage, n: int) -> bool:
    return any(said.room in ROOMS and _stamp(said.text) == n for said in stage.said)


def _out_of_order(stage: Stage, saved: dict[int, float]) -> Iterator[str]:
    """Answers of a version that an earlier answer had already replaced, or that nobody had saved yet."""
    newest: Counter[str] = Counter()
    for said in stage.said:
        found = _STAMP.search(said.text)
        if found is None or said.room not in ROOMS:
            continue
        entry, n = found[1], int(found[2])
        if n < newest[entry]:
            yield f"演练{entry}: version {n} was answered after version {newest[entry]}"
        if n and n not in saved:
            yield f"version {n} was answered, and nobody had saved it"
        newest[entry] = max(newest[entry], n)


async def _until(so: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if so():
            return True
        await asyncio.sleep(0.01)
    return bool(so())


def play(kind: type[Stage], edits: int = EDITS) -> Report:
    """The drill in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(drill(kind(Path(folder)), edits))


if __name__ == "__main__":
    done = play(OnGateway if "gateway" in sys.argv[1:] else OnTerminal)
    print(done)
    sys.exit(bool(done.faults or done.late))

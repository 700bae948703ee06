"""The terminal: type as anyone in any group, and read what each group would read."""

import asyncio
import contextlib
import re
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.text import Text

from bot.channels.replay import shown
from bot.model.channel import Outgoing
from bot.model.clock import Clock
from bot.model.message import Event, LoggedIn, Message, RoomNamed

ACCOUNT = "terminal"
PRIVATE = "私聊"

HELP = """在这里可以扮演任何人，在任何群里说话；小巷的回复就像在微信里一样出现。
  直接打字              以现在这个人、在现在这个群里说话
  王女士@{room}：…   换人、换群并说话（群名写一部分就行，私聊写 私聊）
  :群                   看有哪些群；:群 3 或 :群 群名 换到那个群；:群 私聊 私聊小巷
  :人 {person}             换成这个人
  :退出                 结束（Ctrl-D 也行）
试试：家里降压药没有了　｜　明天核酸几点开始　｜　{person}@{staff}：接单 1"""

_SAID = re.compile(r"([^@\s:：]{1,20})@([^:：]{1,30})[:：]\s*(.*)", re.DOTALL)


class TerminalChannel:
    """Reads lines from a person (with history and line editing) or from a pipe, a message a line."""

    paced = False
    takes_files = False
    ready = True
    deaf_since: datetime | None = None
    deaf_reason = ""

    def __init__(
        self,
        clock: Clock,
        rooms: Sequence[str],
        people: dict[str, str],
        start: tuple[str, str],
        lines: TextIO,
    ) -> None:
        """``people``: name -> id of those whom bot.yaml names. ``start``: (person, room) at the beginning."""
        self._clock = clock
        self._rooms = list(rooms)
        self._people = people
        self._names: dict[str, str] = {}
        self._who, self._where = start
        self._lines = lines
        self._count = 0
        self._console = Console(highlight=False, soft_wrap=True)
        staff = next(
            (room for room in self._rooms if "工作" in room), self._rooms[0] if self._rooms else PRIVATE
        )
        self._help = HELP.format(
            room=self._where or PRIVATE, person=next(iter(people), "刘书记"), staff=staff
        )
        self.settled: Callable[[], Awaitable[None]] | None = None
        """Waits until everything heard has been answered; from a pipe, the next line is read only then."""

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Listen until the input ends or somebody types :退出."""
        now = self._clock.now()
        hear(LoggedIn(ACCOUNT, now))
        for room in self._rooms:
            hear(RoomNamed(room, room, now))
        interactive = self._lines.isatty()
        if interactive:
            self._print(self._help, "dim")
        source = self._typed() if interactive else self._piped()
        async with contextlib.aclosing(source):
            async for line in source:
                if line.strip() in (":退出", "：退出"):
                    return
                message = self._read(line)
                if message is not None:
                    hear(message)
                    if not interactive:
                        self._print(f"【{message.room or PRIVATE}】{message.sender}：{message.text}", "")
                        if self.settled:
                            await self.settled()

    async def send(self, out: Outgoing) -> str:
        """Print it as the group would read it."""
        mentions = "".join(f"@{name} " for _, name in out.mentions)
        where = out.room or f"{PRIVATE}·{self._names.get(out.to_id, out.to_id)}"
        self._print(
            f"【{where}】小巷：{mentions}{shown(out)}", "bold red" if out.kind == "alert" else "green"
        )
        return ""

    async def _typed(self) -> AsyncGenerator[str, None]:
        session: PromptSession[str] = PromptSession()
        with patch_stdout(raw=True):
            while True:
                try:
                    yield await session.prompt_async(f"{self._where or PRIVATE}·{self._who}> ")
                except (EOFError, KeyboardInterrupt):
                    return

    async def _piped(self) -> AsyncGenerator[str, None]:
        loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()

        def read() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody listens any more
                for line in self._lines:
                    loop.call_soon_threadsafe(lines.put_nowait, line)
                loop.call_soon_threadsafe(lines.put_nowait, "")

        threading.Thread(target=read, daemon=True).start()  # a daemon: it must not keep a stopped bot alive
        while line := await lines.get():
            yield line

    def _read(self, line: str) -> Message | None:
        """A line as a message; None when it was a word to the terminal itself."""
        line = line.strip("\r\n").strip()
        if not line:
            return None
        if line[0] in ":：":
            order = re.match(r"[:：]\s*(群|人)?\s*(.*)", line)
            self._order(order[1] or "", order[2].strip() if order else "") if order else None
            return None
        if said := _SAID.fullmatch(line):
            room = self._find(said[2])
            if room is None:
                self._order("群", said[2])
                return None
            self._who, self._where, line = said[1], room, said[3]
        self._count += 1
        now = self._clock.now()
        person = self._people.get(self._who, self._who)
        self._names[person] = self._who
        return Message(
            id=f"terminal-{now.timestamp():.6f}-{self._count}",
            at=now,
            room_id=self._where,
            room=self._where,
            sender_id=person,
            sender=self._who,
            text=line,
        )

    def _order(self, order: str, word: str) -> None:
        if order == "人" and word:
            self._who = word
        elif order == "群" and word and (room := self._find(word)) is not None:
            self._where = room
        elif order == "群":
            rooms = "\n".join(f"  {n}. {room}" for n, room in enumerate(self._rooms, 1))
            self._print(
                ("没有找到这个群，或者不止一个。\n" if word else "") + rooms + f"\n  {PRIVATE}", "dim"
            )
        else:
            self._print(self._help, "dim")

    def _find(self, word: str) -> str | None:
        """The room meant by a number or a part of its name; "" for private; None when unclear."""
        word = word.strip()
        if word == PRIVATE:
            return ""
        if word.isdecimal() and 1 <= int(word) <= len(self._rooms):
            return self._rooms[int(word) - 1]
        if word in self._rooms:
            return word
        found = [room for room in self._rooms if word in room]
        return found[0] if len(found) == 1 else None

    def _print(self, text: str, style: str) -> None:
        self._console.file = sys.stdout
        self._console.print(Text(text, style=style))

"""A day in a community, played in a minute on the terminal, on a throw-away ledger."""

import asyncio
import contextlib
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.channels.replay import Said, read_transcript
from bot.model.message import Message
from bot.model.settings import Settings
from bot.settings import Data
from bot.transcripts import Player

SECONDS = 50.0
"""How long the day takes."""
TRANSCRIPT = Path(__file__).with_suffix(".jsonl")


async def play(settings: Settings, data: Data, seconds: float) -> None:
    """Play the day in about so many seconds; 0 plays it at once."""
    console = Console(highlight=False, soft_wrap=True)
    people = {person.name: person.id for person in settings.people}
    messages = list(read_transcript(TRANSCRIPT.read_text("utf-8").splitlines(), people))
    pause = seconds / len(messages)
    console.print(Text(f"{settings.community}的一天（演示；台账用完即扔）", style="bold"))

    def show(said: Said) -> None:
        row = said.row()
        style = "bold red" if said.out.kind == "alert" else "green"
        _line(console, said.at, row["room"], "小巷", row["text"], style)

    with contextlib.closing(Player(settings, data, None, show, messages[0].at)) as player:
        for message in messages:
            await player.send_until(message.at)
            await asyncio.sleep(pause)
            if isinstance(message, Message):
                _show_heard(console, message)
            await player.say(message)
        await player.send_until(None)
        written, open_ = len(player.app.tickets.all()), sum(player.app.tickets.count_open().values())
    console.print(Text(f"这一天登记了 {written} 张工单，还有 {open_} 张没办结。", style="bold"))
    console.print(Text("自己试试：xiaoxiang run", style="dim"))


def _show_heard(console: Console, message: Message) -> None:
    _line(console, message.at, message.room or "私聊", message.sender, message.text, "")


def _line(console: Console, at: datetime, room: str, who: str, text: str, style: str) -> None:
    console.print(Text(f"{at:%H:%M}【{room}】", style="dim") + Text(f"{who}：{text}", style=style))

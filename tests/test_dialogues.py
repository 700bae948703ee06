"""Whole conversations as data: who says what and when, and what the bot says until the next line, word for word.

Each file of tests/dialogues/ is a transcript that `xiaoxiang replay` plays, too; ``bot`` lists what the bot has said by
the moment of that line: "HH:MM room: @names text" for every message since the line before. A line with only ``at`` lets time
pass. ``python -m tests.test_dialogues NAME…`` writes what the bot says today into the files: read the diff before
you believe it.
"""

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.channels.replay import Moment, Said, opening, read_transcript
from bot.households import read_households
from bot.model.settings import Settings
from bot.settings import Data, load_data, load_settings
from bot.transcripts import Player
from tests.conftest import MEMORY

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLDER = Path(__file__).parent / "dialogues"
DIALOGUES = sorted(FOLDER.glob("*.jsonl"))


def spoken(said: Said) -> str:
    row = said.row()
    return f"{said.at.astimezone(SHANGHAI):%H:%M} {row['room']}: {row['text']}"


def played(file: Path, settings: Settings, data: Data) -> list[dict[str, Any]]:
    """The rows of a dialogue with what the bot says today."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    people = {person.name: person.id for person in settings.people}
    listed, lines = opening([json.dumps(row) for row in rows])
    homes = read_households(file.parent / listed).households if listed else []
    messages = list(read_transcript(lines, people))
    spoken_rows = rows[len(rows) - len(messages) :]
    heard: list[str] = []

    async def play(player: Player) -> None:
        for n, (row, message) in enumerate(zip(spoken_rows, messages, strict=True)):
            await player.say(message)
            following = messages[n + 1].at if n + 1 < len(messages) else message.at
            if isinstance(message, Moment):
                await player.send_until(message.at)
            await player.send_until(following if n + 1 < len(messages) else None)
            row["bot"] = heard.copy()
            heard.clear()

    start = messages[0].at
    with contextlib.closing(
        Player(settings, data, None, lambda said: heard.append(spoken(said)), start, homes, MEMORY)
    ) as player:
        asyncio.run(play(player))
    return rows


@pytest.mark.parametrize("file", DIALOGUES, ids=lambda file: file.stem)
def test_the_dialogue_goes_as_written(file: Path, settings: Settings, data: Data) -> None:
    written = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    for line, (want, got) in enumerate(zip(written, played(file, settings, data), strict=True), 1):
        assert got.get("bot", []) == want.get("bot", []), (
            f"{file.name}:{line} {want.get('sender', '')} {want.get('text', '')}"
        )


if __name__ == "__main__":
    root = FOLDER.parent.parent
    sample = load_settings(root / "bot.yaml")
    for name in sys.argv[1:] or [file.stem for file in DIALOGUES]:
        target = FOLDER / f"{name.removesuffix('.jsonl')}.jsonl"
        lines = [
            json.dumps(row, ensure_ascii=False) for row in played(target, sample, load_data(sample.data))
        ]
        target.write_text("\n".join(lines) + "\n", "utf-8")

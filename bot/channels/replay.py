"""A transcript: messages from a file, in the transcript's own time; what the bot says is written down."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model.channel import Outgoing
from bot.model.message import Event, Message

ACCOUNT = "replay"
PRIVATE = "私聊"


class BadTranscript(Exception):
    """A line that is no message; says which line and why, in Chinese."""


class TranscriptClock:
    """Tells the time of the transcript; it only goes forward."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment the transcript has reached."""
        return self._now

    def reach(self, at: datetime) -> None:
        """Go on to a moment; one in the past changes nothing. The zone stays the transcript's."""
        self._now = max(self._now, at.astimezone(self._now.tzinfo))


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of a transcript with nothing but a time: the clock goes on to it, and nobody says anything."""

    at: datetime


def opening(lines: Iterable[str]) -> tuple[str, Iterator[str]]:
    """The file of households that the first line of a transcript names ({"households": "名单.csv"}; "" for none), and the
    lines, that one included."""
    rest = iter(lines)
    first = next(rest, "")
    return _households(first), itertools.chain([first], rest)


def _households(line: str) -> str:
    try:
        row = json.loads(line)
    except ValueError:
        return ""
    return str(row["households"]) if isinstance(row, dict) and row.keys() == {"households"} else ""


def read_transcript(lines: Iterable[str], people: dict[str, str]) -> Iterator[Message | Moment]:
    """The messages of a JSON-lines transcript, and the moments at which nobody says anything.

    ``people``: name -> id of those bot.yaml names; they are meant where a line has their name and no sender_id.
    Raises BadTranscript.
    """
    for n, line in enumerate(lines, 1):
        if line.strip() and not (n == 1 and _households(line)):
            yield _message(line, n, people)


def _message(line: str, n: int, people: dict[str, str]) -> Message | Moment:
    try:
        row = json.loads(line)
        at = datetime.fromisoformat(row["at"])
        if at.tzinfo is not None and not {"room", "sender", "text"} & row.keys():
            return Moment(at)
        room, sender, text = str(row["room"]), str(row["sender"]), str(row.get("text", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTranscript(f"第 {n} 行：要有 at、room、sender、text 的 JSON，{error}") from error
    if at.tzinfo is None:
        raise BadTranscript(f"第 {n} 行：at 要带时区，比如 2022-11-16T08:00:00+08:00")
    private = room == PRIVATE
    text, sender, room = readable(text), readable(sender), readable(room)
    return Message(
        id=str(row.get("id") or f"line-{n}"),
        at=at,
        room_id="" if private else room,
        room="" if private else room,
        sender_id=str(row.get("sender_id") or people.get(sender, sender)),
        sender=sender,
        text=text,
        kind=row.get("kind", "text"),
        mentions_bot=bool(row.get("mentions_bot", False)),
    )


def readable(text: str) -> str:
    """The text without lone surrogates: JSON can hold them, no file and no database can."""
    return text.encode("utf-8", "replace").decode()


def shown(out: Outgoing) -> str:
    """What a message says where only words can be shown."""
    if not out.attachment:
        return out.text
    path = out.attachment.removeprefix("file:")
    return f"〔转发 {path}〕" if path == out.attachment else f"〔图片 {path}〕"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the bot said, at a moment of the transcript."""

    at: datetime
    out: Outgoing
    names: tuple[str, ...]
    """Names of those it is said to."""

    def row(self) -> dict[str, Any]:
        """As the command line's contract has it."""
        prefix = "".join(f"@{name} " for name in self.names) if self.out.room_id else ""
        return {
            "at": self.at.isoformat(),
            "room": self.out.room or PRIVATE,
            "text": prefix + shown(self.out),
            "mentions": list(self.names),
            "kind": self.out.kind,
            "ticket": self.out.ticket,
        }


class ReplayChannel:
    """Hands what the bot says to ``write``, stamped with the transcript's time."""

    ready = True
    takes_files = False
    deaf_since: datetime | None = None
    deaf_reason = ""

    def __init__(self, clock: TranscriptClock, write: Callable[[Said], None], paced: bool = True) -> None:
        """``paced``: keep the distances of bot.yaml, in the transcript's time."""
        self.clock = clock
        self.paced = paced
        self._write = write
        self._names: dict[str, str] = {}

    def heard(self, message: Message) -> None:
        """Remember what a person is called."""
        self._names[message.sender_id] = message.sender

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Nothing comes by itself: the transcript is read by its driver."""

    async def send(self, out: Outgoing) -> str:
        """Write it down."""
        names = tuple(name for _, name in out.mentions)
        if not out.room_id:
            names = (self._names.get(out.to_id, out.to_id),)
        self._write(Said(self.clock.now(), out, names))
        return ""

"""What a channel hears: messages, and news about rooms and about the connection itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MessageKind = Literal[
    "text", "image", "voice", "video", "file", "card", "mini_program", "url", "location",
    "emoticon", "chat_history", "red_envelope", "transfer", "recall", "group_note", "system", "other",
]  # fmt: skip

SenderKind = Literal["person", "official", "system", "self"]


@dataclass(frozen=True, slots=True)
class Message:
    """One thing somebody said in a room, or to the bot in private."""

    id: str
    """The channel's id of the message; the same message may come again, under this id or a new one."""
    at: datetime
    """When the channel received it, with a zone."""
    room_id: str
    """The channel's id of the room; empty in private."""
    room: str
    """The room's name when the message came; empty in private."""
    sender_id: str
    """The channel's id of the person. Authority hangs on this, never on a name."""
    sender: str
    """The name the person bears in this room (their name in private)."""
    text: str
    """The words as they were sent; empty for pictures, voices and the like."""
    kind: MessageKind = "text"
    sender_kind: SenderKind = "person"
    mentions_bot: bool = False
    """True when the bot was @-mentioned by id."""

    @property
    def private(self) -> bool:
        """True when said to the bot alone."""
        return not self.room_id


@dataclass(frozen=True, slots=True)
class RoomNamed:
    """The channel knows (or knows anew) what a room is called."""

    room_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """The account is no longer in a room: it was removed, or the room was dissolved."""

    room_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The channel speaks for this account from now on; everything before the first of these is unheard."""

    account: str
    """The channel's id of the bot's own account."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Deaf:
    """An outage has ended: nothing said between these moments was heard, and it cannot be fetched."""

    since: datetime
    until: datetime
    reason: str
    """Why, in Chinese, for the staff."""
    lost: int = 0
    """So many messages were certainly said and their words not given: told however short the span."""


Event = Message | RoomNamed | RoomLeft | LoggedIn | Deaf
"""What a channel puts on the intake queue, in order of arrival."""

"""Posting a notice as the clock does, whatever wrote it down, and reading what became of it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bot.groups import Tree
from bot.ledger.notices import Notices
from bot.model.ledger import Waiting
from bot.model.message import Message
from bot.model.notice import Notice
from tests.conftest import STAFF_ROOM, Chat

UNIT_ROOMS = (
    "春晓苑1号楼1单元群",
    "春晓苑1号楼2单元群",
    "春晓苑17号楼1单元群",
    "春晓苑17号楼2单元群",
    "春晓苑17号楼3单元群",
)
TEXT = "今晚21点到23点停水，请提前接水。"


def post(chat: Chat, *rooms: str, **fields: Any) -> int:
    """Have a notice of 刘书记 (written in the staff group) begun now; its number. Nothing of it is sent yet."""
    at = chat.clock.now()
    node = Tree(chat.app.settings.groups).root.name
    given = {
        "text": TEXT,
        "state": "waiting",
        "by_id": "wxid_secretary",
        "by_name": "刘书记",
        "room_id": STAFF_ROOM,
        "level": "important",
        **fields,
    }
    with chat.app.ledger.transaction():
        notice = Notices(chat.app.ledger).add(
            Notice(0, given.pop("text"), rooms or UNIT_ROOMS, "春晓苑", node, at, at, **given)
        )
    assert notice is not None
    chat.app.tick(at)
    return notice.id


def pass_time(chat: Chat, **span: float) -> list[str]:
    """Go on in time, from one thing that is due to the next, sending and ringing; what was said meanwhile. What has become
    due meanwhile is rung two seconds later, as the bell does."""
    until = chat.clock.now() + timedelta(**span)
    said: list[str] = []
    while True:
        chat.app.tick(chat.clock.now())
        said += chat.hear()
        ring, now = chat.app.timekeeper.next(), chat.clock.now()
        due = [max(ring, now + timedelta(seconds=2)) if ring else None, _next_send(chat)]
        nearest = min([*(moment for moment in due if moment is not None), until])
        if nearest >= until:
            chat.clock.at = until
            chat.app.tick(until)
            return said + chat.hear()
        chat.clock.at = nearest


def _next_send(chat: Chat) -> datetime | None:
    step = chat.app.outbox.next_step(chat.clock.now())
    return step.due if isinstance(step, Waiting) else step


def send_one(chat: Chat) -> str:
    """Send the next message that may leave; its room."""
    step = chat.app.outbox.next_step(chat.clock.now())
    assert isinstance(step, Waiting), step
    asyncio.run(chat.app.outbox.send(step))
    return step.out.room


def states(chat: Chat, number: int) -> dict[str, str]:
    """Group -> state of its row, of one notice."""
    return {row.room: row.state for row in Notices(chat.app.ledger).rows(number)}


def echo(chat: Chat, text: str, room: str, id: str = "echo", **extra: Any) -> None:
    """The account is heard saying something."""
    given = {"sender_id": "bot", "sender_kind": "self", "room": room, "room_id": room, **extra}
    chat.app.receive([Message(id=id, at=chat.clock.now(), sender="小巷", text=text, **given)])

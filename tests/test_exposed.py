"""A volunteer group of another compound never reads a door, a phone or a resident's words, whoever types there."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.app import build
from bot.groups import Tree
from bot.model.message import LoggedIn, RoomNamed
from bot.model.settings import Settings
from bot.settings import Data
from intents.engine import Engine
from tests.conftest import MORNING, Chat, FakeChannel, FakeClock

HARMONY = "和谐小区志愿者群"
SPRING = "春晓苑工作群"


@pytest.fixture
def chat(settings: Settings, data: Data, engine: Engine) -> Iterator[Chat]:
    """The sample community, each compound with a staff's and a volunteers' group of its own."""
    (root,) = settings.groups
    own = tuple(
        replace(child, staff_room=f"{child.name}工作群", volunteer_room=f"{child.name}志愿者群")
        for child in root.children
    )
    settings = replace(settings, groups=(replace(root, children=own),))
    clock, channel = FakeClock(), FakeChannel()
    app = build(settings, data, channel, clock, random.Random(1), None, engine)
    rooms = [place.room for place in Tree(settings.groups).rooms()]
    app.receive([LoggedIn("bot", MORNING), *(RoomNamed(room, room, MORNING) for room in rooms)])
    yield Chat(app, clock, channel)
    app.ledger.close()


@pytest.fixture
def sent(chat: Chat) -> Chat:
    """A001 of 春晓苑, for which a volunteer of 和谐小区 was sent."""
    chat.say("志愿者小冀", "大家好", HARMONY)
    chat.say("王女士", "17-3-501 家里降压药没有了，电话13812345678")
    chat.say("刘书记", "派单 1 @志愿者小冀 带上口罩", SPRING)
    return chat


@pytest.mark.parametrize("who", ["志愿者小冀", "刘书记"])
@pytest.mark.parametrize(
    "typed", ["接单 1", "/工单 1", "/工单 我的", "进展 1 在路上", "办结 1", "撤销 1", "/路线"]
)
def test_what_they_type_there_shows_no_door(sent: Chat, who: str, typed: str) -> None:
    there = [line for line in sent.say(who, typed, HARMONY) if line.startswith(HARMONY)]
    assert there
    for secret in ("501", "13812345678", "家里降压药"):
        assert secret not in "".join(there)


def test_what_they_type_in_private_shows_all(sent: Chat) -> None:
    (line,) = sent.say("志愿者小冀", "/工单 1", "", room_id="")
    assert "501" in line and "13812345678" in line


def test_the_answer_to_their_question_is_to_be_read_in_private(sent: Chat) -> None:
    sent.say("志愿者小冀", "问 1 要几盒", HARMONY)
    told, _ = sent.say("王女士", "两盒，电话13912345678")
    assert told.startswith(f"{HARMONY}: @志愿者小冀 【回话 A001】")
    assert "13912345678" not in told and "请私聊小巷发：工单 1" in told
    sent.say("志愿者小冀", "问 1 还要别的吗", "", room_id="")
    told, _ = sent.say("王女士", "一包棉签，电话13912345678")
    assert told.startswith("私聊: 【回话 A001】") and "13912345678" in told

"""Doors in words typed by the staff, on their way to a residents' group."""

import pytest

from bot import guard
from handlers import masking
from handlers.masking import without_doors
from tests.conftest import STAFF_ROOM, Chat
from tests.test_together import tell

RESIDENTS = "春晓苑居民群"
PLEA = "17号楼3单元401老人降压药没了 帮忙买一下"

LEAKS = (
    "给13812345678打过电话了，401没人应",
    "401没人开门",
    "401不在家",
    "401有狗",
    "先去302再到401",
    "四零一敲门没人",
    "四百零一敲门没人",
    "401已搬走",
    "是401还是402",
    "找1102的孙女拿",
    "４０１没人",
    "401号没人",
)


@pytest.mark.parametrize("words", LEAKS)
def test_a_bare_door_is_hidden(words: str) -> None:
    said = without_doors(words, "401")
    for door in ("401", "402", "302", "1102", "４０１", "四零一", "四百零一"):
        assert door not in said
    assert masking.HIDDEN in said


@pytest.mark.parametrize(
    "words",
    (
        "药费105块，先垫上了",
        "共201元",
        "坐501路到医院",
        "温度102度",
        "氯化钠501ml",
        "打110、119、120",
        "打一一零、一二零",
        "2022年起，2012年也是",
        "体温36.5，血压138",
        "A101 那张已经办了",
        "一百零二岁了",
        "12号楼102个口罩",
        "晚上10:05到",
    ),
)
def test_what_is_no_door_stays(words: str) -> None:
    assert without_doors(words, "401") == words


def test_the_own_door_is_hidden_even_where_it_looks_like_an_amount() -> None:
    assert without_doors("1315没人，五幺三没人", "1315") == "***没人，五幺三没人"
    assert without_doors("五幺三没人", "513") == "***没人"
    assert without_doors("打120", "120") == "打120"


def test_a_door_is_hidden_as_the_guard_hides_it() -> None:
    assert masking.HIDDEN == guard.HIDDEN_ROOM


@pytest.mark.parametrize(
    "command",
    (
        "进展 1 给13812345678打过电话了，401没人应",
        "问 1 是401还是四零一",
        "办结 1 401有狗，挂门上了",
        "无法办理 1 401没人开门",
        "撤单 1 401已搬走",
    ),
)
def test_the_group_reads_the_staffs_words_without_the_door(chat: Chat, command: str) -> None:
    chat.say("李女士", PLEA, RESIDENTS)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    heard = [
        line for line in chat.say("网格员小安", command, STAFF_ROOM) if line.startswith(f"{RESIDENTS}: ")
    ]
    assert heard and masking.HIDDEN in heard[0]
    assert "401" not in "".join(heard) and "四零一" not in "".join(heard)


def test_in_private_the_words_stay_whole(chat: Chat) -> None:
    tell(chat, "李女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    lines = chat.say("网格员小安", "进展 1 401没人应", STAFF_ROOM)
    assert any(line.startswith("私聊: ") and "401没人应" in line for line in lines)


def test_in_a_work_group_the_words_stay_whole(chat: Chat) -> None:
    chat.say("刘书记", "/代下单 17-3-401 降压药两盒", STAFF_ROOM)
    lines = chat.say("网格员小安", "办结 1 401没人应，交给302了", STAFF_ROOM)
    assert any(line.startswith(STAFF_ROOM) and "401没人应，交给302了" in line for line in lines)

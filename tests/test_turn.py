"""「到几号楼了」 while a round runs: the answer is where the round is, never a guess, and once a group in a few minutes."""

from collections.abc import Callable

import pytest

from tests.conftest import COMPOUND_ROOM, UNIT_ROOM, Chat
from tests.test_calls import SIX, START, homes, say, wait

BUILDING_5 = "春晓苑5号楼群"


@pytest.fixture
def round_chat(open_chat: Callable[..., Chat]) -> Chat:
    """A round of five turns in 春晓苑, of which the first has just been called."""
    chat = open_chat(at=SIX)
    chat.app.roster.import_households(homes())
    say(chat, START)
    say(chat, "确认")
    return chat


def ask(chat: Chat, text: str, room: str = UNIT_ROOM, sender: str = "王女士") -> list[str]:
    return chat.say(sender, text, room)


@pytest.mark.parametrize(
    "text",
    [
        "我们单元什么时候做",
        "几点轮到17号楼",
        "还要等多久",
        "到几号楼了",
        "到了哪栋楼您群里通知一下，我们下去",
        "到了哪栋楼",
        "什么时候轮到我们",
        "核酸做到哪了",
        "叫到哪栋了",
        "我们楼什么时候做核酸",
        "核酸还要等多久",
        "17号楼几点做核酸",
        "轮到我们了吗",
        "3单元可以下去了吗",
        "今天核酸几点开始",
        "前面还有几个单元",
        "我们什么时候下楼",
    ],
)
def test_a_unit_group_reads_how_many_are_before_it_and_when(round_chat: Chat, text: str) -> None:
    assert ask(round_chat, text) == [
        f"{UNIT_ROOM}: @王女士 现在叫到 1号楼1单元、2单元。17号楼3单元前面还有 3 批，大约 6:40，到时会在群里叫。"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "菜到几号楼了",
        "快递到哪了",
        "核酸结果什么时候出",
        "明天几点做核酸",
        "今晚核酸几点",
        "几点做饭",
        "阳性到几号楼了",
        "水什么时候来",
        "我到楼下了",
    ],
)
def test_other_questions_are_not_about_the_round(round_chat: Chat, text: str) -> None:
    assert not any("叫到" in line for line in ask(round_chat, text))


def test_called_next_and_through(round_chat: Chat) -> None:
    assert "1号楼1单元已经叫到了，现在可以下楼" in ask(round_chat, "到我们了吗", "春晓苑1号楼1单元群")[0]
    assert "下一个就是5号楼，大约 6:10，叫到再下楼" in ask(round_chat, "到我们了吗", BUILDING_5)[0]
    say(round_chat, "1-1 1-2 完成")
    (line,) = ask(round_chat, "什么时候做核酸", "春晓苑1号楼1单元群", "李姐")
    assert "1号楼1单元已经叫过了，还没做的请到小区北门，9:00 结束" in line


def test_a_group_reads_it_once_in_a_few_minutes(round_chat: Chat) -> None:
    assert ask(round_chat, "到几号楼了")
    assert ask(round_chat, "还要等多久", sender="李姐") == []
    assert ask(round_chat, "到几号楼了", BUILDING_5, "赵姐")
    assert ask(round_chat, "小巷，轮到我们了吗", sender="李姐"), "who speaks to the bot is answered"
    round_chat.clock.advance(minutes=4)
    assert ask(round_chat, "还要等多久呀", sender="李姐")
    rows = round_chat.app.ledger.execute(
        "SELECT count(*) FROM unanswered WHERE answered_at IS NULL"
    ).fetchone()
    assert rows == (0,), "nobody has to look after them"


def test_a_wide_group_and_a_bound_household(round_chat: Chat) -> None:
    assert ask(round_chat, "到几号楼了", COMPOUND_ROOM) == [
        f"{COMPOUND_ROOM}: @王女士 现在叫到 1号楼1单元、2单元，还有 4 批没叫。叫到哪里，会在那里的群里叫。"
    ]
    round_chat.clock.advance(minutes=4)
    assert "5号楼，大约 6:10" in ask(round_chat, "5号楼什么时候做", COMPOUND_ROOM)[0]
    assert not any(
        "叫到" in line for line in ask(round_chat, "到几号楼了", "")
    )  # it is not known where they live
    ask(round_chat, "/我是 春晓苑17-3-501 王芳", "")
    (line,) = ask(round_chat, "什么时候轮到我们", "")
    assert line.startswith("私聊: 现在叫到 1号楼1单元、2单元。17号楼3单元前面还有 3 批")


def test_paused_over_and_ended(round_chat: Chat) -> None:
    say(round_chat, "/核酸 暂停")
    assert "采样点暂停着，17号楼3单元请先在家等" in ask(round_chat, "到几号楼了")[0]
    say(round_chat, "/核酸 继续")
    round_chat.clock.advance(hours=4)
    assert "时间到了（9:00）" in ask(round_chat, "还要等多久")[0]
    say(round_chat, "/核酸 结束")
    round_chat.clock.advance(seconds=11)
    say(round_chat, "确认")
    round_chat.clock.advance(minutes=5)
    assert not any("核酸的时间" in line or "叫到 " in line for line in ask(round_chat, "到几号楼了"))
    assert any("楼栋群里当天的通知为准" in line for line in ask(round_chat, "核酸几点开始"))


def test_planned_and_when_it_would_be_too_late(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    chat.app.roster.import_households(homes())
    say(chat, START.replace("6:00-9:00", "7:00-7:30"))
    say(chat, "确认")
    assert "07:00-07:30，还没开始" in ask(chat, "核酸几点开始")[0]
    wait(chat, 62)
    (line,) = ask(chat, "我们单元什么时候做", sender="李姐")
    assert "前面还有 3 批，到时会在群里叫" in line, "no time that is after the hours"


def test_a_building_that_is_left_out_reads_so(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(at=SIX)
    chat.app.roster.import_households(homes())
    say(chat, START.replace("春晓苑", "春晓苑 除5栋"))
    say(chat, "确认")
    told = "现在做的是春晓苑（除5号楼）第3轮核酸，这一轮没有5号楼，要做会在群里通知。"
    assert ask(chat, "到几号楼了", BUILDING_5)[0].endswith(told)
    assert ask(chat, "5号楼几点做核酸", COMPOUND_ROOM, "老张")[0].endswith(told)


def test_whoever_waits_for_a_ticket_asks_after_that(round_chat: Chat) -> None:
    ask(round_chat, "17-3-501 家里没有降压药了，能帮忙买吗")
    assert not any("叫到" in line for line in ask(round_chat, "还要等多久"))
    assert "现在叫到" in ask(round_chat, "核酸到几号楼了")[0]


def test_another_place_hears_nothing_of_it(round_chat: Chat) -> None:
    assert not any("叫到" in line for line in ask(round_chat, "到几号楼了", "和谐小区居民群"))


def test_a_building_taken_out_is_told_to_wait_for_the_community(round_chat: Chat) -> None:
    wait(round_chat, 1)
    say(round_chat, "不叫5号楼")
    wait(round_chat, 1)
    assert ask(round_chat, "啥时候轮到我们", BUILDING_5) == [
        f"{BUILDING_5}: @王女士 5号楼这一轮先不叫，听社区通知。"
    ]


def test_of_those_sent_back_nobody_is_told_a_time(round_chat: Chat) -> None:
    wait(round_chat, 1)
    say(round_chat, "叫17-3")
    say(round_chat, "叫错了")
    wait(round_chat, 1)
    (line,) = ask(round_chat, "几点轮到我们")
    assert "先不要下楼，叫到再下来" in line

"""What nobody answered in a residents' group is listed, and leaves the list when somebody does."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.unanswered import alike
from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

ASKED = "咱小区北门的快递柜今天还开不开门啊？"
NONE = "都有人回了"


def tell(chat: Chat, sender: str, text: str) -> list[str]:
    return chat.say(sender, text, "", room_id="")


def ask(chat: Chat, sender: str = "陈阿姨", text: str = ASKED, room: str = COMPOUND_ROOM) -> None:
    assert chat.say(sender, text, room) == []


def listed(chat: Chat, minutes: float = 21) -> str:
    chat.clock.advance(minutes=minutes)
    (line,) = chat.say("刘书记", "/未回", STAFF_ROOM)
    return line


def test_it_is_listed_with_who_where_how_long_after_twenty_minutes(chat: Chat) -> None:
    ask(chat)
    assert NONE in listed(chat, 15)
    line = listed(chat, 6)
    assert f"1. 陈阿姨（{COMPOUND_ROOM}）21分钟：{ASKED}" in line and "/未回 已回 1" in line


@pytest.mark.parametrize(
    "answer",
    ["@陈阿姨 南门开着", "「陈阿姨：咱小区北门」\n- - - - - -\n开到六点", "南门那个开着，报楼号就行"],
)
def test_a_worker_of_the_branch_answers_in_the_group(chat: Chat, answer: str) -> None:
    ask(chat)
    chat.clock.advance(minutes=5)
    chat.say("网格员小安", answer, COMPOUND_ROOM)
    assert NONE in listed(chat)


@pytest.mark.parametrize(
    "said", ["@王女士 您的药到了", "各位居民，下午两点消杀，请关好门窗", "【通知】今晚停水"]
)
def test_what_a_worker_says_to_others_answers_nobody(chat: Chat, said: str) -> None:
    ask(chat)
    chat.say("网格员小安", said, COMPOUND_ROOM)
    assert "陈阿姨" in listed(chat)


@pytest.mark.parametrize("answer", ["陈阿姨，要的，到物业开", "陈阿姨 南门开着", "陈阿姨您好，开到六点"])
def test_a_worker_who_begins_with_the_name_answers_however_late(chat: Chat, answer: str) -> None:
    ask(chat)
    chat.clock.advance(minutes=10)
    ask(chat, "赵姐", "团购券在哪里领有人知道吗")
    chat.clock.advance(minutes=20)
    chat.say("网格员小安", answer, COMPOUND_ROOM)
    line = listed(chat)
    assert "陈阿姨" not in line and "赵姐" in line


def test_words_about_somebody_are_no_answer_to_them(chat: Chat) -> None:
    ask(chat)
    chat.clock.advance(minutes=30)
    chat.say("网格员小安", "陈阿姨家的菜到了，谁帮忙捎一下", COMPOUND_ROOM)
    assert "陈阿姨" in listed(chat)


def test_what_a_worker_says_much_later_to_nobody_answers_nobody(chat: Chat) -> None:
    ask(chat)
    chat.clock.advance(minutes=11)
    chat.say("网格员小安", "南门那个开着", COMPOUND_ROOM)
    assert "陈阿姨" in listed(chat)
    chat.say("网格员小安", "@陈阿姨 南门那个开着", COMPOUND_ROOM)
    assert NONE in listed(chat)


def test_only_the_latest_of_several_is_answered_by_words_to_nobody(chat: Chat) -> None:
    ask(chat)
    ask(chat, "赵姐", "团购券在哪里领有人知道吗")
    chat.say("网格员小安", "居委会一楼领", COMPOUND_ROOM)
    line = listed(chat)
    assert "陈阿姨" in line and "赵姐" not in line


def test_a_worker_of_another_branch_and_a_neighbour_answer_nobody(chat: Chat) -> None:
    ask(chat)
    chat.say("志愿者小冀", "@陈阿姨 南门开着", COMPOUND_ROOM)
    chat.clock.advance(seconds=20)
    chat.say("邻居", "@陈阿姨 南门开着", COMPOUND_ROOM)
    assert "陈阿姨" in listed(chat)


@pytest.mark.parametrize("thanks", ["知道了", "问到了，谢谢", "解决了", "谢谢大家"])
def test_the_asker_says_it_is_settled(chat: Chat, thanks: str) -> None:
    ask(chat)
    ask(chat, "赵姐", "团购券在哪里领有人知道吗")
    chat.say("陈阿姨", thanks, COMPOUND_ROOM)
    line = listed(chat)
    assert "陈阿姨" not in line and "赵姐" in line


def test_the_thanks_of_another_settle_nothing(chat: Chat) -> None:
    ask(chat)
    chat.say("赵姐", "知道了谢谢", COMPOUND_ROOM)
    assert "陈阿姨" in listed(chat)


@pytest.mark.parametrize("said", ["早上好", "哈哈哈", "@小周 你家有盐吗", "今天天气真好啊"])
def test_chat_and_words_to_a_neighbour_are_not_listed(chat: Chat, said: str) -> None:
    chat.say("陈阿姨", said, COMPOUND_ROOM)
    assert NONE in listed(chat)


def test_what_the_faq_answers_is_not_listed(chat: Chat) -> None:
    (line,) = chat.say("陈阿姨", "请问明天核酸几点开始", COMPOUND_ROOM)
    assert "以楼栋群里当天的通知为准" in line
    assert NONE in listed(chat)


def test_a_wrong_guess_does_not_answer_and_a_chosen_one_does(chat: Chat) -> None:
    (line,) = chat.say("赵姐", "请问团购的菜放在哪个门", COMPOUND_ROOM)
    assert "您是想问" in line
    assert "赵姐" in listed(chat)
    (line,) = chat.say("钱姐", "请问团购的菜放在哪个门", COMPOUND_ROOM)
    chat.say("钱姐", "1", COMPOUND_ROOM)
    assert "钱姐" not in listed(chat)


def test_asking_again_is_no_second_one(chat: Chat) -> None:
    ask(chat)
    chat.clock.advance(minutes=3)
    ask(chat, text="北门的快递柜今天到底还开不开门啊")
    assert "1 条没人回" in listed(chat)


def test_asking_the_bot_then_makes_it_a_ticket_and_no_longer_unanswered(chat: Chat) -> None:
    ask(chat)
    lines = chat.say("陈阿姨", f"小巷，{ASKED}", COMPOUND_ROOM)
    assert any("已转值班" in line for line in lines)
    assert NONE in listed(chat)


def test_staff_tick_off_by_number_and_all(chat: Chat) -> None:
    ask(chat)
    ask(chat, "赵姐", "团购券在哪里领有人知道吗", UNIT_ROOM)
    ask(chat, "钱姐", "请问小区门口的菜鸟驿站什么时候恢复营业", UNIT_ROOM)
    chat.clock.advance(minutes=21)
    (line,) = chat.say("志愿者", "/未回 已回 2", VOLUNTEER_ROOM)
    assert "1 条已回，还有 2 条" in line
    (line,) = chat.say("刘书记", "/未回 已回 2 77", STAFF_ROOM)
    assert "没有编号 2、77" in line
    (line,) = chat.say("刘书记", "/未回 已回", STAFF_ROOM)
    assert "请写上编号" in line
    (line,) = chat.say("刘书记", "/未回 清", STAFF_ROOM)
    assert "2 条已回，还有 0 条" in line
    assert NONE in listed(chat)
    entries = chat.app.timekeeper._services.audit.entries(chat.clock.now() - timedelta(hours=1), 10)
    assert [entry.actor for entry in entries] == ["刘书记", "志愿者"]


def test_a_page_is_no_number(chat: Chat) -> None:
    many(chat, 12)
    chat.clock.advance(minutes=21)
    (line,) = chat.say("刘书记", "/未回", STAFF_ROOM)
    assert "12 条没人回，第 1/2 页" in line and "往下看：/未回 2页" in line and "11. " not in line
    (line,) = chat.say("刘书记", "/未回 2页", STAFF_ROOM)
    assert "11. 居民10" in line and "12. 居民11" in line
    (line,) = chat.say("刘书记", "/未回 5页", STAFF_ROOM)
    assert "一共 2 页（12 条）" in line


def test_a_worker_sees_and_ticks_off_their_own_branch_alone(chat: Chat) -> None:
    ask(chat)
    ask(chat, "和谐老张", "请问小区门口的菜鸟驿站什么时候恢复营业", "和谐小区居民群")
    chat.clock.advance(minutes=21)
    (line,) = tell(chat, "网格员小安", "/未回")
    assert "陈阿姨" in line and "和谐老张" not in line
    tell(chat, "网格员小安", "/未回 清")
    assert "和谐老张" in listed(chat)


def test_nothing_is_listed_in_a_residents_group_or_for_residents(chat: Chat) -> None:
    ask(chat)
    chat.clock.advance(minutes=21)
    assert chat.say("刘书记", "/未回", COMPOUND_ROOM) == []
    assert chat.say("陈阿姨", "/未回", COMPOUND_ROOM) == []
    (line,) = tell(chat, "陈阿姨", "/未回")
    assert "志愿者" in line and ASKED not in line


def test_after_a_day_it_leaves_the_list(chat: Chat) -> None:
    ask(chat)
    assert NONE in listed(chat, 24 * 60 + 1)


def test_the_staff_are_told_once_when_many_wait(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    chat = open_chat(tmp_path / "x.db")
    many(chat, 11)
    assert tick(chat, 19) == []
    (line,) = tick(chat, 5)
    assert line.startswith(f"{STAFF_ROOM}: 居民群里有 11 条问话没人回")
    assert tick(chat, 5) == []
    again = open_chat(tmp_path / "x.db", at=chat.clock.now() + timedelta(minutes=1))
    assert tick(again, 5) == []
    many(again, 11, "again")
    (line,) = tick(again, 25)
    assert "22 条" in line


def test_ten_are_not_many(chat: Chat) -> None:
    many(chat, 10)
    assert tick(chat, 40) == []


def test_those_answered_in_time_do_not_count(chat: Chat) -> None:
    many(chat, 11)
    chat.say("网格员小安", "@居民3 开着呢", COMPOUND_ROOM)
    assert tick(chat, 40) == []


WORDS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def many(chat: Chat, count: int, prefix: str = "") -> None:
    for n in range(count):
        chat.say(f"{prefix}居民{n}", f"请问{WORDS[n] * 6}啥时候开门", COMPOUND_ROOM, id=f"{prefix}{n}")


def tick(chat: Chat, minutes: float) -> list[str]:
    """Let time pass minute by minute; all that is said by the clock."""
    said = []
    for _ in range(int(minutes)):
        chat.clock.advance(minutes=1)
        chat.app.tick(chat.clock.now())
        said += chat.hear()
    return said


def test_alike_is_the_same_question_in_other_words() -> None:
    assert alike(ASKED, "北门快递柜今天还开不开门")
    assert not alike(ASKED, "团购券在哪里领有人知道吗")
    assert alike("菜呢", "菜呢") and not alike("", "菜")


def test_a_name_with_a_space_is_mentioned_whole(chat: Chat) -> None:
    ask(chat, "陈 阿姨")
    chat.clock.advance(minutes=15)
    chat.say("网格员小安", "@陈 阿姨\u2005在南门", COMPOUND_ROOM)
    assert "陈 阿姨" not in listed(chat)

"""Votes: a word or a thumb after an answer counts once a person and answer, and swallows nothing that is meant for others."""

from datetime import timedelta

import pytest

from bot.ledger.votes import Votes
from bot.model.asked import Tally
from tests.conftest import STAFF_ROOM, UNIT_ROOM, Chat
from tests.posting import pass_time

TESTING = "核酸几点开始"
SORRY = "没帮上，对不住。已请社区的同志看看，有回话在这里告诉您。"


def tally(chat: Chat, entry: str = "hesuan-time") -> Tally:
    return Votes(chat.app.ledger).tallies(chat.clock.now() - timedelta(days=1)).get(entry, Tally())


@pytest.mark.parametrize(
    "word", ["有用", "👍", "[强]", "谢谢有用", "有用，谢谢", "很管用", "👍👍", "[强][强]", "挺有帮助的"]
)
def test_a_useful_answer_is_counted_in_silence(chat: Chat, word: str) -> None:
    chat.say("王女士", TESTING)
    assert chat.say("王女士", word) == []
    assert tally(chat) == Tally(1, 1, 0)


@pytest.mark.parametrize(
    "word", ["没用", "没啥用", "没用啊", "没帮上", "👎", "[弱]", "不管用", "这个没用", "没有帮助", "答非所问"]
)
def test_a_useless_answer_is_counted_and_listed_for_a_person(chat: Chat, word: str) -> None:
    chat.say("王女士", TESTING)
    assert chat.say("王女士", word) == [f"{UNIT_ROOM}: @王女士 {SORRY}"]
    assert tally(chat) == Tally(1, 0, 1)
    chat.clock.advance(minutes=25)
    assert f"王女士（{UNIT_ROOM}）25分钟：{TESTING}" in chat.say("刘书记", "/未回", STAFF_ROOM)[0]


def test_whoever_says_so_in_private_is_handed_to_a_person(chat: Chat) -> None:
    chat.say("王女士", TESTING, "")
    alert, line = chat.say("王女士", "没用", "")
    assert alert.startswith(STAFF_ROOM) and TESTING in alert and "已转值班" in line
    assert tally(chat) == Tally(1, 0, 1)


@pytest.mark.parametrize("word", ["小巷 没用", "小巷，没用"])
def test_many_who_say_so_to_the_bot_in_a_group_are_votes_and_no_ticket_each(chat: Chat, word: str) -> None:
    chat.say("王女士", TESTING)
    for name in ("王女士", "李叔", "赵哥"):
        assert chat.say(name, word) == [f"{UNIT_ROOM}: @{name} {SORRY}"]
    assert tally(chat) == Tally(1, 0, 3)
    chat.clock.advance(minutes=25)
    assert "王女士" in chat.say("刘书记", "/未回", STAFF_ROOM)[0]


def test_said_to_the_bot_with_no_answer_before_it_a_person_sees_to_it(chat: Chat) -> None:
    assert "已转值班" in "".join(chat.say("王女士", "小巷，没用"))


def test_a_vote_counts_once_and_can_be_changed(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    chat.say("王女士", "没用")
    assert chat.say("王女士", "没啥用") == []
    assert tally(chat) == Tally(1, 0, 1)
    assert chat.say("王女士", "有用") == []
    assert tally(chat) == Tally(1, 1, 0)


def test_those_who_were_pointed_at_it_vote_too(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    chat.say("李叔", TESTING)
    assert chat.say("李叔", "👍") == [] and tally(chat).useful == 0, "not shown yet"
    pass_time(chat, seconds=30)
    chat.say("李叔", "[强]")
    assert tally(chat) == Tally(2, 1, 0)


def test_a_quoted_answer_is_voted_on_by_anybody(chat: Chat) -> None:
    (said,) = chat.say("王女士", TESTING)
    answer = said.split(" ", 2)[-1]
    quote = f"「小巷：@王女士\u2005{answer}」\n- - - - - - - - - - - - - - -\n没用"
    assert chat.say("李叔", quote) == [f"{UNIT_ROOM}: @李叔 {SORRY}"]
    assert tally(chat) == Tally(1, 0, 1)
    other = "「赵哥：下午一起打牌不」\n- - - - - - - - - - - - - - -\n没用"
    assert chat.say("王女士", other) == [] and tally(chat) == Tally(1, 0, 1)


def test_long_after_it_is_no_vote(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    chat.clock.advance(minutes=31)
    assert chat.say("王女士", "没用") == [] and tally(chat) == Tally(1, 0, 0)


@pytest.mark.parametrize(
    "word", ["没用", "有用", "👍", "收到", "谢谢", "没用过", "有用的话我再说", "这药没用"]
)
def test_talk_among_neighbours_is_no_vote(chat: Chat, word: str) -> None:
    chat.say("王女士", TESTING)
    assert chat.say("李叔", word) == [], "nobody answered them"
    assert tally(chat) == Tally(1, 0, 0)


@pytest.mark.parametrize("word", ["收到", "谢谢", "没用过这个", "好的", "知道了"])
def test_other_words_after_an_answer_are_no_vote(chat: Chat, word: str) -> None:
    chat.say("王女士", TESTING)
    assert chat.say("王女士", word) == []
    assert tally(chat) == Tally(1, 0, 0)


def test_after_a_word_about_a_ticket_it_is_about_the_ticket(chat: Chat) -> None:
    chat.say("王女士", TESTING)
    chat.say("王女士", "家里降压药没有了，麻烦帮忙买两盒")
    chat.say("王女士", "没用")
    assert tally(chat) == Tally(1, 0, 0)

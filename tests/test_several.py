"""One person with several tickets: every word reaches the one it is about."""

from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, Chat


def two_taken(chat: Chat) -> None:
    """A001, medicine, and A002, vegetables, of one person."""
    chat.say("王女士", "家里降压药没有了")
    chat.clock.advance(minutes=11)
    chat.say("王女士", "家里没菜了，能买点菜吗")
    chat.say("网格员小安", "接单 1 2", STAFF_ROOM)


def test_of_two_that_are_done_the_one_named_is_opened_again_and_the_other_still_waited_for(
    chat: Chat,
) -> None:
    two_taken(chat)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 2", STAFF_ROOM)
    alert, _ = chat.say("王女士", "药没收到啊")
    assert "【没收到 A001】" in alert
    alert, _ = chat.say("王女士", "菜也没收到")
    assert "【没收到 A002】" in alert


def test_of_two_that_were_declined_the_one_named_is_opened_again(chat: Chat) -> None:
    two_taken(chat)
    chat.say("网格员小安", "办不了 1 没有药", STAFF_ROOM)
    chat.say("网格员小安", "办不了 2 没有菜", STAFF_ROOM)
    alert, _ = chat.say("王女士", "药还是要的，怎么办")
    assert "【还要办 A001】" in alert
    alert, _ = chat.say("王女士", "菜也还是要啊")
    assert "【还要办 A002】" in alert


def test_each_of_two_questions_gets_its_answer(chat: Chat) -> None:
    two_taken(chat)
    chat.say("网格员小安", "问 1 药要几盒", STAFF_ROOM)
    chat.say("刘书记", "问 2 要什么菜", STAFF_ROOM)
    told, answer = chat.say("王女士", "两盒")
    assert told.startswith("百合社区工作群: @网格员小安 【回话 A001】") and "A001 已转告" in answer
    told, _ = chat.say("王女士", "白菜土豆")
    assert told.startswith("百合社区工作群: @刘书记 【回话 A002】")


def test_an_answer_reaches_the_ticket_that_took_the_other_in(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了")
    chat.say("李姐", "家里降压药没了")
    chat.say("网格员小安", "问 2 药要几盒", STAFF_ROOM)
    chat.say("网格员小安", "合并 1 2", STAFF_ROOM)
    told, _ = chat.say("李姐", "要两盒")
    assert "@网格员小安 【回话 A001】" in told
    ticket = chat.app.tickets.get("A001")
    assert ticket is not None and ticket.text.endswith("要两盒")


def test_whoever_was_sent_and_whoever_waits_hear_that_it_is_still_needed(chat: Chat) -> None:
    chat.say("王女士", "17-3-501 家里降压药没有了")
    chat.say("小王", "我妈 17-3-501 降压药没有了", COMPOUND_ROOM)
    chat.say("志愿者小冀", "在吗", "", room_id="")
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    chat.say("刘书记", "办不了 1 没有药", STAFF_ROOM)
    said = chat.say("小王", "还是要的呀，怎么办", COMPOUND_ROOM)
    assert any(line.startswith("私聊: 【还要办 A001】") for line in said)
    assert any(line.startswith("春晓苑17号楼3单元群: @王女士 A001") for line in said)


def test_not_received_is_heard_in_another_group_and_in_private(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了")
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    alert, _ = chat.say("王女士", "我的药没收到啊", COMPOUND_ROOM)
    assert "【没收到 A001】" in alert
    chat.say("网格员小安", "办结 1 送到了", STAFF_ROOM)
    alert, _ = chat.say("王女士", "送错了吧", "", room_id="")
    assert "【没收到 A001】" in alert


def test_a_neighbour_who_got_nothing_of_ours_is_left_alone(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了")
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    assert chat.say("邻居", "我的药没收到啊", COMPOUND_ROOM) == []
    assert chat.say("王女士", "我的快递没收到啊", COMPOUND_ROOM) == []


def test_not_received_never_closes_what_is_open(chat: Chat) -> None:
    chat.say("王女士", "家里没菜了，能买点菜吗")
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("王女士", "小巷 A001没收到", COMPOUND_ROOM)
    ticket = chat.app.tickets.get("A001")
    assert ticket is not None and ticket.state == "taken"


def test_a_question_may_be_answered_in_private(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了")
    chat.say("网格员小安", "问 1 要几盒", STAFF_ROOM)
    told, answer = chat.say("王女士", "两盒 要拜新同", "", room_id="")
    assert "@网格员小安 【回话 A001】" in told and answer.startswith("私聊: 好的，A001")
    assert "已转告" not in "".join(chat.say("王女士", "今天天气真好"))


def test_the_staff_hear_that_a_withdrawal_was_taken_back(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了")
    chat.say("王女士", "小巷，撤单，不用了")
    alert, answer = chat.say("王女士", "/撤销")
    assert alert.startswith("百合社区工作群: 【更正 A001】") and "收回了「已撤单」" in answer

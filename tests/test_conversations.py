"""Whole conversations: who says what where, and what the bot says or that it is silent."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.replay import Said, read_transcript
from bot.model.channel import MaybeSent
from bot.model.message import Deaf, LoggedIn, RoomNamed
from bot.model.settings import Settings
from bot.settings import Data
from bot.transcripts import Player
from tests.conftest import COMPOUND_ROOM, MORNING, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

PLEA = "家里降压药没有了，麻烦帮忙买两盒"


def tickets(chat: Chat) -> list[tuple[str, str, str, str]]:
    """(number, intent, state, place) of every ticket."""
    return [(t.number, t.intent, t.state, f"{t.building}-{t.unit}-{t.room}") for t in chat.app.tickets.all()]


def tell(chat: Chat, sender: str, text: str) -> list[str]:
    """Say something to the bot in private."""
    return chat.say(sender, text, room="")


# pleas


def test_a_plea_in_a_unit_group_is_a_row_an_acknowledgement_and_an_alert(chat: Chat) -> None:
    alert, answer = chat.say("王女士", PLEA)
    assert alert.startswith(f"{STAFF_ROOM}: 【新工单 A001】买药送药·春晓苑17号楼3单元")
    assert PLEA in alert and "接单 1" in alert
    assert answer.startswith(f"{UNIT_ROOM}: @王女士 已登记 A001（17号楼3单元·买药送药）")
    assert tickets(chat) == [("A001", "help.medicine", "opened", "17-3-")]


def test_the_place_in_the_words_wins_over_the_group(chat: Chat) -> None:
    alert, answer = chat.say("王女士", "帮我妈买降压药，她住17号楼1单元302")
    assert "17号楼1单元302室" in alert
    assert "302" not in answer and "17号楼1单元" in answer
    assert tickets(chat)[0][3] == "17-1-302"


def test_a_missing_building_is_asked_for_once_and_the_answer_completes_the_ticket(chat: Chat) -> None:
    _, asked = chat.say("赵先生", "家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    assert "几号楼几单元" in asked and "A001" in asked
    added, thanks = chat.say("赵先生", "17号楼2单元", COMPOUND_ROOM)
    assert "【补充 A001】" in added and "17号楼2单元" in added and "补到 A001" in thanks
    assert tickets(chat) == [("A001", "help.medicine", "opened", "17-2-")]
    assert chat.say("赵先生", "5号楼风景真好", COMPOUND_ROOM) == [], "asked once, answered once"
    assert tickets(chat)[0][3] == "17-2-", "and moves nothing"
    chat.clock.advance(minutes=4)
    assert chat.say("赵先生", "5号楼风景真好啊", COMPOUND_ROOM) == []


@pytest.fixture
def twins(open_chat: Callable[..., Chat], settings: Settings) -> Chat:
    """A community in which both compounds have a 2号楼1单元."""
    (root,) = settings.groups
    spring, harmony = root.children
    second = next(node for node in harmony.children if node.building == "2")
    unit = replace(second.children[0], name="春晓苑2号楼1单元", room="春晓苑2号楼1单元群")
    again = replace(second, name="春晓苑2号楼", room="春晓苑2号楼群", children=(unit,))
    both = (replace(spring, children=(*spring.children, again)), harmony)
    return open_chat(community=replace(settings, groups=(replace(root, children=both),)))


def test_a_building_of_two_compounds_is_asked_about_and_the_answer_completes_the_ticket(twins: Chat) -> None:
    (line,) = [
        line for line in tell(twins, "小敏", "2号楼1单元402降压药没了，帮忙买两盒") if line.startswith("私聊")
    ]
    assert line.endswith("请问是哪个小区的（春晓苑、和谐小区）？直接回复就行；急症请直接拨 120。")
    assert twins.app.tickets.all()[0].node == "百合社区"
    tell(twins, "小敏", "我也说不清")
    assert twins.app.tickets.all()[0].node == "百合社区"
    lines = tell(twins, "小敏", "和谐小区的")
    assert twins.app.tickets.all()[0].node == "2号楼1单元"
    assert any("和谐小区2号楼1单元402室" in line for line in lines if line.startswith(STAFF_ROOM))


def test_a_neighbour_does_not_answer_for_whoever_was_asked(chat: Chat) -> None:
    chat.say("赵先生", "家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    assert chat.say("孙阿姨", "17号楼2单元", COMPOUND_ROOM) == []
    assert tickets(chat)[0][3] == "--"


def test_an_unanswered_question_costs_nobody_the_ticket(chat: Chat) -> None:
    chat.say("赵先生", "家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    chat.clock.advance(minutes=11)
    assert chat.say("赵先生", "17号楼2单元", COMPOUND_ROOM) == [], "the time is over: small talk again"
    assert tickets(chat) == [("A001", "help.medicine", "opened", "--")]


def test_several_needs_in_one_message_are_a_ticket_each_and_one_answer(chat: Chat) -> None:
    *alerts, answer = chat.say(
        "赵先生", "5号楼2单元 家里降压药没有了，还有门口的垃圾三天没人收了", COMPOUND_ROOM
    )
    assert sorted(ticket[1] for ticket in tickets(chat)) == ["help.medicine", "help.trash"]
    assert all(ticket[3] == "5-2-" for ticket in tickets(chat)), "the place is said once for both"
    assert len(alerts) == 2 and "A001" in answer and "还登记了 A002" in answer


def test_what_is_added_reaches_every_ticket_of_the_message(chat: Chat) -> None:
    chat.say("赵先生", "家里降压药没有了，还有门口的垃圾三天没人收了", COMPOUND_ROOM)
    chat.say("赵先生", "17-3-501", COMPOUND_ROOM)
    assert [ticket[3] for ticket in tickets(chat)] == ["17-3-501"] * 2


def test_whoever_means_all_of_them_says_so(chat: Chat) -> None:
    chat.say("赵先生", "5号楼2单元 家里降压药没有了，还有门口的垃圾三天没人收了", COMPOUND_ROOM)
    chat.say("赵先生", "小巷，都不用了", COMPOUND_ROOM)
    assert [ticket[2] for ticket in tickets(chat)] == ["cancelled"] * 2


def test_all_said_to_a_neighbour_withdraws_nothing(chat: Chat) -> None:
    chat.say("赵先生", "5号楼2单元 家里降压药没有了，还有门口的垃圾三天没人收了", COMPOUND_ROOM)
    chat.clock.advance(minutes=20)
    chat.say("赵先生", "都不要了，谢谢", COMPOUND_ROOM)
    assert [ticket[2] for ticket in tickets(chat)] == ["opened"] * 2
    chat.say("赵先生", "小巷，催一下", COMPOUND_ROOM)
    assert chat.say("赵先生", "都说今天下午要下大雨呢", COMPOUND_ROOM) == []


def test_a_ticket_is_named_by_its_kind(chat: Chat) -> None:
    chat.say("赵先生", "5号楼2单元 家里降压药没有了，还有门口的垃圾三天没人收了", COMPOUND_ROOM)
    chat.say("赵先生", "垃圾不用了，邻居捎走了", COMPOUND_ROOM)
    assert {ticket[1]: ticket[2] for ticket in tickets(chat)} == {
        "help.medicine": "opened",
        "help.trash": "cancelled",
    }


def test_thanks_but_no_to_a_neighbour_withdraws_nothing(chat: Chat) -> None:
    chat.say("赵先生", "5号楼2单元 门口的垃圾三天没人收了", COMPOUND_ROOM)
    chat.clock.advance(minutes=20)
    chat.say("赵先生", "不用了，我自己有", COMPOUND_ROOM)
    chat.say("赵先生", "明天的团购不要了", COMPOUND_ROOM)
    assert tickets(chat)[0][2] == "opened"


def test_a_cry_inside_a_chain_is_heard(chat: Chat) -> None:
    chat.say("钱阿姨", "#接龙 团菜\n1. 501 张 一份", COMPOUND_ROOM)
    said = chat.say("孙阿姨", "#接龙 团菜\n1. 501 张 一份\n2. 502 李 家里着火了", COMPOUND_ROOM)
    assert any("【紧急 A001】" in line for line in said)


def test_one_story_is_one_ticket(chat: Chat) -> None:
    chat.say("赵先生", "5号楼2单元 老人一个人在家，降压药也没有了，谁能帮忙买两盒", COMPOUND_ROOM)
    assert len(tickets(chat)) == 1


def test_a_bare_never_mind_among_neighbours_is_told_to_the_staff_and_withdraws_nothing(chat: Chat) -> None:
    chat.say("赵先生", "5号楼2单元 家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    chat.clock.advance(minutes=20)
    (told,) = chat.say("赵先生", "不用了，谢谢", COMPOUND_ROOM)
    assert told.startswith(STAFF_ROOM) and "不用了" in told
    assert tickets(chat)[0][2] == "opened"
    chat.say("赵先生", "小巷，不用了", COMPOUND_ROOM)
    assert tickets(chat)[0][2] == "cancelled"


def test_a_plea_can_be_withdrawn_while_it_is_asked_about(chat: Chat) -> None:
    chat.say("赵先生", "家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    alert, answer = chat.say("赵先生", "不用了，药已经买到了", COMPOUND_ROOM)
    assert "【撤单 A001】" in alert and "已撤单" in answer
    assert tickets(chat)[0][2] == "cancelled"


def test_saying_it_again_adds_to_the_ticket_instead_of_opening_another(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.clock.advance(minutes=5)
    added, _ = chat.say("王女士", "还要一盒布洛芬，麻烦帮忙买一下")
    assert "【补充 A001】" in added
    assert len(tickets(chat)) == 1


def test_an_emergency_alerts_at_once_and_gives_120_and_the_duty_phone(chat: Chat) -> None:
    alert, answer = chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    assert alert.startswith(f"{STAFF_ROOM}: @网格员小安 @刘书记 【紧急 A001】春晓苑17号楼3单元")
    assert "120" in answer and "119" in answer and "0371-55501234" in answer


def test_phones_reach_the_staff_and_never_the_group(chat: Chat) -> None:
    alert, answer = chat.say("王女士", "老人要买降压药，电话13812345678，17-3-501")
    assert "13812345678" in alert and "501" in alert
    assert "1381234" not in answer and "501" not in answer


@pytest.mark.parametrize(
    "text",
    [
        "早上好各位邻居",
        "我帮你买了药放门口了",
        "哈哈哈笑死",
        "[捂脸]",
        "😂😂",
        "谢谢志愿者，辛苦了",
        "收到",
        "1",
        "。。。",
    ],
)
def test_small_talk_is_met_with_silence(chat: Chat, text: str) -> None:
    assert chat.say("王女士", text) == []
    assert tickets(chat) == []


def test_a_worker_who_informs_residents_pleads_for_nothing(chat: Chat) -> None:
    assert chat.say("网格员小安", "要买药的居民请在群里登记，志愿者帮忙买", COMPOUND_ROOM) == []
    assert tickets(chat) == []


def test_what_is_added_after_an_emergency_reaches_the_staff(chat: Chat) -> None:
    chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    added, _ = chat.say("孙阿姨", "我们是17-3-501，电话13812345678")
    assert "【补充 A001】" in added and "13812345678" in added and "501室" in added


def test_a_corrected_building_leaves_no_old_unit_behind(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("王女士", "5号楼201，电话13812345678")
    assert tickets(chat)[0][3] == "5--201"


@pytest.mark.parametrize("word", ["不用了", "算了", "不要了，谢谢", "取消吧"])
def test_never_mind_withdraws_what_was_just_asked_for(chat: Chat, word: str) -> None:
    chat.say("赵先生", "家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    alert, _ = chat.say("赵先生", word, COMPOUND_ROOM)
    assert "【撤单 A001】" in alert and tickets(chat)[0][2] == "cancelled"


def test_the_answer_in_private_joins_its_ticket(chat: Chat) -> None:
    tell(chat, "赵先生", "家里大米没了，帮忙买一袋")
    added, _ = tell(chat, "赵先生", "春晓苑5号楼201，大米10斤")
    assert "【补充 A001】" in added and len(tickets(chat)) == 1 and tickets(chat)[0][3] == "5--201"


def test_another_door_is_another_ticket(chat: Chat) -> None:
    """A 楼长 writes for two households: neither may vanish in the other's ticket."""
    chat.say("楼长", "1号楼1单元101的李大爷降压药没有了，麻烦帮忙买两盒", COMPOUND_ROOM)
    chat.clock.advance(minutes=5)
    alert, _ = chat.say("楼长", "5号楼的王奶奶胰岛素没有了，麻烦帮忙买一下", COMPOUND_ROOM)
    assert "【新工单 A002】" in alert
    assert [row[3] for row in tickets(chat)] == ["1-1-101", "5--"]


def test_an_emergency_elsewhere_is_another_and_the_same_again_alerts_again(chat: Chat) -> None:
    chat.say("孙阿姨", "救命啊老伴喘不上气了快来人", COMPOUND_ROOM)
    alert, answer = chat.say("孙阿姨", "救命！5号楼着火了", COMPOUND_ROOM)
    assert "【紧急" in alert and "5号楼" in alert and "120" in answer
    alert, answer = chat.say("孙阿姨", "快来人啊我老伴晕倒了", COMPOUND_ROOM)
    assert "【紧急" in alert and "120" in answer


def test_an_emergency_in_a_wide_group_asks_for_the_building(chat: Chat) -> None:
    _, answer = chat.say("孙阿姨", "救命啊老伴喘不上气了快来人", COMPOUND_ROOM)
    assert "几号楼" in answer
    added, _ = chat.say("孙阿姨", "17-3", COMPOUND_ROOM)
    assert "17号楼3单元" in added


def test_no_thanks_to_a_neighbour_cancels_no_emergency(chat: Chat) -> None:
    chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    chat.say("孙阿姨", "不用了，谢谢")
    assert tickets(chat)[0][2] == "opened"


def test_an_emergency_gets_through_the_loop_guard(chat: Chat) -> None:
    for n in range(14):
        chat.clock.advance(seconds=15)
        chat.say("孙阿姨", f"小巷，帮我查一下第{n}号物业通知在哪里看呢")
    alert, _ = chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    assert "【紧急" in alert


def test_an_emergency_leaves_before_a_hundred_pleas(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    for n in range(100):
        chat.clock.advance(seconds=0.1)
        chat.app.receive([chat.message(f"居民{n}", PLEA)])
    chat.app.receive([chat.message("孙阿姨", "救命啊老伴喘不上气了快来人")])
    first = next(iter(chat.app.outbox._rows.waiting(1)))
    assert first.out.text.startswith("【紧急")


@pytest.mark.parametrize("answer", ["17-3", "17号楼3单元", "十七号楼三单元", "17栋3", "17楼3单元"])
def test_the_building_is_understood_however_it_is_said(chat: Chat, answer: str) -> None:
    chat.say("赵先生", "家里没有降压药了，帮忙买两盒", COMPOUND_ROOM)
    chat.say("赵先生", answer, COMPOUND_ROOM)
    assert tickets(chat)[0][3] == "17-3-"


def test_what_follows_a_plea_goes_with_it(chat: Chat) -> None:
    chat.say("王女士", "家里奶粉没有了，帮忙买两罐")
    assert chat.say("王女士", "飞鹤 一段的") == []
    mine, _ = chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert "飞鹤" in mine, "whoever takes it reads it"
    (aside,) = chat.say("王女士", "要是没有就算别的牌子")
    assert aside.startswith(STAFF_ROOM) and "别的牌子" in aside, "whoever has taken it reads it now"


@pytest.mark.parametrize("words", ["早", "早上好", "大家晚上好", "测试"])
def test_a_first_word_in_private_is_greeted_and_no_ticket(chat: Chat, words: str) -> None:
    (line,) = tell(chat, "网格员小安", words)
    assert "我在。" in line
    assert tickets(chat) == []


def test_what_turns_up_after_all_closes_the_ticket_again(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "办结 1 放门口了", STAFF_ROOM)
    chat.say("王女士", "没收到啊")
    lines = chat.say("王女士", "找到了，药收到了，谢谢")
    assert any("【办结 A001】" in line for line in lines)
    assert "没有未办结" in chat.say("网格员小安", "/工单", STAFF_ROOM)[0]


@pytest.mark.parametrize("text", ["没收到啊", "没有啊 我没收到", "送错了", "药不对", "门口没有啊"])
def test_done_and_nothing_came_opens_it_again(chat: Chat, text: str) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.clock.advance(hours=20)
    alert, answer = chat.say("王女士", text)
    assert "【没收到 A001】" in alert and "重新登记" in answer
    assert tickets(chat)[0][2] == "opened"


def test_a_door_misread_as_a_building_is_not_repeated_in_the_group(chat: Chat) -> None:
    _, answer = chat.say("王女士", "501号家里没降压药了，麻烦买两盒")
    assert "501" not in answer


def test_a_building_of_another_compound_is_not_taken_for_ours(chat: Chat) -> None:
    """和谐小区 has an 8号楼, 春晓苑 has none in the tree: its plea stays with 春晓苑."""
    chat.say("王女士", "8号楼1单元302没降压药了，麻烦买两盒", COMPOUND_ROOM)
    assert chat.app.tickets.all()[0].node == "春晓苑"


# asking


def test_a_question_of_the_faq_is_answered(chat: Chat) -> None:
    (answer,) = chat.say("陈阿姨", "请问核酸几点开始做")
    assert answer.startswith(f"{UNIT_ROOM}: @陈阿姨 ")
    assert tickets(chat) == []


def test_whoever_addresses_the_bot_with_something_unknown_is_handed_to_a_person(chat: Chat) -> None:
    answer, alert = sorted(
        chat.say("陈阿姨", "小巷，院里的银杏树归谁家管呀"), key=lambda line: STAFF_ROOM in line
    )
    assert "已转值班人员（A001）" in answer and "【新工单 A001】" in alert
    assert tickets(chat)[0][1] == "human"


def test_the_same_question_between_neighbours_is_none_of_our_business(chat: Chat) -> None:
    assert chat.say("陈阿姨", "院里的银杏树归谁家管呀") == []


def test_a_bare_call_is_greeted(chat: Chat) -> None:
    for call in ("小巷 在吗", "小巷", "@小巷\u2005"):
        (answer,) = chat.say("陈阿姨", call)
        assert "我在" in answer


@pytest.mark.parametrize("text", ["小巷，人工", "小巷，转人工", "@小巷 人工"])
def test_a_person_is_fetched(chat: Chat, text: str) -> None:
    answer, _ = chat.say("陈阿姨", text)
    assert "已转值班人员" in answer or "【新工单" in answer
    assert tickets(chat)[0][1] == "human"


# one's own tickets


def test_progress_urging_and_done_find_the_persons_own_ticket(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    (line,) = chat.say("王女士", "我的药什么时候能送来啊，到哪一步了")
    assert "A001" in line and "已下单" in line
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    alert, answer = chat.say("王女士", "怎么还没人来，催一下")
    assert "【催办 A001】" in alert and "网格员小安" in alert and "A001" in answer
    alert, answer = chat.say("王女士", "药收到了，谢谢")
    assert "【办结 A001】" in alert and "A001 办结" in answer
    assert tickets(chat)[0][2] == "done"


def test_a_stranger_cannot_close_or_withdraw_anothers_ticket(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    assert chat.say("邻居", "不用了，不需要了") == []
    assert chat.say("邻居", "/撤单 A001") == []
    (line,) = tell(chat, "邻居", "/撤单 A001")
    assert "没有找到" in line
    assert tickets(chat)[0][2] == "opened"


# the desk


def test_take_dispatch_finish(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    mine, told = chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert "已接单 网格员小安" in mine
    assert told.startswith(f"{UNIT_ROOM}: @王女士 A001") and "网格员小安 接单了" in told
    mine, told = chat.say("刘书记", "／派单　@小冀 A001 带上零食", STAFF_ROOM)
    assert "已派单 志愿者小冀" in mine and "请当面告诉他" in mine, "the bot cannot reach him"
    assert "已派单" in told and "零食" not in told
    (line,) = chat.say("王女士", "我的药到哪一步了")
    assert "已派单 志愿者小冀" in line and "零食" not in line, "what staff note is theirs"
    (line,) = chat.say("刘书记", "/工单 1", STAFF_ROOM)
    assert "刘书记 已派单 志愿者小冀 带上零食" in line
    mine, told = chat.say("网格员小安", "办结1 放门口了", STAFF_ROOM)
    assert "已办结" in mine and "已办结" in told and "放门口了" in told
    assert tickets(chat)[0][2] == "done"


def test_the_first_one_wins_and_the_second_is_told_who_has_it(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    (line,) = chat.say("刘书记", "接单 1", STAFF_ROOM)
    assert "网格员小安" in line and "不能再接单" in line


def test_whoever_it_was_dispatched_to_may_finish_it(chat: Chat) -> None:
    chat.say("志愿者甲", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者甲", STAFF_ROOM)
    (line,) = chat.say("志愿者乙", "办结 1", VOLUNTEER_ROOM)
    assert "在 志愿者甲 手上" in line
    mine, *_ = chat.say("志愿者甲", "办结 1", VOLUNTEER_ROOM)
    assert "已办结" in mine


def test_a_withdrawal_by_staff_is_told_with_its_reason(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    _, told = chat.say("刘书记", "撤单 1 和 A002 重复了", STAFF_ROOM)
    assert told.startswith(f"{UNIT_ROOM}: @王女士") and "重复了" in told


def test_a_number_names_one_of_several(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("王女士", "厨房水管爆了一直漏水，麻烦叫人来修")
    (line,) = chat.say("王女士", "取消我的工单吧")
    assert "哪一件" in line and "1. A002" in line and "2. A001" in line
    alert, _ = chat.say("王女士", "2")
    assert "【撤单 A001】" in alert
    assert [row[2] for row in tickets(chat)] == ["cancelled", "opened"]


def test_the_thing_named_tells_which_of_several(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("王女士", "厨房水管爆了一直漏水，麻烦叫人来修")
    alert, _ = chat.say("王女士", "不用送药了，药买到了")
    assert "【撤单 A001】" in alert


def test_several_at_once_and_one_that_is_not_there(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", "电梯坏了困不下楼，麻烦叫人来修")
    mine, *told = chat.say("网格员小安", "接 1 2 99", STAFF_ROOM)
    assert "A001" in mine and "A002" in mine and "没有找到工单 99" in mine
    assert len(told) == 2


def test_residents_are_refused_quietly_in_groups_and_told_in_private(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    assert chat.say("王女士", "/接单 1") == []
    assert tell(chat, "王女士", "/接单 1") == ["私聊: 「接单」要志愿者才能用。"]
    assert chat.say("王女士", "/状态") == []


def test_authority_ends_at_the_scope(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    (line,) = tell(chat, "志愿者小冀", "/接单 1")
    assert "没有找到" in line, "a volunteer of 和谐小区 knows nothing of 春晓苑's tickets"
    assert tickets(chat)[0][2] == "opened"


def test_whoever_is_in_the_staff_group_may_work_there_and_only_there(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    mine, _ = chat.say("新来的下沉干部", "接单 1", STAFF_ROOM)
    assert "新来的下沉干部" in mine
    assert chat.say("新来的下沉干部", "/办结 1", COMPOUND_ROOM) == []


def test_volunteers_take_but_do_not_dispatch(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    assert chat.say("志愿者甲", "/派单 1 @小李", VOLUNTEER_ROOM) == []
    mine, _ = chat.say("志愿者甲", "接单 1", VOLUNTEER_ROOM)
    assert "志愿者甲" in mine


def test_talk_among_staff_opens_nothing(chat: Chat) -> None:
    assert chat.say("刘书记", "17号楼王女士家没有降压药了，要买两盒", STAFF_ROOM) == []
    assert tickets(chat) == []


def test_a_typo_suggests_the_command(chat: Chat) -> None:
    (line,) = chat.say("刘书记", "/接担 1", STAFF_ROOM)
    assert "/接单" in line
    assert chat.say("王女士", "/强") == [], "WeChat's emoji codes are no commands"


def test_a_command_without_its_number_says_how_to_write_it(chat: Chat) -> None:
    (line,) = chat.say("刘书记", "/接单", STAFF_ROOM)
    assert "/接单 编号" in line and "例" in line


def test_the_list_shows_rooms_to_staff_and_not_to_groups(chat: Chat) -> None:
    chat.say("王女士", "帮忙买降压药，17-3-501")
    (line,) = chat.say("刘书记", "/工单", STAFF_ROOM)
    assert "17-3-501" in line
    (line,) = chat.say("刘书记", "/工单 1", UNIT_ROOM)
    assert "501" not in line


def test_help_lists_what_the_person_may_use(chat: Chat) -> None:
    (staff,) = chat.say("刘书记", "/帮助", STAFF_ROOM)
    (resident,) = tell(chat, "王女士", "/帮助")
    assert "/派单" in staff and "/派单" not in resident and "/我是" in resident


def test_status(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    (line,) = chat.say("刘书记", "/状态", STAFF_ROOM)
    assert "已下单 1" in line and "通道正常" in line


def test_a_ticket_dispatched_to_somebody_elsewhere_is_theirs(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    (line,) = tell(chat, "志愿者小冀", "/工单")
    assert "A001" in line
    line, told = tell(chat, "志愿者小冀", "办结 1 放门口了")
    assert "已办结 志愿者小冀" in line and "放门口了" in told


def test_a_renamed_branch_opens_its_tickets_to_nobody(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.app.ledger.execute("UPDATE tickets SET node = '从前的楼'")
    (line,) = tell(chat, "志愿者小冀", "/工单 1")
    assert "没有找到" in line


def test_two_hundred_open_tickets_hide_none(chat: Chat) -> None:
    for n in range(201):
        chat.clock.advance(seconds=1)
        chat.app.receive([chat.message(f"居民{n}", PLEA)])
    chat.say("和谐居民", PLEA, "和谐小区2号楼1单元群")
    (line,) = tell(chat, "志愿者小冀", "/工单")
    assert "未办结 1 张" in line
    (line,) = tell(chat, "王女士", "/工单 " + "1 " * 5000)
    assert len(line) < 2000


def test_the_secretary_asking_again_and_again_is_no_bot(chat: Chat) -> None:
    for _ in range(8):
        chat.clock.advance(seconds=30)
        assert len(chat.say("刘书记", "/工单", STAFF_ROOM)) == 1


def test_a_code_shown_in_a_foreign_group_is_worthless(chat: Chat) -> None:
    code = chat.app.roster.invite("secretary", "百合社区", chat.clock.now(), timedelta(days=1))
    assert chat.say("新书记", f"/认领 {code}", "广场舞群") == []
    (line,) = tell(chat, "路人", f"/认领 {code}")
    assert "不对" in line


def test_a_door_told_in_a_group_is_not_repeated(chat: Chat) -> None:
    _, line = chat.say("王芳", "/我是 17-3-501 王芳")
    answer = line.split("@王芳")[1]
    assert "501" not in answer and "17号楼" not in answer and "私聊" in answer


# accounts


def test_a_bound_household_completes_a_plea_from_a_wider_group(chat: Chat) -> None:
    _, line = tell(chat, "周奶奶", "/我是 春晓苑17-3-502 周奶奶")
    assert "17号楼3单元" in line
    alert, answer = chat.say("周奶奶", "家里没降压药了，麻烦买两盒", COMPOUND_ROOM)
    assert "17号楼3单元502室" in alert and "几号楼" not in answer


def test_an_invitation_is_claimed_once_in_private(chat: Chat) -> None:
    code = chat.app.roster.invite("worker", "和谐小区", chat.clock.now(), timedelta(days=1))
    (line,) = tell(chat, "新网格员", f"/认领 {code.lower()}")
    assert "和谐小区" in line and "网格员" in line
    (line,) = tell(chat, "别人", f"/认领 {code}")
    assert "不对" in line
    (line,) = tell(chat, "新网格员", "/状态")
    assert "小巷在线" in line


def test_a_code_shown_in_a_group_is_worthless(chat: Chat) -> None:
    code = chat.app.roster.invite("worker", "春晓苑", chat.clock.now(), timedelta(days=1))
    (line,) = chat.say("新网格员", f"/认领 {code}")
    assert "作废" in line
    (line,) = tell(chat, "旁人", f"/认领 {code}")
    assert "不对" in line


def test_an_expired_code_is_worthless(chat: Chat) -> None:
    code = chat.app.roster.invite("worker", "春晓苑", chat.clock.now(), timedelta(days=1))
    chat.clock.advance(days=2)
    (line,) = tell(chat, "新网格员", f"/认领 {code}")
    assert "过期" in line


# once


def test_a_message_that_comes_again_is_handled_once(chat: Chat) -> None:
    message = chat.message("王女士", PLEA)
    chat.app.receive([message, message])
    chat.app.receive([message])
    assert len(chat.hear()) == 2 and len(tickets(chat)) == 1


def test_the_same_under_a_new_id_within_ten_seconds_is_the_same(chat: Chat) -> None:
    assert len(chat.say("王女士", PLEA)) == 2
    assert chat.say("王女士", PLEA) == []
    chat.clock.advance(seconds=11)
    assert len(chat.say("王女士", PLEA)) == 2, "later it is said again"


def test_handled_once_survives_a_restart(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    first = open_chat(tmp_path / "ledger.db")
    message = first.message("王女士", PLEA)
    first.app.receive([message])
    first.app.ledger.close()
    second = open_chat(tmp_path / "ledger.db")
    second.app.receive([message])
    assert len(tickets(second)) == 1
    assert len(second.hear()) == 2, "what the first process queued and did not send"


# loops


def test_the_same_again_and_again_ends_in_silence(chat: Chat) -> None:
    said = []
    for _ in range(8):
        chat.clock.advance(seconds=20)
        said.append(len(chat.say("复读机", "小巷 在吗")))
    assert said[:3] == [1, 1, 1] and said[4:] == [0] * 4
    assert said[3] == 1, "the staff are told, once"


def test_another_bot_that_always_finds_new_words_ends_in_silence(chat: Chat) -> None:
    said = []
    for n in range(20):
        chat.clock.advance(seconds=15)
        said.append(bool(chat.say("隔壁机器人", f"小巷，帮我查一下第{n}号物业通知在哪里看呢")))
    assert said[0] and not any(said[-5:])


def test_our_own_words_echoed_are_met_with_silence(chat: Chat) -> None:
    (answer,) = chat.say("陈阿姨", "小巷 在吗")
    echo = answer.split(": ", 1)[1]
    assert chat.say("隔壁机器人", echo) == []


@pytest.mark.parametrize("kind", ["self", "official", "system"])
def test_own_official_and_system_messages_are_ignored(chat: Chat, kind: str) -> None:
    assert chat.say("谁", PLEA, sender_kind=kind) == []
    assert tickets(chat) == []


# messages of every kind

KINDS = [
    "image", "voice", "video", "file", "card", "mini_program", "url", "location", "emoticon", "chat_history",
    "red_envelope", "transfer", "recall", "group_note", "other",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_not_text_is_met_with_silence(chat: Chat, kind: str) -> None:
    assert chat.say("王女士", "", kind=kind) == []


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n\n", "\u3000", "😀" * 500, "啊" * 20000, "药" * 20000, "17-3-" * 4000, "1" * 20000, "/" * 20000,
        "@" * 20000, "\x00\x01\x02", "\u202e反过来的字\u202c", "\u200b\u200d\ufeff", "'; DROP TABLE tickets;--",
        "{number} {0} %s", "「" * 300 + "\n- - - - - - - - - - - - - - -\n", "<xml><a>b</a></xml>", "(((((.*+?[", "\\",
    ],
)  # fmt: skip
def test_odd_texts_crash_nothing(chat: Chat, text: str) -> None:
    chat.say("王女士", text)
    assert [row[0] for row in chat.app.ledger.execute("SELECT outcome FROM messages")] != ["error"]


@pytest.mark.parametrize(
    "name", ["(.*)+[", "@小巷", "", "a\nb", "\u202e", "王" * 300, "{number}", "17-3-501王女士"]
)
def test_odd_nicknames_crash_nothing(chat: Chat, name: str) -> None:
    lines = chat.say(name, PLEA)
    assert len(lines) == 2 and len(tickets(chat)) == 1


# rooms and the connection


def test_a_renamed_room_keeps_its_place_and_the_staff_are_told(chat: Chat) -> None:
    chat.app.receive([RoomNamed(UNIT_ROOM, "十七栋三单元一家亲", chat.clock.now())])
    (line,) = chat.hear()
    assert line.startswith(STAFF_ROOM) and UNIT_ROOM in line and "十七栋三单元一家亲" in line
    alert, answer = chat.say("王女士", PLEA, "十七栋三单元一家亲", room_id=UNIT_ROOM)
    assert "17号楼3单元" in alert and answer.startswith("十七栋三单元一家亲: @王女士")


def test_a_second_group_of_the_same_name_is_not_served(chat: Chat) -> None:
    chat.app.receive([RoomNamed("fake-room", STAFF_ROOM, chat.clock.now())])
    (line,) = chat.hear()
    assert "冒名" in line
    chat.clock.advance(seconds=1)
    assert chat.say("骗子", "/工单", STAFF_ROOM, room_id="fake-room") == []


def test_a_group_outside_the_tree_is_none_of_our_business(chat: Chat) -> None:
    assert chat.say("同学", PLEA, "高中同学群") == []
    assert tickets(chat) == []


def test_after_an_outage_the_staff_hear_from_when_to_when(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    since = MORNING - timedelta(minutes=7)
    chat.app.receive([Deaf(since, MORNING, "网关没有回音")])
    (line,) = chat.hear()
    assert "07:53" in line and "08:00" in line and "网关没有回音" in line


def test_a_short_outage_is_not_worth_a_word(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    chat.app.receive([Deaf(MORNING - timedelta(seconds=5), MORNING, "网关没有回音")])
    assert chat.hear() == []


def test_after_a_restart_the_staff_hear_how_long_nobody_listened(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    first = open_chat(tmp_path / "ledger.db", paced=True)
    first.app.ledger.close()
    second = open_chat(tmp_path / "ledger.db", at=MORNING + timedelta(minutes=3), paced=True)
    (line,) = second.hear()
    assert "08:00" in line and "08:03" in line and "没有在运行" in line


def test_logging_in_again_in_the_same_process_is_no_restart(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    chat.clock.advance(minutes=10)
    chat.app.receive([LoggedIn("bot", chat.clock.now())])
    assert chat.hear() == []


def test_what_may_have_gone_out_is_told_to_the_staff(chat: Chat) -> None:
    chat.channel.failures = [MaybeSent("broken")]
    assert any("不确定有没有发出去" in line and "A001" in line for line in chat.say("王女士", PLEA))


def test_roles_listed_and_claimed_add_up_when_staff_are_told(open_chat: Callable[..., Chat]) -> None:
    """A volunteer of bot.yaml who claimed a worker's role is told like a worker; as a friend of the bot, at once in
    private, besides."""
    chat = open_chat(rooms=[UNIT_ROOM])
    code = chat.app.roster.invite("worker", "春晓苑", chat.clock.now(), timedelta(days=1))
    tell(chat, "志愿者小冀", f"/认领 {code}")
    lines = chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    assert sum(line.startswith("私聊: 【紧急 A001】") for line in lines) == 4


def test_a_staff_room_that_refuses_everything_is_told_in_private(chat: Chat) -> None:
    from bot.model.channel import NotSent
    from bot.outbox import ATTEMPTS

    send = chat.channel.send

    async def refuse(out: Any) -> str:
        if out.room == STAFF_ROOM:
            raise NotSent("no")
        return await send(out)

    chat.channel.send = refuse  # type: ignore[method-assign]
    lines = chat.say("王女士", PLEA)
    for _ in range(ATTEMPTS):
        chat.clock.advance(minutes=5)
        lines += chat.hear()
    assert any(line.startswith("私聊: 【新工单 A001】") for line in lines)


def test_the_waiting_of_another_account_is_told_and_not_forgotten(chat: Chat) -> None:
    chat.app.receive([chat.message("王女士", PLEA)])
    at = chat.clock.now()
    chat.app.assistant._started = False
    rooms = [RoomNamed(f"new-{room}", room, at) for room in chat.app.assistant.room_names()]
    chat.app.receive([LoggedIn("another", at), *rooms])
    assert any("没发出去" in line and "A001" in line for line in chat.hear())


def test_a_clock_set_back_silences_nothing(chat: Chat) -> None:
    chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    chat.clock.advance(hours=-2)
    assert len(chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")) == 2


def test_a_nickname_no_database_can_hold_stops_nobody(chat: Chat) -> None:
    assert len(chat.say("王\ud800女士", PLEA)) == 2


# errors


def test_a_message_that_breaks_a_handler_harms_no_other(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str, *, addressed: bool = False) -> None:
        if "坏" in text:
            raise RuntimeError("broken")
        return understand(text, addressed=addressed)

    router = chat.app.assistant._router
    understand = router._engine.understand
    monkeypatch.setattr(router, "_engine", type("Engine", (), {"understand": staticmethod(broken)}))
    good, bad = chat.message("王女士", PLEA), chat.message("坏人", "坏")
    chat.app.receive([good, bad])
    lines = chat.hear()
    assert any("A001" in line for line in lines) and any("没能处理" in line for line in lines)
    outcomes = dict(chat.app.ledger.execute("SELECT id, outcome FROM messages").fetchall())
    assert outcomes[bad.id] == "error" and outcomes[good.id] == "ticket:A001"


# transcripts


def test_a_transcript_gives_the_same_again(settings: Settings, data: Data) -> None:
    texts = ["早上好", PLEA, "请问核酸几点开始做", "救命啊老伴喘不上气了快来人"]
    lines = [
        json.dumps(
            {"at": f"2022-11-16T08:00:0{n}+08:00", "room": UNIT_ROOM, "sender": f"居民{n}", "text": text}
        )
        for n, text in enumerate(texts)
    ]

    def once() -> list[dict[str, Any]]:
        said: list[Said] = []
        with contextlib.closing(Player(settings, data, None, said.append, MORNING)) as player:
            asyncio.run(player.play(read_transcript(lines, {})))
        return [one.row() for one in said]

    first = once()
    assert first == once()
    assert [row["kind"] for row in first].count("alert") == 2
    times = [row["at"] for row in first]
    assert times == sorted(times) and len(set(times)) == len(times), (
        "the pace is kept in the transcript's time"
    )


def test_sensitive_needs_are_not_named_in_the_group(chat: Chat) -> None:
    alert, answer = chat.say("小孙", "隔离太久心里难受睡不着，想找心理医生聊聊")
    assert "心理" in alert and "心理" not in answer and "A001" not in answer


def test_a_long_plea_is_shown_short_and_kept_whole(chat: Chat) -> None:
    long = "家里降压药没有了，麻烦帮忙买两盒。" + "老人一个人住，" * 100
    alert, _ = chat.say("王女士", long)
    assert len(alert) < 600 and chat.app.tickets.all()[0].text == long


def test_staff_are_told_in_private_while_their_group_is_not_seen(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(rooms=[UNIT_ROOM])
    lines = chat.say("孙阿姨", "救命啊老伴喘不上气了快来人")
    assert sum(line.startswith("私聊: 【紧急 A001】") for line in lines) == 2, (
        "the secretary and 春晓苑's worker"
    )
    chat.app.receive([RoomNamed(STAFF_ROOM, STAFF_ROOM, chat.clock.now())])
    (line,) = chat.hear()
    assert line.startswith(f"{STAFF_ROOM}: @网格员小安 @刘书记 【紧急 A001】")


def test_messages_lost_on_the_way_are_told_however_few(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(paced=True)
    chat.app.receive([Deaf(MORNING, MORNING, "网关没有给出 1 条消息的内容", lost=1)])
    (line,) = chat.hear()
    assert "网关没有给出 1 条消息的内容" in line


def test_nobody_without_a_name_is_mentioned(chat: Chat) -> None:
    _, answer = chat.say("", PLEA, sender_id="wxid_unknown")
    assert answer.startswith(f"{UNIT_ROOM}: 已登记")

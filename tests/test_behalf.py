"""Tickets on behalf of a household, what is said after the end, and whom alerts call."""

from tests.conftest import STAFF_ROOM, UNIT_ROOM, Chat
from tests.test_together import DAUGHTER, MOTHER, kinds, numbers, tell

# on behalf


def test_on_behalf_the_group_reads_neither_need_nor_door(chat: Chat) -> None:
    lines = chat.say("网格员小安", "/代下单 17-3-501 张奶奶 降压药两盒 电话13812345678", STAFF_ROOM)
    (group,) = [line for line in lines if line.startswith(UNIT_ROOM)]
    assert "17号楼3单元有一户" in group and "A001" in group
    assert "501" not in group and "药" not in group and "张奶奶" not in group and "138" not in group
    ticket = chat.app.tickets.all()[0]
    assert (ticket.intent, ticket.requester, ticket.beneficiary) == ("help.medicine", "网格员小安", "张奶奶")
    assert (ticket.node, ticket.room, ticket.phones) == ("17号楼3单元", "501", "13812345678")


def test_on_behalf_the_group_hears_the_end(chat: Chat) -> None:
    chat.say("网格员小安", "/代下单 17-3-501 降压药两盒", STAFF_ROOM)
    lines = chat.say("刘书记", "办结 1", STAFF_ROOM)
    (group,) = [line for line in lines if line.startswith(UNIT_ROOM)]
    assert "A001" in group and "已办结" in group and "药" not in group
    assert any("@网格员小安" in line for line in lines), "the worker is told in full"


def test_on_behalf_a_friend_of_the_household_is_told_in_full_and_in_private(chat: Chat) -> None:
    tell(chat, "张奶奶的儿子", "/我是 春晓苑17-3-501 张强")
    lines = chat.say("网格员小安", "/代下单 17-3-501 降压药两盒", STAFF_ROOM)
    assert any(line.startswith("私聊: 网格员小安 替您家登记了 A001（买药送药）") for line in lines)
    assert not any(line.startswith(UNIT_ROOM) for line in lines)
    lines = chat.say("刘书记", "接单 1", STAFF_ROOM)
    assert any(line.startswith("私聊: A001（买药送药）") for line in lines)


def test_on_behalf_an_unknown_place_is_asked_about(chat: Chat) -> None:
    (line,) = chat.say("网格员小安", "/代下单 99-1-101 买降压药两盒", STAFF_ROOM)
    assert "99号楼1单元" in line and "没有找到" in line
    (line,) = chat.say("网格员小安", "/代下单 降压药两盒", STAFF_ROOM)
    assert "/代下单 楼号-单元-门牌" in line
    (line,) = chat.say("网格员小安", "/代下单 17-3-501", STAFF_ROOM)
    assert "/代下单 楼号-单元-门牌" in line
    assert numbers(chat) == []


def test_on_behalf_nothing_is_registered_in_a_residents_group(chat: Chat) -> None:
    (line,) = chat.say("网格员小安", "/代下单 17-3-501 降压药两盒", UNIT_ROOM)
    assert "请在工作群或者私聊里发；刚才那条请撤回" in line and "501" not in line
    assert numbers(chat) == []


def test_on_behalf_an_emergency_says_that_120_must_still_be_rung(chat: Chat) -> None:
    for say in (
        lambda text: chat.say("网格员小安", text, STAFF_ROOM),
        lambda text: tell(chat, "网格员小安", text),
    ):
        lines = say(f"/代下单 17-3-50{len(numbers(chat)) + 1} 张奶奶 胸口疼喘不上气")
        number = numbers(chat)[-1]
        (alert,) = [line for line in lines if f"【紧急 {number}】" in line and line.startswith(STAFF_ROOM)]
        (answer,) = [line for line in lines if f"{number} 记下了" in line]
        for line in (alert, answer):
            assert "还没打 120" in line and "请马上打" in line
        assert "已请对方" not in "".join(lines)
    assert numbers(chat) == ["A001", "A002"]


def test_on_behalf_an_emergency_that_has_a_ticket_still_needs_120(chat: Chat) -> None:
    chat.say("网格员小安", "/代下单 17-3-501 张奶奶 胸口疼喘不上气", STAFF_ROOM)
    chat.clock.advance(minutes=1)
    lines = tell(chat, "网格员小安", "/代下单 17-3-501 张奶奶 胸口疼喘不上气")
    assert any("还没打 120" in line for line in lines)
    assert numbers(chat) == ["A001"]


def test_on_behalf_only_over_ones_own_branch(chat: Chat) -> None:
    (line,) = tell(chat, "志愿者小冀", "/代下单 17-3-501 降压药两盒")
    assert "不在您负责的范围" in line
    assert chat.say("王女士", "/代下单 17-3-501 降压药两盒") == []
    assert numbers(chat) == []


def test_on_behalf_joins_what_the_household_has_asked(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    lines = chat.say("网格员小安", "/代登记 17-3-501 降压药再加一盒", STAFF_ROOM)
    assert any("已经有单了：A001" in line for line in lines)
    assert numbers(chat) == ["A001"]


def test_a_daughter_elsewhere_names_place_and_person(chat: Chat) -> None:
    alert, answer = tell(chat, "小刘", "我在外地，我妈住17号楼3单元501，降压药没了")
    ticket = chat.app.tickets.all()[0]
    assert (ticket.node, ticket.room, ticket.beneficiary) == ("17号楼3单元", "501", "我妈")
    assert "小刘（替我妈）" in alert and "17号楼3单元" in answer


def test_the_compound_that_is_named_wins_over_the_group(chat: Chat) -> None:
    chat.say("小刘", "帮我妈（和谐小区2-1-402）买点药")
    ticket = chat.app.tickets.all()[0]
    assert (ticket.node, ticket.room, ticket.beneficiary) == ("2号楼1单元", "402", "我妈")


# after the end


def test_received_after_the_end_is_written_down_and_thanked_for_once(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    (line,) = chat.say("刘奶奶", "收到了，谢谢")
    assert "收到就好" in line
    assert kinds(chat, "A001")[-1] == "confirmed"
    assert chat.say("刘奶奶", "收到了") == []


def test_after_the_thanks_something_may_still_be_missing(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.say("刘奶奶", "收到了，谢谢")
    alert, _ = chat.say("刘奶奶", "哎 少了一盒")
    assert alert.startswith(f"{STAFF_ROOM}: @网格员小安 【没收到 A001】") and "之前经手：网格员小安" in alert


def test_after_three_days_it_is_another_matter(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.clock.advance(hours=73)
    chat.hear()
    chat.say("刘奶奶", "没收到啊")
    assert chat.app.tickets.all()[0].state == "done"


# alerts


def test_an_emergency_reaches_friends_of_the_bot_in_private(chat: Chat) -> None:
    tell(chat, "网格员小安", "/状态")
    lines = chat.say("刘奶奶", "17-3-501老伴晕倒了快来人啊")
    assert sum(line.startswith("私聊: 【紧急 A001】") for line in lines) == 1


def test_what_is_added_calls_whoever_has_the_ticket(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("刘书记", "接单 1", STAFF_ROOM)
    alert, _ = tell(chat, "小刘", DAUGHTER)
    assert alert.startswith(f"{STAFF_ROOM}: @刘书记 【补充 A001】")


def test_whoever_goes_to_an_isolating_household_is_warned(chat: Chat) -> None:
    chat.say("网格员小安", "/隔离 17-3-501 刘奶奶 2人 7天", STAFF_ROOM)
    alert, _ = chat.say("刘奶奶", MOTHER)
    assert "居家隔离，东西放门口" in alert


def test_needs_of_the_heart_are_answered_in_private_to_a_friend(chat: Chat) -> None:
    tell(chat, "小孙", "你好")
    lines = chat.say("小孙", "隔离太久心里难受睡不着，想找心理医生聊聊")
    (group,) = [line for line in lines if line.startswith(UNIT_ROOM)]
    assert "私聊" in group and "心理" not in group and "A001" not in group
    assert any(line.startswith("私聊: 已登记 A001") for line in lines)
    lines = chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert not any(line.startswith(UNIT_ROOM) for line in lines)

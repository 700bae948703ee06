"""One need, one ticket: whoever asks for it; followers, family, merging and splitting."""

import pytest

from tests.conftest import COMPOUND_ROOM, STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat

MOTHER = "17-3-501家里降压药没了，帮忙买两盒"
DAUGHTER = "我妈住17号楼3单元501，她降压药没了，能帮忙买吗"
NEIGHBOUR = "3单元501刘奶奶家没有降压药了，谁能帮忙买一下"


def tell(chat: Chat, sender: str, text: str) -> list[str]:
    """In private."""
    return chat.say(sender, text, "", room_id="")


def numbers(chat: Chat) -> list[str]:
    return [ticket.number for ticket in chat.app.tickets.all()]


def kinds(chat: Chat, number: str) -> list[str]:
    ticket = chat.app.tickets.get(number)
    assert ticket is not None
    return [step.kind for step in chat.app.tickets.history(ticket)]


# one need, one ticket


def test_mother_daughter_and_neighbour_ask_for_one_ticket(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    alert, answer = tell(chat, "小刘", DAUGHTER)
    assert "【补充 A001】" in alert and "新工单" not in alert
    assert answer.startswith("私聊: 这户的事已经登记了：A001（买药送药）")
    alert, answer = chat.say("邻居老张", NEIGHBOUR)
    assert "【补充 A001】" in alert and "这户的事已经登记了：A001" in answer
    assert numbers(chat) == ["A001"]
    assert kinds(chat, "A001") == ["opened", "followed", "added", "followed", "added"]


def test_no_door_leaves_with_the_answer_to_whoever_comes_later(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    _, answer = chat.say("邻居老张", NEIGHBOUR)
    assert "501" not in answer


def test_what_the_later_ones_add_is_on_the_ticket(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    tell(chat, "小刘", DAUGHTER + "，电话13812345678，阿司匹林也要一盒")
    ticket = chat.app.tickets.all()[0]
    assert "13812345678" in ticket.phones and "阿司匹林" in ticket.items and DAUGHTER in ticket.text


def test_another_category_is_another_ticket(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("小刘", "17-3-501水管漏水了，麻烦来修一下")
    assert len(numbers(chat)) == 2


def test_another_household_is_another_ticket(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("王女士", "17-3-502家里降压药没了，帮忙买两盒")
    assert len(numbers(chat)) == 2


def test_the_same_door_of_another_compound_is_another_household(chat: Chat) -> None:
    tell(chat, "刘奶奶", "春晓苑1-1-101家里降压药没了，帮忙买两盒")
    tell(chat, "周先生", "和谐小区2-1-101家里降压药没了，帮忙买两盒")
    first, second = chat.app.tickets.all()
    assert first.node != second.node


def test_without_a_door_nobody_joins_anybody(chat: Chat) -> None:
    chat.say("刘奶奶", "家里降压药没了，帮忙买两盒")
    chat.say("小刘", "家里降压药没了，帮忙买两盒")
    assert len(numbers(chat)) == 2


def test_the_binding_tells_the_household_too(chat: Chat) -> None:
    tell(chat, "小刘", "/我是 春晓苑17-3-501 小刘")
    chat.say("刘奶奶", MOTHER)
    _, answer = chat.say("小刘", "我妈的降压药没了，帮忙买两盒", COMPOUND_ROOM)
    assert "已经登记了：A001" in answer


def test_the_next_day_is_another_need(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.clock.advance(hours=25)
    chat.hear()
    chat.say("小刘", "17-3-501降压药没了，帮忙买一盒")
    assert len(numbers(chat)) == 2


def test_a_closed_ticket_is_joined_by_nobody(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.say("小刘", "17-3-501降压药没了，帮忙买一盒")
    assert len(numbers(chat)) == 2


def test_a_second_emergency_call_joins_and_alerts_again(chat: Chat) -> None:
    chat.say("刘奶奶", "17-3-501老伴晕倒了快来人啊")
    lines = chat.say("邻居老张", "快来人！17-3-501老爷子晕倒了")
    assert any("【紧急 A001】" in line for line in lines) and any("120" in line for line in lines)
    assert numbers(chat) == ["A001"]


def test_heart_and_mind_join_nobody(chat: Chat) -> None:
    tell(chat, "刘奶奶", "17-3-501隔离太久心里难受睡不着，想找心理医生聊聊")
    tell(chat, "小刘", "17-3-501隔离太久心里难受睡不着，想找心理医生聊聊")
    assert len(numbers(chat)) == 2


def test_a_neighbour_who_follows_may_need_the_same_for_himself(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("邻居老张", NEIGHBOUR)
    chat.say("邻居老张", "我家降压药也没了，帮忙买一盒")
    mine = chat.app.tickets.all()[1]
    assert (mine.requester, mine.room) == ("邻居老张", "")


def test_whoever_spoke_of_another_door_before_is_not_of_that_household(chat: Chat) -> None:
    chat.say("邻居老张", "17-3-501家里降压药没了，帮忙买两盒")
    chat.say("刘奶奶", "17-3-501家里没菜了，帮忙买点土豆白菜")
    chat.say("邻居老张", "没菜了，帮忙买点土豆白菜")
    assert len(numbers(chat)) == 3


def test_another_door_in_the_same_breath_is_another_ticket(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("邻居老张", NEIGHBOUR)
    chat.say("邻居老张", "17-3-301家里降压药也没了，帮忙买一盒")
    assert [ticket.room for ticket in chat.app.tickets.all()] == ["501", "301"]


def test_a_door_said_once_is_meant_for_all_needs_of_the_message(chat: Chat) -> None:
    chat.say(
        "赵阿姨",
        "我跟你们说啊家里老太太降压药没有了然后冰箱里菜也吃光了还有那个厨房水管漏水漏了两天了17号楼3单元602",
    )
    tickets = chat.app.tickets.all()
    assert len(tickets) > 1 and {ticket.room for ticket in tickets} == {"602"}


# followers


def test_followers_hear_all_news_once_a_room(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("邻居老张", NEIGHBOUR)
    tell(chat, "小刘", DAUGHTER)
    lines = chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert sum("接单了" in line for line in lines) == 2, "one in the group for two, one in private"
    assert any(line.startswith(f"{UNIT_ROOM}: @刘奶奶 @邻居老张 ") for line in lines)
    lines = chat.say("网格员小安", "办结 1 药放门口了", STAFF_ROOM)
    assert any(line.startswith("私聊: A001（买药送药）已办结") for line in lines)


def test_a_follower_asks_and_urges(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    tell(chat, "小刘", DAUGHTER)
    (line,) = tell(chat, "小刘", "我妈的药到哪一步了")
    assert "A001" in line
    alert, _ = tell(chat, "小刘", "催一下我妈的药")
    assert "【催办 A001】" in alert


def test_a_follower_closes_it_and_the_others_are_told(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    tell(chat, "小刘", DAUGHTER)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    lines = tell(chat, "小刘", "药收到了，谢谢")
    assert any(line.startswith(f"{UNIT_ROOM}: @刘奶奶 A001") and "小刘 说收到了" in line for line in lines)


def test_a_follower_to_whom_nothing_came_opens_it_again(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    tell(chat, "小刘", DAUGHTER)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    lines = tell(chat, "小刘", "我妈说没收到")
    assert any("【没收到 A001】" in line and "网格员小安" in line for line in lines)
    assert chat.app.tickets.all()[0].state == "opened"


# withdrawn by family


def test_a_follower_withdraws_what_they_name_and_the_requester_is_told(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    tell(chat, "小刘", DAUGHTER)
    lines = tell(chat, "小刘", "我妈那个药不用买了")
    assert any(line.startswith(f"{UNIT_ROOM}: @刘奶奶 A001") and "小刘 说不用了" in line for line in lines)
    assert chat.app.tickets.all()[0].state == "cancelled"


def test_whoever_names_door_and_thing_withdraws_it(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    lines = chat.say("小刘", "501的药不用了，我送过来了")
    assert any("【撤单 A001】" in line for line in lines) and any("@刘奶奶" in line for line in lines)


def test_the_thing_alone_withdraws_nothing_of_a_neighbour(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    assert chat.say("邻居老张", "药不用买了，我家有") == []
    assert chat.app.tickets.all()[0].state == "opened"


def test_the_door_without_the_thing_is_told_to_the_staff(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    (line,) = chat.say("邻居老张", "501那个不用了")
    assert line.startswith(STAFF_ROOM) and "【补充 A001】" in line
    assert chat.app.tickets.all()[0].state == "opened"


def test_asking_when_it_comes_among_neighbours_is_asking_after_the_own_ticket(chat: Chat) -> None:
    chat.say("王大爷", "降压药没了帮忙买两盒")
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.clock.advance(minutes=20)
    assert chat.say("王大爷", "那个药啥时候能送来啊") == [
        f"{UNIT_ROOM}: @王大爷 A001（买药送药）已接单 网格员小安"
    ]
    assert chat.say("李大姐", "那个药啥时候能送来啊") == []


def test_all_of_it_came_confirms_all(chat: Chat) -> None:
    chat.say("赵阿姨", "降压药吃完了帮忙买两盒，还有厨房水管漏水了，17号楼3单元602")
    chat.say("网格员小安", "办结 1 2", STAFF_ROOM)
    (line,) = chat.say("赵阿姨", "都收到了谢谢")
    assert "A001、A002" in line


def test_whoever_is_out_for_it_hears_in_private_that_it_is_off(chat: Chat) -> None:
    tell(chat, "网格员小安", "/状态")
    chat.say("刘奶奶", MOTHER)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    lines = chat.say("小刘", "501的药不用了，我送过来了")
    assert any(line.startswith("私聊: 【不用去了 A001】") for line in lines)


def test_nobody_else_withdraws_an_emergency(chat: Chat) -> None:
    chat.say("刘奶奶", "17-3-501老伴晕倒了快来人啊")
    chat.say("小刘", "501的救护车不用了")
    assert chat.app.tickets.all()[0].state == "opened"


# merging and splitting


def test_merging_keeps_words_phones_and_people(chat: Chat) -> None:
    chat.say("刘奶奶", "家里降压药没了，帮忙买两盒")
    chat.say("小刘", "家里降压药没了急用，帮忙买，电话13812345678", COMPOUND_ROOM)
    lines = chat.say("网格员小安", "/合并 1 2", STAFF_ROOM)
    assert "A002 并入 A001" in lines[0]
    assert any(line.startswith(f"{COMPOUND_ROOM}: @小刘 A002 和 A001") for line in lines)
    first, second = chat.app.tickets.all()
    assert second.state == "cancelled" and second.merged_into == "A001"
    assert "13812345678" in first.phones and "急用" in first.text
    assert "merged" in kinds(chat, "A001") and "merged" in kinds(chat, "A002")
    lines = chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert any(line.startswith(f"{COMPOUND_ROOM}: @小刘 A001") for line in lines)


def test_merging_keeps_the_place_that_one_of_them_knows(chat: Chat) -> None:
    chat.say("刘奶奶", "家里降压药没了，帮忙买两盒", COMPOUND_ROOM)
    chat.say("小刘", MOTHER)
    chat.say("网格员小安", "/合并 1 2", STAFF_ROOM)
    first = chat.app.tickets.all()[0]
    assert (first.node, first.room) == ("17号楼3单元", "501")


def test_merging_is_understood_the_other_way_round(chat: Chat) -> None:
    chat.say("刘奶奶", "家里降压药没了，帮忙买两盒")
    chat.say("小刘", "家里降压药没了，帮忙买两盒", COMPOUND_ROOM)
    chat.say("网格员小安", "/合并 2 并到 1", STAFF_ROOM)
    assert chat.app.tickets.all()[1].merged_into == "A001"


def test_merging_needs_both_branches_and_open_tickets(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    chat.say("周先生", "2-1-101家里降压药没了，帮忙买两盒", "和谐小区2号楼1单元群")
    (line,) = tell(chat, "网格员小安", "/合并 1 2")
    assert "没有找到" in line or "不在您负责" in line
    (line,) = chat.say("志愿者甲", "/合并 1 2", VOLUNTEER_ROOM) or [""]
    assert line == "", "volunteers are refused quietly"
    (line,) = chat.say("刘书记", "/合并 1", STAFF_ROOM)
    assert "/合并" in line
    (line,) = chat.say("刘书记", "/合并 1 A001", STAFF_ROOM)
    assert "/合并" in line
    chat.say("刘书记", "办结 2", STAFF_ROOM)
    (line,) = chat.say("刘书记", "/合并 1 2", STAFF_ROOM)
    assert "不能再合并" in line
    assert chat.app.tickets.all()[1].merged_into == ""


def test_a_second_need_becomes_a_ticket_of_its_own(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    lines = chat.say("网格员小安", "/拆单 1 厨房水管还漏水", STAFF_ROOM)
    first, second = chat.app.tickets.all()
    assert second.intent == "help.repair" and second.text == "厨房水管还漏水"
    assert (second.requester, second.room) == ("刘奶奶", "501")
    assert "split" in kinds(chat, first.number)
    assert any(line.startswith(f"{UNIT_ROOM}: @刘奶奶") and "A002" in line for line in lines)
    assert any("【新工单 A002】" in line for line in lines)


def test_a_building_is_no_tickets_number(chat: Chat) -> None:
    chat.say("王女士", "家里没菜了，能买点菜吗")
    chat.clock.advance(minutes=11)
    chat.say("王女士", "家里降压药没有了")
    alert, _ = chat.say("王女士", "1号楼的药不用了，撤单")
    assert "【撤单 A002】买药送药" in alert


def test_an_emergency_is_merged_into_nothing_that_can_wait(chat: Chat) -> None:
    chat.say("王女士", MOTHER)
    chat.say("李姐", "快来人，老伴突然倒地上叫不醒了")
    line, *_ = chat.say("网格员小安", "合并 1 2", STAFF_ROOM)
    assert "A001 并入 A002（急症火情" in line
    ticket = chat.app.tickets.get("A002")
    assert ticket is not None and ticket.state == "opened" and MOTHER in ticket.text


def test_a_stranger_who_names_a_door_in_private_learns_nothing_and_withdraws_nothing(chat: Chat) -> None:
    chat.say("刘奶奶", MOTHER)
    for words in ("17-3-501的药不用了", "17-3-501的不用了，撤单"):
        told, answer = tell(chat, "路人", words)
        assert "【补充 A001】" in told and "路人" in told
        assert "已转值班" in answer and "A001" not in answer and "药" not in answer
    ticket = chat.app.tickets.get("A001")
    assert ticket is not None and ticket.state == "opened"


def test_a_ticket_that_was_merged_says_where_it_went(chat: Chat) -> None:
    chat.say("王大爷", "降压药没了帮忙买两盒")
    chat.say("李大姐", "家里没米了，帮忙买10斤")
    chat.say("网格员小安", "合并 1 2", STAFF_ROOM)
    (line,) = chat.say("网格员小安", "接单 2", STAFF_ROOM)
    assert line.endswith("A002 已经并进 A001 了，请用 A001。")


@pytest.mark.parametrize("text", ["没有", "没呢", "还没", "没有，一直没人送"])
def test_no_is_an_answer_to_whether_it_came(chat: Chat, text: str) -> None:
    chat.say("王大爷", "降压药没了帮忙买两盒")
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    assert chat.say("王大爷", text) == [] or chat.app.tickets.all()[0].state == "done"
    chat.clock.advance(hours=26)
    chat.app.tick(chat.clock.now())
    chat.hear()
    chat.say("王大爷", text)
    assert chat.app.tickets.all()[0].state == "opened"


def test_a_need_that_is_gone_is_withdrawn_whomever_the_words_are_meant_for(chat: Chat) -> None:
    chat.say("王大爷", "降压药没了帮忙买两盒")
    chat.clock.advance(minutes=30)
    chat.say("王大爷", "不用了，买到了")
    assert chat.app.tickets.all()[0].state == "cancelled"


@pytest.mark.parametrize("asked", ["鸡蛋有人管没", "我那个鸡蛋啥时候送"])
def test_whoever_asks_after_their_own_plea_among_neighbours_hears_how_far_it_is(
    chat: Chat, asked: str
) -> None:
    chat.say("王女士", "501家里鸡蛋没有了，麻烦帮忙买一板，13912345678")
    chat.clock.advance(minutes=6)
    chat.hear()
    (line,) = chat.say("王女士", asked)
    assert "A001" in line and "13912345678" not in line
    assert chat.say("钱叔", asked) == [], "a neighbour waits for none"


@pytest.mark.parametrize(
    "said", ["谁家鸡蛋买到了吗", "有没有人要鸡蛋，我这多", "今天的鸡蛋真新鲜", "你们几点下楼啊"]
)
def test_talk_with_neighbours_about_the_same_thing_is_left_alone(chat: Chat, said: str) -> None:
    chat.say("王女士", "501家里鸡蛋没有了，麻烦帮忙买一板，13912345678")
    chat.clock.advance(minutes=6)
    chat.hear()
    assert not any("A001" in line for line in chat.say("王女士", said))


def test_whoever_is_called_and_not_in_the_staff_group_is_called_where_they_are(chat: Chat) -> None:
    chat.say("志愿者小郑", "大家早", VOLUNTEER_ROOM)
    chat.say("刘书记", "/认领院区 17号楼 @志愿者小郑", STAFF_ROOM)
    lines = chat.say("王大爷", "501降压药没了帮忙买两盒")
    (there,) = [line for line in lines if line.startswith(VOLUNTEER_ROOM)]
    assert there.startswith(f"{VOLUNTEER_ROOM}: @志愿者小郑 【新工单 A001】")
    assert any("A001" in line for line in chat.say("志愿者小郑", "我去", VOLUNTEER_ROOM))
    assert chat.app.tickets.all()[0].owner == "志愿者小郑"

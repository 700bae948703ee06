"""One need, one ticket: whoever asks for it. Merging, splitting, tickets on behalf of others, and after the end."""

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

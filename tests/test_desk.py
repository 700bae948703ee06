"""The desk: taking, dispatching, undoing, declining, asking."""

import random
from dataclasses import replace

import pytest

from bot.app import build
from bot.ledger.duty import Duty
from bot.model.duty import StandIn
from bot.model.message import LoggedIn, RoomNamed
from bot.model.settings import Settings
from bot.settings import Data
from handlers import overview
from handlers.table import COMMANDS
from intents.engine import Engine
from tests.conftest import STAFF_ROOM, UNIT_ROOM, VOLUNTEER_ROOM, Chat, FakeChannel, FakeClock

PLEA = "501家里降压药没有了，帮忙买两盒，13912345678"
LEAK = "厨房水管爆了一直漏水，麻烦叫人来修"
OTHER_ROOM = "春晓苑1号楼1单元群"
RULE = "\n- - - - - - - - - - - - - - -\n"
ALERT = "「小巷：【新工单 A001】买药送药·春晓苑17号楼3单元501室\n王女士：要药\n接单请回：接单 1」"


def states(chat: Chat) -> list[str]:
    return [ticket.state for ticket in chat.app.tickets.all()]


def tell(chat: Chat, sender: str, text: str) -> list[str]:
    return chat.say(sender, text, room="")


# taking


@pytest.mark.parametrize(
    "words",
    [
        "我来",
        "我去",
        "我接",
        "我来办",
        "交给我",
        "我来吧",
        "收到我来",
        "收到，我来",
        "好的我去",
        "我来！",
        "接单",
        "我来[握手]",
        "我来，一会就去",
        "我来接单",
        "收到，马上去",
        "我去吧，顺路",
        "这个我来吧，正好在17号楼",
        "1号我接",
        "1号单我来接",
        "我去拿",
        "我马上去",
    ],
)
def test_i_will_right_after_an_alert_takes_it(chat: Chat, words: str) -> None:
    chat.say("王女士", PLEA)
    mine, told = chat.say("网格员小安", words, STAFF_ROOM)
    assert "A001" in mine and "已接单 网格员小安" in mine and "13912345678" in mine
    assert told.startswith(f"{UNIT_ROOM}: @王女士 A001")


@pytest.mark.parametrize(
    "words", ["A002 我来", "我来 2", "2 我来吧", "我接2", "交给我，A002", "2号我接", "2号单我来接"]
)
def test_a_number_beside_it_names_the_ticket(chat: Chat, words: str) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    chat.clock.advance(minutes=7)
    chat.say("网格员小安", words, STAFF_ROOM)
    assert states(chat) == ["opened", "taken"]


@pytest.mark.parametrize(
    "words",
    [
        "我来晚了",
        "我去吃饭",
        "我来说两句",
        "我接孩子去",
        "1号我去",
        "我来1号楼了",
        "你来",
        "我来看看他家在哪住",
        "我接电话",
        "我来搬",
        "我去拿快递",
        "我马上去吃饭",
        "我去吃饭，一会就去",
        "1号楼我来",
    ],
)
def test_talk_that_begins_like_it_takes_nothing(chat: Chat, words: str) -> None:
    chat.say("王女士", PLEA)
    assert chat.say("网格员小安", words, STAFF_ROOM) == []
    assert states(chat) == ["opened"]


def test_i_will_after_five_minutes_is_about_something_else(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.clock.advance(minutes=6)
    assert chat.say("网格员小安", "我来", STAFF_ROOM) == []
    assert states(chat) == ["opened"]


def test_i_will_in_another_room_than_the_alert_takes_nothing(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    assert chat.say("志愿者甲", "我来", VOLUNTEER_ROOM) == []
    assert states(chat) == ["opened"]


def test_of_several_called_out_it_is_asked_which(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    (line,) = chat.say("网格员小安", "我来", STAFF_ROOM)
    assert "接哪一张" in line and "A001" in line and "A002" in line
    assert chat.say("刘书记", "2", STAFF_ROOM) == [], "only whoever was asked answers"
    mine, _ = chat.say("网格员小安", "2", STAFF_ROOM)
    assert "A002" in mine
    assert states(chat) == ["opened", "taken"]


def test_both_is_an_answer_too(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    chat.say("网格员小安", "我来", STAFF_ROOM)
    mine, *_ = chat.say("网格员小安", "都接", STAFF_ROOM)
    assert "您手上现在 2 张" in mine
    assert states(chat) == ["taken", "taken"]


def test_a_quoted_alert_is_taken_however_old_it_is(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    chat.clock.advance(minutes=7)
    chat.say("网格员小安", f"{ALERT}{RULE}我来", STAFF_ROOM)
    assert states(chat) == ["taken", "opened"]


@pytest.mark.parametrize(
    ("said", "state", "news"),
    [
        ("接单", "taken", "接单了"),
        ("办好了，药挂门把手上了", "done", "药挂门把手上了"),
        ("/办结 药放门口，消过毒", "done", "药放门口，消过毒"),
        ("办不了 药店都没有", "declined", "药店都没有"),
        ("进展 在排队", "opened", "在排队"),
        ("撤单 重复了", "cancelled", "重复了"),
    ],
)
def test_words_to_a_quoted_alert_mean_its_ticket(chat: Chat, said: str, state: str, news: str) -> None:
    chat.say("王女士", PLEA)
    lines = chat.say("网格员小安", f"{ALERT}{RULE}{said}", STAFF_ROOM)
    assert any(line.startswith(f"{UNIT_ROOM}: @王女士") and news in line for line in lines)
    assert states(chat) == [state]


def test_a_number_typed_beside_a_quote_wins(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    chat.say("网格员小安", f"{ALERT}{RULE}接单 2", STAFF_ROOM)
    assert states(chat) == ["opened", "taken"]


def test_a_resident_who_quotes_takes_nothing(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("邻居", f"{ALERT}{RULE}接单")
    chat.say("邻居", f"{ALERT}{RULE}我来")
    assert states(chat) == ["opened"]


def test_whoever_was_a_moment_late_is_told_who_has_it(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "我来", STAFF_ROOM)
    (line,) = chat.say("刘书记", "我去", STAFF_ROOM)
    assert "网格员小安" in line
    (line,) = chat.say("网格员小安", "接单 1", STAFF_ROOM)
    assert "已经在您手上" in line


# dispatching


def test_a_friend_of_the_bot_is_told_in_private_with_the_plea(chat: Chat) -> None:
    tell(chat, "志愿者小冀", "/工单")
    chat.say("王女士", PLEA)
    lines = chat.say("刘书记", "派单 1 @志愿者小冀 快去，别按门铃", STAFF_ROOM)
    (told,) = [line for line in lines if line.startswith("私聊")]
    assert "13912345678" in told and "501" in told and "快去，别按门铃" in told and "刘书记" in told
    mine, news = tell(chat, "志愿者小冀", "接单 1")
    assert "已接单 志愿者小冀" in mine and "志愿者小冀 接单了" in news


def test_somebody_seen_in_the_volunteers_group_is_told_there(chat: Chat) -> None:
    chat.say("志愿者小郑", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    lines = chat.say("刘书记", "派单 1 @小郑", STAFF_ROOM)
    assert any(line.startswith(f"{VOLUNTEER_ROOM}: @志愿者小郑 【派给您 A001】") for line in lines)


def test_somebody_in_the_same_room_reads_it_in_the_answer(chat: Chat) -> None:
    chat.say("下沉干部老周", "早", STAFF_ROOM)
    chat.say("王女士", PLEA)
    lines = chat.say("刘书记", "派单 1 @下沉干部老周", STAFF_ROOM)
    (line,) = [line for line in lines if line.startswith(STAFF_ROOM)]
    assert "@刘书记 @下沉干部老周" in line and "13912345678" in line and "办结 1" in line


def test_a_name_nobody_bears_is_written_down_and_said_to_be_unknown(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    mine, _ = chat.say("刘书记", "派单 1 @老李", STAFF_ROOM)
    assert "已派单 老李" in mine and "不认识 老李" in mine
    (line,) = chat.say("刘书记", "派单 1 给那个谁家的老大爷送过去", STAFF_ROOM)
    assert "这样写" in line, "a sentence is no name"


def test_a_namesake_may_neither_see_nor_touch(chat: Chat) -> None:
    tell(chat, "志愿者小冀", "/工单")
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    for words in ("/工单 1", "/接单 1", "/办结 1"):
        lines = chat.say("志愿者小冀", words, room="", sender_id="somebody-else")
        assert all("501" not in line and "139" not in line for line in lines)
    assert states(chat) == ["dispatched"]


def test_a_ticket_goes_to_one_person_and_never_to_everybody(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    for names in ("@小安 @小冀", "@所有人"):
        (line,) = chat.say("刘书记", f"派单 1 {names}", STAFF_ROOM)
        assert "只派给一个人" in line
    assert states(chat) == ["opened"]


def test_a_nickname_with_a_space_is_found_by_its_mention(chat: Chat) -> None:
    chat.say("17-3 老何", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @17-3 老何\u2005带上体温计", STAFF_ROOM)
    (ticket,) = chat.app.tickets.all()
    assert (ticket.state, ticket.dispatched_id) == ("dispatched", "17-3 老何")


def test_of_two_of_a_name_it_is_asked_whom(chat: Chat) -> None:
    chat.say("小李", "早", STAFF_ROOM, sender_id="li-1")
    chat.say("小李", "早", VOLUNTEER_ROOM, sender_id="li-2")
    chat.say("王女士", PLEA)
    (line,) = chat.say("刘书记", "派单 1 @小李 带上体温计", STAFF_ROOM)
    assert "1. 小李" in line and "2. 小李" in line and "网格员" in line and "志愿者" in line
    assert states(chat) == ["opened"]
    chat.say("刘书记", "2", STAFF_ROOM)
    (ticket,) = chat.app.tickets.all()
    assert (ticket.state, ticket.dispatched_id) == ("dispatched", "li-2")
    assert chat.app.tickets.history(ticket)[-1].note == "带上体温计"


def test_the_one_within_reach_is_meant(chat: Chat) -> None:
    """和谐小区's volunteer has a namesake at work in the whole community: only one of them serves 春晓苑."""
    chat.say("志愿者小冀", "早", VOLUNTEER_ROOM, sender_id="another")
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    (ticket,) = chat.app.tickets.all()
    assert ticket.dispatched_id == "another"


def test_several_are_dispatched_at_once(chat: Chat) -> None:
    chat.say("志愿者小郑", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    lines = chat.say("刘书记", "派单 1 2 @志愿者小郑", STAFF_ROOM)
    (told,) = [line for line in lines if "【派给您" in line]
    assert "【派给您 A001】" in told and "【派给您 A002】" in told
    assert states(chat) == ["dispatched", "dispatched"]


def test_whoever_stands_in_is_sent_instead(chat: Chat) -> None:
    chat.say("志愿者小郑", "早", VOLUNTEER_ROOM)
    now = chat.clock.now()
    stand_in = StandIn("wxid_worker", "网格员小安", "志愿者小郑", "志愿者小郑", now, now.replace(hour=23))
    with chat.app.ledger.transaction():
        Duty(chat.app.ledger).delegate(stand_in)
    chat.say("王女士", PLEA)
    lines = chat.say("刘书记", "派单 1 @小安", STAFF_ROOM)
    assert any("网格员小安 这段时间由 志愿者小郑 代班" in line for line in lines)
    (ticket,) = chat.app.tickets.all()
    assert ticket.dispatched_id == "志愿者小郑"


def test_whoever_stands_in_finishes_what_the_absent_took(chat: Chat) -> None:
    for name in ("志愿者小郑", "志愿者老何"):
        chat.say(name, "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("志愿者老何", "接单 1", VOLUNTEER_ROOM)
    (line,) = chat.say("志愿者小郑", "办结 1", VOLUNTEER_ROOM)
    assert "在 志愿者老何 手上" in line
    now = chat.clock.now()
    stand_in = StandIn("志愿者老何", "志愿者老何", "志愿者小郑", "志愿者小郑", now, now.replace(hour=23))
    with chat.app.ledger.transaction():
        Duty(chat.app.ledger).delegate(stand_in)
    chat.say("志愿者小郑", "办结 1 挂门上了", VOLUNTEER_ROOM)
    assert states(chat) == ["done"]


def test_whoever_had_it_hears_that_it_went_elsewhere(chat: Chat) -> None:
    tell(chat, "志愿者小冀", "/工单")
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    lines = chat.say("刘书记", "派单 1 @老李", STAFF_ROOM)
    assert any(line.startswith("私聊: 【不用去了 A001】") for line in lines)


def test_whoever_was_sent_hears_that_the_resident_withdrew(chat: Chat) -> None:
    chat.say("志愿者小郑", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者小郑", STAFF_ROOM)
    lines = chat.say("王女士", "/撤单 1")
    assert any(line.startswith(f"{VOLUNTEER_ROOM}: @志愿者小郑 【不用去了 A001】") for line in lines)


@pytest.mark.parametrize("closes", ["办结 1", "办不了 1 药店没有"])
def test_whoever_was_on_the_way_hears_that_another_closed_it(chat: Chat, closes: str) -> None:
    chat.say("志愿者小郑", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("志愿者小郑", "接单 1", VOLUNTEER_ROOM)
    lines = chat.say("刘书记", closes, STAFF_ROOM)
    assert sum(line.startswith(f"{VOLUNTEER_ROOM}: @志愿者小郑 【不用去了 A001】") for line in lines) == 1


def test_whoever_closes_their_own_is_not_told_to_stay(chat: Chat) -> None:
    chat.say("志愿者小郑", "早", VOLUNTEER_ROOM)
    chat.say("王女士", PLEA)
    chat.say("志愿者小郑", "接单 1", VOLUNTEER_ROOM)
    lines = chat.say("志愿者小郑", "办结 1", VOLUNTEER_ROOM)
    assert lines and not any("不用去了" in line for line in lines)


def test_one_command_is_one_message_to_whoever_waits(chat: Chat) -> None:
    chat.say("赵阿姨", "降压药吃完了帮忙买两盒，还有厨房水管漏水了，17号楼3单元602")
    lines = chat.say("网格员小安", "接单 1 2", STAFF_ROOM)
    (staff,) = [line for line in lines if line.startswith(STAFF_ROOM)]
    assert staff.count("厨房水管漏水") == 1
    lines = chat.say("网格员小安", "办结 1 2 放门口了", STAFF_ROOM)
    (told,) = [line for line in lines if line.startswith(UNIT_ROOM)]
    assert "A001" in told and "A002" in told and told.endswith("\n放门口了") and told.count("放门口了") == 1


def test_a_room_of_another_compound_reads_neither_door_nor_phone(
    settings: Settings, data: Data, engine: Engine
) -> None:
    (root,) = settings.groups
    spring, harmony = root.children
    harmony = replace(harmony, volunteer_room="和谐志愿者群")
    groups = (replace(root, children=(spring, harmony)),)
    clock, channel = FakeClock(), FakeChannel()
    app = build(replace(settings, groups=groups), data, channel, clock, random.Random(1), None, engine)
    rooms = (STAFF_ROOM, UNIT_ROOM, "和谐志愿者群")
    app.receive([LoggedIn("bot", clock.now()), *(RoomNamed(room, room, clock.now()) for room in rooms)])
    chat = Chat(app, clock, channel)
    chat.say("志愿者老孙", "早", "和谐志愿者群")
    chat.say("王女士", PLEA)
    lines = chat.say("刘书记", "派单 1 @老孙 带两盒", STAFF_ROOM)
    (told,) = [line for line in lines if line.startswith("和谐志愿者群")]
    assert "@志愿者老孙 【派给您 A001】" in told
    assert "501" not in told and "139" not in told and "私聊" in told
    (line,) = tell(chat, "志愿者老孙", "工单 1")
    assert "13912345678" in line
    app.ledger.close()


# undoing


def test_the_wrong_number_is_taken_back_and_the_resident_told(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    chat.say("网格员小安", "接 1 2", STAFF_ROOM)
    chat.say("网格员小安", "办结 2", STAFF_ROOM)
    lines = chat.say("网格员小安", "撤销", STAFF_ROOM)
    assert any(line.startswith(f"{OTHER_ROOM}: @李大爷 更正：A002") for line in lines)
    assert states(chat) == ["taken", "taken"]
    chat.say("网格员小安", "撤销", STAFF_ROOM)
    assert states(chat) == ["taken", "taken"], "what was undone is not undone again, nor what came before"


def test_what_one_command_did_is_undone_at_once(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("李大爷", LEAK, OTHER_ROOM)
    chat.say("网格员小安", "办结 1 2", STAFF_ROOM)
    chat.say("网格员小安", "撤销", STAFF_ROOM)
    assert states(chat) == ["opened", "opened"]


def test_only_ones_own_move_is_undone_and_only_for_half_an_hour(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    (line,) = chat.say("刘书记", "撤销 1", STAFF_ROOM)
    assert "网格员小安" in line and "撤单 1" in line
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    chat.clock.advance(minutes=31)
    lines = chat.say("网格员小安", "撤销 1", STAFF_ROOM)
    assert any("半小时" in line for line in lines)
    assert states(chat) == ["done"]


def test_undo_of_a_residents_own_ticket_is_withdrawing(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    lines = chat.say("王女士", "/撤销 1")
    assert any(line.startswith(f"{STAFF_ROOM}: ") and "【撤单 A001】" in line for line in lines)
    assert states(chat) == ["cancelled"]


def test_undoing_a_dispatch_is_told_to_whoever_was_sent(chat: Chat) -> None:
    tell(chat, "志愿者小冀", "/工单")
    chat.say("王女士", PLEA)
    chat.say("刘书记", "派单 1 @志愿者小冀", STAFF_ROOM)
    lines = chat.say("刘书记", "撤销", STAFF_ROOM)
    assert any(line.startswith("私聊: 【更正 A001】") for line in lines)
    (line,) = tell(chat, "志愿者小冀", "/工单 1")
    assert "没有找到" in line, "it is no longer his"


# declining


def test_declining_needs_a_reason_which_the_resident_reads(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    (line,) = chat.say("网格员小安", "办不了 1", STAFF_ROOM)
    assert "原因" in line and states(chat) == ["opened"]
    _, told = chat.say("网格员小安", "办不了 1 药店没有，要去省医", STAFF_ROOM)
    assert told.startswith(f"{UNIT_ROOM}: @王女士") and "药店没有，要去省医" in told and "0371" in told
    assert states(chat) == ["declined"]


def test_whoever_still_needs_it_gets_it_opened_again_within_three_days(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "办不了 1 药店没有", STAFF_ROOM)
    chat.clock.advance(hours=70)
    chat.hear()
    assert chat.say("邻居", "还是得要啊") == []
    lines = chat.say("王女士", "那怎么办啊，还是要的")
    assert any("【还要办 A001】" in line for line in lines)
    assert states(chat) == ["opened"]


# asking and telling


def ask(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了，麻烦帮忙买")
    chat.say("王女士", "17号楼3单元 两盒吧")
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.clock.advance(minutes=15)
    (_, asked) = chat.say("网格员小安", "问 1 您家有没有医保卡？", STAFF_ROOM)
    assert asked.startswith(f"{UNIT_ROOM}: @王女士 ") and "您家有没有医保卡？" in asked


def test_the_answer_goes_into_the_ticket_and_to_whoever_asked(chat: Chat) -> None:
    ask(chat)
    assert chat.say("钱叔", "有的") == [], "a neighbour does not answer"
    told, thanks = chat.say("王女士", "有的 在我妈那")
    assert told.startswith(f"{STAFF_ROOM}: @网格员小安 【回话 A001】") and "有的 在我妈那" in told
    assert "已转告" in thanks
    (ticket,) = chat.app.tickets.all()
    assert "有的 在我妈那" in ticket.text
    kinds = [step.kind for step in chat.app.tickets.history(ticket)]
    assert kinds[-1] == "answered" and "asked" in kinds
    assert chat.say("王女士", "今天天气真好") == [], "asked once, answered once"


@pytest.mark.parametrize("room", [UNIT_ROOM, ""])
def test_an_hour_is_the_answer_and_no_reservation(chat: Chat, room: str) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "问 1 您什么时候方便通电话", STAFF_ROOM)
    chat.clock.advance(minutes=5)
    lines = chat.say("王女士", "下午三点 13812345678", room)
    assert any("@网格员小安 【回话 A001】" in line and "下午三点" in line for line in lines)
    assert not any("预约" in line for line in lines)


@pytest.mark.parametrize("answer", ["发烧了", "38度5"])
def test_a_fever_that_was_asked_for_is_an_answer_and_a_fever(chat: Chat, answer: str) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    chat.say("网格员小安", "问 1 老人发烧吗，体温多少", STAFF_ROOM)
    chat.clock.advance(minutes=5)
    lines = chat.say("王女士", answer, "")
    assert any("【回话 A001】" in line and answer in line for line in lines)
    alerts = [line for line in lines if line.startswith(f"{STAFF_ROOM}: 【") and "【回话" not in line]
    assert len(alerts) == 1 and ("发热" in alerts[0] or "症状" in alerts[0])
    (ticket,) = chat.app.tickets.all()
    assert chat.app.tickets.history(ticket)[-1].kind == "answered"


def test_a_worker_who_asked_for_somebody_answers_by_quoting(chat: Chat) -> None:
    chat.say("刘书记", "/代下单 17-3-501 降压药两盒 13900001111", STAFF_ROOM)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    lines = chat.say("网格员小安", "问 1 哪一种？", STAFF_ROOM)
    assert any("@刘书记" in line and "哪一种？" in line for line in lines)
    assert chat.say("刘书记", "中午开会", STAFF_ROOM) == []
    lines = chat.say(
        "刘书记", f"「小巷：@刘书记 A001（买药送药）问您一句：哪一种？」{RULE}缬沙坦", STAFF_ROOM
    )
    assert any("【回话 A001】" in line and "缬沙坦" in line for line in lines)


def test_another_plea_is_no_answer(chat: Chat) -> None:
    ask(chat)
    chat.say("王女士", "对了，厨房水管爆了，麻烦叫人来修")
    assert len(states(chat)) == 2


def test_a_late_answer_must_be_short_and_fitting_or_said_to_the_bot(chat: Chat) -> None:
    ask(chat)
    chat.clock.advance(minutes=40)
    chat.hear()
    assert chat.say("王女士", "今天楼下的桂花开得真好") == []
    told, _ = chat.say("王女士", "小巷，有医保卡的")
    assert "【回话 A001】" in told


def test_only_whoever_has_it_in_hand_asks_and_tells(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    (line,) = chat.say("志愿者甲", "问 1 住几楼？", VOLUNTEER_ROOM)
    assert "先接单" in line
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    (line,) = chat.say("志愿者甲", "进展 1 快了", VOLUNTEER_ROOM)
    assert "在 网格员小安 手上" in line


def test_progress_is_told_and_what_is_internal_is_not(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "接单 1", STAFF_ROOM)
    _, told = chat.say("网格员小安", "进展 1 在药店排队，前面5个人", STAFF_ROOM)
    assert told.startswith(f"{UNIT_ROOM}: @王女士") and "在药店排队，前面5个人" in told
    (line,) = chat.say("网格员小安", "备注 1 内部：她家有狗", STAFF_ROOM)
    assert "记下了" in line
    (line,) = chat.say("刘书记", "/工单 1", STAFF_ROOM)
    assert "她家有狗" in line


def test_what_is_closed_is_not_asked_about(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "办结 1", STAFF_ROOM)
    (line,) = chat.say("网格员小安", "问 1 收到没", STAFF_ROOM)
    assert "不能再问" in line


def test_an_answer_may_quote_what_was_asked(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.say("网格员小安", "办结 1 药放门口了", STAFF_ROOM)
    quote = "「小巷：@王女士 A001（买药送药）已办结。要是没收到，直接在这里说。\n药放门口了」"
    chat.say("王女士", f"{quote}{RULE}没收到啊")
    assert states(chat) == ["opened"]


# help


def test_help_for_residents_is_short_and_for_staff_grouped(chat: Chat) -> None:
    (resident,) = tell(chat, "王女士", "/帮助")
    assert len(resident.splitlines()) <= 7 and "/接单" not in resident and "/我是 17-3-501 王芳" in resident
    (staff,) = tell(chat, "刘书记", "/帮助")
    assert len(staff) < 400 and "【办单】/接单 /派单" in staff
    (group,) = tell(chat, "刘书记", "/帮助 办单")
    assert "/派单 编号 @某人" in group and "/通知" not in group
    (one,) = tell(chat, "刘书记", "/帮助 核酸")
    assert "现场直接说：下一个、叫17-3" in one


def test_help_in_a_residents_group_is_the_residents_for_everybody(chat: Chat) -> None:
    for sender in ("王女士", "刘书记"):
        (line,) = chat.say(sender, "/帮助", UNIT_ROOM)
        assert "/我是 楼号-单元-门牌 姓名" in line and "***" not in line and "/派单" not in line
    (line,) = chat.say("刘书记", "/帮助 代下单", UNIT_ROOM)
    assert "/代下单 楼号-单元-门牌" in line and "***" not in line


def test_help_about_a_word_that_is_no_command_says_so(chat: Chat) -> None:
    (line,) = tell(chat, "刘书记", "/帮助 送菜")
    assert "没有「送菜」这个命令" in line and len(line.splitlines()) == 1
    (line,) = tell(chat, "志愿者小冀", "/帮助 派单")
    assert "「派单」要网格员才能用。" in line
    (line,) = tell(chat, "刘书记", "/吃饭了吗")
    assert "是不是" not in line


def test_commands_written_out_need_no_slash_at_work_and_are_pleas_from_residents(chat: Chat) -> None:
    lines = chat.say("网格员小安", "代登记 17-3-501 买菜", STAFF_ROOM)
    assert any("【新工单 A001】买菜买米" in line for line in lines)
    (line,) = chat.say("刘书记", "值班 设 今天 夜班 网格员小安", STAFF_ROOM)
    assert "夜班" in line and "网格员小安" in line
    chat.say("志愿者小冀", "代登记 8-1-301 买菜", "和谐小区居民群")
    assert len(states(chat)) == 1
    lines = tell(chat, "王女士", "代登记 17-3-502 买菜")
    assert any("已登记 A002" in line and "买菜买米" in line for line in lines)


def test_help_names_every_command_of_the_table_once() -> None:
    listed = [name for group in overview.GROUPS.values() for name in group]
    assert len(listed) == len(set(listed))
    assert set(listed) | set(overview.RESIDENTS) <= {entry.name for entry in COMMANDS}

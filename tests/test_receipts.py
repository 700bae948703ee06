"""「收到」 is counted in silence, by households; what is missing is said once, as a number, in the smallest group."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.ledger.deliveries import Deliveries
from bot.ledger.notices import Notices
from bot.ledger.people import Roster
from bot.model.household import Household
from tests.conftest import COMPOUND_ROOM, MORNING, STAFF_ROOM, UNIT_ROOM, Chat
from tests.posting import UNIT_ROOMS, pass_time, post

Open = Callable[..., Chat]
HOMES = [Household("春晓苑", "17", "3", room) for room in ("101", "102", "201", "202")]


def listed(chat: Chat, *homes: Household) -> None:
    """A list of households was imported."""
    Roster(chat.app.ledger).import_households(homes or HOMES)


def asked(chat: Chat, *rooms: str, **fields: object) -> int:
    """A notice that asks for 「收到」 was sent to these groups, the unit's own by default."""
    number = post(chat, *(rooms or (UNIT_ROOM,)), asks_receipt=True, **fields)
    pass_time(chat, minutes=1)
    return number


def answered(chat: Chat, number: int, room: str = UNIT_ROOM) -> frozenset[str]:
    return Deliveries(chat.app.ledger).answered(number).get(room, frozenset())


@pytest.mark.parametrize(
    "said",
    [
        "收到", "已收到", "好的收到", "收到👌", "收到[OK]", "收到！", "收到，谢谢", "收到 谢谢书记", "收到收到", "嗯嗯收到了",
        "好的，已经收到", "收到啦，辛苦了", "全家收到", "OK收到", "明白，收到", "收到🙏🙏🙏", "收 到",
    ],
)  # fmt: skip
def test_every_way_of_saying_it_counts_and_is_answered_by_silence(chat: Chat, said: str) -> None:
    number = asked(chat)
    assert chat.say("王女士", said) == []
    assert answered(chat, number) == {"person:王女士"}


@pytest.mark.parametrize(
    "said",
    [
        "没收到",
        "收到请回复",
        "快递收到了吗",
        "收到几点停水？",
        "怎么还没收到通知",
        "菜收到了",
        "谁收到我的快递了",
        "大家早",
        "好的",
    ],
)
def test_what_is_no_receipt_is_not_counted(chat: Chat, said: str) -> None:
    number = asked(chat)
    chat.say("王女士", said)
    assert answered(chat, number) == frozenset()


@pytest.mark.parametrize(
    "said",
    [
        "17-3-201收到",
        "201收到",
        "201 收到 谢谢",
        "收到 201",
        "3单元201收到",
        "17号楼3单元201室收到",
        "２０１收到",
        "0201已收到",
        "17#3-201收到",
    ],
)
def test_the_door_that_is_said_is_the_household(chat: Chat, said: str) -> None:
    listed(chat)
    number = asked(chat)
    assert chat.say("王女士", said) == []
    assert answered(chat, number) == {"春晓苑/17/3/201"}


def test_a_bound_account_stands_for_its_household_and_a_family_counts_once(chat: Chat) -> None:
    listed(chat)
    for name in ("王女士", "王先生"):
        Roster(chat.app.ledger).bind(name, name, HOMES[2], MORNING)
    number = asked(chat)
    for name in ("王女士", "王先生"):
        chat.say(name, "收到")
    assert answered(chat, number) == {"春晓苑/17/3/201"}


def test_a_door_nobody_knows_counts_as_a_person(chat: Chat) -> None:
    listed(chat)
    number = asked(chat)
    chat.say("王女士", "999收到")
    assert answered(chat, number) == {"person:王女士"}


def test_quoting_the_notice_counts(chat: Chat) -> None:
    number = asked(chat)
    chat.say("王女士", "「小巷：今晚21点到23点停水」\n- - - - - - - - - - - - - - -\n收到")
    assert answered(chat, number) == {"person:王女士"}


def test_without_a_notice_that_asks_nothing_is_counted(chat: Chat) -> None:
    number = post(chat, UNIT_ROOM)
    pass_time(chat, minutes=1)
    assert chat.say("王女士", "收到") == []
    assert answered(chat, number) == frozenset()


def test_after_a_day_it_is_no_answer_to_it_any_more(chat: Chat) -> None:
    number = asked(chat)
    chat.clock.advance(hours=24)
    chat.say("王女士", "收到")
    assert answered(chat, number) == frozenset()


def test_staff_in_a_residents_group_are_no_household(chat: Chat) -> None:
    number = asked(chat)
    chat.say("刘书记", "收到")
    assert answered(chat, number) == frozenset()


def test_medicine_that_came_is_no_answer_to_a_notice(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了，要买两盒")
    chat.say("小安", "接单 1", STAFF_ROOM)
    number = asked(chat)
    assert any("A001" in line for line in chat.say("王女士", "收到了")), "it closes the ticket"
    assert answered(chat, number) == frozenset()
    chat.say("王女士", "收到")
    assert answered(chat, number) == {"person:王女士"}


def test_what_was_asked_about_a_ticket_is_answered_first(chat: Chat) -> None:
    chat.say("王女士", "家里降压药没有了，要买两盒")
    chat.say("小安", "接单 1", STAFF_ROOM)
    chat.say("小安", "办结 1", STAFF_ROOM)
    number = asked(chat)
    assert any("A001" in line for line in chat.say("王女士", "收到了，谢谢"))
    assert answered(chat, number) == frozenset()


def test_after_two_hours_the_group_reads_once_how_many_are_missing_and_never_who(chat: Chat) -> None:
    listed(chat)
    asked(chat)
    chat.say("王女士", "101收到")
    assert pass_time(chat, minutes=115) == []
    assert pass_time(chat, minutes=10) == [f"{UNIT_ROOM}: 还有 3 户没回「收到」，看到请回一声。"]
    assert not any("收到" in line for line in pass_time(chat, hours=10))


def test_where_nobody_is_missing_nothing_is_said(chat: Chat) -> None:
    listed(chat)
    asked(chat)
    for n, home in enumerate(HOMES):
        chat.say(f"居民{n}", f"{home.room}收到")
    assert pass_time(chat, hours=3) == []


def test_an_empty_flat_is_not_missing(chat: Chat) -> None:
    listed(chat, *HOMES, Household("春晓苑", "17", "3", "301", tags=("空置",)))
    asked(chat)
    assert pass_time(chat, hours=3) == [f"{UNIT_ROOM}: 还有 4 户没回「收到」，看到请回一声。"]


def test_each_group_counts_its_own_wherever_they_answered(chat: Chat) -> None:
    listed(chat, *HOMES, Household("春晓苑", "1", "1", "101"), Household("春晓苑", "9", "", "101"))
    asked(chat, COMPOUND_ROOM, UNIT_ROOM, UNIT_ROOMS[0])
    chat.say("王女士", "17-3-101收到", COMPOUND_ROOM)
    chat.say("李伯伯", "101收到", UNIT_ROOMS[0])
    assert set(pass_time(chat, hours=3)) == {
        f"{UNIT_ROOM}: 还有 3 户没回「收到」，看到请回一声。",
        f"{COMPOUND_ROOM}: 还有 1 户没回「收到」，看到请回一声。",
    }, "whoever has no group of their own is missing in the larger one"


@pytest.mark.parametrize(
    ("answers", "line"),
    [(0, "前面的通知，看到请回一声「收到」。"), (2, "已有 2 户回了「收到」，还没回的看到请回一声。")],
)
def test_without_a_list_of_households_it_says_how_many_answered(chat: Chat, answers: int, line: str) -> None:
    asked(chat)
    for n in range(answers):
        chat.say(f"居民{n}", "收到")
    assert pass_time(chat, hours=3) == [f"{UNIT_ROOM}: {line}"]


def test_nobody_is_reminded_at_night(open_chat: Open) -> None:
    chat = open_chat(at=MORNING.replace(hour=21))
    asked(chat)
    assert pass_time(chat, hours=9) == []
    assert f"{UNIT_ROOM}: 前面的通知，看到请回一声「收到」。" in pass_time(chat, hours=2)


@pytest.mark.parametrize("how", ["corrected", "expired", "cancelled"])
def test_of_what_no_longer_holds_nobody_is_reminded(chat: Chat, how: str) -> None:
    until = chat.clock.now() + timedelta(hours=1) if how == "expired" else None
    number = asked(chat, valid_until=until)
    if how == "corrected":
        post(chat, UNIT_ROOM, text="更正：改到明晚。", corrects=number)
    if how == "cancelled":
        with chat.app.ledger.transaction():
            Notices(chat.app.ledger).change(number, chat.clock.now(), state="cancelled")
    assert not any("收到" in line for line in pass_time(chat, hours=3))


def test_a_reminder_half_a_day_late_is_left_out(open_chat: Open, tmp_path: object) -> None:
    path = tmp_path / "ledger.db"  # type: ignore[operator]
    first = open_chat(path)
    asked(first)
    first.app.ledger.close()
    later: datetime = MORNING + timedelta(hours=26)
    assert pass_time(open_chat(path, at=later), hours=1) == []


def test_of_two_notices_the_one_that_is_quoted_was_received(chat: Chat) -> None:
    first, second = asked(chat, text="今晚停水，\n请接水"), asked(chat, text="今晚停电")
    chat.say("王女士", "「小巷：【通知】今晚停水，\n请接水」\n- - - - - - - - - - - - - - -\n收到")
    assert (answered(chat, first), answered(chat, second)) == ({"person:王女士"}, frozenset())
    chat.say("李先生", "收到")
    assert answered(chat, second) == {"person:李先生"}


@pytest.mark.parametrize(
    "said",
    [
        "101、102收到",
        "101 102 收到",
        "101和102都收到了",
        "17-3-101、102收到",
        "17号楼3单元101,102 收到，谢谢",
    ],
)
def test_one_says_it_for_two_households(chat: Chat, said: str) -> None:
    listed(chat)
    number = asked(chat)
    assert chat.say("王女士", said) == []
    assert answered(chat, number) == {"春晓苑/17/3/101", "春晓苑/17/3/102"}


@pytest.mark.parametrize(
    ("said", "counts"),
    [("知道了", True), ("知道了，谢谢", True), ("101知道了", True), ("不知道", False), ("谁知道了", False)],
)
def test_known_is_received_where_a_notice_asks(chat: Chat, said: str, counts: bool) -> None:
    number = asked(chat)
    assert chat.say("王女士", said) == []
    assert bool(answered(chat, number)) is counts

"""Notices taken back, corrected or paused at the worst moment: while one of their messages is leaving, or in the night."""

import asyncio
from collections.abc import Callable

import pytest

from bot.model.channel import NotSent, TooFast, Unsendable
from bot.model.ledger import Waiting
from bot.model.message import LoggedIn, RoomLeft, RoomNamed
from tests.conftest import STAFF_ROOM, VOLUNTEER_ROOM, Chat
from tests.posting import pass_time, states

UNITS = [f"春晓苑17号楼{n}单元群" for n in (1, 2, 3)]
REFUSALS = [TooFast("操作过于频繁"), NotSent("网关没有受理")]


def hear(chat: Chat, text: str, sender: str = "刘书记") -> None:
    """Something is said in the staff group; nothing is sent meanwhile."""
    chat.clock.advance(seconds=11)
    chat.app.receive([chat.message(sender, text, STAFF_ROOM)])


def order(chat: Chat, text: str = "/通知 重要 17号楼 今晚停水") -> None:
    """A notice to three groups is confirmed; what the staff are told of it has left, none of its rows has."""
    hear(chat, text)
    chat.hear()
    hear(chat, "确认")
    send(chat)
    chat.channel.said.clear()


def send(chat: Chat, *meanwhile: Callable[[], object], failure: Exception | None = None) -> None:
    """Let one message leave, with what happens meanwhile and how it ends."""
    step = chat.app.outbox.next_step(chat.clock.now())
    assert isinstance(step, Waiting)
    chat.channel.meanwhile = list(meanwhile)
    chat.channel.failures = [failure] if failure else []
    asyncio.run(chat.app.outbox.send(step))


def read(lines: list[str]) -> list[str]:
    """The lines residents read."""
    return [line for line in lines if not line.startswith((STAFF_ROOM, "私聊"))]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_taken_back_while_it_leaves_and_refused_it_does_not_leave_later(
    chat: Chat, refusal: Exception
) -> None:
    order(chat)
    send(chat, lambda: hear(chat, "/通知 取消 1"), failure=refusal)
    assert read(pass_time(chat, hours=1)) == []
    assert set(states(chat, 1).values()) == {"cancelled"}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_paused_while_it_leaves_and_refused_it_waits_with_the_others(chat: Chat, refusal: Exception) -> None:
    order(chat)
    send(chat, lambda: hear(chat, "/通知 暂停 1"), failure=refusal)
    assert read(pass_time(chat, minutes=30)) == []
    hear(chat, "/通知 继续 1")
    assert sorted(line.partition(": ")[0] for line in read(pass_time(chat, minutes=30))) == UNITS


@pytest.mark.parametrize("refusal", REFUSALS)
def test_corrected_while_it_leaves_and_refused_only_the_correction_is_read(
    chat: Chat, refusal: Exception
) -> None:
    order(chat)

    def corrected() -> None:
        hear(chat, "/通知 更正 1 改到明晚停水")
        hear(chat, "确认")

    send(chat, corrected, failure=refusal)
    chat.channel.said.clear()
    lines = read(pass_time(chat, hours=1))
    assert [line.partition(": ")[0] for line in lines] == UNITS
    assert all("改到明晚停水" in line for line in lines)


def test_corrected_again_everybody_who_read_any_of_it_reads_the_last(chat: Chat) -> None:
    order(chat)
    send(chat)  # 17-1 reads the first
    hear(chat, "/通知 更正 1 改到明晚停水")
    send(chat)
    hear(chat, "确认")
    send(chat)
    send(chat, failure=Unsendable("没发出去"))  # 17-1 never reads the second
    send(chat)  # 17-2 does
    hear(chat, "/通知 更正 2 不停水了")
    send(chat)
    hear(chat, "确认")
    chat.channel.said.clear()
    lines = read(pass_time(chat, minutes=5))
    assert [line.partition(": ")[0] for line in lines] == UNITS
    first, second, third = lines
    assert "通知1" in first and "不停水了" in first, "what was read there is what is corrected"
    assert "通知2" in second and "通知" not in third.replace("【重要通知】", "")


def test_a_correction_that_waits_and_is_taken_back_leaves_the_paused_one_paused(chat: Chat) -> None:
    chat.clock.at = chat.clock.at.replace(hour=21, minute=50)
    order(chat, "/通知 17号楼 今晚停水")
    send(chat)
    hear(chat, "/通知 暂停 1")
    chat.clock.at = chat.clock.at.replace(hour=22, minute=30)
    hear(chat, "/通知 更正 1 改到明晚停水")
    hear(chat, "确认")
    hear(chat, "/通知 取消 2")
    chat.channel.said.clear()
    hear(chat, "/通知 继续 1")
    lines = read(pass_time(chat, hours=10))
    assert [line.partition(": ")[0] for line in lines] == UNITS[1:]
    assert all(line.endswith("今晚停水") for line in lines)


def test_a_correction_too_long_for_a_message_is_not_cut_but_refused(chat: Chat) -> None:
    order(chat)
    hear(chat, "/通知 更正 1 " + "停水" * 2000)
    send(chat)
    assert "4000" in chat.channel.said[-1].text and "预览" not in chat.channel.said[-1].text


def test_another_account_logs_in_half_way_and_the_writer_reads_which_groups_are_missing(chat: Chat) -> None:
    order(chat)
    send(chat)
    at = chat.clock.now()
    chat.app.receive([LoggedIn("another", at), *(RoomNamed(room, room, at) for room in (STAFF_ROOM, *UNITS))])
    chat.channel.said.clear()
    lines = pass_time(chat, minutes=5)
    assert read(lines) == []
    assert any("通知1已发 1 个群" in line and "换了微信号" in line and UNITS[2] in line for line in lines)
    hear(chat, "/通知 补发 1")
    assert sorted(line.partition(": ")[0] for line in read(pass_time(chat, minutes=5))) == UNITS[1:]


def test_a_row_that_was_leaving_when_the_account_changed_is_settled(chat: Chat) -> None:
    order(chat)
    change = LoggedIn("another", chat.clock.now())
    send(chat, lambda: chat.app.receive([change]), failure=REFUSALS[1])
    pass_time(chat, minutes=5)
    assert set(states(chat, 1).values()) == {"failed"}


def test_a_group_of_those_at_work_made_anew_is_not_trusted_and_the_staff_read_what_to_do(chat: Chat) -> None:
    chat.app.receive([RoomLeft(VOLUNTEER_ROOM, chat.clock.now())])
    chat.hear()
    chat.app.receive([RoomNamed("new@chatroom", VOLUNTEER_ROOM, chat.clock.now())])
    (line,) = chat.hear()
    assert line.startswith(f"{STAFF_ROOM}: 出现一个叫「{VOLUNTEER_ROOM}」的新群") and "拉回原来的群" in line
    assert chat.say("陌生人", "/工单", VOLUNTEER_ROOM, room_id="new@chatroom") == []
    assert chat.say("志愿者小冀", "/工单", VOLUNTEER_ROOM), "the old one is served when the bot is back in it"


def test_a_group_made_anew_under_its_name_takes_the_place_of_the_one_that_was_left(chat: Chat) -> None:
    at = chat.clock.now()
    chat.app.receive([RoomNamed("double", UNITS[0], at)])
    assert any("冒名" in line for line in chat.hear()), "as long as the account is in the first one"
    chat.app.receive([RoomLeft(UNITS[0], at), RoomNamed("new one", UNITS[0], at)])
    assert any("新建的同名群" in line for line in chat.hear())
    order(chat, "/通知 重要 17-1 今晚停水")
    send(chat)
    assert chat.channel.said[-1].room_id == "new one"
    chat.app.receive([RoomNamed(UNITS[0], UNITS[0], at)])
    assert any("冒名" in line for line in chat.hear()), "back in the old one it serves the new one still"


@pytest.mark.parametrize("how", ["继续", "补发"])
def test_at_night_what_goes_on_or_is_sent_again_waits_for_the_morning(chat: Chat, how: str) -> None:
    chat.clock.at = chat.clock.at.replace(hour=21, minute=50)
    order(chat, "/通知 17号楼 楼道消毒")
    send(chat)
    hear(chat, "/通知 暂停 1" if how == "继续" else "/通知 取消 1")
    chat.hear()
    chat.clock.at = chat.clock.at.replace(hour=23)
    hear(chat, f"/通知 {how} 1")
    lines = chat.hear()
    assert read(lines) == [] and "安静时间" in lines[0] and "07:00" in lines[0]
    assert sorted(line.partition(": ")[0] for line in read(pass_time(chat, hours=9))) == UNITS[1:]


def test_a_yes_to_what_somebody_else_took_back_is_answered(chat: Chat) -> None:
    chat.say("刘书记", "/通知 17-3 消毒", STAFF_ROOM)
    chat.say("网格员小安", "/通知 取消 1", STAFF_ROOM)
    assert chat.say("刘书记", "确认", STAFF_ROOM) == [
        f"{STAFF_ROOM}: @刘书记 通知1现在是「取消」，不用再确认。"
    ]
    assert chat.say("刘书记", "确认。", STAFF_ROOM) == [], "once"


def test_the_second_person_says_no_with_its_number(chat: Chat) -> None:
    chat.say("刘书记", "/通知 全社区 停水", "")
    chat.say("刘书记", "确认", "")
    assert any("通知1不发了" in line for line in chat.say("网格员小安", "不发 1", STAFF_ROOM))
    chat.clock.advance(seconds=11)
    assert read(chat.say("网格员小安", "确认 1", STAFF_ROOM)) == []


@pytest.mark.parametrize(
    "typed", ["更正 1：改到明晚", "更正1，改到明晚", "更正 通知1: 改到明晚", "改 1号 改到明晚"]
)
def test_ways_of_correcting(chat: Chat, typed: str) -> None:
    order(chat)
    hear(chat, f"/通知 {typed}")
    send(chat)
    assert (
        "【更正】" not in chat.channel.said[-1].text
        and "【重要通知】改到明晚\n" in chat.channel.said[-1].text
    )


@pytest.mark.parametrize(
    ("hour", "minute", "level", "warned"),
    [
        (21, 59, "", True),
        (21, 50, "", False),
        (21, 59, "重要 ", False),
    ],
)
def test_what_will_not_be_done_before_the_night_says_so(
    chat: Chat, hour: int, minute: int, level: str, warned: bool
) -> None:
    chat.clock.at = chat.clock.at.replace(hour=hour, minute=minute, second=30)
    (preview,) = chat.say("刘书记", f"/通知 {level}春晓苑 楼道消毒", STAFF_ROOM)
    assert ("来不及发的等到 11月17日 07:00" in preview) == warned


def test_a_correction_brings_its_own_pictures_and_says_when_the_old_ones_are_left_out(
    open_chat: Callable[..., Chat],
) -> None:
    chat = open_chat(takes_files=True)
    chat.say("刘书记", "", "", kind="image", id="old")
    chat.say("刘书记", "/通知 17-3 流程见图", "")
    chat.say("刘书记", "确认", "")
    pass_time(chat, minutes=1)
    (preview,) = chat.say("刘书记", "/通知 更正 1 流程改了", "")
    assert "更正里不再发" in preview
    chat.say("刘书记", "", "", kind="image", id="new")
    (preview,) = chat.say("刘书记", "/通知 更正 1 流程改了，见新图", "")
    assert "更正里不再发" not in preview and "1 张图片" in preview
    chat.clock.advance(seconds=11)
    chat.app.receive([chat.message("刘书记", "确认", "")])
    for _ in range(3):
        send(chat)
    assert [out.attachment for out in chat.channel.said if out.notice == 2] == ["", "new"]


def test_a_correction_without_a_number_means_the_one_that_was_just_sent_and_says_which(chat: Chat) -> None:
    order(chat)
    send(chat)
    preview = chat.say("刘书记", "/通知 更正 明天下午3点开始发菜", STAFF_ROOM)
    text = "".join(preview)
    assert "更正的是通知1（08:" in text and "发的「今晚停水」" in text and "明天下午3点开始发菜" in text
    hear(chat, "/通知 更正 3点改成4点发菜")
    assert "【通知2 预览】" in "".join(chat.hear())


def test_of_two_that_were_just_sent_it_asks_which(chat: Chat) -> None:
    for words in ("今晚停水", "明早停电"):
        order(chat, f"/通知 重要 17号楼 {words}")
        chat.hear()
    (line,) = chat.say("刘书记", "/通知 更正 停到九点", STAFF_ROOM)
    assert "更正哪一条" in line and "/通知 更正 1 新的话" in line and "/通知 更正 2 新的话" in line
    chat.clock.advance(hours=3)
    assert (
        "更正哪一条" in chat.say("刘书记", "/通知 更正 停到九点", STAFF_ROOM)[0]
    )  # of this morning: not guessed


@pytest.mark.parametrize(("word", "state"), [("取消", "cancelled"), ("暂停", "pending")])
def test_the_only_one_that_is_being_sent_is_stopped_without_its_number(
    chat: Chat, word: str, state: str
) -> None:
    order(chat)
    send(chat)
    chat.channel.said.clear()
    hear(chat, f"/通知 {word}")
    lines = chat.hear()
    assert read(lines) == [] and "通知1" in lines[0]
    assert sorted(states(chat, 1).values()) == sorted(["sent", state, state])


@pytest.mark.parametrize("words", ["快停下", "快停", "别发了", "先别发！", "等等，先停一下"])
@pytest.mark.parametrize("room", [STAFF_ROOM, ""])
def test_a_cry_to_stop_pauses_at_once_what_its_writer_is_sending(chat: Chat, words: str, room: str) -> None:
    order(chat)
    send(chat)
    chat.channel.said.clear()
    chat.clock.advance(seconds=11)
    lines = chat.say("刘书记", words, room)
    assert read(lines) == [] and "停下了，已发 1/3" in lines[0] and "更正 1 新的话" in lines[0]
    assert (
        chat.say("刘书记", words, STAFF_ROOM) == []
    )  # nothing is being sent any more: something else is meant


def test_another_worker_saying_so_stops_nothing(chat: Chat) -> None:
    order(chat)
    hear(chat, "别发了", "网格员小安")
    assert len(read(chat.hear())) == 3


def test_a_secretary_saying_so_stops_what_a_worker_is_sending(chat: Chat) -> None:
    hear(chat, "/通知 17号楼 今晚停水", "网格员小安")
    chat.hear()
    hear(chat, "确认", "网格员小安")
    send(chat)
    chat.channel.said.clear()
    hear(chat, "快停下")
    lines = chat.hear()
    assert read(lines) == [] and "停下了，已发 0/3" in "".join(lines)


def test_a_correction_that_is_shown_holds_what_waits_of_the_wrong_one(chat: Chat) -> None:
    order(chat, "/通知 紧急 17号楼 今晚停水")
    send(chat)
    chat.channel.said.clear()
    hear(chat, "/通知 更正 1 改成明晚")
    lines = chat.hear()
    assert read(lines) == [] and "没发到的群先停住" in "".join(lines)
    assert read(pass_time(chat, minutes=5)) == []
    hear(chat, "确认")
    lines = read(chat.hear())
    assert len(lines) == 3 and all("改成明晚" in line for line in lines)
    assert sorted(states(chat, 1).values()) == ["cancelled", "cancelled", "sent"]


@pytest.mark.parametrize("how", ["不发", ""])
def test_a_correction_that_is_dropped_or_never_confirmed_lets_the_first_one_go_on(
    chat: Chat, how: str
) -> None:
    order(chat)
    send(chat)
    hear(chat, "/通知 更正 1 改成明晚")
    chat.hear()
    if how:
        hear(chat, how)
    lines = pass_time(chat, hours=1)
    assert len(read(lines)) == 2 and any("通知1接着发，还有 2 条没发" in line for line in lines)


def test_refused_while_its_correction_is_shown_it_waits_with_the_others(chat: Chat) -> None:
    order(chat)
    send(chat, lambda: hear(chat, "/通知 更正 1 改成明晚"), failure=REFUSALS[0])
    assert read(pass_time(chat, minutes=5)) == []
    hear(chat, "确认")
    assert all("改成明晚" in line for line in read(pass_time(chat, minutes=5)))


def test_begun_by_its_time_while_its_correction_is_shown_nobody_reads_the_old_words(chat: Chat) -> None:
    hear(chat, "/通知 8:20 17号楼 今晚停水")
    chat.hear()
    hear(chat, "确认")
    chat.hear()
    pass_time(chat, minutes=15)
    hear(chat, "/通知 更正 1 改成明晚")
    chat.hear()
    assert read(pass_time(chat, minutes=8)) == []
    hear(chat, "确认")
    assert all("改成明晚" in line for line in read(pass_time(chat, minutes=5)))


def test_a_command_is_answered_before_the_groups_of_an_urgent_notice(chat: Chat) -> None:
    order(chat, "/通知 紧急 17号楼 今晚停水")
    hear(chat, "/通知 1")
    lines = chat.hear()
    assert lines[0].startswith(STAFF_ROOM) and len(read(lines[1:])) == 3

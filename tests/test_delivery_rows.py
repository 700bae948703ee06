"""What became of a notice in each group is known, told once at its end, and never guessed."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.channels.replay import shown
from bot.ledger.notices import UNSEEN, Notices
from bot.model.channel import GONE, MaybeSent, NotSent, Outgoing, RoomGone, TooFast, Unsendable
from bot.model.ledger import NewOutgoing
from bot.model.message import LoggedIn, RoomLeft, RoomNamed
from tests.conftest import STAFF_ROOM, UNIT_ROOM, Chat
from tests.posting import TEXT, UNIT_ROOMS, echo, pass_time, post, send_one, states

Open = Callable[..., Chat]


def reports(said: list[str]) -> list[str]:
    """What was said to the staff group."""
    return [line for line in said if line.startswith(STAFF_ROOM)]


def test_its_writer_reads_at_the_end_that_every_group_got_it(chat: Chat) -> None:
    number = post(chat)
    said = pass_time(chat, minutes=1)
    assert [line for line in said if TEXT in line] == [f"{room}: {TEXT}" for room in UNIT_ROOMS]
    assert reports(said) == [f"{STAFF_ROOM}: @刘书记 通知{number}发完了，5 个群都发到了，不到 1 分钟。"]
    assert pass_time(chat, hours=2) == [], "and nothing after it"


def test_written_in_private_it_is_reported_in_private(chat: Chat) -> None:
    number = post(chat, room_id="")
    assert f"私聊: 通知{number}发完了，5 个群都发到了，不到 1 分钟。" in pass_time(chat, minutes=1)


def test_of_notices_yaml_only_what_went_wrong_is_told_to_the_staff(chat: Chat) -> None:
    post(chat, by_id="", by_name="", room_id="")
    assert reports(pass_time(chat, minutes=1)) == []
    chat.channel.failures = [RoomGone(GONE)]
    number = post(chat, by_id="", by_name="", room_id="")
    told = reports(pass_time(chat, minutes=1))
    assert any(f"通知{number}已发 4 个群" in line for line in told)


def test_a_group_left_fails_at_once_and_the_others_go_on(chat: Chat) -> None:
    number = post(chat)
    send_one(chat)
    chat.app.receive([RoomLeft(UNIT_ROOM, chat.clock.now())])
    told = reports(pass_time(chat, minutes=1))
    assert told == [
        f"{STAFF_ROOM}: 小巷已不在「{UNIT_ROOM}」里了：被移出了，或者群解散了。等着发的 1 条没发出去，请人工转告；"
        "要小巷接着管这个群，请把它拉回来。",
        f"{STAFF_ROOM}: @刘书记 通知{number}已发 4 个群，不到 1 分钟。\n未发 1：{UNIT_ROOM}（{GONE}）。\n要补发：/通知 补发 {number}",
    ]
    assert states(chat, number)[UNIT_ROOM] == "failed"
    again = post(chat, UNIT_ROOM)
    assert TEXT not in "".join(pass_time(chat, minutes=1)), "nothing is tried in a group it has left"
    assert states(chat, again) == {UNIT_ROOM: "failed"}


@pytest.mark.parametrize("how", ["named", "heard"])
def test_back_in_the_group_it_is_served_again(chat: Chat, how: str) -> None:
    chat.app.receive([RoomLeft(UNIT_ROOM, chat.clock.now())])
    if how == "named":
        chat.app.receive([RoomNamed(UNIT_ROOM, UNIT_ROOM, chat.clock.now())])
    else:
        chat.say("王女士", "大家好")
    number = post(chat, UNIT_ROOM)
    pass_time(chat, minutes=1)
    assert states(chat, number) == {UNIT_ROOM: "sent"}


def test_left_twice_is_told_once(chat: Chat) -> None:
    for _ in range(2):
        chat.app.receive([RoomLeft(UNIT_ROOM, chat.clock.now())])
    assert len(reports(pass_time(chat, minutes=1))) == 1


def test_a_gateway_that_says_we_are_not_in_the_group_is_believed_at_the_first_word(chat: Chat) -> None:
    chat.channel.failures = [RoomGone(GONE)]
    number = post(chat, UNIT_ROOM)
    told = reports(pass_time(chat, minutes=1))
    assert f"小巷已不在「{UNIT_ROOM}」里了" in told[0] and f"通知{number}已发 0 个群" in told[1]
    assert chat.channel.failures == [] and states(chat, number) == {UNIT_ROOM: "failed"}


def test_an_alert_for_a_staff_group_that_is_gone_reaches_each_of_them_in_private(chat: Chat) -> None:
    chat.app.receive([RoomLeft(STAFF_ROOM, chat.clock.now())])
    said = chat.say("王女士", "我妈晕倒了没有呼吸，快来人")
    assert any(line.startswith("私聊: 【紧急") for line in said), said


def test_what_the_gateway_cannot_do_is_not_tried_eight_times(chat: Chat) -> None:
    chat.channel.failures = [Unsendable("网关不能转发文件")]
    number = post(chat, UNIT_ROOM, text="", attachments=("photo-1",))
    told = reports(pass_time(chat, minutes=1))
    assert f"未发 1：{UNIT_ROOM}（网关不能转发文件）。" in told[0]
    assert states(chat, number) == {UNIT_ROOM: "failed"}


def test_words_that_came_and_a_picture_that_did_not_are_told_apart(chat: Chat) -> None:
    post(chat, UNIT_ROOM, attachments=("photo-1",))
    send_one(chat)
    chat.channel.failures = [Unsendable("网关不能转发文件")]
    assert "图片或文件没发到：网关不能转发文件" in reports(pass_time(chat, minutes=1))[0]


def test_corrected_on_the_way_nobody_is_told_to_send_the_old_words_again(chat: Chat) -> None:
    old = post(chat)
    send_one(chat)
    new = post(chat, text="更正：改到明晚。", update_text="【更正】改到明晚。", corrects=old)
    told = reports(pass_time(chat, minutes=2))
    assert told == [f"{STAFF_ROOM}: @刘书记 通知{new}发完了，5 个群都发到了，不到 1 分钟。"]
    assert states(chat, old) == {UNIT_ROOMS[0]: "sent"} | dict.fromkeys(UNIT_ROOMS[1:], "cancelled")


def test_paused_when_nothing_is_left_it_is_done_all_the_same(chat: Chat) -> None:
    number = post(chat, UNIT_ROOM)
    send_one(chat)
    with chat.app.ledger.transaction():
        Notices(chat.app.ledger).change(number, chat.clock.now(), state="paused")
    assert len(reports(pass_time(chat, hours=2))) == 1


@pytest.mark.parametrize(
    ("attachment", "words"),
    [("photo-1", "〔转发 photo-1〕"), ("file:/a/图.png", "〔图片 /a/图.png〕"), ("", "好")],
)
def test_where_only_words_can_be_shown_a_picture_is_named(attachment: str, words: str) -> None:
    assert (
        shown(Outgoing(1, "notice", "r", "r", "", "" if attachment else "好", attachment=attachment)) == words
    )


def test_a_renamed_group_gets_its_notice(chat: Chat) -> None:
    number = post(chat)
    chat.app.receive([RoomNamed(UNIT_ROOM, "相亲相爱3单元", chat.clock.now())])
    pass_time(chat, minutes=1)
    assert set(states(chat, number).values()) == {"sent"}


def test_a_group_never_seen_holds_up_the_end_for_ten_minutes_and_then_gets_no_surprise(
    open_chat: Open,
) -> None:
    chat = open_chat(rooms=[STAFF_ROOM, *UNIT_ROOMS[:4]])
    number = post(chat)
    assert reports(pass_time(chat, minutes=9)) == []
    (row,) = [row for row in Notices(chat.app.ledger).rows(number) if row.room == UNIT_ROOM]
    assert (row.state, row.error) == ("pending", UNSEEN)
    assert (
        f"已发 4 个群，用了 10 分钟。\n未发 1：{UNIT_ROOM}（{UNSEEN}）。"
        in reports(pass_time(chat, minutes=2))[0]
    )
    chat.app.receive([RoomNamed(UNIT_ROOM, UNIT_ROOM, chat.clock.now())])
    assert pass_time(chat, minutes=5) == []


def test_a_group_seen_in_time_gets_it(open_chat: Open) -> None:
    chat = open_chat(rooms=[STAFF_ROOM, *UNIT_ROOMS[:4]])
    post(chat)
    pass_time(chat, minutes=5)
    chat.app.receive([RoomNamed(UNIT_ROOM, UNIT_ROOM, chat.clock.now())])
    assert "5 个群都发到了" in reports(pass_time(chat, minutes=1))[0]


def test_what_may_have_left_is_listed_apart_and_only_there(chat: Chat) -> None:
    chat.channel.failures = [MaybeSent("发送途中与网关失去联系")]
    number = post(chat)
    assert reports(pass_time(chat, minutes=2)) == [
        f"{STAFF_ROOM}: @刘书记 通知{number}已发 4 个群，不到 1 分钟。\n不确定 1：{UNIT_ROOMS[0]}，请到群里看一眼。"
    ]


def test_throttled_in_the_middle_is_told_once_and_nothing_is_lost(chat: Chat) -> None:
    number = post(chat)
    send_one(chat)
    chat.channel.failures = [TooFast("频繁"), TooFast("频繁")]
    told = reports(pass_time(chat, minutes=10))
    assert told == [
        f"{STAFF_ROOM}: @刘书记 微信说发得太快，通知{number}停 1 分钟再接着发，已发 1/5。",
        f"{STAFF_ROOM}: @刘书记 通知{number}发完了，5 个群都发到了，用了 3 分钟。",
    ]


def test_a_pause_of_an_hour_is_reminded_of_once_and_keeps_the_place(chat: Chat) -> None:
    number = post(chat)
    first = send_one(chat)
    book = Notices(chat.app.ledger)
    with chat.app.ledger.transaction():
        book.hold(number, "paused")
        book.change(number, chat.clock.now(), state="paused")
    assert pass_time(chat, minutes=59) == [f"{first}: {TEXT}"]
    assert reports(pass_time(chat, hours=3)) == [
        f"{STAFF_ROOM}: @刘书记 通知{number}还停着，已发 1/5。接着发：/通知 继续 {number}；不发了：/通知 取消 {number}"
    ]
    with chat.app.ledger.transaction():
        book.release(number, "paused")
        book.change(number, chat.clock.now(), state="sending")
    said = pass_time(chat, minutes=1)
    assert [line.split(":")[0] for line in said if TEXT in line] == list(UNIT_ROOMS[1:])


@pytest.mark.parametrize("sent_first", [True, False])
def test_the_echo_confirms_a_row_by_the_gateways_id(chat: Chat, sent_first: bool) -> None:
    number = post(chat, UNIT_ROOM)
    if sent_first:
        send_one(chat)
    (row,) = Notices(chat.app.ledger).rows(number)
    echo(chat, TEXT, UNIT_ROOM, id=f"sent-{row.row}")
    if not sent_first:
        send_one(chat)
        echo(chat, TEXT, UNIT_ROOM, id=f"sent-{row.row}")
    (row,) = Notices(chat.app.ledger).rows(number)
    assert (row.state, row.echoed) == ("sent", True)


def test_an_echo_of_other_words_or_another_group_confirms_nothing(chat: Chat) -> None:
    number = post(chat, UNIT_ROOM)
    send_one(chat)
    echo(chat, "别的话", UNIT_ROOM)
    echo(chat, TEXT, UNIT_ROOMS[0])
    assert not Notices(chat.app.ledger).rows(number)[0].echoed


@pytest.mark.parametrize("before", ["@王女士\u2005", "@王女士\u2005@李伯伯\u2005", "", " "])
def test_the_echo_of_words_unconfirmed_makes_them_sent(chat: Chat, before: str) -> None:
    number = post(chat, UNIT_ROOM)
    chat.channel.failures = [MaybeSent("断了")]
    send_one(chat)
    assert states(chat, number) == {UNIT_ROOM: "unconfirmed"}
    chat.clock.advance(seconds=20)
    echo(chat, before + TEXT, UNIT_ROOM)
    assert states(chat, number) == {UNIT_ROOM: "sent"}
    assert "1 个群都发到了" in reports(pass_time(chat, minutes=1))[0], "the report waited for it"


def test_an_echo_of_long_ago_confirms_nothing(chat: Chat) -> None:
    number = post(chat, UNIT_ROOM)
    chat.channel.failures = [MaybeSent("断了")]
    send_one(chat)
    chat.clock.advance(minutes=11)
    echo(chat, TEXT, UNIT_ROOM)
    assert states(chat, number) == {UNIT_ROOM: "unconfirmed"}


def claimed(chat: Chat, number: int) -> int:
    """Its one row is just leaving; its id."""
    (row,) = Notices(chat.app.ledger).rows(number)
    with chat.app.ledger.transaction():
        chat.app.ledger.execute("UPDATE outbox SET state = 'sending' WHERE id = ?", (row.row,))
    return row.row


def test_heard_before_the_process_was_killed_it_is_sent_not_unconfirmed(chat: Chat) -> None:
    heard, unheard = post(chat, UNIT_ROOM), post(chat, UNIT_ROOMS[0], text="另一条")
    claimed(chat, heard), claimed(chat, unheard)
    echo(chat, TEXT, UNIT_ROOM)
    rows = chat.app.assistant._books.outbox
    with chat.app.ledger.transaction():
        assert [out.room for out in rows.interrupted(chat.clock.now())] == [UNIT_ROOMS[0]]
    assert states(chat, heard) == {UNIT_ROOM: "sent"}
    assert states(chat, unheard) == {UNIT_ROOMS[0]: "unconfirmed"}


@pytest.mark.parametrize("error", [MaybeSent("断了"), NotSent("没有受理"), Unsendable("不能")])
def test_heard_while_it_was_leaving_it_is_sent_whatever_the_gateway_says_later(
    chat: Chat, error: Exception
) -> None:
    number = post(chat, UNIT_ROOM)

    async def send(out: object) -> str:
        echo(chat, TEXT, UNIT_ROOM)
        raise error

    chat.channel.send = send  # type: ignore[assignment]
    send_one(chat)
    assert states(chat, number) == {UNIT_ROOM: "sent"}


def test_a_picture_is_heard_by_its_kind(chat: Chat) -> None:
    number = post(chat, UNIT_ROOM, text="", attachments=("photo-1",))
    chat.channel.failures = [MaybeSent("断了")]
    send_one(chat)
    echo(chat, "", UNIT_ROOM, kind="image")
    assert states(chat, number) == {UNIT_ROOM: "sent"}


def queue(chat: Chat, kind: str, text: str, room: str = UNIT_ROOM, **extra: object) -> None:
    new = NewOutgoing(kind, room, room, "", text, (), None, "", chat.clock.now(), **extra)  # type: ignore[arg-type]
    with chat.app.ledger.transaction():
        chat.app.assistant._books.outbox.add(new)


@pytest.mark.parametrize(
    ("error", "told"), [(RoomGone(GONE), "【叫号没发到】"), (MaybeSent("断了"), "【叫号不确定】")]
)
def test_a_call_that_went_astray_is_told_at_once_with_its_group(
    chat: Chat, error: Exception, told: str
) -> None:
    chat.channel.failures = [error]
    queue(chat, "call", "请17号楼3单元下楼")
    lines = chat.hear()
    assert any(told + UNIT_ROOM in line and "请17号楼3单元下楼" in line for line in lines), lines


def test_other_words_that_failed_are_told_with_the_reason(chat: Chat) -> None:
    chat.channel.failures = [Unsendable("网关不能转发文件")]
    queue(chat, "reply", "好的")
    assert chat.hear() == [
        f"{STAFF_ROOM}: 有 1 条消息没发出去，请人工转告：\n{UNIT_ROOM}（网关不能转发文件）"
    ]


def test_an_emergency_overtakes_a_notice_within_one_send_at_the_configured_pace(open_chat: Open) -> None:
    chat = open_chat(paced=True)
    post(chat, *UNIT_ROOMS, "春晓苑居民群", "百合社区居民群")
    times = []

    async def send(out: object) -> str:
        times.append(chat.clock.now())
        chat.channel.said.append(out)  # type: ignore[arg-type]
        return ""

    chat.channel.send = send  # type: ignore[method-assign,assignment]
    send_one(chat)
    chat.app.receive([chat.message("王女士", "我妈晕倒了没有呼吸，快来人")])
    pass_time(chat, minutes=5)
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
    pace = chat.app.settings.pace
    assert len(times) >= 9 and all(gap >= pace.min_seconds for gap in gaps)


def test_the_alert_is_the_very_next_to_leave(chat: Chat) -> None:
    post(chat)
    assert send_one(chat) == UNIT_ROOMS[0]
    chat.app.receive([chat.message("王女士", "我妈晕倒了没有呼吸，快来人")])
    assert {send_one(chat), send_one(chat)} == {STAFF_ROOM, UNIT_ROOM}
    assert send_one(chat) == UNIT_ROOMS[1]


def test_alert_and_answer_of_an_ordinary_plea_are_before_an_urgent_notice_whose_writer_is_told_first(
    chat: Chat,
) -> None:
    chat.app.receive([chat.message("刘书记", "/通知 春晓苑 紧急 今晚停水，请马上接水", STAFF_ROOM)])
    assert send_one(chat) == STAFF_ROOM
    chat.clock.advance(minutes=1)
    chat.app.receive([chat.message("刘书记", "确认", STAFF_ROOM)])
    assert send_one(chat) == STAFF_ROOM and "开始发" in chat.channel.said[-1].text
    assert send_one(chat) == "春晓苑居民群"
    chat.app.receive([chat.message("王女士", "17-3-501 家里没有降压药了，能帮忙买吗")])
    assert send_one(chat) == STAFF_ROOM and chat.channel.said[-1].kind == "alert"
    assert send_one(chat) == "春晓苑17号楼3单元群" and chat.channel.said[-1].kind == "reply"
    assert send_one(chat) == "春晓苑1号楼群"


def test_rows_of_another_account_fail_with_a_reason_people_understand(chat: Chat) -> None:
    number = post(chat)
    with chat.app.ledger.transaction():
        chat.app.ledger.account = "another"
        chat.app.assistant._books.outbox.stranded(chat.clock.now() + timedelta(seconds=1))
        chat.app.ledger.account = "bot"
    assert {row.error for row in Notices(chat.app.ledger).rows(number)} == {"换了微信号"}


def test_a_killed_process_leaves_its_notice_to_the_next(open_chat: Open, tmp_path: object) -> None:
    path = tmp_path / "ledger.db"  # type: ignore[operator]
    first = open_chat(path)
    number = post(first)
    send_one(first)
    (row,) = [row for row in Notices(first.app.ledger).rows(number) if row.room == UNIT_ROOMS[1]]
    with first.app.ledger.transaction():
        first.app.ledger.execute("UPDATE outbox SET state = 'sending' WHERE id = ?", (row.row,))
    first.app.ledger.close()
    second = open_chat(path, at=first.clock.now() + timedelta(seconds=5))
    told = reports(pass_time(second, minutes=2))
    assert any("不确定" in line and f"{UNIT_ROOMS[1]} 通知{number}" in line for line in told)
    assert any(f"通知{number}已发 4 个群" in line and f"不确定 1：{UNIT_ROOMS[1]}" in line for line in told)
    second.app.receive([LoggedIn("bot", second.clock.now())])
    assert asyncio.run(second._send()) is None and second.channel.said == []

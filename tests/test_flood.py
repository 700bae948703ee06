"""In a surge what waits for the same people is said in fewer messages, and nothing is lost, doubled or said too late."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.channel import Brief, MaybeSent, NotSent, Outgoing, RoomGone, TooFast
from bot.model.ledger import NewOutgoing, Waiting
from bot.model.message import Message
from bot.outbox import ALERTS_APART, PATIENCE, TOGETHER
from bot.together import speaker
from tests.conftest import COMPOUND_ROOM, MORNING, STAFF_ROOM, UNIT_ROOM, Chat
from tests.test_outbox import Desk

NEEDS = ("家里没有降压药了，帮忙买两盒硝苯地平", "家里没菜没米了，求助", "水管爆了家里漏水，麻烦派人来修")
CRY = "我妈晕倒了没有呼吸，快来人"


TOOK_TOGETHER = 5
"""So many pleas a message says at least."""


def plead(chat: Chat, count: int, room: str = UNIT_ROOM, first: int = 0) -> None:
    """So many people of a group ask for something, all before anything is said."""
    chat.app.receive([chat.message(f"居民{n}", NEEDS[n % 3], room) for n in range(first, first + count)])


def outgoing(chat: Chat) -> list[Outgoing]:
    """Send all that may go now."""
    asyncio.run(chat._send())
    said = list(chat.channel.said)
    chat.channel.said.clear()
    return said


def play(chat: Chat) -> list[Outgoing]:
    """Send everything at the real pace, going forward in time."""

    async def work() -> None:
        while (step := chat.app.outbox.next_step(chat.clock.now())) is not None:
            if isinstance(step, Waiting):
                await chat.app.outbox.send(step)
            else:
                chat.clock.at = step

    asyncio.run(work())
    said = list(chat.channel.said)
    chat.channel.said.clear()
    return said


def states(chat: Chat, where: str = "1") -> dict[str, int]:
    rows = chat.app.ledger.execute(f"SELECT state, count(*) FROM outbox WHERE {where} GROUP BY state")
    return {state: int(count) for state, count in rows}


def test_a_few_tickets_are_told_one_by_one_as_ever(chat: Chat) -> None:
    plead(chat, ALERTS_APART)
    said = outgoing(chat)
    assert [out.text.count("【新工单") for out in said if out.kind == "alert"] == [1] * ALERTS_APART
    assert sum(out.kind == "reply" for out in said) == ALERTS_APART
    assert all("carrier" not in out.topic and out.ticket for out in said)


def test_many_tickets_are_one_message_that_names_each_the_urgent_first(chat: Chat) -> None:
    chat.app.receive(
        [
            *(chat.message(f"居民{n}", "家里没菜没米了，求助 13800138000") for n in range(4)),
            chat.message("赵先生", "我妈明天要去透析，需要车"),
        ]
    )
    first, *others = outgoing(chat)
    assert first.room == STAFF_ROOM and not any(out.kind == "alert" for out in others)
    head, urgent, *lines, foot = first.text.splitlines()
    assert head.startswith("【新工单 5 张】") and urgent.startswith(
        "A005 急·就医用车·春晓苑17号楼3单元 赵先生："
    )
    assert [line[:4] for line in lines] == ["A001", "A002", "A003", "A004"]
    assert all("买菜买米·春晓苑17号楼3单元" in line and "13800138000" in line for line in lines)
    assert "接单 5 1" in foot


def test_acknowledgements_that_wait_in_a_group_are_one_message_to_all_of_them(chat: Chat) -> None:
    plead(chat, 3)
    plead(chat, 1, COMPOUND_ROOM, first=7)
    chat.clock.advance(seconds=PATIENCE.total_seconds())
    acks = {out.room: out for out in outgoing(chat) if out.kind == "reply"}
    together = acks[UNIT_ROOM]
    assert [name for _, name in together.mentions] == ["居民0", "居民1", "居民2"]
    assert [line.split("（")[0] for line in together.text.splitlines()[1:]] == [
        "居民0：A001", "居民1：A002", "居民2：A003",
    ]  # fmt: skip
    assert acks[COMPOUND_ROOM].text.startswith("已登记 A004"), "who is alone reads what one always reads"


def test_what_is_still_to_be_asked_is_asked_in_the_line(chat: Chat) -> None:
    for n in range(2):
        chat.app.receive([chat.message(f"居民{n}", "家里没有降压药了，帮忙买药", COMPOUND_ROOM)])
    alone = [out.text for out in outgoing(chat) if out.kind == "reply"]
    question = "请问是几号楼几单元？"
    assert all(question in text for text in alone)
    for n in range(2, 4):
        chat.app.receive([chat.message(f"居民{n}", "家里没有降压药了，帮忙买药", COMPOUND_ROOM)])
    chat.clock.advance(seconds=20)
    (together,) = [out.text for out in outgoing(chat) if out.kind == "reply"]
    assert together.count(question) == 2


def test_an_emergency_is_alone_and_first(chat: Chat) -> None:
    plead(chat, 6)
    chat.app.receive([chat.message("王女士", CRY)])
    said = outgoing(chat)
    assert "【紧急 A007】" in said[0].text and "新工单" not in said[0].text
    assert not any("A007" in out.text for out in said if "张】" in out.text)
    assert next(out for out in said if out.kind == "reply").text.startswith("A007 已报值班人员")


def test_every_row_ends_as_the_message_did_that_said_it(chat: Chat) -> None:
    plead(chat, 5)
    outgoing(chat)
    assert states(chat) == {"sent": 5 + 5 + 1}
    carried = chat.app.ledger.execute(
        "SELECT count(*), count(DISTINCT carrier) FROM outbox WHERE carrier IS NOT NULL AND kind = 'alert'"
    ).fetchone()
    assert carried == (5, 1)
    counted = chat.app.ledger.execute("SELECT ticket FROM outbox WHERE topic LIKE 'bundle%'").fetchall()
    assert counted == [(None,)]


def test_one_who_says_it_is_mine_after_the_list_is_asked_which(chat: Chat) -> None:
    plead(chat, 4)
    outgoing(chat)
    (asked,) = chat.say("刘书记", "我来", STAFF_ROOM)
    assert all(f"A00{n}" in asked for n in (1, 2, 3, 4))
    taken = chat.say("刘书记", "接单 2 3", STAFF_ROOM)
    assert any("A002" in line and UNIT_ROOM in line for line in taken), "who asked is told"


@pytest.mark.parametrize("failure", [TooFast("操作过于频繁"), NotSent("busy")])
def test_what_did_not_leave_leaves_once_later(chat: Chat, failure: Exception) -> None:
    plead(chat, 5)
    chat.channel.failures = [failure]
    asyncio.run(chat.app.outbox.send(_next(chat)))
    assert states(chat, "kind = 'alert'") == {"pending": 5}
    chat.clock.advance(minutes=5)
    alerts = [out for out in outgoing(chat) if out.kind == "alert"]
    assert len(alerts) == 1 and all(f"A00{n}" in alerts[0].text for n in range(1, 6))
    assert states(chat, "kind = 'alert'") == {"sent": 6}


def test_a_list_that_may_have_left_is_unconfirmed_with_all_it_said_and_told(chat: Chat) -> None:
    plead(chat, 5)
    chat.channel.failures = [MaybeSent("no answer")]
    asyncio.run(chat.app.outbox.send(_next(chat)))
    assert states(chat, "kind = 'alert' AND ticket IS NOT NULL") == {"unconfirmed": 5}
    told = next(out for out in outgoing(chat) if out.kind == "alert")
    assert "不确定" in told.text and "A003、A001、A002、A004、A005" in told.text, "the urgent one first"


def test_heard_saying_it_confirms_all_that_it_said(chat: Chat) -> None:
    plead(chat, 5)
    chat.channel.failures = [MaybeSent("no answer")]
    row = _next(chat)
    asyncio.run(chat.app.outbox.send(row))
    words = chat.app.ledger.execute("SELECT text FROM outbox WHERE topic LIKE 'bundle%'").fetchone()[0]
    echo = Message("e1", chat.clock.now(), STAFF_ROOM, STAFF_ROOM, "bot", "小巷", words, sender_kind="self")
    chat.app.receive([echo])
    assert states(chat, "kind = 'alert' AND ticket IS NOT NULL") == {"sent": 5}


def test_a_room_that_is_gone_loses_nothing(chat: Chat) -> None:
    plead(chat, 4)
    chat.clock.advance(seconds=30)
    chat.channel.failures = [NotSent("alerts first"), RoomGone("小巷已不在这个群")]
    step = _next(chat)
    asyncio.run(chat.app.outbox.send(step))
    asyncio.run(chat.app.outbox.send(_next(chat)))
    assert states(chat, "kind = 'reply' AND ticket IS NOT NULL") == {"failed": 4}


def test_killed_while_it_left_all_of_it_is_unconfirmed_and_told(
    open_chat: Callable[..., Chat], tmp_path: Path
) -> None:
    chat = open_chat(tmp_path / "x.db")
    plead(chat, 5)

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    chat.channel.meanwhile = [die]
    with pytest.raises(Killed):
        asyncio.run(chat.app.outbox.send(_next(chat)))
    assert states(chat, "kind = 'alert'") == {"sending": 6}
    chat.app.ledger.close()
    again = open_chat(tmp_path / "x.db")
    assert states(again, "kind = 'alert' AND ticket IS NOT NULL") == {"unconfirmed": 5}
    lines = again.hear()
    assert any("有 1 条消息不确定" in line and "A001、A002" in line for line in lines)
    assert not any("【新工单" in line for line in lines), "never said twice"


def test_an_answer_that_is_behind_gets_its_turn_after_two_alerts() -> None:
    desk = Desk(paced=False)
    for n in range(3):
        desk.queue(f"reply {n}", room=f"r{n}")
    desk.clock.advance(seconds=PATIENCE.total_seconds())
    desk.queue("reply 3", room="r3")
    for n in range(6):
        desk.queue(f"alert {n}", room=f"s{n}", kind="alert")
    said = [text[0] for _, text in desk.drain()]
    assert "".join(said) == "aaraaraarr", "the one that has just been queued waits for the alerts"
    desk.ledger.close()


def test_three_hundred_pleas_at_the_real_pace_are_told_in_few_messages_and_nobody_is_left_out(
    open_chat: Callable[..., Chat],
) -> None:
    chat = open_chat(paced=True)
    rooms = [room for room in chat.app.assistant.room_names() if room.startswith("春晓苑") and "单元" in room]
    for n in range(300):
        chat.app.receive([chat.message(f"居民{n}", NEEDS[n % 3], rooms[n % len(rooms)])])
    said = play(chat)
    took = chat.clock.now() - MORNING
    assert len(said) <= 300 / TOOK_TOGETHER and took <= timedelta(minutes=5)
    assert {id_ for out in said if out.kind == "reply" for id_, _ in out.mentions} == {
        f"居民{n}" for n in range(300)
    }
    listed = "\n".join(out.text for out in said if out.kind == "alert")
    numbers = [
        row[0]
        for row in chat.app.ledger.execute("SELECT ticket FROM outbox WHERE kind = 'alert' AND ticket <> ''")
    ]
    assert len(numbers) == 300 and all(number in listed for number in numbers)
    assert all(len(out.text) <= 4000 and out.text.count("\n") <= TOGETHER + 2 for out in said)


def _next(chat: Chat) -> Waiting:
    step = chat.app.outbox.next_step(chat.clock.now())
    assert isinstance(step, Waiting)
    return step


def test_reminders_wait_for_the_answers_that_are_behind_and_leave_together() -> None:
    said_together: list[list[str]] = []

    def together(rows: Sequence[Waiting]) -> str:
        said_together.append([row.out.text for row in rows])
        return "together"

    desk = Desk(paced=False)
    desk.outbox._together = together
    for n in range(3):
        desk.queue(f"reply {n}", room=f"r{n}")
    desk.clock.advance(seconds=20)
    for n in range(3):
        late = Brief("take", f"A00{n} 到时限了")
        desk.rows.add(replace(NEW, at=desk.clock.now(), text=f"late {n}", brief=late))
    assert [text for _, text in desk.drain()][:3] == ["reply 0", "reply 1", "reply 2"]
    desk.queue("reply 3", room="r3")
    for n in range(3):
        late = Brief("take", f"A00{n} 到时限了")
        desk.rows.add(replace(NEW, at=desk.clock.now(), text=f"late {n}", brief=late))
    desk.clock.advance(minutes=3)
    assert sorted(text for _, text in desk.drain()) == ["reply 3", "together"], "three reminders, one message"
    assert said_together == [["late 0", "late 1", "late 2"]]
    desk.ledger.close()


NEW = NewOutgoing("alert", "staff", "staff", "", "", (), None, "", MORNING)


def test_of_many_that_are_late_the_first_are_named_and_all_are_counted(chat: Chat) -> None:
    rows = [
        Waiting(
            replace(OUT, id=n),
            MORNING,
            0,
            Brief("take", f"A{n:03} 买菜买米 到时限了\nA{n + 1:03} 买菜买米 到时限了"),
        )
        for n in range(1, 60, 2)
    ]
    text = speaker(chat.app.timekeeper._services.replies)([*rows, rows[0]])
    assert text.count("到时限了") == 20 and "还有 40 张，看全部：/工单 超时" in text


OUT = Outgoing(1, "alert", "r", "r", "", "")

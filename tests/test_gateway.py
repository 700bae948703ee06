"""The wechaty channel against the official gateway, with pretend rooms. Needs Node.js."""

import asyncio
import logging
import random
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.channels.wechaty import Patience, WechatyChannel
from bot.model.channel import MaybeSent, NotSent, Outgoing, TooFast
from bot.model.message import Deaf, Event, LoggedIn, Message, RoomNamed
from tests.gateway.pretend import BOT, SOON, TOKEN, PretendGateway, node, room

E = TypeVar("E", bound=Event)

UNIT = "17-3@chatroom"
STAFF = "staff@chatroom"
QUICK = Patience(ding=2, dong=4, call=5, send=4, deaf=2.5)


@pytest.fixture(scope="session", autouse=True)
def _packages() -> None:
    node()


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - real processes, real time


class Ear:
    """Keeps what was heard, and waits for more."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.of(Message)]

    async def until(self, enough: Callable[[], bool], seconds: float = SOON) -> None:
        async with asyncio.timeout(seconds):
            while not enough():
                self._news.clear()
                await self._news.wait()

    async def message(self, message_id: str) -> Message:
        await self.until(lambda: message_id in self.ids)
        return next(message for message in self.of(Message) if message.id == message_id)


@asynccontextmanager
async def running(gateway: PretendGateway, **options: Any) -> AsyncIterator[tuple[WechatyChannel, Ear]]:
    """A channel at work."""
    options = {"token": TOKEN, "patience": QUICK, "clock": WallClock(), "rng": random.Random(7)} | options
    channel, ear = WechatyChannel(gateway.endpoint, **options), Ear()
    task = asyncio.create_task(channel.run(ear))
    try:
        yield channel, ear
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(gateway: PretendGateway, **options: Any) -> AsyncIterator[tuple[WechatyChannel, Ear]]:
    """A channel at work that is ready."""
    async with running(gateway, **options) as (channel, ear):
        await hearing(channel)
        yield channel, ear


async def hearing(channel: WechatyChannel, seconds: float = SOON) -> float:
    """Wait until the channel is ready; returns how long that took, in seconds."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    await until(lambda: channel.ready, seconds)
    return loop.time() - start


async def until(so: Callable[[], bool], seconds: float = SOON) -> None:
    """Wait for a state that rings no bell."""
    async with asyncio.timeout(seconds):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def with_gateway(
    test: Callable[[PretendGateway], Coroutine[Any, Any, None]], *rooms: dict[str, Any], **options: Any
) -> None:
    async def play() -> None:
        async with PretendGateway(
            *(rooms or (room(UNIT, "17号楼3单元", wang="王女士"),)), **options
        ) as gateway:
            await test(gateway)

    asyncio.run(play())


def words(message_id: str, text: str = "在吗", **more: Any) -> dict[str, Any]:
    return {"id": message_id, "talkerId": "wang", "roomId": UNIT, "text": text} | more


def to_unit(text: str, **more: Any) -> Outgoing:
    return Outgoing(1, "reply", UNIT, "17号楼3单元", "", text, **more)


# What it hears


def test_a_message_is_heard_with_the_names_the_room_knows() -> None:
    async def play(gateway: PretendGateway) -> None:
        await gateway.order("alias", roomId=UNIT, contactId="wang", name="501 王(女士)*")
        async with listening(gateway) as (_, ear):
            await gateway.order("say", messages=[words("m1", "求助", mentionIdList=[BOT]), words("m2")])
            message = await ear.message("m1")
            assert (message.room_id, message.room) == (UNIT, "17号楼3单元")
            assert (message.sender_id, message.sender) == ("wang", "501 王(女士)*")
            assert (message.text, message.kind, message.sender_kind) == ("求助", "text", "person")
            assert message.mentions_bot
            assert not (await ear.message("m2")).mentions_bot
            assert ear.events[0] == LoggedIn(BOT, ear.events[0].at)  # type: ignore[union-attr]
            assert [(named.room_id, named.name) for named in ear.of(RoomNamed)] == [(UNIT, "17号楼3单元")]

    with_gateway(play)


def test_2000_messages_in_5_rooms_are_heard_once_each_and_in_order() -> None:
    rooms = [
        room(f"r{n}@chatroom", f"{n}号楼", **{f"p{n}-{m}": f"邻居{m}" for m in range(20)}) for n in range(5)
    ]

    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (_, ear):
            rng = random.Random(1)
            said = []
            for n in range(2000):
                r = rng.randrange(5)
                talker = f"p{r}-{rng.randrange(20)}"
                said.append(words(f"m{n}", f"第{n}条", roomId=f"r{r}@chatroom", talkerId=talker))
            await gateway.order("say", messages=said)
            await ear.until(lambda: len(ear.of(Message)) >= 2000, 60)
            heard = [(m.id, m.room_id, m.sender_id, m.text) for m in ear.of(Message)]
            assert heard == [(m["id"], m["roomId"], m["talkerId"], m["text"]) for m in said]
            assert all(m.sender.startswith("邻居") and m.room.endswith("号楼") for m in ear.of(Message))

    with_gateway(play, *rooms)


KINDS = [
    (0, "other"), (1, "file"), (2, "voice"), (3, "card"), (4, "chat_history"), (5, "emoticon"), (6, "image"),
    (8, "location"), (9, "mini_program"), (11, "transfer"), (12, "red_envelope"), (13, "recall"), (14, "url"),
    (15, "video"), (16, "url"), (99, "other"),
]  # fmt: skip


def test_every_kind_of_message_is_heard_and_only_words_are_text() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (_, ear):
            said = [words(f"k{number}", "<xml/>", type=number) for number, _ in KINDS]
            said += [
                words("note", "#接龙 1. 张三 大米10斤", type=10),
                words("notice", "张三邀请李四加入群聊", type=0, talkerId=""),
                words("notice2", "群公告", type=0, talkerId=UNIT),
                words("stranger", "我不在名单里", talkerId="nobody"),
                words("empty", ""),
                words("long", "长" * 20_000),
                words("odd", "😷\u202e\u0000\u0007\ud7ff 王.*(女士)"),
                words("last", roomId="gone@chatroom"),
            ]
            await gateway.order("say", messages=said)
            await ear.message("last")
            heard = {message.id: message for message in ear.of(Message)}
            assert ear.ids == [message["id"] for message in said]
            assert [(heard[f"k{n}"].kind, heard[f"k{n}"].text) for n, _ in KINDS] == [
                (k, "") for _, k in KINDS
            ]
            assert (heard["note"].kind, heard["note"].text) == ("group_note", "#接龙 1. 张三 大米10斤")
            for notice in (heard["notice"], heard["notice2"]):
                assert (notice.kind, notice.sender_kind, notice.sender_id) == ("system", "system", "")
            assert (heard["stranger"].sender, heard["stranger"].text) == ("", "我不在名单里")
            assert (heard["empty"].kind, heard["empty"].text) == ("text", "")
            assert len(heard["long"].text) == 20_000
            assert heard["odd"].text == "😷\u202e\u0000\u0007\ud7ff 王.*(女士)"
            assert (heard["last"].room_id, heard["last"].room) == ("gone@chatroom", "")

    with_gateway(play)


def test_private_words_official_accounts_and_its_own_words_are_told_apart() -> None:
    contacts = [{"id": "gov", "name": "百合发布", "type": 2}, {"id": "li", "name": "李书记"}]

    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, ear):
            private = {"roomId": "", "listenerId": BOT}
            said = [words("p", talkerId="li", **private), words("o", talkerId="gov", **private)]
            said += [words("g", talkerId="gh_0123", **private), words("w", talkerId="weixin", **private)]
            await gateway.order("say", messages=said)
            heard = [await ear.message(message_id) for message_id in "pogw"]
            assert [m.sender_kind for m in heard] == ["person", "official", "official", "official"]
            assert [m.private for m in heard] == [True] * 4
            assert (heard[0].sender, heard[0].room) == ("李书记", "")
            own = await ear.message(await channel.send(to_unit("收到")))
            assert (own.sender_kind, own.text) == ("self", "收到")

    with_gateway(play, contacts=contacts)


def test_renames_new_rooms_and_new_names_are_noticed() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (_, ear):
            await gateway.order("say", messages=[words("before")])
            assert (await ear.message("before")).sender == "王女士"
            await gateway.order("topic", roomId=UNIT, topic="17号楼3单元（新）")
            await gateway.order("alias", roomId=UNIT, contactId="wang", name="501王")
            await gateway.order("say", messages=[words("after")])
            after = await ear.message("after")
            assert (after.room, after.sender) == ("17号楼3单元（新）", "501王")
            await gateway.order("join", room=room(STAFF, "百合工作群", li="李书记"))
            await ear.until(lambda: len(ear.of(RoomNamed)) == 3)
            assert [named.name for named in ear.of(RoomNamed)] == [
                "17号楼3单元",
                "17号楼3单元（新）",
                "百合工作群",
            ]
            assert ear.events.index(ear.of(RoomNamed)[1]) < ear.events.index(after)

    with_gateway(play)


def test_a_message_the_gateway_holds_late_is_heard_and_one_it_never_holds_is_reported() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, ear):
            await gateway.order("refuse", times=1)
            await gateway.order("say", messages=[words("late")])
            await ear.message("late")
            await gateway.order("announce", ids=["ghost1", "ghost2"])
            await gateway.order("say", messages=[words("next")])
            await ear.message("next")
            assert ear.ids == ["late", "next"]
            assert [deaf.reason for deaf in ear.of(Deaf)] == ["网关没有给出 2 条消息的内容"]
            assert channel.lost == 2
            await gateway.order("announce", ids=["ghost3"])
            await ear.until(lambda: len(ear.of(Deaf)) == 2)

    with_gateway(play)


# How it comes back


def test_comes_back_after_the_stream_ends_and_tells_only_long_outages() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway, patience=Patience(ding=2, dong=4)) as (channel, ear):
            await gateway.order("say", messages=[words("one")])
            await ear.message("one")
            for n in range(3):
                await gateway.order("end")
                await ear.until(lambda n=n: len(ear.of(LoggedIn)) == n + 2)
                await hearing(channel)
                await gateway.order("say", messages=[words(f"after{n}")])
                await ear.message(f"after{n}")
            assert not ear.of(Deaf)
            assert ear.ids == ["one", "after0", "after1", "after2"]

    with_gateway(play)


def test_comes_back_after_kill_9_and_tells_from_when_to_when_it_was_deaf() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, ear):
            await gateway.order("say", messages=[words("one")])
            last = await ear.message("one")
            await gateway.kill()
            await asyncio.sleep(3)
            assert not channel.ready
            assert channel.deaf_since and channel.deaf_since >= last.at
            await gateway.start()
            assert await hearing(channel, 10) < 10
            await gateway.order("say", messages=[words("two")])
            await ear.message("two")
            [deaf] = ear.of(Deaf)
            assert deaf.since >= last.at and (deaf.until - deaf.since).total_seconds() >= 3
            assert channel.deaf_since is None
            assert ear.events.index(deaf) < ear.events.index(ear.of(Message)[-1])

    with_gateway(play)


def test_a_silent_stream_is_noticed_and_stays_an_outage_until_the_puppet_speaks_again() -> None:
    async def play(gateway: PretendGateway) -> None:
        patience = Patience(ding=0.5, dong=2, deaf=2.5)
        async with listening(gateway, patience=patience) as (channel, ear):
            await gateway.order("mute", on=True)
            await until(lambda: not channel.ready)
            since = channel.deaf_since
            await ear.until(
                lambda: len(ear.of(LoggedIn)) >= 2
            )  # it connects, is logged in, and hears nothing
            assert channel.deaf_since == since
            with pytest.raises(NotSent):
                await channel.send(to_unit("有人吗"))
            await gateway.order("mute", on=False)
            await ear.until(lambda: bool(ear.of(Deaf)))
            assert ear.of(Deaf)[0].since == since
            assert ear.of(Deaf)[0].reason == "网关没有回音"

    with_gateway(play)


def test_waits_for_a_gateway_that_is_not_there_and_for_an_account_that_is_not_logged_in() -> None:
    async def play() -> None:
        gateway = PretendGateway(room(UNIT, "17号楼3单元", wang="王女士"))
        async with running(gateway) as (channel, ear):
            await asyncio.sleep(1)
            assert channel.deaf_reason == "连不上网关" and not ear.events
            await asyncio.sleep(1.5)
            async with gateway:
                await hearing(channel)
                await gateway.order("logout")
                await asyncio.sleep(3)
                assert not channel.ready and channel.deaf_reason == "微信账号掉线了"
                with pytest.raises(NotSent):
                    await channel.send(to_unit("在"))
                await gateway.order("login")
                await hearing(channel)
                await ear.until(lambda: len(ear.of(Deaf)) == 2)
                assert [deaf.reason for deaf in ear.of(Deaf)] == ["连不上网关", "微信账号掉线了"]
                assert len(ear.of(LoggedIn)) == 2

    asyncio.run(play())


@pytest.mark.parametrize("kept", [True, False], ids=["messages kept on disk", "messages forgotten"])
def test_killed_five_times_under_load_what_was_announced_is_heard_or_reported(kept: bool) -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, ear):
            away, said = [], 0
            for _ in range(5):
                batch = [words(f"m{said + n}") for n in range(300)]
                await gateway.order("say", messages=batch)
                await ear.until(lambda said=said: ear.ids and int(ear.ids[-1][1:]) > said + 50)
                said += 300
                await gateway.kill()
                gateway.held += batch if kept else []
                await gateway.start()
                away.append(await hearing(channel, 10))
            await gateway.order("say", messages=[words("m9999")])
            await ear.message("m9999")
            numbers = [int(message_id[1:]) for message_id in ear.ids]
            assert numbers == sorted(set(numbers))
            assert max(away) < 10
            reported = [
                int(n) for deaf in ear.of(Deaf) for n in re.findall(r"没有给出 (\d+) 条", deaf.reason)
            ]
            assert sum(reported) == channel.lost
            assert not (kept and channel.lost)

    with_gateway(play)


def test_a_gateway_slow_to_give_messages_counts_as_deaf() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway, patience=replace(QUICK, slow=0.3)) as (channel, ear):
            assert channel.deaf_since is None and channel.deaf_reason == ""
            await gateway.order("stall")
            await gateway.order("say", messages=[words("m1")])
            await until(lambda: channel.deaf_since is not None)
            assert channel.ready and channel.deaf_reason == "网关给消息太慢"
            await gateway.order("unstall")
            await ear.message("m1")
            assert channel.deaf_since is None

    with_gateway(play)


def test_two_bots_on_one_gateway_the_second_waits_and_says_why() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with (
            listening(gateway) as (first, _),
            running(gateway) as (second, _),
            running(gateway, token="wrong") as (third, _),
        ):
            await until(lambda: "占用" in second.deaf_reason and "口令" in third.deaf_reason)
            assert first.ready and not second.ready and not third.ready

    with_gateway(play)


# What it says


def test_says_to_rooms_with_mentions_and_to_people() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, _):
            sent = await channel.send(to_unit("已登记 A023", mentions=(("wang", "王(女士)*"),)))
            await channel.send(Outgoing(2, "private", "", "", "wang", "您好"))
            assert [(said["to"], said["text"], said["mentions"]) for said in gateway.said] == [
                (UNIT, "@王(女士)*\u2005已登记 A023", ["wang"]),
                ("wang", "您好", []),
            ]
            assert sent == gateway.said[0]["id"]

    with_gateway(play)


def test_refusals_to_send_are_told_apart() -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, _):

            async def error(how: str) -> type[Exception]:
                await gateway.order("misbehave", how=[how])
                with pytest.raises((NotSent, MaybeSent)) as raised:
                    await channel.send(to_unit("一条"))
                return raised.type

            assert await error("发送失败：操作过于频繁，请稍后再试") is TooFast
            assert await error("rate limited") is TooFast
            assert await error("not logged in") is NotSent
            assert await error("something odd") is MaybeSent
            assert await error("hang") is MaybeSent
            with pytest.raises(NotSent):
                await channel.send(Outgoing(1, "reply", "nowhere@chatroom", "", "", "有人吗"))
            assert await channel.send(to_unit("好了"))
            assert [said["text"] for said in gateway.said] == ["好了"]
            assert await error("die") is MaybeSent
            await gateway.dead()
            with pytest.raises(NotSent):
                await channel.send(to_unit("没有网关"))
            assert [said["text"] for said in gateway.said] == ["好了", "一条"]

    with_gateway(play)


# What it keeps to itself


def test_logs_carry_no_words_and_no_names(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway) as (channel, ear):
            await gateway.order("say", messages=[words("m1", "机密的话")])
            await ear.message("m1")
            await gateway.order("announce", ids=["ghost"])
            await gateway.order("misbehave", how=["机密的话 could not be sent"])
            with pytest.raises(MaybeSent):
                await channel.send(to_unit("机密的话"))
            await gateway.order("topic", roomId=UNIT, topic="机密的群")
            await gateway.kill()
            await until(lambda: not channel.ready)

    caplog.set_level(logging.DEBUG, "xiaoxiang")
    caplog.set_level(logging.INFO)
    with_gateway(play)
    printed = "".join(capfd.readouterr()) + "".join(str(record.__dict__) for record in caplog.records)
    assert not [secret for secret in ("机密", "王女士", TOKEN) if secret in printed]
    ours = [record for record in caplog.records if record.name == "xiaoxiang.channel"]
    assert ours and all(getattr(record, "action", "") for record in ours)


def test_importing_leaves_no_folder_prints_nothing_and_opens_no_port(tmp_path: Path) -> None:
    program = """
import os, socket
environment = dict(os.environ)
def refuse(*_): raise SystemExit("a socket was opened")
socket.socket.listen = socket.socket.connect = refuse
from bot.channels.wechaty import WechatyChannel
class Clock:
    def now(self): return None
WechatyChannel("127.0.0.1:1", "secret-token", clock=Clock())
assert dict(os.environ) == environment
"""
    root = Path(__file__).parent.parent
    command = [sys.executable, "-W", "error", "-c", program]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "TOKEN": "x", "ENDPOINT": "y"},
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert not list(tmp_path.iterdir())


def test_the_line_can_be_encrypted(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("没有 openssl，做不出测试证书")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=gateway.test".split()
    command += ["-addext", "subjectAltName=DNS:gateway.test", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)

    async def play(gateway: PretendGateway) -> None:
        async with listening(gateway, tls_ca=cert, tls_name="gateway.test") as (channel, ear):
            await gateway.order("say", messages=[words("m1")])
            await ear.message("m1")
            await channel.send(to_unit("收到"))
        async with running(gateway, tls_ca=cert, tls_name="another.test") as (stranger, _):
            await asyncio.sleep(1)
            assert stranger.deaf_reason == "连不上网关"

    with_gateway(play, tls={"key": key.read_text(), "cert": cert.read_text()})

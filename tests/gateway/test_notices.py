"""Notices through the official gateway: each group once, whatever happens on the way. Needs Node.js."""

import asyncio
import hashlib
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, SystemClock
from bot.ledger.database import Ledger
from bot.ledger.notices import Notices
from bot.model.channel import GONE
from bot.model.notice import Notice
from tests.gateway.pretend import BOT, PretendGateway, node, room
from tests.gateway.stage import STAFF, UNITS, Process, at_work, configure, play, rows, until

TEXT = "今晚21点到23点停水，请提前接水。"
ROOMS = tuple(f"春晓苑{unit}群" for unit in UNITS)
IDS = [f"unit{n}@chatroom" for n in range(len(UNITS))]
KILLS = 8
PHOTO = {"id": "photo-1", "talkerId": "wxid_secretary", "listenerId": BOT, "type": 6, "text": ""}


@pytest.fixture(scope="session", autouse=True)
def _packages() -> None:
    node()


def write(ledger: Ledger, at: Any, *rooms: str, **fields: Any) -> int:
    """Write a notice of 刘书记 down that is due now; its number."""
    given = {"text": TEXT, "by_id": "wxid_secretary", "by_name": "刘书记", "room_id": STAFF, **fields}
    new = Notice(
        0,
        given.pop("text"),
        rooms or ROOMS,
        "春晓苑",
        "春晓苑",
        at,
        at,
        level="important",
        state="waiting",
        **given,
    )
    with ledger.transaction():
        notice = Notices(ledger).add(new)
    assert notice is not None
    return notice.id


def posted(app: App, *rooms: str, **fields: Any) -> int:
    """Have a notice begun now; its number."""
    number = write(app.ledger, app.clock.now(), *rooms, **fields)
    app.tick(app.clock.now())
    return number


def heard(gateway: PretendGateway, text: str = TEXT) -> Counter[str]:
    """How often each group read these words."""
    return Counter(said["to"] for said in gateway.said if said["text"] == text)


def told(gateway: PretendGateway, words: str) -> list[str]:
    """What the staff group read with these words in it."""
    return [said["text"] for said in gateway.said if said["to"] == STAFF and words in said["text"]]


async def reported(gateway: PretendGateway, number: int) -> str:
    """Wait for the report at the end of a notice."""
    await gateway.until(
        lambda: told(gateway, f"通知{number}发完") + told(gateway, f"通知{number}已发") != [], 60
    )
    return (told(gateway, f"通知{number}发完") + told(gateway, f"通知{number}已发"))[0]


def test_a_notice_reaches_its_five_groups_once_and_each_row_is_confirmed_by_the_echo(tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"

    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, database) as (app, _):
            await gateway.order("topic", roomId=IDS[0], topic="相亲相爱1单元")
            await gateway.order("leave", roomId=IDS[1], ids=["crowd-9"])  # somebody else
            await gateway.until(lambda: told(gateway, "相亲相爱1单元") != [])
            number = posted(app)
            assert "5 个群都发到了" in await reported(gateway, number)
            unheard = "SELECT 1 FROM outbox WHERE notice IS NOT NULL AND echoed_at IS NULL"
            await until(lambda: not rows(database, unheard), 20)
        assert heard(gateway) == Counter(IDS)

    play(scene)


def test_taken_out_of_a_group_in_the_middle_the_others_get_it_and_the_sender_reads_why(
    tmp_path: Path,
) -> None:
    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db") as (app, _):
            await gateway.order("leave", roomId=IDS[4], ids=[BOT])
            await gateway.until(lambda: told(gateway, "小巷已不在") != [])
            number = posted(app)
            report = await reported(gateway, number)
            assert f"通知{number}已发 4 个群" in report and f"未发 1：{ROOMS[4]}（{GONE}）" in report
            back = room(IDS[4], ROOMS[4])
            await gateway.order("join", room=back)
            await until(lambda: not rows(tmp_path / "ledger.db", "SELECT 1 FROM rooms WHERE left_at > 0"), 20)
            assert "1 个群都发到了" in await reported(gateway, posted(app, ROOMS[4]))
        assert heard(gateway) == Counter(IDS)

    play(scene)


def test_a_gateway_that_refuses_because_we_are_out_of_the_group_is_asked_once(tmp_path: Path) -> None:
    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db") as (app, _):
            await gateway.order("misbehave", how=["you have been removed from the group"])
            report = await reported(gateway, posted(app))
            assert f"未发 1：{ROOMS[0]}（{GONE}）" in report
        assert heard(gateway) == Counter(IDS[1:])
        assert len(told(gateway, f"小巷已不在「{ROOMS[0]}」")) == 1

    play(scene)


def test_throttled_in_the_middle_it_waits_and_goes_on(tmp_path: Path) -> None:
    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db") as (app, _):
            await gateway.order("misbehave", how=[None, None, "操作过于频繁，请稍后再试"])
            number = posted(app)
            assert "5 个群都发到了" in await reported(gateway, number)
        assert heard(gateway) == Counter(IDS)

    play(scene)


def test_a_picture_is_sent_on_and_a_file_arrives_whole(tmp_path: Path) -> None:
    poster = tmp_path / "海报.png"
    poster.write_bytes(random.Random(1).randbytes(300_000))

    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db") as (app, _):
            await gateway.order("say", messages=[PHOTO])
            posted(app, *ROOMS[:2], attachments=("photo-1", f"file:{poster}"))
            await gateway.until(lambda: sum("file" in said for said in gateway.said) == 2)
            unheard = "SELECT 1 FROM outbox WHERE notice IS NOT NULL AND echoed_at IS NULL"
            await until(lambda: not rows(tmp_path / "ledger.db", unheard), 20)
        for room_id in IDS[:2]:
            words, photo, file = [said for said in gateway.said if said["to"] == room_id]
            assert words["text"] == TEXT and photo["forward"] == "photo-1"
            md5 = hashlib.md5(poster.read_bytes(), usedforsecurity=False).hexdigest()
            assert file["file"] == {"name": "海报.png", "size": 300_000, "md5": md5}

    play(scene)


@pytest.mark.parametrize(
    ("attachment", "refusal", "reason"),
    [
        ("photo-1", "Wechaty Puppet Unsupported API Error.", "网关不能转发文件"),
        ("forgotten", None, "网关已经没有了"),
        ("file:/nowhere/海报.png", None, "要发的文件打不开"),
        ("file:{big}", None, "文件太大，网关不收"),
    ],
)
def test_what_cannot_be_sent_on_fails_at_once_and_says_why(
    tmp_path: Path, attachment: str, refusal: str | None, reason: str
) -> None:
    big = tmp_path / "big.mp4"
    big.write_bytes(bytes(3_500_000))

    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db") as (app, _):
            await gateway.order("say", messages=[PHOTO])
            await gateway.until(lambda: any(said["to"] == "wxid_secretary" for said in gateway.said))
            await gateway.order("misbehave", how=[None, refusal])
            number = posted(app, ROOMS[0], attachments=(attachment.format(big=big),))
            report = await reported(gateway, number)
            assert f"未发 1：{ROOMS[0]}（图片或文件没发到：" in report and reason in report
        assert heard(gateway) == Counter(IDS[:1])

    play(scene)


def test_killed_at_random_instants_while_a_notice_goes_out_no_group_twice_none_left_out(
    tmp_path: Path,
) -> None:
    killed_while_going_out(tmp_path, lambda number: f"第{number}号通知：{TEXT}")


def killed_while_going_out(folder: Path, words: Callable[[int], str]) -> None:
    """kill -9 of `xiaoxiang run` again and again; each time a new notice is due. Every group gets each of them once, or is
    listed as unconfirmed: in the ledger and to the staff."""
    rng, database = random.Random(5), folder / "var" / "xiaoxiang.db"

    async def scene(gateway: PretendGateway) -> None:
        process = Process(configure(folder, gateway, pace_seconds=0.2))
        numbers: list[int] = []
        try:
            await process.start()
            await process.listens(gateway, 0)
            await until(lambda: len(rows(database, "SELECT 1 FROM rooms")) > len(ROOMS), 20)
            await gateway.order("slow", ms=150)  # a kill often falls between a message and what becomes of it
            for run in range(KILLS):
                numbers.append(due_now(database, words(run)))
                begun = f"SELECT 1 FROM outbox WHERE notice = {numbers[-1]}"
                await until(lambda begun=begun: bool(rows(database, begun)), 20)
                await asyncio.sleep(rng.uniform(0, 1.2))
                await process.stop(signal.SIGKILL)
                await process.start()
                await process.listens(gateway, run + 1)
            await until(
                lambda: {state for (state,) in rows(database, "SELECT state FROM notices")} == {"done"}, 120
            )
        finally:
            await process.stop(signal.SIGTERM)
        check(database, gateway, numbers, words)

    play(scene)


def due_now(database: Path, text: str) -> int:
    """Write a notice down from outside, as /通知 would, while the bot runs."""
    ledger = Ledger(database, BOT)
    try:
        return write(ledger, SystemClock("Asia/Shanghai").now(), text=text)
    finally:
        ledger.close()


def check(database: Path, gateway: PretendGateway, numbers: list[int], words: Callable[[int], str]) -> None:
    """Each notice in each group: said once when sent, once at most when unconfirmed, and nothing else became of it."""
    ids = dict(zip(ROOMS, IDS, strict=True))
    unsure = 0
    for run, number in enumerate(numbers):
        said = heard(gateway, words(run))
        found = rows(database, f"SELECT room, state FROM outbox WHERE notice = {number} ORDER BY id")
        assert [name for name, _ in found] == list(ROOMS), "a row a group"
        for name, state in found:
            assert state in ("sent", "unconfirmed")
            assert said[ids[name]] == 1 if state == "sent" else said[ids[name]] <= 1
            unsure += state == "unconfirmed"
            if state == "unconfirmed":
                assert any(name in text for text in told(gateway, f"通知{number}已发")), "its writer reads it"
    print("unconfirmed", unsure, "of", len(numbers) * len(ROOMS))

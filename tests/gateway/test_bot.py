"""The whole bot through the official gateway: words in a group, rows in the ledger, words in the group. Needs Node.js."""

import asyncio
import random
import re
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.pretend import PretendGateway, node
from tests.gateway.stage import STAFF, UNITS, UNSETTLED, Process, at_work, back, configure, play, rows, until

KILLS = 30


@pytest.fixture(scope="session", autouse=True)
def _packages() -> None:
    node()


def talk(rng: random.Random, start: int, count: int, pleas: float) -> list[dict[str, Any]]:
    """Messages of a busy day, numbered; each plea by somebody who has not pleaded before."""
    said = []
    for number in range(start, start + count):
        unit = rng.randrange(len(UNITS))
        plea = rng.random() < pleas
        who = f"crowd-{unit}-{number if plea else rng.randrange(100)}"
        text = f"家里降压药没有了，需要买{number}盒" if plea else f"大家早上好呀{number}"
        said.append({"id": f"m{number:05}", "roomId": f"unit{unit}@chatroom", "talkerId": who, "text": text})
    return said


def by_room(pairs: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Grouped, in order."""
    grouped = defaultdict(list)
    for room_id, what in pairs:
        grouped[room_id].append(what)
    return grouped


def test_a_plea_becomes_a_row_an_answer_in_the_group_and_an_alert_to_the_staff(tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"

    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, database):
            plea = {
                "id": "m1",
                "roomId": "unit4@chatroom",
                "talkerId": "crowd-7",
                "text": "家里降压药没有了，需要买两盒",
            }
            await gateway.order("say", messages=[plea])
            await gateway.until(lambda: {STAFF, "unit4@chatroom"} <= {said["to"] for said in gateway.said})
        [(intent, requester, building, unit)] = rows(
            database, "SELECT intent, requester, building, unit FROM tickets"
        )
        assert (intent, requester, building, unit) == ("help.medicine", "邻居7", "17", "3")
        told = {said["to"]: said for said in gateway.said}
        assert told["unit4@chatroom"]["text"].startswith("@邻居7\u2005已登记 A001（17号楼3单元")
        assert told["unit4@chatroom"]["mentions"] == ["crowd-7"]
        assert told[STAFF]["text"].startswith("【新工单 A001】") and "两盒" in told[STAFF]["text"]

    play(scene)


def test_2000_messages_in_5_rooms_at_once_none_lost_none_doubled_in_order(tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"

    async def scene(gateway: PretendGateway) -> None:
        said = talk(random.Random(1), 0, 2000, pleas=0.1)
        pleas = [message for message in said if "盒" in message["text"]]
        async with at_work(gateway, database) as (app, _):
            await gateway.order("say", messages=said)
            await gateway.order("announce", ids=[message["id"] for message in said[::7]])  # some come again
            await until(lambda: len(rows(database, "SELECT 1 FROM tickets")) >= len(pleas), 90)
            await app.settled()
            await until(lambda: not rows(database, UNSETTLED), 90)
        assert rows(database, "SELECT id FROM messages ORDER BY id") == [(message["id"],) for message in said]
        tickets = rows(database, "SELECT room_id, message_id FROM tickets ORDER BY id")
        assert tickets == [(message["roomId"], message["id"]) for message in pleas]
        answered = by_room(
            (said["to"], who) for said in gateway.said if said["to"] != STAFF for who in said["mentions"]
        )
        assert answered == by_room((message["roomId"], message["talkerId"]) for message in pleas)
        told = [said["text"] for said in gateway.said if said["to"] == STAFF]
        numbers = Counter(number for text in told for number in re.findall(r"(?<!\w)A\d+", text))
        assert (len(numbers), set(numbers.values())) == (
            len(pleas),
            {1},
        )  # several in one message, none twice

    play(scene)


def test_gateway_killed_five_times_under_load_back_within_10_s_and_nothing_answered_twice(
    tmp_path: Path,
) -> None:
    database = tmp_path / "ledger.db"
    away: list[float] = []

    async def scene(gateway: PretendGateway) -> None:
        rng = random.Random(2)
        async with at_work(gateway, database) as (app, channel):
            for start in range(0, 1500, 300):
                said = talk(rng, start, 300, pleas=0.1)
                await gateway.order("say", messages=said)
                before = len(gateway.said)
                await gateway.until(
                    lambda before=before: len(gateway.said) > before + rng.randrange(5, 30), 30
                )
                await gateway.kill()
                gateway.held += said
                await gateway.start()
                away.append(await back(channel))
            await app.settled()
            await until(lambda: not rows(database, UNSETTLED), 60)
            assert channel.lost == 0
        check_ledger(database, gateway)
        print("back after", [round(seconds, 1) for seconds in away])
        assert max(away) < 10

    play(scene)


def check_ledger(database: Path, gateway: PretendGateway) -> None:
    """Each message one outcome, each plea one ticket with one answer and one alert, each row sent or unconfirmed."""
    tickets = rows(database, "SELECT message_id FROM tickets")
    pleas = rows(database, "SELECT id FROM messages WHERE outcome LIKE '%ticket%' OR outcome LIKE 'help%'")
    assert len(set(tickets)) == len(tickets) > 0
    assert sorted(tickets) == sorted(pleas)
    queued = rows(
        database, "SELECT message_id, kind, count(*) FROM outbox WHERE message_id <> '' GROUP BY 1, 2"
    )
    assert {(message_id, kind) for message_id, kind, _ in queued} == {
        (message_id, kind) for (message_id,) in tickets for kind in ("reply", "alert")
    }
    assert {count for *_, count in queued} == {1}
    states = Counter(state for (state,) in rows(database, "SELECT state FROM outbox"))
    assert set(states) <= {"sent", "unconfirmed"}
    said = Counter((said["to"], re.sub("^@.*\u2005", "", said["text"])) for said in gateway.said)
    for room_id, text, state in rows(
        database, "SELECT room_id, text, state FROM outbox WHERE message_id <> '' AND carrier IS NULL"
    ):
        assert said[room_id, text] == 1 if state == "sent" else said[room_id, text] <= 1
    for number, state, room_id, text, as_one in rows(
        database,
        "SELECT one.ticket, one.state, one.room_id, whole.text, whole.state FROM outbox one"
        " JOIN outbox whole ON whole.id = one.carrier",
    ):
        assert state == as_one and number in text  # said together with others, in one message
        assert said[room_id, text] == 1 if state == "sent" else said[room_id, text] <= 1
    reports = rows(database, "SELECT 1 FROM outbox WHERE kind = 'alert' AND text LIKE '%不确定有没有发出去%'")
    assert bool(reports) or not states["unconfirmed"]


def test_bot_killed_at_30_random_instants_under_load_each_message_has_one_outcome(tmp_path: Path) -> None:
    rng = random.Random(3)
    database = tmp_path / "var" / "xiaoxiang.db"

    async def scene(gateway: PretendGateway) -> None:
        said: list[dict[str, Any]] = []
        process = Process(configure(tmp_path, gateway))

        async def keep_talking() -> None:
            while True:
                said.extend(more := talk(rng, len(said), 4, pleas=0.1))
                await gateway.order("say", messages=more)
                await asyncio.sleep(0.1)

        talking = asyncio.create_task(keep_talking())
        try:
            for run in range(KILLS):
                await process.start()
                await process.listens(gateway, run)
                await asyncio.sleep(rng.uniform(0, 1))
                await process.stop(signal.SIGKILL)
            talking.cancel()
            await process.start()
            await process.listens(gateway, KILLS)
            await gateway.order("announce", ids=[message["id"] for message in said])  # all come again
            await until(lambda: len(rows(database, "SELECT 1 FROM messages")) == len(said), 60)
            await until(lambda: not rows(database, UNSETTLED), 60)
        finally:
            talking.cancel()
            await process.stop(signal.SIGTERM)
        check_ledger(database, gateway)

    play(scene)

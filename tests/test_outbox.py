"""Every outgoing message is a row with a state; pace, order and retries are the outbox's alone."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.ledger.database import Ledger
from bot.ledger.outbox import OutboxRows
from bot.model.channel import MaybeSent, NotSent, OutKind, TooFast
from bot.model.ledger import NewOutgoing, Waiting
from bot.model.settings import Pace
from bot.outbox import ATTEMPTS, Outbox, Pacer
from tests.conftest import MORNING, FakeChannel, FakeClock

PACE = Pace(min_seconds=1.5, max_seconds=4, per_room_seconds=3, per_minute=15, per_day=5, backoff_seconds=60)


class Desk:
    """An outbox on a ledger in memory."""

    def __init__(
        self, pace: Pace = PACE, paced: bool = True, rooms_without_residents: tuple[str, ...] = ()
    ) -> None:
        self.clock, self.channel = FakeClock(), FakeChannel(paced=paced)
        self.ledger = Ledger(None, "bot")
        self.rows = OutboxRows(self.ledger)
        self.told: list[str] = []
        self.outbox = Outbox(
            self.rows, self.ledger, self.channel, self.clock, random.Random(7), lambda: pace,
            lambda room_id: room_id in rooms_without_residents, lambda: frozenset({"55501234"}),
            lambda key, words, at: self.told.append(key),
            lambda state, out, error, at: self.told.append(state),
            lambda room_id, at: self.told.append(f"left {room_id}"),
        )  # fmt: skip

    def queue(self, text: str, room: str | None = "r1", kind: OutKind = "reply", to: str = "") -> int:
        return self.rows.add(NewOutgoing(kind, room, room or "", to, text, (), None, "", self.clock.now()))

    def drain(self) -> list[tuple[datetime, str]]:
        """Send everything, going forward in time as the pace demands: (when, text)."""
        said: list[tuple[datetime, str]] = []

        async def work() -> None:
            while (step := self.outbox.next_step(self.clock.now())) is not None:
                if isinstance(step, Waiting):
                    await self.outbox.send(step)
                    said.extend((self.clock.now(), out.text) for out in self.channel.said)
                    self.channel.said.clear()
                else:
                    assert step > self.clock.now()
                    self.clock.at = step

        asyncio.run(work())
        return said

    def states(self) -> list[str]:
        return [row[0] for row in self.ledger.execute("SELECT state FROM outbox ORDER BY id")]


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Desk]]:
    """Make a Desk; its ledger is closed afterwards."""
    desks: list[Desk] = []

    def make(*arguments: Any, **named: Any) -> Desk:
        desks.append(Desk(*arguments, **named))
        return desks[-1]

    yield make
    for desk in desks:
        desk.ledger.close()


def test_alerts_leave_first_then_replies_calls_notices_each_in_order(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(paced=False)
    for kind in ("notice", "call", "reply", "alert"):
        desk.queue(f"{kind} 1", kind=kind)  # type: ignore[arg-type]
        desk.queue(f"{kind} 2", kind=kind)  # type: ignore[arg-type]
    said = [text for _, text in desk.drain()]
    assert said == [f"{kind} {n}" for kind in ("alert", "reply", "call", "notice") for n in (1, 2)]


def test_distances_are_kept_for_the_account_and_for_the_room(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    for n in range(20):
        desk.queue(str(n), room=f"r{n % 4}")
    said = desk.drain()
    gaps = [(b - a).total_seconds() for (a, _), (b, _) in itertools.pairwise(said)]
    assert all(gap >= 1.5 for gap in gaps)
    assert len(set(gaps)) > 5, "jitter"
    for room in range(4):
        times = [at for at, text in said if int(text) % 4 == room]
        assert all((b - a).total_seconds() >= 3 for a, b in itertools.pairwise(times))


def test_no_more_than_so_many_in_any_minute(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(Pace(0, 0, 0, per_minute=15, per_day=0))
    for n in range(50):
        desk.queue(str(n), room=f"r{n}")
    times = [at for at, _ in desk.drain()]
    for at in times:
        assert sum(at <= other < at + timedelta(minutes=1) for other in times) <= 15


def test_a_full_day_warns_the_staff_once(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    for n in range(7):
        desk.queue(str(n), room=f"r{n}")
    assert len(desk.drain()) == 7
    assert desk.told == ["day_cap"]


def test_too_fast_backs_off_longer_each_time_and_loses_nothing(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.channel.failures = [TooFast("操作过于频繁"), TooFast("操作过于频繁")]
    desk.queue("hello")
    (at, text), *_ = desk.drain()
    assert text == "hello"
    assert at - MORNING >= timedelta(seconds=60 + 120)
    assert desk.states() == ["sent"]


def test_a_refused_message_is_tried_again_and_nothing_overtakes_it_in_its_room(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk(paced=False)
    desk.channel.failures = [NotSent("no")]
    desk.queue("first", room="r1")
    desk.queue("second", room="r1")
    desk.queue("elsewhere", room="r2")
    assert [text for _, text in desk.drain()] == ["elsewhere", "first", "second"]


def test_a_message_refused_again_and_again_fails_and_the_staff_are_told(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk(paced=False)
    desk.channel.failures = [NotSent("no")] * ATTEMPTS
    desk.queue("never")
    desk.queue("next")
    assert [text for _, text in desk.drain()] == ["next"]
    assert desk.states() == ["failed", "sent"]
    assert desk.told == ["failed"]


def test_what_may_have_gone_out_is_never_sent_again(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(paced=False)
    desk.channel.failures = [MaybeSent("broken")]
    desk.queue("perhaps")
    desk.queue("next")
    assert [text for _, text in desk.drain()] == ["next"]
    assert desk.states() == ["unconfirmed", "sent"]
    assert desk.told == ["unconfirmed"]


def test_rows_found_in_sending_at_the_start_become_unconfirmed(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(paced=False)
    row = desk.queue("killed while this left")
    desk.rows.claim(row, "killed while this left", "killed while this left")
    assert [out.id for out in desk.rows.interrupted(MORNING)] == [row]
    assert desk.states() == ["unconfirmed"]
    assert desk.drain() == []


def test_a_channel_that_lost_its_line_costs_no_attempt(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(paced=False)
    desk.channel.failures = [NotSent("not connected")]
    desk.channel.ready = False
    desk.queue("later")
    step = desk.outbox.next_step(desk.clock.now())
    assert isinstance(step, Waiting)
    asyncio.run(desk.outbox.send(step))
    (waiting,) = desk.rows.waiting(10)
    assert waiting.attempts == 0


def test_a_row_waits_for_its_room_to_be_seen(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(paced=False)
    desk.rows.add(NewOutgoing("alert", None, "百合社区工作群", "", "求助", (), None, "", MORNING))
    assert desk.drain() == [] and desk.outbox.waiting_for_rooms() == 1
    desk.rows.bind_room("百合社区工作群", "r9")
    assert [text for _, text in desk.drain()] == ["求助"]


def test_the_guard_sits_at_the_door(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(paced=False, rooms_without_residents=("staff",))
    secret = "王女士 13812345678 住17-3-501，值班 55501234"
    desk.queue(secret, room="residents")
    desk.queue(secret, room="unknown")
    desk.queue(secret, room="staff")
    desk.queue(secret, room="", kind="private", to="wxid")
    residents, unknown, staff, private = (text for _, text in desk.drain())
    assert (
        residents == unknown
        and "138" not in residents
        and "501，" not in residents
        and "55501234" in residents
    )
    assert staff == private == secret
    stored = [row[0] for row in desk.ledger.execute("SELECT text FROM outbox WHERE room_id = 'residents'")]
    assert stored == [residents], "the row says what really left"


def test_the_pace_is_taken_up_where_an_earlier_process_left_it(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    for n in range(5):
        row = desk.queue(str(n), room="r1")
        desk.rows.claim(row, str(n), str(n))
        desk.rows.settle(row, "sent", MORNING - timedelta(seconds=5 - n))
    desk.outbox.recall()
    desk.queue("sixth", room="r1")
    (at, _), *_ = desk.drain()
    assert at > MORNING
    assert desk.told == [], "the sixth of a day of five: the warning was given with the fifth"


def test_the_pace_is_asked_each_time_for_it_changes_with_the_mode() -> None:
    pace = [Pace(10, 10, 0, per_minute=0, per_day=0)]
    pacer = Pacer(lambda: pace[0], random.Random(1))
    pacer.sent(MORNING, "r")
    assert pacer.free_at(MORNING) == MORNING + timedelta(seconds=10)
    pace[0] = Pace(1, 1, 0, per_minute=0, per_day=0)
    pacer.sent(later := MORNING + timedelta(minutes=1), "r")
    assert pacer.free_at(later) == later + timedelta(seconds=1)


def test_pacer_forgets_an_old_minute() -> None:
    pacer = Pacer(lambda: Pace(0, 0, 0, per_minute=1, per_day=0), random.Random(1))
    pacer.sent(MORNING, "r")
    assert pacer.free_at(MORNING) == MORNING + timedelta(minutes=1)
    assert pacer.free_at(MORNING + timedelta(minutes=1)) == MORNING + timedelta(minutes=1)


def test_what_was_queued_before_the_clock_was_set_back_does_not_wait_for_that_hour(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk()
    desk.queue("one")
    desk.drain()
    desk.queue("two")
    desk.clock.advance(hours=-8)  # the machine took UTC for the local time
    assert [
        (when - MORNING + timedelta(hours=8) < timedelta(minutes=1), text) for when, text in desk.drain()
    ] == [(True, "two")]

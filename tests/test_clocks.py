"""The clocks of a ticket, computed from its audit rows: hours, pauses, limits, and what falls due when."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.settings import Desk, Limits
from bot.model.ticket import OPEN, EventKind, State, Step, Ticket
from handlers.tickets import clocks
from handlers.tickets.clocks import Due, dues, standing
from handlers.tickets.stopwatch import Hours, Stopwatch, joined

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = Hours(time(8), time(20), SHANGHAI)
DESK = Desk(
    limits={
        "default": Limits(take=30, finish=480, progress=120, night=240),
        "help.emergency": Limits(take=3, finish=60, progress=15, night=10),
    }
)
MOMENTS = st.integers(0, 7 * 24 * 3_600_000).map(
    lambda n: datetime(2022, 11, 14, tzinfo=SHANGHAI) + timedelta(milliseconds=n)
)
MINUTES = st.floats(0, 3000).map(lambda n: round(n, 2))
SPANS = st.lists(st.tuples(MOMENTS, st.floats(0, 900)), max_size=4)
HOURS = st.sampled_from(
    [None, DAY, Hours(time(0), time(23, 59), SHANGHAI), Hours(time(9, 30), time(12), SHANGHAI)]
)
INSTANT = timedelta(milliseconds=1)


def on(text: str, day: int = 16) -> datetime:
    """A time of a day in November 2022."""
    return datetime.combine(date(2022, 11, day), time.fromisoformat(text), SHANGHAI)


def paused(spans: Sequence[tuple[datetime, float]]) -> tuple[tuple[datetime, datetime], ...]:
    return joined([(begin, begin + timedelta(minutes=length)) for begin, length in spans])


@given(hours=HOURS, spans=SPANS, since=MOMENTS, minutes=MINUTES)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_at_the_moment_so_many_minutes_have_passed_and_not_before(
    hours: Hours | None, spans: list[tuple[datetime, float]], since: datetime, minutes: float
) -> None:
    watch = Stopwatch(hours, paused(spans))
    moment = watch.moment(since, minutes)
    assert moment >= since
    assert watch.passed(since, moment) == pytest.approx(minutes, abs=1e-4)
    if minutes and moment - since > INSTANT:
        assert watch.passed(since, moment - INSTANT) < minutes


@given(hours=HOURS, spans=SPANS, since=MOMENTS, first=MOMENTS, second=MOMENTS)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_a_clock_never_runs_backwards_nor_faster_than_time(
    hours: Hours | None,
    spans: list[tuple[datetime, float]],
    since: datetime,
    first: datetime,
    second: datetime,
) -> None:
    watch = Stopwatch(hours, paused(spans))
    early, late = sorted((first, second))
    more = watch.passed(since, late) - watch.passed(since, early)
    assert -1e-6 <= more <= (late - early) / timedelta(minutes=1) + 1e-6


@given(hours=HOURS, since=MOMENTS, begin=MOMENTS, length=st.floats(1, 900), until=MOMENTS)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_a_pause_never_counts(
    hours: Hours | None, since: datetime, begin: datetime, length: float, until: datetime
) -> None:
    end = begin + timedelta(minutes=length)
    watch = Stopwatch(hours, ((begin, end),))
    assert watch.passed(begin, end) == 0
    inside = Stopwatch(hours).passed(max(since, begin), min(until, end))
    assert watch.passed(since, until) == pytest.approx(
        Stopwatch(hours).passed(since, until) - inside, abs=1e-6
    )


@given(spans=SPANS)
@settings(derandomize=True, deadline=None)
def test_joined_pauses_are_in_order_and_apart(spans: list[tuple[datetime, float]]) -> None:
    one = paused(spans)
    assert all(begin < end for begin, end in one)
    assert all(a[1] < b[0] for a, b in pairwise(one))
    for begin, length in spans:
        middle = begin + timedelta(minutes=length) / 2
        assert length < 0.001 or any(a <= middle <= b for a, b in one)


@pytest.mark.parametrize(
    ("since", "minutes", "moment"),
    [
        (on("09:00"), 30, on("09:30")),
        (on("19:50"), 30, on("08:20", 17)),
        (on("23:00"), 30, on("08:30", 17)),
        (on("03:00"), 30, on("08:30")),
        (on("19:30"), 30, on("20:00")),
        (on("12:00"), 12 * 60, on("12:00", 17)),
    ],
)
def test_the_night_does_not_count_for_routine(since: datetime, minutes: float, moment: datetime) -> None:
    assert Stopwatch(DAY).moment(since, minutes) == moment


def ticket(state: State = "opened", intent: str = "help.supplies", urgent: bool = False) -> Ticket:
    owner = ("w1", "小安") if state in ("taken", "dispatched", "done") else ("", "")
    return Ticket(
        intent, "买菜", urgent, "r1", "群", "res", "王女士", "春晓苑", "17", "3", "", "", "", "菜", "A001", state,
        *owner, "", "", on("09:00"), on("09:00"),
    )  # fmt: skip


def step(
    at: datetime,
    kind: EventKind,
    after: State = "opened",
    before: State | None = None,
    who: str = "w1",
    note: str = "",
) -> Step:
    return Step(at, who, who, "", kind, before, after, "", "", "", "", note)


def opened(at: datetime) -> Step:
    return step(at, "opened", "opened", None, "res")


def due(one: Ticket, steps: list[Step], at: datetime | None = None) -> list[Due]:
    return dues(one, steps, DESK, SHANGHAI, at or steps[-1].at)


def at_of(what: str, found: list[Due]) -> datetime | None:
    return next((one.at for one in found if one.what == what), None)


def test_nobody_took_it_in_time() -> None:
    late = standing(ticket(), [opened(on("19:50"))], DESK, SHANGHAI, on("08:25", 17))
    assert (late.overdue, late.clock, round(late.minutes_late), late.due) == (
        True,
        "take",
        5,
        on("08:20", 17),
    )


def test_before_the_limit_it_is_in_time() -> None:
    fine = standing(ticket(), [opened(on("09:00"))], DESK, SHANGHAI, on("09:29"))
    assert (fine.overdue, fine.clock, fine.minutes_left, fine.waiting) == (False, "take", 1, False)


def test_an_urgent_ticket_counts_round_the_clock_by_the_shorter_limit() -> None:
    one = ticket(urgent=True)
    assert at_of("take", due(one, [opened(on("23:00"))])) == on("23:10")
    assert clocks.limits(ticket(intent="help.emergency"), DESK) == Limits(3, 60, 15, 10)


def test_a_closed_ticket_is_late_for_nothing() -> None:
    rows = [opened(on("09:00", 10)), step(on("09:00", 11), "moved", "declined", "opened")]
    assert not standing(ticket("declined"), rows, DESK, SHANGHAI, on("12:00")).overdue
    assert due(ticket("declined"), rows) == []


def test_the_clock_stands_still_while_the_resident_is_asked() -> None:
    rows = [opened(on("09:00")), step(on("09:10"), "asked")]
    waiting = standing(ticket(), rows, DESK, SHANGHAI, on("10:00"))
    assert (waiting.waiting, waiting.overdue, waiting.minutes_left) == (True, False, 20)
    assert at_of("take", due(ticket(), rows)) == on("11:30")  # 120 minutes at most
    rows.append(step(on("10:10"), "answered", who="res"))
    assert at_of("take", due(ticket(), rows)) == on("10:30")


def test_a_reopened_ticket_starts_anew() -> None:
    rows = [
        opened(on("09:00", 10)),
        step(on("09:05", 10), "moved", "taken", "opened"),
        step(on("10:00", 10), "moved", "done", "taken"),
        step(on("09:00"), "moved", "opened", "done", "res"),
    ]
    assert clocks.begun(rows) == clocks.queued(rows) == on("09:00")
    assert not standing(ticket(), rows, DESK, SHANGHAI, on("09:10")).overdue


def test_a_closing_taken_back_closed_nothing() -> None:
    rows = [
        opened(on("09:00")),
        step(on("09:05"), "moved", "done", "opened"),
        step(on("09:06"), "undone", "opened", "done"),
    ]
    assert clocks.begun(rows) == clocks.queued(rows) == on("09:00")


def test_a_claim_without_a_word_goes_back() -> None:
    rows = [opened(on("09:00")), step(on("09:05"), "moved", "taken", "opened")]
    assert at_of("return", due(ticket("taken"), rows)) == on("11:05")
    rows.append(step(on("11:00"), "progress", "taken"))
    assert at_of("return", due(ticket("taken"), rows)) == on("13:00")
    rows.append(step(on("12:00"), "asked", "taken"))
    assert at_of("return", due(ticket("taken"), rows)) == on("16:00")  # 120 of waiting first
    rows.append(step(on("12:30"), "urged", "taken", who="res"))
    assert at_of("return", due(ticket("taken"), rows)) == on("16:00")


def test_at_night_an_urgent_claim_has_its_own_patience() -> None:
    one = ticket("taken", "help.emergency", urgent=True)
    by_night = [opened(on("03:00")), step(on("03:01"), "moved", "taken", "opened")]
    by_day = [opened(on("09:00")), step(on("09:01"), "moved", "taken", "opened")]
    assert at_of("return", due(one, by_night)) == on("03:11")
    assert at_of("return", due(one, by_day)) == on("09:16")


def test_the_ladder_ends_with_all_staff() -> None:
    rows = [opened(on("09:00")), step(on("09:30"), "escalated", note="接单超时·书记")]
    assert at_of("take", due(ticket(), rows)) == on("09:45")
    assert clocks.climbed("take", rows) == ["书记"]
    rows.append(step(on("09:45"), "escalated", note="接单超时·全体"))
    assert at_of("take", due(ticket(), rows)) is None
    assert at_of("finish", due(ticket(), rows)) == on("17:45")  # nobody took it: 480 minutes of rest first


def test_the_ladder_begins_anew_for_whoever_takes_it_next() -> None:
    rows = [
        opened(on("09:00")),
        step(on("09:30"), "escalated", note="接单超时·全体"),
        step(on("09:40"), "moved", "taken", "opened"),
        step(on("11:40"), "returned", "opened", "taken", ""),
    ]
    assert at_of("take", due(ticket(), rows)) == on("12:10")


def test_an_emergency_is_called_again_and_then_climbs() -> None:
    one, rows = ticket(intent="help.emergency", urgent=True), [opened(on("03:00"))]
    assert [d for d in due(one, rows) if d.what != "finish"] == [Due("again", on("03:03"))]
    rows.append(step(on("03:03"), "reminded"))
    assert at_of("again", due(one, rows)) == on("03:06")
    rows.append(step(on("03:06"), "reminded"))
    assert [d for d in due(one, rows) if d.what != "finish"] == [Due("take", on("03:11"))]


def closed(at: datetime, who: str = "w1") -> list[Step]:
    return [opened(at - timedelta(hours=1)), step(at, "moved", "done", "opened", who)]


@pytest.mark.parametrize(
    ("steps", "now", "moment"),
    [
        (closed(on("15:00")), on("15:00"), on("09:00", 17)),
        (closed(on("02:00")), on("02:00"), on("09:00", 17)),
        (closed(on("15:00")), on("21:00", 17), on("09:00", 18)),
        (closed(on("15:00")), on("15:01", 19), None),
        (closed(on("15:00"), "res"), on("15:00"), None),
        ([*closed(on("15:00")), step(on("15:05"), "confirmed", "done")], on("15:05"), None),
        ([*closed(on("15:00")), step(on("09:00", 17), "checked", "done")], on("09:00", 17), None),
    ],
)
def test_whether_it_came_is_asked_once_the_next_day(
    steps: list[Step], now: datetime, moment: datetime | None
) -> None:
    found = due(ticket("done"), steps, now)
    assert at_of("check", found) == moment
    assert len(found) == (moment is not None)


def test_nobody_is_asked_whether_an_ambulance_was_received() -> None:
    assert due(ticket("done", "help.emergency", urgent=True), closed(on("15:00"))) == []


KINDS = st.sampled_from(["asked", "answered", "progress", "urged", "added", "escalated"])


@given(since=MOMENTS, noise=st.lists(st.tuples(KINDS, st.floats(0, 2000)), max_size=6), urgent=st.booleans())
@settings(derandomize=True, deadline=None, max_examples=200)
def test_it_is_overdue_from_the_moment_it_is_due(
    since: datetime, noise: list[tuple[EventKind, float]], urgent: bool
) -> None:
    rows = [opened(since)]
    for kind, later in sorted(noise, key=lambda one: one[1]):
        rows.append(step(since + timedelta(minutes=later), kind, note="接单超时·带班"))
    one = ticket(urgent=urgent)
    assert one.state in OPEN
    now = standing(one, rows, DESK, SHANGHAI, rows[-1].at)
    assert now.due is not None
    assert standing(one, rows, DESK, SHANGHAI, now.due + INSTANT).overdue
    if not now.overdue:
        before = standing(one, rows, DESK, SHANGHAI, now.due - INSTANT)
        assert not before.overdue

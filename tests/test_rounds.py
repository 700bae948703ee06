"""Rounds of testing: who is called in which order and when. What residents and staff read of it: test_calls.py."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.model.testing import Round, Stop
from handlers.testing import pacing
from handlers.testing.hours import read_hours
from handlers.testing.pacing import Line
from handlers.testing.stops import Spot, floors, in_order, latest, named, plan, present, sooner, upcoming

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2022, 11, 16, 6, 30, tzinfo=ZONE)


def spot(building: str, unit: str, households: int, *, per_floor: int = 4, compound: str = "春晓苑") -> Spot:
    rooms = tuple(f"{n // per_floor + 1}0{n % per_floor + 1}" for n in range(households))
    name = f"{building}号楼{unit}单元" if unit else f"{building}号楼"
    return Spot(name, ("百合社区", compound, f"{building}号楼", name), compound, building, unit, rooms)


def calls(stops: Sequence[Stop]) -> list[str]:
    """Each turn's calls: "1-1 1-2" are called together."""
    turns: dict[int, list[str]] = {}
    for stop in stops:
        where = "-".join(part for part in (stop.building, stop.unit) if part)
        turns.setdefault(stop.turn, []).append(f"{where}{floors(stop)}")
    return [" ".join(turn) for turn in turns.values()]


@pytest.mark.parametrize(
    ("spots", "batch", "expected"),
    [
        pytest.param([("1", "1", 20)], 20, ["1-1"], id="a unit is a batch"),
        pytest.param([("1", "1", 12), ("1", "2", 8), ("1", "3", 8)], 20, ["1-1 1-2", "1-3"], id="small ones together"),
        pytest.param([("1", "1", 8), ("2", "1", 8)], 20, ["1-1", "2-1"], id="never across buildings"),
        pytest.param([("1", "1", 30)], 20, ["1-1"], id="a little too large stays whole"),
        pytest.param([("1", "1", 48)], 20, ["1-11-4层", "1-15-8层", "1-19层及以上"], id="a large one by floors, evenly"),
        pytest.param([("5", "", 40)], 20, ["51-5层", "56层及以上"], id="a building without units by floors"),
        pytest.param([("1", "1", 0), ("1", "2", 0)], 20, ["1-1", "1-2"], id="unknown sizes go one by one"),
        pytest.param([("1", "1", 4), ("1", "2", 0)], 20, ["1-1", "1-2"], id="an unknown one joins nobody"),
    ],
)  # fmt: skip
def test_batches(spots: list[tuple[str, str, int]], batch: int, expected: list[str]) -> None:
    assert calls(plan([spot(*one) for one in spots], batch)) == expected


def test_every_household_is_called_once_however_a_unit_is_split() -> None:
    for households in range(0, 400, 7):
        for per_floor in (1, 2, 4, 9):
            stops = plan([spot("1", "1", households, per_floor=per_floor)], 20)
            assert sum(stop.households for stop in stops) == households
            assert [stop.place for stop in stops] == list(range(1, len(stops) + 1))
            edges = [(stop.first_floor, stop.last_floor) for stop in stops]
            if len(edges) > 1:
                assert edges[0][0] == 1
                assert edges[-1][1] is None
                assert all(after[0] == before[1] + 1 for before, after in pairwise(edges) if before[1])


def test_doors_that_name_no_floor_are_called_with_the_last_floors_or_the_unit_stays_whole() -> None:
    one = spot("1", "1", 48)
    few = Spot(one.node, one.path, one.compound, "1", "1", (*one.rooms, "东户"))
    assert [stop.households for stop in plan([few], 20)] == [16, 16, 17]
    many = Spot(one.node, one.path, one.compound, "1", "1", (*one.rooms, *("东户",) * 10))
    assert calls(plan([many], 20)) == ["1-1"]


def test_the_order_is_the_walk_but_for_what_the_settings_put_first() -> None:
    found = [spot("17", "1", 1), spot("2", "10", 1), spot("2", "9", 1), spot("B", "1", 1), spot("17", "3", 1)]
    plain = in_order(found, ["春晓苑"], ())
    assert [(one.building, one.unit) for one in plain] == [
        ("2", "9"),
        ("2", "10"),
        ("17", "1"),
        ("17", "3"),
        ("B", "1"),
    ]
    first = in_order(found, ["春晓苑"], ("17号楼3单元", "2号楼"))
    assert [(one.building, one.unit) for one in first][:3] == [("17", "3"), ("2", "9"), ("2", "10")]


def test_what_was_skipped_comes_last_and_what_is_wanted_comes_first() -> None:
    stops = plan([spot(building, "1", 20) for building in ("1", "2", "3", "4")], 20)
    changed = [_with(stops[0], state="skipped"), *stops[1:]]
    assert [turn[0].building for turn in upcoming(changed)] == ["2", "3", "4", "1"]
    turns = dict(sooner(changed, [changed[3]]))
    moved = [_with(stop, turn=turns.get(stop, stop.turn)) for stop in changed]
    assert [turn[0].building for turn in upcoming(moved)] == ["4", "2", "3", "1"]


def _with(stop: Stop, **fields: object) -> Stop:
    return replace(stop, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17-3", ["17-3"]), ("17号楼3单元", ["17-3"]), ("17#3", ["17-3"]), ("17栋3单元", ["17-3"]), ("十七号楼三单元", ["17-3"]),
        ("3号楼", ["3-1"]), ("三号楼", ["3-1"]), ("3-1", ["3-1"]), ("17号楼", ["17-1", "17-3"]), ("春晓苑17-3", ["17-3"]),
        ("91号楼3单元", []), ("17-2", []), ("17", []), ("和谐小区17-3", []), ("5号楼", []), ("和谐小区5号楼", ["5-1"]),
        ("a座", ["A-1"]), ("17-3-501", []), ("501", []), ("下一个", []),
    ],
)  # fmt: skip
def test_a_place_is_named_or_it_is_not(text: str, expected: list[str]) -> None:
    here = [("3", "1"), ("17", "1"), ("17", "3"), ("5", "1"), ("A", "1")]
    spots = [spot(*one, 4) for one in here] + [spot("5", "1", 4, compound="和谐小区")]
    found = named(text, plan(spots, 20))
    assert [f"{stop.building}-{stop.unit}" for stop in found] == expected


def a_round(**fields: object) -> Round:
    given: dict[str, object] = {"batch": 20, "minutes": 10, "started_at": AT} | fields
    return Round(1, "春晓苑", "第1轮", "北门", AT, AT + timedelta(hours=3), "running", created_at=AT, **given)  # type: ignore[arg-type]


def line(called: int = 0, seen: int = 0, lately: int = 0) -> Line:
    return Line(called, seen, lately, timedelta(minutes=20))


def called_stops(*turns: tuple[int, int, int | None]) -> list[Stop]:
    """(households, called after minutes, done after minutes or None)."""
    return [
        Stop(
            1, n, "", "春晓苑", str(n), "1", households, "called" if done is None else "done", turn=n,
            called_at=AT + timedelta(minutes=at), done_at=None if done is None else AT + timedelta(minutes=done),
        )
        for n, (households, at, done) in enumerate(turns, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stops", "reports", "minutes"),
    [
        pytest.param([], line(), 10, id="nothing known: as was reckoned"),
        pytest.param([(20, 0, 5)], line(), 7, id="one stretch is no speed"),
        pytest.param([(20, 0, 16)], line(), 16, id="slower than reckoned"),
        pytest.param([(20, 0, 90)], line(), 20, id="nobody waits for ever"),
        pytest.param([(20, 0, 2)], line(), 7, id="one early 下一个 does not set the pace"),
        pytest.param([(20, 0, 5), (20, 5, 10)], line(), 5, id="two of five minutes each"),
        pytest.param([(20, 0, 10), (20, 10, 12)], line(), 10, id="of two the slower"),
        pytest.param([(20, 0, 2), (20, 2, 4)], line(), 4, id="nobody is called at once"),
        pytest.param([(20, 0, 1)], line(), 10, id="two 下一个 in a minute are no speed"),
        pytest.param([(20, 0, None), (20, 10, 15)], line(), 7.5, id="what went by itself in between counts"),
        pytest.param([(20, 0, 15), (20, 10, None)], line(), 15, id="who was called later still stands in line"),
        pytest.param([(20, 0, 10), (20, 10, 20), (20, 20, None), (20, 30, None)], line(), 10, id="so do all after them"),
        pytest.param([(20, 0, 25), (20, 10, 20)], line(), 10, id="said late of the first: nothing new"),
        pytest.param([(60, 0, None)], line(60, 40, 40), 10, id="reports, twenty wait: two a minute"),
        pytest.param([(60, 0, None)], line(60, 55, 20), 10, id="no line: reports say how fast we call, not how fast they test"),
        pytest.param([(60, 0, None)], line(60, 12, 12), 10, id="too few report"),
    ],
)  # fmt: skip
def test_how_long_a_batch_takes(
    stops: list[tuple[int, int, int | None]], reports: Line, minutes: float
) -> None:
    one, known = a_round(), called_stops(*stops)
    turn = [spot_stop(20)]
    assert pacing.takes(one, turn, pacing.speed(one, known, reports)) == timedelta(minutes=minutes)


def spot_stop(households: int) -> Stop:
    return plan([spot("9", "9", households)], 200)[0]


def test_reports_of_a_long_line_slow_the_calls_down_but_never_stop_them() -> None:
    one, now = a_round(), called_stops((20, 0, None))
    crowd = line(called=100, seen=65)
    assert pacing.too_long(one, now, crowd, AT + timedelta(minutes=10))
    assert not pacing.too_long(one, now, crowd, AT + timedelta(minutes=20))
    assert not pacing.too_long(one, now, line(called=100, seen=80), AT + timedelta(minutes=10))
    assert not pacing.too_long(one, now, line(called=100, seen=12), AT + timedelta(minutes=10))


def test_a_list_far_behind_the_calls_slows_them_unless_the_speed_is_known() -> None:
    one, crowd = a_round(), line(called=145, seen=22)
    assert pacing.lags(one, called_stops((20, 0, None)), crowd)
    assert not pacing.lags(one, called_stops((20, 0, 10), (20, 10, 20)), crowd)
    assert not pacing.lags(one, [], line(called=145, seen=3)), "nobody keeps a list"
    assert not pacing.lags(one, [], line(called=40, seen=12)), "two batches stand in line"


def test_a_pause_is_not_taken_for_a_slow_line() -> None:
    paused = a_round(paused_at=AT + timedelta(minutes=5), resumed_at=AT + timedelta(minutes=65))
    assert pacing.speed(paused, called_stops((20, 0, 70)), line()) is None


def test_a_smaller_turn_takes_less_and_one_without_a_list_takes_a_batch() -> None:
    assert pacing.takes(a_round(), [spot_stop(10)], None) == timedelta(minutes=5)
    assert pacing.takes(a_round(), [spot_stop(0)], None) == timedelta(minutes=10)


def test_those_called_together_are_the_present_ones() -> None:
    known = called_stops((20, 0, None), (10, 10, None), (8, 10, 15))
    assert [stop.place for stop in latest(known)] == [2, 3]
    assert [stop.place for stop in present(known)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "begins", "ends", "rest"),
    [
        ("春晓苑 6:30-9:00 北门", "16 06:30", "16 09:00", "春晓苑 北门"),
        ("6:30到9点", "16 06:30", "16 09:00", ""),
        ("六点半到九点 北门", "16 06:30", "16 09:00", "北门"),
        ("6-9点", "16 06:00", "16 09:00", ""),
        ("下午2点-4点半", "16 14:00", "16 16:30", ""),
        ("明早6:30-9:00", "17 06:30", "17 09:00", ""),
        ("5:00-6:20", "17 05:00", "17 06:20", ""),
        ("晚上10点到1点", "16 22:00", "17 01:00", ""),
        ("17-3 6:30～9:00", "16 06:30", "16 09:00", "17-3"),
        ("17-3", None, None, "17-3"),
        ("3-12栋 北门", None, None, "3-12栋 北门"),
        ("25:00-26:00", None, None, "25:00-26:00"),
    ],
)
def test_hours_as_they_are_written(text: str, begins: str | None, ends: str | None, rest: str) -> None:
    found = read_hours(text, AT, ZONE)
    said = [moment and f"{moment:%d %H:%M}" for moment in (found.begins, found.ends)]
    assert [*said, " ".join(found.rest.split())] == [begins, ends, rest]


def test_a_new_end_alone() -> None:
    found = read_hours("到9:40", AT, ZONE, until=True)
    assert found.begins is None
    assert f"{found.ends:%H:%M}" == "09:40"

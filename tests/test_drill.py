"""The whole day of tests/drill.py: each group gets each notice once, each unit is called once in its own group, and at the
end no household is missing. And the drill would tell if it were not so."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.replay import Said
from bot.model.channel import Outgoing
from tests import drill

KILLS = 20
MINUTES = re.compile(r"大约 \d+ 分钟后")
"""How long it takes until the next call may differ by a minute after a kill."""


@pytest.fixture(scope="module")
def heard() -> list[Said]:
    return drill.play().heard


def test_the_day_goes_as_it_should(heard: list[Said]) -> None:
    assert drill.wrong(heard) == []


def test_the_community_is_as_large_as_it_is_said_to_be(tmp_path: Path) -> None:
    assert (len(drill.UNITS), len(drill.units())) == (5, 23)
    assert len(list(drill.households())) - 1 == 460
    drill.write(tmp_path)
    for name in ("bot.yaml", "households.csv", "day.jsonl"):
        written, kept = (folder / name for folder in (tmp_path, drill.FOLDER))
        assert written.read_bytes() == kept.read_bytes(), f"python -m tests.drill 没有写过 {name}"


def test_killed_twenty_times_the_same_calls_and_notices_once_each(heard: list[Said]) -> None:
    """Killed before the words left or after: nobody knows, so they are not said again, and the staff read where."""
    rng = random.Random(5)
    day = drill.play(kills=rng.sample(range(1, len(heard)), KILLS), seed=5)
    assert 0 < len(day.lost) < KILLS, "killed before, and killed after"
    residents = {one.out.room for one in heard} - {drill.STAFF, drill.VOLUNTEERS}

    def said(some: Iterable[Outgoing]) -> Counter[tuple[str, str]]:
        return Counter((out.room, MINUTES.sub("", out.text)) for out in some if out.room in residents)

    again = [*(one.out for one in day.heard), *day.lost]
    assert said(again) == said(one.out for one in heard)
    told = "\n".join(one.out.text for one in day.heard if one.out.room == drill.STAFF)
    unsure = [(room, text) for room, text, state in day.calls if state == "unconfirmed"]
    assert unsure
    for room, text in unsure:
        assert f"【叫号不确定】{room}" in told and text in told, (
            "though the process was killed while it was told"
        )
    assert [problem for problem in drill.wrong(day.heard) if "一户不漏" in problem] == []


def without(part: str) -> Callable[[list[Said]], list[Said]]:
    """One message of those that have this in them does not go out."""

    def change(heard: list[Said]) -> list[Said]:
        first = next(n for n, one in enumerate(heard) if part in one.out.text)
        return [*heard[:first], *heard[first + 1 :]]

    return change


def twice(part: str) -> Callable[[list[Said]], list[Said]]:
    def change(heard: list[Said]) -> list[Said]:
        first = next(one for one in heard if one.out.text.startswith(part))
        return [*heard, first]

    return change


def elsewhere(part: str, room: str) -> Callable[[list[Said]], list[Said]]:
    def change(heard: list[Said]) -> list[Said]:
        return [
            replace(one, out=replace(one.out, room=room)) if one.out.text.startswith(part) else one
            for one in heard
        ]

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without("防疫提示"), "08 点的政策通知少了"),
        (twice("【11月16日"), "08 点的政策通知多了"),
        (twice("17号楼3单元请准备"), "准备了 2 次"),
        (twice("17号楼3单元还有"), "一天 10 条"),
        (without("请17号楼3单元下楼"), "叫号的群或先后不对"),
        (twice("请17号楼3单元下楼"), "叫了 2 次"),
        (elsewhere("请3号楼1单元下楼", "春晓苑17号楼3单元群"), "叫号的群或先后不对"),
        (elsewhere("第3轮 春晓苑敲门名单", drill.COMPOUND), "说出了门牌"),
        (without("第3轮结束"), "最后没有一户不漏"),
    ],
    ids=[
        "lost",
        "twice",
        "warned twice",
        "too many",
        "not called",
        "called twice",
        "called elsewhere",
        "doors",
        "no end",
    ],
)
def test_the_drill_would_tell(
    heard: list[Said], change: Callable[[list[Said]], list[Said]], told: str
) -> None:
    assert [problem for problem in drill.wrong(change(heard)) if told in problem]

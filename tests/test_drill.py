"""The whole day of tests/drill.py: each group gets each notice once, each unit is called once in its own group, and at the
end no household is missing. And the drill would tell if it were not so."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.replay import Said
from tests import drill


@pytest.fixture(scope="module")
def heard() -> list[Said]:
    return drill.play()


def test_the_day_goes_as_it_should(heard: list[Said]) -> None:
    assert drill.wrong(heard) == []


def test_the_community_is_as_large_as_it_is_said_to_be(tmp_path: Path) -> None:
    assert (len(drill.UNITS), len(drill.units())) == (5, 23)
    assert len(list(drill.households())) - 1 == 460
    drill.write(tmp_path)
    for name in ("bot.yaml", "households.csv", "day.jsonl"):
        written, kept = (folder / name for folder in (tmp_path, drill.FOLDER))
        assert written.read_bytes() == kept.read_bytes(), f"python -m tests.drill 没有写过 {name}"


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
        (without("防疫提示"), "政策通知 5 条"),
        (without("请17号楼3单元下楼"), "叫号的群或先后不对"),
        (twice("请17号楼3单元下楼"), "叫了 2 次"),
        (elsewhere("请3号楼1单元下楼", "春晓苑17号楼3单元群"), "叫号的群或先后不对"),
        (elsewhere("第3轮 春晓苑敲门名单", drill.COMPOUND), "说出了门牌"),
        (without("第3轮结束"), "最后没有一户不漏"),
    ],
    ids=["lost", "not called", "called twice", "called elsewhere", "doors", "no end"],
)
def test_the_drill_would_tell(
    heard: list[Said], change: Callable[[list[Said]], list[Said]], told: str
) -> None:
    assert [problem for problem in drill.wrong(change(heard)) if told in problem]

"""Testing in a few words, for the card of a shift and the report of a day: what ran, how many are missing, what is planned."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.model.services import Services
from bot.model.testing import ROUND_STATES, Round
from handlers.testing import calling, preview
from handlers.testing.coverage import ratio, view

FORGOTTEN = timedelta(hours=12)
"""A round that nobody ended is told of for so long after its hours, not in every card for days."""
LOOKED_AT = 50
"""So many rounds are looked through, latest first."""


def of_shift(
    nodes: Collection[str] | None,
    begin: datetime,
    end: datetime,
    until: datetime,
    at: datetime,
    services: Services,
) -> list[str]:
    """The rounds that ran between begin and end, and those that are to begin before ``until``, a line each, earliest first.
    ``nodes``: the branches to look at; None: all."""
    lines = []
    for one in _rounds(nodes, services):
        if one.state == "planned" and one.begins < until:
            lines.append(f"{calling.title(one)} {preview.when(one, at, services)}，{one.place}")
        elif _ran(one, begin, end):
            state = _state(one, at, services)
            left = _missing(one, at, services)
            lines.append(
                f"{calling.title(one)} {state}，{_counted(one, at, services)}"
                + ("（/核酸 未测）" if left else "")
            )
    return lines


def of_day(
    nodes: Collection[str] | None, begin: datetime, end: datetime, at: datetime, services: Services
) -> str:
    """核酸：春晓苑第3轮 已测 97/100 户，还差 3 户。 Empty when no round ran between begin and end; drills do not count."""
    ran = [one for one in _rounds(nodes, services) if not one.drill and _ran(one, begin, end)]
    return (
        f"核酸：{'；'.join(f'{calling.title(one)} {_counted(one, at, services)}' for one in ran)}。"
        if ran
        else ""
    )


def _rounds(nodes: Collection[str] | None, services: Services) -> list[Round]:
    known = [one for one in services.rounds.latest(LOOKED_AT) if nodes is None or one.node in nodes]
    return sorted(known, key=lambda one: one.begins)


def _ran(one: Round, begin: datetime, end: datetime) -> bool:
    started = one.started_at or one.begins
    over = one.ended_at or one.ends + FORGOTTEN
    return one.state != "planned" and started < end and over > begin


def _state(one: Round, at: datetime, services: Services) -> str:
    if one.state == "running" and one.ends <= at:
        return "时间到了，还没结束"
    if one.state == "running" and not any(
        stop.state in ("waiting", "recalled") for stop in services.rounds.stops(one.id)
    ):
        return "都叫过一遍了"
    return ROUND_STATES[one.state]


def _counted(one: Round, at: datetime, services: Services) -> str:
    node = services.groups.find(one.node) or services.groups.root
    counted = view(one, [node], at, services)
    if not counted.standings:
        return f"记了 {len(services.coverage.marks(one.id))} 户（没有住户名单）"
    left = counted.tally.missing
    return f"已测 {ratio(counted.tally)} 户，{f'还差 {left} 户' if left else '齐了'}"


def _missing(one: Round, at: datetime, services: Services) -> int:
    node = services.groups.find(one.node) or services.groups.root
    return view(one, [node], at, services).tally.missing

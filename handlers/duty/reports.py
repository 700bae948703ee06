"""/日报: the day in the words the upper level wants, counted from the ledger."""

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from statistics import median

from bot.model.handling import Outcome, Request
from bot.model.report import Figures
from bot.model.services import Services
from handlers.days import read_day
from handlers.speaking import private_enough, to_sender
from handlers.testing import brief
from handlers.tickets.covered import meant

AT_DOOR = frozenset(
    f"help.{kind}"
    for kind in ("medical_visit", "medicine", "supplies", "parcel", "trash", "repair", "care", "home_testing", "emergency")
)  # fmt: skip
"""Kinds of help that somebody carries to the door: done, they count as a visit (上门)."""

_PAST = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "大前天": 3}


def show(request: Request, services: Services) -> Outcome:
    """/日报 [今天|昨天|11-20]: secretaries of the whole community, workers of their branch."""
    assert request.command is not None
    if not private_enough(request):
        return Outcome("refused:日报")
    at = request.message.at
    today = at.astimezone(services.zone).date()
    words = request.command.rest.strip()
    day = day_said(words, today)
    if day is None or day > today:
        text = services.replies("report_when", word=words)
        return Outcome("command:日报", (to_sender(request, text),))
    return Outcome("command:日报", (to_sender(request, _report(day, request, services)),))


def day_said(words: str, today: date) -> date | None:
    """Today, or the day in the past that is named; None when it is no day."""
    if not words:
        return today
    if words in _PAST:
        return today - timedelta(days=_PAST[words])
    found = read_day(words, today)
    if found is None:
        return None
    if re.fullmatch(r"\d{1,2}[日号]", words):  # of this month, or the last
        found = next(
            (day for back in range(62) if (day := today - timedelta(days=back)).day == int(words[:-1])), found
        )
    return found.replace(year=found.year - 1) if found > today and found.month > today.month else found


def _report(day: date, request: Request, services: Services) -> str:
    nodes = meant(request, services, "worker")
    begin = datetime.combine(day, time(), services.zone)
    end = datetime.combine(day + timedelta(days=1), time(), services.zone)
    now = request.message.at + timedelta(seconds=1)
    counted = figures(nodes, begin, min(end, now), services)
    testing = brief.of_day(nodes, begin, min(end, now), request.message.at, services)
    so_far = f"（到 {request.message.at.astimezone(services.zone):%H:%M}）" if end > now else ""
    return f"{day.month}月{day.day}日{so_far}，{_title(nodes, services)}{sentence(counted)}{testing}"


def sentence(counted: Figures) -> str:
    """The figures in the words the upper level wants."""
    urgent = f"（其中紧急 {counted.done_urgent} 起）" if counted.done_urgent else ""
    parts = [
        f"发布信息 {counted.posted} 条",
        f"回应咨询 {counted.answered} 次",
        f"解决实际困难 {counted.done} 起{urgent}",
        f"在办 {counted.open} 起",
        f"上门 {counted.done_at_door} 次",
    ]
    if counted.first_answers:
        parts.append(f"首次响应中位数 {_minutes(median(counted.first_answers))}")
    unanswered = f"没人回的问话 {counted.unanswered} 条。" if counted.unanswered else ""
    return f"{'、'.join(parts)}。新登记 {counted.opened} 起。{unanswered}"


def _minutes(minutes: float) -> str:
    return f"{round(minutes)} 分钟" if minutes >= 1 else "不到 1 分钟"


def figures(nodes: Collection[str] | None, since: datetime, until: datetime, services: Services) -> Figures:
    """What happened in these branches (None: everywhere) in that time."""
    waited = until - timedelta(minutes=services.desk.unanswered_minutes)
    return services.figures.of(nodes, _rooms(nodes, services), since, until, waited, AT_DOOR)


def _rooms(nodes: Collection[str] | None, services: Services) -> frozenset[str] | None:
    """The groups of these branches."""
    if nodes is None:
        return None
    found = [services.groups.find(name) for name in nodes]
    return frozenset(
        room
        for node in found
        if node
        for room in (node.room, node.staff_room, node.volunteer_room, node.isolation_room, node.landlord_room)
        if room
    )


def _title(nodes: Collection[str] | None, services: Services) -> str:
    """What the branches are called together."""
    if nodes is None:
        return services.groups.root.name
    tops = [
        node.name
        for node in services.groups.below(services.groups.root)
        if node.name in nodes and not any(above.name in nodes for above in services.groups.path(node)[:-1])
    ]
    return "、".join(tops)

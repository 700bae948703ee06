"""/交班: what one shift hands to the next, on demand and at every change of shifts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.duty import Shift
from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.lists import Sought
from bot.model.report import Figures
from bot.model.services import Services
from bot.model.tree import Node
from handlers.daily import due, mark
from handlers.duty.on_duty import on_duty, shift_at
from handlers.duty.reports import figures
from handlers.notices.quiet import PROMPT
from handlers.notices.timetable import goes, scheduled, timetable
from handlers.speaking import private_enough, to_sender
from handlers.testing import brief as testing
from handlers.tickets.covered import branch, meant
from handlers.tickets.lateness import work_out
from handlers.tickets.lists import brief
from handlers.unanswered import lines as unanswered_lines
from handlers.unanswered import waiting

NAME = "handover"

LATE = timedelta(hours=2)
"""A card that could not be posted in time is posted that much later at most."""

JUST_BEGUN = timedelta(minutes=30)
"""So long after the change of shifts, /交班 still tells of the shift that has ended."""

INSTANT = timedelta(milliseconds=1)
"""What is planned for the very moment of the change belongs to the shift that begins."""

LISTED = 5
"""So many tickets of a kind, and people, the card names."""

Branches = frozenset[str] | None


def show(request: Request, services: Services) -> Outcome:
    """/交班: the card of the present shift, or of the one that has just ended."""
    if not private_enough(request):
        return Outcome("refused:交班")
    at = request.message.at
    shift = shift_at(at, services.desk, services.zone)
    if at - shift.begins < JUST_BEGUN:
        shift = shift_at(shift.begins - timedelta(seconds=1), services.desk, services.zone)
    node = request.place.node if request.place else services.groups.root
    text = card(meant(request, services, "worker"), node, shift, at, services)
    return Outcome("command:交班", (to_sender(request, text),))


def card(nodes: Branches, node: Node, shift: Shift, at: datetime, services: Services) -> str:
    """The card for whoever works in these branches (None: everywhere). ``node``: whose roster is read."""
    work_out(services, at)
    end = min(at, shift.ends)
    counted = figures(nodes, shift.begins, max(end, shift.begins + timedelta(seconds=1)), services)
    open_ = services.lists.count(Sought(nodes), at)
    unanswered = waiting(nodes, at, services)
    isolated = [one for one in services.isolation.active(at) if nodes is None or one.node in nodes]
    following = _next_shift(node, shift, services)
    sends = "\n".join(
        part
        for part in (_rounds(nodes, shift, end, at, services), _sends(nodes, shift, at, services))
        if part
    )
    head = f"【交班】{_day(shift, services)}{shift.name}"
    if not (open_ or unanswered or isolated or counted.opened or counted.done):
        quiet = "。".join(part for part in (f"{head}：没有新工单，没有未办结的", following) if part) + "。"
        return "\n".join(part for part in (quiet, sends) if part)
    parts = [
        f"{head}：{_tally(counted, open_)}。",
        _emergencies(counted, nodes, at, services),
        *_tickets("没人接", Sought(nodes, which="untaken"), "待接", at, services),
        *_tickets("接了还没办好", Sought(nodes, which="taken", late=True), "超时", at, services),
        _held(nodes, at, services),
    ]
    if unanswered:
        parts += [f"没人回的问话 {len(unanswered)} 条（/未回）：", *unanswered_lines(unanswered, at, 3)]
    if isolated:
        parts.append(f"居家隔离 {len(isolated)} 户（/隔离）。")
    return "\n".join(part for part in (*parts, sends, f"{following}。" if following else "") if part)


def _tally(counted: Figures, open_: int) -> str:
    moved = f"新开 {counted.opened} 张，办结 {counted.done} 张"
    if not (counted.opened or counted.done):
        moved = "没有新工单"
    return f"{moved}，{f'还有 {open_} 张没办结' if open_ else '没有未办结的'}"


def _emergencies(counted: Figures, nodes: Branches, at: datetime, services: Services) -> str:
    left = services.lists.count(Sought(nodes, which="emergency"), at)
    if not counted.emergencies and not left:
        return ""
    state = f"还有 {left} 件没办结，请先看（/工单 急症）" if left else "都办结了"
    return f"急症火情 {counted.emergencies} 件，{state}。" if counted.emergencies else f"急症火情{state}。"


def _tickets(title: str, sought: Sought, word: str, at: datetime, services: Services) -> list[str]:
    """A heading with the counts, and the first of them. ``word`` behind /工单 shows them all."""
    total = services.lists.count(sought, at)
    if not total:
        return []
    overdue = services.lists.count(replace(sought, late=True), at)
    shown = services.lists.page(sought, at, LISTED)
    late = services.lists.overdue(shown, at)
    more = f"，先列 {LISTED} 张，全部看 /工单 {word}" if total > len(shown) else ""
    head = f"{title} {total} 张" + (f"，超时 {overdue} 张" if overdue else "")
    return [f"{head}{more}：", *(brief(ticket, services, at, late=ticket.number in late) for ticket in shown)]


def _held(nodes: Branches, at: datetime, services: Services) -> str:
    loads = services.lists.loads(Sought(nodes), at)
    if not loads:
        return ""
    people = "，".join(
        f"{load.name} {load.held} 张" + (f"（超时 {load.overdue}）" if load.overdue else "")
        for load in loads[:LISTED]
    )
    more = f"，还有 {len(loads) - LISTED} 人" if len(loads) > LISTED else ""
    return f"在手上：{people}{more}。"


def _next_shift(node: Node, shift: Shift, services: Services) -> str:
    """Who comes next, by the roster; empty without one."""
    following = shift_at(shift.ends, services.desk, services.zone)
    people = on_duty(node, shift.ends, services)
    if not people:
        return ""
    first, *others = [person.name for person in people]
    return f"接班（{following.name}）：{first}带班" + (f"，还有{'、'.join(others)}" if others else "")


def _rounds(nodes: Branches, shift: Shift, end: datetime, at: datetime, services: Services) -> str:
    """The testing of this shift, with how many are missing, and that of the next one."""
    until = shift_at(shift.ends, services.desk, services.zone).ends
    lines = testing.of_shift(nodes, shift.begins, end, until, at, services)
    return f"核酸：{'；'.join(lines)}。" if lines else ""


def _sends(nodes: Branches, shift: Shift, at: datetime, services: Services) -> str:
    """The notices that go out during the next shift, those of notices.yaml and those that wait for their time. What is past
    when the card comes late is told by those who drop it or catch it up."""
    begin = at if at - shift.ends > PROMPT else shift.ends
    until = shift_at(shift.ends, services.desk, services.zone).ends
    planned = scheduled(begin - INSTANT, until - INSTANT, services)
    kept = [one for one in services.notices.in_state("waiting") if begin <= goes(one) < until]
    ours = [one for one in (*planned, *kept) if nodes is None or one.node in nodes]
    shown = timetable(ours, begin, services)
    more = f"；还有 {len(shown) - LISTED} 样" if len(shown) > LISTED else ""
    return f"下一班要发的通知：{'；'.join(shown[:LISTED])}{more}。" if shown else ""


def _day(shift: Shift, services: Services) -> str:
    return f"{shift.day.month}月{shift.day.day}日"


def _due(services: Services) -> datetime | None:
    return due(NAME, services.desk.shifts, LATE, services)


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    planned = _due(services) or at
    mark(NAME, services.desk.shifts, LATE, at, services)
    shift = shift_at(planned - timedelta(seconds=1), services.desk, services.zone)
    nodes = services.groups.below(services.groups.root)
    return [
        Reply(card(_branches(node, services), node, shift, at, services), "alert", "staff", node=node.name)
        for node in nodes
        if node.staff_room
    ]


def _branches(node: Node, services: Services) -> Branches:
    return None if node.name == services.groups.root.name else branch(node, services)


RING = Ring(NAME, _due, _ring)
"""Posts the card to every staff group when one shift hands over to the next."""

"""/值班: who is on duty now and next, and setting the roster."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.model.duty import OnDuty, Shift
from bot.model.handling import Outcome, Request
from bot.model.people import Person
from bot.model.services import Services
from bot.model.tree import Node
from handlers.authority import may
from handlers.branches import branch_said, colleagues, own_branch, tokens
from handlers.days import day_title, read_days
from handlers.duty.on_duty import clock_time, shift_at, shift_names, stand_in
from handlers.duty.owners import place_title
from handlers.speaking import to_sender

_SHIFT = re.compile(r"白班|中班|夜班|晚班|早班|日班|全天|整天|一整天")
_SHIFTS = {"晚班": "夜班", "早班": "白班", "日班": "白班", "整天": "全天", "一整天": "全天"}
_SET = re.compile(r"^(设置?|安排|排班|排|改|定)[\s:：]*")
_CLEAR = re.compile(r"^(清空|清除|清|取消|删除|删)[\s:：]*")

ALL_DAY = "全天"


@dataclass
class Said:
    """What a /值班 设 names."""

    day: date | None = None
    shift: str = ""
    node: Node | None = None
    names: list[str] = field(default_factory=list)
    lead: str = ""
    """The name after or before 带班."""


def duty(request: Request, services: Services) -> Outcome:
    """/值班 shows who is on duty; /值班 设 … sets it, /值班 清 … clears it."""
    assert request.command is not None
    raw = request.command.raw
    if found := _SET.match(raw):
        return _answer(request, _set(raw[found.end() :], request, services))
    if found := _CLEAR.match(raw):
        return _answer(request, _clear(raw[found.end() :], request, services))
    if "@" in raw:  # 值班 今天夜班 @小安: 设 forgotten
        return _answer(request, _set(raw, request, services))
    return _answer(request, _shown(raw, request, services))


def _answer(request: Request, text: str) -> Outcome:
    return Outcome("command:值班", (to_sender(request, text),))


def _shown(raw: str, request: Request, services: Services) -> str:
    """The running shift and the next one; or the shifts of the day that was named."""
    at = request.message.at
    now = shift_at(at, services.desk, services.zone)
    today = at.astimezone(services.zone).date()
    day = read_days(raw, today).first
    following = shift_at(now.ends, services.desk, services.zone)
    shifts = [now, following] if day is None else _of_day(day, services)
    parts = [_shift_lines(shift, now, at, services) for shift in shifts]
    if not any(lines for _, lines in parts):
        return services.replies("duty_none")
    return "\n".join(line for head, lines in parts for line in (head, *(lines or ["还没排班"])))


def _of_day(day: date, services: Services) -> list[Shift]:
    first = datetime.combine(day, clock_time(min(services.desk.shifts, default="08:00")), services.zone)
    shifts = [shift_at(first, services.desk, services.zone)]
    while shifts[-1].ends < first + timedelta(days=1):
        shifts.append(shift_at(shifts[-1].ends, services.desk, services.zone))
    return shifts


def _shift_lines(shift: Shift, now: Shift, at: datetime, services: Services) -> tuple[str, list[str]]:
    """A shift's heading and its roster, branch by branch."""
    running = "现在" if shift == now else day_title(shift.day, at.astimezone(services.zone).date())
    begins, ends = (moment.astimezone(services.zone) for moment in (shift.begins, shift.ends))
    head = f"{shift.name} {begins:%H:%M}-{'次日 ' if ends.date() > shift.day else ''}{ends:%H:%M} {running}"
    all_lines = services.duty.duty(shift.day)
    at = at if shift == now else shift.begins
    loads = services.tickets.loads() if shift == now else None
    shown = []
    for node in services.groups.below(services.groups.root):
        here = [line for line in all_lines if line.node == node.name]
        named = [line for line in here if line.shift == shift.name] or [
            line for line in here if not line.shift
        ]
        if named:
            ordered = sorted(named, key=lambda line: not line.lead)
            people = "、".join(_person(line, n == 0, at, loads, services) for n, line in enumerate(ordered))
            shown.append(f"{place_title(node, services)}：{people}")
    return head, shown


def _person(line: OnDuty, first: bool, at: datetime, loads: dict[str, int] | None, services: Services) -> str:
    """网格员小安（带班，志愿者小冀代，手上 2 张）."""
    person = services.colleagues.get(line.person_id) or Person(line.person_id, line.name)
    present = stand_in(person, at, services)
    remarks = ["带班"] if first else []
    remarks += [f"{present.name}代"] if present.id != person.id else []
    if loads is not None:
        remarks.append(f"手上 {loads.get(present.id, 0)} 张")
    return f"{line.name}（{'，'.join(remarks)}）" if remarks else line.name


def _set(raw: str, request: Request, services: Services) -> str:
    """Write down who is on duty; the first named, or the one marked 带班, leads."""
    said = _read(raw, request, services)
    if not said.names:
        return services.replies("command_usage", usage="/值班 设 今天 夜班 @小安 @小冀（排第一的带班）")
    people, problem = colleagues(said.names, services)
    if problem:
        return problem
    node = said.node or own_branch(request, "worker", services)
    if node is None or not may(request.person, "worker", node, services.groups):
        return services.replies("branch_refused", place=place_title(node, services) if node else "这里")
    day, shift = _which(said, request, services)
    if shift and shift not in shift_names(services.desk):
        return services.replies("shift_unknown", word=shift, list="、".join(shift_names(services.desk)))
    lead = next((n for n, name in enumerate(said.names) if name == said.lead), 0)
    unique = list({person.id: person for person in (people[lead], *people)}.values())
    kept = _written(day, shift, node, unique, services)
    when = f"{day_title(day, _today(request, services))}{shift or ALL_DAY}"
    services.audit.write(
        request.by, "duty", f"{place_title(node, services)} {day} {shift or ALL_DAY}：{kept}"
    )
    return services.replies("duty_set", place=place_title(node, services), when=when, list=kept)


def _written(day: date, shift: str, node: Node, people: list[Person], services: Services) -> str:
    """Replace the roster; one of the whole day replaces those of its shifts."""
    for name in shift_names(services.desk) if not shift else ():
        services.duty.set_duty(day, name, node.name, [])
    lines = [
        OnDuty(day, shift, node.name, one.id, one.name, n == 0 and len(people) > 1)
        for n, one in enumerate(people)
    ]
    services.duty.set_duty(day, shift, node.name, lines)
    return "、".join(f"{line.name}（带班）" if line.lead else line.name for line in lines)


def _clear(raw: str, request: Request, services: Services) -> str:
    """Take a shift's roster away; of a day named without a shift, all of it."""
    said = _read(raw, request, services)
    node = said.node or own_branch(request, "worker", services)
    if node is None or not may(request.person, "worker", node, services.groups):
        return services.replies("branch_refused", place=place_title(node, services) if node else "这里")
    day, shift = _which(said, request, services)
    for name in (shift,) if shift else ("", *shift_names(services.desk)):
        services.duty.set_duty(day, name, node.name, [])
    services.audit.write(request.by, "duty", f"{place_title(node, services)} {day} {shift or ALL_DAY}：清空")
    when = f"{day_title(day, _today(request, services))}{shift or ALL_DAY}"
    return services.replies("duty_cleared", place=place_title(node, services), when=when)


def _which(said: Said, request: Request, services: Services) -> tuple[date, str]:
    """Day and shift meant: without either the running shift; a day alone is the whole day, a shift alone today's, in
    the small hours the one that is still running."""
    now = shift_at(request.message.at, services.desk, services.zone)
    if said.shift == ALL_DAY and ALL_DAY not in shift_names(services.desk):
        return said.day or _today(request, services), ""
    if said.day is None:
        if said.shift in ("", now.name):
            return now.day, now.name
        return _today(request, services), said.shift
    if not said.shift and said.day == now.day:
        return now.day, now.name
    return said.day, said.shift


def _today(request: Request, services: Services) -> date:
    return request.message.at.astimezone(services.zone).date()


def _read(raw: str, request: Request, services: Services) -> Said:
    """Day, shift, branch and names, in any order, with or without spaces between them."""
    said, near, lead_next = Said(), request.place.node if request.place else None, False
    for token in tokens(raw.replace("@", " @")):
        word = token if token.startswith("@") else _without_days(token, said, request, services)
        if word == "带班":
            if said.names and not lead_next and raw.rstrip().endswith("带班"):
                said.lead = said.names[-1]
            lead_next = True
            continue
        if not word or word in ("值班", "和", "及", "与"):
            continue
        if not word.startswith("@") and (node := branch_said(word, near, services)):
            said.node = node
            continue
        leads = lead_next or word.startswith("带班") or word.endswith("带班")
        name = word.removeprefix("带班").removesuffix("带班").removeprefix("@")
        said.names.append(name)
        said.lead, lead_next = (name if leads else said.lead), False
    return said


def _without_days(word: str, said: Said, request: Request, services: Services) -> str:
    days = read_days(word, _today(request, services))
    if days.first is not None and said.day is None:
        said.day, word = days.first, days.rest
    if found := _SHIFT.search(word):
        said.shift = _SHIFTS.get(found[0], found[0])
        word = word[: found.start()] + word[found.end() :]
    elif (
        days.first is not None and request.command is not None and re.search("今晚|明晚", request.command.raw)
    ):
        said.shift = said.shift or "夜班"
    return word.strip()

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
from handlers.branches import as_typed, branch_said, colleagues, own_branch, tokens
from handlers.days import day_title, read_days
from handlers.duty.on_duty import clock_time, roster_of, shift_at, shift_names, stand_in
from handlers.duty.owners import place_title
from handlers.speaking import to_sender

_SHIFT = re.compile(
    r"白\+夜班?|白夜班?|白班|中班|夜班|晚班|早班|日班|一整天|整天|全天|早上|上午|白天|晚上|夜里|夜间"
)
_SHIFTS = {
    "晚班": "夜班", "早班": "白班", "日班": "白班", "整天": "全天", "一整天": "全天", "早上": "白班", "上午": "白班",
    "白天": "白班", "晚上": "夜班", "夜里": "夜班", "夜间": "夜班", "白+夜": "全天", "白+夜班": "全天", "白夜": "全天",
    "白夜班": "全天",
}  # fmt: skip
_SET = re.compile(r"^(设置?|安排|排班|排|改|定)[\s:：]*")
_CLEAR = re.compile(r"^(清空|清除|清|取消|删除|删)[\s:：]*")

ALL_DAY = "全天"

LONGEST = 31
"""Days; whoever sets the roster for longer mistyped."""


@dataclass
class Said:
    """What a /值班 设 names."""

    day: date | None = None
    last: date | None = None
    """The last day; None for a single one."""
    shift: str = ""
    node: Node | None = None
    names: list[str] = field(default_factory=list)
    lead: str = ""
    """The name after or before 带班."""


def duty(request: Request, services: Services) -> Outcome:
    """/值班 shows who is on duty; /值班 设 … sets it, /值班 清 … clears it."""
    assert request.command is not None
    raw = as_typed(request.command)
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
    days = read_days(raw, today)
    following = shift_at(now.ends, services.desk, services.zone)
    shifts = [now, following]
    if days.first is not None:
        shifts = [shift for day in _span(days.first, days.last) for shift in _of_day(day, services)]
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
        if here := roster_of(node, shift, all_lines, services):
            people = "、".join(_person(line, n == 0, at, loads, services) for n, line in enumerate(here))
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
    days = _span(day, said.last)
    if not days:
        return services.replies("command_usage", usage="/值班 设 11-25 到 11-27 白班 @小安（最多 31 天）")
    kept = ""
    for one in days:
        kept = _written(one, shift, node, unique, services)
    when = _when(days, shift, request, services)
    until = f" 到 {days[-1]}" if len(days) > 1 else ""
    services.audit.write(
        request.by, "duty", f"{place_title(node, services)} {day}{until} {shift or ALL_DAY}：{kept}"
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
    days = _span(day, said.last) or [day]
    for one in days:
        for name in (shift,) if shift else ("", *shift_names(services.desk)):
            services.duty.set_duty(one, name, node.name, [])
    until = f" 到 {days[-1]}" if len(days) > 1 else ""
    services.audit.write(
        request.by, "duty", f"{place_title(node, services)} {day}{until} {shift or ALL_DAY}：清空"
    )
    when = _when(days, shift, request, services)
    return services.replies("duty_cleared", place=place_title(node, services), when=when)


def _span(first: date, last: date | None) -> list[date]:
    """Every day from the first to the last one; none when that is the wrong way round or too long."""
    count = ((last or first) - first).days + 1
    return [first + timedelta(days=n) for n in range(count)] if count <= LONGEST else []


def _when(days: list[date], shift: str, request: Request, services: Services) -> str:
    titles = [day_title(day, _today(request, services)) for day in dict.fromkeys((days[0], days[-1]))]
    return f"{'到'.join(titles)}{shift or ALL_DAY}"


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
    if not said.shift and said.day == now.day and said.last is None:
        return now.day, now.name
    return said.day, said.shift


def _today(request: Request, services: Services) -> date:
    return request.message.at.astimezone(services.zone).date()


def _read(raw: str, request: Request, services: Services) -> Said:
    """Day, shift, branch and names, in any order, with or without spaces between them."""
    days = read_days(raw, _today(request, services))
    said = Said(days.first, days.last if days.last != days.first else None)
    near, lead_next, shifts = request.place.node if request.place else None, False, list[str]()
    for token in tokens(days.rest.replace("@", " @")):
        word = token if token.startswith("@") else _without_shift(token, shifts)
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
    if not shifts and days.first is not None and (part := re.search("[今明](?:([晚夜])|早)", raw)):
        shifts.append("夜班" if part[1] else "白班")
    every = shift_names(services.desk)
    said.shift = (
        ALL_DAY if len(shifts) > 1 and set(shifts) == set(every) else "、".join(dict.fromkeys(shifts))
    )
    return said


def _without_shift(word: str, shifts: list[str]) -> str:
    """The word without the shifts it names, which are added to the others."""
    found = _SHIFT.findall(word)
    shifts += [_SHIFTS.get(name, name) for name in found]
    return _SHIFT.sub("", word).strip("+和及") if found else word

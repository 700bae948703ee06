"""/代班: somebody does somebody else's work for some days; it ends by itself."""

import re
from datetime import date, datetime, timedelta

from bot.model.duty import StandIn
from bot.model.handling import Outcome, Reply, Request
from bot.model.people import Person
from bot.model.services import Services
from handlers.branches import as_typed, colleague, over_any, tokens
from handlers.days import read_days
from handlers.duty.on_duty import clock_time
from handlers.speaking import to_sender
from intents.places import arabic

_OFF = re.compile(r"取消|不用了|撤销|回来了|销假|结束")
_COUNT = re.compile(r"([一二两三四五六七八九十]|\d{1,2})\s*天")
_FOR = re.compile(r"替|代替")


def stand_ins(request: Request, services: Services) -> Outcome:
    """/代班 @小冀 [明天|到周五] [替 @小安]; /代班 取消; /代班 lists."""
    assert request.command is not None
    raw = as_typed(request.command)
    if _OFF.search(raw):
        return _answer(request, _taken_back(_OFF.sub(" ", raw), request, services))
    count = _COUNT.search(raw)
    days = read_days(_COUNT.sub(" ", raw), _today(request, services))
    names, absent = _names(days.rest)
    if not names and not absent:
        return _answer(request, _listed(request, services))
    if len(names) != 1:
        return _answer(
            request, services.replies("command_usage", usage="/代班 @小冀 明天\n/代班 @小冀 到周五 替 @小安")
        )
    last = days.last
    if count:
        last = (days.first or _today(request, services)) + timedelta(days=int(arabic(count[1])) - 1)
    begins, ends = _span(days.first, last, request, services)
    if ends <= begins:
        return _answer(request, services.replies("standin_past"))
    return _arranged(names[0], absent, begins, ends, request, services)


def _answer(request: Request, text: str) -> Outcome:
    return Outcome("command:代班", (to_sender(request, text),))


def _arranged(
    name: str, absent: str, begins: datetime, ends: datetime, request: Request, services: Services
) -> Outcome:
    called, away = colleague(name, services), _absent(absent, request, services)
    if isinstance(away, str) or called.person is None:
        return _answer(
            request, "\n".join(filter(None, (called.problem, away if isinstance(away, str) else "")))
        )
    if called.person.id == away.id:
        return _answer(request, services.replies("standin_self", name=away.name))
    if own := _away_too(called.person, begins, ends, services):
        words = {"name": own.absent, "owner": own.stand_in}
        return _answer(request, services.replies("standin_away", **words))
    services.duty.delegate(StandIn(away.id, away.name, called.person.id, called.person.name, begins, ends))
    span = f"{services.show_time(begins)} 到 {services.show_time(ends)}"
    services.audit.write(request.by, "delegation", f"{called.person.name} 代 {away.name}，{span}")
    words = {"name": called.person.name, "owner": away.name, "when": span}
    answer = to_sender(request, services.replies("standin_set", **words))
    return Outcome("command:代班", (answer, *_told(called.person, words, request, services)))


def _away_too(person: Person, begins: datetime, ends: datetime, services: Services) -> StandIn | None:
    """The arrangement by which somebody else does that person's work for part of the time; None when they are there."""
    arranged = services.duty.stand_ins(begins)
    return next((one for one in arranged if one.absent_id == person.id and one.begins < ends), None)


def _told(person: Person, words: dict[str, str], request: Request, services: Services) -> tuple[Reply, ...]:
    """Whoever stands in hears it in private, when the bot can reach them there."""
    if person.id == request.person.id or not services.colleagues.friend(person.id):
        return ()
    return (Reply(services.replies("standin_told", **words), "private", "person", to=person.id),)


def _taken_back(raw: str, request: Request, services: Services) -> str:
    names, absent = _names(raw)
    away = _absent(absent or next(iter(names), ""), request, services)
    if isinstance(away, str):
        return away
    found = [one for one in services.duty.stand_ins(request.message.at) if one.absent_id == away.id]
    if not found:
        return services.replies("standin_none", owner=away.name)
    services.duty.end_stand_ins(away.id, request.message.at)
    services.audit.write(request.by, "delegation", f"{away.name} 的代班取消")
    return services.replies("standin_over", owner=away.name, name="、".join(one.stand_in for one in found))


def _absent(name: str, request: Request, services: Services) -> Person | str:
    """Whose work it is: the sender's own, or that of somebody the sender may arrange for; else what is wrong."""
    if not name:
        return Person(request.person.id, request.person.name or request.message.sender, request.person.grants)
    called = colleague(name, services)
    if called.person is None:
        return called.problem
    if called.person.id != request.person.id and not over_any(request.person, called.person, services):
        return services.replies("standin_refused", name=called.person.name)
    return called.person


def _listed(request: Request, services: Services) -> str:
    found = services.duty.stand_ins(request.message.at)
    if not found:
        return services.replies("standin_empty")
    return "\n".join(
        f"{one.stand_in} 代 {one.absent}：{services.show_time(one.begins)} 到 {services.show_time(one.ends)}"
        for one in found
    )


def _names(rest: str) -> tuple[list[str], str]:
    """(names, the name behind 替)."""
    names: list[str] = []
    absent, next_absent = "", False
    for token in tokens(_FOR.sub(" 替 ", rest).replace("@", " @")):
        if token == "替":
            next_absent = True
        elif next_absent:
            absent, next_absent = token.removeprefix("@").removesuffix("的班"), False
        elif token not in ("我", "请假", "代班", "由", "让", "请", "的班"):
            names.append(token.removeprefix("@"))
    return names, "" if absent == "我" else absent


def _span(
    first: date | None, last: date | None, request: Request, services: Services
) -> tuple[datetime, datetime]:
    """From now, or the first day's first shift, to the end of the last day's last shift."""
    at, today = request.message.at, _today(request, services)
    begins = at if first is None or first <= today else _change(first, services)
    return begins, _change((last or first or today) + timedelta(days=1), services)


def _change(day: date, services: Services) -> datetime:
    """When the first shift of a day begins, and with it the last one of the day before ends."""
    return datetime.combine(day, clock_time(min(services.desk.shifts, default="08:00")), services.zone)


def _today(request: Request, services: Services) -> date:
    return request.message.at.astimezone(services.zone).date()

"""/隔离: households isolating at home are listed, extended, ended; whose rubbish has to be fetched."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.model.handling import Outcome, Request
from bot.model.household import Household
from bot.model.isolation import Isolation
from bot.model.services import Services
from bot.model.tree import Node
from handlers.authority import may
from handlers.days import day_title, read_days
from handlers.isolation.isolating import active, counted_from, named_home, place_of, reported
from handlers.speaking import private_enough, to_sender
from intents.places import arabic, find_place

LONGEST = timedelta(days=60)
"""Nobody isolates at home for longer; whatever is longer was mistyped."""

_VERB = re.compile(r"^(解除|解封|解|结束|取消|改|延长|延期|延|垃圾|收垃圾|倒垃圾|登记|加)[\s:：]*")
_MORE = {"延长", "延期", "延"}
_END, _CHANGE, _TRASH = (
    {"解除", "解封", "解", "结束", "取消"},
    {"改", *_MORE},
    {"垃圾", "收垃圾", "倒垃圾"},
)
_VERB_BEHIND = re.compile(
    r"(?<=[\d室 ])(解除|解封|延长|延期|改)(?=\s*(?:隔离|$|\d|到|至|[一二两三四五六七八九十]))"
)
_SPAN = re.compile(r"(?:共|隔离)?(\d{1,3}|[一二两三四五六七八九十]{1,3})\s*天")
_PEOPLE = re.compile(r"(?:一家|共)?(\d{1,2}|[一二两三四五六七八九十])\s*(?:口人?|个?人)")
_PHONE = re.compile(r"(?:电话|手机)?[:： ]?(?<!\d)1[3-9]\d{9}(?!\d)")
_NUMERAL = "零〇一二两三四五六七八九十百"
_DOOR = re.compile(
    rf"[{_NUMERAL}]{{1,3}}(?:号楼|号院|号|楼|栋|幢|座|单元|门|层|室)|[{_NUMERAL}]{{3,4}}"
    r"|[A-Za-z#\-—－号楼栋幢座单元室门层]*\d[\dA-Za-z#\-—－号楼栋幢座单元室门层]*"
)
_NO_NAME = re.compile(
    r"居家隔离|居家|隔离|密接的密接|次?密接|密切接触者?|[红黄]码|(?:电话|手机)(?=[:： ]*(?:\s|$))|(?<=\s)[的起](?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class Door:
    """A door as it was named in the command, and where it is."""

    node: Node
    household: Household


def isolation(request: Request, services: Services) -> Outcome:
    """/隔离 lists; /隔离 17-3-501 王女士 7天 3人 adds; 解除, 改 and 垃圾 before the door end, change, list the rubbish."""
    assert request.command is not None
    raw = request.command.raw
    if not private_enough(request):
        return _answer(request, services.replies("isolation_elsewhere"))
    found = _VERB.match(raw) or _VERB_BEHIND.search(raw)
    verb = found[1] if found else ""
    rest = f"{raw[: found.start()]} {raw[found.end() :]}" if found else raw
    if verb in _TRASH:
        return _answer(request, _rubbish(rest, request, services))
    if not rest.strip() and not verb:
        return _answer(request, _listed(request, services))
    said = _SPAN.sub(" ", _PEOPLE.sub(" ", read_days(_SPAN.sub(" ", rest), _today(request, services)).rest))
    door = _door(said, request, services)
    if isinstance(door, str):
        return _answer(request, door)
    if not may(request.person, "worker", door.node, services.groups):
        return _answer(request, services.replies("branch_refused", place=services.groups.title(door.node)))
    if verb in _END or verb in _CHANGE:
        text = (
            _over(door, request, services) if verb in _END else _changed(door, rest, verb, request, services)
        )
        return _answer(request, text)
    return _answer(request, _begun(door, rest, said, request, services))


def _answer(request: Request, text: str) -> Outcome:
    return Outcome("command:隔离", (to_sender(request, text),))


def _begun(door: Door, rest: str, said: str, request: Request, services: Services) -> str:
    """A household is listed; one already there is listed anew."""
    span = _span(rest, _today(request, services))
    home = door.household
    if span is None:
        text = f"/隔离 {home.door} 王女士 7天 3人（或者 到11-30）"
        return services.replies("command_usage", usage=text)
    if services.roster.households(home.compound, "", ""):
        known = services.roster.find_household(*home.key)
        if known is None:
            return services.replies("isolation_no_household", place=place_of(_blank(home, door.node)))
        home = replace(known, note="")
    name, note = _words(_DOOR.sub(" ", said.replace(home.compound, " ") if home.compound else said))
    before = next(iter(_running(door, request, services)), None)
    if before is not None:  # listed anew: what is not said stays
        home = replace(home, name=home.name or before.name, people=home.people or before.people)
    people = int(arabic(found[1])) if (found := _PEOPLE.search(rest)) else home.people
    begins, ends = (_midnight(day, services) for day in span)
    new = replace(
        _blank(home, door.node), name=name or home.name, people=people, begins=begins, ends=ends, note=note
    )
    services.isolation.begin(new)
    when = _from_to(span[0], span[1] - timedelta(days=1), _today(request, services))
    services.audit.write(request.by, "isolation", f"{named_home(new)} {span[0]} 起 {(ends - begins).days} 天")
    words = {"place": place_of(new), "name": new.name, "when": when, "count": str((ends - begins).days)}
    group = services.groups.nearest_room(door.node, "isolation")
    lines = [services.replies("isolation_set", **words)]
    if group is None:
        lines.append(services.replies("isolation_no_group"))
    return "\n".join(lines)


def _over(door: Door, request: Request, services: Services) -> str:
    """It ends now."""
    homes = _running(door, request, services)
    if not homes:
        return services.replies("isolation_none", place=place_of(_blank(door.household, door.node)))
    home = homes[-1]
    for one in homes:
        services.isolation.end(one, request.message.at)
    services.audit.write(request.by, "isolation", f"{named_home(home)} 解除")
    return services.replies("isolation_over", place=place_of(home), name=home.name)


def _running(door: Door, request: Request, services: Services) -> list[Isolation]:
    """What holds for the household, then what is to come."""
    at, key = request.message.at, door.household.key
    now = services.isolation.of(*key, at)
    coming = [one for one in services.isolation.coming(at) if one.key == key]
    return [*([now] if now else []), *coming]


def _changed(door: Door, rest: str, verb: str, request: Request, services: Services) -> str:
    """Another day is its last: the day named; 改 10天 is ten days in all, 延长 3天 three days more."""
    homes = _running(door, request, services)
    if not homes:
        return services.replies("isolation_none", place=place_of(_blank(door.household, door.node)))
    home = homes[-1]
    more = verb in _MORE
    today = _today(request, services)
    days = read_days(_SPAN.sub(" ", rest), today)
    count = _SPAN.search(rest)
    begun = home.begins.astimezone(services.zone).date()
    last = days.last
    if last is None and count:
        end = home.ends.astimezone(services.zone).date() if more else begun
        last = end + timedelta(days=int(arabic(count[1])) - 1)
    if last is None or not max(today, begun) <= last <= today + LONGEST:
        return services.replies("command_usage", usage=f"/隔离 改 {home.door} 到12-02")
    services.isolation.extend(home, _midnight(last + timedelta(days=1), services))
    services.audit.write(request.by, "isolation", f"{named_home(home)} 改到 {last}")
    when = _from_to(begun, last, today)
    words = {"place": place_of(home), "name": home.name, "when": when, "count": str((last - begun).days + 1)}
    return services.replies("isolation_set", **words)


def _door(said: str, request: Request, services: Services) -> Door | str:
    """The door a command names, or what to ask back."""
    nodes = services.groups.below(services.groups.root)
    area = next((node for node in nodes if node.level == "compound" and node.name in said), None)
    text = said.replace(area.name, " ") if area else said
    place = find_place(text.lower())
    if not (place.building and place.room):
        return services.replies("command_usage", usage="/隔离 17-3-501 王女士 7天 3人\n/隔离 解除 17-3-501")
    near = area or (request.place.node if request.place else None) or _own_scope(request, services)
    node = services.groups.resolve(place.building, place.unit, near)
    if node is None and (near is None or services.groups.compound(near) is None):
        word = "-".join(part for part in (place.building, place.unit, place.room) if part)
        return services.replies("isolation_where", word=word)
    node = node or near or services.groups.root
    compound = services.groups.compound(node)
    unit = place.unit or node.unit or ""
    return Door(node, Household(compound.name if compound else "", place.building, unit, place.room))


def _own_scope(request: Request, services: Services) -> Node | None:
    """In private: the compound somebody works for, when it is one."""
    scopes = {services.groups.find(grant.scope) for grant in request.person.grants} - {None}
    return next(iter(scopes)) if len(scopes) == 1 else None


def _span(rest: str, today: date) -> tuple[date, date] | None:
    """(the first day, the day after the last); None when nothing sensible was said."""
    count = _SPAN.search(rest)
    days = read_days(_SPAN.sub(" ", rest), today)
    if count:
        first = days.first or today
        after = first + timedelta(days=int(arabic(count[1])))
    elif days.last is not None:
        first = days.first if days.first is not None and days.first != days.last else today
        after = days.last + timedelta(days=1)
    else:
        return None
    return (first, after) if today < after <= today + LONGEST and first < after else None


def _words(text: str) -> tuple[str, str]:
    """(whom to ask for, what else was written)."""
    plain = _NO_NAME.sub(" ", _PHONE.sub(" ", text))
    words = [word for word in re.split("[\\s,，、;；:：()（）。]+", plain) if word]
    if words and len(words[0]) <= 8:
        return words[0], " ".join(words[1:])
    return "", " ".join(words)


def _blank(home: Household, node: Node) -> Isolation:
    never = datetime.min.replace(tzinfo=UTC)
    return Isolation(0, *home.key, node.name, home.name, home.people, never, never)


def _from_to(first: date, last: date, today: date) -> str:
    return day_title(first, today) + ("" if last == first else f"到{day_title(last, today)}")


def _listed(request: Request, services: Services) -> str:
    """Door, name, which day it is, and who reported since the last prompt."""
    at, today = request.message.at, _today(request, services)
    homes = _in_reach(active(at, services), request, services)
    coming = _in_reach(services.isolation.coming(at), request, services)
    if not homes and not coming:
        return services.replies("isolation_empty")
    said = reported(homes, counted_from(at, services), at, services)
    lines = [f"居家隔离 {len(homes)} 户，{sum(home.id in said for home in homes)} 户报了体温："]
    for home in homes:
        begun = home.begins.astimezone(services.zone).date()
        length = (home.ends - home.begins).days
        report = said.get(home.id)
        told = "没报" if report is None else f"已报 {report.degrees:g}" if report.degrees else "已报"
        people = f"{home.people}人" if home.people else ""
        day = f"第 {(today - begun).days + 1} 天/共 {length} 天"
        lines.append(" ".join(part for part in (named_home(home), people, day, told, home.note) if part))
    lines += [
        f"{named_home(home)} {day_title(home.begins.astimezone(services.zone).date(), today)}开始"
        for home in coming
    ]
    return "\n".join(lines)


def _rubbish(rest: str, request: Request, services: Services) -> str:
    """The doors to pass, in walking order."""
    homes = _in_reach(active(request.message.at, services), request, services)
    if place := find_place(rest.lower()).building:
        homes = [home for home in homes if home.building == place]
    if not homes:
        return services.replies("isolation_empty")
    head = services.replies("isolation_rubbish", count=str(len(homes)))
    return "\n".join([head, *(f"{n}. {named_home(home)}" for n, home in enumerate(homes, 1))])


def _in_reach(homes: list[Isolation], request: Request, services: Services) -> list[Isolation]:
    """Those for whom somebody works; in a work room, those of its branch."""
    near = request.place.node if request.place else services.groups.root
    found = []
    for home in homes:
        node = services.groups.find(home.node) or services.groups.root
        if services.groups.within(node, near) and may(request.person, "volunteer", node, services.groups):
            found.append(home)
    return found


def _today(request: Request, services: Services) -> date:
    return request.message.at.astimezone(services.zone).date()


def _midnight(day: date, services: Services) -> datetime:
    return datetime.combine(day, time(), services.zone)

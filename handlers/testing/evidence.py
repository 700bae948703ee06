"""Where it is heard that a household was tested: from residents, from lists (接龙), from those at work.

A door is never said back to a residents' group, where all of this is kept in silence.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.model.chain import KeptChain, Row
from bot.model.handling import Dialogue, Outcome, Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.testing import KIND_TITLES, Kind, Mark, Round, Source
from bot.model.understanding import Slots
from handlers.authority import may
from handlers.records import record
from handlers.speaking import quoted, to_sender
from handlers.testing import confirming, marking, marks
from handlers.testing.coverage import is_of, may_mark, node_of, rounds_at, rounds_for
from handlers.testing.marking import Said
from handlers.tickets.whereabouts import Whereabouts, household, speaks_for, whereabouts
from intents.chain_entry import people as people_of_row
from intents.numbers import arabic

_NOT_SO = re.compile(
    r"[没未](?:有|能|来得及)?[做测采检轮]|还没|除了?[\d一-龥]|[就只还]差|缺|剩|抗原|自测|[一1两2]道杠|[一1]条杠|一条线|上次|上回|[?？]|[吗嘛没]$"
)
"""What a household says of which not all is tested, or not by the swab a round counts."""
_BEFORE = re.compile(r"昨[天晚日夜儿]|前[天日]")
_FOR_OTHERS = re.compile(r"[帮替代]|隔壁|邻居|对门|对面|楼[上下]")
_OWN = re.compile(r"我家|俺家|咱家|我们|全家|一家|家里|[我俺咱]和|[我俺咱]跟|口人?")
_PEOPLE = re.compile(
    r"(?P<people>(?<!\d)\d{1,2}(?!\d)|[一二两俩三四五六七八九十])\s?(?:个?人|口(?![罩令岸])|位)|(?:我|俺)(?:们?俩|仨)"
)
_ROOM = re.compile(r"(?<![\dA-Za-z.:：-])\d{3,4}(?![\dA-Za-z.:：%％-]|[点块元斤度分米路号]|个|小时|毫)")
_DOOR = re.compile(r"[1-9]\d?(?:0[1-9]|1[0-2])")
"""Floor and number on it: what is a door even where there is no list to look it up."""
_LARGEST = 15
"""Persons; what says more speaks of a building."""

_TITLE = re.compile(r"核酸|采样|检测|[已都]测|测了|捅")
_NO_EVIDENCE = re.compile(
    r"[没未不]|需要|预约|报名|志愿|抗原|意愿|自测|申请|安排|物资|试剂|发放|领取|通知|统计表"
)
_AT_HOME = re.compile(r"上门")
_ROW_NOT_SO = re.compile(r"[没未不]|晚点|稍后|明天|一会|马上|等下|等会|取消")


def site_words(request: Request, services: Services) -> Outcome | None:
    """What those at work write of doors without any slash: 已测 17-3-501, 17-3 501 502测了. None: nothing of the kind."""
    node = request.place.node if request.place else None
    building, unit = (node.building or "", node.unit or "") if node else ("", "")
    of, words = marking.round_said(request.text)
    said = marking.read(words, building, unit)
    if said:
        return marks.write_down(request, said, services, of)
    if closed := _nobody(request, words, building, unit, services):
        return closed
    sure, left = marking.partly(request.text, building, unit)
    bare = [] if left or building or unit else marking.read(request.text, "0", "0") or []
    if not (left or bare) or not any(one.state == "running" for one in rounds_for(request, services)):
        return None
    if not left:
        if any(one.kind is None or not one.sure or one.doors[0].building != "0" for one in bare):
            return None
        room, kind = bare[0].doors[0].room, bare[0].kind
        text = services.replies("coverage_where", door=room, title=KIND_TITLES[kind or "tested"])
        return Outcome("coverage:where", (to_sender(request, text),))
    text = services.replies("coverage_unread", text=quoted(left))
    kept = marks.write_down(request, sure, services, of) if sure else None
    if kept is None or not kept.replies:
        return Outcome("coverage:unread", (to_sender(request, text),))
    text = f"{kept.replies[0].text}\n{_rest(left, sure, services)}"
    return Outcome(kept.label, (to_sender(request, text), *kept.replies[1:]))


def _rest(left: str, sure: Sequence[Said], services: Services) -> str:
    """What is said of the words of a message that were not kept."""
    door = sure[-1].doors[-1]
    closed = marking.nobody(left, door.building, door.unit)
    if closed:
        return services.replies("coverage_nobody", door="、".join(one.written for one in closed))
    return services.replies("coverage_part", text=quoted(left))


def _nobody(request: Request, words: str, building: str, unit: str, services: Services) -> Outcome | None:
    """17-3-301没人, while a round runs: nothing is kept, and it is said what would be."""
    doors = marking.nobody(words, building or "0", unit or "0")
    if not doors or not any(one.state == "running" for one in rounds_for(request, services)):
        return None
    written = "、".join(one.room if one.building == "0" else one.written for one in doors)
    text = services.replies("coverage_nobody", door=written)
    return Outcome("coverage:nobody", (to_sender(request, text),))


def overheard(request: Request, services: Services) -> Outcome | None:
    """The same by those at work in a residents' group of theirs: 17-3 501 502测了. None: nothing of the kind, or not theirs."""
    place = request.place
    if place is None or place.kind != "residents":
        return None
    if not may(request.person, "volunteer", place.node, services.groups):
        return None
    said = marking.read(request.text, place.node.building or "", place.node.unit or "")
    return marks.overheard(request, said, services) if said else None


def mark_command(request: Request, words: str, services: Services) -> Outcome:
    """/核酸 标记 17-3-501 外出: the same by command, which always answers."""
    node = request.place.node if request.place else None
    if node is not None and request.place is not None and not request.place.at_work:
        return Outcome("silent:coverage")
    building, unit = (node.building or "", node.unit or "") if node else ("", "")
    said = marking.read(words, building, unit)
    if not said:
        return Outcome("command:核酸", (to_sender(request, services.replies("coverage_mark_usage")),))
    outcome = marks.write_down(request, [replace(one, sure=True) for one in said], services)
    return outcome or Outcome("command:核酸", (to_sender(request, services.replies("coverage_no_round")),))


def report(request: Request, services: Services) -> Outcome:
    """report.tested: kept like every report, and for the round that runs where the household lives. Silent in groups;
    in private it says what was kept, or asks for the door."""
    request = _no_building(request)
    outcome = record(request, services)
    if outcome.label != "record:report.tested" or _denied(request.text):
        return outcome
    homes = _homes(request, services)
    kept = [(home, of) for home, source in homes if (of := _keep(home, source, request, services))]
    if not request.message.private:
        return outcome
    if kept:
        door, of = kept[0][0].door, kept[0][1]
        text = services.replies("tested_kept", door=door, title=of.name)
        return Outcome(outcome.label, (to_sender(request, text),))
    if not homes and _any_running(request, services):
        expires = request.message.at + services.patience
        asking = Dialogue("marks", "", ("own", request.text))
        services.dialogues.begin(request.message.room_id, request.person.id, asking, expires)
        return Outcome(outcome.label, (to_sender(request, services.replies("tested_which")),))
    return outcome


def answer_marks(request: Request, services: Services) -> Outcome | None:
    """The answer to whatever was asked about marks: yes or no, or a resident's own door."""
    assert request.dialogue is not None
    what, *rest = request.dialogue.options
    if what != "own":
        return confirming.answer(request, services)
    slots = request.understanding.slots if request.understanding else Slots()
    where = whereabouts(request, services)
    rooms = (
        [slots.room] if slots.room else _ROOM.findall(marking.in_figures(rest[0])) if slots.building else []
    )
    home = household(replace(where, room=rooms[0]), services) if len(rooms) == 1 else None
    if home is None:
        return None  # the room may have been said before: 301测完了, and now 17号楼1单元
    services.dialogues.end(request, "marks")
    source: Source = "proxy" if _for_others(rest[0]) else "self"
    of = _keep(home, source, replace(request, text=rest[0]), services)
    if of is None:
        return Outcome("coverage:none", (to_sender(request, services.replies("record_saved", title="已测")),))
    return Outcome(
        "coverage:own", (to_sender(request, services.replies("tested_kept", door=home.door, title=of.name)),)
    )


def from_list(kept: KeptChain, rows: Sequence[Row], request: Request, services: Services) -> None:
    """Rows with doors of a 接龙 about testing: those were tested, or, in a list of who wants it, wait for somebody to come
    to their door."""
    if request.place is None or request.place.kind != "residents" or not _TITLE.search(kept.title):
        return
    wanted = bool(_AT_HOME.search(kept.title)) and not re.search("已|过|完|了", kept.title)
    if not wanted and _NO_EVIDENCE.search(kept.title):
        return
    kind: Kind = "wanted" if wanted else "tested"
    for row in rows:
        entry = row.entry
        if row.removed or not entry.room or _ROW_NOT_SO.search(entry.what):
            continue
        node = request.place.node
        its = services.groups.resolve(entry.building or None, entry.unit or None, node) or node
        home = household(Whereabouts(its, entry.building, entry.unit, entry.room), services)
        if home is not None:
            _keep(home, "chain", request, services, people=people_of_row(entry), kind=kind)


def _keep(
    home: Household,
    source: Source,
    request: Request,
    services: Services,
    *,
    people: int | None = None,
    kind: Kind = "tested",
) -> Round | None:
    """Write a household down as tested in the round that runs, or ran, where it lives; None when there is none."""
    at = request.message.at
    of = _round_of(home, request, services)
    if of is None:
        return None
    if source != "chain":
        people = _people(request.text)
    if may_mark(request.person, home, services) and source == "proxy":
        source = "staff"
    beyond = services.roster.knows_households() and not _listed(home, services)
    note = confirming.BEYOND if beyond else ""
    mark = Mark(
        home, kind, source, at, people, request.person.id, request.person.name, note, request.message.id
    )
    services.coverage.mark(of.id, [mark])
    return of


def _no_building(request: Request) -> Request:
    """501-504 are doors: 501 is no building."""
    meant, written = request.understanding, marking.in_figures(request.text)
    if meant is None or not meant.slots.building or not _ROOM.fullmatch(meant.slots.building):
        return request
    if meant.slots.building not in _ROOM.findall(written):
        return request
    slots = replace(meant.slots, building=None, unit=None, room=None)
    return request.understood(replace(meant, slots=slots), request.dialogue)


def _round_of(home: Household, request: Request, services: Services) -> Round | None:
    rounds = rounds_at(node_of(home, services), request.message.at, services)
    begun = (one for one in rounds if one.state != "planned")
    return next((one for one in begun if is_of(one, home, services)), None)


def _any_running(request: Request, services: Services) -> bool:
    rounds = rounds_at(services.groups.root, request.message.at, services)
    return any(one.state in ("running", "paused") for one in rounds)


def _homes(request: Request, services: Services) -> list[tuple[Household, Source]]:
    """The households that somebody says were tested: the doors said, else their own."""
    slots = request.understanding.slots if request.understanding else Slots()
    own = services.roster.household_of(request.person.id)
    where = whereabouts(request, services)
    said = [slots.room] if slots.room else []
    bare = [
        room for room in dict.fromkeys(_ROOM.findall(marking.in_figures(request.text))) if room not in said
    ]
    homes = [household(replace(where, room=room), services) for room in said]
    others = [household(replace(where, room=room), services) for room in bare[:10]]
    found = [home for home in homes if home]
    unlisted = not services.roster.knows_households()
    found += [
        home
        for home in others
        if home and (_listed(home, services) or (unlisted and _DOOR.fullmatch(home.room)))
    ]
    if not found:
        mine = own is not None and (not _for_others(request.text) or bool(_OWN.search(request.text)))
        return [(own, "self")] if own and mine and not said and not _elsewhere(request) else []
    for_others = len(found) > 1 or _for_others(request.text)
    return [(home, _source(home, own, for_others=for_others)) for home in found]


def _source(home: Household, own: Household | None, *, for_others: bool) -> Source:
    if own is not None:
        return "self" if home.key == own.key else "proxy"
    return "proxy" if for_others else "self"


def _for_others(text: str) -> bool:
    """True for whoever speaks of another household: 我妈 17-3-501 测过了, 帮对门502测了."""
    return bool(_FOR_OTHERS.search(text)) or (speaks_for(text) and not _OWN.search(text))


def _elsewhere(request: Request) -> bool:
    """True when a unit or building was named, and no door: the whole stair is done, says one of it."""
    slots = request.understanding.slots if request.understanding else Slots()
    return bool((slots.building or slots.unit) and not slots.room)


def _denied(text: str) -> bool:
    return bool(_NOT_SO.search(text)) or (bool(_BEFORE.search(text)) and "今" not in text)


def _people(text: str) -> int | None:
    found = _PEOPLE.search(text)
    if found is None:
        return None
    if found["people"] is None:
        return 3 if found[0].endswith("仨") else 2
    value = found["people"].replace("俩", "2")
    number = int(arabic(value)) if not value.isdecimal() else int(value)
    return number if 0 < number <= _LARGEST else None


def _listed(home: Household, services: Services) -> bool:
    homes = services.roster.households(home.compound, home.building, home.unit)
    return any(one.key == home.key for one in homes)

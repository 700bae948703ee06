"""Reports, sign-ups, offers and complaints: kept, shown to staff where somebody must act, silent in groups.

What is nobody else's business, illness and complaints, is answered in private (speaking.discreetly). Numbers that were
reported are never said back to a group.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.model.chain import Row
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from handlers.readings import highest, of_temperatures
from handlers.speaking import discreetly, door, duty_phone, named, quoted, room_name, to_sender, to_staff
from handlers.tickets.pleas import whereabouts

FOR_STAFF = frozenset({"report.travel", "signup.volunteer", "signup.reserve"})
"""Intents whose record the staff are told of at once."""

_COMPLAINS = re.compile(
    r"投诉|举报|反[映应](?:一下|个|情况|问题)|(?:提|有)(?:个|点|条)?(?:意见|建议)|(?:讨|要|给)个?说法"
)
"""Words of whoever wants the staff to hear it."""

_UNTESTED = re.compile(r"[没未](?:有)?[测采]")
_ILL = re.compile(r"阳|杠|烧|热|咳|疼|痛|吐|度|病|症|味|晕|喘|药|难受|不舒服|没劲|乏力|密接|隔离|异常")
"""501测了 502没测 speaks of a list, not of an illness, unless there is a word of one."""

FEVER = 37.3
"""Degrees Celsius from which a temperature is a fever (the value all notices of the epidemic name)."""


def record(request: Request, services: Services) -> Outcome:
    """Keep it; tell the staff when it is theirs to act on; answer only whoever addressed us. A fever is a symptom,
    whatever else it is said with."""
    understanding = request.understanding
    assert understanding is not None
    if (understanding.slots.temperature or 0) >= FEVER:
        reported = replace(understanding, intent="report.temperature")
        return symptom(request.understood(reported, request.dialogue), services)
    services.records.add(request)
    title = services.titles.get(understanding.intent, understanding.intent)
    replies: tuple[Reply, ...] = ()
    if understanding.intent in FOR_STAFF:
        replies += (_alert(request, services, title),)
    if request.addressed:
        replies += (to_sender(request, services.replies("record_saved", title=title)),)
    return Outcome(f"record:{understanding.intent}", replies)


def symptom(request: Request, services: Services) -> Outcome:
    """A fever or a positive test: kept, told to the staff at once with the door, and the person is told, in private
    where that can be, what to do and whom to ring."""
    understanding = request.understanding
    assert understanding is not None
    if _UNTESTED.search(request.text) and not _ILL.search(request.text):
        return Outcome("silent:untested")
    services.records.add(request)
    degrees = understanding.slots.temperature
    title = services.titles.get("report.symptom", "症状")
    if degrees is not None and degrees >= FEVER:
        title = f"发热 {degrees:g}℃"
    answer = services.replies("symptom", phone=duty_phone(request, services))
    if not whereabouts(request, services).building:
        answer += services.replies("missing_place")
    return Outcome(
        f"record:{understanding.intent}",
        (_alert(request, services, title), *discreetly(request, services, answer)),
    )


def fevers(title: str, rows: Sequence[Row], request: Request, services: Services) -> tuple[Reply, ...]:
    """What the staff read when new rows of a list of temperatures hold a fever. The group hears nothing: the list is
    there for all to see, whose fever it is need not be said again."""
    isolating = request.place is not None and request.place.kind == "isolation" and not title
    if not (of_temperatures(title) or isolating):
        return ()
    found = {
        row.serial: (degrees, row.entry.text)
        for row in rows
        if not row.removed and (degrees := highest(row.entry.what) or 0) >= FEVER
    }
    if not found:
        return ()
    text = services.replies(
        "alert_record",
        title=f"发热 {max(found.values())[0]:g}℃",
        place=services.groups.title(request.place.node) if request.place else "",
        name=named(request.person),
        room=room_name(request),
        text=f"接龙「{title}」\n" + "\n".join(quoted(text) for _, text in found.values()),
    )
    return (to_staff(text),)


def complaint(request: Request, services: Services) -> Outcome:
    """A complaint: kept, told to the staff, and whoever complains is told so, in private where that can be. A group reads
    a word about it only when somebody certainly complains: who merely rants among neighbours is not answered there."""
    services.records.add(request)
    title = services.titles.get("complaint", "投诉")
    answer = services.replies("complaint_saved", phone=duty_phone(request, services))
    told = discreetly(request, services, answer)
    if not (request.addressed or _COMPLAINS.search(request.text)):
        told = tuple(reply for reply in told if reply.kind == "private")
    return Outcome("record:complaint", (_alert(request, services, title), *told))


def _alert(request: Request, services: Services, title: str) -> Reply:
    """What the staff read, with the door as far as it is known: from the words, the binding, or the group."""
    where = whereabouts(request, services)
    place = door(where.node, where.building, where.unit, where.room, services) or services.groups.title(
        where.node
    )
    text = services.replies(
        "alert_record", title=title, place=place, name=named(request.person), room=room_name(request),
        text=quoted(request.text),
    )  # fmt: skip
    return to_staff(text, node=where.node.name)

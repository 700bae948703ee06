"""Manners in a group: an answer is not said twice in a while; those who ask meanwhile are shown where it stands, together;
nobody, and no group, is answered without end."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.asked import Asked, Given
from bot.model.faq import Faq
from bot.model.handling import Dialogue, Outcome, Reply, Request, Ring
from bot.model.services import Services
from bot.model.tree import Node
from handlers import cards
from handlers.faq import expired
from handlers.faq.asking import addressees, among_residents, cooldown, note
from handlers.speaking import duty_phone, to_sender

WINDOW = timedelta(minutes=10)
"""The limits count what was answered within."""

_SEVERAL = re.compile(r"[,，。;；?？!！、\s]|还有|另外|再就是")
"""Between two questions in one message."""

_EDGES = " \n,，。;；?？!！~～"


def give(entry: Faq, request: Request, services: Services) -> Outcome:
    """Answer, or, where the group read that answer a while ago, show where it stands."""
    if not among_residents(request):
        return _answer(entry, request, services)
    place = cards.place_of(request, services)
    said = given_lately(entry, request.message.room_id, place, request.message.at, services)
    if said is not None:
        return _point(entry, said, request, services)
    return _too_many(entry.id, request, services) or _answer(entry, request, services)


def offer(entries: Sequence[Faq], request: Request, services: Services) -> Outcome:
    """Ask which one is meant. In a group the same is not asked aloud twice in a while, unless the bot was asked itself:
    whoever reads it there can answer all the same."""
    message, first = request.message, entries[0]
    since = message.at - cooldown(first, services)
    aloud = request.addressed or not among_residents(request)
    quiet = not aloud and services.asked.offered(first.id, message.room_id, since)
    if quiet and _SEVERAL.search(
        message.text.strip(_EDGES)
    ):  # it asks another thing, too: 核酸几点开始，快递能送进来吗
        place = cards.place_of(request, services)
        unsaid = [
            entry
            for entry in entries
            if not services.asked.offered(entry.id, message.room_id, since)
            and given_lately(entry, message.room_id, place, message.at, services) is None
        ]
        if unsaid:
            entries, first, quiet = unsaid, unsaid[0], False
    if not quiet and (limited := _too_many("", request, services)):
        return limited
    choice = Dialogue("choice", "", tuple(entry.id for entry in entries))
    services.dialogues.begin(message.room_id, request.person.id, choice, message.at + services.patience)
    note(request, services, "silent" if quiet else "suggested")
    if quiet:
        return Outcome("suggest")
    if len(entries) == 1:
        text = services.replies("faq_suggest_one", title=first.title)
    else:
        lines = "\n".join(f"{n}. {entry.title}" for n, entry in enumerate(entries, 1))
        text = services.replies("faq_suggest", list=lines)
    return Outcome("suggest", (replace(to_sender(request, text), topic=f"choice:{first.id}"),))


def given_lately(entry: Faq, room_id: str, place: Node, at: datetime, services: Services) -> Given | None:
    """When this very answer was said in the group within its cool-down; None also when it has changed since, or did not
    leave."""
    wait = cooldown(entry, services)
    said = services.asked.given(entry.id, room_id, at - wait) if wait else None
    if said is None:
        return None
    text = wording(entry, place, services)
    return said if text in said.text or services.guarded(text) in said.text else None


def wording(entry: Faq, place: Node, services: Services) -> str:
    """The answer as it is said at a place of the tree."""
    said = entry.answer
    if cards.PLACEHOLDER in said:
        said = said.replace(cards.PLACEHOLDER, cards.card(place, services))
    return services.replies("faq_answer", answer=said)


def _answer(entry: Faq, request: Request, services: Services) -> Outcome:
    note(request, services, "answered", entry.id, served=True)
    text = wording(entry, cards.place_of(request, services), services)
    return Outcome(f"answer:{entry.id}", (replace(to_sender(request, text), topic=f"faq:{entry.id}"),))


def _point(entry: Faq, said: Given, request: Request, services: Services) -> Outcome:
    """They wait to be shown the answer together with others; once the group has been shown, only whoever speaks to the
    bot is shown it again."""
    room_id = request.message.room_id
    asked_us = request.addressed or request.dialogue is not None
    if (
        asked_us
        or services.asked.pointing(entry.id, room_id)
        or not services.asked.said(_topic(entry.id), room_id, said.at)
    ):
        note(request, services, "pointed", entry.id)
        return Outcome(f"pointed:{entry.id}")
    note(request, services, "covered", entry.id, served=True)
    return Outcome(f"covered:{entry.id}")


def _too_many(entry: str, request: Request, services: Services) -> Outcome | None:
    """Silence, or one line for whoever speaks to the bot, when they or the group had too many answers of late."""
    if not among_residents(request):
        return None
    settings, message = services.faq_settings, request.message
    since = message.at - WINDOW
    mine = services.asked.answers(message.room_id, since, message.sender_id) >= settings.per_person
    if request.addressed and mine:
        note(request, services, "limited", entry)
        text = services.replies("faq_limited", phone=duty_phone(request, services))
        return Outcome("limited", (to_sender(request, text),))
    if not request.addressed and (
        mine or services.asked.answers(message.room_id, since) >= settings.per_room
    ):
        note(request, services, "limited", entry)
        return Outcome("silent:limited")
    return None


def _topic(entry: str) -> str:
    return f"pointer:{entry}"


# showing where an answer stands


def _due(services: Services) -> datetime | None:
    moments = (moment for _, _, moment in _gathered(services))
    return min(moments, default=None)


def _gathered(services: Services) -> list[tuple[str, str, datetime]]:
    """(entry, room id, when those who wait there are to be shown it). As long as the answer waits to leave, so do they."""
    found = []
    for entry, room_id, since in services.asked.gathered():
        moment = since + timedelta(seconds=services.faq_settings.gather_seconds)
        said = services.asked.given(entry, room_id, since - cooldown(services.faq.get(entry), services))
        if said is None or said.left:
            found.append((entry, room_id, max(moment, said.at) if said else moment))
    return found


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    replies: list[Reply] = []
    for entry, room_id, moment in _gathered(services):
        if moment <= at:
            replies += _show(services.faq.get(entry), services.asked.pointing(entry, room_id), at, services)
    return replies


def _show(entry: Faq | None, rows: Sequence[Asked], at: datetime, services: Services) -> list[Reply]:
    """One message for all who wait in a group: where the answer stands; the answer itself when it has changed or did not
    leave; that it no longer holds, when so."""
    if entry is None or not entry.valid(at):
        return expired.withdrawn(rows, at, services)
    first = rows[0]
    place = services.groups.find(first.node) or services.groups.root
    said = given_lately(entry, first.room_id, place, first.at, services)
    services.asked.serve(rows, at)
    named, *others = addressees(rows) or ((),)
    if said is None:
        text, topic = wording(entry, place, services), f"faq:{entry.id}"
    else:
        count = sum(map(len, (named, *others)))
        more = f"等 {count} 位，" if others else ""
        time = f"{said.at.astimezone(services.zone):%H:%M}"
        text = services.replies("faq_pointer", more=more, time=time, title=entry.title)
        topic = _topic(entry.id)
    return [Reply(text, "reply", "room", to=first.room_id, mentions=named, topic=topic)]


RING = Ring("pointing", _due, _ring)
"""Shows those who asked within the cool-down where the answer stands, some seconds after the first of them."""

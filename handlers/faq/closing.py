"""Closing the loop: when an answer comes, everybody who was told to wait for it reads it where they asked. Those who were met
with silence read it when somebody at work says so: 「答复」."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.model.asked import Asked, Offer
from bot.model.audit import BOT, Actor
from bot.model.faq import Faq, Swap
from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.services import Services
from bot.model.unanswered import Unanswered
from handlers.authority import may
from handlers.faq import surge
from handlers.faq.asking import addressees, askers, rooms
from handlers.faq.manners import given_lately, wording
from handlers.faq.news import GATHER
from handlers.speaking import private_enough, quoted, to_sender

KEPT = timedelta(hours=24)
"""Those who were met with silence are answered within so long, if at all."""

LOOKED_AT = 300
"""So many different questions that wait are looked at when entries have changed."""

A_WORD = 6
"""Characters; what a worker says in fewer is not worth passing on to other groups."""

_BEGUN = "faq-begun"


def came(swap: Swap, services: Services) -> list[Reply]:
    """Entries of the FAQ are new or changed: answer those who were told to wait for them, and offer to answer others."""
    changed = {one.id: one.after for one in swap.entries if one.after is not None}
    return _answer_with(
        {id_: entry for id_, entry in changed.items() if entry.valid(swap.at)}, swap.at, services
    )


def _answer_with(entries: Mapping[str, Faq], at: datetime, services: Services) -> list[Reply]:
    if not entries:
        return []
    replies: list[Reply] = []
    promised = services.asked.waiting(at - surge.PROMISED, "held", "expired")
    silent = services.asked.waiting(at - KEPT, "silent", "limited", "suggested")
    handed = services.asked.waiting(at - surge.PROMISED, "handed")
    known = _answers({row.text for row in (*promised, *silent, *handed)}, entries, services)
    for entry in entries.values():
        told = _with_their_surges(
            [row for row in promised if known.get(row.text) == entry.id or row.entry == entry.id], services
        )
        if told:
            replies += _tell(told, entry, at, services)
        if fetched := [row for row in handed if known.get(row.text) == entry.id]:
            replies += _tell_handed(fetched, entry, at, services)
        if unsaid := [row for row in silent if known.get(row.text) == entry.id and row.room_id]:
            services.asked.make_offer(at, unsaid, entry=entry.id)
    for number in {row.surge for row in promised if row.surge}:
        if not services.asked.of_surge(number):
            services.asked.close_surge(number, at)
    return replies


def _with_their_surges(rows: Sequence[Asked], services: Services) -> list[Asked]:
    """These, and where they are half of all who ask one thing, the others as well: they said the same in odd words."""
    found = {row.id: row for row in rows}
    for number in {row.surge for row in rows if row.surge}:
        everybody = services.asked.of_surge(number)
        if 2 * askers(row for row in rows if row.surge == number) >= askers(everybody):
            found |= {row.id: row for row in everybody}
    return [found[id_] for id_ in sorted(found)]


def _answers(texts: Collection[str], entries: Mapping[str, Faq], services: Services) -> dict[str, str]:
    """Question -> which of these entries answers it now."""
    phrasings = [question for entry in entries.values() for question in entry.questions]
    likely = [
        text
        for text in texts
        if text and (len(phrasings) > LOOKED_AT or any(_touches(text, known) for known in phrasings))
    ]
    found = {}
    for text in sorted(likely)[:LOOKED_AT]:
        meant = services.known.understand(text, addressed=True).faq
        if meant is not None and (id_ := _now(meant.id, entries, services)):
            found[text] = id_
    return found


def _now(id_: str, entries: Mapping[str, Faq], services: Services) -> str:
    """The one of these entries that answers instead of one that may not hold now (handlers/faq/asking.py: present)."""
    known = services.faq.get(id_)
    if id_ in entries or known is None:
        return id_ if id_ in entries else ""
    asked = frozenset(known.questions)
    return next((one.id for one in entries.values() if not asked.isdisjoint(one.questions)), "")


def _touches(text: str, phrasing: str) -> bool:
    return len(set(text) & set(phrasing)) >= min(2, len(phrasing))


def _tell(rows: Sequence[Asked], entry: Faq, at: datetime, services: Services) -> list[Reply]:
    """One message a group with the answer and those who asked there; whoever asked in private reads it there."""
    titles = {room_id: _asked_for(those, entry, services) for room_id, those in rooms(rows).items()}
    _serve(rows, BOT, at, services, entry=entry.id)
    replies = []
    for room_id, those in rooms(rows).items():
        title = titles[room_id]
        place = services.groups.find(those[0].node) or services.groups.root
        said = given_lately(entry, room_id, place, at, services)
        named, *others = addressees(those) or ((),)
        first = services.replies("faq_closing", title=title, answer=wording(entry, place, services))
        again = services.replies("faq_closing_also", title=title)
        topic = f"faq:{entry.id}"
        if said is None:
            replies.append(Reply(first, "reply", "room", to=room_id, mentions=named, topic=topic))
        else:
            others = [named, *others]
        replies += [
            Reply(again, "reply", "room", to=room_id, mentions=some, topic=f"pointer:{entry.id}")
            for some in others
        ]
    alone = {row.person_id: row for row in rows if not row.room_id}
    for person_id, row in alone.items():
        text, title = wording(entry, services.groups.root, services), _asked_for([row], entry, services)
        said_so = services.replies("faq_closing", title=title, answer=text)
        replies.append(Reply(said_so, "private", "person", to=person_id, topic=f"faq:{entry.id}"))
    return replies


def _asked_for(rows: Sequence[Asked], entry: Faq, services: Services) -> str:
    """What these asked, as the holding line named it or in their own words, for an entry has many phrasings and its title is but
    the first; the title where they asked in many words, or in words that are not for others."""
    surges, texts = {row.surge for row in rows}, {row.text for row in rows}
    asked = ""
    if len(texts) == 1:
        asked = texts.pop()
    elif len(surges) == 1 and (number := surges.pop()):
        asked = next(iter(services.asked.surge_wordings(number, 1)), "")
    return asked.strip(surge.STOPS) if surge.repeatable(asked, services) else entry.title


def _tell_handed(rows: Sequence[Asked], entry: Faq, at: datetime, services: Services) -> list[Reply]:
    """A person was fetched for these: they read the answer all the same as long as that person is not done with it, and the
    ticket says so. It stays open: whoever asked for a person may want one still."""
    waiting = []
    for row in rows:
        tickets = (one for one in services.tickets.of_requester(row.person_id) if one.intent == "human")
        ticket = next((one for one in tickets if row.text in one.text), None)
        if ticket is not None:
            note = services.replies("faq_closing_ticket", title=entry.title)
            services.tickets.note(ticket, Actor(at), "progress", note)
            waiting.append(row)
    return _tell(waiting, entry, at, services) if waiting else []


def _serve(rows: Sequence[Asked], by: str, at: datetime, services: Services, *, entry: str = "") -> None:
    """They have their answer, and are on no list any more."""
    services.asked.serve(rows, at, entry=entry)
    asked = [row.message_id for row in rows]
    services.unanswered.answered_messages(asked, by, at - surge.PROMISED, at)


def many_wait(at: datetime, nodes: Collection[str] | None, services: Services) -> list[str]:
    """A line for each thing that many ask in the groups of these branches (None: of all), with how to answer it."""
    lines = []
    for one in services.asked.surges(at - surge.PROMISED):
        rows = [row for row in services.asked.of_surge(one.id) if nodes is None or row.node in nodes]
        if rows:
            text, number = quoted(one.question, 40), str(one.id)
            lines.append(services.replies("faq_many_wait", count=str(askers(rows)), text=text, number=number))
    return lines


# a worker answered in a group


def by_worker(request: Request, answered: Sequence[Unanswered], services: Services) -> None:
    """Somebody at work answered these questions of a group. Where many ask the same, all who asked there have their
    answer; what was said is offered to the other groups."""
    message = request.message
    if not answered:
        return
    services.asked.serve_messages([row.message_id for row in answered], message.at)
    for one in services.asked.surges(message.at - surge.PROMISED):
        rows = services.asked.of_surge(one.id)
        texts = {row.text for row in answered}
        if not any(surge.same_question(row.text, text) for row in rows for text in texts):
            continue
        here = [row for row in rows if row.room_id == message.room_id]
        _serve(here, request.person.name, message.at, services)
        elsewhere = [row for row in rows if row.room_id and row.room_id != message.room_id]
        if elsewhere and len(request.text) >= A_WORD:
            services.asked.make_offer(message.at, elsewhere, text=request.text, by=request.person.name)
        elif not services.asked.of_surge(one.id):
            services.asked.close_surge(one.id, message.at)


# 「答复」


def answer_all(request: Request, services: Services) -> Outcome:
    """/答复 [编号]: give those who asked before the answer came what they asked for."""
    command = request.command
    assert command is not None
    if not private_enough(request):
        return Outcome("refused:答复")
    if not may(request.person, "secretary", services.groups.root, services.groups):
        return Outcome("command:答复", (to_sender(request, services.replies("faq_offer_refused")),))
    digits = "".join(char for char in command.rest if char.isdecimal())
    offer = services.asked.offer(int(digits[:9]) if digits else None)
    at = request.message.at
    entry = services.faq.get(offer.entry) if offer and offer.entry else None
    if offer is None or at - offer.at > KEPT or (offer.entry and (entry is None or not entry.valid(at))):
        return Outcome("command:答复", (to_sender(request, services.replies("faq_offer_none")),))
    rows = services.asked.of_offer(offer.id)
    replies = _tell(rows, entry, at, services) if entry else _pass_on(rows, offer, at, services)
    services.asked.close_offer(offer.id, at)
    for number in {row.surge for row in rows if row.surge}:
        if not services.asked.of_surge(number):
            services.asked.close_surge(number, at)
    services.audit.write(request.by, "faq", f"答复 {askers(rows)} 人（{len(rooms(rows))} 个群）")
    words = {"count": str(askers(rows)), "rooms": str(len(rooms(rows)))}
    key = "faq_offer_done" if rows else "faq_offer_none"
    return Outcome("command:答复", (to_sender(request, services.replies(key, **words)), *replies))


def _pass_on(rows: Sequence[Asked], offer: Offer, at: datetime, services: Services) -> list[Reply]:
    """The words of somebody at work, in the other groups that ask the same."""
    _serve(rows, offer.by, at, services)
    text = services.replies("faq_passed_on", name=offer.by, text=offer.text)
    replies = []
    for room_id, those in rooms(rows).items():
        for named in addressees(those) or ((),):
            replies.append(Reply(text, "reply", "room", to=room_id, mentions=named))
    return replies


def _offers_due(services: Services) -> datetime | None:
    offer = services.asked.untold_offer()
    return _when(offer) if offer else None


def _when(offer: Offer) -> datetime:
    """An answer that came is offered when whoever wrote it, and those who edit data/, have read that it is live."""
    return offer.at + GATHER if offer.entry else offer.at


def _tell_offers(at: datetime, services: Services) -> Sequence[Reply]:
    """Those who edit data/: for whom there is an answer now, and the word that gives it to them."""
    replies = []
    while (offer := services.asked.untold_offer()) and _when(offer) <= at:
        services.asked.told_offer(offer.id, at)
        rows = services.asked.of_offer(offer.id)
        if not rows:
            continue
        entry = services.faq.get(offer.entry)
        words = {
            "count": str(askers(rows)),
            "rooms": str(len(rooms(rows))),
            "title": _asked_for(rows, entry, services) if entry else "",
            "name": offer.by,
            "text": quoted(offer.text, 60),
            "number": str(offer.id),
        }
        key = "faq_offer" if offer.entry else "faq_offer_words"
        # as a reply: an alert would overtake 已上线, which is one
        replies.append(Reply(services.replies(key, **words), "reply" if offer.entry else "alert", "admins"))
    return replies


OFFERS = Ring("faq-offers", _offers_due, _tell_offers)
"""Asks whether those who were met with silence are to be answered now."""


# an entry whose first day has come


def _begins(services: Services) -> datetime | None:
    last = services.rung.last(_BEGUN) or services.health.first_started
    moments = (entry.valid_from for entry in services.faq.values() if entry.enabled)
    return min((moment for moment in moments if moment is not None and moment > last), default=None)


def _begin(at: datetime, services: Services) -> Sequence[Reply]:
    last = services.rung.last(_BEGUN) or services.health.first_started
    services.rung.mark(_BEGUN, at, at)
    begun = {
        entry.id: entry
        for entry in services.faq.values()
        if entry.valid_from is not None and last < entry.valid_from <= at and entry.valid(at)
    }
    return _answer_with(begun, at, services)


BEGUN = Ring(_BEGUN, _begins, _begin)
"""Answers those who wait for an entry from the first moment at which it holds."""

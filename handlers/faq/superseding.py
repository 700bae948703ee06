"""An answer has changed: what still waits of the old one is reworded, whoever heard it is listed, and 「更正」 drafts the notice
that tells them (as CAP's Update: naming the old one, to exactly those who got it)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.faq import ChangedEntry, Faq, Swap
from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.notice import Notice
from bot.model.services import Services
from bot.model.told import Superseded
from bot.model.tree import Node
from handlers.authority import may
from handlers.faq.finding import leading, which
from handlers.faq.hearers import Hearers, hearers, holding, listed
from handlers.faq.manners import wording
from handlers.faq.trifling import same
from handlers.notices.drafting import out_of_reach, show
from handlers.notices.heading import read_facts
from handlers.notices.previewing import preview
from handlers.notices.scheduled import to_writer
from handlers.notices.wording import LONGEST, worded
from handlers.speaking import to_sender

LATE_MINUTES = 24 * 60.0
"""A correction that was confirmed holds a day later, too."""

FRESH = timedelta(hours=2)
"""So long after the news a bare 「更正」 means it."""

QUOTED = 30
"""Characters of the old answer that a correction repeats at most."""

_CLAUSE = re.compile(r"[，,。；;！!？?\n]+")
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十半]+[点天日号周小个]")
_BARE = re.compile(r"(?:要|发|发个|发条|发一条)?(?:更正|改正)(?:一下|吧|了)?[\s。.!！~～]*")


def supersede(swap: Swap, services: Services) -> list[Reply]:
    """At the moment an answer changes: nobody reads the old one any more that waits in the outbox, and corrections that were
    drafted before say the newest. Call it once, before anything else is said because of the swap."""
    replies: list[Reply] = []
    for one in swap.entries:
        if not _superseded(one, swap.at, services):
            continue
        assert one.before is not None
        _reword(one.id, holding(one.after, swap.at), services)
        edit = services.edits.get(swap.edit) if swap.edit else None
        services.told.remember(
            Superseded(
                swap.at,
                one.id,
                one.before.title,
                one.before.answer,
                edit.room_id if edit else "",
                swap.by_id,
            )
        )
        replies += _renew(one.id, swap.at, services)
    return replies


def lines(rows: Sequence[Superseded], at: datetime, services: Services) -> list[str]:
    """What the news says of answers that were superseded: who heard the old ones, and the word that corrects them."""
    first = {one.entry: one for one in sorted(rows, key=lambda one: one.at, reverse=True)}
    told = [
        (one, found)
        for one in reversed(first.values())
        if not _previewed(one.entry, services) and (found := hearers(one.entry, at, services))
    ]
    said = [_line(one, found, len(told) > 1, at, services) for one, found in told]
    if len(told) == 1:
        said.append(services.replies("faq_told_word", id=told[0][0].entry))
    elif told:
        words = "\n".join(f"/faq 更正 {one.entry}" for one, _ in told)
        said.append(services.replies("faq_told_words", list=words))
    return said


def _previewed(entry: str, services: Services) -> bool:
    """True when a correction waits to be confirmed, or for its time: it was shown anew, and there is nothing to add."""
    numbers = services.told.corrections(entry)
    return any(
        one is not None and one.state in ("draft", "waiting") for one in map(services.notices.get, numbers)
    )


def with_news(said: Sequence[Reply], swap: Swap, services: Services) -> list[Reply]:
    """What whoever asked for the change in the chat is told of it, and with it who heard the old answers. Of an edit of the
    files those who edit data/ read that with the news (handlers/faq/news.py)."""
    edit = services.edits.get(swap.edit) if swap.edit else None
    heard_it = lines(services.told.superseded(swap.at), swap.at, services) if edit else []
    if edit is None or not heard_it:
        return list(said)
    text = "\n".join(heard_it)
    if said:
        return [replace(said[0], text=f"{said[0].text}\n{text}"), *said[1:]]
    if not edit.room_id:
        return [Reply(text, "private", "person", to=edit.person_id)]
    return [Reply(text, "alert", "room", to=edit.room_id, mentions=((edit.person_id, edit.person),))]


def _line(one: Superseded, found: Hearers, several: bool, at: datetime, services: Services) -> str:
    now = holding(services.faq.get(one.entry), at)
    trifle = now is not None and same(one.answer, now.answer)
    return services.replies(
        "faq_told",
        title=f"「{one.title}」" if several else "",
        hours=f"{services.faq_settings.correct_hours:g}",
        count=str(found.people),
        list=listed(found, services),
        note=services.replies("faq_told_trifle") if trifle else "",
    )


def _superseded(one: ChangedEntry, at: datetime, services: Services) -> bool:
    """True when what people were told before is no longer what they are told: another answer, or none."""
    if one.before is None:
        return False
    if one.after is None:  # under another id, perhaps
        moved = (entry for entry in services.faq.values() if entry.valid(at))
        return all(entry.answer != one.before.answer for entry in moved)
    ceased = one.before.enabled and not one.before.expired(at) and not one.after.valid(at)
    return one.answers_differently or ceased


# what waits


def _reword(entry: str, now: Faq | None, services: Services) -> None:
    for one in services.told.queued(entry):
        if now is None:
            services.told.reword(one.row, services.replies("faq_withdrawn"), f"withdrawn:{entry}")
            continue
        text = wording(now, _place(one.room, services), services)
        services.told.reword(one.row, text, f"faq:{entry}")


def _place(room: str, services: Services) -> Node:
    place = services.groups.place(room) if room else None
    return place.node if place else services.groups.root


# corrections under way


def _renew(entry: str, at: datetime, services: Services) -> list[Reply]:
    """A correction that has not left says the newest answer, once somebody has looked at it again; one that is leaving goes
    to nobody else."""
    replies: list[Reply] = []
    for number in services.told.corrections(entry):
        old = services.notices.get(number)
        assert old is not None
        if old.state in ("sending", "paused"):
            services.notices.cancel_rows(number, at, why="答案又改了")
            services.notices.change(number, at, state="sending", reason="答案又改了")
            continue
        found = hearers(entry, at, services)
        if not found:
            services.notices.change(number, at, state="cancelled", reason="答案改回去了")
            words = {"number": old.number}
            replies.append(to_writer(old, services.replies("faq_correction_needless", **words)))
            continue
        text = _text(entry, found, "", at, services)
        services.notices.change(
            number, at, state="draft", text=worded(text, old.level, services, drill=False, asks_receipt=old.asks_receipt),
            rooms=_rooms(found, services), created_at=at, planned_at=at, begin_at=None, reason="", second_id="", second="",
        )  # fmt: skip
        renewed = services.notices.get(number)
        assert renewed is not None
        notes = [services.replies("faq_correction_renewed", number=old.number), *_private(found, services)]
        told = to_writer(renewed, preview(renewed, notes, at, services))
        replies.append(replace(told, kind="reply" if renewed.room_id else "private"))  # behind the news
        _ask(renewed, at, services)
    return replies


def _ask(draft: Notice, at: datetime, services: Services) -> None:
    from_now = at + timedelta(minutes=services.notice_settings.confirm_minutes)
    services.dialogues.begin(draft.room_id, draft.by_id, Dialogue("notice", str(draft.id)), from_now)


# /faq 更正


def correct(request: Request, services: Services) -> Outcome:
    """/faq 更正 id [要说的话]: draft the correction for exactly those who heard the old answer."""
    assert request.command is not None
    said = request.command.raw.strip()
    if not said:
        return heard("更正", request, services) or _said(request, services.replies("faq_correct_which"))
    meant = leading(said, services)
    if meant.entry is not None:
        return _draft(meant.entry.id, meant.rest, request, services)
    gone, _, words = said.partition(" ")
    if not meant.several and _title(gone, request.message.at, services) != gone:
        return _draft(gone, words.strip(), request, services)
    return _said(request, which(meant, services))


def heard(said: str, request: Request, services: Services) -> Outcome | None:
    """A bare 「更正」 after the news, by whoever asked for the change, or in the room that reads the news. None when nothing is
    to be corrected there."""
    if not _BARE.fullmatch(said.strip()) or not may(
        request.person, "secretary", services.groups.root, services.groups
    ):
        return None
    at = request.message.at
    news = [one for one in services.told.superseded(at - FRESH) if _told_here(one, request, services)]
    entries = [entry for entry in dict.fromkeys(one.entry for one in news) if hearers(entry, at, services)]
    if not entries:
        return None
    if len(entries) > 1:
        listed_ = "\n".join(f"/faq 更正 {entry}" for entry in entries)
        return _said(request, services.replies("faq_told_words", list=listed_))
    return _draft(entries[0], "", request, services)


def _told_here(one: Superseded, request: Request, services: Services) -> bool:
    if request.message.private:
        return one.person_id == request.person.id
    root, place = services.groups.root, request.place
    news = place is not None and place.room in (root.admin_room, services.groups.staff_room(root))
    return news or (bool(one.room_id) and one.room_id == request.message.room_id)


def _draft(entry: str, words: str, request: Request, services: Services) -> Outcome:
    at = request.message.at
    found = hearers(entry, at, services)
    hours = f"{services.faq_settings.correct_hours:g}"
    if not found:
        return _said(request, services.replies("faq_correct_nobody", id=entry, hours=hours))
    rooms = _rooms(found, services)
    if refused := out_of_reach(rooms, request, services):
        return _said(request, services.replies("notice_refused", list=refused))
    head = read_facts(words, at.astimezone(services.zone))
    text = _text(entry, found, head.text, at, services)
    if len(text) > LONGEST:
        return _said(request, services.replies("notice_too_long", count=str(len(text)), total=str(LONGEST)))
    level = head.level or "normal"
    draft = Notice(
        0,
        worded(text, level, services, drill=False, asks_receipt=head.asks_receipt),
        rooms,
        services.replies("faq_correct_scope", title=_title(entry, at, services)),
        _above(rooms, services).name,
        at,
        at,
        level,
        late_minutes=LATE_MINUTES,
        valid_until=head.valid_until.at if head.valid_until else None,
        asks_receipt=head.asks_receipt,
        by_id=request.person.id,
        by_name=request.person.name,
        room_id=request.message.room_id,
        entry=entry,
    )
    notes = _private(found, services)
    now, before = holding(services.faq.get(entry), at), services.told.answer_before(entry, found.heard)
    if now is not None and before and same(before, now.answer):
        notes.append(services.replies("faq_told_trifle"))
    return show(draft, notes, request, services)


def _private(found: Hearers, services: Services) -> list[str]:
    count = str(len(found.private))
    return [services.replies("faq_correct_private", count=count)] if found.private else []


def _rooms(found: Hearers, services: Services) -> tuple[str, ...]:
    """The groups, in the order of the tree; what is no group of the tree cannot be written to."""
    order = [room for node in services.groups.below(services.groups.root) for room in rooms_of(node)]
    return tuple(room for room in order if room in found.rooms)


def rooms_of(node: Node) -> Sequence[str]:
    """The groups that hang on a node."""
    rooms = (
        node.room,
        node.staff_room,
        node.volunteer_room,
        node.isolation_room,
        node.landlord_room,
        node.admin_room,
    )
    return [room for room in rooms if room]


def _above(rooms: Sequence[str], services: Services) -> Node:
    """The nearest branch above all of them: whose business it is."""
    paths = [services.groups.path(_place(room, services)) for room in rooms]
    shared = services.groups.root
    for level in zip(*paths, strict=False):
        if any(node.name != level[0].name for node in level):
            break
        shared = level[0]
    return shared


def _title(entry: str, at: datetime, services: Services) -> str:
    """What was asked; its id for one that nobody knows any more."""
    if known := services.faq.get(entry):
        return known.title
    since = at - timedelta(hours=services.faq_settings.correct_hours)
    return next((one.title for one in services.told.superseded(since) if one.entry == entry), entry)


def _text(entry: str, found: Hearers, words: str, at: datetime, services: Services) -> str:
    """【更正】 what was said in half a sentence, then the present answer, or the words given in its place."""
    now = holding(services.faq.get(entry), at)
    before = services.told.answer_before(entry, found.heard) or found.heard
    answer = words or (wording(now, services.groups.root, services) if now else "")
    key = "faq_correction" if answer else "faq_correction_gone"
    return services.replies(key, title=_title(entry, at, services), text=_half(before, answer), answer=answer)


def _half(before: str, after: str) -> str:
    """The first clause of the old answer that the new one does not have; rather one with a figure, which is what people
    remember, than 「按市里通告」."""
    clauses = [clause.strip() for clause in _CLAUSE.split(before) if clause.strip()]
    gone = [clause for clause in clauses if clause not in after] or clauses[:1]
    found = next((clause for clause in gone if _FIGURE.search(clause)), gone[0] if gone else "")
    return found if len(found) <= QUOTED else f"{found[:QUOTED]}…"


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:faq", (to_sender(request, text),))

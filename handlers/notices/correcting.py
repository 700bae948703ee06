"""/通知 更正 12 新的话: an update naming the old one, to exactly the groups that got it and those that still wait for it."""

from dataclasses import replace

from bot.model.handling import Outcome, Request
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices import attaching
from handlers.notices.drafting import out_of_reach, show
from handlers.notices.heading import read_facts
from handlers.notices.reached import CORRECTING, later_one, reached, read_last
from handlers.notices.timetable import short_time
from handlers.notices.wording import LONGEST, corrected, first_words, worded
from handlers.speaking import to_sender


def correct(old: Notice, body: str, request: Request, services: Services, *, named: bool = True) -> Outcome:
    """Show what the correction will be; it goes out when it is confirmed, like any notice. ``named``: by its number, else the
    preview says which one is meant."""
    at = request.message.at
    if old.state == "draft":
        return _said(request, services.replies("notice_correct_draft", number=old.number))
    if later := later_one(old, services):
        words = {"number": old.number, "other": later.number, "id": str(later.id)}
        return _said(request, services.replies("notice_corrected_already", **words))
    rooms = reached(old, services)
    if not rooms:
        return _said(request, services.replies("notice_correct_nobody", number=old.number))
    if refused := out_of_reach(rooms, request, services):
        return _said(request, services.replies("notice_refused", list=refused))
    head = read_facts(body.strip("\n \t\u3000"), at.astimezone(services.zone))
    files = attaching.waiting(request, services)
    if not head.text and not files:
        return _said(request, services.replies("notice_correct_how", id=str(old.id)))
    if head.valid_until is not None and head.valid_until.problem:
        return _said(request, head.valid_until.problem)
    if len(body) > LONGEST:
        return _said(request, services.replies("notice_too_long", count=str(len(body)), total=str(LONGEST)))
    level, drill = head.level or old.level, head.drill or old.drill
    receipt = head.asks_receipt or old.asks_receipt
    text = worded(head.text, level, services, drill=drill, asks_receipt=receipt)
    until = old.valid_until if old.valid_until is None or old.valid_until > at else None
    draft = Notice(
        0,
        text,
        rooms,
        old.scope,
        old.node,
        max(old.planned_at, at),
        at,
        level,
        late_minutes=old.late_minutes,
        valid_until=head.valid_until.at if head.valid_until else until,
        attachments=files,
        drill=drill,
        asks_receipt=receipt,
        corrects=old.id,
        by_id=request.person.id,
        by_name=request.person.name,
        room_id=request.message.room_id,
    )
    got = [room for room in rooms if room in read_last(draft, services)]
    draft = replace(draft, update_text=corrected(draft, old, services) if got else "")
    notes = []
    if not named:
        when = short_time(old.begun_at or old.planned_at, at, services).removeprefix("今天 ")
        words = {"number": old.number, "when": when, "text": first_words(old)}
        notes.append(services.replies("notice_correct_that", **words))
    if got:
        notes.append(services.replies("notice_correct_got", number=old.number, count=str(len(got))))
    if len(rooms) > len(got):
        notes.append(services.replies("notice_correct_waiting", count=str(len(rooms) - len(got))))
    if old.attachments and not files:
        notes.append(services.replies("notice_correct_files", number=old.number))
    if old.state == "sending" and services.notices.hold(old.id, CORRECTING):
        notes.append(services.replies("notice_correct_held", number=old.number))
    return show(draft, notes, request, services)


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:通知", (to_sender(request, text),))

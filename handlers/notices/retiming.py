"""/通知 改时间 12 明早7:00: another time for a notice that waits for its own."""

from dataclasses import replace

from bot.model.handling import Outcome, Reply, Request
from bot.model.notice import NOTICE_STATES, Notice
from bot.model.services import Services
from handlers.notices.moments import read_planned
from handlers.notices.previewing import moment
from handlers.notices.quiet import begins_at
from handlers.notices.warnings import warnings
from handlers.speaking import to_sender


def retime(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    """The words and the groups stay as they were confirmed; what there is to think of at the new time is said."""
    at = request.message.at
    if notice.state == "draft":
        return _said(request, services.replies("notice_correct_draft", number=notice.number))
    if notice.state != "waiting":
        words = {"number": notice.number, "state": NOTICE_STATES[notice.state], "word": "改时间"}
        return _said(request, services.replies("notice_no", **words))
    said = rest.strip(" \t\u3000。.!！")
    planned = read_planned(said, at.astimezone(services.zone))
    if planned is None or planned.length < len(said):
        return _said(request, services.replies("notice_retime_how", id=str(notice.id)))
    if planned.problem:
        return _said(request, planned.problem)
    new = planned.at or at
    goes = begins_at(new, notice.level, services)
    if notice.valid_until is not None and notice.valid_until <= goes:
        until = services.show_time(notice.valid_until)
        return _said(request, services.replies("notice_retime_over", number=notice.number, until=until))
    before = moment(notice.planned_at, at, services)
    think = warnings(replace(notice, planned_at=new), at, services)
    services.notices.change(notice.id, at, planned_at=new, begin_at=goes if goes > new else None)
    when = moment(goes, at, services)
    services.audit.write(request.by, "notice", f"{notice.number} 改时间：{before} → {when}")
    text = services.replies(
        "notice_retimed",
        number=notice.number,
        id=str(notice.id),
        when=when,
        count=str(len(notice.rooms)),
        list="\n".join(f"· {line}" for line in think),
    )
    return Outcome(
        f"notice:waiting:{notice.id}", (to_sender(request, text), *_to_writer(notice, text, request))
    )


def _to_writer(notice: Notice, text: str, request: Request) -> list[Reply]:
    """Whoever wrote it, when that is somebody else, where they wrote it."""
    if notice.by_id in ("", request.person.id) or notice.room_id == request.message.room_id != "":
        return []
    told = f"{request.person.name}：{text}"
    if not notice.room_id:
        return [Reply(told, "private", "person", to=notice.by_id)]
    return [Reply(told, "reply", "room", to=notice.room_id, mentions=((notice.by_id, notice.by_name),))]


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:通知", (to_sender(request, text),))

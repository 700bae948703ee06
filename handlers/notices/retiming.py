"""/通知 改时间 12 明早7:00: another time for a notice that waits for its own; 「改到7点半发」 for one that is only previewed."""

import re
from dataclasses import replace
from datetime import datetime, time

from bot.model.handling import Outcome, Reply, Request
from bot.model.notice import NOTICE_STATES, Notice
from bot.model.services import Services
from handlers.notices.drafting import show
from handlers.notices.moments import read_planned
from handlers.notices.previewing import moment
from handlers.notices.quiet import begins_at
from handlers.notices.warnings import warnings
from handlers.speaking import to_sender

_CHANGE = re.compile(
    r"(?:等一?下|等等|先别)?[，,\s]*(?:时间)?(?:换|改)(?:一下|下)?(?:发送)?(?:的?时间|几点发)?[，,:：\s]*(?:到|成|为)?[，,:：\s]*"
)
_END = re.compile(r"[吧了啊\s。.!！~～]*$")
_SENT = re.compile(r"发(?:送|出|出去)?$")
_DAY_SAID = re.compile(r"[今明后当次]|周|星期|礼拜|月|日|号|小时|分钟|之?后|现在|马上|立")
_CLOCK_IN_WORDS = re.compile(r"\d[:：]\d{2}|[\d一二两三四五六七八九十][点时]")


def redraft(draft: Notice, words: str, request: Request, services: Services) -> Outcome | None:
    """「改到7点半发」, 「改一下，7点半」 said to a preview: the same notice at that time, shown anew. A bare time is when it is
    sent only where the preview had a time and its words have none; otherwise None: it may be the words that are wrong."""
    found = _CHANGE.match(words)
    said = _END.sub("", words[found.end() :]) if found else ""
    if not said:
        return None
    sending = _SENT.search(said) is not None
    own_time = draft.planned_at > draft.created_at and not _CLOCK_IN_WORDS.search(draft.text)
    if not (sending or own_time):
        return None
    at = request.message.at
    now, day = at.astimezone(services.zone), draft.planned_at.astimezone(services.zone).date()
    if day > now.date() and not _DAY_SAID.search(said):
        now = datetime.combine(day, time(), services.zone)
    said = _SENT.sub("", said)
    planned = read_planned(said, now)
    if planned is None or planned.length < len(said):
        return None
    if planned.at is None:
        return _said(request, planned.problem)
    goes = begins_at(planned.at, draft.level, services)
    if draft.valid_until is not None and draft.valid_until <= goes:
        until = services.show_time(draft.valid_until)
        return _said(request, services.replies("notice_retime_over", number=draft.number, until=until))
    return show(replace(draft, planned_at=planned.at, created_at=at), (), request, services)


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

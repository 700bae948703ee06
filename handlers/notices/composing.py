"""/通知: reads what is to be told to whom, keeps it as a draft, and shows what it will be before anything is sent."""

import re

from bot.model.handling import Outcome, Request
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices import attaching, confirming, doubtful, managing
from handlers.notices.drafting import out_of_reach, show
from handlers.notices.heading import Heading, read_heading
from handlers.notices.moments import day_alone
from handlers.notices.targets import Targets, read_targets
from handlers.notices.wording import LONGEST, worded
from handlers.speaking import private_enough, to_sender

_NAME = re.compile(r"^[\s\u200b-\u200f\ufeff]*[/／]?\s*(?:发(?:个|条|一条)?通知|通知)[ \t\u3000:：，,。]*")
_HELP = re.compile(r"(?:帮助|用法|说明|怎么[用写发]|help|[?？])[\s。.!！?？]*", re.IGNORECASE)
LATE_MINUTES = 24 * 60.0
"""What was written in the chat is late only when it no longer holds; a day later nobody expects it any more."""


def notice(request: Request, services: Services) -> Outcome:
    """/通知: one of its words (列表, 12, 确认 12, 取消 12 …), else a new notice."""
    if not private_enough(request):
        return _said(request, services.replies("notice_elsewhere"))
    typed = _NAME.sub("", request.text, count=1).strip()
    if not typed or _HELP.fullmatch(typed):
        return _said(request, services.replies("notice_usage"))
    outcome = confirming.asked(typed, request, services) or managing.asked(typed, request, services)
    return outcome or _compose(typed, request, services)


def _compose(typed: str, request: Request, services: Services) -> Outcome:
    at = request.message.at.astimezone(services.zone)
    head = read_heading(typed, at, services.groups)
    near = request.place.node if request.place else None
    targets = read_targets(head.targets, near, services.groups) if head.targets else Targets()
    files = attaching.waiting(request, services)
    if problem := _problem(head, targets, bool(files), request, services):
        return _said(request, problem)
    assert targets.node is not None
    planned = head.planned.at if head.planned and head.planned.at else request.message.at
    level = head.level or "normal"
    draft = Notice(
        0,
        worded(head.text, level, services, drill=head.drill, asks_receipt=head.asks_receipt),
        targets.rooms,
        targets.scope,
        targets.node.name,
        planned,
        request.message.at,
        level,
        late_minutes=LATE_MINUTES,
        valid_until=head.valid_until.at if head.valid_until else None,
        attachments=files,
        drill=head.drill,
        asks_receipt=head.asks_receipt,
        by_id=request.person.id,
        by_name=request.person.name,
        room_id=request.message.room_id,
    )
    return show(draft, targets.notes, request, services)


def _problem(head: Heading, targets: Targets, files: bool, request: Request, services: Services) -> str:
    """What is missing or impossible, as a question back; empty when nothing is."""
    moments = [moment for moment in (head.planned, head.valid_until) if moment is not None]
    wrong = next((moment.problem for moment in moments if moment.problem), "")
    if not head.targets:
        return _no_targets(head, request, services)
    if problem := wrong or doubtful.question(head, targets, services.groups) or targets.problem:
        return problem
    if refused := out_of_reach(targets.rooms, request, services):
        return services.replies("notice_refused", list=refused)
    if not head.text and not files:
        return services.replies("notice_no_text", place=targets.scope)
    if len(head.text) > LONGEST:
        return services.replies("notice_too_long", count=str(len(head.text)), total=str(LONGEST))
    begins = head.planned.at if head.planned and head.planned.at else request.message.at
    if head.valid_until and head.valid_until.at and head.valid_until.at <= begins:
        return services.replies("notice_over", until=head.valid_until.said)
    return ""


def _no_targets(head: Heading, request: Request, services: Services) -> str:
    if head.hint:
        return services.replies("notice_blank", word=head.hint)
    if asked := doubtful.slashed(head.text, services.groups):
        return asked
    if not head.planned and (day := day_alone(head.text)):
        return f"「{day}」几点发？写明白，比如 /通知 {day}8点 春晓苑 今晚停水"
    near = request.place.node if request.place else None
    first = head.text.split()[0] if head.text.split() else ""
    problem = read_targets(first, near, services.groups).problem if 1 < len(first) <= 8 else ""
    return problem if "吗？" in problem else services.replies("notice_no_targets")


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:通知", (to_sender(request, text),))

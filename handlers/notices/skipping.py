"""/通知 取消 policy, /通知 改时间 policy 10:30: one sending of an entry of notices.yaml is left out or moved. The entry stays.

The sending is claimed before its time, as a row that is cancelled: the clock then finds it claimed and sends nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.handling import Outcome, Request
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.authority import may
from handlers.notices.moments import Moment, read_planned
from handlers.notices.quiet import begins_at
from handlers.notices.scheduled import with_heading
from handlers.notices.timetable import goes, scheduled, short_time
from handlers.notices.wording import first_words
from handlers.speaking import to_sender

WITHIN = timedelta(days=8)
"""So far ahead the next sending of an entry is looked for: a weekly one comes within that."""

MOVED = "改到"
"""In the reason of a sending that was moved: another one goes in its place."""

_CANCEL = re.compile(r"(?:取消|撤销|撤回|不发了?|停)\s*(?P<rest>\S.*)")
_MOVE = re.compile(r"改时间\s*(?P<rest>\S.*)")
_THAT = re.compile(r"\s*的?(?:定时)?(?:那|这|通知)一?[条个]?[\s。.!！]*$")
_TO = re.compile(r"^\s*(?:到|为|成|[:：,，])?\s*")


def asked(typed: str, request: Request, services: Services) -> Outcome | None:
    """取消 policy, 取消 policy 12:00, 取消 10:00那条, 改时间 policy 10:30; None when no entry is meant."""
    coming = scheduled(request.message.at, request.message.at + WITHIN, services)
    if moved := _MOVE.fullmatch(typed):
        source, rest = _source(moved["rest"], coming)
        return _move(source, _TO.sub("", rest, count=1), coming, request, services) if source else None
    cancelled = _CANCEL.fullmatch(typed)
    if cancelled is None:
        return None
    source, rest = _source(_THAT.sub("", cancelled["rest"]), coming)
    if not source:
        return _cancel_at(rest, coming, request, services)
    if not rest:
        return _under_way(source, request, services) or _cancel(
            next(one for one in coming if one.source == source), coming, request, services
        )
    when = _moment(rest, request, services)
    if when is None:
        return None  # the words of a notice
    fitting = [one for one in coming if one.source == source and when.at in (one.planned_at, goes(one))]
    return _cancel(fitting[0], coming, request, services) if fitting else _none(when, request, services)


def _source(words: str, coming: Sequence[Notice]) -> tuple[str, str]:
    """The entry that words begin with, and what stands behind it; "" where they begin with none."""
    for source in sorted({one.source for one in coming}, key=len, reverse=True):
        rest = words.removeprefix(source)
        if words.startswith(source) and (not rest or not rest[0].isalnum() or rest[0].isdecimal()):
            return source, rest.strip()
    return "", words.strip()


def _moment(words: str, request: Request, services: Services) -> Moment | None:
    found = read_planned(words, request.message.at.astimezone(services.zone))
    return found if found is not None and found.length == len(words) else None


def _cancel_at(words: str, coming: Sequence[Notice], request: Request, services: Services) -> Outcome | None:
    """取消 10:00那条: what is to be sent then, when that is one."""
    when = _moment(words, request, services)
    if when is None:
        return None
    waiting = services.notices.in_state("waiting")
    fitting = [
        one
        for one in (*coming, *waiting)
        if when.at in (one.planned_at, goes(one)) and _theirs(one, request, services)
    ]
    if not fitting:
        return _none(when, request, services)
    if len(fitting) == 1 and not fitting[0].id:
        return _cancel(fitting[0], coming, request, services)
    lines = [f"{one.scope} {first_words(one)}：/通知 取消 {one.id or one.source}" for one in fitting]
    return _said(request, services.replies("notice_which", word="取消", list="\n".join(lines)))


def _theirs(notice: Notice, request: Request, services: Services) -> bool:
    node = services.groups.find(notice.node)
    return node is not None and may(request.person, "worker", node, services.groups)


def _none(when: Moment, request: Request, services: Services) -> Outcome:
    return _said(request, when.problem or services.replies("notice_skip_none", time=when.said))


def _under_way(source: str, request: Request, services: Services) -> Outcome | None:
    """One of it is on its way: that one or the next may be meant, and neither is guessed."""
    begun = [one for one in services.notices.in_state("sending", "paused") if one.source == source]
    if not begun:
        return None
    words = {"number": begun[0].number, "id": str(begun[0].id), "name": source}
    return _said(request, services.replies("notice_skip_begun", **words))


def _cancel(notice: Notice, coming: Sequence[Notice], request: Request, services: Services) -> Outcome:
    """This sending only."""
    claimed = _claim(notice, f"{request.person.name}取消", request, services)
    if claimed is None:
        return _not_here(notice, request, services)
    at = request.message.at
    when = short_time(goes(notice), at, services)
    services.audit.write(request.by, "notice", f"{notice.source} {when} 不发（{claimed.number}）")
    words = {"name": notice.source, "when": when, "id": str(claimed.id)}
    text = services.replies("notice_skipped", next=_next(notice, coming, at, services), **words)
    return Outcome(f"notice:cancelled:{claimed.id}", (to_sender(request, text),))


def _move(
    source: str, words: str, coming: Sequence[Notice], request: Request, services: Services
) -> Outcome | None:
    """The next sending, at another time of the same day: its words name the day."""
    notice = next(one for one in coming if one.source == source)
    at = request.message.at
    if not _theirs(notice, request, services):
        return _not_here(notice, request, services)
    when = _moment(words, request, services)
    if when is None or when.at is None:
        how = services.replies("notice_retime_how", id=source)
        return _said(request, when.problem if when else how)
    begins = begins_at(when.at, notice.level, services)
    if _day(begins, services) != _day(goes(notice), services):
        other = short_time(goes(notice), at, services)
        return _said(request, services.replies("notice_move_day", name=source, when=other))
    shown = short_time(begins, at, services)
    claimed = _claim(notice, f"{request.person.name}{MOVED} {shown}", request, services)
    assert claimed is not None
    over = notice.valid_until - notice.planned_at if notice.valid_until else None
    moved = services.notices.add(
        replace(
            with_heading(notice, services), source="", planned_at=when.at, created_at=at,
            begin_at=begins if begins > when.at else None, valid_until=begins + over if over else None,
            by_id=request.person.id, by_name=request.person.name, room_id=request.message.room_id,
        )
    )  # fmt: skip
    assert moved is not None
    before = short_time(goes(notice), at, services)
    services.audit.write(request.by, "notice", f"{source} {before} 改到 {shown}（{moved.number}）")
    words_ = {"name": source, "when": before, "time": shown, "id": str(moved.id), "number": moved.number}
    text = services.replies("notice_moved", next=_next(notice, coming, at, services), **words_)
    return Outcome(f"notice:waiting:{moved.id}", (to_sender(request, text),))


def _claim(notice: Notice, reason: str, request: Request, services: Services) -> Notice | None:
    """Write this sending down as cancelled; None when it is not theirs."""
    if not _theirs(notice, request, services):
        return None
    issue = replace(with_heading(notice, services), state="cancelled", reason=reason)
    return services.notices.add(issue)


def _next(notice: Notice, coming: Sequence[Notice], at: datetime, services: Services) -> str:
    """下一次 12:00, of the same entry."""
    later = [one for one in coming if one.source == notice.source and one.planned_at > notice.planned_at]
    return f"下一次 {short_time(goes(later[0]), at, services)}" if later else "8 天内没有下一次"


def _day(at: datetime, services: Services) -> object:
    return at.astimezone(services.zone).date()


def _not_here(notice: Notice, request: Request, services: Services) -> Outcome:
    words = {"number": notice.source, "place": notice.scope}
    return _said(request, services.replies("notice_not_here", **words))


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:通知", (to_sender(request, text),))

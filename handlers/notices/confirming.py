"""「确认」 and 「不发」: what was previewed goes out when its writer says so, and for the whole community a second person."""

import re
from datetime import datetime, timedelta

from bot.model.handling import Outcome, Reply, Request
from bot.model.notice import NOTICE_STATES, Notice
from bot.model.services import Services
from handlers import nearly
from handlers.authority import may
from handlers.notices import afterthought, attaching, retiming
from handlers.notices.drafting import draft_of
from handlers.notices.identifying import tells_who_is_ill
from handlers.notices.previewing import community_wide, moment, took, when
from handlers.notices.quiet import begins_at
from handlers.notices.reached import reached
from handlers.notices.seconding import How, asked_of, may_second, others_of_rank
from handlers.notices.sending import begin
from handlers.notices.wording import first_words
from handlers.speaking import quoted, to_sender, to_staff

AWAITS_SECOND = "等另一位确认"
"""Reason of a draft that its writer has confirmed."""

_STOPS = r"[\s。.!！~～,，]*"
_YES = re.compile(
    rf"确认(?:发送|发出|发|无误)?(?:吧|了)?{_STOPS}|(?:确定)?发送(?:吧|了)?{_STOPS}|确定发{_STOPS}"
)
"""Among colleagues, who say 确定 and 好的 to each other all day, it must be the word the preview asks for."""
_YES_ALONE = re.compile(rf"{_YES.pattern}|确定(?:吧|了)?{_STOPS}|(?:可以)?发(?:吧|出去)?(?:了)?{_STOPS}")
_AT_ONCE = timedelta(minutes=3)
"""So soon after a preview 「好的」 is said to it."""
_NO = re.compile(rf"(?:不发|别发|不要发|先不发|取消|算了|不用发)(?:了|吧)?{_STOPS}")
_NUMBERED = re.compile(
    rf"(确认|确定|不发|取消)(?:发送|发出|发)?\s*(通知|#)?\s*(\d{{1,6}})\s*(?:号通知|号)?{_STOPS}"
)
_QUOTED = re.compile(r"通知(\d{1,6})")


def answer_notice(request: Request, services: Services) -> Outcome | None:
    """What whoever was shown a preview says next, if it is a yes or a no."""
    assert request.dialogue is not None
    words = nearly.plain(request.text)
    notice = services.notices.get(int(request.dialogue.ticket))
    if notice is None:
        return None
    yes = (_YES_ALONE if request.message.private else _YES).fullmatch(words)
    if notice.state == "cancelled" and yes:  # by somebody else: its writer believes that it goes out now
        services.dialogues.end(request, "notice")
        return confirm(notice, "bare", request, services)
    if notice.state != "draft":
        return None
    if yes:
        if _said_to_an_edit(notice, request, services):
            words = services.replies("notice_by_number", number=notice.number, id=str(notice.id))
            return _said(request, words)
        return confirm(notice, "bare", request, services)
    if _NO.fullmatch(words):
        return withdraw(notice, request, services)
    return _not_yet(notice, words, request, services)


def _said_to_an_edit(notice: Notice, request: Request, services: Services) -> bool:
    """True when an edit of the FAQ was previewed and confirmed after this notice: a 确认 more is rather the same one again,
    and the groups cannot be made to unread what leaves."""
    message = request.message
    return services.edits.confirmed_since(request.person.id, message.room_id, notice.created_at)


def _not_yet(notice: Notice, words: str, request: Request, services: Services) -> Outcome | None:
    """A yes in other words, or a wish for other words, from whoever was shown a preview: it has not been sent, and how it
    is. None for anything else."""
    soon = request.message.at - notice.created_at <= _AT_ONCE
    casual = nearly.casual(words) and soon
    if request.person.id != notice.by_id or notice.reason == AWAITS_SECOND:
        return None
    if casual or nearly.yes(words) or (soon and nearly.hesitant(words)):
        return _said(request, services.replies("notice_not_yet", number=notice.number))
    if moved := retiming.redraft(notice, words, request, services):
        return moved
    if nearly.otherwise(words) or afterthought.meant(words):
        return _said(request, services.replies("notice_type_anew", number=notice.number))
    return None


def pointed(quote: str, said: str, request: Request, services: Services) -> Outcome | None:
    """「确认 12」, 「不发通知12」, and 确认 said to a quoted preview, among those at work; None when it is nothing of that."""
    words = nearly.plain(said)
    number, yes = _number(quote, words)
    at_work = number and may(request.person, "worker", None, services.groups)
    notice = services.notices.get(number) if at_work else None
    if notice is None or (notice.state != "draft" and not quote and "通知" not in words):
        return None  # 「确认 12」 may be about anything else
    edit = None if quote or "通知" in words else services.edits.get(notice.id)
    if edit and edit.state == "previewed" and edit.person_id == request.person.id:
        return _said(request, services.replies("notice_or_edit", id=str(notice.id)))
    how: How = "numbered" if _NUMBERED.fullmatch(words) else "quoted"
    return confirm(notice, how, request, services) if yes else withdraw(notice, request, services)


def seconded(said: str, request: Request, services: Services) -> Outcome | None:
    """A bare 「确认」 in the group where a second person was asked for, by somebody who was asked nothing themselves."""
    place, at = request.place, request.message.at
    asked_here = place is not None and place.room == services.groups.staff_room(services.groups.root)
    if not asked_here or _YES.fullmatch(nearly.plain(said)) is None:
        return None
    since = at - timedelta(minutes=services.notice_settings.confirm_minutes)
    waiting = [
        notice
        for notice in services.notices.in_state("draft")
        if notice.reason == AWAITS_SECOND
        and notice.created_at >= since
        and notice.by_id != request.person.id
        and _may_send(notice, request, services)
        and (may_second(request.person.id, "bare", notice, services) or not others_of_rank(notice, services))
    ]
    if len(waiting) > 1:
        numbers = "、".join(notice.number for notice in waiting)
        return _said(request, services.replies("notice_second_which", list=numbers, id=str(waiting[0].id)))
    return confirm(waiting[0], "bare", request, services) if waiting else None


def _number(quote: str, words: str) -> tuple[int, bool]:
    """Which notice a yes or a no is about; 0 when it is about none."""
    if found := _NUMBERED.fullmatch(words):
        yes = found[1] in ("确认", "确定")
        return (int(found[3]), yes) if yes or found[2] or found[1] == "不发" else (0, False)
    numbers = dict.fromkeys(_QUOTED.findall(quote))
    yes = _YES_ALONE.fullmatch(words) is not None
    if numbers and (yes or _NO.fullmatch(words)):
        return int(next(iter(numbers))), yes
    return 0, False


def asked(typed: str, request: Request, services: Services) -> Outcome | None:
    """/通知 确认 12, /通知 不发."""
    words = typed.strip()
    if _YES.fullmatch(words) or _NO.fullmatch(words):
        notice = draft_of(request, services)
        if notice is None:
            nothing = _said(request, services.replies("notice_nothing"))
            return nothing if _YES.fullmatch(words) else None  # /通知 取消: another one is meant
        return (
            confirm(notice, "bare", request, services)
            if _YES.fullmatch(words)
            else withdraw(notice, request, services)
        )
    found = re.fullmatch(rf"(?:确认|确定)\s*(?:通知|#)?\s*(\d{{1,6}}){_STOPS}", words)
    if found is None:
        return None
    notice = services.notices.get(int(found[1]))
    if notice is None:
        return _said(request, services.replies("notice_unknown", id=found[1]))
    return confirm(notice, "numbered", request, services)


def confirm(notice: Notice, how: How, request: Request, services: Services) -> Outcome:
    """Its writer's yes, or the second person's."""
    at = request.message.at
    if notice.state != "draft":
        words = {"number": notice.number, "state": NOTICE_STATES[notice.state]}
        return _said(request, services.replies("notice_not_draft", **words))
    if at - notice.created_at > timedelta(minutes=services.notice_settings.confirm_minutes):
        services.notices.change(notice.id, at, state="cancelled", reason="没有及时确认")
        minutes = f"{services.notice_settings.confirm_minutes:g}"
        return _said(request, services.replies("notice_stale", number=notice.number, minutes=minutes))
    if not _may_send(notice, request, services):
        return _said(request, services.replies("notice_refused", list=notice.scope))
    own = request.person.id == notice.by_id
    numberless = how != "numbered" and tells_who_is_ill(notice, services)
    if own and numberless:
        return _said(request, services.replies("notice_by_number", number=notice.number, id=str(notice.id)))
    if own:
        if community_wide(notice, services):
            return _await_second(notice, request, services)
        return _go(notice, request, services)
    if not community_wide(notice, services):
        words = {"number": notice.number, "name": notice.by_name}
        return _said(request, services.replies("notice_not_yours", **words))
    if notice.reason != AWAITS_SECOND:
        words = {"number": notice.number, "name": notice.by_name}
        return _said(request, services.replies("notice_first_writer", **words))
    if not may_second(request.person.id, how, notice, services):
        return _said(request, _by_whom(notice, services))
    if numberless:
        return _said(request, services.replies("notice_by_number", number=notice.number, id=str(notice.id)))
    seconded = services.notices.change(
        notice.id, at, second_id=request.person.id, second=request.person.name, reason=""
    )
    return _go(seconded, request, services)


def _by_whom(notice: Notice, services: Services) -> str:
    if others_of_rank(notice, services):
        words = {"number": notice.number, "list": asked_of(notice, services), "id": str(notice.id)}
        return services.replies("notice_second_who", **words)
    return services.replies("notice_by_number", number=notice.number, id=str(notice.id))


def _may_send(notice: Notice, request: Request, services: Services) -> bool:
    """True when every group is the person's to speak in: a role may have been lost since the preview."""
    places = [services.groups.place(room) for room in notice.rooms]
    return all(
        place is not None and may(request.person, "worker", place.node, services.groups) for place in places
    )


def _await_second(notice: Notice, request: Request, services: Services) -> Outcome:
    """The whole community hears it: somebody else looks at it first."""
    at = request.message.at
    already = notice.reason == AWAITS_SECOND
    services.notices.change(notice.id, at, created_at=at, reason=AWAITS_SECOND)
    services.audit.write(request.by, "notice", f"{notice.number} 本人确认，等另一位")
    who = asked_of(notice, services)
    text = services.replies("notice_await_second", number=notice.number, list=who, id=str(notice.id))
    replies = [to_sender(request, text)]
    if not already:
        asking = services.replies(
            "notice_second",
            number=notice.number,
            name=notice.by_name,
            place=notice.scope,
            count=str(len(notice.rooms)),
            when=when(notice, at, services, now="马上"),
            text=quoted(notice.update_text or notice.text),
            list=who,
            id=str(notice.id),
        )
        replies.append(to_staff(asking, node=services.groups.root.name))
    return Outcome(f"notice:second:{notice.id}", tuple(replies))


def _go(notice: Notice, request: Request, services: Services) -> Outcome:
    """Confirmed: it leaves now, or waits for its time."""
    at = request.message.at
    attaching.taken(notice.by_id, services)
    notice = _as_things_are(notice, at, services)
    if not notice.rooms and not notice.entry:
        services.notices.change(notice.id, at, state="cancelled", reason="没有要发的群")
        return _said(request, services.replies("notice_no_rooms", number=notice.number))
    planned = max(notice.planned_at, at)
    goes = begins_at(planned, notice.level, services)
    if notice.valid_until is not None and notice.valid_until <= goes:
        services.notices.change(notice.id, at, state="dropped", reason="发之前就过了有效时间")
        return _said(request, services.replies("notice_over", until=services.show_time(notice.valid_until)))
    by = f"{notice.by_name}、{notice.second}" if notice.second else notice.by_name
    services.audit.write(
        request.by, "notice", f"{notice.number} 确认（{by}）：{notice.scope}，{len(notice.rooms)} 个群"
    )
    if goes > at:
        begin_at = goes if goes > planned else None
        waiting = services.notices.change(
            notice.id, at, state="waiting", planned_at=planned, begin_at=begin_at
        )
        words = {"number": notice.number, "count": str(len(notice.rooms)), "id": str(notice.id)}
        text = services.replies("notice_waiting", when=moment(goes, at, services), **words)
        return Outcome(f"notice:waiting:{notice.id}", tuple(_told(waiting, text, request)))
    sending = services.notices.change(notice.id, at, planned_at=planned)
    words = {"number": notice.number, "count": str(len(notice.rooms)), "took": took(sending, services)}
    leaving = begin(sending, at, services)
    private = sum(reply.audience == "person" for reply in leaving)
    key = "notice_sending" if notice.rooms else "faq_correction_private"
    text = services.replies(key, id=str(notice.id), private=str(private), **words)
    if private and notice.rooms:
        text += "\n" + services.replies("faq_correct_private", count=str(private))
    told = _told(sending, text, request)
    replies = [*told, *leaving]  # in this order: told before the groups of an urgent one
    return Outcome(f"notice:sending:{notice.id}", tuple(replies))


def _as_things_are(notice: Notice, at: datetime, services: Services) -> Notice:
    """A correction goes to whoever got the old one by now or still waits for it; the old one is not begun any more."""
    if notice.corrects is None:
        return notice
    old = services.notices.get(notice.corrects)
    assert old is not None
    rooms = reached(old, services)
    if old.state == "waiting":
        services.notices.change(old.id, at, state="cancelled", reason=f"改成{notice.number}")
    return services.notices.change(notice.id, at, rooms=rooms)


def _told(notice: Notice, text: str, request: Request) -> list[Reply]:
    """Both who confirmed are told; the writer where the notice was written."""
    replies = [to_sender(request, text)]
    if request.person.id != notice.by_id and notice.room_id != request.message.room_id:
        if notice.room_id:
            replies.append(
                Reply(text, "reply", "room", to=notice.room_id, mentions=((notice.by_id, notice.by_name),))
            )
        else:
            replies.append(Reply(text, "private", "person", to=notice.by_id))
    elif request.person.id != notice.by_id and not notice.room_id:
        replies.append(Reply(text, "private", "person", to=notice.by_id))
    elif request.person.id != notice.by_id:
        message = request.message
        both = ((message.sender_id, message.sender), (notice.by_id, notice.by_name))
        replies = [Reply(text, "reply", mentions=both)]
    return replies


def withdraw(notice: Notice, request: Request, services: Services) -> Outcome | None:
    """Its writer's no, or that of the second person: the draft is dropped."""
    at = request.message.at
    if notice.state != "draft":
        return None
    own = request.person.id == notice.by_id
    node = services.groups.find(notice.node)
    if not own and not (node and may(request.person, "worker", node, services.groups)):
        return None
    services.notices.change(notice.id, at, state="cancelled", reason="没有发")
    services.audit.write(request.by, "notice", f"{notice.number} 不发了")
    if own:
        services.dialogues.end(request, "notice")
    text = services.replies("notice_withdrawn", number=notice.number, text=first_words(notice))
    return Outcome(f"notice:withdrawn:{notice.id}", tuple(_told(notice, text, request)))


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:通知", (to_sender(request, text),))

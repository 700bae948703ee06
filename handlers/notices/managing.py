"""/通知 with a word and a number: 取消, 暂停, 继续, 补发, 更正; and what became of a notice."""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.model.handling import Outcome, Reply, Request
from bot.model.notice import NOTICE_STATES, Notice
from bot.model.services import Services
from handlers.authority import may
from handlers.notices import correcting, listing, retiming, skipping, unnumbered
from handlers.notices.previewing import moment
from handlers.notices.quiet import PAUSED, QUIET, begins_at
from handlers.notices.reached import GOT, got_by, later_one, read_last
from handlers.notices.sending import to_room
from handlers.speaking import to_sender

NAMED = 8
"""So many groups are named in a sentence."""

_STOPS = r"[\s。.!！]*"
_WORD = re.compile(
    r"(取消|撤销|不发了?|暂停|停|继续|接着发|恢复|补发|重发|更正|改正|修改|改|看)\s*(?:通知|#)?\s*(\d{1,6})"
    r"(?![\d.]|[:：]\d|-\d|号楼|号院|楼|栋|幢|座|单元|#|点|时|月|日)(?:号)?[\s:：,，]*(.*)",
    re.DOTALL,
)
_RETIME = re.compile(
    r"(?:改时间|改到|改成|时间改到?)\s*(?:通知|#)?\s*(\d{1,6})(?![\d.]|[:：]\d|-\d|点|时|月|日)号?"
    r"(?:\s*(?:到|为|成|[:：,，])\s*|\s+|$)(.*)",
    re.DOTALL,
)
_LIST = re.compile(rf"(?:列表|清单|看看|今天|都有哪些){_STOPS}")
_ONE = re.compile(rf"(?:通知|#|第)?\s*(\d{{1,6}})\s*(?:号)?{_STOPS}")
_UNSURE = re.compile(rf"(?:含|带|连|加上?|包括)?不确定的?(?:也发|也补发|一起)?{_STOPS}")

_Act = Callable[[Notice, str, Request, Services], Outcome]


def asked(typed: str, request: Request, services: Services) -> Outcome | None:
    """/通知 列表, 12, 取消 12, 暂停 12, 继续 12, 补发 12, 更正 12 新的话; None when it is a new notice."""
    if _LIST.fullmatch(typed):
        return _said(request, listing.listed(request, services))
    if moved := _RETIME.fullmatch(typed):
        return _of(int(moved[1]), retiming.retime, moved[2], request, services)
    if bare := unnumbered.bare_word(typed):
        return _unnumbered(bare, "", request, services)
    one, word = _ONE.fullmatch(typed), _WORD.fullmatch(typed)
    if one is None and word is None:
        if words := unnumbered.new_words(typed):
            return _unnumbered("更正", words, request, services)
        return skipping.asked(typed, request, services)
    number = int(one[1]) if one else int(word[2]) if word else 0
    act = _ACTS[word[1].removesuffix("了")] if word else _show
    if word and act is not _correct and act is not _resend and word[3].strip(" 。.!！"):
        return None  # 取消 3 号楼的…: the words of a notice
    return _of(number, act, word[3] if word else "", request, services)


def _of(number: int, act: _Act, rest: str, request: Request, services: Services) -> Outcome:
    """Do it to the notice of that number, if it is theirs."""
    notice = services.notices.get(number)
    if notice is None:
        return _said(request, services.replies("notice_unknown", id=str(number)))
    node = services.groups.find(notice.node)
    if node is None or not may(request.person, "worker", node, services.groups):
        return _said(request, services.replies("notice_not_here", number=notice.number, place=notice.scope))
    return act(notice, rest, request, services)


def _unnumbered(bare: str, words: str, request: Request, services: Services) -> Outcome:
    """取消, 暂停 without a number stop the one that is being sent; new words correct the one that was just sent."""
    if words:
        meant = unnumbered.corrected_by(request, services)
        if meant is not None:
            return correcting.correct(meant, words, request, services, named=False)
    elif meant := unnumbered.stopped_by(bare, request, services):
        return _ACTS[bare](meant, "", request, services)
    return _said(request, unnumbered.which(bare, request, services))


def _show(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    return _said(request, listing.details(notice, request, services))


def _cancel(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    """What has not left does not leave; whoever got it is counted, for a correction."""
    at = request.message.at
    if notice.state not in ("draft", "waiting", "sending", "paused"):
        return _no(notice, "取消", request, services)
    got = got_by(notice, services)
    left = services.notices.cancel_rows(notice.id, at)
    services.notices.change(notice.id, at, state="cancelled", reason=f"{request.person.name}取消")
    services.audit.write(
        request.by, "notice", f"{notice.number} 取消：{len(got)} 个群已发，{len(left)} 个群没发"
    )
    if got:
        words = {
            "number": notice.number,
            "id": str(notice.id),
            "count": str(len(got)),
            "total": str(len(left)),
        }
        text = services.replies("notice_cancelled_late", list=_some(sorted_as(notice, got)), **words)
    else:
        text = services.replies("notice_cancelled", number=notice.number)
    return Outcome(f"notice:cancelled:{notice.id}", tuple(_told(notice, text, request)))


def pause(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    """What waits keeps its place and does not leave."""
    at = request.message.at
    if notice.state == "waiting":
        when = moment(notice.begin_at or notice.planned_at, at, services)
        words = {"number": notice.number, "id": str(notice.id), "when": when}
        return _said(request, services.replies("notice_not_begun", **words))
    if notice.state != "sending":
        return _no(notice, "暂停", request, services)
    services.notices.change(notice.id, at, state="paused")
    services.notices.hold(notice.id, PAUSED)
    services.audit.write(request.by, "notice", f"{notice.number} 暂停")
    words = listing.progress_words(notice, services) | {"id": str(notice.id)}
    text = services.replies("notice_paused", number=notice.number, **words)
    return Outcome(f"notice:paused:{notice.id}", tuple(_told(notice, text, request)))


def _go_on(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    """On with what was paused; a sending of notices.yaml that was cancelled before its time is sent after all."""
    skipped = notice.state == "cancelled" and notice.source and skipping.MOVED not in notice.reason
    if skipped and notice.planned_at > request.message.at:
        return _after_all(notice, request, services)
    if notice.state != "paused":
        return _no(notice, "继续", request, services)
    at = request.message.at
    services.notices.change(notice.id, at, state="sending")
    services.notices.release(notice.id, PAUSED)
    resting = _resting(notice, request, services)
    if resting:
        services.notices.hold(notice.id, QUIET)
    services.audit.write(request.by, "notice", f"{notice.number} 继续")
    text = services.replies(
        "notice_resumed", number=notice.number, **listing.progress_words(notice, services)
    )
    text += resting
    return Outcome(f"notice:resumed:{notice.id}", tuple(_told(notice, text, request)))


def _after_all(notice: Notice, request: Request, services: Services) -> Outcome:
    at = request.message.at
    services.notices.change(notice.id, at, state="waiting", reason="")
    services.audit.write(request.by, "notice", f"{notice.number} 还是发")
    when = moment(notice.begin_at or notice.planned_at, at, services)
    text = services.replies("notice_after_all", number=notice.number, when=when)
    return Outcome(f"notice:waiting:{notice.id}", (to_sender(request, text),))


def _resend(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    """Once more to those that have not got it, and to no others; where nobody knows, only when that is said."""
    at = request.message.at
    unsure_too = _UNSURE.fullmatch(rest.strip()) is not None
    if rest.strip() and not unsure_too:
        return _said(request, services.replies("notice_resend_how", id=str(notice.id)))
    if problem := _not_again(notice, request, services):
        return _said(request, problem)
    missing, unsure = _missing(notice, services)
    again = {**missing, **(unsure if unsure_too else {})}
    ask = {room: files for room, files in unsure.items() if not unsure_too}
    asking = ""
    if ask:
        words = {"count": str(len(ask)), "list": _some(list(ask)), "id": str(notice.id)}
        asking = services.replies("notice_resend_unsure", **words)
    if not again:
        text = asking or services.replies("notice_resend_none", number=notice.number)
        return _said(request, text)
    services.notices.change(notice.id, at, state="sending", reason="")
    services.audit.write(request.by, "notice", f"{notice.number} 补发 {len(again)} 个群")
    head = services.replies(
        "notice_resending",
        number=notice.number,
        count=str(len(again)),
        list=_some(list(again)),
        second=asking,
    )
    resting = _resting(notice, request, services)
    head += resting
    replies = _told(notice, head, request)
    read = read_last(notice, services)
    for room, parts in again.items():
        sent = to_room(notice, room, services, read.get(room))
        sent = [reply for reply in sent if parts is None or reply.attachment in parts]
        replies += [replace(reply, held=QUIET) for reply in sent] if resting else sent
    return Outcome(f"notice:resending:{notice.id}", tuple(replies))


def _resting(notice: Notice, request: Request, services: Services) -> str:
    """What to say of a normal notice in the quiet hours, which wakes nobody; empty when it goes now."""
    goes = begins_at(request.message.at, notice.level, services)
    return (
        services.replies("notice_resting", when=services.show_time(goes)) if goes > request.message.at else ""
    )


def _not_again(notice: Notice, request: Request, services: Services) -> str:
    """Why it is not sent once more; empty when it may be."""
    at = request.message.at
    if notice.state not in ("done", "cancelled", "dropped") or (
        notice.state == "cancelled" and notice.begun_at is None
    ):
        return services.replies(
            "notice_no", number=notice.number, state=NOTICE_STATES[notice.state], word="补发"
        )
    if notice.valid_until is not None and notice.valid_until <= at:
        until = services.show_time(notice.valid_until)
        return services.replies("notice_resend_over", number=notice.number, until=until)
    if later := later_one(notice, services):
        words = {"number": notice.number, "other": later.number, "id": str(later.id)}
        return services.replies("notice_corrected_already", **words)
    return ""


_Parts = frozenset[str] | None
"""Which parts a group lacks: "" for the words, ids of attachments; None: everything."""


def _missing(notice: Notice, services: Services) -> tuple[dict[str, _Parts], dict[str, _Parts]]:
    """The groups that lack something, and those of which nobody knows, each with what that is."""
    states: dict[str, dict[str, str]] = {}
    for row in services.notices.rows(
        notice.id
    ):  # several tries of the same part: the last one, unless one arrived
        parts_of = states.setdefault(row.room, {})
        if parts_of.get(row.attachment) != "sent":
            parts_of[row.attachment] = row.state
    missing: dict[str, _Parts] = {}
    unsure: dict[str, _Parts] = {}
    for room in notice.rooms:
        parts = states.get(room)
        if parts is None:
            missing[room] = None
            continue
        lost = frozenset(part for part, state in parts.items() if state not in (*GOT, "pending"))
        unknown = frozenset(part for part, state in parts.items() if state == "unconfirmed")
        if lost:
            missing[room] = lost
        if unknown:
            unsure[room] = unknown | lost
    return missing, unsure


def _correct(notice: Notice, rest: str, request: Request, services: Services) -> Outcome:
    return correcting.correct(notice, rest, request, services)


_ACTS: dict[str, _Act] = {
    **dict.fromkeys(("取消", "撤销", "不发"), _cancel),
    **dict.fromkeys(("暂停", "停"), pause),
    **dict.fromkeys(("继续", "接着发", "恢复"), _go_on),
    **dict.fromkeys(("补发", "重发"), _resend),
    **dict.fromkeys(("更正", "改正", "修改", "改"), _correct),
    "看": _show,
}


def sorted_as(notice: Notice, rooms: frozenset[str]) -> list[str]:
    """Groups in the order in which the notice names them."""
    return [room for room in notice.rooms if room in rooms]


def _some(rooms: list[str]) -> str:
    more = f"等 {len(rooms)} 个群" if len(rooms) > NAMED else ""
    return "、".join(rooms[:NAMED]) + more


def _no(notice: Notice, word: str, request: Request, services: Services) -> Outcome:
    state = NOTICE_STATES[notice.state]
    return _said(request, services.replies("notice_no", number=notice.number, state=state, word=word))


def _told(notice: Notice, text: str, request: Request) -> list[Reply]:
    """Whoever did it, and the writer when that is somebody else, in private where they wrote in private."""
    replies = [to_sender(request, text)]
    if (
        not notice.by_id
        or notice.by_id == request.person.id
        or notice.room_id == request.message.room_id != ""
    ):
        return replies
    told = f"{request.person.name}：{text}"
    if notice.room_id:
        mentions = ((notice.by_id, notice.by_name),)
        return [*replies, Reply(told, "reply", "room", to=notice.room_id, mentions=mentions)]
    return [*replies, Reply(told, "private", "person", to=notice.by_id)]


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:通知", (to_sender(request, text),))

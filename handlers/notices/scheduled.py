"""Notices by the clock: what is due is begun, what is too late or no longer holds is dropped, and people are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model.handling import Reply, Ring
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices import quiet
from handlers.notices.quiet import begins_at, too_late
from handlers.notices.reached import CORRECTING
from handlers.notices.sending import begin
from handlers.notices.tally import named_rooms
from handlers.notices.wording import first_words, worded
from handlers.speaking import quoted, to_staff

CAUGHT_UP = timedelta(minutes=2)
"""What begins so much later than it should was caught up, and the staff are told."""

LISTED = 8
"""So many notices one message names."""

TOO_LATE = "过了时间，现在太晚了"
EXPIRED = "过了有效时间"
EXPIRES = "要等安静时间过去，那时已经过了有效时间"
DAY_OVER = "等到安静时间过去，那一天已经过了"
ONCE = "安静时间里到了几次，只发最后一次"
GONE = "通知表里已经没有它，或者换了模式"


@dataclass
class _Missed:
    """What was not posted in time, since the last time the clock was asked."""

    dropped: list[Notice] = field(default_factory=list)
    caught_up: list[Notice] = field(default_factory=list)


def due(services: Services) -> datetime | None:
    """The first moment at which a notice begins, no longer holds, rests or goes on."""
    moments = (
        services.noticeboard.next(),
        services.notices.next_waiting(),
        services.notices.next_expiry(),
        quiet.due(services),
    )
    return min((moment for moment in moments if moment is not None), default=None)


def ring(at: datetime, services: Services) -> Sequence[Reply]:
    """Begin what is due."""
    missed = _Missed()
    replies = _claim(missed, at, services)
    replies += _expire(at, services)
    waiting = services.notices.to_begin(at)
    latest = {one.source: one.id for one in sorted(waiting, key=lambda one: one.planned_at)}
    for notice in waiting:
        if notice.source and latest[notice.source] != notice.id:  # held over night: once is enough
            services.notices.change(notice.id, at, state="dropped", reason=ONCE)
            continue
        replies += _begin(notice, missed, at, services)
    quiet.ring(at, services)
    return [*replies, *_told(missed, services)]


RING = Ring("notices", due, ring)
"""Whatever notices do by the clock."""


def _claim(missed: _Missed, at: datetime, services: Services) -> list[Reply]:
    """Write down what notices.yaml has due, each once; what is too late is written down as dropped."""
    replies: list[Reply] = []
    for planned in services.noticeboard.due(at):
        if planned.guessed:
            replies += _calendar(planned.notice, at, services)
        notice = services.notices.add(with_heading(planned.notice, services))
        if notice is not None and notice.state == "dropped":
            missed.dropped.append(notice)
    return replies


def with_heading(notice: Notice, services: Services) -> Notice:
    """With what stands before and behind the words of every notice."""
    text = worded(notice.text, notice.level, services, drill=notice.drill, asks_receipt=notice.asks_receipt)
    return replace(notice, text=text)


def _calendar(notice: Notice, at: datetime, services: Services) -> list[Reply]:
    """Tell the staff, once a year, that its workdays are not known."""
    year = str(notice.planned_at.astimezone(services.zone).year)
    if services.rung.last(f"calendar.{year}") is not None:
        return []
    services.rung.mark(f"calendar.{year}", at, at)
    return [to_staff(services.replies("alert_calendar", when=year), node=services.groups.root.name)]


def _expire(at: datetime, services: Services) -> list[Reply]:
    """What no longer holds is not begun, and groups it has not reached do not get it."""
    replies: list[Reply] = []
    for notice in services.notices.expired(at):
        if notice.state == "waiting":
            replies += _drop(notice, EXPIRED, at, services)
            continue
        rooms = services.notices.cancel_rows(notice.id, at, why=EXPIRED)
        words = {"number": notice.number, "count": str(len(rooms)), "list": named_rooms(tuple(rooms))}
        until = services.show_time(notice.valid_until or at)
        replies.append(to_writer(notice, services.replies("alert_notice_expired", until=until, **words)))
        if notice.state == quiet.PAUSED:  # it is over, and reported like any other (progress.py)
            services.notices.change(notice.id, at, state="sending")
    return replies


def _begin(notice: Notice, missed: _Missed, at: datetime, services: Services) -> list[Reply]:
    goes = begins_at(notice.planned_at, notice.level, services)
    if notice.source and not services.noticeboard.stands(notice.source):
        return _drop(notice, GONE, at, services)
    hours = services.notice_settings.quiet_hours
    if too_late(notice.planned_at, notice.level, notice.late_minutes, at, hours, services.zone):
        if not notice.source:
            return _drop(notice, TOO_LATE, at, services)
        missed.dropped.append(services.notices.change(notice.id, at, state="dropped", reason=TOO_LATE))
        return []
    if notice.source and _another_day(notice, at, services):
        missed.dropped.append(services.notices.change(notice.id, at, state="dropped", reason=DAY_OVER))
        return []
    again = begins_at(at, notice.level, services)
    if again > at:
        if notice.valid_until is not None and notice.valid_until <= again:
            return _drop(notice, EXPIRES, at, services)
        services.notices.change(notice.id, at, begin_at=again)
        return []
    if at - goes > CAUGHT_UP and notice.source:
        missed.caught_up.append(notice)
    replies = begin(notice, at, services)
    if notice.id in services.notices.being_corrected():  # its groups are to read the new words
        return [replace(reply, held=CORRECTING) for reply in replies]
    return replies


def _another_day(notice: Notice, at: datetime, services: Services) -> bool:
    """True when the day for which it was planned is over and it does not belong to the present one."""
    planned, now = notice.planned_at.astimezone(services.zone), at.astimezone(services.zone)
    return planned.date() != now.date() and not services.noticeboard.meant_on(notice.source, at)


def _drop(notice: Notice, reason: str, at: datetime, services: Services) -> list[Reply]:
    services.notices.change(notice.id, at, state="dropped", reason=reason)
    words = {"number": notice.number, "reason": reason, "text": quoted(notice.text, 60)}
    return [to_writer(notice, services.replies("alert_notice_dropped", **words))]


def to_writer(notice: Notice, text: str) -> Reply:
    """To whoever wrote a notice, where they wrote it; about one of notices.yaml to the staff of its branch."""
    if not notice.by_id:
        return to_staff(text, node=notice.node)
    if not notice.room_id:
        return Reply(text, "private", "person", to=notice.by_id)
    return Reply(text, "alert", "room", to=notice.room_id, mentions=((notice.by_id, notice.by_name),))


def _told(missed: _Missed, services: Services) -> list[Reply]:
    """One message to each staff group about what was not posted in time in its branches."""
    rooms: dict[str, tuple[str, _Missed]] = {}

    def of(notice: Notice) -> _Missed:
        node = services.groups.find(notice.node) or services.groups.root
        room = services.groups.nearest_room(node, "staff") or node.name
        return rooms.setdefault(room, (node.name, _Missed()))[1]

    for notice in missed.dropped:
        of(notice).dropped.append(notice)
    for notice in missed.caught_up:
        of(notice).caught_up.append(notice)
    return [to_staff(_report(theirs, services), node=node) for node, theirs in rooms.values()]


def _report(missed: _Missed, services: Services) -> str:
    counts = [
        (f"没有发 {len(missed.dropped)} 条", missed.dropped),
        (f"补发了 {len(missed.caught_up)} 条", missed.caught_up),
    ]
    lines = [*_lines("没有发", missed.dropped, services), *_lines("补发", missed.caught_up, services)]
    return services.replies(
        "alert_notices_missed", count="，".join(text for text, some in counts if some), list="\n".join(lines)
    )


def _lines(word: str, notices: Iterable[Notice], services: Services) -> list[str]:
    """A line an entry, with all its times."""
    times: dict[str, list[Notice]] = {}
    for notice in notices:
        times.setdefault(notice.source, []).append(notice)
    shown = [
        f"{word}：{'、'.join(dict.fromkeys(_when(one, services) for one in some))} {first_words(some[-1])}（{some[-1].scope}）"
        for some in times.values()
    ]
    more = len(shown) - LISTED
    return shown if more <= 0 else [*shown[:LISTED], f"{word}：还有 {more} 样（/通知 列表）"]


def _when(notice: Notice, services: Services) -> str:
    at, now = notice.planned_at.astimezone(services.zone), services.clock.now().astimezone(services.zone)
    return f"{at:%H:%M}" if at.date() == now.date() else services.show_time(at)

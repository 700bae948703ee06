"""What will be sent when, in few words: for the list of notices and for whoever takes over a shift."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices.wording import first_words

AHEAD = timedelta(hours=24)
"""So far ahead the list of notices looks."""


def goes(notice: Notice) -> datetime:
    """When it begins, be it after the quiet hours."""
    return notice.begin_at or notice.planned_at


def scheduled(at: datetime, until: datetime, services: Services) -> list[Notice]:
    """What notices.yaml will send after one moment and up to another, in order, but for what was cancelled or moved."""
    claimed = services.notices.claimed_after(at)
    return [
        one.notice
        for one in services.noticeboard.coming(at, until)
        if (one.notice.source, one.notice.planned_at) not in claimed
    ]


def timetable(
    notices: Iterable[Notice], at: datetime, services: Services, *, named: bool = False
) -> list[str]:
    """A line an entry of notices.yaml, or a notice of the chat, with all its times: 12:00、明天 08:00 春晓苑 今天…
    ``named``: with the entry's id before it."""
    alike: dict[str, list[Notice]] = {}
    for notice in sorted(notices, key=goes):
        alike.setdefault(notice.source or notice.number, []).append(notice)
    return [_line(some, at, services, named) for some in alike.values()]


def _line(some: Sequence[Notice], at: datetime, services: Services, named: bool) -> str:
    times = "、".join(_time(one, at, services) for one in some)
    parts = [some[0].source if named else "", times, some[0].scope, first_words(some[0]).rstrip("。")]
    return " ".join(part for part in parts if part)


def _time(notice: Notice, at: datetime, services: Services) -> str:
    return short_time(goes(notice), at, services).removeprefix("今天 ")


def short_time(moment: datetime, at: datetime, services: Services) -> str:
    """今天 10:00, 明天 08:00, 11月20日 08:00."""
    local, today = moment.astimezone(services.zone), at.astimezone(services.zone).date()
    days = (local.date() - today).days
    day = {0: "今天", 1: "明天"}.get(days, f"{local.month}月{local.day}日")
    return f"{day} {local:%H:%M}"

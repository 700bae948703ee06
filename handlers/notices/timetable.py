"""What will be sent when, in few words: for the list of notices and for whoever takes over a shift."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices.wording import first_words

AHEAD = timedelta(hours=24)
"""So far ahead the list of notices looks."""


def goes(notice: Notice) -> datetime:
    """When it begins, be it after the quiet hours."""
    return notice.begin_at or notice.planned_at


def timetable(notices: Iterable[Notice], at: datetime, services: Services) -> list[str]:
    """A line an entry of notices.yaml, or a notice of the chat, with all its times: 12:00、明天 08:00 春晓苑 今天…"""
    alike: dict[str, list[Notice]] = {}
    for notice in sorted(notices, key=goes):
        alike.setdefault(notice.source or notice.number, []).append(notice)
    return [
        f"{'、'.join(_time(one, at, services) for one in some)} {some[0].scope} {first_words(some[0]).rstrip('。')}"
        for some in alike.values()
    ]


def _time(notice: Notice, at: datetime, services: Services) -> str:
    local, today = goes(notice).astimezone(services.zone), at.astimezone(services.zone).date()
    days = (local.date() - today).days
    day = "" if not days else "明天 " if days == 1 else f"{local.month}月{local.day}日 "
    return f"{day}{local:%H:%M}"

"""How a notice went: its writer is told once, at the end, and of trouble on the way, once each.

Failed and unconfirmed groups of a notice are in this report alone: nobody reads forty-six alerts.
"""

from datetime import datetime, timedelta

from bot.model.deliveries import Underway
from bot.model.handling import Reply, Ring
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices.scheduled import to_writer
from handlers.notices.tally import Tally, failed_list, named_rooms, tally

UNSEEN_PATIENCE = timedelta(minutes=10)
"""So long after a notice began, groups never heard of hold up its end no longer."""

ECHO_PATIENCE = timedelta(seconds=30)
"""So long after a message of which nobody knows, the account may still be heard saying it."""

PAUSE_PATIENCE = timedelta(hours=1)
"""A pause of so long may have been forgotten."""


def due(services: Services) -> datetime | None:
    """The first moment at which there is something to tell of a notice that is on its way."""
    moments = [_moment(one, services) for one in services.deliveries.underway()]
    known = [moment for moment in moments if moment is not None]
    return min(known).astimezone(services.zone) if known else None


def ring(at: datetime, services: Services) -> list[Reply]:
    """Tell what there is to tell."""
    replies: list[Reply] = []
    for one in services.deliveries.underway():
        moment = _moment(one, services)
        notice = services.notices.get(one.number) if moment is not None and moment <= at else None
        if notice is not None:
            replies += _tell(one, notice, at, services)
    return replies


def _moment(one: Underway, services: Services) -> datetime | None:
    """When there is something to tell of one notice."""
    if one.open == 0:  # be it paused: there is nothing left to go on with
        return one.unsure_at + ECHO_PATIENCE if one.unsure_at else one.begun_at
    if one.paused_at is not None:
        told = services.rung.last(_PAUSED.format(one.number))
        return None if told is not None and told >= one.paused_at else one.paused_at + PAUSE_PATIENCE
    if one.throttled_until is not None and services.rung.last(_THROTTLED.format(one.number)) is None:
        return one.begun_at
    if one.unseen and one.unseen == one.open:
        return one.begun_at + UNSEEN_PATIENCE
    return None


_PAUSED, _THROTTLED = "notice.paused:{}", "notice.throttled:{}"
"""Under which names it is written down that something was told."""


def _tell(one: Underway, notice: Notice, at: datetime, services: Services) -> list[Reply]:
    if one.open and one.paused_at is not None:
        services.rung.mark(_PAUSED.format(one.number), at, at)
        return [to_writer(notice, services.replies("notice_still_paused", **_words(notice, services)))]
    if one.open and one.throttled_until is not None and one.unseen < one.open:
        services.rung.mark(_THROTTLED.format(one.number), at, at)
        minutes = max(round((one.throttled_until - at).total_seconds() / 60), 1)
        words = _words(notice, services) | {"minutes": str(minutes)}
        return [to_writer(notice, services.replies("notice_throttled", **words))]
    if one.unseen:
        services.deliveries.give_up_unseen(notice.id, at)
    return finish(notice, at, services)


def finish(notice: Notice, at: datetime, services: Services) -> list[Reply]:
    """All its rows are settled: it is done, and whoever wrote it reads how it went; of a notice of notices.yaml the
    staff read only what went wrong."""
    services.notices.change(notice.id, at, state="done")
    result = tally(services.notices.rows(notice.id))
    corrected = services.deliveries.corrected(notice.id)
    if notice.entry and not result.total:
        return []  # it went to people in private alone, and whoever sent it knows
    if (not notice.by_id or corrected) and not result.failed and not result.unsure:
        return []  # what was taken back has been told by whoever took it back
    return [to_writer(notice, report(notice, result, at, services))]


def report(notice: Notice, result: Tally, at: datetime, services: Services) -> str:
    """通知12 已发 46 个群，用了 4 分钟。未发 2：某群（小巷已不在这个群）…"""
    words = {"number": notice.number, "count": str(len(result.sent)), "took": _took(notice, at)}
    if not result.failed and not result.unsure and not result.cancelled:
        return services.replies("notice_sent", **words)
    missing = unsure = again = ""
    if result.failed:
        missing = services.replies("notice_missing", count=str(len(result.failed)), list=failed_list(result))
    holds = notice.valid_until is None or at < notice.valid_until
    if result.failed and holds and not services.deliveries.corrected(notice.id):
        again = services.replies("notice_again", id=str(notice.id))
    if result.unsure:
        unsure = services.replies(
            "notice_unsure", count=str(len(result.unsure)), list=named_rooms(result.unsure)
        )
    return services.replies("notice_report", **words, missing=missing, unsure=unsure, again=again)


def _took(notice: Notice, at: datetime) -> str:
    """How long it took, at the first report: what was sent again later has no such span."""
    if notice.begun_at is None or notice.ended_at is not None:
        return ""
    minutes = round((at - notice.begun_at).total_seconds() / 60)
    return f"，用了 {minutes} 分钟" if minutes else "，不到 1 分钟"


def _words(notice: Notice, services: Services) -> dict[str, str]:
    result = tally(services.notices.rows(notice.id))
    return {
        "number": notice.number,
        "id": str(notice.id),
        "sent": str(len(result.sent)),
        "total": str(result.total),
    }


RING = Ring("notice.progress", due, ring)

"""Previews that nobody confirmed in time are dropped; whoever waited for a second person is told."""

from datetime import datetime, timedelta

from bot.model.handling import Reply, Ring
from bot.model.services import Services
from handlers.notices.scheduled import to_writer
from handlers.notices.wording import first_words


def due(services: Services) -> datetime | None:
    """When the oldest preview has waited long enough."""
    oldest = services.notices.oldest_draft()
    return oldest + _patience(services) if oldest is not None else None


def ring(at: datetime, services: Services) -> list[Reply]:
    """Drop what has waited long enough. A writer who never answered the preview knows; one who did expects it sent."""
    replies: list[Reply] = []
    for notice in services.notices.in_state("draft"):
        if notice.created_at + _patience(services) > at:
            continue
        services.notices.change(notice.id, at, state="cancelled", reason="没有及时确认")
        if notice.reason:
            words = {"number": notice.number, "text": first_words(notice)}
            replies.append(to_writer(notice, services.replies("notice_lapsed", **words)))
    return replies


def _patience(services: Services) -> timedelta:
    return timedelta(minutes=services.notice_settings.confirm_minutes)


RING = Ring("notice.lapsing", due, ring)

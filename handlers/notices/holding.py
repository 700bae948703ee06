"""While a correction is previewed, what still waits of the wrong notice is held; when none comes of it, it goes on."""

from datetime import datetime

from bot.model.handling import Reply, Ring
from bot.model.services import Services
from handlers.notices.quiet import PAUSED, QUIET, begins_at
from handlers.notices.reached import CORRECTING
from handlers.notices.scheduled import to_writer


def due(services: Services) -> datetime | None:
    """Now, when something is held for a correction that was dropped or lapsed."""
    held = services.notices.held(CORRECTING)
    return services.clock.now() if held and set(held) - services.notices.being_corrected() else None


def ring(at: datetime, services: Services) -> list[Reply]:
    """Let it go on, and tell its writer; what somebody paused, or what has to rest over night, rests."""
    replies: list[Reply] = []
    meant = services.notices.being_corrected()
    for number in services.notices.held(CORRECTING):
        notice = services.notices.get(number)
        if number in meant or notice is None:
            continue
        count = services.notices.release(number, CORRECTING)
        if notice.state == PAUSED:
            services.notices.hold(number, PAUSED)
            continue
        if begins_at(at, notice.level, services) > at:
            services.notices.hold(number, QUIET)
        words = {"number": notice.number, "count": str(count), "id": str(number)}
        replies.append(to_writer(notice, services.replies("notice_goes_on", **words)))
    return replies


RING = Ring("notice.correcting", due, ring)

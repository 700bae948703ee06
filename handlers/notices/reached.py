"""Whom a notice has reached, and whether another one has taken its place."""

from bot.model.notice import Notice
from bot.model.services import Services
from handlers.notices.sending import GOT

LOOKED_AT = 200
"""So many of the latest notices may be the correction of an older one."""


def got_by(notice: Notice, services: Services) -> frozenset[str]:
    """The groups in which a notice's words may have been read."""
    return frozenset(row.room for row in services.notices.rows(notice.id) if row.state in GOT)


def reached(notice: Notice, services: Services) -> tuple[str, ...]:
    """The groups that got a notice or still wait for it: whoever never gets it needs no correction."""
    if notice.state == "waiting":
        return notice.rooms
    rows = services.notices.rows(notice.id)
    alive = {row.room for row in rows if row.state in GOT or row.state == "pending"}
    return tuple(room for room in notice.rooms if room in alive)


def later_one(notice: Notice, services: Services) -> Notice | None:
    """The notice that corrects this one, if there is one that was confirmed."""
    later = (one for one in services.notices.latest(LOOKED_AT) if one.corrects == notice.id)
    return next((one for one in later if one.state not in ("draft", "cancelled", "dropped")), None)

"""Whom a notice has reached, and whether another one has taken its place."""

from collections.abc import Iterator

from bot.model.notice import Notice
from bot.model.services import Services

GOT = frozenset({"sent", "sending", "unconfirmed"})
"""States of rows whose words may have been read."""

CORRECTING = "correcting"
"""Why rows are held (bot.model.notice.DeliveryRow.held): a correction is previewed, or waits for its time."""

LOOKED_AT = 200
"""So many of the latest notices may be the correction of an older one."""


def got_by(notice: Notice, services: Services) -> frozenset[str]:
    """The groups in which a notice's words may have been read."""
    return frozenset(row.room for row in services.notices.rows(notice.id) if row.state in GOT)


def earlier_ones(notice: Notice, services: Services) -> Iterator[Notice]:
    """The notice it corrects, the one which that one corrected, and so on."""
    while notice.corrects is not None:
        old = services.notices.get(notice.corrects)
        assert old is not None, notice.corrects
        yield old
        notice = old


def read_last(notice: Notice, services: Services) -> dict[str, Notice]:
    """Group -> the latest notice that may have been read there, of those which this one corrects."""
    found: dict[str, Notice] = {}
    for old in earlier_ones(notice, services):
        for room in got_by(old, services):
            found.setdefault(room, old)
    return found


def reached(notice: Notice, services: Services) -> tuple[str, ...]:
    """The groups that got a notice, or one that it corrects, or still wait for it: whoever never gets any of them needs
    no correction."""
    if notice.state == "waiting":
        return notice.rooms
    rows = services.notices.rows(notice.id)
    alive = {row.room for row in rows if row.state in GOT or row.state == "pending"}
    alive |= read_last(notice, services).keys()
    return tuple(room for room in notice.rooms if room in alive)


def later_one(notice: Notice, services: Services) -> Notice | None:
    """The notice that corrects this one, if there is one that was confirmed or that some groups got."""
    later = (one for one in services.notices.latest(LOOKED_AT) if one.corrects == notice.id)
    over = ("draft", "cancelled", "dropped")
    return next((one for one in later if one.state not in over or one.begun_at is not None), None)

"""A notice leaves: from a row in the ledger to a message for each of its groups."""

from datetime import datetime

from bot.model.handling import Reply
from bot.model.notice import Notice
from bot.model.services import Services

GOT = frozenset({"sent", "sending", "unconfirmed"})
"""States of rows whose words may have been read."""


def begin(notice: Notice, at: datetime, services: Services) -> list[Reply]:
    """Put a notice on its way: to each of its groups once. Where it corrects another one, those that got the other are
    told so, and what the others still waited for is cancelled first."""
    got = _replace(notice, at, services)
    services.notices.change(notice.id, at, state="sending")
    return [
        reply for room in notice.rooms for reply in to_room(notice, room, services, corrected=room in got)
    ]


def to_room(notice: Notice, room: str, services: Services, *, corrected: bool = False) -> list[Reply]:
    """What one group is sent of a notice: its words, and after them its pictures and files."""
    text = notice.update_text if corrected and notice.update_text else notice.text

    def message(text: str, attachment: str = "") -> Reply:
        return Reply(
            text,
            "notice",
            "named",
            room,
            topic=f"notice:{notice.id}",
            notice=notice.id,
            level=notice.level,
            attachment=attachment,
        )

    words = [message(text)] if text else []
    return words + [message("", attachment) for attachment in notice.attachments]


def _replace(notice: Notice, at: datetime, services: Services) -> frozenset[str]:
    """The groups that got the notice this one corrects; whatever of that one still waits is cancelled."""
    if notice.corrects is None:
        return frozenset()
    services.notices.cancel_rows(notice.corrects, at)
    return frozenset(row.room for row in services.notices.rows(notice.corrects) if row.state in GOT)

"""A notice leaves: from a row in the ledger to a message for each of its groups."""

from datetime import datetime

from bot.model.handling import Reply
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.faq.hearers import to_individuals
from handlers.notices.reached import read_last
from handlers.notices.wording import corrected


def begin(notice: Notice, at: datetime, services: Services) -> list[Reply]:
    """Put a notice on its way: to each of its groups once. Where it corrects another one, those that got the other are
    told so, and what the others still waited for is cancelled first. Where it corrects an answer of the FAQ, those who heard
    that in private hear this there."""
    _replace(notice, at, services)
    read = read_last(notice, services)
    services.notices.change(notice.id, at, state="sending")
    aloud = [reply for room in notice.rooms for reply in to_room(notice, room, services, read.get(room))]
    return aloud + to_individuals(notice, at, services)


def to_room(notice: Notice, room: str, services: Services, read: Notice | None = None) -> list[Reply]:
    """What one group is sent of a notice: its words, and after them its pictures and files. ``read``: which of the notices
    it corrects was read there last."""
    text = corrected(notice, read, services) if read is not None else notice.text

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


def _replace(notice: Notice, at: datetime, services: Services) -> None:
    """Whatever of the notice this one corrects still waits is cancelled; paused, it is over, too."""
    old = services.notices.get(notice.corrects) if notice.corrects is not None else None
    if old is None:
        return
    services.notices.cancel_rows(old.id, at)
    if old.state == "paused":
        services.notices.change(old.id, at, state="sending", reason=f"改成{notice.number}")

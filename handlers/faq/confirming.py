"""「确认」 and 「取消」 to the preview of an edit."""

import re
import zlib
from datetime import datetime, timedelta
from typing import Literal

from bot.model.edit import Edit
from bot.model.faq import Faq
from bot.model.handling import Dialogue, Outcome, Reply, Request, Ring
from bot.model.services import Services
from handlers import nearly
from handlers.faq.proposing import LABEL, retry
from handlers.speaking import to_sender

KIND: Literal["edit"] = "edit"
"""Kind of the dialogue that waits for it."""

AGAIN = "again"
"""Option of a dialogue whose edit is being tried anew, because the entry has changed since its preview."""

_STOPS = r"[\s。.!！~～,，]*"
_YES = re.compile(rf"确认(?:上线|修改|改|无误)?(?:吧|了)?{_STOPS}|(?:确认|确定)?上线(?:吧|了)?{_STOPS}")
_YES_ALONE = re.compile(rf"{_YES.pattern}|确定(?:改)?(?:吧|了)?{_STOPS}|(?:可以)?改吧{_STOPS}")
_NO = re.compile(
    rf"(?:取消|不改|别改|先不改|不用改|不要改|不加|不上线|不要|不用|算了|不对)(?:了|吧)?{_STOPS}"
)
_NUMBERED = re.compile(rf"确认\s*(?:问答)?(?:改动|#)?\s*(\d{{1,7}})\s*号?{_STOPS}")
_QUOTED = re.compile(r"问答改动(\d{1,7})")
LATE = timedelta(hours=2)
"""So long after a preview has lapsed a 「确认」 is told so: silence would be taken for a yes."""

LAPSED = "没有及时确认"
"""Reason of an edit whose preview nobody answered in time."""

_AT_ONCE = timedelta(minutes=3)
"""So soon after a preview 「好的」 is said to it."""


def ask(edit: Edit, at: datetime, services: Services) -> None:
    """Wait for the answer to a preview."""
    services.dialogues.begin(
        edit.room_id,
        edit.person_id,
        Dialogue(KIND, str(edit.id), (_seen(edit, services),)),
        at + _patience(services) + LATE,
    )


def answer_edit(request: Request, services: Services) -> Outcome | None:
    """What whoever was shown a preview says next, if it is a yes or a no."""
    assert request.dialogue is not None
    edit = services.edits.get(int(request.dialogue.ticket))
    if edit is None:
        return None
    words = nearly.plain(request.text)
    yes = _own_number(words, edit) or (_YES_ALONE if request.message.private else _YES).fullmatch(words)
    if yes and _lapsed(edit, request.message.at, services):
        services.dialogues.end(request, KIND)
        return _said(request, services.replies("faq_over", number=str(edit.id)))
    if edit.state != "previewed":
        return None
    if yes:
        return _confirm(edit, request.dialogue, request, services)
    if _NO.fullmatch(words):
        return drop(edit, request, services)
    soon = request.message.at - edit.at <= _AT_ONCE
    if soon and (nearly.casual(words) or nearly.yes(words) or nearly.hesitant(words)):
        return _said(request, services.replies("faq_not_yet", number=str(edit.id)))
    if soon and nearly.otherwise(words):
        return _said(request, services.replies("faq_type_anew", number=str(edit.id)))
    return None


def _own_number(words: str, edit: Edit) -> bool:
    """确认 3, 确认改动3, of a preview with that number."""
    found = _NUMBERED.fullmatch(words)
    return found is not None and int(found[1]) == edit.id


def pointed(quote: str, words: str, request: Request, services: Services) -> Outcome | None:
    """「确认」 or 「取消」 to a quoted preview, whatever else was asked since; None when it is nothing of that."""
    found, words = _QUOTED.search(quote), nearly.plain(words)
    yes, no = _YES_ALONE.fullmatch(words), _NO.fullmatch(words)
    edit = services.edits.get(int(found[1])) if found and (yes or no) else None
    if edit is None or edit.room_id != request.message.room_id:
        return None
    if edit.person_id != request.person.id:
        return _said(request, services.replies("faq_not_yours", number=str(edit.id), name=edit.person))
    if edit.state != "previewed" or _lapsed(edit, request.message.at, services):
        return _said(request, services.replies("faq_over", number=str(edit.id)))
    if no:
        return drop(edit, request, services)
    asked = services.dialogues.waiting(edit.room_id, edit.person_id, KIND, request.message.at)
    mine = asked if asked is not None and asked.ticket == str(edit.id) else Dialogue(KIND, str(edit.id))
    return _confirm(edit, mine, request, services)


def _confirm(edit: Edit, asked: Dialogue, request: Request, services: Services) -> Outcome:
    """The reloader writes it. What was shown must be what is there: an entry that somebody changed since is shown anew, and so
    is a rollback, which undoes whatever went live since."""
    at = request.message.at
    services.dialogues.end(request, KIND)
    if _seen(edit, services) not in asked.options:
        new = retry(edit, at, services)
        again = Dialogue(KIND, str(new.id), (AGAIN,))
        services.dialogues.begin(edit.room_id, edit.person_id, again, at + _patience(services))
        return Outcome(f"{LABEL}:{new.id}")
    services.edits.move(edit.id, "confirmed", at)
    services.audit.write(request.by, "faq", f"问答改动{edit.id} 确认：{edit.kind} {edit.entry}".rstrip())
    return Outcome(f"{LABEL}:{edit.id}")


def _lapsed(edit: Edit, at: datetime, services: Services) -> bool:
    waits = edit.state == "previewed"
    return edit.reason == LAPSED or (waits and edit.at + _patience(services) <= at)


def drop(edit: Edit, request: Request, services: Services) -> Outcome:
    """Take back an edit that waits."""
    services.dialogues.end(request, KIND)
    services.edits.move(edit.id, "dropped", request.message.at, "不改了")
    services.audit.write(request.by, "faq", f"问答改动{edit.id} 取消：{edit.kind} {edit.entry}".rstrip())
    return _said(request, services.replies("faq_dropped", number=str(edit.id)))


def _seen(edit: Edit, services: Services) -> str:
    """Short for what is as it was when a preview was shown: the entry; all of data/ for a rollback."""
    if edit.kind != "rollback":
        return fingerprint(services.faq.get(edit.entry))
    latest = services.versions.latest()
    return f"version {latest.id if latest else 0}"


def fingerprint(entry: Faq | None) -> str:
    """Short for how an entry is now."""
    return "" if entry is None else f"{zlib.crc32(repr(entry).encode()):08x}"


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:faq", (to_sender(request, text),))


def _patience(services: Services) -> timedelta:
    return timedelta(minutes=services.faq_settings.confirm_minutes)


def _due(services: Services) -> datetime | None:
    oldest = services.edits.in_state("previewed")
    return oldest[0].at + _patience(services) if oldest else None


def _ring(at: datetime, services: Services) -> list[Reply]:
    """What nobody confirmed in time is dropped. Whoever asked for it never answered the preview, and knows."""
    for edit in services.edits.in_state("previewed"):
        if edit.at + _patience(services) <= at:
            services.edits.move(edit.id, "dropped", at, LAPSED)
    return []


LAPSING = Ring("faq.lapsing", _due, _ring)

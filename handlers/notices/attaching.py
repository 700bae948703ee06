"""Pictures and files that somebody at work sends in private wait a little for the /通知 they belong to."""

from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Request
from bot.model.services import Services
from handlers.speaking import to_sender

KINDS = frozenset({"image", "file", "video"})
"""Kinds of messages that can be sent on."""

TITLES = {"image": "图片", "file": "文件", "video": "视频"}

WAITS = timedelta(minutes=10)

MOST = 9
"""So many go with one notice."""


def offered(request: Request, services: Services) -> Outcome:
    """A picture or file came: keep which one it was, and say what to do with it."""
    if not services.health.takes_files:
        return Outcome("notice:no_files", (to_sender(request, services.replies("notice_no_files")),))
    kept = waiting(request, services)
    ids = (*kept, request.message.id) if request.message.id not in kept else kept
    if len(ids) > MOST:
        text = services.replies("notice_files_full", count=str(MOST))
        return Outcome("notice:attachment", (to_sender(request, text),))
    expires = request.message.at + WAITS
    services.dialogues.begin("", request.person.id, Dialogue("attachments", "", ids), expires)
    kind = TITLES[request.message.kind] if len(ids) == 1 else "图片或文件"
    count = "一张" if kind == "图片" else "一个" if len(ids) == 1 else f"{len(ids)} 个"
    text = services.replies("notice_file", count=count, title=kind)
    return Outcome("notice:attachment", (to_sender(request, text),))


def waiting(request: Request, services: Services) -> tuple[str, ...]:
    """Ids of the pictures and files that wait, wherever the /通知 is written."""
    found = services.dialogues.waiting("", request.person.id, "attachments", request.message.at)
    return found.options if found is not None else ()


def taken(person_id: str, services: Services) -> None:
    """They are on their way."""
    services.dialogues.close("", person_id, "attachments")


def silent(request: Request, services: Services) -> Outcome | None:
    """Words are no answer to a picture that waits."""
    return None

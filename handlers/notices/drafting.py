"""A notice as a draft: kept, shown, and replaced when its writer types it anew."""

from collections.abc import Sequence
from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Request
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.authority import may
from handlers.notices.previewing import NAMED, preview
from handlers.speaking import to_sender


def draft_of(request: Request, services: Services) -> Notice | None:
    """The preview that the person was shown in this room and has not answered."""
    message = request.message
    waiting = services.dialogues.waiting(message.room_id, request.person.id, "notice", message.at)
    notice = services.notices.get(int(waiting.ticket)) if waiting else None
    return notice if notice is not None and notice.state == "draft" else None


def out_of_reach(rooms: Sequence[str], request: Request, services: Services) -> str:
    """The groups that are not the person's to speak in, named; empty when all are."""
    places = [services.groups.place(room) for room in rooms]
    refused = [
        place.room
        for place in places
        if place and not may(request.person, "worker", place.node, services.groups)
    ]
    more = f"等 {len(refused)} 个群" if len(refused) > NAMED else ""
    return "、".join(refused[:NAMED]) + more


def show(draft: Notice, notes: Sequence[str], request: Request, services: Services) -> Outcome:
    """Keep a draft, in place of the one that the person was shown here and has not confirmed, and show it."""
    at = request.message.at
    old = draft_of(request, services)
    same = old is not None and (old.corrects, old.entry) == (draft.corrects, draft.entry)
    kept = old if same else None
    if kept is not None:
        fields = {
            name: getattr(draft, name)
            for name in (
                "text", "rooms", "scope", "node", "planned_at", "created_at", "level", "valid_until", "attachments", "drill",
                "asks_receipt", "update_text", "reason",
            )
        }  # fmt: skip
        written: Notice | None = services.notices.change(kept.id, at, **fields)
    else:
        written = services.notices.add(draft)
    assert written is not None
    services.audit.write(
        request.by, "notice", f"{written.number} 预览：{written.scope}，{len(written.rooms)} 个群"
    )
    expires = at + timedelta(minutes=services.notice_settings.confirm_minutes)
    services.dialogues.begin(
        request.message.room_id, request.person.id, Dialogue("notice", str(written.id)), expires
    )
    return Outcome(f"notice:draft:{written.id}", (to_sender(request, preview(written, notes, at, services)),))

"""Writing an edit down, for the reloader to try: one at a time a person and room."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.model.contacts import PHONE, bare_phone
from bot.model.edit import Edit, EditKind
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.faq.entries import LESS, MORE, edited
from handlers.speaking import duty_phone, to_sender

LABEL = "faq:edit"


def propose(
    kind: EditKind, entry: str, values: Mapping[str, object], request: Request, services: Services
) -> Outcome:
    """Write an edit down; its preview is spoken when it was tried. One that waits for 确认 is replaced; where it is about
    the same entry, both are made together."""
    message = request.message
    waiting = waiting_edit(message.room_id, request.person.id, services)
    if waiting is not None and waiting.entry == entry and waiting.kind != "rollback":
        kind = kind if waiting.kind == kind else "add" if waiting.kind == "add" else "change"
        values = together(waiting.values, values)
    new = Edit(
        0,
        message.at,
        message.room_id,
        request.person.id,
        request.person.name,
        message.id,
        kind,
        entry,
        values,
    )
    before = services.faq.get(entry)
    after = edited(before, new, services)
    if before == after:
        return said(request, services.replies("faq_same", id=entry))
    if "answer" in values and (problem := _exposed(after.answer, request, services)):
        return said(request, problem)
    if not after.questions:
        return said(request, services.replies("faq_last_question", id=entry))
    if after.valid_from and after.valid_until and after.valid_until <= after.valid_from:
        return said(request, services.replies("faq_days_crossed", id=entry))
    if waiting is not None:
        services.edits.move(waiting.id, "dropped", message.at, "又发了一个")
    edit = services.edits.propose(new)
    return Outcome(f"{LABEL}:{edit.id}")


def waiting_edit(room_id: str, person_id: str, services: Services) -> Edit | None:
    """The edit of a person in a room that is being tried, or waits for 确认."""
    waiting = services.edits.in_state("proposed", "previewed")
    return next(
        (edit for edit in reversed(waiting) if (edit.room_id, edit.person_id) == (room_id, person_id)), None
    )


def new_id(at: datetime, services: Services) -> str:
    """An id for a new entry: faq-1122-1, the next free number of the day."""
    day = f"{at.astimezone(services.zone):%m%d}"
    open_ones = {edit.entry for edit in services.edits.in_state("proposed", "previewed", "confirmed")}
    n = 1
    while (id_ := f"faq-{day}-{n}") in services.faq or id_ in open_ones:
        n += 1
    return id_


def together(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """The values of two edits of an entry, made one after the other."""
    values = {**before, **after}
    for key in (f"questions{MORE}", f"questions{LESS}"):
        earlier, later = before.get(key, ()), after.get(key, ())
        assert isinstance(earlier, (list, tuple)) and isinstance(later, (list, tuple))
        if earlier and later:
            values[key] = list(dict.fromkeys((*earlier, *later)))
    return values


def retry(edit: Edit, at: datetime, services: Services) -> Edit:
    """Let an edit be tried and previewed anew."""
    services.edits.move(edit.id, "dropped", at, "这一条中间又改过")
    return services.edits.propose(replace(edit, id=0, at=at, state="proposed", reason=""))


def said(request: Request, text: str) -> Outcome:
    """An answer to a /faq command."""
    return Outcome("command:faq", (to_sender(request, text),))


def _exposed(answer: str, request: Request, services: Services) -> str:
    """What a residents' group would not read of an answer, and what to do about it; empty when it would read all of it."""
    public = services.contacts.phones
    if phone := next((one[0] for one in PHONE.finditer(answer) if bare_phone(one[0]) not in public), ""):
        return services.replies("faq_phone", phone=phone, duty=duty_phone(request, services))
    rest = PHONE.sub("", answer)
    return services.replies("faq_door", text=services.guarded(rest)) if services.guarded(rest) != rest else ""

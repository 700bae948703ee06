"""/faq 答: what many ask gets an answer, which becomes an entry of the FAQ, or renews one that has expired; when it is live,
all who asked read it."""

import re
from dataclasses import replace

from bot.model.edit import Edit
from bot.model.handling import Command, Outcome, Request
from bot.model.services import Services
from handlers.authority import may
from handlers.faq.surge import PROMISED
from handlers.speaking import to_sender

PHRASINGS = 5
"""So many wordings become phrasings of the entry."""

LOOKED_AT = 20
"""So many wordings are looked at for them, those of most people first."""

LONGEST = 40
"""Characters; what is longer tells a story and is no phrasing."""

_NUMBERED = re.compile(r"(\d{1,6})(?:[\s:：]+(.*))?", re.DOTALL)

_BARE = re.compile(r"[/／]?(?:答|回答)\s*(\d{1,6})[\s:：，,、]+(\S.+)", re.DOTALL)


def answer(request: Request, services: Services) -> Outcome:
    """/faq 答 3 答案: propose the entry; its preview is spoken when it was tried. Without a number, the one that is open."""
    assert request.command is not None
    said, at = request.command.raw.strip(), request.message.at
    still = services.asked.surges(at - PROMISED)
    if renewed := _renew(said, request, services):
        return renewed
    typed = _NUMBERED.fullmatch(said)
    if typed is None and len(still) == 1:
        number, words = still[0].id, said
    else:
        number, words = (int(typed[1]), (typed[2] or "").strip()) if typed else (0, "")
    surge = next((one for one in still if one.id == number), None)
    if surge is None or not words:
        listed = "\n".join(f"{one.id}. {services.guarded(one.question)}" for one in still)
        key = "faq_answer_which" if still else "faq_answer_none"
        return _said(request, services.replies(key, list=listed))
    if surge.entry:
        return _propose("change", surge.entry, {"answer": words, "valid_until": None}, request, services)
    texts = (" ".join(text.split()) for text in services.asked.surge_wordings(surge.id, LOOKED_AT))
    fit = [text for text in texts if 2 < len(text) <= LONGEST and services.guarded(text) == text]
    if not fit:
        return _said(request, services.replies("faq_answer_no_words"))
    values: dict[str, object] = {"questions": tuple(dict.fromkeys(fit))[:PHRASINGS], "answer": words}
    return _propose("add", _new_id(surge.id, services), values, request, services)


def heard(said: str, request: Request, services: Services) -> Outcome | None:
    """答 3 答案 without /faq, as the alert is often answered; None when no such thing is open, for colleagues say 答 too."""
    found = _BARE.fullmatch(said.strip())
    root = services.groups.root
    if found is None or not may(request.person, "secretary", root, services.groups):
        return None
    still = services.asked.surges(request.message.at - PROMISED)
    if all(one.id != int(found[1]) for one in still):
        return None
    command = Command("faq", raw=f"{found[1]} {found[2]}")
    return answer(replace(request, command=command), services)


def _renew(said: str, request: Request, services: Services) -> Outcome | None:
    """/faq 答 id 答案, of an entry that has expired: the new answer holds until further notice."""
    id_, _, words = said.partition(" ")
    entry = services.faq.get(id_)
    if entry is None or not words.strip() or not entry.expired(request.message.at):
        return None
    return _propose("change", id_, {"answer": words.strip(), "valid_until": None}, request, services)


def _propose(
    kind: str, entry: str, values: dict[str, object], request: Request, services: Services
) -> Outcome:
    message = request.message
    edit = services.edits.propose(
        Edit(
            0, message.at, message.room_id, request.person.id, request.person.name, message.id,
            "add" if kind == "add" else "change", entry, values,
        )
    )  # fmt: skip
    return Outcome(f"faq:edit:{edit.id}")


def _new_id(number: int, services: Services) -> str:
    ids = (f"asked-{number}{tail}" for tail in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(id_ for id_ in ids if id_ not in services.faq)


def _said(request: Request, text: str) -> Outcome:
    return Outcome("command:faq", (to_sender(request, text),))

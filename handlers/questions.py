"""question: answered from the FAQ when it is sure, offered as a choice when nearly so, else silence."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime

from bot.model.faq import Faq
from bot.model.handling import Dialogue, Outcome, Request
from bot.model.services import Services
from handlers import cards
from handlers.people import chitchat
from handlers.speaking import to_sender
from handlers.tickets.own_tickets import asks_after_own

DIGITS = {"1": 0, "2": 1, "3": 2, "一": 0, "二": 1, "三": 2}
_CHOICE = re.compile(r"(?:选|第|回)?\s*([123１２３一二三])\s*(?:个|号|吧)?[。.、]?")
_YES = re.compile(r"(?:是|对|嗯|要|想)[的啊呀嘞]*[。.!！]*")


def question(request: Request, services: Services) -> Outcome:
    """Answer, offer a choice, or stay silent; whoever addressed us is handed to a person instead of silence."""
    understanding = request.understanding
    assert understanding is not None
    at = request.message.at
    if understanding.faq is not None and (entry := _valid(understanding.faq.id, services, at)):
        return _answer(entry, request, services)
    if after_own := asks_after_own(request, services):
        return after_own
    offered = [entry for id_ in understanding.suggest[:3] if (entry := _valid(id_, services, at))]
    if offered:
        choice = Dialogue("choice", "", tuple(entry.id for entry in offered))
        services.dialogues.begin(request.message.room_id, request.person.id, choice, at + services.patience)
        if len(offered) == 1:
            text = services.replies("faq_suggest_one", title=offered[0].title)
            return Outcome("suggest", (to_sender(request, text),))
        lines = "\n".join(f"{n}. {entry.title}" for n, entry in enumerate(offered, 1))
        return Outcome("suggest", (to_sender(request, services.replies("faq_suggest", list=lines)),))
    return chitchat(request, services)


def answer_choice(request: Request, services: Services) -> Outcome | None:
    """Answer the entry whose digit was typed; anything else is not ours."""
    assert request.dialogue is not None
    chosen = _CHOICE.fullmatch(request.text)
    if len(request.dialogue.options) == 1 and _YES.fullmatch(request.text):
        chosen = _CHOICE.fullmatch("1")
    n = DIGITS[unicodedata.normalize("NFKC", chosen[1])] if chosen else len(request.dialogue.options)
    if n >= len(request.dialogue.options):
        return None
    services.dialogues.end(request, "choice")
    entry = _valid(request.dialogue.options[n], services, request.message.at)
    if entry is None:
        return None
    return _answer(entry, request, services)


def _answer(entry: Faq, request: Request, services: Services) -> Outcome:
    said = entry.answer
    if cards.PLACEHOLDER in said:
        said = said.replace(cards.PLACEHOLDER, cards.card(cards.place_of(request, services), services))
    answer = to_sender(request, services.replies("faq_answer", answer=said))
    return Outcome(f"answer:{entry.id}", (replace(answer, topic=f"faq:{entry.id}"),))


def _valid(id_: str, services: Services, at: datetime) -> Faq | None:
    entry = services.faq.get(id_)
    return entry if entry and entry.valid(at) else None

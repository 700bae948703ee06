"""question: answered from the FAQ when it is sure, offered as a choice when nearly so, else silence."""

import re
import unicodedata

from bot.model.faq import Faq
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.faq import expired, manners, surge
from handlers.faq.asking import present
from handlers.people import chitchat
from handlers.tickets.own_tickets import asks_after_own

DIGITS = {"1": 0, "2": 1, "3": 2, "一": 0, "二": 1, "三": 2}
_CHOICE = re.compile(r"(?:选|第|回)?\s*([123１２３一二三])\s*(?:个|号|吧)?[。.、]?")
_YES = re.compile(r"(?:是|对|嗯|要|想)[的啊呀嘞]*[。.!！]*")


def question(request: Request, services: Services) -> Outcome:
    """Answer, offer a choice, or stay silent; whoever addressed us is handed to a person instead of silence."""
    understanding = request.understanding
    assert understanding is not None
    if understanding.faq is not None and (entry := present(understanding.faq.id, request, services)):
        return _give(entry, request, services)
    if after_own := asks_after_own(request, services):
        return after_own
    near = (present(id_, request, services) for id_ in understanding.suggest[:3])
    offered = [entry for entry in near if entry and entry.valid(request.message.at)]
    if offered:
        return manners.offer(tuple(dict.fromkeys(offered)), request, services)
    if held := surge.joined(request, services):
        return held
    return surge.unanswered(request, chitchat(request, services), services)


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
    entry = present(request.dialogue.options[n], request, services)
    return _give(entry, request, services) if entry else None


def _give(entry: Faq, request: Request, services: Services) -> Outcome:
    """The answer, with manners; that it holds no longer, where so."""
    if entry.valid(request.message.at):
        return manners.give(entry, request, services)
    return expired.hold(entry, request, services)

"""/问 and /进展: words from those at work to whoever waits, and the answer that comes back."""

import re
from datetime import datetime, timedelta

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, Ticket
from bot.model.tree import RoomKind
from bot.model.understanding import Slots, Understanding
from handlers.speaking import (
    about,
    named,
    private_enough,
    quoted,
    those_waiting,
    to_people,
    to_sender,
    to_staff,
    to_those_waiting,
)
from handlers.tickets.moving import Moved, each, listen, usage
from handlers.tickets.pleas import written
from handlers.tickets.reach import doer_id, may_speak_for

AT_ONCE = timedelta(minutes=30)
"""Whatever whoever was asked says in this time is taken for the answer, if it means nothing else."""

PATIENCE = timedelta(hours=24)
"""How long an answer is waited for."""

SHORT = 20
"""Characters; after AT_ONCE only a short word is taken for the answer."""

INSIDE = "内部"
"""What a /进展 begins with that the requester is not told."""

WORK: tuple[RoomKind, ...] = ("staff", "volunteer")
"""Where those at work may read doors and phones."""

_GOT_IT = re.compile(
    r"(?:好的?|嗯+|行|ok)?[,，。\s]*收到了?[,，。!！\s]*(?:谢谢[你您]?)?[。!！]*", re.IGNORECASE
)
_TO_ANOTHER = re.compile(r"@\S+")


def ask(request: Request, services: Services) -> Outcome:
    """/问: ask whoever waits, where they asked for help; the clock stands still until they answer."""
    assert request.command is not None
    words = request.command.note
    if not words:
        return usage(request, services, request.command.name)
    return each(request, services, lambda ticket: _ask(ticket, words, request, services))


def progress(request: Request, services: Services) -> Outcome:
    """/进展: a sign of life for whoever waits, or, beginning with 内部, a note for the staff alone."""
    assert request.command is not None
    words = request.command.note
    if not words.removeprefix(INSIDE).strip(" ：:，,"):
        return usage(request, services, request.command.name)
    return each(request, services, lambda ticket: _progress(ticket, words, request, services))


def _ask(ticket: Ticket, words: str, request: Request, services: Services) -> Moved:
    if refused := _refused(ticket, "问", request, services):
        return Moved(refused)
    services.tickets.note(ticket, request.by, "asked", words)
    message, person = request.message, request.person
    kind = request.place.kind if request.place else ""
    options = (message.at.isoformat(), message.room_id, kind, person.id, person.name)
    asked = Dialogue("asked", ticket.number, options)
    requester = those_waiting(ticket, services)[0]
    listen(asked, requester, message.at + PATIENCE, ticket, services)
    text = services.replies("ticket_asked", **about(ticket, services), text=words)
    line = services.replies("command_asked", **about(ticket, services), name=ticket.requester)
    return Moved(line, tuple(to_people([requester], ticket, text, services)), ticket)


def _progress(ticket: Ticket, words: str, request: Request, services: Services) -> Moved:
    if refused := _refused(ticket, "写进展", request, services):
        return Moved(refused)
    services.tickets.note(ticket, request.by, "progress", words)
    told = about(ticket, services)
    if words.startswith(INSIDE):
        return Moved(services.replies("command_noted", **told), (), ticket)
    text = services.replies("ticket_news", **told, text=words)
    news = to_those_waiting(ticket, text, services, but=request.person.id)
    return Moved(services.replies("command_told", **told, name=ticket.requester), tuple(news), ticket)


def _refused(ticket: Ticket, word: str, request: Request, services: Services) -> str:
    """Why not; empty when the person may."""
    words = about(ticket, services, public=not private_enough(request))
    if not may_speak_for(request.person, ticket, request.message.at, services):
        theirs = doer_id(ticket) and ticket.state in OPEN
        key = "command_in_others_hands" if theirs else "command_take_first"
        return services.replies(key, **words, word=word)
    if ticket.state not in OPEN:
        return services.replies("command_cannot", **words, word=word)
    return ""


def answer_asked(request: Request, services: Services) -> Outcome | None:
    """What whoever was asked says next is the answer: written into the ticket, and told to whoever asked."""
    assert request.dialogue is not None and request.understanding is not None
    ticket = services.tickets.get(request.dialogue.ticket)
    if ticket is None or ticket.state not in OPEN:
        services.dialogues.end(request, "asked")
        return None
    asked_at = datetime.fromisoformat(request.dialogue.options[0])
    if not _answers(request, ticket, request.message.at - asked_at):
        return None
    services.dialogues.end(request, "asked")
    ticket = written(ticket, request, services)
    services.tickets.note(ticket, request.by, "answered", quoted(request.text))
    answer = services.replies("ticket_answered", **about(ticket, services))
    return Outcome(
        f"answered:{ticket.number}",
        (_for_asker(ticket, request, services), to_sender(request, answer, ticket.number)),
    )


def _answers(request: Request, ticket: Ticket, since: timedelta) -> bool:
    """True when the words may be the answer: at once whatever means nothing else; later what is said to us, or a short
    word that has to do with it."""
    understanding = request.understanding
    assert understanding is not None
    if _TO_ANOTHER.match(request.text) or not _means_nothing_else(understanding, request.text, ticket):
        return False
    if since <= AT_ONCE or request.addressed:
        return True
    kindred = understanding.intent == ticket.intent or understanding.slots != Slots()
    return len(request.text) <= SHORT and kindred


def _means_nothing_else(understanding: Understanding, text: str, ticket: Ticket) -> bool:
    if understanding.intent == "ticket.done":
        return _GOT_IT.fullmatch(text) is not None
    if understanding.intent == "question":
        return not (understanding.faq or understanding.suggest)
    return understanding.intent in ("chitchat", "thanks", "help.other", "report.temperature", ticket.intent)


def _for_asker(ticket: Ticket, request: Request, services: Services) -> Reply:
    """To where the question was asked; asked in a residents' group, to the staff."""
    assert request.dialogue is not None
    _, room_id, kind, asker_id, asker = request.dialogue.options
    words = {"name": named(request.person), "text": quoted(request.text)}
    text = services.replies("alert_answered", **about(ticket, services, public=False), **words)
    if not room_id:
        return Reply(text, "private", "person", to=asker_id, ticket=ticket.number)
    if kind in WORK:
        mentions = ((asker_id, asker),)
        return Reply(text, "alert", "room", to=room_id, mentions=mentions, ticket=ticket.number)
    return to_staff(text, node=ticket.node, ticket=ticket.number)

"""/问 and /进展: words from those at work to whoever waits, and the answer that comes back."""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.model.handling import Dialogue, Outcome, Reply, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, Step, Ticket
from bot.model.understanding import Slots, Understanding
from handlers import records
from handlers.masking import without_doors
from handlers.speaking import (
    about,
    named,
    quoted,
    those_waiting,
    to_people,
    to_sender,
    to_staff,
    to_those_waiting,
)
from handlers.tickets.moving import Moved, each, usage
from handlers.tickets.own_tickets import named_in
from handlers.tickets.pleas import written
from handlers.tickets.reach import doer_id, may_read, may_speak_for, node_of, to_colleague

AT_ONCE = timedelta(minutes=30)
"""Whatever whoever was asked says in this time is taken for the answer, if it means nothing else."""

PATIENCE = timedelta(hours=24)
"""How long an answer is waited for."""

SHORT = 20
"""Characters; after AT_ONCE only a short word is taken for the answer."""

INSIDE = "内部"
"""What a /进展 begins with that the requester is not told."""

MISTAKEN = frozenset({"signup.reserve", "report.symptom"})
"""What an answer reads like when it names an hour or how somebody is: at once, or in private, it is taken for one."""

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
    requester = those_waiting(ticket, services)[0]
    asked, expires = Dialogue("asked", ticket.number), request.message.at + PATIENCE
    for room_id in {requester.room_id, ""}:  # they may answer in private, too
        services.dialogues.begin(room_id, requester.person_id, asked, expires)
    told = about(ticket, services)
    text = services.replies("ticket_asked", **told, text=words)
    aloud = services.replies("ticket_asked", **told, text=without_doors(words, ticket.room))
    line = services.replies("command_asked", **told, name=ticket.requester)
    return Moved(line, tuple(to_people([requester], ticket, text, services, aloud=aloud)), ticket)


def _progress(ticket: Ticket, words: str, request: Request, services: Services) -> Moved:
    if refused := _refused(ticket, "写进展", request, services):
        return Moved(refused)
    services.tickets.note(ticket, request.by, "progress", words)
    told = about(ticket, services)
    if words.startswith(INSIDE):
        return Moved(services.replies("command_noted", **told), (), ticket)
    text = services.replies("ticket_news", **told, text=words)
    aloud = services.replies("ticket_news", **told, text=without_doors(words, ticket.room))
    news = to_those_waiting(ticket, text, services, but=request.person.id, aloud=aloud)
    return Moved(services.replies("command_told", **told, name=ticket.requester), tuple(news), ticket)


def _refused(ticket: Ticket, word: str, request: Request, services: Services) -> str:
    """Why not; empty when the person may."""
    words = about(ticket, services, public=not may_read(request, ticket, services))
    if not may_speak_for(request.person, ticket, request.message.at, services):
        theirs = doer_id(ticket) and ticket.state in OPEN
        key = "command_in_others_hands" if theirs else "command_take_first"
        return services.replies(key, **words, word=word)
    if ticket.state not in OPEN:
        return services.replies("command_cannot", **words, word=word)
    return ""


def answer_asked(request: Request, services: Services) -> Outcome | None:
    """What whoever was asked says next is the answer: written into the ticket, and told to whoever asked. A fever is kept
    and told as a fever, too."""
    assert request.dialogue is not None and request.understanding is not None
    asked = _asked(request, services)
    if not asked:
        services.dialogues.end(request, "asked")
        return None
    fitting = [one for one in asked if _answers(request, one.ticket, request.message.at - one.step.at)]
    named_ones = named_in(request.text, [one.ticket for one in fitting])
    alike = [one.ticket for one in fitting if one.ticket.intent == request.understanding.intent]
    meant = [*named_ones, *alike, *(one.ticket for one in fitting)][:1]
    question = next((one for one in fitting if one.ticket in meant), None)
    if question is None:
        return None
    _go_on([one for one in asked if one is not question], request, services)
    ticket = written(question.ticket, request, services)
    services.tickets.note(ticket, request.by, "answered", quoted(request.text))
    answer = services.replies("ticket_answered", **about(ticket, services))
    told = _for_asker(ticket, question.step, request, services)
    said = _of_illness(request, services) or (to_sender(request, answer, ticket.number),)
    return Outcome(f"answered:{ticket.number}", (told, *said))


def _of_illness(request: Request, services: Services) -> tuple[Reply, ...]:
    """What is kept and said of a fever or a symptom, asked for or not; nothing for other words."""
    understanding = request.understanding
    assert understanding is not None
    if understanding.intent == "report.symptom":
        return records.symptom(request, services).replies
    fever = (understanding.slots.temperature or 0) >= records.FEVER
    return records.record(request, services).replies if fever else ()


@dataclass(frozen=True, slots=True)
class _Question:
    """A question nobody has answered yet."""

    number: str
    """The ticket it was asked about."""
    ticket: Ticket
    """Where the answer belongs: the ticket it was asked about, or the one that took that in."""
    step: Step
    """Its audit row: when, where and by whom."""


def _asked(request: Request, services: Services) -> list[_Question]:
    """What the person was asked lately and has not answered, the latest first; each question by the audit rows, for the
    dialogue holds only the last one."""
    assert request.dialogue is not None
    last = services.tickets.get(request.dialogue.ticket)
    own = [one for one in services.tickets.of_requester(request.person.id) if one != last]
    found = [
        _Question(one.number, ticket, step)
        for one in (last, *own)
        if one is not None and (step := _open_question(one, request, services))
        if (ticket := _taken_in(one, services)).state in OPEN
    ]
    return sorted(found, key=lambda question: question.step.at, reverse=True)


def _open_question(ticket: Ticket, request: Request, services: Services) -> Step | None:
    """The last question about a ticket to its requester, if it was asked lately and they have not answered it."""
    if ticket.requester_id != request.person.id:
        return None
    steps = services.tickets.history(ticket)
    asked = [n for n, step in enumerate(steps) if step.kind == "asked"]
    if not asked or request.message.at - steps[asked[-1]].at > PATIENCE:
        return None
    said = any(step.kind == "answered" for step in steps[asked[-1] :])
    return None if said else steps[asked[-1]]


def _taken_in(ticket: Ticket, services: Services) -> Ticket:
    """The ticket that took this one in, and so on; a ticket that none took in is itself."""
    while ticket.merged_into and (into := services.tickets.get(ticket.merged_into)):
        ticket = into
    return ticket


def _go_on(others: list[_Question], request: Request, services: Services) -> None:
    """What else was asked is still waited for."""
    services.dialogues.end(request, "asked")
    if others:
        where = request.message.room_id, request.person.id
        expires = others[0].step.at + PATIENCE
        services.dialogues.begin(*where, Dialogue("asked", others[0].number), expires)


def _answers(request: Request, ticket: Ticket, since: timedelta) -> bool:
    """True when the words may be the answer: at once whatever means nothing else; later what is said to us, or a short
    word that has to do with it."""
    understanding = request.understanding
    assert understanding is not None
    likely = since <= AT_ONCE or request.message.private
    if _TO_ANOTHER.match(request.text) or not (
        (likely and understanding.intent in MISTAKEN)
        or _means_nothing_else(understanding, request.text, ticket)
    ):
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


def _for_asker(ticket: Ticket, asked: Step, request: Request, services: Services) -> Reply:
    """To where the question was asked; asked in a residents' group, to the staff; asked by somebody sent from another
    compound, in private or without the words."""
    words = {"name": named(request.person), "text": quoted(request.text)}
    text = services.replies("alert_answered", **about(ticket, services, public=False), **words)
    if not asked.room_id:
        return Reply(text, "private", "person", to=asked.actor_id, ticket=ticket.number)
    for room_id, name, node in services.colleagues.seen_in(asked.actor_id):
        if room_id != asked.room_id:
            continue
        if services.groups.within(node_of(ticket, services), node):
            mentions = ((asked.actor_id, name),)
            return Reply(text, "alert", "room", to=room_id, mentions=mentions, ticket=ticket.number)
        words["text"] = f"请私聊小巷发：工单 {ticket.short}"
        bare = services.replies("alert_answered", **about(ticket, services), **words)
        if reached := to_colleague(asked.actor_id, text, bare, ticket, services):
            return reached[0]
    return to_staff(text, node=ticket.node, ticket=ticket.number)

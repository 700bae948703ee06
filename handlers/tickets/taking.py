"""/接单, and 「我来」: said to a quoted alert or right after one, it takes the ticket."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.model.handling import Command, Dialogue, Outcome, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, Ticket
from handlers.speaking import private_enough, to_sender
from handlers.tickets.lists import line
from handlers.tickets.moving import Moved, each, move, usage
from handlers.tickets.reach import doer_id, in_reach, may_read, sees_to

LATELY = timedelta(minutes=5)
"""「我来」 means an alert not older than this."""

TYPING = timedelta(minutes=1)
"""Who says 「我来」 within this time after somebody else took it meant the same ticket."""

_MINE = re.compile(
    r"(?:收到|好的?|行|嗯+|ok|没问题)?[,，。.、!！\s]*(?:这[个单]|这张)?"
    r"(?:我来(?:接单?|办|弄|处理|解决|送|跑一趟|吧)?|我[去接办](?:办|送|接|拿|一趟|跑一趟|看看|单|这[个单])?"
    r"|我?(?:马上|这就)去|我?马上到|交给我|我负责|我可以)"
    r"[了吧啊呀哈]*"
    r"(?:[,，、 ]+(?:顺路|正好.{0,10}|(?:一会儿?|马上|这就)就?(?:过?去|到|办|送|弄|处理)))?"
    r"[了吧啊呀哈]*[。.!！~～\s]*(?:\[[^\]]{1,6}\]|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"([A-Za-z]{0,2}\d{1,3})(?:号单?)?[\s,，、]*(?:我来接?单?|我接单?|交给我)[吧了]?[。!！]*"
    r"|(?:我来接?|我接|交给我)[吧了]?[\s,，、]*([A-Za-z]{0,2}\d{1,3})(?:号单?)?[。!！]*"
)
_ALL = re.compile(r"(?:我?都接?|全部?接?|我?全接|都我来|我?都(?:要|来|去))[了吧。.!！]*")
_HEADED = re.compile(r"【[^】]{0,12}?([A-Z]{1,2}\d{3})】")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])([A-Z]{1,2}\d{3})(?![0-9A-Za-z])")


def take(request: Request, services: Services) -> Outcome:
    """/接单: the first one wins, the second is told who has it. Without a number, what was just called out."""
    assert request.command is not None
    if not request.command.tickets and (outcome := _lately(request, services)):
        return outcome

    def act(ticket: Ticket) -> Moved:
        return move(ticket, "taken", request, services)

    return each(request, services, act)


def named_number(words: str) -> tuple[str, ...]:
    """The ticket of 「A023 我来」 and 「我来 23」. Not of 「17号我去」: that may be a building."""
    said = _NUMBERED.fullmatch(words.strip())
    return ((said[1] or said[2]).upper(),) if said else ()


def volunteered(words: str) -> bool:
    """True for 「我来」 and its like, and nothing else."""
    return len(words) <= 30 and _MINE.fullmatch(words.strip()) is not None


def numbers_in(quote: str) -> tuple[str, ...]:
    """The tickets a quoted message is about: the one its heading names, else all it names."""
    headed = _HEADED.search(quote)
    return (headed[1],) if headed else tuple(dict.fromkeys(_NUMBER.findall(quote)))


def mine(request: Request, quoted: tuple[str, ...], services: Services) -> Outcome | None:
    """「我来」: the ticket of the quoted message, else what was just called out here."""
    if not quoted:
        lately = _lately(request, services)
        return usage(request, services, "接单") if lately is None and request.message.private else lately
    if len(quoted) == 1:
        return _take(request, quoted, services)
    tickets = [ticket for number in quoted if (ticket := services.tickets.get(number))]
    free = [ticket for ticket in tickets if _free(ticket, request, services)]
    return _which(free, request, services) if free else None


def answer_take(request: Request, services: Services) -> Outcome | None:
    """「23」 or 「都接」, after being asked which of several."""
    assert request.dialogue is not None
    numbers = request.dialogue.options
    word = request.text.strip(" 。.!！第个件张号接").upper()
    if _ALL.fullmatch(request.text.strip()):
        chosen = numbers
    else:
        chosen = tuple(
            number
            for number in numbers
            if word and (ticket := services.tickets.get(number)) and word in (number, ticket.short)
        )
    if not chosen:
        return None
    services.dialogues.end(request, "take")
    return _take(request, chosen, services)


def _lately(request: Request, services: Services) -> Outcome | None:
    """What was called out in this room a moment ago and nobody has taken: the only one is taken, of several it is
    asked which; None when there is nothing."""
    message = request.message
    if not private_enough(request):
        return None
    numbers = services.outbox.called_out(message.room_id, message.sender_id, message.at - LATELY)
    tickets = [ticket for number in numbers if (ticket := services.tickets.get(number))]
    free = [ticket for ticket in tickets if _free(ticket, request, services)]
    if not free:
        beaten = tickets[0] if tickets and _just_taken(tickets[0], request, services) else None
        return _take(request, (beaten.number,), services) if beaten else None
    return _take(request, (free[0].number,), services) if len(free) == 1 else _which(free, request, services)


def _free(ticket: Ticket, request: Request, services: Services) -> bool:
    """Waiting for somebody: for anybody, or for this person, who was sent to see to it."""
    person = request.person
    waiting = ticket.state in OPEN and ticket.state != "taken"
    return (
        waiting
        and in_reach(person, ticket, services)
        and (not doer_id(ticket) or sees_to(person, ticket, request.message.at, services))
    )


def _just_taken(ticket: Ticket, request: Request, services: Services) -> bool:
    """Taken by somebody else while this person was typing: they are told."""
    late = ticket.state == "taken" and ticket.owner_id != request.person.id
    mine = in_reach(request.person, ticket, services)
    return late and mine and request.message.at - ticket.updated_at <= TYPING


def _take(request: Request, numbers: tuple[str, ...], services: Services) -> Outcome:
    return take(replace(request, command=Command("接单", numbers)), services)


def _which(tickets: list[Ticket], request: Request, services: Services) -> Outcome:
    tickets = sorted(tickets, key=lambda ticket: (ticket.opened_at, ticket.number))
    numbers = tuple(ticket.number for ticket in tickets)
    expires = request.message.at + services.patience
    services.dialogues.begin(
        request.message.room_id, request.person.id, Dialogue("take", "", numbers), expires
    )
    listed = "\n".join(
        line(ticket, services, public=not may_read(request, ticket, services)) for ticket in tickets
    )
    text = services.replies("take_which", list=listed, short=tickets[0].short)
    return Outcome("take:which", (to_sender(request, text),))

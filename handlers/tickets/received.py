"""After a ticket was closed: 「收到了」 is written down, 「没收到」 and 「还是需要」 open it again."""

import re
from dataclasses import replace
from typing import Literal

from bot.model.handling import Dialogue, Outcome, Request
from bot.model.services import Services
from bot.model.ticket import COMPLAINT, Ticket
from handlers.speaking import about, named, quoted, to_sender, to_staff, to_those_waiting
from handlers.tickets import own_tickets
from handlers.tickets.alerts import holders_or_called, to_doer
from handlers.tickets.own_tickets import ACTS, ALL, NOT_RECEIVED, SHORT_ANSWER, named_in

Closed = Literal["received", "declined"]
"""The dialogues about what was closed: as done, or because it cannot be done."""

_STILL = re.compile(
    r"还是?(?:需要|要|得)[的啊呀吧买送办修]*[。.!！~ ]*$|没解决|没办[好成]|还没[好修办]|那怎么办|再想想办法|能不能再"
)
"""What people say who were told that it cannot be done, or that it is done, and are not helped."""

_NOT_YET = re.compile(r"还没|没人[来管修]|没来|没见")
"""What they say of what is still on its way."""

_NO = re.compile(r"(?:还|都|也)?没有?(?:[呢啊呀哦嘛的了,，。.!！~ ]|.{0,6}没人.{0,4})*")
"""The answer no to 「收到了吗？」, which means nothing at any other time."""

_PARTS = re.compile(r"[\s,，。;；!！]+|但是?|就是|可是?")

_YES = re.compile(
    r"(?:嗯|恩|哦|噢|好的?|行|对|是的?|有|都?收到|拿到|送到|到|谢谢|[了啦啊呀的您你哈，,。.!！~～ ])+"
)
"""The answer to 「收到了吗？」, which means nothing at any other time."""


def answer_received(request: Request, services: Services) -> Outcome | None:
    """What whoever waited says about a ticket that was closed: it came, it did not come, it is still needed."""
    assert request.dialogue is not None and request.understanding is not None
    ticket = closed_meant(request, services, "received")
    if ticket is None:
        return None
    text, intent = request.text, request.understanding.intent
    if len(text) > SHORT_ANSWER or request.message.at - ticket.updated_at > COMPLAINT:
        return None
    others = [one for one in services.tickets.of_requester(request.person.id) if one.state != "opened"]
    lacking = " ".join(
        part for part in _PARTS.split(text) if NOT_RECEIVED.search(part) or _NOT_YET.search(part)
    )
    awaited = [] if named_in(lacking, [ticket]) else named_in(lacking, others)
    nothing_came = bool(NOT_RECEIVED.search(lacking)) and not awaited
    checked = _last_kind(ticket, services) == "checked"
    if (
        nothing_came
        or (checked and _NO.fullmatch(text))
        or (_STILL.search(text) and not intent.startswith("help."))
    ):
        return reopen(ticket, request, services)
    if ticket.state == "declined" or (named_in(text, others) and not named_in(text, [ticket])):
        return None  # 菜收到了: another of theirs
    if intent == "thanks":
        if not _confirmed(ticket, services):
            services.tickets.note(ticket, request.by, "confirmed", quoted(text))
        return Outcome("silent:confirmed")  # 「亮了，谢谢」: nothing to ask tomorrow, and nothing to say
    if intent != "ticket.done" and not (checked and _YES.fullmatch(text)):
        return None
    outcome = confirm(ticket, request, services)
    urged = [ACTS["ticket.urge"](one, request, services) for one in awaited]
    return replace(outcome, replies=(*outcome.replies, *(reply for one in urged for reply in one.replies)))


def elsewhere(request: Request, services: Services) -> Outcome | None:
    """「我的药没收到」 where nobody waits for it, in another group or in private: the ticket that was done and is named is
    opened again; said to the bot, the last one that was done."""
    text = request.text
    if len(text) > SHORT_ANSWER or not NOT_RECEIVED.search(text):
        return None
    tickets = services.tickets.of_requester(request.person.id)
    lately = services.tickets.closed_lately(request.person.id, request.message.at - COMPLAINT)
    done = [one for one in lately if one.state == "done"]
    if not done or named_in(text, tickets):
        return None
    meant = named_in(text, done) or (done if request.addressed and not tickets else [])
    return reopen(meant[0], request, services) if meant else None


def urge(request: Request, services: Services) -> Outcome:
    """「药还没送到」: of what was said to be done, it opens it again; else it reminds the staff."""
    return elsewhere(request, services) or own_tickets.urge(request, services)


def done(request: Request, services: Services) -> Outcome:
    """「收到了」 closes the person's open ticket; 「没收到」 closes nothing."""
    if outcome := elsewhere(request, services):
        return outcome
    if NOT_RECEIVED.search(request.text):
        return own_tickets.urge(request, services)
    return own_tickets.received(request, services)


def closed_meant(request: Request, services: Services, kind: Closed) -> Ticket | None:
    """The closed ticket that somebody who was told of several speaks of: the one the words name, else the last they
    were told of. None, and nothing is waited for any more, when there is none."""
    assert request.dialogue is not None
    ticket = services.tickets.get(request.dialogue.ticket)
    waiting = _closed(request, services, kind)
    if ticket is None or ticket.state not in ("done", "declined"):
        ticket = waiting[0] if waiting else None
    if ticket is None:
        services.dialogues.end(request, kind)
        return None
    open_ones = [one for one in services.tickets.of_requester(request.person.id) if one.state != "opened"]
    if named_in(request.text, [ticket, *open_ones]):
        return ticket
    return next(iter(named_in(request.text, waiting)), ticket)


def listen_on(ticket: Ticket, request: Request, services: Services, kind: Closed) -> None:
    """After a ticket was opened again: the others that were closed are still waited for, the latest by itself."""
    others = [one for one in _closed(request, services, kind) if one.number != ticket.number]
    if not others:
        services.dialogues.end(request, kind)
        return
    message, expires = request.message, others[0].updated_at + COMPLAINT
    services.dialogues.begin(
        message.room_id, request.person.id, Dialogue(kind, others[0].number), max(expires, message.at)
    )


def _closed(request: Request, services: Services, kind: Closed) -> list[Ticket]:
    """What was closed lately and can be opened again with these words, latest first."""
    lately = services.tickets.closed_lately(request.person.id, request.message.at - COMPLAINT)
    return [one for one in lately if one.state == ("declined" if kind == "declined" else "done")]


def confirm(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """They say that they have it, and whatever else they name that was done lately: written down and thanked for, once."""
    lately = services.tickets.closed_lately(request.person.id, request.message.at - COMPLAINT)
    meant = lately if ALL.search(request.text) else named_in(request.text, lately)
    named_too = [one for one in meant if one.state == "done"]
    numbers = dict.fromkeys([ticket.number, *sorted(one.number for one in named_too)])
    tickets = [
        one for number in numbers if (one := services.tickets.get(number)) and not _confirmed(one, services)
    ]
    if not tickets:
        return Outcome("silent:confirmed")
    for one in tickets:
        services.tickets.note(one, request.by, "confirmed", quoted(request.text))
    words = about(ticket, services) | {"number": "、".join(sorted(one.number for one in tickets))}
    answer = services.replies("ticket_confirmed", **words)
    return Outcome(f"confirmed:{tickets[0].number}", (to_sender(request, answer, tickets[0].number),))


def reopen(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Nothing came, or it is still needed: back into the queue; the staff read who had it, and whoever had it is
    called by name."""
    listen_on(ticket, request, services, "received")
    again = services.tickets.move(ticket, "opened", request.by, note=quoted(request.text))
    words = about(again, services, public=False) | {
        "name": named(request.person),
        "text": quoted(request.text),
        "owner": "、".join(dict.fromkeys(filter(None, (ticket.owner, ticket.dispatched_to)))) or "没有人接过",
    }
    mentions = holders_or_called(ticket, request.message.at, services)
    told = to_staff(services.replies("alert_reopened", **words), node=again.node, ticket=again.number)
    told = replace(told, mentions=mentions)
    answer = services.replies("ticket_reopened", **about(again, services))
    return Outcome(
        f"reopened:{again.number}",
        (
            told,
            to_sender(request, answer, again.number),
            *to_doer(told, ticket, request, services),
            *to_those_waiting(again, answer, services, but=request.person.id),
        ),
    )


def _confirmed(ticket: Ticket, services: Services) -> bool:
    """True when it was said since it was closed."""
    kinds = [step.kind for step in services.tickets.history(ticket)]
    return "confirmed" in kinds[max(n for n, kind in enumerate(kinds) if kind in ("opened", "moved")) :]


def _last_kind(ticket: Ticket, services: Services) -> str:
    return services.tickets.history(ticket)[-1].kind

"""Commands that end a ticket: /办结 /撤单 /无法办理, and its coming back when it is still needed."""

import re

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.speaking import about, named, quoted, to_sender, to_staff, to_those_waiting
from handlers.tickets.alerts import to_doer
from handlers.tickets.moving import each, move, usage, withdraw_one
from handlers.tickets.own_tickets import SHORT_ANSWER
from handlers.tickets.received import closed_meant, listen_on

STILL_NEEDED = re.compile(
    r"还是?(?:需要|要|得|想)|怎么办|不行|不能没有|必须|急|求|麻烦|再(?:想|帮|问|找|试)|能不能|可不可以|别的办法|换[一个种]"
)
"""What people say when they were told that it cannot be done, and they cannot do without."""


def finish(request: Request, services: Services) -> Outcome:
    """/办结: it is done; whoever asked is told, with the note."""
    assert request.command is not None
    note = request.command.note
    return each(request, services, lambda ticket: move(ticket, "done", request, services, note=note))


def withdraw(request: Request, services: Services) -> Outcome:
    """/撤单: residents their own, staff any in reach; then whoever asked is told, with the reason."""
    assert request.command is not None
    note = request.command.note
    return each(request, services, lambda ticket: withdraw_one(ticket, request, services, note))


def decline(request: Request, services: Services) -> Outcome:
    """/无法办理: it cannot be done; whoever asked is told why and where to turn, so there must be a reason."""
    assert request.command is not None
    reason = request.command.note
    if not reason:
        return usage(request, services, request.command.name)
    return each(request, services, lambda ticket: move(ticket, "declined", request, services, note=reason))


def answer_declined(request: Request, services: Services) -> Outcome | None:
    """「还是要的」 after it was said that it cannot be done: the ticket is opened again."""
    ticket = closed_meant(request, services, "declined")
    if ticket is None or ticket.state != "declined":
        return None
    if len(request.text) > SHORT_ANSWER or not STILL_NEEDED.search(request.text):
        return None
    if request.understanding and request.understanding.intent not in ("chitchat", "question", ticket.intent):
        return None
    listen_on(ticket, request, services, "declined")
    before, ticket = ticket, services.tickets.move(ticket, "opened", request.by, note=quoted(request.text))
    words = about(ticket, services, public=False)
    alert = services.replies(
        "alert_still_needed", **words, name=named(request.person), text=quoted(request.text)
    )
    told = to_staff(alert, node=ticket.node, ticket=ticket.number)
    answer = services.replies("ticket_still_needed", **about(ticket, services))
    return Outcome(
        f"reopened:{ticket.number}",
        (
            told,
            to_sender(request, answer, ticket.number),
            *to_doer(told, before, request, services),
            *to_those_waiting(ticket, answer, services, but=request.person.id),
        ),
    )

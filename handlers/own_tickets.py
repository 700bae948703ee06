"""ticket.*: people ask after, urge, withdraw or close their own tickets without knowing a number."""

import re
from collections.abc import Callable

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.records import record
from handlers.speaking import about, named, quoted, to_sender, to_staff

LISTED = 5
"""So many tickets are listed at most."""

_NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,2}\d{1,3}(?![0-9A-Za-z])")


def progress(request: Request, services: Services) -> Outcome:
    """Tell how the person's open tickets stand."""
    tickets = _meant(request, services)[:LISTED]
    if not tickets:
        return _none(request, services)
    lines = [services.replies("ticket_progress", **about(ticket, services)) for ticket in tickets]
    return Outcome("progress", (to_sender(request, "\n".join(lines), tickets[0].number),))


def urge(request: Request, services: Services) -> Outcome:
    """Remind the staff of the person's open ticket."""
    return _on_the_one(request, services, _urge)


def cancel(request: Request, services: Services) -> Outcome:
    """Withdraw the person's open ticket."""
    return _on_the_one(request, services, withdraw)


def received(request: Request, services: Services) -> Outcome:
    """Close the person's open ticket: they say that they have it."""
    return _on_the_one(request, services, _received)


def _on_the_one(
    request: Request, services: Services, act: Callable[[Ticket, Request, Services], Outcome]
) -> Outcome:
    """Act on the person's only open ticket; with several, ask which by listing them."""
    tickets = _meant(request, services)
    if not tickets:
        return _none(request, services)
    if len(tickets) == 1:
        return act(tickets[0], request, services)
    lines = [services.replies("ticket_progress", **about(ticket, services)) for ticket in tickets[:LISTED]]
    return Outcome("which", (to_sender(request, services.replies("ticket_which", list="\n".join(lines))),))


def _meant(request: Request, services: Services) -> list[Ticket]:
    """The person's open tickets: those they name by number, else pleas rather than questions handed over."""
    tickets = services.tickets.of_requester(request.person.id)
    said = {word.upper() for word in _NUMBER.findall(request.text)}
    numbered = [ticket for ticket in tickets if said & {ticket.number, ticket.short}]
    return numbered or [ticket for ticket in tickets if ticket.intent != "human"] or tickets


def _none(request: Request, services: Services) -> Outcome:
    """No ticket of theirs: silence in a group, a word to whoever addressed us; the staff see who waits in vain."""
    outcome = record(request, services)
    if not request.addressed:
        return outcome
    return Outcome("no-ticket", (*outcome.replies, to_sender(request, services.replies("ticket_none"))))


def _urge(ticket: Ticket, request: Request, services: Services) -> Outcome:
    services.tickets.note(ticket, request, "催办")
    words = about(ticket, services, public=False) | {
        "name": named(request.person),
        "text": quoted(request.text),
    }
    return Outcome(
        f"urged:{ticket.number}",
        (
            to_staff(services.replies("alert_urge", **words), node=ticket.node, ticket=ticket.number),
            to_sender(request, services.replies("ticket_urged", **about(ticket, services)), ticket.number),
        ),
    )


def withdraw(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Withdraw this ticket at its requester's word, and tell the staff."""
    ticket = services.tickets.move(ticket, "cancelled", request)
    services.dialogues.end(request)
    words = about(ticket, services, public=False) | {"name": named(request.person)}
    return Outcome(
        f"cancelled:{ticket.number}",
        (
            to_staff(services.replies("alert_cancelled", **words), node=ticket.node, ticket=ticket.number),
            to_sender(
                request, services.replies("ticket_cancelled", **about(ticket, services)), ticket.number
            ),
        ),
    )


def _received(ticket: Ticket, request: Request, services: Services) -> Outcome:
    if ticket.state == "opened" and not request.addressed:
        return Outcome("silent")  # nobody has taken it yet: 「收到了」 is about something else
    ticket = services.tickets.move(ticket, "done", request, note="居民确认收到")
    words = about(ticket, services, public=False) | {"name": named(request.person)}
    return Outcome(
        f"done:{ticket.number}",
        (
            to_staff(services.replies("alert_received", **words), node=ticket.node, ticket=ticket.number),
            to_sender(request, services.replies("ticket_received", **about(ticket, services)), ticket.number),
        ),
    )

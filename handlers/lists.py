"""Lists of tickets: /工单."""

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.reach import in_reach, may_know
from handlers.speaking import about, private_enough, quoted, to_sender

LISTED = 10
"""So many tickets are listed at most."""

WHOLE = 1500
"""Characters of somebody's words that /工单 shows."""

EVERY = 100_000
"""All open tickets there can be."""


def show(request: Request, services: Services) -> Outcome:
    """/工单: one ticket by number, or the list: one's own for residents, those in reach for staff."""
    assert request.command is not None
    if request.command.tickets:
        numbers = list(dict.fromkeys(request.command.tickets))[:LISTED]
        lines = [_show_one(number, request, services) for number in numbers]
        return Outcome("command:工单", (to_sender(request, "\n\n".join(lines)),))
    inside = private_enough(request)
    if request.person.rank and inside:
        tickets = [t for t in services.tickets.open_tickets(EVERY) if in_reach(request.person, t, services)]
    else:
        tickets = services.tickets.of_requester(request.person.id)
    if not tickets:
        text = "没有未办结的工单。" if request.person.rank else services.replies("ticket_none")
        return Outcome("command:工单", (to_sender(request, text),))
    lines = [line(ticket, services, public=not inside) for ticket in tickets[:LISTED]]
    head = (
        f"未办结 {len(tickets)} 张："
        if len(tickets) <= LISTED
        else f"未办结 {len(tickets)} 张，先列 {LISTED} 张："
    )
    return Outcome("command:工单", (to_sender(request, "\n".join([head, *lines])),))


def _show_one(number: str, request: Request, services: Services) -> str:
    ticket = services.tickets.get(number)
    if ticket is None or not may_know(request.person, ticket, services):
        return services.replies("command_no_ticket", number=number)
    public = not private_enough(request)
    lines = [line(ticket, services, public=public)]
    if not public:
        lines += plea_lines(ticket)
        lines += [
            f"{services.show_time(step.at)} {step.actor} {step.what}"
            for step in services.tickets.history(ticket)
        ]
    return "\n".join(lines)


def plea_lines(ticket: Ticket) -> list[str]:
    """Who asked for what, for the staff's eyes."""
    lines = [f"{ticket.requester}（{ticket.room_name or '私聊'}）：{quoted(ticket.text, WHOLE)}"]
    return [*lines, f"电话 {ticket.phones}"] if ticket.phones else lines


def line(ticket: Ticket, services: Services, *, public: bool) -> str:
    words = about(ticket, services, public=public)
    urgent = "【急】" if ticket.urgent else ""
    return f"{ticket.number} {urgent}{words['title']}·{words['place']} {words['state']} {words['owner']}".rstrip()

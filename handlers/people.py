"""human: whoever asks for a person, or asks us what nobody taught us, is handed to the staff on duty."""

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.pleas import add, alert, open_ticket, same_plea
from handlers.speaking import duty_phone, to_sender

CALLS = " ,，。.!！?？~～在吗你好您啊呀"
"""What a message consists of that only calls us."""

A_SENTENCE = 4
"""Characters; what is shorter is a nod (好的, 嗯嗯), not a question."""


def hand_over(request: Request, services: Services) -> Outcome:
    """Open a ticket for the staff on duty, so that nobody's question is forgotten, and say so."""
    earlier = same_plea(request, services, "human")
    if earlier is not None:
        return add(earlier, request, services)
    ticket = open_ticket(request, services, "human", urgent=False)
    answer = services.replies("handoff", number=ticket.number, phone=duty_phone(request, services))
    return Outcome(
        f"handoff:{ticket.number}",
        (to_sender(request, answer, ticket.number), alert(ticket, request, services)),
    )


def chitchat(request: Request, services: Services) -> Outcome:
    """Silence among neighbours; whoever speaks to us is answered or handed over."""
    return not_understood(request, services) if request.addressed else Outcome("silent")


def not_understood(request: Request, services: Services) -> Outcome:
    """Somebody spoke to us and nothing was understood: a bare call is greeted, a nod left alone, the rest is for
    a person."""
    words = request.text.strip(CALLS)
    if not words:
        answer = services.replies("greeting", phone=duty_phone(request, services))
        return Outcome("greeting", (to_sender(request, answer),))
    return hand_over(request, services) if len(words) >= A_SENTENCE else Outcome("silent")


def silent(request: Request, services: Services) -> Outcome:
    """Heard, and nothing to do."""
    return Outcome("silent")

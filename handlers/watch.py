"""What happens to tickets by the clock alone: the ladder, claims that are forgotten, emergencies nobody takes."""

from datetime import datetime

from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.on_duty import on_duty, owners
from handlers.reach import node_of

CALLED = 8
"""So many people are called by name at most; more @ in one message help nobody."""


def called(ticket: Ticket, at: datetime, services: Services) -> tuple[tuple[str, str], ...]:
    """Whom an alert about a ticket calls by name, as (id, name): those who took on its branch and, when it is urgent,
    those on duty; an emergency with neither calls everybody who works there."""
    return tuple((one.id, one.name) for one in people_called(ticket, at, services))


def people_called(ticket: Ticket, at: datetime, services: Services) -> list[Person]:
    """The same as people; nobody twice."""
    node = node_of(ticket, services)
    people = owners(node, at, services)
    if ticket.urgent or ticket.intent == "help.emergency":
        people = [*people, *on_duty(node, at, services)]
    if not people and ticket.intent == "help.emergency":
        people = services.colleagues.holding("worker", node)
    return list({one.id: one for one in people}.values())[:CALLED]

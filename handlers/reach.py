"""Whose tickets somebody may see and touch."""

from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from bot.model.tree import Node
from handlers.authority import may


def node_of(ticket: Ticket, services: Services) -> Node:
    """Where it belongs; a node that bot.yaml no longer has counts as the whole community."""
    return services.groups.find(ticket.node) or services.groups.root


def in_hand(person: Person, ticket: Ticket) -> bool:
    """True when the person took it or was sent to see to it."""
    return bool(person.id) and person.id in (ticket.owner_id, ticket.dispatched_id)


def in_reach(person: Person, ticket: Ticket, services: Services) -> bool:
    """Within the person's scope, or in their hands."""
    return in_hand(person, ticket) or may(person, "volunteer", node_of(ticket, services), services.groups)


def may_know(person: Person, ticket: Ticket, services: Services) -> bool:
    """In reach, or their own."""
    return ticket.requester_id == person.id or in_reach(person, ticket, services)

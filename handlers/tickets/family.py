"""Tickets of a household that somebody speaks for without having asked: mother's medicine, daughter's words."""

import re
from dataclasses import replace

from bot.model.handling import Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.ticket import Ticket
from bot.model.understanding import Slots
from handlers.speaking import SENSITIVE
from handlers.tickets.whereabouts import household, household_of, open_at, whereabouts

_ROOM = re.compile(r"(?<![\dA-Za-z])\d{3,4}(?![\dA-Za-z点块元斤度])")
"""What may be a door: 501的药不用了."""

_NOT_FOR_FAMILY = SENSITIVE | {"human"}
"""Kinds that nobody but who asked speaks of."""


def household_tickets(request: Request, services: Services) -> list[Ticket]:
    """The open tickets of the household this account is bound to and of the door that the words name, latest first."""
    doors = {home.key: home for home in _doors(request, services)}
    found = {ticket.number: ticket for home in doors.values() for ticket in open_at(home, services)}
    return [ticket for ticket in found.values() if ticket.intent not in _NOT_FOR_FAMILY]


def at_home(ticket: Ticket, request: Request, services: Services) -> bool:
    """True when who speaks may be of the ticket's household: they are bound to it, or speak in a group of its compound.
    To name a door in private proves nothing."""
    node = services.groups.find(ticket.node)
    if node is None:
        return False
    if request.place is not None:
        here = services.groups.compound(request.place.node) or request.place.node
        return services.groups.within(node, here)
    home, its = services.roster.household_of(request.person.id), household_of(ticket, services)
    return home is not None and its is not None and home.key == its.key


def _doors(request: Request, services: Services) -> list[Household]:
    home = services.roster.household_of(request.person.id)
    slots = request.understanding.slots if request.understanding else Slots()
    where = whereabouts(request, services)
    said = [slots.room] if slots.room else [room.lstrip("0") for room in _ROOM.findall(request.text)]
    named = [household(replace(where, room=room), services) for room in said[:2]]
    return [one for one in (home, *named) if one is not None]

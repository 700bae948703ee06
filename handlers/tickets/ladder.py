"""Who is told that a ticket is late, step by step: whoever has it, the shift's lead, the secretary, all staff."""

from datetime import datetime

from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from handlers.duty.on_duty import lead, on_duty, owners, stand_in
from handlers.tickets.clocks import LADDER, duty_hours, emergency, pressing
from handlers.tickets.reach import node_of

CALLED = 8
"""So many people are called by name at most; more @ in one message help nobody."""

EMERGENCY_STEPS = ("书记", "全体")
"""The ladder of an emergency nobody took: whoever has the branch and those on duty were called three times before."""


def called(ticket: Ticket, at: datetime, services: Services) -> tuple[tuple[str, str], ...]:
    """Whom an alert about a ticket calls by name, as (id, name): those who took on its branch and, when it is urgent,
    those on duty; an emergency with neither calls everybody who works there."""
    return names(people_called(ticket, at, services))


def people_called(ticket: Ticket, at: datetime, services: Services) -> list[Person]:
    """The same as people; nobody twice. Outside duty hours nobody is called for what is routine: its clock stands, too."""
    if not pressing(ticket) and not _working(at, services):
        return []
    node = node_of(ticket, services)
    people = owners(node, at, services)
    if pressing(ticket):
        people = [*people, *on_duty(node, at, services)]
    if not people and emergency(ticket):
        people = services.colleagues.holding("worker", node)
    return each_once(people)[:CALLED]


def _working(at: datetime, services: Services) -> bool:
    hours = duty_hours(services.desk, services.zone)
    return hours is None or hours.begin <= at.astimezone(services.zone).time() < hours.end


def names(people: list[Person]) -> tuple[tuple[str, str], ...]:
    """As Reply.mentions wants them."""
    return tuple((one.id, one.name) for one in people)


def each_once(people: list[Person]) -> list[Person]:
    """The same, in order, nobody twice."""
    return list({one.id: one for one in people}.values())


def holders(ticket: Ticket, at: datetime, services: Services) -> list[Person]:
    """Who was sent to see to it and who took it, with their stand-ins in their place."""
    known = [(ticket.dispatched_id, ticket.dispatched_to), (ticket.owner_id, ticket.owner)]
    people = [services.colleagues.get(id_) or Person(id_, name) for id_, name in known if id_]
    return each_once([stand_in(person, at, services) for person in people])


def next_step(
    ticket: Ticket, climbed: list[str], at: datetime, services: Services
) -> tuple[str, list[Person]]:
    """The next step of the ladder that reaches somebody who was not told before, and whom it reaches; at the end all
    staff, whoever they are.

    ``climbed``: the steps already taken.
    """
    ladder = EMERGENCY_STEPS if emergency(ticket) and ticket.state == "opened" else LADDER
    told = {one.id for name in climbed for one in _reached(name, ticket, at, services)}
    begin = max((ladder.index(name) + 1 for name in climbed if name in ladder), default=0)
    for name in ladder[begin:-1]:
        people = [one for one in _reached(name, ticket, at, services) if one.id not in told]
        if people:
            return name, people
    return ladder[-1], _reached(ladder[-1], ticket, at, services)


def _reached(name: str, ticket: Ticket, at: datetime, services: Services) -> list[Person]:
    node = node_of(ticket, services)
    match name:
        case "经办人":
            people = holders(ticket, at, services) or owners(node, at, services)
        case "带班":
            people = [first] if (first := lead(node, at, services)) else []
        case "书记":
            people = [
                stand_in(one, at, services) for one in services.colleagues.holding("secretary", node)[:1]
            ]
        case _:
            people = services.colleagues.holding("worker", node)
    return each_once(people)[:CALLED]

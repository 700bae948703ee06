"""/路线: what has to be carried where, in the order of a walk."""

import re
from collections.abc import Sequence

from bot.model.handling import Outcome, Request
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from bot.model.tree import Node
from bot.model.walk import ERRANDS, walk_order
from handlers.branches import branch_said, colleague, over_any, tokens
from handlers.isolating import active, named_home
from handlers.reach import in_hand, in_reach, node_of
from handlers.speaking import about, full_place, private_enough, quoted, to_sender

EVERY = 100_000
"""All open tickets there can be."""

STOPS = 40
"""So many are shown in one message; the export has all."""

WORDS = 40
"""Characters of a plea that are shown when it names no things."""


def route(request: Request, services: Services) -> Outcome:
    """/路线 [17号楼|@某人|垃圾]: open errands, those in one's own hands first; all in reach when there are none."""
    assert request.command is not None
    return Outcome("command:路线", (to_sender(request, _text(request, services)),))


def _text(request: Request, services: Services) -> str:
    if not private_enough(request):
        return services.replies("route_elsewhere")
    assert request.command is not None
    near = request.place.node if request.place else None
    node: Node | None = None
    person: Person | None = None
    rubbish = False
    for token in tokens(request.command.raw.replace("@", " @")):
        if token in ("垃圾", "收垃圾"):
            rubbish = True
        elif token in ("我", "我的"):
            person = request.person
        elif not token.startswith("@") and (said := branch_said(token, near, services)):
            node = said
        elif not token.startswith("@") and re.search(r"\d|楼|栋|单元", token):
            return services.replies("branch_unknown", word=token)
        else:
            called = colleague(token, services)
            if called.person is None:
                return called.problem
            person = called.person
    if (
        person is not None
        and person.id != request.person.id
        and not over_any(request.person, person, services)
    ):
        return services.replies("standin_refused", name=person.name)
    tickets, whose = _chosen(request, node, person, rubbish, services)
    lines = [_line(ticket, request, services) for ticket in tickets]
    if rubbish:
        lines += _isolating(tickets, node, request, services)
    if not lines:
        return services.replies("route_none")
    head = services.replies("route_head", count=str(len(lines)), name=whose)
    shown = [f"{n}. {line}" for n, line in enumerate(lines[:STOPS], 1)]
    left = [f"……还有 {len(lines) - STOPS} 件，请导出来看"] if len(lines) > STOPS else []
    return "\n".join([head, *shown, *left])


def _chosen(
    request: Request, node: Node | None, person: Person | None, rubbish: bool, services: Services
) -> tuple[list[Ticket], str]:
    """The errands meant, in walking order, and whose they are."""
    wanted = [
        ticket
        for ticket in services.tickets.open_tickets(EVERY)
        if (ticket.intent == "help.trash" if rubbish else ticket.intent in ERRANDS)
        and in_reach(request.person, ticket, services)
        and (node is None or services.groups.within(node_of(ticket, services), node))
    ]
    if person is not None:
        return walked([one for one in wanted if in_hand(person, one)], services), f"{person.name} 的"
    own = [ticket for ticket in wanted if in_hand(request.person, ticket)]
    if own and not rubbish and node is None:
        return walked(own, services), "您手上的"
    return walked(wanted, services), ""


def walked(tickets: Sequence[Ticket], services: Services) -> list[Ticket]:
    """Compound by compound as in bot.yaml, building by building, each from the bottom to the top."""
    order = {node.name: n for n, node in enumerate(services.groups.below(services.groups.root))}

    def key(ticket: Ticket) -> tuple[int, object]:
        node = node_of(ticket, services)
        compound = services.groups.compound(node) or services.groups.root
        building, unit = ticket.building or node.building or "", ticket.unit or node.unit or ""
        return order.get(compound.name, 0), walk_order(building, unit, ticket.room)

    return sorted(tickets, key=key)


def _line(ticket: Ticket, request: Request, services: Services) -> str:
    """春晓苑17号楼3单元501室 A003 买药送药：降压药2盒，电话 13812345678，隔离·放门口."""
    things = ticket.items or quoted(ticket.text.split("\n")[0], WORDS)
    title = about(ticket, services, public=False)["title"]
    urgent = "【急】" if ticket.urgent else ""
    parts = [f"{full_place(ticket, services)} {ticket.number} {urgent}{title}：{things}", ticket.requester]
    parts += [f"电话 {ticket.phones}"] if ticket.phones else []
    parts += [] if ticket.room else ["没有门牌，请先问"]
    parts += ["隔离·放门口"] if _isolates(ticket, request, services) else []
    return "，".join(part for part in parts if part)


def _isolates(ticket: Ticket, request: Request, services: Services) -> bool:
    compound = services.groups.compound(node_of(ticket, services))
    key = (compound.name if compound else "", ticket.building, ticket.unit, ticket.room)
    return services.isolation.of(*key, request.message.at) is not None


def _isolating(
    tickets: Sequence[Ticket], node: Node | None, request: Request, services: Services
) -> list[str]:
    """Doors of isolating households that asked for nothing: their rubbish is fetched, too."""
    asked = {(ticket.building, ticket.unit, ticket.room) for ticket in tickets}
    lines = []
    for home in active(request.message.at, services):
        branch = services.groups.find(home.node) or services.groups.root
        near = node or (request.place.node if request.place else services.groups.root)
        if services.groups.within(branch, near) and home.key[1:] not in asked:
            lines.append(f"{named_home(home)}，隔离·门口垃圾")
    return lines

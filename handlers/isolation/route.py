"""/路线: what has to be carried where, in the order of a walk."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.model.handling import Outcome, Request
from bot.model.lists import Door, Sought
from bot.model.people import Person
from bot.model.services import Services
from bot.model.ticket import Ticket
from bot.model.tree import Node
from bot.model.walk import ERRANDS, walk_order
from handlers.branches import branch_said, colleague, over_any, tokens
from handlers.isolation.isolating import active, named_home
from handlers.speaking import about, full_place, private_enough, quoted, to_sender
from handlers.tickets.covered import branch, covered
from handlers.tickets.reach import may_read, node_of

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
    doors, whose = _chosen(request, node, person, rubbish, services)
    more = _isolating(doors, node, request, services) if rubbish else []
    total = len(doors) + len(more)
    if not total:
        return services.replies("route_none")
    tickets = [services.tickets.get(door.number) for door in walked(doors, services, STOPS)]
    lines = [_shown(ticket, request, services) for ticket in tickets if ticket] + more
    head = services.replies("route_head", count=str(total), name=whose)
    shown = [f"{n}. {line}" for n, line in enumerate(lines[:STOPS], 1)]
    left = [f"……还有 {total - STOPS} 件，请导出来看"] if total > STOPS else []
    return "\n".join([head, *shown, *left])


def _chosen(
    request: Request, node: Node | None, person: Person | None, rubbish: bool, services: Services
) -> tuple[list[Door], str]:
    """The errands meant, in no order, and whose they are."""
    at, asker = request.message.at, request.person
    wanted = Sought(
        covered(asker, services),
        asker.id,
        only=branch(node, services) if node else None,
        intents=frozenset({"help.trash"}) if rubbish else ERRANDS,
    )
    if person is not None:
        held = replace(wanted, which="held", holder_id=person.id)
        return services.lists.doors(held, at), f"{person.name} 的"
    if not rubbish and node is None:
        own = services.lists.doors(replace(wanted, which="held", holder_id=asker.id), at)
        if own:
            return own, "您手上的"
    return services.lists.doors(wanted, at), ""


def walked(doors: Sequence[Door], services: Services, most: int) -> list[Door]:
    """The first of them on a walk: compound by compound as in bot.yaml, building by building, each from the bottom to
    the top. The rest of thousands is not put in order."""
    order = {node.name: n for n, node in enumerate(services.groups.below(services.groups.root))}
    units: dict[tuple[int, str, str], list[Door]] = {}
    for (name, said, which), those in _by_unit(doors).items():
        node = services.groups.find(name) or services.groups.root
        compound = services.groups.compound(node) or services.groups.root
        place = order.get(compound.name, 0), said or node.building or "", which or node.unit or ""
        units.setdefault(place, []).extend(those)
    found: list[Door] = []
    for compound_at, building, unit in sorted(units, key=lambda at: (at[0], walk_order(at[1], at[2], ""))):
        if len(found) < most:
            here = units[compound_at, building, unit]
            found += sorted(here, key=lambda door: walk_order("", "", door.room))
    return found[:most]


def _by_unit(doors: Sequence[Door]) -> dict[tuple[str, str, str], list[Door]]:
    found: dict[tuple[str, str, str], list[Door]] = {}
    for door in doors:
        found.setdefault((door.node, door.building, door.unit), []).append(door)
    return found


def _shown(ticket: Ticket, request: Request, services: Services) -> str:
    """A stop with its door, or, in a group of another place, where to read that."""
    if may_read(request, ticket, services):
        return _line(ticket, request, services)
    words = about(ticket, services)
    return f"{words['place']} {ticket.number} {words['title']}，门牌请私聊看"


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


def _isolating(doors: Sequence[Door], node: Node | None, request: Request, services: Services) -> list[str]:
    """Doors of isolating households that asked for nothing: their rubbish is fetched, too."""
    asked = {(door.building, door.unit, door.room) for door in doors}
    lines = []
    for home in active(request.message.at, services):
        place = services.groups.find(home.node) or services.groups.root
        near = node or (request.place.node if request.place else services.groups.root)
        if services.groups.within(place, near) and home.key[1:] not in asked:
            lines.append(f"{named_home(home)}，隔离·门口垃圾")
    return lines

"""/认领院区: who looks after which building, unit or compound for good."""

import re
from collections.abc import Iterable

from bot.model.handling import Outcome, Request
from bot.model.people import Person, Role
from bot.model.services import Services
from bot.model.tree import Node
from handlers.authority import may
from handlers.branches import as_typed, branch_said, colleagues, tokens, units_said
from handlers.speaking import to_sender

_OFF = re.compile(r"取消|不包了|不管了|退掉|退|清")


def own(request: Request, services: Services) -> Outcome:
    """/认领院区 17号楼 [@某人]: takes a branch on; 取消 gives it back; alone it lists who has what and what nobody has."""
    assert request.command is not None
    typed = as_typed(request.command)
    off = _OFF.search(typed)
    raw = _OFF.sub(" ", typed) if off else typed
    near = request.place.node if request.place else None
    nodes, names, unknown = _read(raw, near, services)
    if unknown:
        text = services.replies("branch_unknown", word="、".join(unknown))
    elif not nodes and (off or names):
        text = services.replies("command_usage", usage="/认领院区 17号楼 @某人\n/认领院区 取消 17号楼")
    elif not nodes:
        text = _listed(services)
    else:
        people, problem = colleagues(names, services)
        change = _give_back if off else _take
        text = problem or "\n".join(change(node, people, request, services) for node in nodes)
    return Outcome("command:认领院区", (to_sender(request, text),))


def _read(raw: str, near: Node | None, services: Services) -> tuple[list[Node], list[str], list[str]]:
    """Branches, names, and words that look like a place and are none."""
    nodes, names, unknown = [], [], []
    for token in tokens(raw.replace("@", " @")):
        if token.startswith("@"):
            names.append(token[1:])
        elif node := branch_said(token, near, services):
            nodes.append(node)
        elif units := units_said(token, near, services):
            nodes += units
        elif re.search(r"\d|楼|栋|单元|小区|院|座", token):
            unknown.append(token)
        else:
            names.append(token)
    return nodes, names, unknown


def _take(node: Node, people: list[Person], request: Request, services: Services) -> str:
    role: Role = "worker" if people else "volunteer"
    title = place_title(node, services)
    if not may(request.person, role, node, services.groups):
        return services.replies("branch_refused", place=title)
    me = Person(request.person.id, request.person.name or request.message.sender)
    before = [Person(id_, name) for id_, name in services.duty.owners(node.name)]
    _write(node, [*before, *(people or [me])], request, services)
    return services.replies("owners_set", place=title, name=_names(services.duty.owners(node.name)))


def _give_back(node: Node, people: list[Person], request: Request, services: Services) -> str:
    """Whoever is named, else oneself, else, for a worker, everybody."""
    title, before = place_title(node, services), services.duty.owners(node.name)
    going = {person.id for person in people}
    mine = request.person.id in (id_ for id_, _ in before)
    if not going and mine:
        going = {request.person.id}
    elif not may(request.person, "worker", node, services.groups):
        return services.replies("branch_refused", place=title)
    staying = [Person(id_, name) for id_, name in before if going and id_ not in going]
    _write(node, staying, request, services)
    left = _names((person.id, person.name) for person in staying)
    return services.replies("owners_set" if left else "owners_none", place=title, name=left)


def _write(node: Node, people: list[Person], request: Request, services: Services) -> None:
    services.duty.set_owners(node.name, people)
    names = _names((person.id, person.name) for person in people)
    services.audit.write(request.by, "owner", f"{place_title(node, services)}：{names or '没人'}")


def _names(people: Iterable[tuple[str, str]]) -> str:
    return "、".join(dict(people).values())


def place_title(node: Node, services: Services) -> str:
    """A branch with its compound: 春晓苑17号楼."""
    compound, title = services.groups.compound(node), services.groups.title(node)
    return title if compound is None or title.startswith(compound.name) else f"{compound.name}{title}"


def _listed(services: Services) -> str:
    """Who has what, in the order of the tree, then what nobody has."""
    held: dict[str, list[str]] = {}
    for node_name, _, name in services.duty.all_owners():
        held.setdefault(node_name, []).append(name)
    nodes = services.groups.below(services.groups.root)
    lines = [
        f"{place_title(node, services)}：{'、'.join(held[node.name])}" for node in nodes if node.name in held
    ]
    free = _free(services.groups.root, held, services)
    if free:
        lines.append(f"还没人认领：{'、'.join(place_title(node, services) for node in free)}")
    return "\n".join(lines)


def _free(node: Node, held: dict[str, list[str]], services: Services) -> list[Node]:
    """The widest branches under a node of which nothing is taken; whole buildings where there are any."""
    if node.name in held:
        return []
    if node.level in ("building", "unit"):
        below = [one for one in services.groups.below(node) if one.name in held]
        if not below:
            return [node]
    return [free for child in node.children for free in _free(child, held, services)]

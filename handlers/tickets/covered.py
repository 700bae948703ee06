"""All that somebody works for, as a set of branches."""

from bot.model.handling import Request
from bot.model.people import RANK, Person, Role
from bot.model.services import Services
from bot.model.tree import Node


def covered(person: Person, services: Services, role: Role = "volunteer") -> frozenset[str] | None:
    """Names of the branches over which the person holds the role or one above it; None for the whole community, where
    tickets of branches that bot.yaml no longer has belong, too."""
    names: set[str] = set()
    for grant in person.grants:
        scope = services.groups.find(grant.scope)
        if scope is None or RANK[grant.role] < RANK[role]:
            continue
        if scope.name == services.groups.root.name:
            return None
        names |= branch(scope, services)
    return frozenset(names)


def branch(node: Node, services: Services) -> frozenset[str]:
    """Names of the node and of everything below it."""
    return frozenset(below.name for below in services.groups.below(node))


def within(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """What both have; None stands for everything."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def meant(request: Request, services: Services, role: Role = "volunteer") -> frozenset[str] | None:
    """What a command that names no branch is about: in a group its branch, as far as the person works for it; in
    private all they work for."""
    mine = covered(request.person, services, role)
    if request.place is None or request.place.node.name == services.groups.root.name:
        return mine
    return within(mine, branch(request.place.node, services))

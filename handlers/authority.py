"""The one place that decides who may do what, and where."""

from bot.model.people import RANK, Person, Role
from bot.model.services import Groups
from bot.model.tree import Node


def may(person: Person, role: Role, node: Node | None, groups: Groups) -> bool:
    """True when the person holds the role, or one above it, over the node.

    Without a node (in private) holding it anywhere is enough; what is done there checks its own node again.
    """
    if role == "resident":
        return True
    for grant in person.grants:
        if RANK[grant.role] < RANK[role]:
            continue
        scope = groups.find(grant.scope)
        if scope is not None and (node is None or groups.within(node, scope)):
            return True
    return False

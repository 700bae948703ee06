"""爱心联系卡 on paper: one for each unit's door."""

from collections.abc import Sequence

from bot.groups import Tree
from bot.model.contacts import Contacts
from bot.model.tree import Node
from bot.tables import Poster

FOOTER = "急症打 120　火情打 119　报警 110"


def posters(contacts: Contacts, tree: Tree) -> Sequence[Poster]:
    """A card for every unit; for a building without units, for a compound without buildings, one for it."""
    return [
        Poster(
            _title(node, tree),
            "爱心联系卡　有事打电话，都有人管",
            tuple(("、".join(one.helps), one.name, one.phone) for one in contacts.card_for(tree.path(node))),
            FOOTER,
        )
        for node in tree.nodes()
        if not node.children
    ]


def _title(node: Node, tree: Tree) -> str:
    compound, title = tree.compound(node), tree.title(node)
    return title if compound is None or title.startswith(compound.name) else f"{compound.name}{title}"

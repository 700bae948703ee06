"""Those at work: named in bot.yaml, come by invitation, or seen in a staff or volunteer group."""

from collections.abc import Mapping

from bot.groups import Tree
from bot.ledger.members import Members
from bot.ledger.people import Roster
from bot.model.ledger import Rooms
from bot.model.people import RANK, ROOM_ROLES, Grant, Person, Role
from bot.model.tree import Node
from handlers.authority import may


class Colleagues:
    """What bot.model.people.Colleagues asks for."""

    def __init__(
        self, listed: Mapping[str, Person], roster: Roster, members: Members, rooms: Rooms, tree: Tree
    ) -> None:
        """``listed``: those bot.yaml names, by id."""
        self._listed = listed
        self._roster = roster
        self._members = members
        self._rooms = rooms
        self._tree = tree

    def named(self, name: str) -> list[Person]:
        """Everybody at work who is called so (an @ before the name is not part of it), each once."""
        name = name.lstrip("@").strip()
        ids = [one.id for one in self._listed.values() if one.name == name]
        ids += [id_ for id_, called in self._roster.names().items() if called == name]
        ids += [id_ for _, id_ in self._members.named(name)]
        return [person for id_ in dict.fromkeys(ids) if (person := self.get(id_)) is not None]

    def ending(self, name: str) -> list[Person]:
        """Everybody at work whose name ends so: 小安 is 网格员小安."""
        ids = [one.id for one in self._listed.values() if one.name.endswith(name)]
        ids += [id_ for id_, called in self._roster.names().items() if called.endswith(name)]
        ids += [id_ for _, id_ in self._members.ending(name)]
        return [person for id_ in dict.fromkeys(ids) if (person := self.get(id_)) is not None]

    def get(self, person_id: str) -> Person | None:
        """Somebody at work, by id."""
        listed = self._listed.get(person_id)
        seen = self._members.rooms_of(person_id)
        grants = (*(listed.grants if listed else ()), *self._roster.grants(person_id), *self._by_room(seen))
        if not grants:
            return None
        names = [listed.name] if listed else []
        names += [name for _, name in seen]
        names += [called for id_, called in self._roster.names().items() if id_ == person_id]
        return Person(person_id, names[0] if names else "", grants)

    def _by_room(self, seen: list[tuple[str, str]]) -> list[Grant]:
        bindings = [binding for room_id, _ in seen if (binding := self._rooms.get(room_id))]
        places = [self._tree.place(binding.tree_room) for binding in bindings if binding.tree_room]
        return [
            Grant(role, place.node.name) for place in places if place and (role := ROOM_ROLES.get(place.kind))
        ]

    def holding(self, role: Role, node: Node) -> list[Person]:
        """Everybody who holds the role, or one above it, over the node, by bot.yaml or invitation; nearest scope first."""
        people = dict(self._listed)
        for id_, grants in self._roster.everyone().items():
            before = people.get(id_)
            name = before.name if before else self._roster.names().get(id_, "")
            people[id_] = Person(id_, name, (*(before.grants if before else ()), *grants))
        fitting = [one for one in people.values() if may(one, role, node, self._tree)]
        path = [above.name for above in self._tree.path(node)]

        def depth(one: Person) -> int:
            fit = [g.scope for g in one.grants if RANK[g.role] >= RANK[role] and g.scope in path]
            return max(path.index(scope) for scope in fit)

        return sorted(fitting, key=depth, reverse=True)

    def seen_in(self, person_id: str) -> list[tuple[str, str, Node]]:
        """(room id, the name borne there, the room's node) of the staff and volunteer groups in which the person was
        seen, latest first."""
        found = []
        for room_id, name in self._members.rooms_of(person_id):
            binding = self._rooms.get(room_id)
            place = self._tree.place(binding.tree_room) if binding and binding.tree_room else None
            if place is not None and place.kind in ROOM_ROLES:
                found.append((room_id, name, place.node))
        return found

    def seen_at(self, person_id: str, room: str) -> bool:
        """True when the person was seen in the group that bot.yaml calls so."""
        rooms = (self._rooms.get(room_id) for room_id, _ in self._members.rooms_of(person_id))
        return any(binding is not None and binding.tree_room == room for binding in rooms)

    def admins_room(self) -> str:
        """See bot.model.people.Colleagues."""
        root = self._tree.root
        names = (root.admin_room, self._tree.staff_room(root))
        return next((id_ for name in names if name and (id_ := self._rooms.serving(name))), "")

    def friend(self, person_id: str) -> bool:
        """True when this person, at work or not, has spoken to the bot in private, so that it can answer there."""
        return self._members.friend(person_id)

"""Which groups a notice goes to: 春晓苑 3-12栋 除8栋 -> rooms, or a question back; never a guess. Pure on the tree.

The residents' groups at and below what is named are meant, and any group that is named exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.model.services import Groups
from bot.model.tree import Node
from handlers.notices.target_places import Branches, Unclear, label
from handlers.notices.target_reading import LEVEL_TITLES, NAMED, Said, read
from handlers.notices.target_words import Word, words


@dataclass(frozen=True, slots=True)
class Targets:
    """What a target text means."""

    nodes: tuple[Node, ...] = ()
    """The branches named, in the order they were said."""
    excluded: tuple[Node, ...] = ()
    """Those excepted."""
    rooms: tuple[str, ...] = ()
    """Names of the groups, in the order of the tree, each once."""
    scope: str = ""
    """The same for people: 春晓苑（除8号楼）."""
    node: Node | None = None
    """The nearest branch above all of the groups."""
    notes: tuple[str, ...] = ()
    """What whoever confirms has to know: who is not reached, what does not exist."""
    problem: str = ""
    """A question back when nothing or several things are meant; then there are no rooms."""


@dataclass(frozen=True, slots=True)
class One:
    """The one branch a text means, or the question back."""

    node: Node | None
    problem: str = ""


def read_targets(text: str, near: Node | None, groups: Groups) -> Targets:
    """The groups a text means, said in a room of ``near`` (None: in private)."""
    try:
        meant, but, level = read(text, near, groups)
        return _gathered(meant, but, level, groups)
    except Unclear as unclear:
        return Targets(problem=str(unclear))


def one_node(text: str, near: Node | None, groups: Groups) -> One:
    """The one branch a text means: 17-3, 5号楼, 17号楼3单元."""
    try:
        meant, but, level = read(text, near, groups)
    except Unclear as unclear:
        return One(None, str(unclear))
    places = [place for room in meant.rooms if (place := groups.place(room))]
    nodes = [node for part in meant.parts for node in part.nodes] + [place.node for place in places]
    if but.parts or but.rooms or level or meant.everybody or not nodes:
        return One(None, "写一个地方就行，比如 17号楼3单元")
    lacking = next((part.lacking for part in meant.parts if part.lacking), "")
    if lacking:
        return One(None, f"{groups.title(nodes[0])}没有分单元，{lacking} 找不到")
    if len(nodes) > 1:
        each = "、".join(label(node, groups) for node in nodes[:NAMED])
        return One(None, f"一次写一个地方。是哪个：{each}{'等' if len(nodes) > NAMED else ''}？")
    return One(nodes[0])


def names_targets(text: str, groups: Groups) -> bool:
    """True when a word of a command reads as targets and as nothing else: 春晓苑, 3-12栋, 除8栋; not 大家好, not 12."""
    found = words(text, groups)
    strong = {"node", "room", "all", "odd", "even", "level", "here", "building", "unit", "except"}
    if not found:
        return False
    return any(word.kind in strong for word in found) or _paired(found)


def _paired(found: Sequence[Word]) -> bool:
    """17-3, 3~12: two numbers joined."""
    kinds = [word.kind for word in found]
    return kinds[0] == "number" and len(kinds) > 2 and kinds[1] in ("dash", "to") and kinds[2] == "number"


def _gathered(meant: Said, but: Said, level: str, groups: Groups) -> Targets:
    _no_overlap(meant.parts, groups)
    nodes = tuple(dict.fromkeys(node for part in meant.parts for node in part.nodes))
    excluded = tuple(dict.fromkeys(node for part in but.parts for node in part.nodes))
    lacking = next((part.lacking for part in but.parts if part.lacking), "")
    if lacking:
        raise Unclear(f"{lacking}没有自己的群，和整栋楼在一起，没法单独除去")
    notes = [note for part in (*meant.parts, *but.parts) for note in part.notes]
    wanted = {room for part in meant.parts for room in _rooms(part, notes, groups)}
    kept = _without(wanted, excluded, notes, groups) - set(but.rooms)
    if level:
        kept = {room for room in kept if (place := groups.place(room)) and place.node.level == level}
    else:
        notes += _unreached(nodes, excluded, kept, groups)
    kept |= set(meant.rooms)
    rooms = tuple(room for room in _in_order(groups) if room in kept)
    scope = _scope(meant, but, level, groups)
    if not rooms:
        raise Unclear(f"{scope}：一个群也没有")
    places = [place for room in rooms if (place := groups.place(room))]
    node = _above([place.node for place in places], groups)
    return Targets(nodes, excluded, rooms, scope, node, tuple(dict.fromkeys(notes)))


def _no_overlap(parts: Sequence[Branches], groups: Groups) -> None:
    for one in parts:
        for other in parts:
            if one is not other and any(
                small != large and groups.within(small, large) for small in one.nodes for large in other.nodes
            ):
                raise Unclear(f"{other.label}已经包括{one.label}。只发一处就只写一处")


def _rooms(part: Branches, notes: list[str], groups: Groups) -> Iterable[str]:
    """The residents' groups at and below each branch; where there are none, the nearest above."""
    for node in part.nodes:
        if part.lacking and node.room:
            notes.append(f"{part.lacking}没有自己的群，整栋楼都在{node.room}，一起会看到")
        rooms = [below.room for below in groups.below(node) if below.room]
        if not rooms:
            room = groups.nearest_room(node, "residents")
            if room is None or node.level == "compound":
                raise Unclear(f"{part.label}没有群")
            notes.append(f"{part.lacking or label(node, groups)}没有自己的群，发到{room}，别的住户也会看到")
            rooms = [room]
        yield from rooms


def _without(wanted: set[str], excluded: Sequence[Node], notes: list[str], groups: Groups) -> set[str]:
    """Groups of excepted branches are left out, and so are those above, in which the excepted read along."""
    inside = {below.room for node in excluded for below in groups.below(node)}
    above = {one.room: one for node in excluded for one in groups.path(node)[:-1]}
    read_along = [room for room in _in_order(groups) if room in above and room in wanted]
    if read_along:
        titles = "、".join(dict.fromkeys(label(node, groups) for node in excluded))
        notes.append(f"{'、'.join(read_along)}不发：{titles}的住户也在里面")
    return {room for room in wanted if room not in inside and room not in above}


def _unreached(nodes: Sequence[Node], excluded: Sequence[Node], rooms: set[str], groups: Groups) -> list[str]:
    """Branches that no group of this notice reaches."""
    missed: list[str] = []
    for node in nodes:
        for leaf in groups.below(node):
            if leaf.children or leaf.level not in ("building", "unit"):
                continue
            if any(groups.within(leaf, one) for one in excluded):
                continue
            if not any(one.room in rooms for one in groups.path(leaf)):
                missed.append(label(leaf, groups))
    missed = list(dict.fromkeys(missed))
    more = f"等 {len(missed)} 处" if len(missed) > NAMED else ""
    return [f"{'、'.join(missed[:NAMED])}{more}没有自己的群，这次收不到"] if missed else []


def _in_order(groups: Groups) -> Iterable[str]:
    for node in groups.below(groups.root):
        rooms = (node.room, node.staff_room, node.volunteer_room, node.isolation_room, node.landlord_room)
        yield from (room for room in rooms if room)


def _above(nodes: Sequence[Node], groups: Groups) -> Node:
    paths = [groups.path(node) for node in nodes]
    shared = [step[0] for step in zip(*paths, strict=False) if all(one == step[0] for one in step)]
    nearest: Node = shared[-1]
    return nearest


def _scope(meant: Said, but: Said, level: str, groups: Groups) -> str:
    parts = [part.label for part in meant.parts] + meant.rooms
    head = "、".join(parts[:NAMED]) + (f"等 {len(parts)} 处" if len(parts) > NAMED else "")
    left_out = [_shorter(part.label, meant.parts) for part in but.parts] + but.rooms
    tail = [f"除{'、'.join(left_out)}"] if left_out else []
    tail += [f"只发{LEVEL_TITLES[level]}"] if level else []
    return head + (f"（{'，'.join(tail)}）" if tail else "")


def _shorter(name: str, parts: Sequence[Branches]) -> str:
    """Without the compound's name when that has just been said."""
    shorter = name.removeprefix(parts[0].label) if len(parts) == 1 else name
    return shorter or name

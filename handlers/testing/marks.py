"""Doors that those at work write down in a round: which households they mean, what is kept, and the one line they read."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.model.handling import Outcome, Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.testing import KIND_TITLES, SAMPLED, Kind, Mark, Round
from bot.model.tree import Node
from handlers.speaking import to_sender
from handlers.testing import confirming
from handlers.testing.confirming import marked
from handlers.testing.coverage import is_of, knows, may_mark, pleas, rounds_for, unit_count
from handlers.testing.marking import Door, Said

UNITS = 4
"""So many units are named in an answer."""
_DONE: dict[Kind, str] = {**KIND_TITLES, "home": "已上门采过"}

_RANGE = re.compile(r"\d{3,4}-\d{3,4}")
"""101-303: doors over several floors, written as if it were a building and a door."""


@dataclass
class Sorted:
    """What became of the doors of one message."""

    marks: list[tuple[Round, Mark]] = field(default_factory=list)
    undo: list[tuple[Round, Household]] = field(default_factory=list)
    unlisted: list[tuple[Round, Mark]] = field(default_factory=list)
    """Doors that the list does not know: asked about."""
    problems: list[str] = field(default_factory=list)


def write_down(request: Request, said: Sequence[Said], services: Services, name: str = "") -> Outcome | None:
    """Keep what was said of doors and answer in one line; None when no round is there to keep it in. ``name``: the round
    that was named (第5轮), and no other."""
    rounds = rounds_for(request, services)
    if name and rounds and not any(name in one.name for one in rounds):
        open_ = "、".join(dict.fromkeys(f"{one.scope}{one.name}" for one in rounds))
        text = services.replies("coverage_other_round", name=name, list=open_)
        return Outcome("coverage:round", (to_sender(request, text),))
    rounds = [one for one in rounds if name in one.name]
    running = any(one.state == "running" for one in rounds)
    if not rounds or not (running or all(one.sure for one in said)):
        return None
    if not said[0].doors[0].room:
        return confirming.ask_whole(request, said[0].doors[0], rounds, services, but=said[0].but)
    found = _sorted(request, said, rounds, services)
    lines = [_kept(request, found, services), _undone(request, found, services), *found.problems]
    lines += _isolated(found.marks, services)
    lines += _still_open(request, found.marks, services)
    if found.unlisted:
        lines.append(confirming.ask_unlisted(request, found.unlisted, services))
    return Outcome("coverage:marked", (to_sender(request, "\n".join(line for line in lines if line)),))


def overheard(request: Request, said: Sequence[Said], services: Services) -> Outcome | None:
    """The same in a residents' group, where no door may be answered: what is certain is kept in silence, the rest is not."""
    rounds = rounds_for(request, services)
    running = any(one.state == "running" for one in rounds)
    if not rounds or not said[0].doors[0].room or not (running or all(one.sure for one in said)):
        return None
    marks = _sorted(request, said, rounds, services).marks
    for of in _rounds(marks):
        services.coverage.mark(of.id, [mark for its, mark in marks if its.id == of.id])
    return Outcome("coverage:overheard") if marks else None


def _sorted(request: Request, said: Sequence[Said], rounds: Sequence[Round], services: Services) -> Sorted:
    found = Sorted()
    for one in said:
        for door in one.doors:
            _sort(door, one, request, rounds, found, services)
    return found


def _sort(
    door: Door, said: Said, request: Request, rounds: Sequence[Round], found: Sorted, services: Services
) -> None:
    fitting = [
        (of, home, listed) for of in rounds for home, listed in _households(door, of, request, services)
    ]
    fitting = [one for one in fitting if one[2]] or fitting
    inside = [one for one in fitting if is_of(one[0], one[1], services)]
    if fitting and not inside:
        of = fitting[0][0]
        words = {"door": door.written, "name": f"{of.scope}{of.name}"}
        found.problems.append(services.replies("coverage_not_of_round", **words))
        return
    fitting = inside
    if not fitting and len(rounds) == 1 and _elsewhere(door, rounds[0], services):
        words = {"door": door.written, "name": f"{rounds[0].scope}{rounds[0].name}"}
        found.problems.append(services.replies("coverage_not_of_round", **words))
    elif not fitting:
        key = "coverage_range" if _RANGE.fullmatch(door.written) else "coverage_no_door"
        found.problems.append(services.replies(key, door=door.written))
    elif len({home.key for _, home, _ in fitting}) > 1:
        which = "、".join(dict.fromkeys(f"{home.compound}{home.door}" for _, home, _ in fitting))
        found.problems.append(services.replies("coverage_which", door=door.written, list=which))
    elif not may_mark(request.person, fitting[0][1], services):
        found.problems.append(services.replies("coverage_not_yours", door=door.written))
    elif said.kind is None:
        found.undo.append(fitting[0][:2])
    else:
        of, home, listed = fitting[0]
        mark = marked(home, said.kind, request, said.people, said.note)
        (found.marks if listed else found.unlisted).append((of, mark))


def _households(door: Door, of: Round, request: Request, services: Services) -> list[tuple[Household, bool]]:
    """The households of a round that a door may mean, each with whether it may be marked without asking: it is on the list,
    or there is none."""
    branch = services.groups.find(of.node)
    area = services.groups.find(door.compound) if door.compound else branch
    if branch is None or area is None:
        return []
    here = request.place.node if request.place else None
    found = []
    for node in services.groups.matching(door.building, door.unit or None, area):
        inside = services.groups.within(node, area) and services.groups.within(node, branch)
        if inside and (here is None or services.groups.within(node, here)):
            found += _at(door, node, services)
    return list({home.key: (home, listed) for home, listed in found}.values())


def _elsewhere(door: Door, of: Round, services: Services) -> bool:
    """True for a door of a building or unit of the same compound that is not in the round."""
    groups, branch = services.groups, services.groups.find(of.node)
    if branch is None:
        return False
    nodes = groups.matching(door.building, door.unit or None, groups.compound(branch) or groups.root)
    return bool(nodes) and not any(groups.within(node, branch) for node in nodes)


def _at(door: Door, node: Node, services: Services) -> list[tuple[Household, bool]]:
    compound = services.groups.compound(node)
    name = compound.name if compound else ""
    homes = services.roster.households(name, door.building, door.unit)
    same = [home for home in homes if home.room == door.room]
    if same:
        return [(home, True) for home in same]
    if node.unit and not door.unit:
        return []  # which unit was not said
    area = services.groups.find(name) if name else services.groups.root
    home = Household(name, door.building, door.unit, door.room)
    return [(home, area is None or not knows(area, services))]


def _kept(request: Request, found: Sorted, services: Services) -> str:
    """记下 3 户，17号楼3单元 18/20."""
    if not found.marks:
        return ""
    new: list[Mark] = []
    for of in _rounds(found.marks):
        new += services.coverage.mark(of.id, [mark for its, mark in found.marks if its.id == of.id])
    counts = _counts([(of, mark.household) for of, mark in found.marks], services)
    if not new:
        return services.replies("coverage_known", count=str(len(found.marks)), list=counts)
    kinds = Counter(mark.kind for mark in new)
    title = "" if set(kinds) == {"tested"} else _kinds(kinds)
    return services.replies("coverage_marked", count=str(len(new)), title=title, list=counts)


def _isolated(marks: Sequence[tuple[Round, Mark]], services: Services) -> list[str]:
    """A line for each door written down as tested though the list has it isolating at home: a slip, or the list is old."""
    return [
        services.replies("coverage_isolated", door=mark.household.door)
        for _, mark in marks
        if mark.kind == "tested" and any("居家隔离" in tag for tag in mark.household.tags)
    ]


def _still_open(request: Request, marks: Sequence[tuple[Round, Mark]], services: Services) -> list[str]:
    """A line for each open ticket that asked for somebody to come to one of these doors, now that it was swabbed: whoever
    sees to it closes it."""
    swabbed = {mark.household.key for _, mark in marks if mark.kind in SAMPLED}
    if not swabbed:
        return []
    found = pleas(services.groups.root, request.message.at, services)
    return [
        services.replies(
            "coverage_plea_open", number=door.number, id=door.number.removeprefix("A").lstrip("0")
        )
        for door, key in found
        if door.room and key in swabbed
    ]


def _kinds(kinds: Counter[Kind]) -> str:
    """（外出 1，要上门 2）; of one kind only its name."""
    if len(kinds) == 1:
        return f"（{_DONE[next(iter(kinds))]}）"
    return f"（{'，'.join(f'{_DONE[kind]} {n}' for kind, n in kinds.items())}）"


def _undone(request: Request, found: Sorted, services: Services) -> str:
    if not found.undo:
        return ""
    gone = []
    for of, home in found.undo:
        before = services.coverage.unmark(of.id, home)
        if before is not None:
            gone.append(f"{home.door} {KIND_TITLES[before.kind]}")
            services.audit.write(
                request.by,
                "coverage",
                f"{of.name} 撤掉 {home.compound}{home.door} {KIND_TITLES[before.kind]}",
            )
    counts = _counts(found.undo, services)
    if not gone:
        return services.replies("coverage_unmarked_none", list=counts)
    return services.replies("coverage_unmarked", door="、".join(gone), list=counts)


def _rounds(marks: Sequence[tuple[Round, Mark]]) -> list[Round]:
    return list({of.id: of for of, _ in marks}.values())


def _counts(doors: Sequence[tuple[Round, Household]], services: Services) -> str:
    """17号楼3单元 18/20，17号楼2单元 12/20; the round's name, too, when it is not the one that runs."""
    units = {(of.id, *home.key[:3]): (of, home) for of, home in doors}
    shown = []
    for of, home in list(units.values())[:UNITS]:
        shown.append(unit_count(of, home, services))
    more = f"，等 {len(units)} 个单元" if len(units) > UNITS else ""
    late = next((of.name for of, _ in units.values() if of.state not in ("running", "paused")), "")
    return f"{late} {'，'.join(shown)}{more}".strip()

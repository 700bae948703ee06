"""What is asked before it is kept: a whole unit at once, a door that the list does not know, a resident's own door."""

import re
from collections.abc import Sequence

from bot.model.coverage import Standing
from bot.model.handling import Dialogue, Outcome, Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.testing import Kind, Mark, Round
from bot.model.tree import Node
from handlers.authority import may
from handlers.speaking import to_sender
from handlers.testing.coverage import knows, standings, unit_count
from handlers.testing.marking import Door

BEYOND = "名单外"
"""Note of a mark whose door is not on the list."""

WHOLE = "整单元"
"""Note of marks that were made for a whole unit at once."""

_YES = re.compile(
    r"(?:确认|确定|照记|照样记|是的?|对的?|嗯|记[上吧]?|没错|可以|ok|1)[了吧]?[。.!！]*", re.IGNORECASE
)
_NO = re.compile(r"(?:不[是对记用]?|别记?|算了|取消|错了|记错了|不用了|先不)[了记]?[。.!！]*")
_BETWEEN = "|"


def marked(home: Household, kind: Kind, request: Request, people: int | None = None, note: str = "") -> Mark:
    """A mark by whoever speaks, at work."""
    by = request.by
    return Mark(home, kind, "staff", by.at, people, by.id, by.name, note, by.message_id)


def ask_whole(
    request: Request, door: Door, rounds: Sequence[Round], services: Services, but: Sequence[str] = ()
) -> Outcome:
    """17-3 全测完, or 17-3还差501 (``but``): how many households that would be."""
    found = _branches(request, door, rounds, services)
    if len(found) != 1:
        text = services.replies("coverage_no_door", door=door.written)
        return Outcome("coverage:asked", (to_sender(request, text),))
    of, node = found[0]
    title = services.groups.title(node)
    if not may(request.person, "volunteer", node, services.groups):
        text = services.replies("coverage_not_yours", door=title)
        return Outcome("coverage:refused", (to_sender(request, text),))
    left, waiting, listed = _left(of, node, services)
    if not listed and knows(node, services):
        words = {"door": title, "name": f"{of.scope}{of.name}"}
        text = services.replies("coverage_not_of_round", **words)
    elif not listed:
        text = services.replies("coverage_no_list")
    elif not left:
        key = "coverage_whole_wanted" if waiting else "coverage_whole_done"
        text = services.replies(key, place=title, count=str(len(waiting)))
    else:
        if odd := _not_one(but, listed, services):
            return Outcome("coverage:asked", (to_sender(request, odd),))
        left = [one for one in left if one.household.room not in but]
        if but and not left:
            text = services.replies("coverage_whole_done", place=f"{title}除了 {'、'.join(but)} ")
            return Outcome("coverage:asked", (to_sender(request, text),))
        _begin(request, services, "unit", str(of.id), node.name, *but)
        title += f"除了 {'、'.join(but)}，" if but else ""
        others = f"，要上门的 {len(waiting)} 户不算" if waiting else ""
        text = services.replies("coverage_whole", place=title, count=str(len(left)), list=others)
    return Outcome("coverage:asked", (to_sender(request, text),))


def ask_unlisted(request: Request, unlisted: Sequence[tuple[Round, Mark]], services: Services) -> str:
    """名单里没有 17-3-509，照记吗？"""
    rows = [
        _BETWEEN.join((str(of.id), mark.kind, str(mark.people or ""), *mark.household.key))
        for of, mark in unlisted
    ]
    _begin(request, services, "doors", *rows)
    doors = "、".join(mark.household.door for _, mark in unlisted)
    return services.replies("coverage_unlisted", door=doors)


def answer(request: Request, services: Services) -> Outcome | None:
    """「确认」 keeps what was asked about, 「不」 does not; anything else is about something else."""
    assert request.dialogue is not None
    text = request.text.strip()
    if _NO.fullmatch(text):
        services.dialogues.end(request, "marks")
        return Outcome("coverage:no", (to_sender(request, services.replies("coverage_left")),))
    if not _YES.fullmatch(text):
        return None
    services.dialogues.end(request, "marks")
    what, *rest = request.dialogue.options
    return _whole(request, rest, services) if what == "unit" else _unlisted(request, rest, services)


def _not_one(rooms: Sequence[str], listed: Sequence[Standing], services: Services) -> str:
    """What to ask when one of these rooms is no door of a branch, or several; empty when each is one."""
    for room in rooms:
        homes = [one.household for one in listed if one.household.room == room]
        if len(homes) != 1:
            doors = "、".join(home.door for home in homes[:4])
            key = "coverage_which" if homes else "coverage_no_door"
            return services.replies(key, door=room, **({"list": doors} if homes else {}))
    return ""


def _whole(request: Request, options: Sequence[str], services: Services) -> Outcome:
    of, node = services.rounds.get(int(options[0])), services.groups.find(options[1])
    if of is None or node is None:
        return Outcome("silent:coverage")
    left = [one for one in _left(of, node, services)[0] if one.household.room not in options[2:]]
    new = [marked(one.household, "tested", request, note=WHOLE) for one in left]
    services.coverage.mark(of.id, new)
    title = services.groups.title(node)
    services.audit.write(request.by, "coverage", f"{of.name} {title} {WHOLE}记已测 {len(new)} 户")
    units = {one.household.key[:3]: one.household for one in left}
    counts = "，".join(unit_count(of, home, services) for home in list(units.values())[:4])
    text = services.replies("coverage_marked", count=str(len(new)), title="", list=counts)
    return Outcome("coverage:whole", (to_sender(request, text),))


def _unlisted(request: Request, options: Sequence[str], services: Services) -> Outcome:
    counts = []
    for row in options:
        number, kind, people, compound, building, unit, room = row.split(_BETWEEN)
        home = Household(compound, building, unit, room)
        mark = marked(home, kind, request, int(people) if people else None, BEYOND)  # type: ignore[arg-type]
        services.coverage.mark(int(number), [mark])
        of = services.rounds.get(int(number))
        counts += [unit_count(of, home, services)] if of else []
    shown = "，".join(dict.fromkeys(counts))
    text = services.replies("coverage_beyond", count=str(len(options)), list=shown)
    return Outcome("coverage:beyond", (to_sender(request, text),))


def _begin(request: Request, services: Services, *options: str) -> None:
    expires = request.message.at + services.patience
    services.dialogues.begin(
        request.message.room_id, request.person.id, Dialogue("marks", "", options), expires
    )


def _branches(
    request: Request, door: Door, rounds: Sequence[Round], services: Services
) -> list[tuple[Round, Node]]:
    """The unit or building meant, in each round that it may lie in."""
    here = request.place.node if request.place else None
    found: dict[str, tuple[Round, Node]] = {}
    for of in rounds:
        branch = services.groups.find(of.node)
        area = services.groups.find(door.compound) if door.compound else branch
        if branch is None or area is None:
            continue
        for node in services.groups.matching(door.building, door.unit or None, area):
            if services.groups.within(node, branch) and (here is None or services.groups.within(node, here)):
                found.setdefault(node.name, (of, node))
    return list(found.values())


def _left(of: Round, node: Node, services: Services) -> tuple[list[Standing], list[Standing], list[Standing]]:
    """The households of a branch that nothing is known of, those that wait for somebody to come, and all of them."""
    those = standings(of, node, services.clock.now(), services)
    left = [one for one in those if one.missing and not one.wanted]
    return left, [one for one in those if one.wanted], list(those)

"""Which branch and which colleague somebody means in a command of words."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.handling import Command, Request
from bot.model.people import RANK, Person, Role
from bot.model.services import Services
from bot.model.tree import Node
from handlers.authority import may
from intents.places import Place, find_place

_SPACE = "\x00"
"""Stands for a space within a name."""

_TOKEN = re.compile("@[^\\s@\u2005,，、;；]+|[^\\s@\u2005,，、;；:：]+")


def as_typed(command: Command) -> str:
    """A command's words as they were typed, spaces within names after an @ kept apart from others: ``tokens`` leaves
    such names whole."""
    raw = command.raw
    for name in command.mentions:
        name = unicodedata.normalize("NFKC", name)
        raw = raw.replace(f"@{name}", f"@{name.replace(' ', _SPACE)}")
    return raw


def tokens(raw: str) -> list[str]:
    """The words of a command as typed; names after an @ keep it and stay whole."""
    return [token.replace(_SPACE, " ") for token in _TOKEN.findall(raw)]


def branch_said(text: str, near: Node | None, services: Services) -> Node | None:
    """The branch a text names: 17号楼3单元, 春晓苑17号楼, 春晓苑; None when it names none or it is not clear which."""
    nodes = services.groups.below(services.groups.root)
    whole = next((node for node in nodes if text in (node.name, f"{node.name}的")), None)
    area = next((node for node in nodes if node.level == "compound" and text.startswith(node.name)), None)
    rest = text.removeprefix(area.name) if area else text
    place = _pair(rest) or find_place(rest.lower())
    if whole is not None and (whole.level in ("community", "compound") or not _apart(whole, near, services)):
        return whole
    if place.building or place.unit:
        found = services.groups.resolve(place.building, place.unit, area or near)
        return found or (services.groups.resolve(place.building, place.unit, None) if not area else None)
    named = [node for node in nodes if node.name == rest]
    return named[0] if named else whole if whole is not None else (area if not rest.strip("的") else None)


def units_said(text: str, near: Node | None, services: Services) -> list[Node]:
    """The units of a building that is no branch of its own: 8号楼, where only its units are in the tree; none when
    several compounds have a building of that number."""
    nodes = services.groups.below(services.groups.root)
    area = next((node for node in nodes if node.level == "compound" and text.startswith(node.name)), None)
    area = area or (services.groups.compound(near) if near else None)
    building = find_place(text.removeprefix(area.name if area else "").lower()).building
    found = [node for node in nodes if building and node.building == building]
    if area is not None:
        found = [node for node in found if services.groups.within(node, area)]
    units = [node for node in found if node.level == "unit"]
    return units if len({services.groups.compound(node) for node in found}) == 1 else []


def _pair(text: str) -> Place | None:
    """17-3: a building and its unit."""
    found = re.fullmatch(r"(\d{1,3}|[A-Za-z])[-#—－](\d{1,2})(?:单元)?", text)
    return Place(building=found[1].upper(), unit=found[2]) if found else None


def _apart(node: Node, near: Node | None, services: Services) -> bool:
    """True when the node lies in another compound than the one people are talking in."""
    home = services.groups.compound(near) if near else None
    return home is not None and services.groups.compound(node) != home


def own_branch(request: Request, role: Role, services: Services) -> Node | None:
    """The branch a command is about when it names none: the room's, in private the widest of one's own scopes."""
    if request.place is not None:
        return request.place.node
    held = [grant.scope for grant in request.person.grants if RANK[grant.role] >= RANK[role]]
    return next((node for node in services.groups.below(services.groups.root) if node.name in held), None)


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a name means."""

    person: Person | None
    problem: str = ""
    """What to say when it is nobody's, or several people's."""


def colleague(name: str, services: Services) -> Called:
    """Somebody at work by the name people use; 小安 is 网格员小安 when no other's name ends so."""
    name = name.lstrip("@").strip()
    found = services.colleagues.named(name) or _ending(name, services)
    if len(found) == 1:
        return Called(found[0])
    if not found:
        return Called(None, services.replies("colleague_unknown", name=name))
    which = "、".join(f"{person.name}（{_post(person)}）" for person in found)
    return Called(None, services.replies("colleague_which", name=name, list=which))


def colleagues(names: Sequence[str], services: Services) -> tuple[list[Person], str]:
    """Everybody named, or what is wrong with the names."""
    called = [colleague(name, services) for name in names]
    problems = [one.problem for one in called if one.problem]
    return [one.person for one in called if one.person], "\n".join(problems)


def _ending(name: str, services: Services) -> list[Person]:
    return services.colleagues.ending(name) if len(name) > 1 else []


def _post(person: Person) -> str:
    return "、".join(dict.fromkeys(grant.scope for grant in person.grants))


def over_any(person: Person, other: Person, services: Services) -> bool:
    """True when the person is a worker over a branch for which the other works."""
    scopes = [services.groups.find(grant.scope) for grant in other.grants]
    return any(may(person, "worker", scope, services.groups) for scope in scopes if scope is not None)

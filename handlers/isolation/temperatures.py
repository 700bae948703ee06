"""Households isolating at home by the clock: asked for their temperature, the missing ones named to the staff, and whose
time is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model.handling import Reply, Ring
from bot.model.isolation import Isolation
from bot.model.services import Services
from bot.model.tree import Node
from handlers import daily
from handlers.isolation.isolating import active, counted_from, named_home, reported
from handlers.speaking import to_staff

LATE = timedelta(minutes=45)
"""A prompt that is later than this (the bot was off) is left out."""

PATIENCE = timedelta(minutes=60)
"""After a prompt, until the staff hear who has not reported."""

ENDING_AT = ("18:00",)
"""When the staff hear whose isolation ends with this day."""

ENDING_LATE = timedelta(hours=5)
"""Until when on that day they may still hear it."""

PROMPT, MISSING, ENDING = "temperature.prompt", "temperature.missing", "isolation.ending"


def prompt_due(services: Services) -> datetime | None:
    """The next time of the day at which temperatures are asked for."""
    return daily.due(PROMPT, services.desk.temperature_at, LATE, services)


def prompt(at: datetime, services: Services) -> list[Reply]:
    """Ask, in the group of those who isolate, else each in private; the staff hear whom nobody could ask."""
    daily.mark(PROMPT, services.desk.temperature_at, LATE, at, services)
    replies: list[Reply] = []
    unreached: list[Isolation] = []
    for node, homes in _by_compound(active(at, services), services):
        if _isolation_room(node, services):
            replies.append(_to_group(node, services.replies("temperature_prompt")))
            continue
        for home in homes:
            told = _to_accounts(home, services.replies("temperature_prompt"), services)
            replies += told
            unreached += [] if told else [home]
    for node, homes in _by_staff(unreached, services):
        words = {"count": str(len(homes)), "list": _doors(homes)}
        replies.append(to_staff(services.replies("temperature_by_phone", **words), node=node.name))
    return replies


def missing_due(services: Services) -> datetime | None:
    """An hour after the last prompt, once, and not when that is long past."""
    asked = services.rung.last(PROMPT)
    if asked is None:
        return None
    due, last = asked + PATIENCE, services.rung.last(MISSING)
    return None if due < services.clock.now() - PATIENCE or (last is not None and last >= due) else due


def missing(at: datetime, services: Services) -> list[Reply]:
    """The group hears how many have not reported, the staff hear which."""
    planned = missing_due(services)
    services.rung.mark(MISSING, planned or at, at)
    asked = services.rung.last(PROMPT) or at
    homes = [home for home in active(at, services) if home.begins <= asked]
    there = reported(homes, counted_from(asked, services), at, services)
    lacking = [home for home in homes if home.id not in there]
    replies = [
        _to_group(node, services.replies("temperature_missing", count=str(len(theirs))))
        for node, theirs in _by_compound(lacking, services)
        if _isolation_room(node, services)
    ]
    for node, theirs in _by_staff(lacking, services):
        words = {"count": str(len(theirs)), "list": _doors(theirs)}
        replies.append(to_staff(services.replies("alert_no_temperature", **words), node=node.name))
    return replies


def ending_due(services: Services) -> datetime | None:
    """The next time at which staff hear whose isolation ends."""
    return daily.due(ENDING, ENDING_AT, ENDING_LATE, services)


def ending(at: datetime, services: Services) -> list[Reply]:
    """Whose last day it is: it ends at midnight by itself, unless somebody lets it go on."""
    daily.mark(ENDING, ENDING_AT, ENDING_LATE, at, services)
    midnight = at.astimezone(services.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    homes = [home for home in active(at, services) if home.ends <= midnight + timedelta(days=1)]
    return [
        to_staff(
            services.replies("isolation_ending", count=str(len(theirs)), list=_doors(theirs)), node=node.name
        )
        for node, theirs in _by_staff(homes, services)
    ]


RINGS = (
    Ring(PROMPT, prompt_due, prompt),
    Ring(MISSING, missing_due, missing),
    Ring(ENDING, ending_due, ending),
)
"""Times of the day at which households isolating at home are thought of."""


def _by_compound(homes: Iterable[Isolation], services: Services) -> list[tuple[Node, list[Isolation]]]:
    """The households by the branch whose group and staff are theirs: the node of the nearest isolation room, else the
    compound."""
    found: dict[str, list[Isolation]] = {}
    for home in homes:
        node = services.groups.find(home.node) or services.groups.root
        owner = next((n for n in reversed(services.groups.path(node)) if n.isolation_room), None)
        branch = owner or services.groups.compound(node) or node
        found.setdefault(branch.name, []).append(home)
    return [(services.groups.find(name) or services.groups.root, theirs) for name, theirs in found.items()]


def _by_staff(homes: Iterable[Isolation], services: Services) -> list[tuple[Node, list[Isolation]]]:
    """The households by the staff group that hears of them: one alert a group."""
    found: dict[str, tuple[Node, list[Isolation]]] = {}
    for home in homes:
        node = services.groups.find(home.node) or services.groups.root
        room = services.groups.nearest_room(node, "staff") or node.name
        found.setdefault(room, (node, []))[1].append(home)
    return list(found.values())


def _isolation_room(node: Node, services: Services) -> str | None:
    return services.groups.nearest_room(node, "isolation")


def _to_group(node: Node, text: str) -> Reply:
    return Reply(text, "notice", "group", to="isolation", node=node.name)


def _to_accounts(home: Isolation, text: str, services: Services) -> list[Reply]:
    """To everybody of the household whom the bot can reach in private."""
    ids = [id_ for id_ in services.isolation.accounts(home) if services.colleagues.friend(id_)]
    return [Reply(text, "private", "person", to=id_) for id_ in ids]


def _doors(homes: Iterable[Isolation]) -> str:
    return "\n".join(named_home(home) for home in homes)

"""Which round is meant, how its households stand, and what part of them somebody may read."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.channel import OutKind
from bot.model.coverage import Key, Standing, in_scope, stand, tally
from bot.model.handling import Reply, Request
from bot.model.household import Household
from bot.model.lists import Door, Sought
from bot.model.people import Person
from bot.model.services import Services
from bot.model.testing import Mark, Round, Tally
from bot.model.tree import Node
from handlers.authority import may
from handlers.branches import branch_said, units_said
from intents.numbers import arabic

AFTERWARDS = timedelta(hours=24)
"""So long after its end a round is still filled in, while none is running in the same place."""

_ROUND = re.compile(r"第?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})[轮次]")

WANTS = frozenset({"help.home_testing"})
"""Tickets by which a household asks for somebody to come to its door."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of a round that somebody may read."""

    round: Round
    nodes: tuple[Node, ...]
    """The branches it is made of."""
    title: str
    """The same for people: 春晓苑; 17号楼."""
    standings: tuple[Standing, ...]
    """Its households on the list, compound by compound as in bot.yaml."""
    beyond: tuple[Mark, ...]
    """Marks of doors that are not on the list."""

    @property
    def tally(self) -> Tally:
        """Its households and persons."""
        return tally(self.standings)


def open_rounds(at: datetime, services: Services) -> list[Round]:
    """The rounds that are filled in at present, likeliest first: running ones, then those that ended lately, then those
    that are still to begin."""
    rounds = services.rounds.latest(20)
    running = [one for one in rounds if one.state in ("running", "paused")]
    ended = [
        one
        for one in rounds
        if one.state == "ended" and one.started_at and one.ended_at and at - one.ended_at <= AFTERWARDS
    ]
    return running + ended + [one for one in rounds if one.state == "planned"]


def rounds_at(node: Node, at: datetime, services: Services) -> list[Round]:
    """The rounds that touch a branch: they lie in it, or it lies in them. Of one place only the likeliest."""
    found: list[Round] = []
    for one in open_rounds(at, services):
        branch = services.groups.find(one.node)
        if branch is None or not (
            services.groups.within(branch, node) or services.groups.within(node, branch)
        ):
            continue
        if not any(other.node == one.node and _same_units(one, other, services) for other in found):
            found.append(one)
    return found


def _same_units(one: Round, other: Round, services: Services) -> bool:
    """False for two parts of one branch: 1号楼和5号楼, and all the others."""
    if one.scope == other.scope:
        return True
    ours, theirs = (
        {(stop.compound, stop.building, stop.unit) for stop in services.rounds.stops(each.id)}
        for each in (one, other)
    )
    return bool(ours & theirs)


def is_of(of: Round, home: Household, services: Services) -> bool:
    """True for a household that lives in what a round is of, and not in what it leaves out."""
    return in_scope(of, home, services.rounds.stops(of.id))


def rounds_for(request: Request, services: Services) -> list[Round]:
    """The rounds a message may be about: of the place it was said in; in private, of where its sender works or lives."""
    at = request.message.at
    if request.place is not None:
        return rounds_at(request.place.node, at, services)
    home = services.roster.household_of(request.person.id)
    nodes = [services.groups.find(grant.scope) for grant in request.person.grants]
    nodes += [node_of(home, services)] if home and not nodes else []
    around = {one.id: one for node in nodes if node for one in rounds_at(node, at, services)}
    return list(around.values()) or rounds_at(services.groups.root, at, services)


def node_of(home: Household, services: Services) -> Node:
    """The branch of the tree nearest to a household."""
    area = services.groups.find(home.compound) or services.groups.root
    found = services.groups.resolve(home.building, home.unit or None, area)
    return found or services.groups.resolve(home.building, None, area) or area


def knows(node: Node, services: Services) -> bool:
    """True when there is a list of households of this branch."""
    return bool(_listed(node, services))


def standings(of: Round, node: Node, at: datetime, services: Services) -> list[Standing]:
    """How the households of a branch stand in a round."""
    isolated = frozenset(home.key for home in services.isolation.active(at))
    marks = services.coverage.marks(of.id)
    stops = services.rounds.stops(of.id)
    homes = [home for home in _listed(node, services) if in_scope(of, home, stops)]
    return stand(homes, marks, isolated, _wanted(node, at, services), stops)


def _wanted(node: Node, at: datetime, services: Services) -> frozenset[Key]:
    """The households of a branch with an open ticket that asks for somebody to come."""
    return frozenset(key for door, key in pleas(node, at, services) if door.room)


def pleas(node: Node, at: datetime, services: Services) -> list[tuple[Door, Key]]:
    """The open tickets of a branch that ask for somebody to come, each with its household's key, as far as it is said."""
    below = frozenset(one.name for one in services.groups.below(node))
    found = []
    for door in services.lists.doors(Sought(below, intents=WANTS), at):
        its = services.groups.find(door.node) or services.groups.root
        compound = services.groups.compound(its)
        place = (door.building or its.building or "", door.unit or its.unit or "", door.room)
        found.append((door, (compound.name if compound else "", *place)))
    return found


def _listed(node: Node, services: Services) -> list[Household]:
    """The households of a branch on the list, compound by compound as in bot.yaml."""
    compound = services.groups.compound(node)
    found = services.roster.households(
        compound.name if compound else "", node.building or "", node.unit or ""
    )
    order = {one.name: n for n, one in enumerate(services.groups.below(services.groups.root))}
    return sorted(found, key=lambda home: order.get(home.compound, len(order)))


def view(of: Round, nodes: Collection[Node], at: datetime, services: Services) -> View:
    """What these branches hold of a round."""
    branch = services.groups.find(of.node) or services.groups.root
    inside = [_narrower(node, branch, services) for node in nodes]
    chosen = _apart([node for node in inside if node is not None], services)
    households: dict[Key, Standing] = {}
    for node in chosen:
        households |= {one.household.key: one for one in standings(of, node, at, services)}
    beyond = [
        mark
        for key, mark in services.coverage.marks(of.id).items()
        if key not in households and _in_any(mark.household, chosen, services)
    ]
    whole = chosen == [branch]
    title = of.scope if whole and of.scope else "、".join(services.groups.title(node) for node in chosen)
    return View(of, tuple(chosen), title, tuple(households.values()), tuple(beyond))


def _narrower(node: Node, other: Node, services: Services) -> Node | None:
    if services.groups.within(node, other):
        return node
    return other if services.groups.within(other, node) else None


def _apart(nodes: Iterable[Node], services: Services) -> list[Node]:
    """The branches without those that lie in another one of them, each once."""
    chosen = list({node.name: node for node in nodes}.values())
    return [
        node
        for node in chosen
        if not any(other is not node and services.groups.within(node, other) for other in chosen)
    ]


def _in_any(home: Household, nodes: Collection[Node], services: Services) -> bool:
    its = node_of(home, services)
    return any(services.groups.within(its, node) for node in nodes)


def readable(request: Request, services: Services) -> list[Node]:
    """The branches whose doors may be shown where a command was typed: in a group of those at work its own, in private
    all in which its sender works."""
    if request.place is not None:
        return [request.place.node]
    nodes = (services.groups.find(grant.scope) for grant in request.person.grants)
    return _apart([node for node in nodes if node is not None], services)


def asked(request: Request, words: str, services: Services) -> tuple[list[View], str]:
    """The parts of rounds that a command asks for (「17号楼」, 「17-3」, 「第3轮」; all that may be read where it names
    none); else what to say instead."""
    at = request.message.at
    allowed = readable(request, services)
    rounds = rounds_for(request, services)
    everything = not words.strip()
    words, rounds = _of_name(words, rounds, services)
    if everything and any(one.state in ("running", "paused") for one in rounds):
        rounds = [one for one in rounds if one.state != "ended"]  # those that are over only by name
    nodes, word = _named(words, rounds, allowed, services)
    if word:
        return [], services.replies("branch_unknown", word=word)
    for node in nodes:
        if not any(services.groups.within(node, one) or services.groups.within(one, node) for one in allowed):
            return [], services.replies("coverage_elsewhere", place=services.groups.title(node))
    if nodes:
        allowed = [inner for node in nodes for one in allowed if (inner := _narrower(node, one, services))]
    views = [view(one, allowed, at, services) for one in rounds]
    views = [one for one in views if one.nodes]
    return views, "" if views else services.replies("coverage_no_round")


def _of_name(words: str, rounds: list[Round], services: Services) -> tuple[str, list[Round]]:
    """The rounds of the name that words say (第2轮), however long ago, and the other words."""
    said = _ROUND.search(words)
    if said is None:
        return words, rounds
    name = f"第{arabic(said[1])}轮"
    known = [one for one in services.rounds.latest(50) if name in one.name]
    day = known[0].begins.date() if known else None
    return words.replace(said[0], " "), [one for one in known if one.begins.date() == day]


def _named(
    words: str, rounds: list[Round], allowed: list[Node], services: Services
) -> tuple[list[Node], str]:
    """The branches that words name, and the first word that names none."""
    nodes: list[Node] = []
    for word in words.replace("，", " ").replace(",", " ").replace("、", " ").split():
        near = next((services.groups.find(one.node) for one in rounds), None) or (
            allowed[0] if allowed else None
        )
        found = branch_said(word, near, services)
        several = [found] if found else units_said(word, near, services)
        if not several:
            return [], word
        nodes += several
    return nodes, ""


def may_mark(person: Person, home: Household, services: Services) -> bool:
    """True for those who work where the household lives."""
    return may(person, "volunteer", node_of(home, services), services.groups)


def unit_title(compound: str, building: str, unit: str, services: Services) -> str:
    """17号楼3单元, with its compound's name where the tree has that building twice."""
    titled = building + ("号楼" if building.isdecimal() else "座") + (f"{unit}单元" if unit else "")
    twice = len(services.groups.matching(building, unit or None, None)) > 1
    return f"{compound}{titled}" if twice else titled


def file_sent(path: str, request: Request) -> list[Reply]:
    """A file where the message came from; nothing without one."""
    kind: OutKind = "private" if request.message.private else "reply"
    return [Reply("", kind, attachment=f"file:{path}")] if path else []


def ratio(counted: Tally) -> str:
    """18/20: so many of those that have to be sampled."""
    return f"{counted.sampled}/{counted.expected}"


def unit_count(of: Round, home: Household, services: Services) -> str:
    """17号楼3单元 18/20, of the unit a household belongs to; without a list of it, how many were marked."""
    title = unit_title(home.compound, home.building, home.unit, services)
    node = node_of(home, services)
    at = services.clock.now()
    those = [one for one in standings(of, node, at, services) if one.household.key[:3] == home.key[:3]]
    if not those:
        marks = services.coverage.marks(of.id).values()
        count = sum(mark.household.key[:3] == home.key[:3] for mark in marks)
        return f"{title} 记了 {count} 户"
    counted = tally(those)
    return f"{title} {'' if counted.missing else '齐了 '}{ratio(counted)}"

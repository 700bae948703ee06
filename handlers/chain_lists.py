"""/接龙: which lists there are, what they hold when merged, and which households are still missing."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.model.chain import KeptChain, Row
from bot.model.handling import Outcome, Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.tree import Node
from handlers.authority import may
from handlers.chains import scope_of, total
from handlers.speaking import private_enough, quoted, to_sender
from intents.chain_entry import people, read_entry
from intents.chain_merge import numbered

KEPT = timedelta(days=7)
"""Lists nobody has posted for so long are not shown any more; exports have them."""

LISTED = 10
"""So many lists are shown at most."""

ROWS = 100
"""So many rows of a list are shown at most."""

DOORS = 200
"""So many missing doors are shown at most."""

ROW = 60
"""Characters of a row that are shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, and what of it there is."""

    lists: tuple[KeptChain, ...]
    part: str
    """名单, 缺, or empty."""
    node: Node | None
    """The branch asked about; None for all of the list."""


def show(request: Request, services: Services) -> Outcome:
    """/接龙 lists them; /接龙 名单 shows one; /接龙 缺 says who has not signed up. Doors stay out of residents' groups."""
    asked = _asked(request, services)
    if not asked.lists:
        text = services.replies("chain_none")
    elif asked.part == "名单":
        text = _rows(asked, request, services)
    elif asked.part == "缺":
        text = _missing(asked, request, services)
    else:
        text = "\n".join(_line(kept, services) for kept in asked.lists[:LISTED])
    return Outcome("command:接龙", (to_sender(request, text),))


def _asked(request: Request, services: Services) -> Asked:
    assert request.command is not None
    rest = request.command.rest
    part = "缺" if re.match("缺|还缺|没接|未接", rest) else "名单" if rest.startswith("名单") else ""
    words = re.sub(r"^(?:名单|还?缺|没接|未接)的?", "", rest).split()
    numbers = [int(word) for word in (*request.command.tickets, *words) if word.isdecimal()]
    place = read_entry(0, " ".join(word for word in words if not word.isdecimal()), nicknames=False)
    lists = _in_reach(request, services)
    if numbers:
        lists = [kept for kept in lists if kept.number == numbers[0]]
    node = None
    if lists and (place.building or place.unit):
        near = services.groups.find(lists[0].node)
        node = services.groups.resolve(place.building or None, place.unit or None, near)
    return Asked(tuple(lists), part, node)


def _in_reach(request: Request, services: Services) -> list[KeptChain]:
    """The lists of this residents' group; among staff, those of their branch; in private, those of one's scope."""
    since = request.message.at - KEPT
    if not private_enough(request):
        found = services.chains.of_room(request.message.room_id, since)
    else:
        found = [kept for kept in services.chains.recent(since) if _theirs(kept, request, services)]
    return [kept for kept in found if numbered(services.chains.rows(kept))]


def _theirs(kept: KeptChain, request: Request, services: Services) -> bool:
    node = services.groups.find(kept.node)
    if node is None or not may(request.person, "worker", node, services.groups):
        return False
    return request.place is None or services.groups.within(node, request.place.node)


def _line(kept: KeptChain, services: Services) -> str:
    rows = services.chains.rows(kept)
    missing = missing_households(kept, rows, services, None)
    lacking = "" if missing is None else f"缺 {len(missing)} 户" if missing else "一户不缺"
    standing = [row for row in rows if not row.removed]
    persons = sum(people(row.entry) or 0 for row in standing)
    deleted = sum(row.flag == "missing" for row in standing)
    return services.replies(
        "chain_line",
        **_about(kept, rows, services),
        missing=lacking,
        count=f"写明 {persons} 人" if persons else "",
        note=f"{deleted} 条被人删过" if deleted else "",
        state=services.show_time(kept.updated_at),
    )


def _rows(asked: Asked, request: Request, services: Services) -> str:
    if not private_enough(request):
        return services.replies("chain_elsewhere")
    kept = asked.lists[0]
    rows = services.chains.rows(kept)
    lines = [f"{n}. {quoted(row.entry.text, ROW)}{_remark(row)}" for n, row in numbered(rows)]
    if len(lines) > ROWS:
        lines = [*lines[:ROWS], f"……还有 {len(lines) - ROWS} 条，请导出来看"]
    return services.replies("chain_rows", **_about(kept, rows, services), list="\n".join(lines))


def _remark(row: Row) -> str:
    if row.flag == "missing":
        return f"（被 {row.flagged_by} 删了，请核实）"
    return ""


def _missing(asked: Asked, request: Request, services: Services) -> str:
    kept = asked.lists[0]
    rows = services.chains.rows(kept)
    missing = missing_households(kept, rows, services, asked.node)
    words = _about(kept, rows, services)
    words["place"] = _title(_within(kept, asked.node, services), services)
    if missing is None:
        return services.replies("chain_unknown", **words)
    if not missing:
        return services.replies("chain_complete", **words)
    listed = _doors(missing) if private_enough(request) else services.replies("chain_elsewhere")
    return services.replies("chain_missing", **words, count=str(len(missing)), list=listed)


def _doors(missing: Sequence[Household]) -> str:
    """The doors, a line for each building and unit: 「17-3：501、502」."""
    lines: dict[str, list[str]] = {}
    several = len({household.compound for household in missing}) > 1
    for household in missing[:DOORS]:
        place = "-".join(part for part in (household.building, household.unit) if part)
        lines.setdefault(f"{household.compound if several else ''}{place}", []).append(household.room)
    shown = [f"{place}：{'、'.join(rooms)}" for place, rooms in lines.items()]
    left = len(missing) - DOORS
    return "\n".join([*shown, f"……还有 {left} 户"] if left > 0 else shown)


def _about(kept: KeptChain, rows: Sequence[Row], services: Services) -> dict[str, str]:
    return {
        "number": str(kept.number),
        "title": kept.title or "接龙",
        "place": _title(_within(kept, None, services), services),
        "room": kept.room,
        "total": total(list(rows)),
    }


def _within(kept: KeptChain, part: Node | None, services: Services) -> Node:
    """The branch a list is about, or the part of it that was asked for."""
    scope = scope_of(kept, services.groups.find(kept.node) or services.groups.root, services)
    return part if part is not None and services.groups.within(part, scope) else scope


def _title(node: Node, services: Services) -> str:
    """The branch with its compound: 春晓苑17号楼3单元."""
    compound, title = services.groups.compound(node), services.groups.title(node)
    return title if compound is None or title.startswith(compound.name) else f"{compound.name}{title}"


def missing_households(
    kept: KeptChain, rows: Sequence[Row], services: Services, part: Node | None
) -> list[Household] | None:
    """Who of the imported households has not signed up; None when none of the branch is imported."""
    node = _within(kept, part, services)
    compound = services.groups.compound(node)
    households = services.roster.households(
        compound.name if compound else "", node.building or "", node.unit or ""
    )
    if not households:
        return None
    signed = _signed(rows, households, services)
    return [household for household in households if household.key not in signed]


def _signed(
    rows: Sequence[Row], households: Collection[Household], services: Services
) -> set[tuple[str, str, str, str]]:
    """The households whose row is certain: by the door, by the household its author is bound to, by the full name.

    A row that fits two households ticks off neither.
    """
    by_room: dict[str, list[Household]] = {}
    by_name: dict[str, list[Household]] = {}
    for household in households:
        by_room.setdefault(household.room, []).append(household)
        by_name.setdefault(household.name, []).append(household)
    standing = [row for row in rows if not row.removed]
    roomless = [row.author_id for row in standing if not row.entry.room]
    signed = set()
    for row in standing:
        entry = row.entry
        if entry.room:
            fitting = [
                household
                for household in by_room.get(entry.room, ())
                if entry.building in ("", household.building) and entry.unit in ("", household.unit)
            ]
        else:
            fitting = by_name.get(entry.name, []) if entry.full_name else []
            home = services.roster.household_of(row.author_id) if roomless.count(row.author_id) == 1 else None
            if not fitting and home is not None:
                fitting = [home]
        if len(fitting) == 1:
            signed.add(fitting[0].key)
    return signed

"""Where a plea belongs: the place, the household, and for whom it is."""

import re
from dataclasses import dataclass

from bot.model.handling import Request
from bot.model.household import Household
from bot.model.isolation import Isolation
from bot.model.services import Services
from bot.model.ticket import Ticket
from bot.model.tree import Node
from bot.model.understanding import Slots
from handlers.isolation.isolating import home_of

_KIN = "妈妈|爸爸|母亲|父亲|老妈|老爸|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|丈母娘|妈|爸|爹|姑|姨|舅|哥|姐"
_MY_KIN = re.compile(rf"(?:我|俺|咱)(?:们)?家?(?:{_KIN})")
"""我妈, 俺爹: somebody of the speaker's who may live elsewhere."""

_AWAY = re.compile(
    r"(?:我|俺|人)(?:现在|们|还|都|一直|本人)?(?:在|不在|没在)(?:外地|外面|外省|国外|单位|老家|家|本地|[\u4e00-\u9fff]{2,4}(?:回不|过不|出不))"
    r"|回不[来去]|过不[来去]|不(?:和|跟)(?:我|他|她)们?(?:一起)?住"
)
"""Who says this does not live where the plea belongs."""

_OWN = re.compile(r"我家|俺家|咱家|我们家|家里|我住|我们住|我这")
"""Who says this speaks of their own household."""

_CALLED = re.compile(
    r"[\u4e00-\u9fff](?:奶奶|爷爷|大爷|大娘|大妈|阿姨|叔叔|老师|师傅|女士|先生)|老太太|老爷子|老人家?"
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a plea belongs, from the words, the group and the household binding, in this order."""

    node: Node
    building: str
    unit: str
    room: str


def whereabouts(request: Request, services: Services) -> Whereabouts:
    """Work out the place: what the message says wins over the group, the group over the binding."""
    slots = request.understanding.slots if request.understanding else Slots()
    home = services.roster.household_of(request.person.id)
    near = request.place.node if request.place else None
    if near is None and home is not None:
        compound = services.groups.find(home.compound)
        near = services.groups.resolve(home.building, home.unit, compound) or compound
    near = near or services.groups.root
    if slots.building and (said := compound_said(request.text, services)):
        near = near if services.groups.within(near, said) else said
    building, unit = slots.building or near.building or "", slots.unit or ""
    if not unit and near.unit and building == (near.building or ""):
        unit = near.unit
    room = slots.room or ""
    known = (
        None if slots.building else home or _isolating(request, services) or _said_before(request, services)
    )
    if known is not None and building in ("", known.building):
        building = building or known.building
        if unit in ("", known.unit):
            unit, room = unit or known.unit, room or known.room
    node = services.groups.resolve(building or None, unit or None, near) or near
    return Whereabouts(node, building, unit, room)


def compound_said(text: str, services: Services) -> Node | None:
    """The compound named right before a number: 和谐小区2-1-402. None when none is, or several are."""
    compounds = [node for node in services.groups.below(services.groups.root) if node.level == "compound"]
    said = [
        node
        for node in compounds
        if re.search(rf"{re.escape(node.name)}[的里 ,，、]{{0,2}}[\dA-Za-z一二三四五六七八九十]", text)
    ]
    return said[0] if len(said) == 1 else None


def compounds_of(ticket: Ticket, services: Services) -> list[Node]:
    """The compounds to which a ticket may belong that names a building and no compound; empty once one is known."""
    node = services.groups.find(ticket.node) or services.groups.root
    if not ticket.building or node.building or services.groups.compound(node) is not None:
        return []
    below = [one for one in services.groups.below(node) if one.level == "compound"]
    return [one for one in below if services.groups.matching(ticket.building, ticket.unit or None, one)]


def _isolating(request: Request, services: Services) -> Isolation | None:
    """The household that speaks in a group of those who isolate: 501 is enough there, or the door said before."""
    if request.place is None or request.place.kind != "isolation":
        return None
    return home_of(request, services)


def _said_before(request: Request, services: Services) -> Ticket | None:
    """An open ticket of the person's own household from the same room that names a building."""
    return next(
        (
            ticket
            for ticket in services.tickets.of_requester(request.person.id)
            if ticket.building
            and ticket.room_id == request.message.room_id
            and ticket.requester_id == request.person.id
            and not ticket.beneficiary
        ),
        None,
    )


def said_door(request: Request, services: Services) -> Household | None:
    """The household a message is certainly about: its door was said, or is the one the account is bound to. What the
    same person said about a door before may have been a neighbour's."""
    slots = request.understanding.slots if request.understanding else Slots()
    if not slots.room and services.roster.household_of(request.person.id) is None:
        return None
    return household(whereabouts(request, services), services)


def household(where: Whereabouts, services: Services) -> Household | None:
    """The household a place means; None unless compound, building, unit (where there are units) and room are known."""
    compound = services.groups.compound(where.node)
    units = any(node.unit and node.building == where.building for node in services.groups.below(where.node))
    if not (where.building and where.room) or (units and not where.unit):
        return None
    if compound is None and not where.node.building:
        return None
    return Household(compound.name if compound else "", where.building, where.unit, where.room)


def household_of(ticket: Ticket, services: Services) -> Household | None:
    """The household a ticket belongs to; None when its door is not known."""
    node = services.groups.find(ticket.node)
    return household(Whereabouts(node, ticket.building, ticket.unit, ticket.room), services) if node else None


def open_at(home: Household, services: Services) -> list[Ticket]:
    """The open tickets of a household, latest first."""
    same_door = services.tickets.open_for_household(home)
    doors = ((ticket, household_of(ticket, services)) for ticket in same_door)
    return [ticket for ticket, its in doors if its is not None and its.key == home.key]


def beneficiary(request: Request, where: Whereabouts, services: Services) -> str:
    """For whom somebody pleads when it is not for their own household: 我妈; empty when it is, or nobody can tell."""
    slots = request.understanding.slots if request.understanding else Slots()
    kin = _MY_KIN.search(request.text)
    who = kin[0] if kin else called(request.text) or slots.people or ""
    if not who or not (slots.building or slots.room):
        return ""
    home = services.roster.household_of(request.person.id)
    if home is not None:
        same = (home.building, home.unit or where.unit) == (where.building, where.unit)
        return "" if same and where.room in ("", home.room) else who
    if _AWAY.search(request.text):
        return who
    here = request.place.node if request.place else None
    if here is None:
        return "" if _OWN.search(request.text) else who
    near = not here.building or (here.building, here.unit or where.unit) == (where.building, where.unit)
    return "" if near and services.groups.within(where.node, here) else who


def speaks_for(text: str) -> bool:
    """True when the text names somebody of the speaker's, or a neighbour, to whom the need belongs: 我妈, 张奶奶."""
    return bool(_MY_KIN.search(text) or _CALLED.search(text))


def called(text: str) -> str:
    """The first person the text names as neighbours do: 张奶奶, 李师傅; empty when nobody."""
    found = _CALLED.search(text)
    return found[0] if found else ""

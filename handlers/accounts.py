"""Commands by which accounts become people: /我是 (a household), /解绑 (not that household) and /认领 (a role)."""

from bot.model.handling import Outcome, Reply, Request
from bot.model.household import Household, Resident
from bot.model.people import ROLE_TITLES
from bot.model.services import Services
from bot.model.understanding import Slots
from handlers.authority import may
from handlers.speaking import private_enough, room_name, to_sender, to_staff
from handlers.tickets.whereabouts import compound_said


def bind_household(request: Request, services: Services) -> Outcome:
    """/我是 17-3-501 王芳: from now on this account's pleas know their door."""
    assert request.command is not None
    slots = request.understanding.slots if request.understanding else Slots()
    node = request.place.node if request.place else None
    building = slots.building or (node.building if node else "") or ""
    unit = slots.unit or (node.unit if node and building == (node.building or "") else "") or ""
    room = slots.room or ""
    if not (building and room):
        return _say(
            request, services, "command_usage", usage="/我是 楼号-单元-门牌 姓名\n例：/我是 17-3-501 王芳"
        )
    compound, several = _compound(request, services, building, unit)
    if several:
        door = f"{building}号楼" + (f"{unit}单元" if unit else "")
        return _say(request, services, "bind_which", place=door, list="、".join(several))
    name = _name(request)
    place = f"{compound}{building}号楼" + (f"{unit}单元" if unit else "")
    household = services.roster.find_household(compound, building, unit, room)
    if household is None:
        if services.roster.knows_households():
            return _say(request, services, "bind_unknown", place=place)
        household = Household(compound=compound, building=building, unit=unit, room=room, name=name)
    before = services.roster.household_of(request.person.id)
    name = name or request.message.sender
    services.roster.bind(request.person.id, name, household, request.message.at)
    if before is None or before.key != household.key:
        services.audit.write(request.by, "bind", "")
        told: tuple[Reply, ...] = (_to_be_checked(name, household, request, services),)
    else:
        told = ()
    if not request.message.private:
        return _say(request, services, "bound_in_group", told=told)
    return _say(request, services, "bound", told=told, place=place, name=name)


def _to_be_checked(name: str, household: Household, request: Request, services: Services) -> Reply:
    """Anybody can claim any door: the staff read of every new claim once, and know how to undo it."""
    compound = services.groups.find(household.compound)
    node = services.groups.resolve(household.building, household.unit or None, compound) or compound
    place = household.compound + household.door
    text = services.replies("alert_bound", name=name, room=room_name(request), place=place)
    return to_staff(text, node=node.name if node else "")


def unbind(request: Request, services: Services) -> Outcome:
    """/解绑 姓名或门牌: takes back a binding that is not true, within one's scope."""
    assert request.command is not None
    slots = request.understanding.slots if request.understanding else Slots()
    word = request.command.rest.lstrip("@") or "".join(request.command.mentions)
    if slots.building and slots.room:
        found = services.roster.residents("", slots.building, slots.unit or "", slots.room)
    elif word:
        found = services.roster.residents(word)
    else:
        return _say(request, services, "command_usage", usage="/解绑 姓名或门牌\n例：/解绑 17-3-501")
    found = [one for one in found if _in_scope(one, request, services)]
    if not found:
        return _say(request, services, "unbind_none", word=word)
    people = "、".join(f"{one.name}（{one.household.compound}{one.household.door}）" for one in found)
    if not private_enough(request):
        return _say(request, services, "ask_in_private")
    if len({one.household.key for one in found}) > 1:
        return _say(request, services, "unbind_which", list=people)
    for one in found:
        services.roster.unbind(one.person_id)
        services.audit.write(request.by, "unbind", one.name)
    return _say(request, services, "unbound", list=people)


def _in_scope(one: Resident, request: Request, services: Services) -> bool:
    compound = services.groups.find(one.household.compound)
    node = services.groups.resolve(one.household.building, one.household.unit or None, compound) or compound
    return may(request.person, "worker", node or services.groups.root, services.groups)


def claim_role(request: Request, services: Services) -> Outcome:
    """/认领 CODE, in private: binds a role to this account. A code shown in a group is worthless at once."""
    assert request.command is not None
    code = request.command.rest.replace(" ", "").upper()
    if not code:
        return _say(request, services, "command_usage", usage="/认领 邀请码（私聊发）\n例：/认领 K7M2-9QXD")
    if not request.message.private:
        services.roster.revoke(code)
        return _say(request, services, "claim_in_group")
    grant = services.roster.claim(code, request.person.id, request.message.sender, request.message.at)
    if grant is None:
        return _say(request, services, "claim_failed")
    services.audit.write(request.by, "claim", f"{grant.scope}{ROLE_TITLES[grant.role]}")
    return _say(request, services, "claimed", role=ROLE_TITLES[grant.role], scope=grant.scope)


def _compound(request: Request, services: Services, building: str, unit: str) -> tuple[str, list[str]]:
    """The compound meant: the one written before the number, the room's, the only one that has the building. Else the
    several that have it."""
    assert request.command is not None
    near = compound_said(request.command.raw, services) or (request.place.node if request.place else None)
    if near is None or services.groups.compound(near) is None:
        names = [
            one.name
            for one in services.groups.below(services.groups.root)
            if one.level == "compound"
            and any(
                node.building == building and (not unit or node.unit in (unit, None))
                for node in services.groups.below(one)
            )
        ]
        if len(names) > 1:
            return "", names
    node = services.groups.resolve(building, unit or None, near) or near
    compound = services.groups.compound(node) if node else None
    return (compound.name if compound else ""), []


def _name(request: Request) -> str:
    """The words of the command that are not an address."""
    assert request.command is not None
    words = request.command.rest.split()
    names = [word for word in words if not any(c.isdigit() for c in word) and len(word) <= 8]
    return names[-1] if names else ""


def _say(
    request: Request, services: Services, key: str, told: tuple[Reply, ...] = (), **values: str
) -> Outcome:
    assert request.command is not None
    answer = to_sender(request, services.replies(key, **values))
    return Outcome(f"command:{request.command.name}", (*told, answer))

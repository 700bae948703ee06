"""Commands by which accounts become people: /我是 (a household) and /认领 (a role)."""

from bot.model.handling import Outcome, Request
from bot.model.household import Household
from bot.model.people import ROLE_TITLES
from bot.model.services import Services
from bot.model.understanding import Slots
from handlers.speaking import to_sender


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
    compound = _compound(request, services, building, unit)
    name = _name(request)
    place = f"{compound}{building}号楼" + (f"{unit}单元" if unit else "")
    household = services.roster.find_household(compound, building, unit, room)
    if household is None:
        if services.roster.knows_households():
            return _say(request, services, "bind_unknown", place=place)
        household = Household(compound=compound, building=building, unit=unit, room=room, name=name)
    services.roster.bind(request.person.id, name or request.message.sender, household, request.message.at)
    if not request.message.private:
        return _say(request, services, "bound_in_group")
    return _say(request, services, "bound", place=place, name=name or request.message.sender)


def claim_role(request: Request, services: Services) -> Outcome:
    """/认领 CODE, in private: binds a role to this account. A code shown in a group is worthless at once."""
    assert request.command is not None
    code = request.command.rest.replace(" ", "").upper()
    if not request.message.private:
        services.roster.revoke(code)
        return _say(request, services, "claim_in_group")
    grant = services.roster.claim(code, request.person.id, request.message.sender, request.message.at)
    if grant is None:
        return _say(request, services, "claim_failed")
    return _say(request, services, "claimed", role=ROLE_TITLES[grant.role], scope=grant.scope)


def _compound(request: Request, services: Services, building: str, unit: str) -> str:
    near = request.place.node if request.place else None
    node = services.groups.resolve(building, unit or None, near) or near
    compound = services.groups.compound(node) if node else None
    return compound.name if compound else ""


def _name(request: Request) -> str:
    """The words of the command that are not an address."""
    assert request.command is not None
    words = request.command.rest.split()
    names = [word for word in words if not any(c.isdigit() for c in word) and len(word) <= 8]
    return names[-1] if names else ""


def _say(request: Request, services: Services, key: str, **values: str) -> Outcome:
    assert request.command is not None
    return Outcome(f"command:{request.command.name}", (to_sender(request, services.replies(key, **values)),))

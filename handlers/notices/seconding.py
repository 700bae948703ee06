"""Who is the second person of a notice to the whole community: somebody of rank, not whoever speaks in the staff group."""

from typing import Literal

from bot.model.notice import Notice
from bot.model.people import Person
from bot.model.services import Services

How = Literal["bare", "quoted", "numbered"]
"""确认, 确认 to the quoted preview, 确认 12."""

NAMED = 3
"""So many of those who may are named."""

ANYBODY = "工作群里另一位"
"""Who is asked where nobody else holds a role over the whole community."""


def others_of_rank(notice: Notice, services: Services) -> list[Person]:
    """Those besides its writer who hold worker or above over all of it by bot.yaml or invitation. Speaking in the staff
    group lends the role of a worker too, but anybody may have been let in there."""
    node = services.groups.find(notice.node) or services.groups.root
    return [one for one in services.colleagues.holding("worker", node) if one.id != notice.by_id]


def may_second(person_id: str, how: How, notice: Notice, services: Services) -> bool:
    """True for somebody of rank, whatever their yes; where there is nobody else, for anybody who may send it and says
    which one is meant."""
    others = others_of_rank(notice, services)
    return any(one.id == person_id for one in others) if others else how != "bare"


def asked_of(notice: Notice, services: Services) -> str:
    """Who is asked, for people: 张主任, 张主任或王书记, 工作群里另一位."""
    others = others_of_rank(notice, services)
    if not others:
        return ANYBODY
    return "或".join(one.name for one in others[:NAMED]) + ("等" if len(others) > NAMED else "")

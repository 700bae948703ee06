"""/核酸 敲门: whose door is knocked at, in the order of a walk: first those to be sampled at home."""

from collections.abc import Sequence

from bot.model.coverage import Standing, sealed, to_knock
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.testing import Round
from handlers.isolation.isolating import active
from handlers.speaking import private_enough, to_sender
from handlers.testing.coverage import View, asked, file_sent, pleas, unit_title, view
from handlers.testing.missing import page_said, paged, rooms_by_unit

NAMED = 8
"""So many tickets without a door are named."""


def show(request: Request, words: str, services: Services) -> Outcome:
    """/核酸 敲门 [17号楼|17-3] [2页]: as text, and as a table to print where the channel takes files."""
    if not private_enough(request):
        return Outcome("silent:coverage")
    number, words = page_said(words.removeprefix("名单"))
    views, problem = asked(request, words, services)
    if problem:
        return Outcome("command:核酸", (to_sender(request, problem),))
    text = "\n".join(_text(one, number, request, services) for one in views)
    sheets = [sheet for one in views for sheet in _sheet(one, request, services)] if number == 1 else []
    return Outcome("command:核酸", (to_sender(request, text), *sheets))


def at_end(of: Round, request: Request, services: Services) -> list[Reply]:
    """The table to print when a round has ended and somebody is missing, where the channel takes files."""
    node = services.groups.find(of.node) or services.groups.root
    return _sheet(view(of, [node], request.message.at, services), request, services)


def _text(one: View, number: int, request: Request, services: Services) -> str:
    if not one.standings:
        return services.replies("coverage_no_list")
    first, then = to_knock(one.standings)
    words = {"title": one.round.name, "place": one.title, "count": str(len(first) + len(then))}
    off = sealed(one.standings)
    loose = _without_door(one, request, services)
    if not first and not then and not off:
        return "\n".join([services.replies("coverage_missing_none", **words), *loose])
    lines = [f"先上门采样 {len(first)} 户：", *_doors(first, services)] if first else []
    if then:
        lines += [f"再敲门 {len(then)} 户："] if first else []
        lines += rooms_by_unit(then, services)
    if off:
        lines += [f"封控楼 {len(off)} 户，这一轮不叫，听安排再上门：", *rooms_by_unit(off, services)]
    apart = _isolated(one, request, services)
    lines += [f"居家隔离的 {len(apart)} 户不在内，由专人上门。"] if apart else []
    lines += loose
    return paged(services.replies("doors_head", **words), lines, number, "敲门", services)


def _doors(standings: Sequence[Standing], services: Services) -> list[str]:
    """17号楼3单元801室 张奶奶（独居老人）1人 电话13812345678."""
    return [_door(one, services) for one in standings]


def _door(one: Standing, services: Services) -> str:
    home = one.household
    place = f"{unit_title(home.compound, home.building, home.unit, services)}{home.room}室"
    why = [*(["要上门"] if one.wanted else []), *home.tags]
    parts = [f"{place} {home.name}".rstrip() + (f"（{'、'.join(why)}）" if why else "")]
    parts += [f"{home.people}人"] if home.people else []
    parts += [f"电话{home.phone}"] if home.phone else []
    parts += [one.mark.note] if one.mark and one.mark.note else []
    return " ".join(parts)


def _without_door(one: View, request: Request, services: Services) -> list[str]:
    """另有 1 张上门采样工单没写门牌：A003（17号楼3单元）: on no list of doors unless somebody asks."""
    found = {
        door.number: unit_title(compound, building, unit, services) if building else compound
        for node in one.nodes
        for door, (compound, building, unit, _) in pleas(node, request.message.at, services)
        if not door.room
    }
    if not found:
        return []
    named = [f"{number}（{place}）" if place else number for number, place in sorted(found.items())]
    more = "等，看全部：/工单" if len(named) > NAMED else ""
    words = {"count": str(len(named)), "list": "、".join(named[:NAMED]) + more}
    return [services.replies("doors_no_room", **words)]


def _isolated(one: View, request: Request, services: Services) -> list[Standing]:
    register = {home.key for home in active(request.message.at, services)}
    return [
        standing
        for standing in one.standings
        if standing.kind == "isolated" or (standing.missing and standing.household.key in register)
    ]


def _sheet(one: View, request: Request, services: Services) -> list[Reply]:
    if not services.health.takes_files or not any(standing.missing for standing in one.standings):
        return []
    return file_sent(services.sheets.doors(one.round, one.standings), request)

"""/核酸 进度: how far a round is, by building, as bars and as a picture; and how it ended."""

from collections.abc import Sequence

from bot.model.coverage import Standing, by_building, by_unit, excuses, sealed, tally
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.testing import KIND_TITLES, SAMPLED, Mark, Round, Tally
from handlers.speaking import private_enough, to_sender
from handlers.testing.coverage import View, asked, file_sent, ratio, unit_title, view
from handlers.testing.missing import rooms_by_unit

BAR = 10
"""Blocks of a full bar: with its numbers it fits a phone."""

LINES = 30
"""So many buildings are shown in one message."""

NAMED = 40
"""Up to so many missing households are named when a round has ended; more are in /核酸 敲门."""


def show(request: Request, words: str, services: Services) -> Outcome:
    """/核酸 进度 [17号楼] [第2轮]: in groups of those at work and in private; silence among residents."""
    if not private_enough(request):
        return Outcome("silent:coverage")
    views, problem = asked(request, words, services)
    if problem:
        return Outcome("command:核酸", (to_sender(request, problem),))
    replies: list[Reply] = []
    for one in views:
        replies.append(to_sender(request, _text(one, services)))
        replies += _picture(one, request, services)
    return Outcome("command:核酸", tuple(replies))


def summary(of: Round, services: Services) -> str:
    """How a round stands at its end, for those at work, with the doors that are left: 460 户，已测 452，外出 3，还没有 5 户."""
    node = services.groups.find(of.node) or services.groups.root
    one = view(of, [node], services.clock.now(), services)
    if not one.standings:
        return _unlisted(one, services)
    counted = one.tally
    parts = [f"已测 {counted.sampled}", *_excused(one.standings)]
    left = [standing for standing in one.standings if standing.missing]
    lines = rooms_by_unit(left, services) if len(left) <= NAMED else []
    lines = lines or [services.replies("coverage_many_left", count=str(len(left)))]
    return services.replies(
        "coverage_ended" if left else "coverage_complete",
        total=str(counted.households),
        done="，".join(parts),
        people=f"{counted.people_sampled}/{counted.people}",
        count=str(len(left)),
        list="\n".join(lines),
        note=_rest(one),
    )


def _text(one: View, services: Services) -> str:
    if not one.standings:
        return _unlisted(one, services)
    counted = one.tally
    head = services.replies(
        "coverage_head",
        title=one.round.name,
        place=one.title,
        done=ratio(counted),
        percent=_percent(counted),
        people=f"{counted.people_sampled}/{counted.people}",
        count=str(counted.missing),
    )
    excused = "，".join(_excused(one.standings))
    aside = [f"不用来的：{excused}"] if excused else []
    aside += [f"要上门的 {counted.wanted} 户"] if counted.wanted else []
    return "\n".join([head, *aside, *_bars(one, services), *([rest] if (rest := _rest(one)) else [])])


def _bars(one: View, services: Services) -> list[str]:
    """A bar for every building that is not complete (for every unit, where there is one building), and the others by name."""
    buildings = by_building(one.standings)
    parts: list[tuple[str, Tally]]
    if len(buildings) > 1:
        parts = [
            (unit_title(compound, building, "", services), tally(those))
            for (compound, building), those in buildings.items()
        ]
    else:
        parts = [
            (unit_title(*unit, services), tally(those)) for unit, those in by_unit(one.standings).items()
        ]
    open_ = [f"{title} {bar(counted)} {_numbers(counted)}" for title, counted in parts if counted.missing]
    more = [f"……还有 {len(open_) - LINES} 栋，写上楼号看"] if len(open_) > LINES else []
    complete = [title for title, counted in parts if not counted.missing]
    done = [f"齐了：{'、'.join(complete)}"] if complete else []
    return open_[:LINES] + more + done


def bar(counted: Tally) -> str:
    """▇▇▇▇▇▇▇▁▁▁: full only when nobody is missing, begun as soon as somebody was tested."""
    full = counted.sampled * BAR // counted.expected if counted.expected else BAR
    full = max(full, 1) if counted.sampled else full
    return "▇" * full + "▁" * (BAR - full)


def _numbers(counted: Tally) -> str:
    return f"{ratio(counted)}户 {counted.people_sampled}/{counted.people}人"


def _percent(counted: Tally) -> str:
    """Rounded down, so that 100% is everybody."""
    return f"{counted.sampled * 100 // counted.expected if counted.expected else 100}%"


def _excused(standings: Sequence[Standing]) -> list[str]:
    return [f"{KIND_TITLES[kind]} {count}" for kind, count in excuses(standings).items()]


def _rest(one: View) -> str:
    """What the numbers do not tell: households of which some are still missing, those of sealed buildings, doors the list
    does not know."""
    short = sum(standing.short for standing in one.standings)
    parts = [f"{short} 户人没有测齐"] if short else []
    parts += [f"还差的里有 {off} 户在封控楼"] if (off := len(sealed(one.standings))) else []
    parts += [f"名单外 {len(one.beyond)} 户"] if one.beyond else []
    return "，".join(parts)


def _unlisted(one: View, services: Services) -> str:
    """Without a list of households: how many were marked, by building."""
    sampled = [mark for mark in one.beyond if mark.kind in SAMPLED]
    buildings: dict[tuple[str, str], list[Mark]] = {}
    for mark in sampled:
        buildings.setdefault((mark.household.compound, mark.household.building), []).append(mark)
    lines = [
        f"{unit_title(*place, '', services)} {len(those)} 户" for place, those in sorted(buildings.items())
    ]
    return services.replies(
        "coverage_unlisted_head",
        title=one.round.name,
        place=one.title,
        count=str(len(sampled)),
        list="\n".join(lines),
    )


def _picture(one: View, request: Request, services: Services) -> list[Reply]:
    if not (services.health.takes_files and one.standings):
        return []
    return file_sent(services.sheets.picture(one.round, one.standings), request)

"""/核酸 未测: the doors that are still missing, unit by unit, for those at work alone."""

import re
from collections.abc import Sequence

from bot.model.coverage import Standing, by_unit
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.speaking import private_enough, to_sender
from handlers.testing.coverage import View, asked, unit_title

PAGE = 900
"""Characters of a message that somebody reads on a phone while walking."""

_PAGE = re.compile(r"第?(\d{1,2})\s?页")


def show(request: Request, words: str, services: Services) -> Outcome:
    """/核酸 未测 [17号楼|17-3] [2页]."""
    if not private_enough(request):
        return Outcome("silent:coverage")
    number, words = page_said(words)
    views, problem = asked(request, words, services)
    text = problem or "\n".join(_text(one, number, services) for one in views)
    return Outcome("command:核酸", (to_sender(request, text),))


def page_said(words: str) -> tuple[int, str]:
    """The page that words ask for, from 1, and the words without it."""
    said = _PAGE.search(words)
    return (max(1, int(said[1])), _PAGE.sub(" ", words)) if said else (1, words)


def _text(one: View, number: int, services: Services) -> str:
    if not one.standings:
        return services.replies("coverage_no_list")
    left = [standing for standing in one.standings if standing.missing]
    short = [standing for standing in one.standings if standing.short]
    words = {"title": one.round.name, "place": one.title, "count": str(len(left))}
    head = services.replies("coverage_missing_head" if left else "coverage_missing_none", **words)
    lines = rooms_by_unit(left, services)
    if short:
        lines += [f"人没有测齐的 {len(short)} 户：", *rooms_by_unit(short, services)]
    return paged(head, lines, number, "未测", services)


def paged(head: str, lines: Sequence[str], number: int, command: str, services: Services) -> str:
    """One page of lines below their head, and how to read the next."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(map(len, pages[-1])) + len(line) > PAGE:
            pages.append([])
        pages[-1].append(line)
    number = min(number, len(pages))
    more = []
    if number < len(pages):
        words = {"count": str(number), "total": str(len(pages)), "command": f"/核酸 {command} {number + 1}页"}
        more = [services.replies("coverage_page", **words)]
    return "\n".join([head, *pages[number - 1], *more])


def rooms_by_unit(standings: Sequence[Standing], services: Services) -> list[str]:
    """17号楼3单元 4户：501 602 703 801（独居老人）."""
    return [
        f"{unit_title(*unit, services)} {len(those)}户：{' '.join(_room(one) for one in those)}"
        for unit, those in by_unit(standings).items()
    ]


def _room(one: Standing) -> str:
    aside = list(one.household.tags)
    if one.wanted:
        aside.insert(0, "要上门")
    if one.short:
        aside = [f"{one.people_sampled}/{one.people}人"]
    return one.household.room + (f"（{'、'.join(aside)}）" if aside else "")

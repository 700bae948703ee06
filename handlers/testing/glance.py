"""「进度」「到哪了」「还差谁」 among those at work while a round runs over their group's branch: as /核酸 answers. Narrow."""

import re

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.testing import missing, progress, site, testing

_END = r"(?:了|啊|呀|呢|吗)?[\s?？。.!！~]*"
_WHERE = re.compile(rf"(?:现在|核酸)?(?:叫|做|测|采)?(?:号)?到(?:哪|哪里|哪儿|几号楼|哪一?栋|哪个单元){_END}")
_HOW_FAR = re.compile(
    rf"(?:现在|核酸)?(?:的)?进度(?:怎么样|如何|多少)?{_END}|(?:核酸)?(?:做|测|采)了(?:多少|几)户{_END}"
    rf"|(?:现在)?(?:还|就)?(?:剩|差|缺)(?:下)?(?:几|多少)(?:户|家)(?:没有?|未)?(?:做|测|采|来)?{_END}"
)
_WHO = re.compile(
    rf"(?:现在)?(?:还|就)?(?:剩|差|缺)(?:下)?(?:谁|哪些|哪几户|哪几家|哪些人)(?:没有?|未)?(?:做|测|采|来)?{_END}"
    rf"|(?:谁|哪些|哪几户|哪几家|哪些人)(?:家)?还?(?:没有?|未)(?:做|测|采)(?:核酸)?{_END}"
)


def heard(request: Request, services: Services) -> Outcome | None:
    """Where the round is, how far, who is missing; None when it is no such question, or no round is under way there."""
    place, text = request.place, request.text.strip()
    if place is None or not place.at_work:
        return None
    where, far, who = (asked.fullmatch(text) for asked in (_WHERE, _HOW_FAR, _WHO))
    if not (where or far or who):
        return None
    if not any(one.state in ("running", "paused") for one in site.around(request, services)):
        return None
    if where:
        return testing.overview(request, services)
    return missing.show(request, "", services) if who else progress.show(request, "", services)

"""What those at the site say without a slash: 「下一个」, 「叫5号楼」, 「17-3完成」. Narrow: they talk all day."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.testing import Round
from handlers.authority import may
from handlers.speaking import to_sender
from handlers.testing import calling, dropping, ending, pausing, steering, stops
from handlers.testing.steering import Step

_END = r"[了啦吧哈]?[。.!！~]*"
_SEVERAL = rf"{stops.NAMED}(?:[\s、,，和]+{stops.NAMED})*"
_WHY = r"(?:[\s,，]*(?:有|出了?)阳性?[了的]?)?(?:[\s,，]*(?:已经?)?被?封(?:控|楼|着|起来)?了?)?[\s,，]*"
_NOT = r"(?:先|就|今天|这轮)?(?:别|不要|不用|不)再?叫"
_REASON = r"[^,，。]{1,10}(?<!药)(?<!菜)[,，。\s]\s*"
"""雨太大了，先停一下: to stop for a wrong reason does no harm, and is said."""
_THROUGH = r"(?:都|全部?)?(?:已经?)?(?:完成|做完|好了|测完|采完|完了|结束)"


def _done_and(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「3-1好了，叫3-2吧」: the first are through, and these are called, not whoever would be next."""
    ready, _, then = words.partition(_AND)
    groups, odd = steering.named(ready, services.rounds.stops(one.id))
    if odd:
        return steering.unknown(odd, request, services)
    for stop in (stop for group in groups for stop in group if stop.state == "called"):
        services.rounds.change_stop(stop, state="done", done_at=request.message.at)
    return steering.by_name(one, then, request, services)


def _by_number(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「叫8」: building 8 where the round has one; else it is asked what is meant."""
    return steering.by_name(one, f"{words}号楼", request, services)


def _slower(one: Round, words: str, request: Request, services: Services) -> Outcome:
    """「下雨了先等等」, 「人太多了慢点叫」: may mean a pause, or not: told how to, never guessed."""
    return steering.say(request, services.replies("round_slower", name=calling.title(one)), "slower")


_AND = "|"
SAID: tuple[tuple[re.Pattern[str], Step], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), step)
    for pattern, step in (
        (
            rf"(?:(?:可以|能)?(?:叫|喊|请)?下一?(?:[个個栋批组位](?:楼|单元)?|单元|号楼)[，,、\s]*)+{_END}",
            steering.next_one,
        ),
        (
            rf"(?P<where>{_SEVERAL})\s*{_THROUGH}[了啦]?[，,。\s]*(?:再|接着)?叫\s*(?P<then>{_SEVERAL}){_END}",
            _done_and,
        ),
        (rf"(?:再|先)?[叫喊](?:一下)?\s*(?P<where>{_SEVERAL})(?:下来|下楼)?{_END}", steering.by_name),
        (rf"(?P<where>{_SEVERAL})\s*先(?:过来|下来|下楼|来){_END}", steering.by_name),
        (rf"(?:再|先)?[叫喊]\s*(?P<where>\d{{1,3}}){_END}", _by_number),
        (rf"[请让]\s*(?P<where>{_SEVERAL})的?(?:现在)?(?:下来|下楼)[吧哈]?[。.!！~]*", steering.by_name),
        (
            rf"(?P<where>{_SEVERAL})\s*{_THROUGH}{_END}",
            steering.done,
        ),
        (rf"完成\s*(?P<where>{_SEVERAL}){_END}", steering.done),
        (rf"(?:先)?跳过\s*(?P<where>{_SEVERAL}){_END}", steering.skip),
        (rf"(?P<where>{_SEVERAL})\s*(?:先)?跳过{_END}", steering.skip),
        (rf"(?P<where>{_SEVERAL}){_WHY}{_NOT}{_END}", dropping.drop),
        (rf"{_NOT}\s*(?P<where>{_SEVERAL}){_END}", dropping.drop),
        (rf"(?P<where>{_SEVERAL})\s*(?:先|今天|这轮)?(?:不|别)做{_END}", dropping.drop),
        (rf"(?P<where>{_SEVERAL}){_WHY}(?:被?封(?:控|楼|着|起来)?){_END}", dropping.ask),
        (
            rf"(?:{_REASON})?(?:(?:大家|我们)?(?:先|都)?(?:暂停(?:一下|叫号|一会儿?)?|停(?:一下|一会儿?|一停)|停)"
            rf"|先(?:别|不要|不)(?:再)?叫|(?:先)?(?:别|不要)再?叫){_END}",
            pausing.pause,
        ),
        (
            rf"(?:{_REASON}|\S{{0,3}}[雨风雪多长挤乱][了啦大]*)?(?:先|再)?(?:等一?[等下]|等会儿?|等一会儿?)(?:再叫)?{_END}",
            _slower,
        ),
        (
            rf"(?:(?:人|队伍?).{{0,3}}[多长满].{{0,2}}[，,。\s]*)?(?:慢[点些一]点?|叫慢点)(?:儿)?(?:叫|喊)?{_END}",
            _slower,
        ),
        (
            rf"(?:{_REASON}|来吧[，,\s]*)?(?:(?:可以)?(?:继续|接着|恢复)(?:叫号?)?|可以(?:再|开始)?叫(?:号)?了){_END}",
            pausing.go_on,
        ),
        (rf"(?P<hours>(?:延长|延|推迟)到\S{{2,8}}?){_END}", ending.retime),
        (rf"叫错{_END}", steering.recall),
        (rf"撤回\s*(?P<where>{_SEVERAL}){_END}", steering.recall),
    )
)
"""What is said, whole, and what it does."""

_WHEN: dict[Step, tuple[str, ...]] = {
    pausing.pause: ("running",), pausing.go_on: ("paused",), _slower: ("running",),
}  # fmt: skip
"""States of rounds in which a word can be meant at all; elsewhere it is talk."""

SOON = timedelta(hours=1)
"""「暂停」 is said of a round that begins so soon, too."""

_LONGEST = 40
"""Characters; longer messages are talk."""


def is_word(text: str) -> bool:
    """True for what is said at the site to move a round on, whether one runs or not."""
    return any(pattern.fullmatch(text) for pattern, _ in SAID)


def heard(request: Request, services: Services) -> Outcome | None:
    """What somebody at the site says in a group of those at work, or in private, while a round runs there; None when it is no such word,
    or none of their business."""
    text = request.text.strip()
    if len(text) > _LONGEST or (request.place is None and not request.message.private):
        return None
    here = around(request, services)
    text, here = _of_compound(text, here, services) if here else (text, here)
    for pattern, step in SAID:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = found.groupdict()
        words = (parts.get("where") or parts.get("hours") or "").strip()
        if then := parts.get("then"):
            words = f"{words}{_AND}{then.strip()}"
        states = _WHEN.get(step, ("running", "paused"))
        open_here = [one for one in here if one.state in states]
        if step is pausing.pause and not open_here:
            soon = request.message.at + SOON
            open_here = [one for one in here if one.state == "planned" and one.begins <= soon]
        if parts.get("where"):
            fitting = [one for one in open_here if _names(words, one, services)]
            open_here = fitting or ([] if step in (steering.done, dropping.ask, dropping.drop) else open_here)
        if not open_here:
            return None
        if len(open_here) > 1:
            return which(open_here, request, services)
        return step(open_here[0], words, request, services)
    return None


def around(request: Request, services: Services) -> list[Round]:
    """The rounds that have not ended and for which this person works, where the message was said (in private: anywhere)."""
    groups = services.groups
    here = request.place.node if request.place else None
    found = []
    for one in services.rounds.current():
        node = groups.find(one.node)
        if node is None or not may(request.person, "volunteer", node, groups):
            continue
        if here is None or groups.within(node, here) or groups.within(here, node):
            found.append(one)
    return found


def which(several: Sequence[Round], request: Request, services: Services) -> Outcome:
    """Ask which of several rounds is meant, with what to say instead: 百合里下一个, /核酸 暂停 百合里."""
    text, command = request.text.strip(), request.command is not None
    listed = "\n".join(_told(one, text, services, command=command) for one in several)
    names = "、".join(calling.title(one) for one in several)
    text = services.replies("round_which", name=names, list=listed)
    return Outcome("round:which", (to_sender(request, text),))


def _told(one: Round, text: str, services: Services, *, command: bool) -> str:
    """What was said, said of this round alone."""
    node = services.groups.find(one.node)
    compound = node is not None and node.level == "compound"
    if command:
        return f"{text} {one.node if compound else one.scope}"
    return f"{one.node}{text}" if compound else f"/核酸 下一个 {one.scope}"


def _of_compound(text: str, rounds: list[Round], services: Services) -> tuple[str, list[Round]]:
    """「百合里下一个」, 「暂停 百合里」: the rounds of the compound that is named, and the words without its name."""
    groups = services.groups
    for compound in (node for node in groups.below(groups.root) if node.level == "compound"):
        rest = text.removeprefix(compound.name)
        rest = (rest if rest != text else text.removesuffix(compound.name)).strip(" ，,的")
        if rest in (text, ""):
            continue
        its = [one for one in rounds if (node := groups.find(one.node)) and groups.within(node, compound)]
        if its:
            return rest, its
    return text, rounds


def _names(words: str, one: Round, services: Services) -> bool:
    known = services.rounds.stops(one.id)
    return any(
        stops.named(word, known) or (word.isdecimal() and stops.named(f"{word}号楼", known))
        for word in steering.places(words.replace(_AND, " "))
    )

"""/核酸: one command for a whole round: begin, call, pace, change, how it stands, who is missing, end."""

import re
from collections.abc import Sequence

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.testing import ROUND_STATES, Round, Stop
from bot.model.tree import Node
from handlers.authority import may
from handlers.branches import as_typed
from handlers.notices.targets import names_targets, read_targets
from handlers.speaking import private_enough, to_sender
from handlers.testing import (
    calling,
    doors,
    dropping,
    ending,
    evidence,
    missing,
    pausing,
    progress,
    reminding,
    site,
    starting,
    steering,
    stops,
)
from handlers.testing.steering import Step

STEPS: tuple[tuple[re.Pattern[str], Step], ...] = tuple(
    (re.compile(rf"(?:{words})(?=$|[\s\d:,，、]|[^\W\d_])\s*"), step)
    for words, step in (
        (r"下一?[个栋批](?:楼|单元)?", steering.next_one),
        (r"暂停|先停一下|停一下|停", pausing.pause),
        (r"继续|接着叫|恢复", pausing.go_on),
        (r"跳过", steering.skip),
        (r"(?:不要?|别)再?叫", dropping.drop),
        (r"撤回|叫错了?", steering.recall),
        (r"再?叫号?(?!错)|喊", steering.by_name),
        (r"完成|做完|好了", steering.done),
        (r"改时间|延长|时间改", ending.retime),
        (r"改地点|换地点|地点改?", ending.move),
        (r"结束|收工", ending.end),
    )
)
"""What changes a round that is there."""

LOOKS = re.compile(
    r"(?P<what>进度|未测|没测|还差|名单|敲门名单|敲门|提醒|催|标记|已测)\s*(?P<words>.*)", re.DOTALL
)
"""What belongs to the households, not to the calls."""


def testing(request: Request, services: Services) -> Outcome:
    """/核酸 …"""
    assert request.command is not None
    if not private_enough(request):
        return Outcome("command:核酸", (to_sender(request, services.replies("round_elsewhere")),))
    typed = as_typed(request.command).strip()
    if typed.startswith("开始"):
        return starting.start(request, typed.removeprefix("开始").strip(), services)
    if look := LOOKS.fullmatch(typed):
        return _look(look["what"], look["words"].strip(), request, services)
    for pattern, step in STEPS:
        if found := pattern.match(typed):
            return _step(step, typed[found.end() :].strip(), request, services)
    if typed and stops.named(typed.split()[0], _all_stops(request, services)):
        return _step(steering.by_name, typed, request, services)  # /叫号 17-3
    return overview(request, services)


def _look(what: str, words: str, request: Request, services: Services) -> Outcome:
    if what == "进度":
        return progress.show(request, words, services)
    if what in ("未测", "没测", "还差"):
        return missing.show(request, words, services)
    if what in ("提醒", "催"):
        return reminding.remind(request, words, services)
    if what in ("标记", "已测"):
        return evidence.mark_command(request, words if what == "标记" else f"已测 {words}", services)
    return doors.show(request, words, services)


def _step(step: Step, words: str, request: Request, services: Services) -> Outcome:
    """Do it to the one round that can be meant."""
    several, words = _chosen(words, site.around(request, services), services)
    if not several:
        return Outcome("round:none", (to_sender(request, services.replies("round_none")),))
    if len(several) > 1:
        return site.which(several, request, services)
    return step(several[0], words, request, services)


def _chosen(words: str, several: list[Round], services: Services) -> tuple[list[Round], str]:
    """The rounds that the words can mean, and the words without the name of a round: a compound that is named has to be
    the round's, never another one's."""
    left = []
    for word in words.split():
        nodes = (
            read_targets(word, None, services.groups).nodes if names_targets(word, services.groups) else ()
        )
        if nodes and all(node.level in ("community", "compound") for node in nodes):
            several = [one for one in several if _touches(one, nodes, services)]
        else:
            left.append(word)
    if len(several) > 1:
        fitting = [
            one for one in several if any(stops.named(word, services.rounds.stops(one.id)) for word in left)
        ]
        running = [one for one in several if one.state in ("running", "paused")]
        several = fitting or (running if len(running) == 1 else several)
    return several, " ".join(left)


def _touches(one: Round, nodes: Sequence[Node], services: Services) -> bool:
    its, groups = services.groups.find(one.node), services.groups
    return its is not None and any(groups.within(its, node) or groups.within(node, its) for node in nodes)


def _all_stops(request: Request, services: Services) -> list[Stop]:
    return [stop for one in site.around(request, services) for stop in services.rounds.stops(one.id)]


def overview(request: Request, services: Services) -> Outcome:
    """What is going on, and what can be typed."""
    lines = [_stands(one, services) for one in site.around(request, services)]
    node = request.place.node if request.place else None
    if not lines:
        lines.append(services.replies("round_none"))
        if may(request.person, "worker", node, services.groups):
            lines.append(services.replies("round_how_to_start"))
    else:
        lines.append(services.replies("round_words"))
    return Outcome("command:核酸", (to_sender(request, "\n".join(lines)),))


def _stands(one: Round, services: Services) -> str:
    """A round in a few lines: how far it is, who is down, who comes next."""
    known = services.rounds.stops(one.id)
    broad = calling.wide(one, services)
    now = stops.present(known)
    turns = stops.upcoming(known)
    past = sum(stop.called_at is not None for stop in known)
    over = one.state == "running" and one.ends <= services.clock.now()
    words = {
        "name": calling.title(one),
        "state": "时间到了" if over else ROUND_STATES[one.state],
        "where": one.place,
        "when": f"{calling.clock(one.begins, services)}-{calling.clock(one.ends, services)}",
        "count": str(past),
        "total": str(len(known)),
        "place": stops.titles(now, services, wide=broad),
        "since": "、".join(dict.fromkeys(calling.clock(s.called_at, services) for s in now if s.called_at)),
        "next": stops.titles(turns[0], services, wide=broad) if turns else "",
        "time": calling.clock(one.next_at, services)
        if turns and one.next_at and one.state == "running"
        else "",
    }
    lines = [services.replies("round_stands", **words)]
    if now:
        lines.append(services.replies("round_stands_now", **words))
    if turns:
        lines.append(
            services.replies("round_stands_next" if words["time"] else "round_stands_later", **words)
        )
    if skipped := [stop for stop in known if stop.state == "skipped"]:
        place = stops.gathered(skipped, known, services, wide=broad)
        lines.append(services.replies("round_stands_skipped", place=place))
    if back := stops.recalled(known):
        place = stops.gathered(back, known, services, wide=broad)
        lines.append(
            services.replies("round_recalled_left", place=place, word=calling.words_for(back, one, services))
        )
    if dropped := [stop for stop in known if stop.state == "dropped"]:
        place = stops.gathered(dropped, known, services, wide=broad)
        lines.append(services.replies("round_stands_dropped", place=place))
    return "\n".join(lines)

"""「到几号楼了」 「我们单元什么时候做」 by residents while a round runs over their branch: answered from the round."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.coverage import stops_of
from bot.model.handling import Outcome, Request
from bot.model.household import Household
from bot.model.services import Services
from bot.model.testing import Round, Stop
from bot.model.tree import Node
from bot.model.understanding import Understanding
from handlers.authority import may
from handlers.speaking import to_sender
from handlers.testing import calling, pacing, preview, stops
from handlers.testing.coverage import node_of

AGAIN = timedelta(minutes=3)
"""A group is answered once in so long, as long as nothing happens: whoever asks meanwhile has it above."""

SOON = timedelta(hours=12)
"""A round that begins no later than this is the one asked about."""

LONGEST = 30
"""Characters; longer messages say something else."""

STEP = 5
"""Minutes to which a time is rounded up: nobody knows it better."""

_WHEN = r"(?:什么时候|啥时候|啥时|何时|几点|几时|多久|多长时间)"
_SWAB = r"(?:核酸|采样|检测)"
_US = rf"(?:我们|咱们?|我家|单元|号楼|栋|{_SWAB})"
_ASKS = re.compile(
    r"到了?第?(?:哪|几)一?个?(?:栋|号楼|号|幢|座|单元|楼)"
    rf"|(?:叫|喊|做|测|采|轮|排|{_SWAB})(?:号|{_SWAB})?到了?(?:哪|几)"
    rf"|{_WHEN}.{{0,4}}(?:轮到|叫到?|排到|到)(?:我们|咱|我家|\d|.{{0,6}}(?:楼|单元|栋))"
    rf"|{_US}.{{0,6}}{_WHEN}.{{0,3}}(?:轮到|到|叫|下楼|下去|做|测|采){_SWAB}?[了呀啊呢吗嘛哇?？。!！~]*$"
    rf"|{_WHEN}.{{0,3}}(?:下楼|下去|叫我们|叫咱).{{0,4}}$"
    r"|(?:轮|叫|排)?到(?:我们|咱们?|我家|\d{1,3}(?:号楼|栋|单元|-\d)\S{0,4})了?(?:吗|没|么)"
    r"|(?:可以|能)(?:下楼|下去|下来)了?(?:吗|没|么|不)"
    r"|前面还有(?:几|多少)"
    r"|^(?:核酸|采样)?[请问大概\s]*(?:还|得|要)+等?(?:多久|多长时间|几分钟)[了呀啊呢才能到?？。\s]*$"
    rf"|{_SWAB}.{{0,4}}{_WHEN}(?:开始|做|测|采)?[呀啊呢?？。\s]*$|{_WHEN}(?:开始)?(?:做|测)?{_SWAB}[呀啊呢?？。\s]*$"
)
_OTHER = re.compile(
    r"菜|药|快递|外卖|包裹|水|电|气|垃圾|结果|报告|阳|确诊|解封|解除|封|物资|发|送|修|疫苗|结束|团|抗原|体温|隔离|码|上门"
    r"|明|后天|昨|今晚|晚上|下午|在哪|哪里做"
)
"""What else people wait for, and other rounds than this."""
_OF_IT = re.compile(rf"{_SWAB}|单元|楼|栋|轮到|叫号|叫到")
"""Words that leave no doubt; without them whoever waits for a ticket asks after that."""
_WHICH = re.compile(r"(?:哪|几)一?个?(?:栋|号|幢|座|单元|楼)")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question is about."""

    round: Round
    known: tuple[Stop, ...]
    mine: tuple[Stop, ...]
    """The calls of whoever asks; empty when it is not known where they live."""
    left_out: str = ""
    """The building they ask about, for people, when the round leaves it out."""


def heard(request: Request, understanding: Understanding, services: Services) -> Outcome | None:
    """Where the round is, and when it is their turn as far as that is known; None when it is no such question, or nothing
    runs there. A group is answered once in a few minutes, then with silence."""
    if not _asks(request, understanding, services):
        return None
    asked = _about(request, understanding, services)
    text = _answer(asked, request, services) if asked else ""
    if asked is None or not text:
        return None
    at, past = request.message.at, sum((stop.calls > 0) + (stop.state == "done") for stop in asked.known)
    name = f"round:{asked.round.id}:asked:{request.message.room_id}:{asked.round.state}:{past}"
    last = services.rung.last(name)
    if not request.message.private:
        if last is not None and at - last < AGAIN and not request.addressed:
            return Outcome(f"round:asked:{asked.round.id}")
        services.rung.mark(name, at, at)
    return Outcome(
        f"round:asked:{asked.round.id}", (to_sender(request, calling.drill(asked.round, services) + text),)
    )


def _asks(request: Request, understanding: Understanding, services: Services) -> bool:
    text, place = request.text.strip(), request.place
    if len(text) > LONGEST or not _ASKS.search(text) or _OTHER.search(text):
        return False
    if understanding.intent.startswith("help.") or (place is not None and place.kind != "residents"):
        return False
    if (
        place is not None
        and not request.addressed
        and may(request.person, "worker", place.node, services.groups)
    ):
        return False
    return bool(_OF_IT.search(text)) or not services.tickets.of_requester(request.person.id)


def _about(request: Request, understanding: Understanding, services: Services) -> _Asked | None:
    """The one round that can be meant; None for none, and for several."""
    at, home = request.message.at, services.roster.household_of(request.person.id)
    node = request.place.node if request.place else node_of(home, services) if home else None
    slots = understanding.slots
    building = "" if _WHICH.search(request.text) else slots.building or ""
    unit = slots.unit or "" if building or not _WHICH.search(request.text) else ""
    if node is None and not building:
        return None
    found = []
    for one in services.rounds.current():
        if one.state == "planned" and one.begins - at > SOON:
            continue
        known = tuple(services.rounds.stops(one.id))
        mine = _mine(known, node, home, building, unit, services)
        branch = services.groups.find(one.node)
        around = node is not None and branch is not None and services.groups.within(branch, node)
        left_out = "" if mine or branch is None else _left_out(branch, node, building, services)
        if mine or left_out or (around and not building):
            found.append(_Asked(one, known, tuple(mine), left_out))
    return found[0] if len(found) == 1 else None


def _left_out(branch: Node, node: Node | None, building: str, services: Services) -> str:
    """The building asked about, or else the group's, for people, when it lies in the round's branch; the round has no call
    for it."""
    groups = services.groups
    said = building or (node.building if node else "")
    if not said or node is None or not groups.within(node, branch):
        return ""
    nodes = [one for one in groups.matching(said, None, branch) if groups.within(one, branch)]
    return groups.title(nodes[0]) if len(nodes) == 1 else ""


def _mine(
    known: Sequence[Stop],
    node: Node | None,
    home: Household | None,
    building: str,
    unit: str,
    services: Services,
) -> list[Stop]:
    """The calls that concern them: of the building they name, else of the group's, else of where they live."""
    groups = services.groups
    compound = groups.compound(node) if node else None
    inside = [stop for stop in known if compound is None or stop.compound == compound.name]
    if not building and node is not None and node.building:
        building, unit = node.building, unit or node.unit or ""
    elif building and node is not None and building == node.building:
        unit = unit or node.unit or ""
    if building:
        those = [stop for stop in inside if stop.building == building and unit in ("", stop.unit)]
        if len({stop.compound for stop in those}) > 1:
            return []
        own = stops_of(home, those) if home else []
        return own or those
    return stops_of(home, inside) if home else []


def _answer(asked: _Asked, request: Request, services: Services) -> str:
    """One or two sentences; empty where nothing certain can be said."""
    one, at = asked.round, request.message.at
    words = {
        "name": f"{one.scope}{one.name}",
        "where": one.place,
        "ends": _clock(one.ends, services),
        "now": stops.titles(stops.latest(asked.known), services, wide=calling.wide(one, services)),
        "when": preview.when(one, at, services),
    }
    left = [stop for stop in asked.mine if stop.state in ("waiting", "skipped", "recalled")]
    if asked.mine and all(stop.state == "dropped" for stop in asked.mine):
        place = stops.gathered(asked.mine, asked.known, services)
        return services.replies("round_asked_off", place=place)
    if asked.mine and not left:
        return _called(asked.mine, words, services)
    if asked.left_out:
        return services.replies("round_asked_left_out", **words | {"place": asked.left_out})
    words["place"] = stops.titles(_first_turn(left), services)
    if one.state == "planned":
        return services.replies("round_asked_planned", **words)
    if one.state == "paused":
        return services.replies("round_asked_paused", **words)
    if at >= one.ends:
        return services.replies("round_asked_over", **words)
    turns = stops.upcoming(asked.known)
    if left and left[0].state == "recalled":
        return services.replies("round_recall", place=words["place"], drill="")
    if not left:
        waiting = [stop for turn in turns for stop in turn]
        return services.replies(
            "round_asked_now" if waiting else "round_asked_all", count=_many(waiting), **words
        )
    if left[0].state == "skipped":
        return services.replies("round_asked_later", **words)
    before = turns[: next(n for n, turn in enumerate(turns) if left[0] in turn)]
    ahead = [stop for turn in before for stop in turn]
    words |= {"count": _many(ahead), "time": _about_when(one, asked.known, before, at, services)}
    return services.replies("round_asked_ahead" if ahead else "round_asked_next", **words)


def _called(mine: Sequence[Stop], words: dict[str, str], services: Services) -> str:
    """They were called, and may still be, or are through; nothing of those that are not called at all."""
    here = [stop for stop in mine if stop.state == "called"]
    through = [stop for stop in mine if stop.state == "done"]
    if not here and not through:
        return ""
    place = stops.titles(here or through, services)
    return services.replies(
        "round_asked_called" if here else "round_asked_through", **words | {"place": place}
    )


def _first_turn(left: Sequence[Stop]) -> list[Stop]:
    return [stop for stop in left if stop.turn == left[0].turn]


def _many(some: Sequence[Stop]) -> str:
    return f"{len(some)} {'个单元' if all(stop.unit for stop in some) else '批'}"


def _about_when(
    one: Round, known: Sequence[Stop], before: Sequence[Sequence[Stop]], at: datetime, services: Services
) -> str:
    """大约 7:40，; empty where it would be after the hours."""
    pace = pacing.speed(one, known, calling.the_line(one, known, at, services))
    moment = max(one.next_at or at, at) + sum((pacing.takes(one, turn, pace) for turn in before), timedelta())
    moment += timedelta(minutes=-moment.minute % STEP)
    return f"大约 {_clock(moment, services)}，" if one.next_at and moment < one.ends else ""


def _clock(at: datetime, services: Services) -> str:
    return calling.clock(at, services).removeprefix("0")

"""/核酸 开始: what is said about a round is read in any order, what is missing is asked, the whole is shown, 「确认」 begins it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.handling import Dialogue, Outcome, Request
from bot.model.services import Services
from bot.model.testing import ROUND_STATES, Round, Stop
from bot.model.tree import Node
from handlers import nearly
from handlers.authority import may
from handlers.notices.targets import names_targets, read_targets
from handlers.speaking import to_sender
from handlers.testing import calling, marking, preview, site, stops
from handlers.testing.ending import end_now
from handlers.testing.hours import Hours, read_hours
from handlers.testing.preview import Draft
from intents.numbers import arabic

_DRILL = re.compile(r"[【\[(（]?演练[】\])）]?")
_BATCH = re.compile(r"每?一?批\s*(\d{1,3})\s*户|(\d{1,3})\s*户一?批")
_MINUTES = re.compile(r"每?一?批\s*(\d{1,3}(?:\.\d)?)\s*分钟?|(\d{1,3})\s*分钟?一?批")
_NAME = re.compile(r"第\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*[轮次]")
_WHERE = re.compile(r"(?:采样)?地点\s*[:：是在为]?\s*(\S+)")
_SITE = re.compile(r"门|口|场|亭|楼下|楼前|空地|室|院|库|棚|点|中心|旁|边|前|后|处|站|厅")
"""A word that may be a place, among those at work who talk all the time."""
_YES = re.compile(r"(?:确认|确定)(?:开始|无误|发)?[了吧]?[。.!！]*")
_RIGHT = re.compile(r"(?:是的?|是这样|没错|对[的了呀啊]?|对对对?)[。.!！~]*")
"""What people say to 「对的话请回「确认」」, and to others: answered with how to, never taken for it."""
_ANEW = re.compile(r"核酸\s*开始")
_NO = re.compile(r"取消|算了|不开始|不要了|先不|不做了|别开始")
_NOW = re.compile(r"(?:从?现在|马上|立即|立刻)(?:就?开始)?[-~—到至]?")
_A_WORD = 8
"""Characters; a longer message is not taken for a no."""


def start(request: Request, words: str, services: Services) -> Outcome:
    """/核酸 开始 …: shows what would begin, or asks for what is missing."""
    return _show(request, words, request.message.at, services)


def answer_round(request: Request, services: Services) -> Outcome | None:
    """「确认」 begins what was shown (or ends the round); 「取消」 does not; what was asked for is put together with what
    was said before."""
    assert request.dialogue is not None
    what, words, asked_at = request.dialogue.options
    text = request.text.strip()
    if len(text) <= _A_WORD and _NO.search(text):
        services.dialogues.end(request, "round")
        key = "round_goes_on" if what == "end" else "round_not_begun"
        return Outcome("round:no", (to_sender(request, services.replies(key)),))
    at = datetime.fromisoformat(asked_at)
    if what == "ask":
        return _completed(request, words, text, at, services)
    if not _YES.fullmatch(text):
        again = nearly.yes(text) or nearly.otherwise(text) or nearly.casual(text) or _RIGHT.fullmatch(text)
        key = "round_not_yet" if what == "confirm" else "round_not_ended"
        return Outcome("round:asked", (to_sender(request, services.replies(key)),)) if again else None
    services.dialogues.end(request, "round")
    if what == "end":
        return end_now(request, int(words), services)
    return _begin(request, _read(request, words, at, services), services)


def _completed(request: Request, words: str, text: str, at: datetime, services: Services) -> Outcome | None:
    """A plain answer is put together with what was said before. A command begins anew, and so does what names another
    branch: nobody is called down whom the latest words do not name. Words at the site are none of it."""
    if text[:1] in ("/", "／"):
        return None
    again = _ANEW.match(text)
    said = text[again.end() :].strip() if again else text.removeprefix("开始").strip()
    if again and said:
        return start(request, said, services)
    if site.is_word(text) or marking.read(marking.round_said(text)[1], "", ""):
        return None
    if not _adds(said, request, services):
        return None
    other = _branch(said, services)
    if other and (before := _branch(words, services)) and other != before:
        return start(request, said, services)
    return _show(request, f"{words} {said}", at, services)


def _branch(words: str, services: Services) -> list[str]:
    """The words that name branches."""
    left = _WHERE.sub(" ", unicodedata.normalize("NFKC", words))
    return sorted(word for word in re.split(r"[\s,，;；。]+", left) if names_targets(word, services.groups))


def _adds(said: str, request: Request, services: Services) -> bool:
    """True for words that can be what was asked for: a branch, hours, a place."""
    if not said or len(said) > 40:
        return False
    at = request.message.at
    return bool(
        read_hours(said, at, services.zone, until=True).ends
        or any(names_targets(word, services.groups) for word in said.split())
        or _WHERE.search(said)
        or (len(said) <= 12 and _SITE.search(said))
    )


def _show(request: Request, words: str, at: datetime, services: Services) -> Outcome:
    draft = _read(request, words, at, services)
    if draft.problem:
        return Outcome("round:problem", (to_sender(request, draft.problem),))
    asked = "ask" if draft.missing else "confirm"
    patience = timedelta(minutes=services.notice_settings.confirm_minutes)
    services.dialogues.begin(
        request.message.room_id,
        request.person.id,
        Dialogue("round", "", (asked, words, at.isoformat())),
        request.message.at + patience,
    )
    ask = services.replies("round_ask", list="、".join(draft.missing)) if draft.missing else ""
    text = ask or preview.shown(draft, request.message.at, patience, services)
    return Outcome(f"round:{asked}", (to_sender(request, text),))


def _read(request: Request, words: str, at: datetime, services: Services) -> Draft:
    """Everything a text says about a round, in any order; what is left over is the place."""
    settings = services.testing
    left, drill = _DRILL.subn(" ", unicodedata.normalize("NFKC", words))
    left, batch = _taken(_BATCH, left)
    left, minutes = _taken(_MINUTES, left)
    left, name = _taken(_NAME, left)
    left = re.sub(r"(?<=现在)\s*[-~—]+", "到", left)
    hours = read_hours(left, at, services.zone, until=True)
    if hours.begins is None and hours.ends is not None:  # 到9点, 现在开始到9点
        hours = Hours(at, hours.ends, _NOW.sub(" ", hours.rest))
    if read_hours(hours.rest, at, services.zone).begins is not None:
        return _refused(services.replies("round_two_hours"), at)
    left, where = _taken(_WHERE, hours.rest)
    near = request.place.node if request.place else None
    branch: list[str] = []
    rest: list[str] = []
    for word in re.split(r"[\s,，;；。]+", left):
        if word and word not in ("和", "与", "及"):
            (branch if names_targets(word, services.groups) else rest).append(word)
    targets = read_targets(" ".join(branch), near, services.groups) if branch else None
    if targets is not None and targets.problem:
        return _refused(targets.problem, at)
    own = near if near is not None and near.level != "community" else None
    nodes = targets.nodes if targets else (own,) if own else ()
    node = _above(nodes, services)
    site = re.sub(r"^(?:在|到|去)(?=\S{2})", "", where or " ".join(rest))
    missing = [
        ask
        for ask, there in (("哪个小区或哪栋楼", node), ("采样地点", site), ("几点到几点", hours.begins))
        if not there
    ]
    if node is not None and not may(request.person, "worker", node, services.groups):
        return _refused(services.replies("branch_refused", place=node.name), at)
    one = Round(
        0,
        node.name if node else "",
        f"第{arabic(name)}轮" if name else _next_name(node, services),
        site,
        hours.begins or at,
        hours.ends or at,
        "planned",
        max(int(batch or settings.batch), 1),
        max(float(minutes or settings.minutes), 0.5),
        request.message.at,
        request.person.id,
        request.person.name or request.message.sender,
        request.message.room_id,
        drill=bool(drill),
        scope=(targets.scope if targets else "") or (node.name if node else ""),
    )
    if missing or node is None:
        return Draft(one, (), 0, tuple(missing))
    found = stops.spots(nodes, targets.excluded if targets else (), services, at)
    compounds = [
        area.name for area in services.groups.below(services.groups.root) if area.level == "compound"
    ]
    ordered = stops.in_order(found, compounds, settings.order)
    planned = tuple(stops.plan(ordered, one.batch))
    return Draft(
        one, planned, _people(planned, services), (), _problem(one, planned, request.message.at, services)
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The text without what the pattern finds, and that."""
    found = pattern.search(text)
    if found is None:
        return text, ""
    return f"{text[: found.start()]} {text[found.end() :]}", next(part for part in found.groups() if part)


def _refused(problem: str, at: datetime) -> Draft:
    return Draft(Round(0, "", "", "", at, at, "planned", 1, 1, at), (), 0, (), problem)


def _above(nodes: Sequence[Node], services: Services) -> Node | None:
    """The nearest branch above all of these."""
    if not nodes:
        return None
    paths = [services.groups.path(node) for node in nodes]
    shared = [level[0] for level in zip(*paths, strict=False) if all(node == level[0] for node in level)]
    return shared[-1] if shared else services.groups.root


def _next_name(node: Node | None, services: Services) -> str:
    """第N轮 after the latest one of this branch."""
    known = [
        one
        for one in services.rounds.latest(50)
        if node is not None and one.node == node.name and not one.drill
    ]
    numbers = [int(found[1]) for one in known if (found := re.search(r"(\d+)", one.name))]
    return f"第{max(numbers, default=0) + 1}轮"


def _people(planned: Sequence[Stop], services: Services) -> int:
    """Persons behind the stops, where their number is known of most households; else 0."""
    branches = {(stop.compound, stop.building, stop.unit) for stop in planned}
    homes = [
        home
        for compound in {stop.compound for stop in planned}
        for home in services.roster.households(compound, "", "")
        if (home.compound, home.building, home.unit) in branches and stops.comes_down(home)
    ]
    known = [home.people for home in homes if home.people is not None]
    return sum(known) + len(homes) - len(known) if len(known) * 2 > len(homes) else 0


def _problem(one: Round, planned: Sequence[Stop], at: datetime, services: Services) -> str:
    """Why the round cannot begin: nobody to call, another one in the same place, hours that are over."""
    if not planned:
        return services.replies("round_empty", place=one.scope)
    if one.ends <= at:
        return services.replies("round_hours_over", ends=preview.when(one, at, services))
    mine = {(stop.compound, stop.building, stop.unit) for stop in planned}
    for other in services.rounds.current():
        theirs = {(stop.compound, stop.building, stop.unit) for stop in services.rounds.stops(other.id)}
        if mine & theirs:
            return services.replies(
                "round_already", name=calling.title(other), state=ROUND_STATES[other.state]
            )
    return ""


def _begin(request: Request, draft: Draft, services: Services) -> Outcome:
    """Write the round down, tell its residents, and call the first if it is time."""
    at = request.message.at
    problem = draft.problem or _problem(draft.round, draft.stops, at, services)
    if problem:
        return Outcome("round:problem", (to_sender(request, problem),))
    one = services.rounds.open(replace(draft.round, created_at=at), draft.stops)
    what = f"{calling.title(one)}：{preview.when(one, at, services)}，{one.place}，{len(draft.stops)} 次叫号"
    services.audit.write(request.by, "round", f"开始 {what}")
    plan = preview.announcement(one, draft.stops, at, services)
    told = calling.to_its_groups(one, draft.stops, plan, services)
    if one.begins > at:
        text = services.replies(
            "round_planned", name=calling.title(one), when=preview.when(one, at, services)
        )
        return Outcome(f"round:{one.id}", (to_sender(request, text), *told))
    begun = calling.begin(one, at, services)
    text = services.replies("round_begun", name=calling.title(one), list=calling.said(begun, services))
    return Outcome(f"round:{one.id}", (to_sender(request, text), *told, *begun.replies))

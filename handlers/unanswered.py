"""What neither staff nor the bot answered in a residents' group: noticed here, listed by /未回."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.model.audit import BOT
from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.services import Services
from bot.model.tree import Node
from bot.model.unanswered import Unanswered
from handlers.authority import may
from handlers.faq import closing
from handlers.speaking import private_enough, quoted, to_sender
from handlers.tickets.covered import branch, meant
from handlers.tickets.lists import age
from handlers.tickets.views import page_of

KEPT = timedelta(hours=24)
"""So long it stands on the list; then it is only counted."""

TO_THE_ROOM = timedelta(minutes=10)
"""What a worker says to nobody in particular answers the latest question, when that was asked no longer ago."""

THANKS = timedelta(hours=2)
"""So long 「谢谢」 and 「解决了」 of whoever asked close their own question."""

SETTLED = 20
"""Characters; 「知道了」 in a longer message says something else."""

LISTED = 10
"""So many are listed at most."""

SHOWN = 40
"""Characters of a question that the list shows."""

MANY = 10
"""When more than so many wait, the staff are told."""

ALIKE = 0.5
"""Share of pairs of characters in common from which on two questions are one."""

ASKING = frozenset({"question", "complaint", "human", "ticket.urge", "ticket.progress"})
"""Intents that want an answer, besides every kind of help."""

A_NAME = 2
"""Characters; a shorter name is not looked for at the head of what a worker says."""

_MENTION = re.compile("@([^@\n\u2005]{1,40})\u2005|@([^\\s@\u2005]+)")
_QUOTE = re.compile(r"^「([^：:」]{1,30})[：:]")
"""How WeChat writes an answer to a quoted message: 「王女士：……」 and a line below."""
_NOTICE = re.compile(r"@所有人|^(?:各位|【|居民朋友|通知|温馨提示|大家好|请大家)")
"""Said to all: it answers nobody's question."""
_LONE = re.compile(r"[/／]?(?:这是)?(?:为什么|为啥|咋回事)[\s?？!！。.呢啊呀]*")
"""A question that says nothing of what it asks: nobody can answer it from a list."""

_SETTLED = re.compile(r"(?:知道|明白|清楚|解决|问到|找到|搞定|懂)了|^好了")
_OF_THEM = re.compile(r"家?的|家里?|那边|说")
"""After a name, it speaks of that person and not to them."""
_TICKED = re.compile(r"已回|回了|已处理|处理了|答了|勾")
_CLEAR = re.compile(r"清空?|全部已回|都回了")


def heard(request: Request, outcome: Outcome, services: Services) -> None:
    """Look at a message of a residents' group after it was decided about: does it want an answer that nobody gave, or
    is it one? Costs nothing for chat."""
    place, understanding = request.place, request.understanding
    if understanding is None or (place is not None and place.at_work):
        return
    if outcome.label.startswith("handoff:") and understanding.intent == "question":
        _handed(request, services)
    if place is None:
        return
    if request.person.rank and may(request.person, "volunteer", place.node, services.groups):
        _answer_by(request, services)
    elif request.dialogue is not None:
        if outcome.label.startswith(("answer:", "pointed:")):  # one of those that were offered
            latest = services.unanswered.of(
                request.message.room_id, request.person.id, request.message.at - KEPT
            )[:1]
            services.unanswered.answered(latest, BOT, request.message.at)
    elif outcome.label == "suggest":
        _wait(request, place.node, services)  # until one of those offered is chosen
    elif outcome.label.startswith("held:"):
        _wait(request, place.node, services, "held")
    elif outcome.label.startswith("silent"):
        if understanding.intent in ASKING or understanding.intent.startswith("help."):
            _wait(request, place.node, services)
        elif understanding.intent == "thanks" or (
            len(request.text) <= SETTLED and _SETTLED.search(request.text)
        ):
            _tick_own(request, services, request.person.name, THANKS)
    elif outcome.label.startswith(("answer:", "pointed:", "covered:", "handoff:", "ticket:")):
        alike_only = not outcome.label.startswith(("handoff:", "ticket:"))
        _tick_own(request, services, BOT, KEPT, alike_only=alike_only)


def _wait(
    request: Request, node: Node, services: Services, how: Literal["silent", "held"] = "silent"
) -> None:
    message, understanding = request.message, request.understanding
    assert understanding is not None
    if "@" in request.text or _LONE.fullmatch(request.text):
        return  # said to somebody, or to what was said before
    earlier = services.unanswered.of(message.room_id, message.sender_id, message.at - KEPT)
    if any(alike(row.text, request.text) for row in earlier):
        return
    services.unanswered.add(
        Unanswered(
            0, message.at, message.room_id, message.room, node.name, message.sender_id, message.sender,
            understanding.intent, request.text, message.id, how,
        )
    )  # fmt: skip


def _handed(request: Request, services: Services) -> None:
    """A question for which the FAQ had nothing, so that a person has it now: a gap, though nobody waits here."""
    if request.person.rank or _LONE.fullmatch(request.text):
        return
    message = request.message
    node = request.place.node if request.place else services.groups.root
    services.unanswered.add(
        Unanswered(
            0, message.at, message.room_id, message.room, node.name, message.sender_id, message.sender,
            "question", request.text, message.id, "handed",
        )
    )  # fmt: skip


def _tick_own(
    request: Request, services: Services, by: str, within: timedelta, *, alike_only: bool = False
) -> None:
    message = request.message
    own = services.unanswered.of(message.room_id, message.sender_id, message.at - within)
    if alike_only:
        own = [row for row in own if alike(row.text, request.text)]
    services.unanswered.answered(own, by, message.at)


def _answer_by(request: Request, services: Services) -> None:
    """A worker spoke: to whom they @, quote or call by name, else to whoever asked last; a notice to all answers nobody."""
    message = request.message
    waiting = services.unanswered.in_room(message.room_id, message.at - KEPT)
    if not waiting:
        return
    said_to = {name.rstrip(":：,，") for names in _MENTION.findall(message.text) for name in names if name}
    if quote := _QUOTE.match(message.text):
        said_to.add(quote[1])
    if not said_to:
        said_to = {row.sender for row in waiting if _calls(message.text, row.sender)}
    if said_to:
        answered = [row for row in waiting if row.sender in said_to]
    elif _NOTICE.search(message.text):
        answered = []
    else:
        answered = [row for row in waiting[:1] if message.at - row.at <= TO_THE_ROOM]
    services.unanswered.answered(answered, request.person.name, message.at)
    closing.by_worker(request, answered, services)


def _calls(text: str, name: str) -> bool:
    """True for words that begin with the name of whoever they are said to: 「陈姐，要的」."""
    said = text.lstrip()
    return len(name) >= A_NAME and said.startswith(name) and not _OF_THEM.match(said, len(name))


def alike(one: str, other: str) -> bool:
    """True when two questions share most of their words."""
    pairs, others = ({text[n : n + 2] for n in range(len(text) - 1)} for text in (_words(one), _words(other)))
    shorter = min(len(pairs), len(others))
    return one == other or (shorter > 0 and len(pairs & others) >= ALIKE * shorter)


def _words(text: str) -> str:
    return re.sub(r"[\W_]+|请问|有没有人|吗|呢|啊|呀|吧", "", text)


def waiting(nodes: frozenset[str] | None, at: datetime, services: Services) -> list[Unanswered]:
    """What has waited too long in the groups of these branches, oldest first."""
    patience = timedelta(minutes=services.desk.unanswered_minutes)
    return services.unanswered.waiting(nodes, at - KEPT, at - patience)


def show(request: Request, services: Services) -> Outcome:
    """/未回: what nobody answered, with who, where and how long; /未回 已回 3 ticks it off, /未回 清 all of it."""
    assert request.command is not None
    if not private_enough(request):
        return Outcome("refused:未回")
    page, words = page_of(request.command.raw)
    at = request.message.at
    nodes = meant(request, services)
    found, many = waiting(nodes, at, services), closing.many_wait(at, nodes, services)
    if _TICKED.search(words) or re.search(r"\d", words) or _CLEAR.search(words):
        return Outcome("command:未回", (to_sender(request, _tick(words, found, request, services)),))
    listed = [_list(found, page, at)] if found else []
    text = "\n".join([*listed, *many]) or services.replies("unanswered_none")
    return Outcome("command:未回", (to_sender(request, text),))


def _list(found: Sequence[Unanswered], page: int, at: datetime) -> str:
    pages = (len(found) + LISTED - 1) // LISTED
    if page > pages:
        return f"一共 {pages} 页（{len(found)} 条）。"
    shown = found[(page - 1) * LISTED :][:LISTED]
    head = f"{len(found)} 条没人回" + (f"，第 {page}/{pages} 页：" if pages > 1 else "：")
    more = [f"往下看：/未回 {page + 1}页"] if page < pages else []
    return "\n".join([head, *lines(shown, at, LISTED), *more, f"回过了就打：/未回 已回 {shown[0].number}"])


def lines(found: Sequence[Unanswered], at: datetime, most: int) -> list[str]:
    """The first of them, a line each."""
    return [
        f"{row.number}. {row.sender}（{row.room}）{age(at - row.at)}：{quoted(row.text, SHOWN)}"
        for row in found[:most]
    ]


def _tick(words: str, found: Sequence[Unanswered], request: Request, services: Services) -> str:
    numbers = re.findall(r"\d+", words)
    if not numbers and not _CLEAR.search(words):
        return services.replies("unanswered_which")
    ticked = [row for row in found if row.number in numbers] if numbers else list(found)
    unknown = [number for number in numbers if number not in {row.number for row in ticked}]
    services.unanswered.answered(ticked, request.person.name, request.message.at)
    services.asked.serve_messages([row.message_id for row in ticked], request.message.at)
    if ticked:
        asked = "、".join(f"{row.number} {row.sender}" for row in ticked)
        services.audit.write(request.by, "unanswered", f"记为已回：{asked}"[:500])
    left = len(found) - len(ticked)
    said = [services.replies("unanswered_ticked", count=str(len(ticked)), total=str(left))] if ticked else []
    if unknown:
        said.append(services.replies("unanswered_unknown", number="、".join(unknown)))
    return "\n".join(said) or services.replies("unanswered_none")


def _staffed(services: Services) -> list[Node]:
    """Branches with a staff group of their own."""
    return [node for node in services.groups.below(services.groups.root) if node.staff_room]


def _name(node: Node) -> str:
    return f"unanswered:{node.name}"


def _due_for(node: Node, services: Services) -> datetime | None:
    """When one more than MANY will have waited too long, of those that the staff were not told of."""
    patience = timedelta(minutes=services.desk.unanswered_minutes)
    since = services.clock.now() - KEPT
    last = services.rung.last(_name(node))
    if last is not None:
        since = max(since, last - patience)
    asked = services.unanswered.nth(branch(node, services), since, MANY + 1)
    return asked + patience if asked else None


def _due(services: Services) -> datetime | None:
    moments = [due for node in _staffed(services) if (due := _due_for(node, services))]
    return min(moments, default=None)


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    replies = []
    for node in _staffed(services):
        due = _due_for(node, services)
        if due is None or due > at:
            continue
        services.rung.mark(_name(node), at, at)
        found = waiting(branch(node, services), at, services)
        text = services.replies("unanswered_many", count=str(len(found)), list="\n".join(lines(found, at, 3)))
        replies.append(Reply(text, "alert", "staff", node=node.name))
    return replies


RING = Ring("unanswered", _due, _ring)
"""Tells the staff once when many wait, and again only when as many more do."""

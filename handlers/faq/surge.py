"""A surge: many people ask the same, and nobody has the answer. One holding line a group, everybody is kept, and those who
edit data/ hear of it once, and again when twice as many ask."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.model.asked import Surge
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from handlers.faq.asking import among_residents, askers, note, rooms
from handlers.masking import without_doors
from handlers.speaking import to_sender

PROMISED = timedelta(days=3)
"""So long those who were told to wait are kept; a surge lasts as long."""

SAME = 0.7
"""Share of the shorter question's characters that stand in the other, from which on both ask for one thing."""

LONGER = 0.5
"""The same of the longer question."""

LATELY = 400
"""So many of the latest questions are compared with a new one at most: 2 ms."""

COMPARED = 12
"""So many wordings of a surge are compared with a new question."""

SHOWN = 3
"""So many wordings are shown to those who edit data/."""

QUOTED = 20
"""Characters; a longer question is not repeated before a group."""

STOPS = "？?。！! "
"""What is left off at the ends of a question that is repeated."""

_ASKING = frozenset(
    "什么怎吗能是要会有哪几多少可以如何得了到去在做这那里个一点时候久为原因间呢吧啊呀嘛没不的我你您咱们现还请问让给用今天到底听说大家谁知道啥咋求告诉想"
)
"""Characters that say what is wanted of a thing, not which thing."""

_GENERAL = frozenset("开关门店楼号小区社院群路晚早日月年")
"""Characters that many different questions of a community share: they count half."""

_OF_SOMEBODY = re.compile(
    r"\d|[零一二三四五六七八九]{2}|先生|女士|阿姨|大[爷妈叔姐哥]|叔|婶|奶奶|爷爷|(?<!其)他|她|@|(?<!大)家"
    r"|[老小](?:王|李|张|刘|陈|杨|赵|黄|周|吴|徐|孙|胡|朱|高|林|何|郭|马|罗|梁|宋|郑|谢|韩|唐|冯|于|董|程|曹|袁|许|傅|沈|曾|彭|吕|苏|卢|蒋|蔡|贾|丁|魏|薛|叶|阎|余|潘|杜|戴|夏|钟|汪|田|姜|范|方|石|姚)"
)
"""Whoever is spoken of so is not spoken of by the bot before twenty groups."""


def joined(request: Request, services: Services) -> Outcome | None:
    """One more who asks what many ask: kept. Their group reads the holding line if it did not yet; whoever speaks to the
    bot gets a short one."""
    if not among_residents(request):
        return None
    message = request.message
    for surge in services.asked.surges(message.at - PROMISED):
        if surge.entry:
            continue
        if not any(map(alike(request.text), services.asked.surge_wordings(surge.id, COMPARED))):
            continue
        note(request, services, "held", surge=surge.id)
        held = _hold(surge, {message.room_id: ()}, message.at, services)
        if not held and request.addressed:
            held = [to_sender(request, services.replies("faq_held"))]
        return Outcome(f"held:{surge.id}", (*held, *_tell(surge, message.at, services)))
    return None


def unanswered(request: Request, outcome: Outcome, services: Services) -> Outcome:
    """A question was met with silence or handed to a person: write it down, and see whether many ask it."""
    message = request.message
    if outcome.label.startswith("handoff"):
        note(request, services, "handed")
    elif outcome.label == "silent" and not request.addressed:
        note(request, services, "silent")
    else:
        return outcome
    if not among_residents(request):
        return outcome
    since = message.at - timedelta(minutes=services.faq_settings.surge_minutes)
    lately = services.asked.waiting(since, "silent", "limited", "handed", entry="", most=LATELY)
    like = alike(request.text)
    same = [row for row in lately if row.room_id and not row.surge and like(row.text)]
    if askers(same) < services.faq_settings.surge_askers:
        return outcome
    surge = services.asked.open_surge(message.at, "", 0)
    services.asked.hold(same, surge.id)
    services.unanswered.hold([row.message_id for row in same], since)
    surge = services.asked.surge(surge.id) or surge
    held = _hold(surge, rooms(same), message.at, services)
    return Outcome(
        outcome.label if outcome.replies else f"held:{surge.id}",
        (*outcome.replies, *held, *_tell(surge, message.at, services)),
    )


def swell(entry: str, at: datetime, services: Services) -> list[Reply]:
    """Many ask for an entry that has expired: their groups know; those who edit data/ hear of it, and again when twice as
    many ask."""
    waiting = services.asked.waiting(at - PROMISED, "expired", entry=entry)
    surge = next((one for one in services.asked.surges(at - PROMISED) if one.entry == entry), None)
    if surge is None:
        since = at - timedelta(minutes=services.faq_settings.surge_minutes)
        if askers(row for row in waiting if row.at >= since) < services.faq_settings.surge_askers:
            return []
        surge = services.asked.open_surge(at, entry, 0)
    services.asked.hold([row for row in waiting if not row.surge], surge.id)
    return _tell(services.asked.surge(surge.id) or surge, at, services)


def same_question(one: str, other: str) -> bool:
    """True when two questions are about one thing: what is left without the words of asking is much the same."""
    return alike(one)(other)


def alike(one: str) -> Callable[[str], bool]:
    """Tells of other questions whether they are about the same thing as this one."""
    mine = frozenset(one) - _ASKING
    mine = frozenset(char for char in mine if char.isalnum())
    weight = _weight(mine)

    def like(other: str) -> bool:
        shared = mine.intersection(other)
        common = _weight(shared)
        if common < LONGER * weight:
            return False
        others = _weight(char for char in frozenset(other) - _ASKING if char.isalnum())
        shorter, longer = sorted((weight, others))
        if shorter <= 1:
            return one == other
        return common >= SAME * shorter and common >= LONGER * longer

    return like


def _weight(chars: Iterable[str]) -> float:
    return sum([0.5 if char in _GENERAL else 1.0 for char in chars])


def _hold(surge: Surge, where: Iterable[str], at: datetime, services: Services) -> list[Reply]:
    """The holding line for each of these groups that did not read it."""
    topic = f"surge:{surge.id}"
    new = [room_id for room_id in where if not services.asked.said(topic, room_id, surge.at)]
    if not new:
        return []
    question = next(iter(services.asked.surge_wordings(surge.id, 1)), "")
    text = services.replies("faq_surge_unnamed")
    if repeatable(question, services):
        text = services.replies("faq_surge", question=question.strip(STOPS))
    return [Reply(text, "reply", "room", to=room_id, topic=topic) for room_id in new]


def repeatable(question: str, services: Services) -> bool:
    """True for words of a resident that may be repeated before every group: short, and of nobody in particular."""
    if not question or len(question) > QUOTED or _OF_SOMEBODY.search(question):
        return False
    return services.guarded(question) == question == without_doors(question, "")


def _tell(surge: Surge, at: datetime, services: Services) -> list[Reply]:
    """Those who edit data/: how many ask, where, what, and how to answer; when so many ask as never before twice."""
    count = services.asked.surge_askers(surge.id)
    if surge.told and count < 2 * surge.told:
        return []
    services.asked.tell_surge(surge.id, count)
    rows = services.asked.of_surge(surge.id)
    places = rooms(rows)
    lines = [f"「{text}」" for text in services.asked.surge_wordings(surge.id, SHOWN)]
    names = list(dict.fromkeys(row.room for row in rows if row.room))
    more = "……" if len(names) > SHOWN else ""
    lines.append(f"在 {len(places)} 个群：{'、'.join(names[:SHOWN])}{more}" if names else "在私聊里")
    key = "faq_surge_expired" if surge.entry else "faq_surge_alert"
    entry = services.faq.get(surge.entry) if surge.entry else None
    words = {
        "count": str(count),
        "list": "\n".join(lines),
        "number": str(surge.id),
        "title": entry.title if entry else "",
        "id": surge.entry,
    }
    return [Reply(services.replies(key, **words), "alert", "admins", topic=f"surge:{surge.id}")]

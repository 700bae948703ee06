"""Votes: 「没用」, 「有用」 or a thumb after an answer counts; whoever says 没用 is seen to by a person: in private with a ticket,
in a group, where many may say so of one answer, on the list of those who wait (/未回)."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.model.asked import Asked
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from bot.model.unanswered import Unanswered
from handlers.faq.asking import among_residents
from handlers.people import hand_over
from handlers.speaking import to_sender
from intents.normalise import split_quote

AFTER = timedelta(minutes=30)
"""So long after an answer a word about it counts."""

QUOTED = timedelta(hours=24)
"""The same of a quoted answer."""

LONGEST = 20
"""Characters; a longer message says more than whether it was of use."""

_MENTIONS = re.compile(r"^(?:@[^\s\u2005]+[\s\u2005]+)+")
_TAIL = r"(?:[了啊呀哦噢嘛的吧哈呢~～!！。.,，\s]|谢谢[你您]?|多谢|辛苦了|👍|👎|\[强\]|\[弱\])*"
_HEAD = r"(?:谢谢[你您]?|多谢|感谢|这个?|这条|你?说了?|回答|答案|真的?|还是|根本|完全|一点都?|都|很|挺|太|非常|还?算|[,，。\s!！])*"
_USEFUL = re.compile(
    rf"{_HEAD}(?:有用|管用|有帮助|帮到我?|帮上忙?|答得好|说得清楚){_TAIL}|(?:👍[🏻-🏿]?|\[强\]|\[赞\])+"
)
_USELESS = re.compile(
    rf"{_HEAD}(?:没(?:啥|什么|有)?用|没帮[到上]忙?|没(?:啥|什么|有)?帮助|不管用|不是问这个|问的不是这个|答非所问|等于没说){_TAIL}|(?:👎[🏻-🏿]?|\[弱\])+"
)


def heard(request: Request, services: Services) -> Outcome | None:
    """Count what is said about the answer the person just got, or about the one they quote; anything else is not ours."""
    quote, said = split_quote(request.text)
    said = said.strip()
    if not said or len(said) > LONGEST:
        return None
    useless = _USELESS.fullmatch(said) is not None
    if not useless and not _USEFUL.fullmatch(said):
        return None
    row = _meant(quote, request, services)
    if row is None:
        return None
    changed = services.votes.cast(row, request.person.id, not useless, request.message.at)
    if not useless or not changed:
        if not useless:
            _take_off(row, request, services)
        return Outcome(f"vote:{row.entry}")
    if not among_residents(request):
        handed = hand_over(replace(request, text=row.text or said), services)
        return replace(handed, label=f"vote:{row.entry}")
    _list(row, request, services)
    text = services.replies("faq_useless")
    return Outcome(f"vote:{row.entry}", (to_sender(request, text),))


def _meant(quote: str, request: Request, services: Services) -> Asked | None:
    """The question whose answer is meant; None where the last word to this person was about a ticket."""
    message = request.message
    if quote:
        _, _, words = quote.partition("：")
        since = message.at - QUOTED
        return services.asked.quoted(
            _MENTIONS.sub("", words or quote), message.room_id, request.person.id, since
        )
    row = services.asked.latest(request.person.id, message.room_id, message.at - AFTER)
    if row is None and request.addressed and among_residents(request):  # 小巷 没用, of a neighbour's answer
        row = services.asked.latest_in(message.room_id, message.at - AFTER)
    if row is None or row.served_at is None:
        return None
    if services.asked.said_with_ticket(request.person.id, message.room_id, row.served_at):
        return None
    return row


def _take_off(row: Asked, request: Request, services: Services) -> None:
    """Whoever was helped after all no longer waits for a person."""
    message = request.message
    waiting = services.unanswered.of(message.room_id, request.person.id, message.at - QUOTED)
    services.unanswered.answered(
        [one for one in waiting if one.text == row.text], request.person.name, message.at
    )


def _list(row: Asked, request: Request, services: Services) -> None:
    """Their question waits for a person (/未回)."""
    message, place = request.message, request.place
    assert place is not None
    services.unanswered.add(
        Unanswered(
            0, message.at, message.room_id, message.room, place.node.name, message.sender_id, message.sender,
            "question", row.text or request.text, message.id,
        )
    )  # fmt: skip

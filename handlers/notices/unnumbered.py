"""/通知 取消, 暂停, 更正 … without a number: which notice is meant, when only one can be; else each as it is to be typed."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.model.handling import Request
from bot.model.notice import Notice, NoticeState
from bot.model.services import Services
from handlers.authority import may
from handlers.notices.reached import later_one
from handlers.notices.wording import first_words

LOOKED_AT = 200
"""So many of the latest notices are looked through."""

LATELY = timedelta(hours=24)
"""Those that ended within so long are offered."""

JUST_SENT = timedelta(hours=2)
"""A correction without a number may mean what was sent within so long."""

_OFFERED = 5
_STOPS = r"[\s。.!！]*"
_BARE = re.compile(
    rf"(取消|撤销|撤回|不发|暂停|停|继续|接着发|补发|重发|更正|改正|修改|改)(?:一下)?(?:通知|刚才那?条?|那条)?了?{_STOPS}"
)
_NEW_WORDS = re.compile(
    r"(?:更正|改正)(?:一下)?(?:通知|刚才(?:那?条)?(?:通知)?|那条(?:通知)?)?[\s:：,，]+(.+)", re.DOTALL
)
_MEANS = {
    "停": "暂停", "撤销": "取消", "撤回": "取消", "不发": "取消", "接着发": "继续", "重发": "补发",
    "改正": "更正", "修改": "更正", "改": "更正",
}  # fmt: skip
_FITS: dict[str, tuple[NoticeState, ...]] = {
    "暂停": ("sending",),
    "继续": ("paused",),
    "补发": ("done",),
    "更正": ("sending", "waiting", "paused", "done"),
    "取消": ("sending", "waiting", "paused"),
}
"""Word -> states of the notices it can be about."""


def bare_word(typed: str) -> str:
    """取消, 暂停, 继续, 补发 or 更正 when nothing but such a word was typed; else empty."""
    found = _BARE.fullmatch(typed)
    return _MEANS.get(found[1], found[1]) if found else ""


def new_words(typed: str) -> str:
    """The new words of 「更正 明天下午3点开始发菜」; else empty."""
    found = _NEW_WORDS.fullmatch(typed)
    return found[1].strip() if found else ""


def stopped_by(word: str, request: Request, services: Services) -> Notice | None:
    """The one notice that is being sent, or rests, which 取消 or 暂停 can be about: stopping what may be wrong is safe. None
    when there are several, or when it has not begun."""
    fitting = could_mean(word, request, services) if word in ("取消", "暂停") else []
    return fitting[0] if len(fitting) == 1 and fitting[0].state != "waiting" else None


def corrected_by(request: Request, services: Services) -> Notice | None:
    """The one notice that is being sent or was sent just now; None when there are several or none."""
    since = request.message.at - JUST_SENT
    states: tuple[NoticeState, ...] = ("sending", "paused", "done", "cancelled")
    recent = [
        one
        for one in _theirs(states, request, services)
        if one.begun_at is not None
        and (one.state in ("sending", "paused") or one.begun_at >= since)
        and later_one(one, services) is None
    ]
    return recent[0] if len(recent) == 1 else None


def could_mean(word: str, request: Request, services: Services) -> list[Notice]:
    """The notices that the word can be about, latest first."""
    at = request.message.at
    return [
        one
        for one in _theirs(_FITS[word], request, services)
        if one.ended_at is None or at - one.ended_at <= LATELY
    ]


def _theirs(states: Sequence[NoticeState], request: Request, services: Services) -> list[Notice]:
    return [
        one
        for one in services.notices.latest(LOOKED_AT)
        if one.state in states
        and (node := services.groups.find(one.node)) is not None
        and may(request.person, "worker", node, services.groups)
    ]


def which(word: str, request: Request, services: Services) -> str:
    """The question back, with the notices that the word can be about; none is guessed."""
    fitting = could_mean(word, request, services)
    if not fitting:
        return services.replies("notice_none_such", word=word)
    new = " 新的话" if word == "更正" else ""
    lines = [f"{one.scope} {first_words(one)}：/通知 {word} {one.id}{new}" for one in fitting[:_OFFERED]]
    return services.replies("notice_which", word=word, list="\n".join(lines))

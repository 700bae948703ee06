"""「刚才那条发错了」, 「撤回刚才那条」: what can still be done about the notice that somebody has just sent."""

import re
from datetime import timedelta

from bot.model.handling import Outcome, Request
from bot.model.notice import Notice
from bot.model.services import Services
from handlers.authority import may
from handlers.notices import managing
from handlers.notices.listing import progress_words
from handlers.notices.previewing import moment
from handlers.notices.reached import later_one
from handlers.notices.wording import first_words
from handlers.speaking import to_sender

SOON = timedelta(minutes=30)
"""So long after a notice 刚才 means it."""

LONGEST = 40
"""Characters; who writes more has something else to say."""

_THAT_ONE = r"(?:刚才|刚刚|刚|上一?[条个]|前面|上面)(?:发的?|说的?)?的?(?:那|这)?[条个]?(?:通知|消息)?"
_WRONG = r"(?:发错|写错|打错|弄错|搞错|错了|不对|有误|撤回|撤了|撤掉|取消|作废|更正|改)"
_UNDO = r"(?:撤回|撤销|取消|更正|修改|改一?下|改)"
_SAID = re.compile(
    rf"(?:(?:哎呀?|坏了|不好|等等|等一?下|小巷)[，,。！!\s]*)?(?:把)?"
    rf"(?:{_THAT_ONE}[，,\s]*{_WRONG}.*|{_THAT_ONE}[，,\s]*(?:马上|现在|立刻|先|晚点).{{0,4}}发.*|改成?(?:重要|紧急)的?|{_UNDO}(?:一下)?\s*(?:{_THAT_ONE}|那[条个](?:通知)?).*|(?:通知)?发错群?了.{{0,10}}|撤回)",
    re.DOTALL,
)


_STOP = re.compile(
    r"(?:(?:哎呀?|坏了|不好|等等|等一?下|小巷)[，,。！!\s]*)?"
    r"(?:(?:快点?|赶紧|赶快|马上|立刻|先)+停(?:下来?|一下|住|掉|发)?|停(?:下来?|一下|止)?发(?:送|通知)?"
    r"|(?:先|快|赶紧|都)?(?:别|不要)(?:再|往外|继续)?发)(?:通知|那条|这条)?(?:了|吧|啊|呀)*[\s。.!！~～]*"
)


_ANSWER = re.compile(r"(?:确认|确定|不发|发吧|好的?发吧)(?:通知)?\s*\d*[\s。.!！~～]*")


def nothing_waits(said: str, request: Request, services: Services) -> Outcome | None:
    """「确认」 in private when nothing waits for it (it was said before, or too late): told so, never a plea."""
    if not request.message.private or not _ANSWER.fullmatch(said.strip()):
        return None
    return Outcome("notice:none", (to_sender(request, services.replies("notice_nothing_waits")),))


def meant(words: str) -> bool:
    """True for words that take back, or want changed, what was sent last."""
    return len(words) <= LONGEST and _SAID.fullmatch(words) is not None


def heard(said: str, request: Request, services: Services) -> Outcome | None:
    """What to do about one's own latest notice, when it is said among those at work that it was wrong; None when
    there is none of the last half hour, for then something else is meant. 「快停下」 stops at once."""
    if _STOP.fullmatch(said.strip()):
        return _stop(request, services)
    if not meant(said.strip()) or not may(request.person, "worker", None, services.groups):
        return None
    notice = _latest(request, services)
    if notice is None:
        return None
    at = request.message.at
    key = {
        "waiting": "notice_wrong_waiting",
        "sending": "notice_wrong_sending",
        "paused": "notice_wrong_sending",
    }
    counted = progress_words(notice, services)
    text = services.replies(
        key.get(notice.state, "notice_wrong_sent"),
        number=notice.number,
        id=str(notice.id),
        text=first_words(notice),
        when=moment(notice.begin_at or notice.planned_at, at, services),
        **counted,
    )
    return Outcome(f"notice:wrong:{notice.id}", (to_sender(request, text),))


def _stop(request: Request, services: Services) -> Outcome | None:
    """Pause the person's own notices that are being sent; a secretary's word stops those of others, too. None when nothing
    is being sent: something else is to stop."""
    sending = services.notices.in_state("sending")
    own = [one for one in sending if one.by_id == request.person.id]
    found = own or [
        one
        for one in sending
        if (node := services.groups.find(one.node))
        and may(request.person, "secretary", node, services.groups)
    ]
    if not found:
        return None
    replies = [reply for one in found for reply in managing.pause(one, "", request, services).replies]
    return Outcome(f"notice:paused:{found[0].id}", tuple(replies))


def _latest(request: Request, services: Services) -> Notice | None:
    """The person's own latest notice that was confirmed and is not called off or replaced."""
    at = request.message.at
    for one in services.notices.latest(50):
        own = one.by_id == request.person.id
        since = max(one.begun_at or one.created_at, one.created_at)
        known = one.state in ("waiting", "sending", "paused", "done")
        if own and known and at - since <= SOON and later_one(one, services) is None:
            return one
    return None

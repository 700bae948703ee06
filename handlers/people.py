"""human: whoever asks for a person, or asks us what nobody taught us, is handed to the staff on duty."""

import re
from dataclasses import replace

from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers import privacy
from handlers.speaking import discreetly, duty_phone, to_sender
from handlers.tickets.own_tickets import asks_after_own
from handlers.tickets.pleas import add, alert, open_ticket, same_plea
from handlers.tickets.received import elsewhere

_CALL = re.compile(
    r"(?:在吗|在不在|在么|[你您]好|大家好?|早(?:上好|安)?|(?:上午|中午|下午|晚上)好|喂|嗨|哈喽|hi|hello|有人吗|测试|试试|试一下"
    r"|[\s,，。.!！?？~～啊呀吗])*",
    re.IGNORECASE,
)
"""What only calls us."""

_NOD = re.compile(
    r"(?:好|行|嗯|哦|噢|喔|哈|是|对|ok|收到|知道|明白|谢|可以|没事|不客气|[的了吧呀啊嘞哒滴呢你您\s,，。.!！~～]"
    r"|\[[^\]]{1,6}\]|[^\w\s])+",
    re.IGNORECASE,
)
"""What only nods: nothing to answer, nobody to fetch."""


_ILLNESS = re.compile(
    r"发[烧热]|[高低]烧|烧到|咳|阳[性了]|感染|确诊|症状|[生得犯]病|病[情人了]|看病|抑郁|焦虑|失眠|想不开|难受|"
    r"怀孕|流产|癌|艾滋|肝炎|精神"
)
"""Words of the body and the mind: whoever speaks of them is answered in private."""


_OF_NEIGHBOURS = re.compile(r"谁|有没有|哪[里儿家]|你们?|您")
"""Said among neighbours, it asks them and not after what was asked of us."""

_MINE = r"(?:我|俺|本人)的?(?:个人)?(?:信息|资料|数据|隐私|聊天记录)"
_FORGET_ME = re.compile(rf"(?:删|抹|清|注销).{{0,6}}{_MINE}|{_MINE}.{{0,4}}(?:删|抹|清|注销)")
"""Whoever wants to be forgotten."""

_ABOUT_ME = re.compile(
    rf"^(?:查|看|查看|看看|想看|想查)?(?:一下)?{_MINE}(?:(?:都|里)?有?(?:啥|什么|哪些))?[吧呢。.!！?？]*$"
    r"|(?:记|存|留|收集)了(?:我|俺)(?:的)?(?:什么|哪些|多少|啥)"
)
"""Whoever wants to know what is kept about them."""


def hand_over(request: Request, services: Services) -> Outcome:
    """Open a ticket for the staff on duty, so that nobody's question is forgotten, and say so."""
    earlier = same_plea(request, services, "human")
    if earlier is not None:
        return add(earlier, request, services)
    ticket = open_ticket(request, services, "human", urgent=False)
    answer = services.replies("handoff", number=ticket.number, phone=duty_phone(request, services))
    if _ILLNESS.search(request.text):
        *public, told = discreetly(request, services, answer, ticket.number)
    else:
        public, told = [], to_sender(request, answer, ticket.number)
    return Outcome(
        f"handoff:{ticket.number}",
        (*public, replace(told, topic="handoff"), alert(ticket, request, services)),
    )


def chitchat(request: Request, services: Services) -> Outcome:
    """Silence among neighbours, unless what was done for them has not come, or they ask after what they wait for; whoever
    speaks to us is answered or handed over."""
    if outcome := elsewhere(request, services):
        return outcome
    if request.addressed:
        return not_understood(request, services)
    after_own = None if _OF_NEIGHBOURS.search(request.text) else asks_after_own(request, services)
    return after_own or Outcome("silent")


def not_understood(request: Request, services: Services) -> Outcome:
    """Somebody spoke to us and nothing was understood: a bare call is greeted, a nod left alone, the rest is for
    a person."""
    if _CALL.fullmatch(request.text):
        answer = services.replies("greeting", phone=duty_phone(request, services))
        return Outcome("greeting", (to_sender(request, answer),))
    if _NOD.fullmatch(request.text):
        return Outcome("silent")
    if _FORGET_ME.search(request.text):
        return privacy.forget_me(request, services)
    if _ABOUT_ME.search(request.text):
        return privacy.my_data(request, services)
    return asks_after_own(request, services) or hand_over(request, services)


def silent(request: Request, services: Services) -> Outcome:
    """Heard, and nothing to do."""
    return Outcome("silent")

"""/为什么: why the bot said something. Asked by quoting it, or of the last thing it said here."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.model.audit import BOT
from bot.model.channel import BUNDLED
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.why import Reason, Spoken
from handlers.authority import may
from handlers.notices.listing import state_title
from handlers.speaking import private_enough, to_sender
from handlers.testing import stops
from intents.faq import NEAR, SURE
from intents.features import in_words, runs
from intents.normalise import split_quote

COMMAND = "为什么"

LOOKED_BACK = timedelta(days=30)
"""What was said before is not looked for."""

SAID_BEFORE = timedelta(days=1)
"""So far back it is told when the same was said here before."""

SLIGHT = 0.01
"""What is less likely is not worth a line."""

_ASKED = re.compile(r"([/／]?)\s*(?:这是)?(?:为什么|为啥|咋回事)[\s?？!！。.呢啊呀]*")
_BY_NAME = re.compile(r"^[^：:]{1,30}[：:]\s*")

_BY_BOT = re.compile(rf"{BOT}[：:]")
"""Before what is quoted of the bot, be it from another room."""

_RINGS = {
    "tickets": "工单到点没人接、没人办，提醒的",
    "lateness": "统计超时的",
    "handover": "到了交班的时候",
    "notices": "到了定好的发通知时间",
    "notice.progress": "通知发完了，报一下结果",
    "notice.lapsing": "通知过了有效期",
    "notice.correcting": "通知更正还没确认，催一下",
    "notice.receipts": "通知要回「收到」，报一下还差谁",
    "unanswered": "没人回的问话攒多了",
    "rounds": "叫号到点了",
    "testing.remind": "核酸快结束了，提醒还没测的",
    "pointing": "这个群刚答过，又有人问，凑在一起指给他们看",
    "faq-offers": "当时没答上的问话有答案了，问要不要回给他们",
    "faq-begun": "一条问答到了生效的日子，回给等着的人",
    "faq-expiring": "有问答过期了、快过期了，提醒管理员",
    "faq.gaps": "整理没答上的问话",
    "faq.lapsing": "问答改动没有及时确认",
    "data": "data/ 改了，告诉管理员",
    "temperature.prompt": "到了请居家隔离的各户报体温的时候",
    "temperature.missing": "报一下还有谁没报体温",
    "isolation.ending": "居家隔离到期",
    "forgetting": "到了抹去个人信息的时候",
}
"""Rings of the clock in people's words."""


def why(request: Request, services: Services) -> Outcome:
    """/为什么: of the last thing the bot said here, to anybody. Those at work ask one another 为什么 without the slash."""
    if not request.addressed and request.text[:1] not in "/／":
        return Outcome("silent:staff")
    return _answer(_last(request, services), request, services)


def pointed(request: Request, services: Services) -> Outcome | None:
    """为什么 to a quoted message: bare among those at work, with the slash in residents' groups, where it would be talk.
    None when it is something else."""
    quote, said = split_quote(request.text)
    asked = _ASKED.fullmatch(said.strip()) if quote else None
    if asked is None or not (asked[1] or private_enough(request)):
        return None
    node = request.place.node if request.place else None
    if not may(request.person, "volunteer", node, services.groups):
        return None
    spoken = _last(request, services, _BY_NAME.sub("", quote, count=1))
    if spoken is None and not asked[1]:
        if not _BY_BOT.match(quote):
            return None  # a colleague was quoted
        return Outcome(f"command:{COMMAND}", (to_sender(request, services.replies("why_none")),))
    return _answer(spoken, request, services)


def _last(request: Request, services: Services, beginning: str = "") -> Spoken | None:
    message = request.message
    since = message.at - LOOKED_BACK
    return services.whys.said(message.room_id, message.sender_id, beginning, since)


def _answer(spoken: Spoken | None, request: Request, services: Services) -> Outcome:
    message = request.message
    text = services.replies("why_none") if spoken is None else "\n".join(_lines(spoken, request, services))
    asked = Reason(command=COMMAND)
    if private_enough(request):
        answer = to_sender(request, text)
    elif services.colleagues.friend(request.person.id):
        answer = Reply(f"您在{message.room}问的：\n{text}", "private", "sender")
    else:
        answer = Reply(f"{request.person.name}在{message.room}问的：\n{text}", "reply", "staff")
    return Outcome(f"command:{COMMAND}", (replace(answer, because=asked),))


def _lines(spoken: Spoken, request: Request, services: Services) -> list[str]:
    """What it was, and what decided: eight lines at most."""
    reason = spoken.reason
    lines = [_what(spoken, reason, services)]
    if spoken.notice is not None or spoken.kind == "call":
        return lines + _unsure(spoken)
    if reason is None:
        return [*lines, services.replies("why_forgotten"), *_unsure(spoken)]
    if reason.intent:
        lines += _understood(reason, services)
    lines += _cooling(spoken, request, services)
    if reason.version:
        lines.append(f"当时用的是 data/ 第 {reason.version} 版")
    return lines + _unsure(spoken)


def _what(spoken: Spoken, reason: Reason | None, services: Services) -> str:
    """The line that says what kind of thing it was, and because of whom or what."""
    when = services.show_time(spoken.at)
    if spoken.notice is not None:
        return _notice(spoken.notice, when, services)
    if spoken.kind == "call":
        return _call(spoken.topic, when, services)
    if spoken.topic.startswith(f"{BUNDLED} "):
        return f"{when} 一下子事多，几条并成一条说的：{spoken.topic.split(maxsplit=1)[1].replace(' ', '、')}"
    label = reason.label if reason else ""
    ticket = services.tickets.get(spoken.ticket) if spoken.ticket else None
    about = f"工单 {ticket.number}（{ticket.title}）" if ticket else ""
    if spoken.topic.startswith("faq:") and not (reason and reason.ring):
        return f"{when} 照问答回的：{_entry(spoken.topic.removeprefix('faq:'), services)}"
    if reason and reason.ring:
        by_clock = _RINGS.get(reason.ring, f"到点自动说的（{reason.ring}）")
        faq = (
            f"：{_entry(spoken.topic.removeprefix('faq:'), services)}"
            if spoken.topic.startswith("faq:")
            else ""
        )
        return f"{when} {by_clock}{faq}" + (f"：{about}" if about else "")
    if label.startswith("held"):
        return f"{when} 好些人问同一件小巷答不上来的事，先说一声在核实，有了答案一起回"
    if label == "limited":
        return f"{when} 十分钟里答他（或者这个群）的次数到了上限，只回一句"
    if label.startswith("vote"):
        return f"{when} 他说上一句答案没用，请人看一眼"
    if label == "suggest":
        return f"{when} 没有十足把握，列出来让人挑的"
    if label.startswith("handoff"):
        return f"{when} 没听懂，问答里也没有，转给值班的人：{about or '人工'}"
    if spoken.kind == "alert":
        return f"{when} 叫值班的人看的" + (f"：{about}" if about else "")
    if reason and reason.command:
        return f"{when} 有人打了 /{reason.command}，照着回的" + (f"：{about}" if about else "")
    return f"{when} " + (f"办的是{about}" if about else "听到一句话，回的")


def _notice(number: int, when: str, services: Services) -> str:
    notice = services.notices.get(number)
    if notice is None:
        return f"{when} 通知{number}"
    by = f"{notice.by_name}写的" if notice.by_name else f"notices.yaml 的 {notice.source}，到点自动发"
    second = f"，{notice.second}确认" if notice.second else ""
    written = services.show_time(notice.created_at)
    corrects = f"，更正通知{notice.corrects}" if notice.corrects else ""
    return (
        f"{notice.number}：{by}（{written}）{second}{corrects}\n发给 {notice.scope} {len(notice.rooms)} 个群，"
        f"这个群 {when}；现在{state_title(notice)}"
    )


def _call(topic: str, when: str, services: Services) -> str:
    found = re.fullmatch(r"round:(\d+)(?::(\d+))?", topic)
    one = services.rounds.get(int(found[1])) if found else None
    if found is None or one is None:
        return f"{when} 核酸叫号时说的"
    known = services.rounds.stops(one.id)
    stop = next((stop for stop in known if found[2] and stop.place == int(found[2])), None)
    if stop is None:
        return f"{when} {one.scope or one.node}{one.name}核酸时说的"
    name = stops.title(stop, services)
    return (
        f"{when} {one.scope or one.node}{one.name}叫号：{name}，一共 {len(known)} 站里的第 {stop.place} 站，"
        f"叫过 {stop.calls} 次"
    )


def _understood(reason: Reason, services: Services) -> list[str]:
    """How the message that caused it was understood."""

    def titled(intent: str) -> str:
        return services.titles.get(intent, intent)

    hurry = "，急" if reason.urgent else ""
    lines = [f"听成：{titled(reason.intent)}（{reason.intent}），把握 {reason.score:.2f}{hurry}"]
    where, _, rule = reason.rule.partition("/")
    words = "、".join(reason.words)
    if where == "faq":
        lines.append(f"对上的字：{'、'.join(runs(reason.words))}")
    elif rule == "例句":
        lines.append(f"没有规则说中，照例句学的：{'、'.join(map(in_words, reason.words))}")
    elif rule:
        lines.append(f"规则：{titled(where)}的「{rule}」（{words or '记号'}）")
    if reason.dialogue:
        lines.append("小巷先前问过他，这句当作回答")
    if reason.runner_up:
        intent, _, score = reason.runner_up.partition(" ")
        lines += [f"其次像：{titled(intent)} {score}"] if float(score or 0) >= SLIGHT else []
    if reason.near:
        lines.append(_nearest(reason.near))
    return lines


def _nearest(near: tuple[tuple[str, float], ...]) -> str:
    """The best entries with what is between them."""
    (first, score), *others = near
    said = f"问答里最像 {first} {score:.2f}"
    if others:
        said += f"，其次 {others[0][0]} {others[0][1]:.2f}，差 {score - others[0][1]:.2f}"
    return f"{said}（{SURE} 起直接答，{NEAR} 起让人挑）"


def _cooling(spoken: Spoken, request: Request, services: Services) -> list[str]:
    """When the same answer was given here before, and how long it is not repeated."""
    if not spoken.topic.startswith("faq:") or request.message.private:
        return []
    entry = services.faq.get(spoken.topic.removeprefix("faq:"))
    own = entry.cooldown.total_seconds() / 60 if entry and entry.cooldown is not None else None
    minutes = services.faq_settings.cooldown_minutes if own is None else own
    before = services.whys.before(spoken, request.message.room_id, spoken.at - SAID_BEFORE)
    last = f"上一次在这里说是 {services.show_time(before)}" if before else "那之前一天里没在这里说过"
    return [f"冷却：{minutes:g} 分钟内不在同一个群重说；{last}"]


def _entry(id_: str, services: Services) -> str:
    entry = services.faq.get(id_)
    return f"{id_}（{entry.title}）" if entry else f"{id_}（现在没有这一条了）"


def _unsure(spoken: Spoken) -> list[str]:
    return ["发没发出去不确定"] if spoken.state == "unconfirmed" else []

"""/审计: who did what and when, of tickets and of everything else, the latest first."""

import re
from datetime import datetime, time
from itertools import islice

from bot.model.audit import Trace
from bot.model.handling import Outcome, Request
from bot.model.services import Services
from handlers.authority import may
from handlers.speaking import to_sender

LINES = 15
"""So many rows make a page."""

ACTION_TITLES = {
    "duty": "排班",
    "owner": "认领院区",
    "delegation": "代班",
    "isolation": "居家隔离",
    "merge": "合并",
    "split": "拆分",
    "claim": "认领身份",
    "bind": "登记住处",
    "unbind": "解绑住处",
    "invite": "发邀请码",
    "forget": "抹去个人信息",
}
"""What the staff read for the words of audit rows that are no ticket's."""

_TICKET = re.compile(r"[A-Za-z]{0,3}\d{1,3}")
_PAGE = re.compile(r"第?([1-9]\d{0,2})页")
_DAY = re.compile(r"今[天日]")


def show(request: Request, services: Services) -> Outcome:
    """/审计 [今天|编号|姓名|命令] [2页]."""
    assert request.command is not None
    place = request.place
    if not (request.message.private or (place is not None and place.kind == "staff")):
        return Outcome("command:审计", (to_sender(request, services.replies("ask_in_private")),))
    words = request.command.rest.replace("@", " ").split() + list(request.command.mentions)
    page = next((int(match[1]) for word in words if (match := _PAGE.fullmatch(word))), 1)
    words = [word for word in words if not _PAGE.fullmatch(word)]
    today = any(_DAY.fullmatch(word) for word in words)
    tickets = {
        word: ticket for word in words if _TICKET.fullmatch(word) and (ticket := services.tickets.get(word))
    }
    others = [word for word in words if not _DAY.fullmatch(word) and word not in tickets]
    number = next((ticket.number for ticket in tickets.values()), "")
    seen = (
        trace
        for trace in services.audit.trail(_midnight(request, services) if today else None, number)
        if _in_scope(trace, request, services)
        and all(word in trace.actor or word in _what(trace) for word in others)
    )
    rows = list(islice(seen, (page - 1) * LINES, page * LINES + 1))
    if not rows:
        text = services.replies("trail_none")
    else:
        lines = [_line(trace, services) for trace in rows[:LINES]]
        if len(rows) > LINES:
            lines.append(f"更早的看下一页：{' '.join(('/审计', *words, f'{page + 1}页'))}")
        text = "\n".join(lines)
    return Outcome("command:审计", (to_sender(request, text),))


def _midnight(request: Request, services: Services) -> datetime:
    """When today began."""
    return datetime.combine(request.message.at.astimezone(services.zone).date(), time(), services.zone)


def _in_scope(trace: Trace, request: Request, services: Services) -> bool:
    """What belongs to no place is for administrators of the whole community."""
    node = services.groups.find(trace.node) or services.groups.root
    return may(request.person, "admin", node, services.groups)


def _line(trace: Trace, services: Services) -> str:
    parts = (services.show_time(trace.at), trace.actor, trace.number, _what(trace))
    return " ".join(part for part in parts if part)


def _what(trace: Trace) -> str:
    title = ACTION_TITLES.get(trace.action, trace.action)
    return trace.what if trace.number else f"{title}：{trace.what}" if trace.what else title

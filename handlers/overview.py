"""Commands that tell how things are: /帮助 and /状态."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.model.handling import CommandEntry, Outcome, Request
from bot.model.people import RANK, ROLE_TITLES
from bot.model.services import Services
from bot.model.ticket import STATE_TITLES
from handlers.speaking import private_enough, to_sender

GROUPS: dict[str, tuple[str, ...]] = {
    "办单": ("接单", "派单", "办结", "问", "进展", "无法办理", "撤单", "撤销"),
    "看单": ("工单", "路线", "未回", "交班", "日报"),
    "登记": ("代下单", "合并", "拆单", "隔离", "接龙"),
    "发布": ("通知", "核酸", "联系卡", "模式"),
    "班次": ("值班", "认领院区", "代班", "状态", "审计"),
}
"""What /帮助 lists together for those at work, most used first; every other command stands at the end. No title is the name
of a command: /帮助 办单 shows how each of the group is written, /帮助 通知 that one command."""

RESIDENTS = ("工单", "撤单", "我是", "我的信息", "删除我的信息")
"""What /帮助 shows to residents, who need none of it, with an example each."""

_DOOR = re.compile(r"\d+-\d+-\d+")
"""A household's address in an example: the guard of the residents' groups would mask it."""


def help_(request: Request, services: Services) -> Outcome:
    """/帮助: the names of the commands this person may use; with the title of a group how each is written, with a command
    that one and an example.

    In a residents' group everybody reads the residents' few: the long list is nobody's there, and an example with a
    door in it would be masked.
    """
    assert request.command is not None
    wanted = request.command.rest.lstrip("/／")
    private = private_enough(request)
    known = [entry for entry in services.commands if wanted and wanted in (entry.name, *entry.aliases)]
    mine = [entry for entry in services.commands if RANK[entry.role] <= request.person.rank]
    if chosen := [entry for entry in known if entry in mine]:
        lines = [_one(entry, doors=private) for entry in chosen]
    elif request.person.rank and private and (group := _group(wanted, mine)):
        lines = [f"{entry.usage}　{entry.help}" for entry in group]
    elif request.person.rank and private:
        lines = [_not_found(known, wanted, services)] if wanted else _grouped(mine)
    else:
        few = [entry for name in RESIDENTS for entry in mine if entry.name == name]
        shown = [
            (entry.example if private or not _DOOR.search(entry.example) else entry.usage, entry.help)
            for entry in few
        ]
        lines = ["要帮忙直接说就行，不用记命令。", *(f"{how}　{what}" for how, what in shown)]
    return Outcome("command:帮助", (to_sender(request, "\n".join(lines)),))


def _one(entry: CommandEntry, *, doors: bool) -> str:
    example = f"\n例：{entry.example}" if doors or not _DOOR.search(entry.example) else ""
    more = f"\n{entry.more}" if doors and entry.more else ""
    return f"{entry.usage}\n{entry.help}{example}{more}"


def _not_found(known: Sequence[CommandEntry], wanted: str, services: Services) -> str:
    """Why there is nothing to tell about this word: it is for others, or there is none."""
    if known:
        return services.replies("command_refused", word=known[0].name, role=ROLE_TITLES[known[0].role])
    return services.replies("command_none", word=wanted)


def _group(title: str, entries: Sequence[CommandEntry]) -> list[CommandEntry]:
    """The commands of a group, in its order; none when there is no such group."""
    by_name = {entry.name: entry for entry in entries}
    return [by_name[name] for name in GROUPS.get(title, ()) if name in by_name]


def _grouped(entries: Sequence[CommandEntry]) -> list[str]:
    """The names by what they are for, on one screen of a phone: how each is written is a step further."""
    listed = {name for names in GROUPS.values() for name in names}
    groups = {title: _group(title, entries) for title in GROUPS}
    groups["其他"] = [entry for entry in entries if entry.name not in listed]
    lines = [
        f"【{title}】{' '.join(f'/{one.name}' for one in group)}" for title, group in groups.items() if group
    ]
    first = next((title for title in GROUPS if groups[title]), "办单")
    return [*lines, f"看一条：/帮助 接单；看一组怎么写：/帮助 {first}"]


def status(request: Request, services: Services) -> Outcome:
    """/状态: is the bot hearing, what waits, what did not go out."""
    at = request.message.at
    open_ = services.tickets.count_open()
    day = services.outbox.counts(at - timedelta(hours=24))
    tickets = "，".join(f"{STATE_TITLES[state]} {n}" for state, n in open_.items() if n) or "没有"
    lines = [
        f"小巷在线，已运行 {_span(at - services.health.started)}，通道{'正常' if services.health.ready else '断开'}。",
        f"未办结工单：{tickets}。",
        f"24 小时发出 {day.get('sent', 0)} 条，等待 {day.get('pending', 0) + day.get('sending', 0)} 条，"
        f"不确定 {day.get('unconfirmed', 0)} 条，失败 {day.get('failed', 0)} 条。",
    ]
    return Outcome("command:状态", (to_sender(request, "\n".join(lines)),))


def _span(span: timedelta) -> str:
    minutes = max(int(span.total_seconds()) // 60, 0)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{days} 天 " if days else "") + (f"{hours} 小时 " if hours else "") + f"{minutes} 分钟"

"""/模式: everyday or wartime (日常, 战时), which of them holds and what it changes."""

from datetime import datetime, timedelta

from bot.model.handling import Outcome, Reply, Request
from bot.model.mode import MODE_TITLES, ModeName
from bot.model.services import Services
from handlers.authority import may
from handlers.mode_words import changes, leads
from handlers.notices.timetable import scheduled
from handlers.speaking import private_enough, to_sender

AHEAD = timedelta(hours=24)
"""So far ahead scheduled notices are counted."""

SAME = "值班、时限、快慢都一样（bot.yaml 的 modes 里没有写，请管理员补上）"
"""Said in place of the differences when there are none, lest anybody believe that something changed."""

_WORDS: dict[str, ModeName] = {
    "战时": "wartime", "战时模式": "wartime", "日常": "everyday", "日常模式": "everyday", "平时": "everyday",
}  # fmt: skip


def mode(request: Request, services: Services) -> Outcome:
    """/模式 shows the mode that holds; /模式 战时 and /模式 日常 switch, which is announced to all staff."""
    assert request.command is not None
    said = request.command.rest.strip(" 。.!！")
    slashed = (
        request.text.strip().lstrip("/／").strip(" 。.!！") if request.text.strip()[:1] in ("/", "／") else ""
    )
    wanted = _WORDS.get(said.removeprefix("切到").removeprefix("换成")) or _WORDS.get(slashed)
    if not private_enough(request):
        return _answer(request, services.replies("ask_in_private"))
    if said and wanted is None:
        return _answer(request, services.replies("command_usage", usage="/模式 战时\n/模式 日常"))
    if wanted is None:
        return _answer(request, _present(request.message.at, services))
    if not may(request.person, "secretary", services.groups.root, services.groups):
        root = services.groups.title(services.groups.root)
        return _answer(request, services.replies("branch_refused", place=root))
    if wanted == services.modes.name:
        return _answer(request, _present(request.message.at, services))
    return _switch(wanted, request, services)


def _answer(request: Request, text: str) -> Outcome:
    return Outcome("command:模式", (to_sender(request, text),))


def _switch(wanted: ModeName, request: Request, services: Services) -> Outcome:
    """From now on the other mode holds. What lies behind does not become due (handlers/daily.py, bot/noticeboard.py);
    open tickets go by the new clocks."""
    before = services.modes.view(services.modes.name)
    services.modes.switch(wanted, request.by)
    services.tickets.watch_all()
    parts = changes(before, services.modes.view(wanted), services) or [SAME]
    what = "\n".join([*parts, _coming(request.message.at, services)])
    lead = leads(services.modes.roster, services)
    words = {"mode": MODE_TITLES[wanted], "list": what + (f"\n带班：{lead}" if lead else "")}
    services.audit.write(request.by, "mode", f"切到{words['mode']}：{'，'.join(parts)}")
    other = MODE_TITLES["everyday" if wanted == "wartime" else "wartime"]
    answer = services.replies("mode_switched", **words, other=other)
    told = services.replies("mode_told", **words, name=request.person.name or request.message.sender)
    here = request.place.node if request.place and request.place.kind == "staff" else None
    return Outcome(
        "command:模式",
        (
            to_sender(request, answer),
            *(
                Reply(told, "alert", "staff", node=node.name)
                for node in services.groups.below(services.groups.root)
                if node.staff_room and node != here
            ),
        ),
    )


def _present(at: datetime, services: Services) -> str:
    """Which mode holds, since when, by whom, and what is different from the other."""
    modes = services.modes
    other: ModeName = "everyday" if modes.name == "wartime" else "wartime"
    since = f"（{modes.by} {services.show_time(modes.since)} 切的）" if modes.since else ""
    parts = changes(modes.view(other), modes.view(modes.name), services) or [SAME]
    lead = leads(modes.roster, services)
    what = "\n".join([*parts, _coming(at, services)]) + (f"\n带班：{lead}" if lead else "")
    return services.replies(
        "mode_present", mode=MODE_TITLES[modes.name], other=MODE_TITLES[other], since=since, list=what
    )


def _coming(at: datetime, services: Services) -> str:
    """How many scheduled notices the mode has for the next day, and when the first is due."""
    planned = [one.planned_at for one in scheduled(at, at + AHEAD, services)]
    planned += [
        one.planned_at
        for one in services.notices.in_state("waiting")  # cancelled, and to be sent after all
        if services.noticeboard.stands(one.source) and at < one.planned_at <= at + AHEAD
    ]
    if not planned:
        return "24 小时内没有定时通知"
    first = min(planned).astimezone(services.zone)
    day = "" if first.date() == at.astimezone(services.zone).date() else "明天 "
    return f"24 小时内有 {len(planned)} 条定时通知，第一条 {day}{first:%H:%M}"

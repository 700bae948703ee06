"""What the staff see of notices: what waits, what is on its way, what was sent today, and one of them group by group."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.model.handling import Request
from bot.model.notice import LEVEL_TITLES, NOTICE_STATES, DeliveryRow, Notice
from bot.model.services import Services
from handlers.authority import may
from handlers.notices.previewing import moment, rooms_named
from handlers.notices.receipts import summary
from handlers.notices.tally import tally
from handlers.notices.timetable import AHEAD, scheduled, timetable
from handlers.notices.wording import first_words

LISTED = 15
LOOKED_AT = 200
ORDER = {"sending": 0, "paused": 1, "draft": 2, "waiting": 3}
"""What comes first in the list; everything else is over."""


def listed(request: Request, services: Services) -> str:
    """The notices of the person's own branches: under way, to be confirmed, waiting, and today's."""
    at = request.message.at
    today = datetime.combine(at.astimezone(services.zone).date(), time(), services.zone)
    coming = services.notices.in_state("sending", "paused", "draft", "waiting")
    over = [
        one
        for one in services.notices.latest(LOOKED_AT)
        if one.state in ("done", "cancelled", "dropped") and (one.ended_at or one.created_at) >= today
        and (one.begun_at is not None or one.state == "dropped")
    ]  # fmt: skip
    mine = [one for one in (*coming, *over) if _concerns(one, request, services)]
    planned = _planned(request, at, services)
    if not mine:
        return "\n".join(planned) or services.replies("notice_list_none")
    mine.sort(key=lambda one: ORDER.get(one.state, 9))
    lines = [line(one, at, services) for one in mine[:LISTED]]
    more = f"还有 {len(mine) - LISTED} 条，看哪条写 /通知 编号" if len(mine) > LISTED else ""
    return services.replies("notice_list", count=str(len(mine)), list="\n".join([*lines, more, *planned]))


def _planned(request: Request, at: datetime, services: Services) -> list[str]:
    """What notices.yaml has coming."""
    planned = [one for one in scheduled(at, at + AHEAD, services) if _concerns(one, request, services)]
    lines = timetable(planned, at, services, named=True)
    more = [f"还有 {len(lines) - LISTED} 样"] if len(lines) > LISTED else []
    if not lines:
        return []
    head = (
        f"定时的，24 小时内（停下一次：/通知 取消 {planned[0].source}；以后都停，请管理员改 notices.yaml）："
    )
    return [head, *lines[:LISTED], *more]


def _concerns(notice: Notice, request: Request, services: Services) -> bool:
    """Drafts are their writer's own until they wait for a second person, and nobody's when their time is over."""
    patience = timedelta(minutes=services.notice_settings.confirm_minutes)
    if notice.state == "draft" and request.message.at - notice.created_at > patience:
        return False
    if notice.state == "draft" and not notice.reason and notice.by_id != request.person.id:
        return False
    node = services.groups.find(notice.node)
    return node is not None and may(request.person, "worker", node, services.groups)


def line(notice: Notice, at: datetime, services: Services) -> str:
    """One line: 通知12 正在发 22/48 春晓苑（除8号楼） 明早核酸…"""
    when = ""
    if notice.state in ("waiting", "draft") and (goes := notice.begin_at or notice.planned_at) > at:
        when = moment(goes, at, services)
    elif notice.begun_at is not None:
        when = services.show_time(notice.begun_at)
    words = progress_words(notice, services) if notice.begun_at else {}
    counted = f"{words['count']}/{words['total']}" if words else ""
    parts = [notice.number, state_title(notice), counted, when, notice.scope, first_words(notice)]
    return " ".join(part for part in parts if part)


def state_title(notice: Notice) -> str:
    """待发, 正在发 …; a draft that its writer confirmed waits for the second person."""
    if notice.state == "draft" and notice.reason:
        return notice.reason
    return NOTICE_STATES[notice.state]


def progress_words(notice: Notice, services: Services) -> dict[str, str]:
    """How many groups have it, of how many."""
    sent = tally(services.notices.rows(notice.id)).sent
    return {"count": str(len(sent)), "total": str(len(notice.rooms))}


def details(notice: Notice, request: Request, services: Services) -> str:
    """One notice: its words, who wrote and confirmed it, and each group's state as far as it is not simply sent."""
    at = request.message.at
    rows = services.notices.rows(notice.id)
    marks = [
        LEVEL_TITLES[notice.level],
        "演练" if notice.drill else "",
        "要回收到" if notice.asks_receipt else "",
    ]
    by = "、".join(name for name in (notice.by_name or "定时通知", notice.second) if name)
    replies = services.replies(
        "notice_details",
        number=notice.number,
        state=state_title(notice),
        place=notice.scope,
        count=str(len(notice.rooms)),
        when=moment(notice.begun_at or notice.begin_at or notice.planned_at, at, services),
        until=f"，有效到 {moment(notice.valid_until, at, services)}" if notice.valid_until else "",
        name=by,
        reason=notice.reason if notice.state in ("dropped", "cancelled") else "",
        list="\n".join(_groups(notice, rows, services)) if rows else rooms_named(notice.rooms),
    )
    head = f"（{'·'.join(mark for mark in marks if mark)}）"
    return "\n".join([replies.replace("\n", f"{head}\n", 1), notice.text])


def _groups(notice: Notice, rows: Sequence[DeliveryRow], services: Services) -> list[str]:
    latest: dict[tuple[str, str], DeliveryRow] = {(row.room, row.attachment): row for row in rows}
    by_state: dict[str, list[str]] = {}
    for (room, part), row in latest.items():
        if row.state != "sent" or not part:
            by_state.setdefault(_title(row), []).append(room)
    lines = []
    for title, rooms in by_state.items():
        named = list(dict.fromkeys(rooms))
        shown = rooms_named(named) if title in ("已发", "等着发") else "、".join(named)
        lines.append(f"{title} {len(named)}：{shown}")
    return [*lines, *filter(None, [summary(notice, services)])]


def _title(row: DeliveryRow) -> str:
    titles = {"sent": "已发", "sending": "正在发", "cancelled": "没发（取消）", "unconfirmed": "不确定"}
    if row.state == "pending":
        held = {"paused": "暂停", "quiet": "等安静时间过去", "correcting": "停住，等更正"}.get(
            row.held, "等着发"
        )
        return f"{held}（{row.error}）" if row.error else held
    if row.state == "failed":
        return f"没发出（{row.error}）" if row.error else "没发出"
    return titles.get(row.state, row.state)

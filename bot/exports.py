"""Tables for people outside: what `xiaoxiang export` writes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ledger import rows
from bot.ledger.chains import Chains
from bot.ledger.database import Ledger
from bot.ledger.lists import Lists
from bot.ledger.tickets import Tickets
from bot.model.chain import KeptChain, Row
from bot.model.ticket import STATE_TITLES, Step, Ticket

Table = tuple[Sequence[str], list[list[str | int]]]
"""Headers and rows."""


def tickets(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every ticket, oldest first, with the minutes of its first answer and of its completion by the clock on the wall."""
    headers = (
        "编号", "类别", "状态", "紧急", "地点", "楼栋", "单元", "门牌", "求助人", "替谁", "几人跟着等", "群", "电话", "要什么",
        "原话", "接单人", "派给", "并入", "下单时间", "几分钟有人接", "几分钟办结", "超过时限", "最近变动",
    )  # fmt: skip
    every, follow = Tickets(ledger).all(), rows.followers(ledger)
    steps = Lists(ledger).histories(every)
    return headers, [
        _row(ticket, steps[ticket.number], follow.get(ticket.number, 0), zone) for ticket in every
    ]


def _row(ticket: Ticket, steps: list[Step], followers: int, zone: ZoneInfo) -> list[str | int]:
    late = dict.fromkeys(step.note.partition("·")[0] for step in steps if step.kind == "escalated")
    return [
        ticket.number, ticket.title, STATE_TITLES[ticket.state], "急" if ticket.urgent else "", ticket.node,
        ticket.building, ticket.unit, ticket.room, ticket.requester, ticket.beneficiary, followers,
        ticket.room_name or "私聊", ticket.phones, ticket.items, ticket.text, ticket.owner, ticket.dispatched_to,
        ticket.merged_into, _time(ticket.opened_at, zone), _minutes(ticket, _answer(ticket, steps)),
        _minutes(ticket, _end(ticket, steps)), "、".join(late), _time(ticket.updated_at, zone),
    ]  # fmt: skip


def _answer(ticket: Ticket, steps: list[Step]) -> Step | None:
    """The first answer by somebody else than whoever asked."""
    answers = ("taken", "dispatched", "done", "declined")
    return next(
        (s for s in steps if s.kind == "moved" and s.after in answers and s.actor_id != ticket.requester_id),
        None,
    )


def _end(ticket: Ticket, steps: list[Step]) -> Step | None:
    """The row that closed a ticket that is done."""
    if ticket.state != "done":
        return None
    return next((s for s in reversed(steps) if s.after == "done" and s.before != "done"), None)


def _minutes(ticket: Ticket, step: Step | None) -> str | int:
    return "" if step is None else int((step.at - ticket.opened_at).total_seconds() // 60)


def audit(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Everything that was done, to tickets and beside them, in the order of time."""
    headers = ("时间", "谁", "在哪", "工单", "做了什么", "之前", "之后", "在谁手上", "说明")
    return headers, [_audit(row, zone) for row in rows.audit(ledger)]


def _audit(row: rows.AuditRow, zone: ZoneInfo) -> list[str | int]:
    step = row.step
    if step is None:
        return [_time(row.at, zone), row.actor, row.room, "", row.action, "", "", "", row.what]
    before = STATE_TITLES[step.before] if step.before else ""
    holder = step.dispatched_to if step.after == "dispatched" else step.owner
    return [
        _time(row.at, zone), row.actor, row.room, row.ticket, step.what.removesuffix(step.note).strip(), before,
        STATE_TITLES[step.after], holder, step.note,
    ]  # fmt: skip


KINDS = {"reply": "回话", "alert": "提醒", "notice": "通知", "call": "叫号", "private": "私聊"}
STATES = {
    "pending": "等待", "sending": "正在发", "sent": "已发出", "failed": "没发出去", "cancelled": "取消", "unconfirmed": "不确定",
}  # fmt: skip


def deliveries(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every message the bot sent or tried to send, oldest first; what it said is not written out."""
    headers = ("登记时间", "发到哪", "种类", "状态", "结果时间", "试了几次", "原因", "工单", "通知", "关于")
    return headers, [
        [
            _time(one.created, zone), one.room or "私聊", KINDS.get(one.kind, one.kind), STATES.get(one.state, one.state),
            _time(one.settled, zone) if one.settled else "", one.attempts, one.error, one.ticket,
            f"通知{one.notice}" if one.notice else "", one.topic,
        ]
        for one in rows.deliveries(ledger)
    ]  # fmt: skip


def unanswered(ledger: Ledger, zone: ZoneInfo) -> Table:
    """What was asked in groups and answered by nobody at first, oldest first."""
    headers = ("时间", "群", "地点", "谁", "像是", "原话", "谁回的", "回的时间")
    return headers, [
        [
            _time(one.at, zone), one.room, one.node, one.sender, one.intent, one.text, one.by,
            _time(one.answered, zone) if one.answered else "没人回",
        ]
        for one in rows.questions(ledger)
    ]  # fmt: skip


def temperatures(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every temperature that was told, oldest first."""
    headers = ("时间", "群", "地点", "谁", "楼栋", "单元", "门牌", "体温", "原话")
    kept = rows.records(ledger, "report.temperature", "report.symptom")
    return headers, [
        [*_record(one, zone), str(one.slots.get("temperature", "")), one.text]
        for one in kept
        if one.intent == "report.temperature" or "temperature" in one.slots
    ]


def travel(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every journey and return that was told, oldest first."""
    headers = ("时间", "群", "地点", "谁", "楼栋", "单元", "门牌", "哪天", "几人", "电话", "原话")
    return headers, [
        [
            *_record(one, zone), str(one.slots.get("when", "")), str(one.slots.get("people", "")),
            " ".join(one.slots.get("phones", ())), one.text,
        ]
        for one in rows.records(ledger, "report.travel")
    ]  # fmt: skip


def _record(one: rows.Record, zone: ZoneInfo) -> list[str | int]:
    door = [str(one.slots.get(name, "")) for name in ("building", "unit", "room")]
    return [_time(one.at, zone), one.room or "私聊", one.node, one.sender, *door]


def signups(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every row of every 接龙 as merged, numbered anew; those taken back stand last, without a number."""
    headers = (
        "编号", "接龙", "群", "序号", "楼栋", "单元", "门牌", "姓名", "内容", "数量", "原话", "谁发的", "发的时间",
        "谁改的", "最近变动", "状态",
    )  # fmt: skip
    book = Chains(ledger)
    found: list[list[str | int]] = []
    for chain in book.all():
        kept = sorted(book.rows(chain), key=lambda row: row.removed)
        found += [_signup(chain, "" if row.removed else n, row, zone) for n, row in enumerate(kept, 1)]
    return headers, found


def _signup(chain: KeptChain, number: str | int, row: Row, zone: ZoneInfo) -> list[str | int]:
    entry = row.entry
    state = "本人撤回" if row.removed else f"被{row.flagged_by}删了，请核实" if row.flag == "missing" else ""
    return [
        chain.number, chain.title, chain.room, number, entry.building, entry.unit, entry.room, entry.name, entry.what,
        entry.quantity, entry.text, row.author, _time(row.at, zone), row.changed_by, _time(row.changed_at, zone),
        state or ("被覆盖过，已合并" if row.flag == "overwritten" else ""),
    ]  # fmt: skip


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


TABLES: dict[str, tuple[str, Callable[[Ledger, ZoneInfo], Table]]] = {
    "tickets": ("工单", tickets),
    "signups": ("接龙", signups),
    "audit": ("操作记录", audit),
    "deliveries": ("发出的消息", deliveries),
    "unanswered": ("没人回的问话", unanswered),
    "temperatures": ("体温", temperatures),
    "travel": ("行程报备", travel),
}
"""What can be exported: name -> (what people call it, how it is made)."""

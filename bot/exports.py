"""Tables for people outside: what `xiaoxiang export` writes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ledger.chains import Chains
from bot.ledger.database import Ledger
from bot.ledger.tickets import Tickets
from bot.model.chain import KeptChain, Row
from bot.model.ticket import STATE_TITLES, Ticket

Table = tuple[Sequence[str], list[list[str | int]]]
"""Headers and rows."""


def tickets(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every ticket, oldest first."""
    headers = (
        "编号", "类别", "状态", "紧急", "地点", "楼栋", "单元", "门牌", "求助人", "群", "电话", "要什么", "原话",
        "接单人", "派给", "下单时间", "最近变动",
    )  # fmt: skip
    return headers, [_row(ticket, zone) for ticket in Tickets(ledger).all()]


def _row(ticket: Ticket, zone: ZoneInfo) -> list[str | int]:
    return [
        ticket.number, ticket.title, STATE_TITLES[ticket.state], "急" if ticket.urgent else "", ticket.node,
        ticket.building, ticket.unit, ticket.room, ticket.requester, ticket.room_name or "私聊", ticket.phones,
        ticket.items, ticket.text, ticket.owner, ticket.dispatched_to, _time(ticket.opened_at, zone),
        _time(ticket.updated_at, zone),
    ]  # fmt: skip


def signups(ledger: Ledger, zone: ZoneInfo) -> Table:
    """Every row of every 接龙 as merged, numbered anew; those taken back stand last, without a number."""
    headers = (
        "编号", "接龙", "群", "序号", "楼栋", "单元", "门牌", "姓名", "内容", "数量", "原话", "谁发的", "发的时间",
        "谁改的", "最近变动", "状态",
    )  # fmt: skip
    book = Chains(ledger)
    rows: list[list[str | int]] = []
    for chain in book.all():
        kept = sorted(book.rows(chain), key=lambda row: row.removed)
        rows += [_signup(chain, "" if row.removed else n, row, zone) for n, row in enumerate(kept, 1)]
    return headers, rows


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
}
"""What can be exported: name -> (what people call it, how it is made)."""

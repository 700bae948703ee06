"""Tables for people outside: what `xiaoxiang export` writes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ledger.tickets import Tickets
from bot.model.ticket import STATE_TITLES, Ticket

Table = tuple[Sequence[str], list[list[str | int]]]
"""Headers and rows."""


def tickets(book: Tickets, zone: ZoneInfo) -> Table:
    """Every ticket, oldest first."""
    headers = (
        "编号", "类别", "状态", "紧急", "地点", "楼栋", "单元", "门牌", "求助人", "群", "电话", "要什么", "原话",
        "接单人", "派给", "下单时间", "最近变动",
    )  # fmt: skip
    return headers, [_row(ticket, zone) for ticket in book.all()]


def _row(ticket: Ticket, zone: ZoneInfo) -> list[str | int]:
    return [
        ticket.number, ticket.title, STATE_TITLES[ticket.state], "急" if ticket.urgent else "", ticket.node,
        ticket.building, ticket.unit, ticket.room, ticket.requester, ticket.room_name or "私聊", ticket.phones,
        ticket.items, ticket.text, ticket.owner, ticket.dispatched_to, _time(ticket.opened_at, zone),
        _time(ticket.updated_at, zone),
    ]  # fmt: skip


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


TABLES: dict[str, tuple[str, Callable[[Tickets, ZoneInfo], Table]]] = {"tickets": ("工单", tickets)}
"""What can be exported: name -> (what people call it, how it is made)."""

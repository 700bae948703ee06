"""Tables for those who walk from door to door: what `xiaoxiang export route`, `isolation` and `duty` write."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.groups import Tree
from bot.ledger.database import Ledger
from bot.ledger.duty import Duty
from bot.ledger.isolation import Isolations
from bot.ledger.tickets import Tickets
from bot.model.isolation import Isolation
from bot.model.ticket import STATE_TITLES, Ticket
from bot.model.walk import ERRANDS, Walk, floor_of, walk_order

Table = tuple[Sequence[str], list[list[str | int]]]
"""Headers and rows."""

EVERY = 100_000
"""All open tickets there can be."""


def route(ledger: Ledger, zone: ZoneInfo, tree: Tree, at: datetime) -> Table:
    """Open errands, compound by compound, building by building, from the bottom to the top, with a box to tick."""
    headers = (
        "序号", "小区", "楼栋", "单元", "层", "门牌", "编号", "急", "类别", "东西", "求助人", "电话", "提醒", "状态", "谁在办",
        "原话", "送到打勾",
    )  # fmt: skip
    open_ = [ticket for ticket in Tickets(ledger).open_tickets(EVERY) if ticket.intent in ERRANDS]
    order = {node.name: n for n, node in enumerate(tree.nodes())}

    def key(ticket: Ticket) -> tuple[int, Walk]:
        _, building, unit = _place(ticket, tree)
        return order.get(_compound(ticket, tree), 0), walk_order(building, unit, ticket.room)

    isolations = Isolations(ledger)
    rows = [
        [n, *_stop(ticket, tree, isolations, at), ""] for n, ticket in enumerate(sorted(open_, key=key), 1)
    ]
    return headers, rows


def _stop(ticket: Ticket, tree: Tree, isolations: Isolations, at: datetime) -> list[str | int]:
    compound, building, unit = _place(ticket, tree)
    isolated = isolations.of(compound, building, unit, ticket.room, at) is not None
    return [
        compound, building, unit, floor_of(ticket.room) or "", ticket.room, ticket.number, "急" if ticket.urgent else "",
        ticket.title, ticket.items, ticket.requester, ticket.phones, "隔离·放门口" if isolated else "",
        STATE_TITLES[ticket.state], ticket.dispatched_to or ticket.owner, ticket.text,
    ]  # fmt: skip


def _place(ticket: Ticket, tree: Tree) -> tuple[str, str, str]:
    node = tree.find(ticket.node) or tree.root
    return _compound(ticket, tree), ticket.building or node.building or "", ticket.unit or node.unit or ""


def _compound(ticket: Ticket, tree: Tree) -> str:
    compound = tree.compound(tree.find(ticket.node) or tree.root)
    return compound.name if compound else ""


def isolation(ledger: Ledger, zone: ZoneInfo, tree: Tree, at: datetime) -> Table:
    """Every household that isolates or did, the latest first."""
    headers = (
        "小区", "楼栋", "单元", "门牌", "姓名", "人数", "第一天", "最后一天", "天数", "状态", "说明",
    )  # fmt: skip
    return headers, [_household(home, zone, at) for home in Isolations(ledger).all()]


def _household(home: Isolation, zone: ZoneInfo, at: datetime) -> list[str | int]:
    first = home.begins.astimezone(zone).date()
    last = max(first, (home.ends - timedelta(seconds=1)).astimezone(zone).date())
    state = (
        "取消了"
        if home.ends <= home.begins
        else "还没开始"
        if home.begins > at
        else "隔离中"
        if home.ends > at
        else "已解除"
    )
    return [
        home.compound, home.building, home.unit, home.room, home.name, home.people or "", f"{first}", f"{last}",
        (last - first).days + 1, state, home.note,
    ]  # fmt: skip


def duty(ledger: Ledger, zone: ZoneInfo, tree: Tree, at: datetime) -> Table:
    """The roster of every day."""
    headers = ("日期", "班次", "哪一块", "姓名", "带班")
    return headers, [
        [f"{line.day}", line.shift or "全天", line.node, line.name, "带班" if line.lead else ""]
        for line in Duty(ledger).all_duty()
    ]


TABLES: dict[str, tuple[str, Callable[[Ledger, ZoneInfo, Tree, datetime], Table]]] = {
    "route": ("路线", route),
    "isolation": ("居家隔离", isolation),
    "duty": ("值班", duty),
}
"""What can be exported: name -> (what people call it, how it is made)."""

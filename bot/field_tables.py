"""Tables for those who walk from door to door: what `xiaoxiang export route`, `isolation`, `duty`, `coverage` and `doors`
write."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.groups import Tree
from bot.ledger.coverage import Coverage
from bot.ledger.database import Ledger
from bot.ledger.duty import Duty
from bot.ledger.isolation import Isolations
from bot.ledger.people import Roster
from bot.ledger.rounds import Rounds
from bot.ledger.tickets import Tickets
from bot.model.coverage import Standing, by_unit, in_scope, sealed, stand, to_knock
from bot.model.isolation import Isolation
from bot.model.testing import KIND_TITLES, SOURCE_TITLES, Round
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


def coverage(ledger: Ledger, zone: ZoneInfo, tree: Tree, at: datetime) -> Table:
    """Every household of the list in the latest round that has begun, and doors beyond the list: how it stands, how many
    persons, who said it and when."""
    headers = (
        "轮次", "小区", "楼栋", "单元", "门牌", "户主", "人数", "标签", "情况", "测了几人", "谁说的", "来源", "时间", "说明",
    )  # fmt: skip
    of = latest_round(ledger)
    if of is None:
        return headers, []
    those = round_standings(ledger, of, tree, at)
    listed = {one.household.key for one in those}
    beyond = [
        Standing(mark.household, mark.kind, mark)
        for key, mark in Coverage(ledger).marks(of.id).items()
        if key not in listed
    ]
    ordered = [one for unit in by_unit(those).values() for one in unit]
    return headers, [_state(one, of, zone) for one in (*ordered, *beyond)]


def _state(one: Standing, of: Round, zone: ZoneInfo) -> list[str | int]:
    home, mark = one.household, one.mark
    state = KIND_TITLES[one.kind] if one.kind else "没有"
    return [
        of.name, home.compound, home.building, home.unit, home.room, home.name,
        "" if home.people is None else home.people, "、".join(home.tags), state, one.people_sampled if one.sampled else "",
        mark.by_name if mark else "", SOURCE_TITLES[mark.source] if mark else "名单" if one.kind else "",
        f"{mark.at.astimezone(zone):%Y-%m-%d %H:%M}" if mark else "", mark.note if mark else "",
    ]  # fmt: skip


def doors(ledger: Ledger, zone: ZoneInfo, tree: Tree, at: datetime) -> Table:
    """Whose door is knocked at in the latest round that has begun, as one walks, with a box to tick."""
    of = latest_round(ledger)
    return door_rows(round_standings(ledger, of, tree, at) if of else [])


def doors_title(of: Round, at: datetime) -> str:
    """What stands above every page of the door-knocking list."""
    return f"{of.scope or of.node} {of.name} 敲门名单　{at:%m-%d %H:%M}　有门牌电话，用完收回"


def door_rows(standings: Sequence[Standing]) -> Table:
    """The door-knocking list: first those to be sampled at home, last those of sealed buildings."""
    headers = (
        "序号",
        "先后",
        "小区",
        "楼栋",
        "单元",
        "层",
        "门牌",
        "户主",
        "人数",
        "电话",
        "提醒",
        "打勾",
        "测了几人",
        "说明",
    )
    first, then = to_knock(standings)
    rows: list[list[str | int]] = []
    for n, one in enumerate((*first, *then, *sealed(standings)), 1):
        home = one.household
        why = [*(["要上门"] if one.wanted else []), *home.tags]
        rows.append([
            n, _turn(one, first), home.compound, home.building, home.unit,
            floor_of(home.room) or "", home.room, home.name, "" if home.people is None else home.people, home.phone,
            "、".join(why), "", "", home.note,
        ])  # fmt: skip
    return headers, rows


def _turn(one: Standing, first: Sequence[Standing]) -> str:
    if one.called_off:
        return "封控楼，听安排"
    return "先上门采样" if one in first else "敲门"


def latest_round(ledger: Ledger, number: int | None = None) -> Round | None:
    """The round that runs, else the latest that has begun; with a number the latest of that name (3 -> 第3轮)."""
    begun = [one for one in Rounds(ledger).latest(100) if one.state != "planned"]
    if number is not None:
        return next((one for one in begun if one.name.strip("第轮次") == str(number)), None)
    running = [one for one in begun if one.state != "ended"]
    return next(iter(running or begun), None)


def round_standings(ledger: Ledger, of: Round, tree: Tree, at: datetime) -> list[Standing]:
    """How the households of a round stand, compound by compound as in bot.yaml."""
    node = tree.find(of.node) or tree.root
    compound = tree.compound(node)
    homes = Roster(ledger).households(compound.name if compound else "", node.building or "", node.unit or "")
    stops = Rounds(ledger).stops(of.id)
    homes = [home for home in homes if in_scope(of, home, stops)]
    order = {one.name: n for n, one in enumerate(tree.nodes())}
    isolated = frozenset(home.key for home in Isolations(ledger).active(at))
    homes.sort(key=lambda home: order.get(home.compound, len(order)))
    pleas = [ticket for ticket in Tickets(ledger).open_tickets(EVERY) if ticket.intent == "help.home_testing"]
    wanted = frozenset((*_place(ticket, tree), ticket.room) for ticket in pleas)
    return stand(homes, Coverage(ledger).marks(of.id), isolated, wanted, stops)


TABLES: dict[str, tuple[str, Callable[[Ledger, ZoneInfo, Tree, datetime], Table]]] = {
    "route": ("路线", route),
    "isolation": ("居家隔离", isolation),
    "duty": ("值班", duty),
    "coverage": ("核酸各户情况", coverage),
    "doors": ("敲门名单", doors),
}
"""What can be exported: name -> (what people call it, how it is made)."""

"""Lists of tickets: /工单."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.model.handling import Outcome, Request
from bot.model.lists import Sought, Which
from bot.model.services import Services
from bot.model.ticket import OPEN, STATE_TITLES, Ticket
from handlers.branches import branch_said, colleague
from handlers.speaking import about, full_place, private_enough, quoted, to_sender
from handlers.tickets.covered import branch, meant
from handlers.tickets.lateness import work_out
from handlers.tickets.reach import in_reach, may_know, may_read
from handlers.tickets.views import NOTHING, Asked, View, paged, read
from intents.places import find_place

LISTED = 10
"""So many tickets are listed at most."""

LOADED = 20
"""So many people are listed at most with what they have in hand."""

WHOLE = 1500
"""Characters of somebody's words that /工单 shows."""


def show(request: Request, services: Services) -> Outcome:
    """/工单: one ticket by number, or a list: one's own for residents, those in reach for staff."""
    command = request.command
    assert command is not None
    if command.tickets and not paged(command):
        numbers = list(dict.fromkeys(command.tickets))[:LISTED]
        lines = [_show_one(number, request, services) for number in numbers]
        return _answer(request, "\n\n".join(lines))
    if not request.person.rank or not private_enough(request):
        return _answer(request, _own(request, services))
    work_out(services, request.message.at)
    return _answer(request, _listed(read(command), request, services))


def _answer(request: Request, text: str) -> Outcome:
    return Outcome("command:工单", (to_sender(request, text),))


def _own(request: Request, services: Services) -> str:
    """What a resident asked for themselves; in a group staff, too, see no more than that."""
    tickets = services.tickets.of_requester(request.person.id)
    if not tickets:
        return "没有未办结的工单。" if request.person.rank else services.replies("ticket_none")
    public = not private_enough(request)
    lines = [line(ticket, services, public=public) for ticket in tickets[:LISTED]]
    return "\n".join([_head("未办结", len(tickets), len(lines)), *lines])


def _listed(asked: Asked, request: Request, services: Services) -> str:
    at, first = request.message.at, (asked.page - 1) * LISTED
    reach = Sought(meant(request, services), request.person.id, late=asked.late)
    sought = _at_place(asked.place, reach, request, services) if asked.place else reach
    if sought is None:
        return services.replies("list_unknown", word=asked.place)
    if asked.holder:
        called = colleague(asked.holder, services)
        if called.person is None:
            return called.problem
        sought = replace(sought, which="held", holder_id=called.person.id)
    elif asked.view == "mine":
        sought = replace(sought, nodes=None, which="held", holder_id=request.person.id)
    if asked.view == "loads":
        return _loads(sought, services, at)
    if asked.view == "done":
        midnight = datetime.combine(at.astimezone(services.zone).date(), time(), services.zone)
        sought = replace(sought, late=False)
        total, tickets = services.lists.done(sought, midnight, at + timedelta(seconds=1), first + LISTED)
        return _paged(replace(asked, late=False), total, tickets[first:], request, services)
    if asked.view in ("untaken", "emergency") and not asked.holder:
        sought = replace(sought, which=WHICH[asked.view])
    tickets = services.lists.page(sought, at, LISTED, first)
    return _paged(asked, services.lists.count(sought, at), tickets, request, services)


WHICH: dict[View, Which] = {"untaken": "untaken", "emergency": "emergency"}


def _at_place(words: str, sought: Sought, request: Request, services: Services) -> Sought | None:
    """Those of a place: a branch of the tree, or a building that has no branch of its own; None when it is neither."""
    near = request.place.node if request.place else None
    if node := branch_said(words, near, services):
        if node.building is None:
            return replace(sought, only=branch(node, services))
        area = services.groups.compound(node)
        only = branch(area, services) if area else None
        return replace(
            sought, only=only, building=node.building, unit=node.unit or "", here=branch(node, services)
        )
    place = find_place(words.lower())
    if place.building is None:
        return None
    return replace(sought, building=place.building, unit=place.unit or "")


def _loads(sought: Sought, services: Services, at: datetime) -> str:
    loads = services.lists.loads(sought, at)
    untaken = services.lists.count(replace(sought, which="untaken"), at)
    waiting = f"没人接 {untaken} 张。" if untaken else ""
    if not loads:
        return f"{NOTHING['loads']}{waiting}"
    lines = [
        f"{load.name} {load.held} 张"
        + (f"，急 {load.urgent}" if load.urgent else "")
        + (f"，超时 {load.overdue}" if load.overdue else "")
        for load in loads[:LOADED]
    ]
    more = f"还有 {len(loads) - LOADED} 人。" if len(loads) > LOADED else ""
    head = f"{len(loads)} 人手上共 {sum(load.held for load in loads)} 张："
    return "\n".join(part for part in (head, *lines, more, waiting) if part)


def _paged(asked: Asked, total: int, tickets: list[Ticket], request: Request, services: Services) -> str:
    at = request.message.at
    if not total:
        return asked.nothing
    pages = (total + LISTED - 1) // LISTED
    if asked.page > pages:
        return f"一共 {pages} 页（{total} 张）。"
    late = services.lists.overdue(tickets, at)
    lines = [
        brief(ticket, services, at, late=ticket.number in late)
        if may_read(request, ticket, services)
        else line(ticket, services, public=True)
        for ticket in tickets
    ]
    head = f"{asked.title} {total} 张" + (f"，第 {asked.page}/{pages} 页：" if pages > 1 else "：")
    more = [f"往下看：{asked.typed(asked.page + 1)}"] if asked.page < pages else []
    return "\n".join([head, *lines, *more])


def _head(what: str, total: int, shown: int) -> str:
    return f"{what} {total} 张：" if total <= shown else f"{what} {total} 张，先列 {shown} 张："


def _show_one(number: str, request: Request, services: Services) -> str:
    ticket = services.tickets.get(number)
    if ticket is None or not may_know(request.person, ticket, services):
        return services.replies("command_no_ticket", number=number)
    if not may_read(request, ticket, services):
        return line(ticket, services, public=True)
    if not in_reach(request.person, ticket, services):
        return _waited_for(ticket, request, services)
    at = request.message.at
    work_out(services, at)
    late = bool(services.lists.overdue([ticket], at)) and ticket.state in OPEN
    followers = services.tickets.followers(ticket)
    lines = [line(ticket, services, public=False) + (" 超时" if late else ""), *plea_lines(ticket)]
    if ticket.beneficiary:
        lines.append(f"替 {ticket.beneficiary} 求助")
    if followers:
        lines.append(f"同户也在等：{'、'.join(follower.name for follower in followers)}")
    lines += [
        f"{services.show_time(step.at)} {step.actor} {step.what}" for step in services.tickets.history(ticket)
    ]
    return "\n".join(lines)


def _waited_for(ticket: Ticket, request: Request, services: Services) -> str:
    """One ticket for whoever waits for it: how it stands, and their own words as long as nobody else's are among them.
    Whoever names a door becomes a follower, so the door, the phones and the staff's notes are not for them."""
    alone = ticket.requester_id == request.person.id and not services.tickets.followers(ticket)
    merged = [f"并入 {ticket.merged_into}"] if ticket.merged_into else []
    moves = [
        f"{services.show_time(step.at)} {STATE_TITLES[step.after]}"
        for step in services.tickets.history(ticket)
        if step.before != step.after
    ]
    words = plea_lines(ticket) if alone else []
    return "\n".join([line(ticket, services, public=not alone), *words, *moves, *merged])


def plea_lines(ticket: Ticket) -> list[str]:
    """Who asked for what, for the staff's eyes."""
    lines = [f"{ticket.requester}（{ticket.room_name or '私聊'}）：{quoted(ticket.text, WHOLE)}"]
    return [*lines, f"电话 {ticket.phones}"] if ticket.phones else lines


def line(ticket: Ticket, services: Services, *, public: bool) -> str:
    """One ticket in a line: A023 【急】买药送药·春晓苑17号楼3单元501室 已接单 小安."""
    words = about(ticket, services, public=public)
    urgent = "【急】" if ticket.urgent else ""
    return f"{ticket.number} {urgent}{words['title']}·{words['place']} {words['state']} {words['owner']}".rstrip()


def brief(ticket: Ticket, services: Services, at: datetime, *, late: bool = False) -> str:
    """The same for the staff's lists, as short as a phone wants it: A023 急 买药送药·春晓苑17-3-501 已接单 小安 2小时 超时."""
    parts = [
        ticket.number,
        "急" if ticket.urgent else "",
        f"{ticket.title}·{door(ticket, services)}",
        STATE_TITLES[ticket.state],
        ticket.dispatched_to if ticket.state == "dispatched" else ticket.owner,
        age(at - ticket.opened_at) if ticket.state in OPEN else "",
        "超时" if late and ticket.state in OPEN else "",
    ]
    return " ".join(part for part in parts if part)


def door(ticket: Ticket, services: Services) -> str:
    """The place, short, for the staff's eyes: 春晓苑17-3-501."""
    if not ticket.building:
        return full_place(ticket, services)
    node = services.groups.find(ticket.node)
    compound = services.groups.compound(node) if node else None
    if not ticket.unit and not ticket.room:
        return full_place(ticket, services)
    numbers = "-".join(part for part in (ticket.building, ticket.unit, ticket.room) if part)
    return f"{compound.name if compound else ''}{numbers}"


def age(span: timedelta) -> str:
    """How long ago, in the largest unit that says enough: 5分钟, 2小时, 3天."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 48 * 60 else f"{minutes // (24 * 60)}天"

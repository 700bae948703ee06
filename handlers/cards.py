"""/联系卡: who to ring for what (爱心联系卡), as data/contacts.yaml has it for each branch; posted as a notice."""

import re
from collections import Counter

from bot.model.contacts import Contact
from bot.model.handling import Outcome, Request
from bot.model.notice import Notice
from bot.model.people import ROLE_TITLES
from bot.model.services import Services
from bot.model.tree import Node
from handlers.authority import may
from handlers.branches import as_typed, branch_said, own_branch
from handlers.duty.owners import place_title
from handlers.notices.drafting import out_of_reach
from handlers.notices.drafting import show as preview
from handlers.notices.targets import read_targets
from handlers.speaking import private_enough, to_sender

PLACEHOLDER = "{card}"
"""What stands for the card of the asker's own place in an answer of faq.yaml."""

EVERY = frozenset({"全部", "所有", "都看", "全体"})

_POST = re.compile(r"^(?:发给|发到|群发|发)[\s:：]*")
LATE_MINUTES = 24 * 60.0
"""A card that was confirmed and could not be sent holds tomorrow, too."""


def card(node: Node, services: Services) -> str:
    """The card of a branch, short enough for a phone."""
    return services.replies("card", place=place_title(node, services), list=_lines(node, services))


def _lines(node: Node, services: Services) -> str:
    return "\n".join(line(contact) for contact in services.contacts.card_for(services.groups.path(node)))


def line(contact: Contact) -> str:
    """买药、就医用车：网格员小安 0371-55501241."""
    return f"{'、'.join(contact.helps)}：{contact.name} {contact.phone}"


def show(request: Request, services: Services) -> Outcome:
    """/联系卡: the card of this group's place, in private of the household's or of the branch one works for; of the place
    that was named; 全部 lists what every branch has; 发 春晓苑 posts it to the groups of a branch."""
    assert request.command is not None
    said = as_typed(request.command).strip(" 。.")
    if (posting := _POST.match(said)) and request.person.rank:
        return _post(said[posting.end() :], request, services)
    if said in EVERY and private_enough(request) and may(request.person, "volunteer", None, services.groups):
        return _answer(request, _every(services))
    node = place_of(request, services) if not said or said in EVERY else _said(said, request, services)
    if node is None:
        return _answer(request, services.replies("branch_unknown", word=said))
    return _answer(request, card(node, services))


def _answer(request: Request, text: str) -> Outcome:
    return Outcome("command:联系卡", (to_sender(request, text),))


def place_of(request: Request, services: Services) -> Node:
    """The branch whose card is meant when none is named."""
    if request.place is not None:
        return request.place.node
    home = services.roster.household_of(request.person.id)
    if home is not None:
        near = services.groups.find(home.compound) if home.compound else None
        if found := services.groups.resolve(home.building, home.unit or None, near):
            return found
        if near is not None:
            return near
    return own_branch(request, "volunteer", services) or services.groups.root


def _said(said: str, request: Request, services: Services) -> Node | None:
    return branch_said(said, request.place.node if request.place else None, services)


def _post(said: str, request: Request, services: Services) -> Outcome:
    """A preview of the card for the groups that were named. Where some of them have another card, it goes to those that
    share one, and the others are named: each card is posted for itself."""
    if not private_enough(request):
        return _answer(request, services.replies("notice_elsewhere"))
    if not may(request.person, "worker", None, services.groups):
        refused = services.replies("command_refused", word="联系卡 发", role=ROLE_TITLES["worker"])
        return _answer(request, refused)
    if not said:
        return _answer(request, services.replies("command_usage", usage="/联系卡 发 春晓苑"))
    targets = read_targets(said, request.place.node if request.place else None, services.groups)
    if targets.problem or targets.node is None:
        return _answer(request, targets.problem or services.replies("branch_unknown", word=said))
    cards = {
        room: _lines(place.node, services) for room in targets.rooms if (place := services.groups.place(room))
    }
    shared = Counter(cards.values()).most_common(1)[0][0] if cards else ""
    rooms = tuple(room for room in targets.rooms if cards.get(room) == shared)
    if refused := out_of_reach(rooms, request, services):
        return _answer(request, services.replies("notice_refused", list=refused))
    others = [room for room in targets.rooms if room not in rooms]
    notes = [*targets.notes, *([services.replies("card_others", list="、".join(others))] if others else [])]
    draft = Notice(
        0,
        services.replies("card", place=targets.scope, list=shared),
        rooms,
        targets.scope,
        targets.node.name,
        request.message.at,
        request.message.at,
        late_minutes=LATE_MINUTES,
        by_id=request.person.id,
        by_name=request.person.name,
        room_id=request.message.room_id,
    )
    return preview(draft, notes, request, services)


def _every(services: Services) -> str:
    """Every branch that has somebody of its own, in the order of the tree."""
    contacts = services.contacts
    listed = [one for one in (*contacts.cards, *contacts.public, *contacts.duty) if one.helps]
    lines = []
    for node in services.groups.below(services.groups.root):
        root = node is services.groups.root
        here = [one for one in listed if one.scope == node.name or (root and one.scope is None)]
        lines += [f"{place_title(node, services)}", *map(line, here)] if here else []
    return services.replies("card_all", list="\n".join(lines))

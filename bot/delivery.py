"""Who hears a reply: from a handler's words to outbox rows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.groups import Tree
from bot.loopguard import LoopGuard
from bot.model.channel import BUNDLED, GONE, Outgoing
from bot.model.handling import Reply, Request
from bot.model.ledger import (
    Claims,
    Intake,
    Members,
    NewOutgoing,
    Outbox,
    Rooms,
    RowState,
    State,
    Transactions,
)
from bot.model.people import Colleagues
from bot.model.replies import Replies
from bot.model.tree import Node, RoomKind
from bot.model.why import WhyBook

log = logging.getLogger("xiaoxiang.delivery")

SHOWN = 200
"""Characters of a call or an alert that went astray which the staff are shown."""
LONGEST = 4000
"""Characters of one outgoing message; the rest is cut off."""


def line(out: Outgoing) -> str:
    """A message as a line of a list for the staff: where it was to go, and what it was about. What was meant for the staff
    themselves is shown: else nobody would know what to look for."""
    about = out.ticket or (f"通知{out.notice}" if out.notice is not None else "") or carried(out)
    if not about and out.kind == "alert" and out.room:
        return f"{out.room}：{out.text[:SHOWN]}"
    return f"{out.room or '私聊'} {about}".strip()


def carried(out: Outgoing) -> str:
    """The numbers of the tickets that a message says together; empty for one that says a single thing."""
    bundled, _, numbers = out.topic.partition(" ")
    return numbers.replace(" ", "、") if bundled == BUNDLED else ""


@dataclass(frozen=True, slots=True)
class Books:
    """The parts of the ledger that the assistant itself writes."""

    transactions: Transactions
    intake: Intake
    rooms: Rooms
    outbox: Outbox
    claims: Claims
    members: Members
    state: State
    whys: WhyBook


class Delivery:
    """Turns replies into outbox rows."""

    def __init__(
        self,
        books: Books,
        tree: Tree,
        replies: Replies,
        colleagues: Colleagues,
        loops: LoopGuard,
        called: Callable[[str], str],
        version: Callable[[], int],
    ) -> None:
        """``loops`` is told what the bot says. ``called(topic)``: how the staff name the stop that a row of that topic
        calls; empty for other rows. ``version``: which version of data/ is live."""
        self._books = books
        self._tree = tree
        self._replies = replies
        self._colleagues = colleagues
        self._loops = loops
        self._called = called
        self._version = version
        self.left: set[str] = set()
        """Ids of rooms the account has left since the start, as far as nothing was heard there since."""

    def tell_staff(self, text: str, at: datetime, node: Node | None = None) -> None:
        """Queue an alert to the staff of a node (the community's, by default)."""
        self._to_staff(Reply(text, "alert", "staff"), node or self._tree.root, at)

    def send(self, reply: Reply, request: Request) -> None:
        """Queue what a handler wants said. Needs an open transaction, like everything here."""
        message = request.message
        match reply.audience:
            case "here" if not message.private:
                self._enqueue(reply, message.room, message.room_id, message.at, cause=message.id)
            case "here" | "sender":
                self._enqueue(reply, "", "", message.at, to_id=message.sender_id, cause=message.id)
            case _:
                near = request.place.node if request.place else self._tree.root
                self.ring(reply, message.at, near, cause=message.id)

    def ring(self, reply: Reply, at: datetime, near: Node | None = None, cause: str = "") -> None:
        """Queue what the clock wants said; whoever is meant stands in the reply itself. ``near`` is meant by a reply
        to staff or to a group that names no node."""
        node = (self._tree.find(reply.node) if reply.node else None) or near or self._tree.root
        match reply.audience:
            case "person":
                self._enqueue(reply, "", "", at, to_id=reply.to, cause=cause)
            case "room":
                known = self._books.rooms.get(reply.to)
                self._enqueue(reply, known.name if known else "", reply.to, at, cause=cause)
            case "group":
                kind: RoomKind = "isolation" if reply.to == "isolation" else "residents"
                if room := self._tree.nearest_room(node, kind):
                    self._enqueue(reply, room, self._books.rooms.serving(room), at, cause=cause)
            case "named":
                self._enqueue(reply, reply.to, self._books.rooms.serving(reply.to), at, cause=cause)
            case "staff":
                self._to_staff(reply, node, at, cause=cause)
            case "admins":
                self._to_admins(reply, at, cause)
            case "here" | "sender":
                raise ValueError(f"the clock speaks to nobody {reply.audience}")

    def _to_staff(self, reply: Reply, node: Node, at: datetime, cause: str = "") -> None:
        """To the staff's group; as long as the bot has not seen that group, to each of them in private, too."""
        room = self._tree.staff_room(node)
        serving = self._books.rooms.serving(room) if room else None
        if room:
            self._enqueue(reply, room, serving, at, cause=cause)
        if serving is None:
            self._to_each(reply, node, at, cause)

    def _to_admins(self, reply: Reply, at: datetime, cause: str) -> None:
        """To the group of those who edit data/; where there is none, or it was never seen, to the community's staff."""
        room = self._tree.root.admin_room
        if room and (serving := self._books.rooms.serving(room)):
            self._enqueue(reply, room, serving, at, cause=cause)
        else:
            self._to_staff(reply, self._tree.root, at, cause)

    def _to_each(self, reply: Reply, node: Node, at: datetime, cause: str = "") -> None:
        """To everybody with a worker's role over the node, in private."""
        staff = self._colleagues.holding("worker", node)
        for person in staff:
            self._enqueue(reply, "", "", at, to_id=person.id, cause=cause)
        if not staff:
            log.error("nobody can be told", extra={"action": "staff.none", "message_id": cause})

    def astray(self, state: RowState, out: Outgoing, error: str, at: datetime) -> None:
        """Tell the staff of a message that failed or may not have left, and why. Needs an open transaction.

        What was meant for them and failed in their group goes to each of them in private. A notice's groups are listed
        in the report at its end (handlers/notices/progress.py), and only there.
        """
        if out.notice is not None:
            return
        if out.kind == "call":
            self._call_astray(state, out, error, at)
        elif out.kind != "alert":
            words = {"count": "1", "list": f"{line(out)}（{error}）" if error else line(out)}
            self.tell_staff(self._replies("failed" if state == "failed" else "unconfirmed", **words), at)
        elif out.room_id and state == "failed":
            binding = self._books.rooms.get(out.room_id)
            place = self._tree.place(binding.tree_room) if binding and binding.tree_room else None
            self._to_each(
                Reply(out.text, "alert", "staff", ticket=out.ticket),
                place.node if place else self._tree.root,
                at,
            )
        elif (out.ticket is not None or carried(out)) and out.room_id:
            words = {"count": "1", "list": line(out)}
            self.tell_staff(self._replies("unconfirmed", **words), at)

    def _call_astray(self, state: RowState, out: Outgoing, error: str, at: datetime) -> None:
        """People stand in the cold or miss their turn: at once, with the group's name and what was to be said there."""
        place = self._tree.place(out.room)
        key = "call_failed" if state == "failed" else "call_unconfirmed"
        text = self._replies(key, room=out.room or "私聊", reason=error, text=out.text[:SHOWN])
        if again := self._called(out.topic):
            text += "\n" + self._replies("call_again", place=again)
        self.tell_staff(text, at, place.node if place else None)

    def room_left(self, room_id: str, at: datetime) -> None:
        """The account is no longer in a room: what waits for it has failed, and the staff are told, once."""
        if not self._books.rooms.leave(room_id, at):
            return
        self.left.add(room_id)
        known = self._books.rooms.get(room_id)
        lost = self._books.outbox.fail_room(room_id, at, GONE)
        place = self._tree.place(known.tree_room) if known and known.tree_room else None
        if place is None:
            return
        for out in lost:
            if out.kind in ("alert", "call"):
                self.astray("failed", out, GONE, at)
        others = [out for out in lost if out.kind not in ("alert", "call")]
        words = {"room": place.room, "count": str(len(others)) if others else ""}
        key = "room_left_lost" if others else "room_left"
        self.tell_staff(self._replies(key, **words), at, place.node)

    def _enqueue(
        self, reply: Reply, room: str, room_id: str | None, at: datetime, *, to_id: str = "", cause: str = ""
    ) -> None:
        mentions = () if to_id else tuple((id_, name) for id_, name in reply.mentions if name)
        kind = "private" if to_id and reply.kind == "reply" else reply.kind
        text = reply.text if len(reply.text) <= LONGEST else reply.text[:LONGEST] + "……"
        new = NewOutgoing(
            kind=kind,
            room_id=room_id,
            room=room,
            to_id=to_id,
            text=text,
            mentions=mentions,
            ticket=reply.ticket,
            message_id=cause,
            at=at,
            urgent=reply.urgent,
            topic=reply.topic,
            notice=reply.notice,
            level=reply.level,
            attachment=reply.attachment,
            held=reply.held,
            brief=reply.brief,
        )
        row = self._books.outbox.add(new)
        if reply.because is not None:
            self._books.whys.put(row, replace(reply.because, version=self._version()))
        self._loops.said(room_id or to_id, text, at)

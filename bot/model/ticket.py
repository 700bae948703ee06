"""The life of a ticket: 下单 → 接单 → 派单 → 办结."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.model.audit import Actor

State = Literal["opened", "taken", "dispatched", "done", "cancelled", "declined"]

STATE_TITLES: dict[State, str] = {
    "opened": "已下单",
    "taken": "已接单",
    "dispatched": "已派单",
    "done": "已办结",
    "cancelled": "已撤单",
    "declined": "无法办理",
}

OPEN: frozenset[State] = frozenset({"opened", "taken", "dispatched"})
"""States in which somebody still has to do something."""

MOVES: dict[State, frozenset[State]] = {
    "opened": frozenset({"taken", "dispatched", "done", "cancelled", "declined"}),
    "taken": frozenset({"opened", "dispatched", "done", "cancelled", "declined"}),
    "dispatched": frozenset({"opened", "taken", "dispatched", "done", "cancelled", "declined"}),
    "done": frozenset({"opened"}),
    "cancelled": frozenset(),
    "declined": frozenset({"opened"}),
}
"""Every allowed move; whatever is not here is refused. Open again (下单): a claim without progress went back to the
queue, or the requester got nothing. Besides, whoever made the last move may take it back (/撤销), which leads to
where it came from and nowhere else."""

COMPLAINT = timedelta(hours=72)
"""How long after it was closed whoever waited may say that nothing came, or that they still need it."""

EventKind = Literal[
    "opened", "moved", "undone", "added", "urged", "asked", "answered", "progress", "followed", "merged", "split",
    "returned", "escalated", "reminded", "checked", "confirmed", "edited",
]  # fmt: skip
"""What an audit row of a ticket says. opened, moved, returned (by the clock, for want of progress) and undone change
the state; asked and answered: waiting for the resident; escalated: a step of the ladder; reminded: an emergency
nobody took; checked: 「收到了吗？」 was asked; confirmed: it was received."""


@dataclass(frozen=True, slots=True)
class Plea:
    """What somebody asked for, and where it belongs."""

    intent: str
    title: str
    """What people call its kind: 买药送药."""
    urgent: bool
    room_id: str
    """Where it was said; empty in private."""
    room_name: str
    requester_id: str
    requester: str
    node: str
    """Name of the tree's node it belongs to."""
    building: str
    unit: str
    room: str
    """Room number of the household; never shown in a residents' group."""
    phones: str
    items: str
    text: str
    """The plea and what was added to it later, a line each."""


@dataclass(frozen=True, slots=True)
class NewTicket(Plea):
    """A plea about to be written down."""

    by: Actor
    """Who said it: the requester, or a worker who writes it down for somebody."""
    beneficiary: str = ""
    """For whom it is, when not for the requester's own household: 我妈, 张奶奶; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Ticket(Plea):
    """A plea from the moment it was written down."""

    number: str
    """What people say on the phone: A023."""
    state: State
    owner_id: str
    """Who took it; empty while nobody has."""
    owner: str
    dispatched_id: str
    """Who was sent to see to it; empty when nobody was, or when the name given is nobody's we know."""
    dispatched_to: str
    opened_at: datetime
    updated_at: datetime
    beneficiary: str = ""
    """For whom it is, when not for the requester's own household."""
    merged_into: str = ""
    """The number of the ticket that took it in; empty when none did."""

    @property
    def short(self) -> str:
        """The number as people type it: 23 for A023; from B001 on with its letter."""
        return short(self.number)


def short(number: str) -> str:
    """A number as people type it: 23 for A023; from B001 on with its letter."""
    return number[1:].lstrip("0") if number.startswith("A") and len(number) == 4 else number


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who waits for a ticket's news: its requester, or who asked for the same need of the same household."""

    person_id: str
    name: str
    room_id: str
    """Where they asked, and hear of it; empty in private."""
    room_name: str


@dataclass(frozen=True, slots=True)
class Step:
    """One audit row of a ticket. Clocks, loads and reports are computed from these rows and nothing else."""

    at: datetime
    actor_id: str
    """Empty for the clock."""
    actor: str
    room_id: str
    """Where it was said; empty in private."""
    kind: EventKind
    before: State | None
    """None for the first row."""
    after: State
    owner_id: str
    """Who owned it after this row; empty for nobody."""
    owner: str
    dispatched_id: str
    dispatched_to: str
    note: str

    @property
    def what(self) -> str:
        """For the staff's eyes: the state reached, to whom, and the note: 已派单 小冀 带上轮椅."""
        moved = self.kind in ("opened", "moved", "undone", "returned", "merged")
        title = STATE_TITLES[self.after] if moved else EVENT_TITLES[self.kind]
        title = {"undone": f"撤销操作，回到{title}", "returned": f"没有进展，回到{title}"}.get(
            self.kind, title
        )
        to = self.dispatched_to if moved and self.after == "dispatched" else ""
        return " ".join(part for part in (title, to, self.note) if part)


EVENT_TITLES: dict[EventKind, str] = {
    "added": "补充",
    "urged": "催办",
    "asked": "问居民",
    "answered": "居民回答",
    "progress": "进展",
    "followed": "同户也在等",
    "split": "拆出",
    "escalated": "升级提醒",
    "reminded": "再次提醒",
    "checked": "问收到了吗",
    "confirmed": "居民说收到",
    "edited": "改",
}
"""What the staff read for rows that move nothing."""


class MoveRefused(Exception):
    """The table of moves does not allow it; carries the ticket as it is."""

    def __init__(self, ticket: Ticket, to: State) -> None:
        super().__init__(f"{ticket.number}: {ticket.state} -> {to}")
        self.ticket = ticket
        self.to = to

"""Notices: what is to be told to which groups, and what became of it in each of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model.audit import Actor

Level = Literal["normal", "important", "urgent"]
"""普通, 重要, 紧急. Quiet hours hold normal ones only; urgent ones leave before all but alerts and
what was answered before."""

LEVEL_TITLES: dict[Level, str] = {"normal": "普通", "important": "重要", "urgent": "紧急"}

NoticeState = Literal["draft", "waiting", "sending", "paused", "done", "cancelled", "dropped"]
"""draft: previewed, not confirmed. waiting: for its time. sending: its rows are in the outbox. paused: those not sent are
held. done: every row is settled. cancelled: taken back. dropped: it was too late for it, ``reason`` says why."""

NOTICE_STATES: dict[NoticeState, str] = {
    "draft": "待确认", "waiting": "待发", "sending": "正在发", "paused": "暂停", "done": "发完", "cancelled": "取消",
    "dropped": "没有发",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """One issue of a notice: an entry of notices.yaml at one planned time, or what somebody wrote in the chat."""

    id: int
    """Its number for people: 通知12. 0 for one that is not written down yet."""
    text: str
    """Exactly what the groups read."""
    rooms: tuple[str, ...]
    """Names (of bot.yaml) of the groups it goes to, in the order of the tree, each once."""
    scope: str
    """The same for people: 春晓苑（除8号楼）."""
    node: str
    """Name of the nearest branch above all of them: whose business it is."""
    planned_at: datetime
    created_at: datetime
    level: Level = "normal"
    state: NoticeState = "draft"
    reason: str = ""
    """Why it was dropped or cancelled, or what was wrong on the way, in Chinese."""
    source: str = ""
    """Id of the entry of notices.yaml; empty when it was written in the chat."""
    late_minutes: float = 60
    """So long after the planned time it may still be begun."""
    valid_until: datetime | None = None
    """First moment at which it no longer holds: what is still waiting then is not sent."""
    attachments: tuple[str, ...] = ()
    """Ids of messages (pictures, files) of the channel that are sent on after the text."""
    drill: bool = False
    """演练: marked as such in the text."""
    asks_receipt: bool = False
    """True when 「收到」 is asked for and counted."""
    corrects: int | None = None
    """Number of the notice this one corrects (更正)."""
    update_text: str = ""
    """For the groups that got the notice it corrects: the same, naming the old one. Empty without ``corrects``."""
    by_id: str = ""
    by_name: str = ""
    """Who wrote it; empty for notices.yaml."""
    room_id: str = ""
    """Where they wrote it, and are told how it went; empty in private, and for notices.yaml."""
    second_id: str = ""
    second: str = ""
    """Who confirmed it besides its writer."""
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    reminded_at: datetime | None = None
    """When the groups were told how many have not answered 「收到」."""
    begin_at: datetime | None = None
    """Not before this moment, though it was planned earlier: the end of the quiet hours. None: the planned one."""
    entry: str = ""
    """Id of the entry of the FAQ of which it corrects an earlier answer; empty for others."""

    @property
    def number(self) -> str:
        """What people call it: 通知12."""
        return f"通知{self.id}"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """What became of a notice in one group: an outbox row."""

    row: int
    """The outbox row's id."""
    room: str
    """The group's name in bot.yaml."""
    state: str
    """bot.model.ledger.RowState."""
    error: str
    """Why it failed, or waits: in Chinese."""
    held: str
    """Why a pending one waits: "paused", "quiet"; else empty."""
    settled_at: datetime | None
    echoed: bool
    """True when the account was seen saying it."""
    attachment: str
    """Id of the message that was to be sent on; empty for the text itself."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """How many answered 「收到」 in one group."""

    room: str
    people: int
    households: int
    """Households behind them, as far as accounts are bound; an unbound person counts as one."""


class NoticeBook(Protocol):
    """Notices and their rows (bot/ledger/notices.py). Every change needs an open transaction."""

    def add(self, notice: Notice) -> Notice | None:
        """Write one down; with its number. None when the same entry was already claimed for that planned time."""
        ...

    def get(self, number: int) -> Notice | None:
        """By its number."""
        ...

    def change(self, number: int, at: datetime, **fields: object) -> Notice:
        """Set fields of Notice (state, planned_at, second_id, second, reason, reminded_at, …); begun_at and ended_at are
        set by the state. Returns it as it is now."""
        ...

    def in_state(self, *states: NoticeState) -> list[Notice]:
        """Those in one of these states, by planned time, then number."""
        ...

    def oldest_draft(self) -> datetime | None:
        """When the oldest of those that wait to be confirmed was shown."""
        ...

    def latest(self, limit: int) -> list[Notice]:
        """The latest written down, whatever became of them, latest first."""
        ...

    def next_waiting(self) -> datetime | None:
        """The first moment at which one of those that wait is to begin."""
        ...

    def to_begin(self, at: datetime) -> list[Notice]:
        """Those that wait and whose moment has come, by that moment, then number."""
        ...

    def next_expiry(self) -> datetime | None:
        """The first moment at which one no longer holds that has not reached all its groups."""
        ...

    def expired(self, at: datetime) -> list[Notice]:
        """Those that no longer hold at that moment and have not reached all their groups, by number."""
        ...

    def loose(self, level: Level) -> list[int]:
        """Numbers of those of this level that are being sent and have pending rows which nothing holds."""
        ...

    def held(self, why: str) -> list[int]:
        """Numbers of those with rows held for that reason."""
        ...

    def claimed_after(self, at: datetime) -> frozenset[tuple[str, datetime]]:
        """What of notices.yaml planned after that moment is written down already, cancelled or moved: entry and time."""
        ...

    def last_claimed(self, source: str) -> datetime | None:
        """The latest planned moment for which an entry of notices.yaml was claimed."""
        ...

    def last_claims(self) -> Mapping[str, datetime]:
        """The same for every entry that was ever claimed."""
        ...

    def being_corrected(self) -> frozenset[int]:
        """Numbers of the notices of which a correction is previewed or waits for its time."""
        ...

    def rows(self, number: int) -> list[DeliveryRow]:
        """Its outbox rows, a group each (and one for each attachment), in the order they were queued."""
        ...

    def hold(self, number: int, why: str) -> int:
        """Hold its pending rows: they keep their place and do not leave. Returns how many."""
        ...

    def release(self, number: int, why: str) -> int:
        """Let the rows held for that reason leave again. Returns how many."""
        ...

    def cancel_rows(
        self, number: int, at: datetime, rooms: Collection[str] | None = None, why: str = ""
    ) -> list[str]:
        """pending -> cancelled, of these groups (None: all). ``why``: in Chinese, for reports. Returns the groups, each
        once."""
        ...

    def received(self, number: int, room: str, by: Actor, household: str) -> bool:
        """Count a 「收到」; ``household`` is its key, "" when unknown. False when the person was counted already."""
        ...

    def receipts(self, number: int) -> Sequence[Receipts]:
        """How many answered, by group."""
        ...

    def asking(self, room: str, since: datetime) -> list[Notice]:
        """The notices sent to this group since then that ask for 「收到」, latest first."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry of notices.yaml that is due."""

    notice: Notice
    """Complete, not written down yet: "waiting", or "dropped" with the reason."""
    guessed: bool = False
    """True when nobody knows yet whether that day is a workday: its year has not been announced."""


class Noticeboard(Protocol):
    """The entries of notices.yaml and when each is due next (bot/noticeboard.py)."""

    def next(self) -> datetime | None:
        """The first moment at which an entry is due; now, when everything has to be planned anew. Costs next to
        nothing, however many entries there are."""
        ...

    def due(self, at: datetime) -> Sequence[Planned]:
        """Everything due by that moment, oldest first: of each entry its latest planned time, unless that is too late;
        the others come with the state "dropped". It is settled with that: needs an open transaction, in which the caller
        writes down each of them."""
        ...

    def stands(self, source: str) -> bool:
        """True while the entry of this id is in the file and of the present mode."""
        ...

    def meant_on(self, source: str, at: datetime) -> bool:
        """True when the entry of this id may be read on the day of that moment: its days and its validity."""
        ...

    def coming(self, at: datetime, until: datetime) -> Sequence[Planned]:
        """What will be due between two moments; claims nothing."""
        ...

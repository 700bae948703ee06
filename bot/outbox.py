"""The only sender: priority, pace, the privacy guard, states.

``next_step`` is pure given the rows and the time; ``Outbox.run`` waits. The transcript channel calls the same steps in the
transcript's time.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from bot.guard import guarded
from bot.model.channel import (
    GONE,
    TOO_FAST,
    Channel,
    MaybeSent,
    NotSent,
    Outgoing,
    RoomGone,
    TooFast,
    Unsendable,
)
from bot.model.clock import Clock
from bot.model.ledger import LedgerRefused, RowState, Transactions, Waiting
from bot.model.ledger import Outbox as Rows
from bot.model.settings import Pace

log = logging.getLogger("xiaoxiang.outbox")

ATTEMPTS = 8
"""A message that the gateway refused so often has failed, and the staff are told."""
FIRST_RETRY = timedelta(seconds=2)
"""Doubled at every further attempt, up to LAST_RETRY."""
LAST_RETRY = timedelta(minutes=2)
LONGEST_BACKOFF = timedelta(minutes=15)
LOOK_AHEAD = 500
"""So many waiting rows are looked at for one that may go."""
DISK_RETRY_SECONDS = 1.0
ALERTS_APART = 3
"""So many new tickets that wait for the same people are told one by one; when more do, in one message."""
ACKS_APART = 1
TOGETHER = 30
"""So many are said in one message at most."""
REMINDERS = 1000
"""The same of reminders that nobody took or finished something."""
GATHERED = timedelta(minutes=2)
"""As long as answers are behind, reminders wait so long, and leave together."""
LETTERS = 3000
"""Characters of their lines; what is longer is the next message."""
PATIENCE = timedelta(seconds=15)
"""An answer that has waited so long is behind: those of its group that wait, too, go with it, and it gets its turn among
the alerts."""
ALERTS_IN_A_ROW = 2
"""Then it is the turn of an answer that is behind."""
NOT_READY_SECONDS = 0.2
"""How long to wait before asking the channel again whether it can send."""


class Pacer:
    """When the next message of the account may leave, and in which room. Kept in memory, told by what was sent."""

    def __init__(self, pace: Callable[[], Pace], rng: random.Random) -> None:
        """``pace`` is asked each time: everyday and wartime have their own."""
        self._pace = pace
        self._rng = rng
        self._free_at: datetime | None = None
        self._rooms: dict[str, datetime] = {}
        self._minute: deque[datetime] = deque()
        self._backoff = timedelta()

    def sent(self, at: datetime, room_id: str) -> None:
        """A message left."""
        pace = self._pace()
        gap = self._rng.uniform(pace.min_seconds, pace.max_seconds)
        self._free_at = max(self._free_at or at, at + timedelta(seconds=gap))
        self._backoff = timedelta()
        if pace.per_room_seconds:
            if len(self._rooms) > 5000:
                self._rooms.clear()
            self._rooms[room_id] = at + timedelta(seconds=pace.per_room_seconds)
        if pace.per_minute:
            self._minute.append(at)

    def too_fast(self, at: datetime) -> datetime:
        """WeChat says 操作过于频繁: be quiet, twice as long each time in a row. Returns until when."""
        self._backoff = min(
            self._backoff * 2 or timedelta(seconds=self._pace().backoff_seconds), LONGEST_BACKOFF
        )
        self._free_at = at + self._backoff
        return self._free_at

    def free_at(self, at: datetime) -> datetime:
        """The first moment from ``at`` on when the account may speak."""
        if self._free_at and self._free_at - at > LONGEST_BACKOFF:
            self._forget()  # the clock was set back
        free = max(at, self._free_at) if self._free_at else at
        if per_minute := self._pace().per_minute:
            while self._minute and self._minute[0] <= at - timedelta(minutes=1):
                self._minute.popleft()
            if len(self._minute) >= per_minute:
                free = max(free, self._minute[-per_minute] + timedelta(minutes=1))
        return free

    def _forget(self) -> None:
        self._free_at = None
        self._rooms.clear()
        self._minute.clear()

    def room_free_at(self, room_id: str, at: datetime) -> datetime:
        """The first moment from ``at`` on when this room may be spoken to."""
        return max(at, self._rooms.get(room_id, at))


def choose(waiting: Iterable[Waiting], pacer: Pacer, at: datetime) -> Waiting | datetime | None:
    """The row to send now, or the moment to look again, or None when nothing waits.

    Rows leave by priority, then in order. Within a room nothing overtakes a row that waits for its retry.
    """
    free = pacer.free_at(at)
    held: set[str] = set()
    again: list[datetime] = []
    for row in waiting:
        if free > at:
            return free
        where = row.out.room_id or row.out.to_id
        if where in held:
            continue
        due = row.due if row.due - at <= LONGEST_BACKOFF else at  # queued before the clock was set back
        ready = max(due, pacer.room_free_at(where, at))
        if ready <= at:
            return row
        held.add(where)
        again.append(ready)
    return min(again, default=None)


def _reminds(row: Waiting) -> bool:
    """True when it tells the staff of tickets that they have been told of."""
    return row.brief is not None and row.brief.kind not in ("tickets", "acks")


def _short_enough(found: Sequence[Waiting], head: Waiting) -> list[Waiting]:
    """The first of them whose lines one message bears; the one whose turn it is among them, whatever its place."""
    left, kept = LETTERS - _letters(head), []
    for row in found:
        if row.out.id != head.out.id:
            left -= _letters(row)
        if left >= 0 or row.out.id == head.out.id:
            kept.append(row)
    return kept


def _letters(row: Waiting) -> int:
    return len(row.brief.line) + 1 if row.brief else 0


class Outbox:
    """Sends what waits, one message at a time."""

    def __init__(
        self,
        rows: Rows,
        transactions: Transactions,
        channel: Channel,
        clock: Clock,
        rng: random.Random,
        pace: Callable[[], Pace],
        may_read_all: Callable[[str], bool],
        public_phones: Callable[[], Collection[str]],
        tell_staff: Callable[[str, dict[str, str], datetime], None],
        astray: Callable[[RowState, Outgoing, str, datetime], None],
        room_left: Callable[[str, datetime], None],
        together: Callable[[Sequence[Waiting]], str] | None = None,
    ) -> None:
        """``pace`` is asked at each message. ``may_read_all(room_id)``: True for rooms without residents.
        ``tell_staff(key, words, at)``, ``astray(state, row, reason, at)`` and ``room_left(room_id, at)`` queue alerts inside
        the open transaction. ``together(rows)``: the words that say them all at once; None: each is always said alone."""
        self._rows = rows
        self._together = together
        self._alerts = 0
        """So many left since the last answer."""
        self._transactions = transactions
        self._channel = channel
        self._clock = clock
        self._pace = pace if channel.paced else lambda: Pace(0, 0, 0, 0, 0, pace().backoff_seconds)
        self._pacer = Pacer(self._pace, rng)
        self._may_read_all = may_read_all
        self._public_phones = public_phones
        self._tell_staff = tell_staff
        self._astray = astray
        self._room_left = room_left
        self._wake = asyncio.Event()
        self._today: tuple[object, int] = (None, 0)
        self._stopped = False
        self._recalled = False
        self.idle = asyncio.Event()
        """Set while nothing waits."""

    def wake(self) -> None:
        """Something may be waiting."""
        self.idle.clear()
        self._wake.set()

    def recall(self) -> None:
        """Take up the pace where an earlier process left it, as soon as the account is known; later calls do nothing."""
        if self._recalled:
            return
        self._recalled = True
        at = self._clock.now()
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        today = self._rows.sent_since(midnight)
        self._today = (at.date(), len(today))
        for when, room_id in self._rows.sent_since(at - timedelta(minutes=1)):
            self._pacer.sent(when, room_id)

    def stop(self) -> None:
        """End ``run`` after the message that is just leaving."""
        self._stopped = True
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped."""
        while not self._stopped:
            self._wake.clear()
            try:
                step = self.next_step(self._clock.now())
            except LedgerRefused as error:
                log.error("disk", extra={"action": "ledger.refused", "error": str(error)})
                await asyncio.sleep(DISK_RETRY_SECONDS)
                continue
            if isinstance(step, Waiting):
                if not self._channel.ready:
                    await asyncio.sleep(NOT_READY_SECONDS)
                    continue
                await self.send(step)
            else:
                await self._wait(step)

    async def _wait(self, until: datetime | None) -> None:
        if until is None:
            self.idle.set()
        seconds = None if until is None else max((until - self._clock.now()).total_seconds(), 0.001)
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def waiting_for_rooms(self) -> int:
        """Rows that cannot leave because their room has never been seen."""
        return self._rows.roomless()

    def next_step(self, at: datetime) -> Waiting | datetime | None:
        """What to do now: a row to send, a moment to look again, or nothing."""
        looked = 0

        def some() -> Iterator[Waiting]:
            nonlocal looked
            behind: bool | None = None
            for row in self._rows.waiting(LOOK_AHEAD):
                looked += 1
                if _reminds(row) and row.due > at - GATHERED:
                    if behind is None:
                        behind = any(True for _ in self._rows.answers(1, at - PATIENCE))
                    if behind:
                        continue
                yield row

        step = choose(some(), self._pacer, at)
        if looked == LOOK_AHEAD and not isinstance(step, Waiting):
            step = choose(self._rows.heads(), self._pacer, at)  # one held room must not hide all others
        if isinstance(step, Waiting) and self._answers_turn(step):
            answer = choose(self._rows.answers(LOOK_AHEAD, at - PATIENCE), self._pacer, at)
            return answer if isinstance(answer, Waiting) else step
        return step

    def _answers_turn(self, step: Waiting) -> bool:
        """Whoever asked must not wait until the last alert of a surge has left; nothing comes before an emergency."""
        return step.out.kind == "alert" and not step.first and self._alerts >= ALERTS_IN_A_ROW

    async def send(self, row: Waiting) -> None:
        """Send one row and write down what became of it. The claim is on disk before the words leave."""
        if row.out.room_id and self._rows.gone(row.out.room_id):
            await self._give_up(row, "failed", GONE)
            return
        fellows = self._fellows(row)
        out = await (self._claim_together(fellows) if fellows else self._claim(row.out))
        if out is None:
            return
        row = replace(row, out=out, attempts=max(one.attempts for one in fellows or [row]))
        if not row.first:
            self._alerts = self._alerts + 1 if out.kind == "alert" else 0
        try:
            gateway_id = await self._channel.send(out)
        except TooFast:
            until = self._pacer.too_fast(self._clock.now())
            at = self._clock.now()
            await self._write(lambda: self._rows.postpone(out.id, at, until, TOO_FAST, counted=False))
            log.warning("too fast", extra={"action": "outbox.too_fast", "row": out.id})
        except RoomGone as error:
            log.warning("room gone", extra={"action": "outbox.room_gone", "room_id": out.room_id})
            await self._give_up(row, "failed", str(error), gone=True)
        except Unsendable as error:
            log.warning("unsendable", extra={"action": "outbox.unsendable", "row": out.id})
            await self._give_up(row, "failed", str(error))
        except NotSent as error:
            await self._not_sent(row, str(error))
        except MaybeSent as error:
            await self._unconfirmed(row, str(error))
        except Exception as error:  # a channel's own fault: nobody knows whether it left
            log.exception("channel", extra={"action": "outbox.channel_failed", "row": out.id})
            await self._unconfirmed(row, type(error).__name__)
        else:
            await self._sent(out, gateway_id)

    def _fellows(self, row: Waiting) -> list[Waiting]:
        """The rows that leave together with this one, itself among them; none while it can be said alone."""
        at = self._clock.now()
        if row.brief is None or row.first or self._together is None:
            return []
        alone = ALERTS_APART if row.brief.kind == "tickets" else ACKS_APART
        if row.brief.kind != "tickets" and row.due > at - PATIENCE:
            return []
        whole = not _reminds(row)  # of reminders the first tickets and their number are enough
        found = self._rows.fellows(row, TOGETHER if whole else REMINDERS, at)
        if len(found) <= alone:
            return []
        return _short_enough(found, row) if whole else found

    async def _claim(self, said: Outgoing) -> Outgoing | None:
        """Put the claim on disk, and what really leaves; None when the row was taken back while the disk refused."""
        out = self._guarded(said)
        claimed = False

        def change() -> None:
            nonlocal claimed
            claimed = self._rows.claim(out.id, out.text, said.text)

        await self._write(change)
        return out if claimed else None

    async def _claim_together(self, fellows: Sequence[Waiting]) -> Outgoing | None:
        """The same of several that one message says."""
        assert self._together is not None
        said = self._guarded(replace(fellows[0].out, text=self._together(fellows)))
        carrier: Outgoing | None = None

        def change() -> None:
            nonlocal carrier
            carrier = self._rows.claim_together(fellows, said.text, self._clock.now())

        await self._write(change)
        return carrier

    async def _write(self, change: Callable[[], None]) -> None:
        """Make a change durable, however often the disk refuses: what has left must not be forgotten."""
        while True:
            try:
                with self._transactions.transaction():
                    change()
                return
            except LedgerRefused as error:
                log.error("disk", extra={"action": "ledger.refused", "error": str(error)})
                await asyncio.sleep(DISK_RETRY_SECONDS)

    def _guarded(self, out: Outgoing) -> Outgoing:
        if not out.room_id or self._may_read_all(out.room_id):
            return out
        return replace(out, text=guarded(out.text, self._public_phones()))

    async def _sent(self, out: Outgoing, gateway_id: str) -> None:
        at = self._clock.now()
        self._pacer.sent(at, out.room_id or out.to_id)
        day, count = self._today
        self._today = (at.date(), count + 1 if day == at.date() else 1)

        def change() -> None:
            self._rows.settle(out.id, "sent", at, gateway_id)
            if self._today[1] == (per_day := self._pace().per_day):
                self._tell_staff("day_cap", {"count": str(per_day)}, at)

        await self._write(change)
        log.info("sent", extra={"action": "outbox.sent", "row": out.id, "room_id": out.room_id})

    async def _not_sent(self, row: Waiting, error: str) -> None:
        """Try again later; after ATTEMPTS refusals it has failed. A lost line is no refusal."""
        at, id_ = self._clock.now(), row.out.id
        if self._rows.heard(row.out):
            await self._give_up(row, "unconfirmed", error)  # it did leave
        elif not self._channel.ready:
            await self._write(lambda: self._rows.postpone(id_, at, at, error, counted=False))
        elif row.attempts + 1 < ATTEMPTS:
            due = at + min(FIRST_RETRY * 2**row.attempts, LAST_RETRY)
            await self._write(lambda: self._rows.postpone(id_, at, due, error, counted=True))
        else:
            await self._give_up(row, "failed", error)
        log.warning("not sent", extra={"action": "outbox.not_sent", "row": id_})

    async def _unconfirmed(self, row: Waiting, error: str) -> None:
        self._pacer.sent(self._clock.now(), row.out.room_id or row.out.to_id)
        await self._give_up(row, "unconfirmed", error)
        log.error("unconfirmed", extra={"action": "outbox.unconfirmed", "row": row.out.id})

    async def _give_up(
        self, row: Waiting, state: Literal["failed", "unconfirmed"], error: str, *, gone: bool = False
    ) -> None:
        """It will not be tried again. What the account was heard saying was sent, whatever the gateway says."""
        at = self._clock.now()

        def change() -> None:
            if self._rows.heard(row.out):
                self._rows.settle(row.out.id, "sent", at)
                return
            self._rows.settle(row.out.id, state, at, error=error)
            self._astray(state, row.out, error, at)
            if gone:
                self._room_left(row.out.room_id, at)

        await self._write(change)

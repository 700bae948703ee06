"""How far the notices on their way have come, and who answered 「收到」."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Underway:
    """A notice whose rows are in the outbox, and of which the end has not been told."""

    number: int
    paused_at: datetime | None
    """Since when it is paused; None while it goes out."""
    begun_at: datetime
    open: int
    """So many rows wait or are just leaving."""
    unseen: int
    """So many of them wait for a group that the account has never heard of."""
    unsure_at: datetime | None
    """When the last of its rows became unconfirmed; None when none is. The account may still be heard saying it."""
    throttled_until: datetime | None
    """Until when it waits because WeChat says 操作过于频繁; None when it does not."""


class DeliveryBook(Protocol):
    """Rows of notices counted, and the households behind 「收到」 (bot/ledger/deliveries.py)."""

    def underway(self) -> Sequence[Underway]:
        """Every notice being sent or paused, by number. Asked every few seconds: costs next to nothing without any."""
        ...

    def give_up_unseen(self, number: int, at: datetime) -> int:
        """pending -> failed, of its rows for groups never heard of: seen later, they must not leave as a surprise.
        Returns how many."""
        ...

    def unreminded(self) -> Sequence[tuple[int, datetime]]:
        """(number, when its last row was settled) of every notice that asks for 「收到」, was sent, and whose groups have not
        been reminded, oldest first."""
        ...

    def corrected(self, number: int) -> bool:
        """True when another notice, sent or being sent, replaces this one."""
        ...

    def answered(self, number: int) -> Mapping[str, frozenset[str]]:
        """Who answered 「收到」 to it, by group: the key of a household, or "person:" and the id of somebody whose household
        is not known."""
        ...

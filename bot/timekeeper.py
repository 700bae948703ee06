"""What happens by the clock: asks every ring of the table when it is due, and rings those whose moment has come."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery import Delivery
from bot.model.handling import Ring
from bot.model.ledger import LedgerRefused, Transactions
from bot.model.services import Services
from bot.model.why import Reason

log = logging.getLogger("xiaoxiang.timekeeper")

AFTER_FAILURE = timedelta(minutes=1)
"""A ring that failed is not tried again before."""


class Timekeeper:
    """Rings what is due, in one transaction a tick, each ring in its savepoint."""

    def __init__(
        self, rings: Sequence[Ring], services: Services, transactions: Transactions, delivery: Delivery
    ) -> None:
        self._rings = rings
        self._services = services
        self._transactions = transactions
        self._delivery = delivery
        self._failed: dict[str, datetime] = {}
        """Until when a ring that failed is left alone."""

    def next(self) -> datetime | None:
        """The first moment at which something has to happen."""
        moments = [self._due(ring) for ring in self._rings]
        return min((moment for moment in moments if moment is not None), default=None)

    def _due(self, ring: Ring) -> datetime | None:
        due = ring.due(self._services)
        again = self._failed.get(ring.name)
        return due if due is None or again is None else max(due, again)

    def tick(self, at: datetime) -> bool:
        """Ring what is due by that moment; True when anything was. Raises LedgerRefused when the disk does."""
        due = [ring for ring in self._rings if (moment := self._due(ring)) is not None and moment <= at]
        if not due:
            return False
        with self._transactions.transaction():
            for ring in due:
                self._ring(ring, at)
        return True

    def _ring(self, ring: Ring, at: datetime) -> None:
        self._failed.pop(ring.name, None)
        try:
            with self._transactions.savepoint():
                for reply in ring.ring(at, self._services):
                    self._delivery.ring(replace(reply, because=reply.because or Reason(ring=ring.name)), at)
        except LedgerRefused:
            raise
        except Exception:
            self._failed[ring.name] = at + AFTER_FAILURE
            log.exception("failed", extra={"action": f"ring.{ring.name}"})
            return
        if (due := ring.due(self._services)) is not None and due <= at:
            self._failed[ring.name] = at + AFTER_FAILURE
            log.error("rang and is still due", extra={"action": f"ring.{ring.name}"})

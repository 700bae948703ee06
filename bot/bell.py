"""The clock's bell: what happens again and again, rung by APScheduler."""

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger("xiaoxiang.bell")


class Bell:
    """Rings functions at intervals, in the event loop, never two of the same at once and never late for nothing."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )

    def every(self, seconds: float, ring: Callable[[], Awaitable[None]]) -> None:
        """Call ``ring`` every so many seconds; what it raises is logged and it is called again next time."""

        async def safely() -> None:
            try:
                await ring()
            except Exception:
                log.exception("failed", extra={"action": f"bell.{ring.__name__}"})

        self._scheduler.add_job(safely, "interval", seconds=seconds)

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        self._scheduler.shutdown(wait=False)

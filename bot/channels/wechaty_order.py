"""Look-ups side by side, their results in the order in which they were asked for."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Generic, TypeVar

log = logging.getLogger("xiaoxiang.channel")

T = TypeVar("T")


class InOrder(Generic[T]):
    """A queue of work of which ``window`` pieces run at once, and whose results leave first in, first out."""

    def __init__(self, hand_on: Callable[[list[T], bool], None], *, window: int) -> None:
        self._hand_on = hand_on
        """Takes what one piece of work found, and whether nothing more is waiting at this moment."""
        self._slots = asyncio.Semaphore(window)
        self._queue: deque[tuple[datetime, asyncio.Task[list[T]]]] = deque()
        self._filled = asyncio.Event()

    @property
    def oldest(self) -> datetime | None:
        """When the work came in that is next to be handed on; None when there is none."""
        return self._queue[0][0] if self._queue else None

    def put(self, at: datetime, work: Callable[[], Awaitable[list[T]]]) -> None:
        """Add a piece of work. It catches its own errors: one that escapes is logged and found nothing."""
        self._queue.append((at, asyncio.create_task(self._do(work))))
        self._filled.set()

    async def _do(self, work: Callable[[], Awaitable[list[T]]]) -> list[T]:
        async with self._slots:
            try:
                return await work()
            except Exception as error:  # one message must not stop the others
                log.error("look-up failed", extra={"action": "lookup_failed", "error": type(error).__name__})
                return []

    async def run(self) -> None:
        """Hand on results until cancelled; what is still at work is dropped then."""
        try:
            while True:
                while not self._queue:
                    self._filled.clear()
                    await self._filled.wait()
                found = await self._queue[0][1]
                self._queue.popleft()
                self._hand_on(found, not self._queue)
        finally:
            for _, task in self._queue:
                task.cancel()
            await asyncio.gather(*(task for _, task in self._queue), return_exceptions=True)
            self._queue.clear()

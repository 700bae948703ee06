"""Look-ups side by side, their results in the order in which they were asked for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

log = logging.getLogger("xiaoxiang.channel")

T = TypeVar("T")


class InOrder(Generic[T]):
    """A queue of work of which ``window`` pieces run at once, and whose results leave first in, first out."""

    def __init__(self, hand_on: Callable[[list[T], bool], None], *, window: int) -> None:
        self._hand_on = hand_on
        """Takes what one piece of work found, and whether nothing more is waiting at this moment."""
        self._slots = asyncio.Semaphore(window)
        self._tasks: asyncio.Queue[asyncio.Task[list[T]]] = asyncio.Queue()

    def put(self, work: Callable[[], Awaitable[list[T]]]) -> None:
        """Add a piece of work. It catches its own errors: one that escapes is logged and found nothing."""
        self._tasks.put_nowait(asyncio.create_task(self._do(work)))

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
                task = await self._tasks.get()
                try:
                    found = await task
                except asyncio.CancelledError:
                    task.cancel()
                    raise
                self._hand_on(found, self._tasks.empty())
        finally:
            while not self._tasks.empty():
                self._tasks.get_nowait().cancel()

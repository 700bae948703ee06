"""When files that change have come to rest. Editors write in several steps, and people save in the middle of a word."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.shelf import Stamps

STILL = timedelta(seconds=0.3)
"""So long nothing may have moved before the files are read."""

STILL_DOUBTFUL = timedelta(seconds=1.2)
"""The same before anything is made of files that may be half-written: something is wrong with them, or their end is missing."""


@dataclass
class Stillness:
    """Remembers how the files looked last, and since when they look so."""

    stamps: Stamps = field(default_factory=dict)
    _since: datetime | None = None

    def look(self, stamps: Stamps, at: datetime) -> None:
        """Take note of how they look now."""
        if self._since is None or stamps != self.stamps or at < self._since:
            self.stamps, self._since = stamps, at

    def still(self, at: datetime, span: timedelta) -> bool:
        """True when they have looked like this for so long."""
        return self._since is not None and at - self._since >= span


def cut_off(before: bytes, after: bytes) -> bool:
    """True when the end of the file as it was is no longer in it: an editor may have got only half-way."""
    last = before.rstrip()[-TAIL:]
    return not after.strip() or last not in after or (before.endswith(b"\n") and not after.endswith(b"\n"))


TAIL = 60
"""Bytes of a file's end by which it is known again."""

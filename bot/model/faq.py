"""The FAQ as handlers need it, and what happens when data/ goes live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model.contacts import Contacts
from bot.model.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Faq:
    """An entry of the FAQ, as handlers need it."""

    id: str
    title: str
    """The first of its questions."""
    answer: str
    topic: str = ""
    questions: tuple[str, ...] = ()
    source: str = ""
    """Where the answer comes from; empty: nobody wrote it down."""
    valid_from: datetime | None = None
    """First moment at which the answer holds."""
    valid_until: datetime | None = None
    """First moment at which it no longer holds."""
    cooldown: timedelta | None = None
    """So long the answer is not repeated in the same group; None: as bot.yaml has it."""
    enabled: bool = True
    """False for one that is kept but never given (停用)."""

    def valid(self, at: datetime) -> bool:
        """True when the answer may be given at that moment."""
        return self.enabled and not self.expired(at) and (self.valid_from is None or self.valid_from <= at)

    def expired(self, at: datetime) -> bool:
        """True when the answer held until a moment that has passed."""
        return self.valid_until is not None and at >= self.valid_until


class Knowledge(Protocol):
    """The present content of data/ (bot/live.py): what it gives may be different after the next message."""

    @property
    def faq(self) -> Mapping[str, Faq]:
        """Every entry by id, in the order of the file; those that are not given now, too."""
        ...

    @property
    def titles(self) -> Mapping[str, str]:
        """Intent id -> what people call it."""
        ...

    @property
    def wants(self) -> Mapping[str, tuple[str, ...]]:
        """Intent id -> slots worth asking for."""
        ...

    @property
    def contacts(self) -> Contacts:
        """The telephone numbers that may be shown."""
        ...

    def understand(self, text: str, *, addressed: bool = False) -> Understanding:
        """What a text means by the version that is live."""
        ...

    def nearest(self, text: str) -> tuple[tuple[str, float], ...]:
        """The two entries most like a question, best first, with how alike they are, 0 to 1."""
        ...

    @property
    def version(self) -> int:
        """Number of the version of data/ that is live; 0 before any was written down."""
        ...

    @property
    def spoilt(self) -> Sequence[str]:
        """Files of data/ that are not used as they are on the disk: broken, or gone."""
        ...


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An entry of the FAQ before and after an edit; None: not there."""

    id: str
    before: Faq | None
    after: Faq | None

    @property
    def answers_differently(self) -> bool:
        """True when what people were told before no longer is what they would be told."""
        return self.before is not None and (self.after is None or self.before.answer != self.after.answer)


@dataclass(frozen=True, slots=True)
class Swap:
    """A new version of data/ that went live just now."""

    version: int
    at: datetime
    by_id: str
    """Empty for an edit of the files themselves."""
    by_name: str
    """Whoever asked for it in the chat; else who owns the file on the machine, as far as known."""
    files: tuple[str, ...]
    """Paths that changed, relative to data/: faq.yaml, intents/thanks.yaml."""
    entries: tuple[ChangedEntry, ...]
    """The entries of the FAQ that changed, in the order of the file; gone ones last."""
    edit: int = 0
    """Number of the edit from the chat that caused it; 0: none did."""
    note: str = ""
    """What changed, in one line."""
    back_to: int = 0
    """The version whose files these are again (回退); 0: none."""

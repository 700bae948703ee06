"""The entries of notices.yaml and when each is due. ``due`` is pure; what was claimed is the ledger's to know."""

from collections.abc import Sequence
from datetime import datetime

from bot.model.notice import Planned


class Noticeboard:
    """Every scheduled notice, with the moment it is due next."""

    def next(self) -> datetime | None:
        """The first moment at which an entry is due."""
        return None

    def due(self, at: datetime) -> Sequence[Planned]:
        """Everything due by that moment."""
        return ()

    def coming(self, at: datetime, until: datetime) -> Sequence[Planned]:
        """What will be due between two moments; claims nothing."""
        return ()

"""Puts questions nobody answered into clusters: the ledger's rows, and what intents/ knows of likeness, in one place."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.ledger.database import Ledger
from bot.ledger.gaps import GapRows
from bot.model.gap import Gap
from intents.clusters import Clusters, Rarity

REMEMBERED = timedelta(days=30)
"""What was asked before joins no more questions to it, unless its cluster is one that was settled or dropped."""

REST = timedelta(seconds=2)
"""So long messages have the loop to themselves before more questions are sorted."""

EVERY = 4
"""One in so many sentences of data/ is enough to know which words are rare."""


class Gaps:
    """What bot.model.gap.GapBook asks for. The known questions are kept in memory and read again when in doubt."""

    def __init__(
        self, ledger: Ledger, plain: Callable[[str], str], sentences: Callable[[], Sequence[str]]
    ) -> None:
        """``plain`` puts a text in the form in which questions are compared; ``sentences``: what people say in groups,
        asked for when first needed."""
        self._rows = GapRows(ledger)
        self._plain = plain
        self._sentences = sentences
        self._rarity: Rarity | None = None
        self._clusters: Clusters | None = None
        self._newest = 0
        self._sorted: datetime | None = None

    def prepare(self) -> None:
        """Learn which words are rare (0.1 s), so that nothing has to wait for it later."""
        if self._rarity is None:
            self._rarity = Rarity(self._sentences()[::EVERY])

    def due(self) -> datetime | None:
        """When some more questions are to be put into clusters: not without a rest, however many wait."""
        oldest = self._rows.unsorted()
        return oldest if oldest is None or self._sorted is None else max(oldest, self._sorted + REST)

    def sort(self, at: datetime, most: int) -> int:
        """Put so many questions into clusters, oldest first; how many there were. Needs an open transaction."""
        waiting = self._rows.to_sort(most)
        self._sorted = at
        if not waiting:
            return 0
        clusters, self._clusters = self._known(at), None  # rebuilt when this is not carried through
        for row, text in waiting:
            cluster = clusters.of(text)
            if cluster is None:
                cluster = self._newest = self._rows.open(at)
            clusters.add(cluster, text)
            self._rows.put(row, cluster)
        self._clusters = clusters
        return len(waiting)

    def _known(self, at: datetime) -> Clusters:
        """The clusters there are; those that came from elsewhere (another process) since are read."""
        self.prepare()
        assert self._rarity is not None
        newest = self._rows.newest()
        if self._clusters is None or newest < self._newest:  # what was written may have been rolled back
            self._clusters, self._newest = Clusters(self._plain, self._rarity), 0
        if newest > self._newest:
            for cluster, text in self._rows.members(self._newest, at - REMEMBERED):
                self._clusters.add(cluster, text)
            self._newest = newest
        return self._clusters

    def listed(self, since: datetime, most: int) -> tuple[Sequence[Gap], int]:
        """The clusters that want something done, those of most people first; and how many there are in all."""
        return self._rows.listed(since, most)

    def get(self, number: int, since: datetime) -> Gap | None:
        """One that wants something done and was asked since then."""
        return self._rows.get(number, since)

    def drop(self, number: int, at: datetime) -> None:
        """Never list it again."""
        self._rows.drop(number, at)

    def draft(self, number: int, edit: int, at: datetime) -> None:
        """An edit was proposed for it."""
        self._rows.draft(number, edit, at)

    def drafted(self, number: int) -> str:
        """What became of the edit that was proposed for it last; empty: none was."""
        return self._rows.drafted(number)

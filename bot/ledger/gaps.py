"""Questions nobody answered, in clusters."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.audit import BOT
from bot.model.clock import millis, moment
from bot.model.gap import Gap

_UNSORTED = "gap = '' AND intent = 'question'"

_FIELDS = "count(DISTINCT u.sender_id) AS people, count(*) AS times, sum(u.how = 'handed') AS handed, max(u.at) AS last"
_COUNTS = f"u.gap <> '' AND u.at >= :since AND u.answered_by <> '{BOT}' AND (:gap = '' OR u.gap = :gap)"

_LISTED = f"""
WITH counted AS (SELECT u.gap, {_FIELDS} FROM unanswered u WHERE {_COUNTS} GROUP BY u.gap)
SELECT g.id, people, times, handed, last FROM counted JOIN gaps g ON g.id = CAST(gap AS INTEGER) WHERE g.state = 'open'
UNION ALL
SELECT g.id, {_FIELDS} FROM gaps g JOIN unanswered u ON u.gap = CAST(g.id AS TEXT) LEFT JOIN edits e ON e.id = g.edit
WHERE g.state = 'drafted' AND {_COUNTS}
AND (e.id IS NULL OR e.state IN ('refused', 'dropped') OR e.state = 'live' AND u.at > e.settled_at) GROUP BY g.id
ORDER BY people DESC, last DESC
"""
"""Those that want something done; of what an edit settled, only what was asked since it went live is open again. In two
parts, because the first reads nothing but an index."""

TEXTS = 8
"""So many wordings of a cluster are looked at."""


class GapRows:
    """Table gaps, and column gap of table unanswered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def unsorted(self) -> datetime | None:
        """When the oldest question was asked that belongs to no cluster yet."""
        row = self._ledger.execute(
            f"SELECT at FROM unanswered WHERE {_UNSORTED} ORDER BY id LIMIT 1"
        ).fetchone()
        return None if row is None else moment(row[0])

    def to_sort(self, most: int) -> list[tuple[int, str]]:
        """(id, text) of the oldest of those."""
        return self._ledger.execute(
            f"SELECT id, text FROM unanswered WHERE {_UNSORTED} ORDER BY id LIMIT ?", (most,)
        ).fetchall()

    def open(self, at: datetime) -> int:
        """A new cluster; its number."""
        cursor = self._ledger.execute("INSERT INTO gaps (at, state) VALUES (?, 'open')", (millis(at),))
        return int(cursor.lastrowid or 0)

    def newest(self) -> int:
        """The number of the newest cluster; 0: there is none."""
        return int(self._ledger.execute("SELECT coalesce(max(id), 0) FROM gaps").fetchone()[0])

    def put(self, row: int, gap: int) -> None:
        """A question belongs to that cluster."""
        self._ledger.execute("UPDATE unanswered SET gap = ? WHERE id = ?", (str(gap), row))

    def members(self, after: int, since: datetime) -> Iterator[tuple[int, str]]:
        """(cluster, text) of what is known of the clusters after that number: asked since then, or to be kept away for
        good."""
        rows = self._ledger.rows(
            "SELECT DISTINCT g.id, u.text FROM unanswered u JOIN gaps g ON g.id = CAST(u.gap AS INTEGER)"
            " WHERE u.gap <> '' AND g.id > ? AND u.text <> '' AND (u.at >= ? OR g.state <> 'open')",
            (after, millis(since)),
        )
        yield from rows

    def listed(self, since: datetime, most: int) -> tuple[Sequence[Gap], int]:
        """The clusters that want something done, and how many there are in all."""
        rows = self._ledger.execute(_LISTED, {"since": millis(since), "gap": ""}).fetchall()
        return [self._gap(row, since) for row in rows[:most]], len(rows)

    def get(self, number: int, since: datetime) -> Gap | None:
        """One that wants something done and was asked since then."""
        row = self._ledger.execute(_LISTED, {"since": millis(since), "gap": str(number)}).fetchone()
        return self._gap(row, since) if row else None

    def drop(self, number: int, at: datetime) -> None:
        """Never list it again."""
        self._ledger.execute("UPDATE gaps SET state = 'dropped', at = ? WHERE id = ?", (millis(at), number))

    def draft(self, number: int, edit: int, at: datetime) -> None:
        """An edit was proposed for it."""
        self._ledger.execute(
            "UPDATE gaps SET state = 'drafted', edit = ?, at = ? WHERE id = ?", (edit, millis(at), number)
        )

    def drafted(self, number: int) -> str:
        """What became of the edit that was proposed for it last; empty: none was."""
        row = self._ledger.execute(
            "SELECT e.state FROM gaps g JOIN edits e ON e.id = g.edit WHERE g.id = ?", (number,)
        ).fetchone()
        return str(row[0]) if row else ""

    def _gap(self, row: tuple[Any, ...], since: datetime) -> Gap:
        number, people, times, handed, last = row
        texts = self._ledger.execute(
            "SELECT text FROM unanswered WHERE gap = ? AND at >= ? AND text <> '' GROUP BY text"
            " ORDER BY count(DISTINCT sender_id) DESC, max(at) DESC LIMIT ?",
            (str(number), millis(since), TEXTS),
        )
        return Gap(number, people, times, handed, moment(last), tuple(text for (text,) in texts))

"""Whether an answer was of use to whoever got it."""

from collections.abc import Mapping
from datetime import datetime

from bot.ledger.database import Ledger
from bot.model.asked import Asked, Tally
from bot.model.clock import millis


class Votes:
    """Table votes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def cast(self, row: Asked, person_id: str, useful: bool, at: datetime) -> bool:
        """Count one vote of a person on the answer to a question; a second one changes the first. False when it says the
        same again."""
        changed = self._ledger.execute(
            "INSERT INTO votes (entry, person_id, message_id, room_id, at, useful) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (entry, person_id, message_id) DO UPDATE SET useful = excluded.useful, at = excluded.at"
            " WHERE useful <> excluded.useful",
            (row.entry, person_id, row.message_id, row.room_id, millis(at), int(useful)),
        )
        return bool(changed.rowcount)

    def tallies(self, since: datetime) -> Mapping[str, Tally]:
        """Entry -> how often it was given since then, and how people liked it."""
        given = dict(
            self._ledger.execute(
                "SELECT entry, count(*) FROM asked WHERE at >= ? AND entry <> '' AND served_at IS NOT NULL"
                " AND how <> 'handed' GROUP BY entry",
                (millis(since),),
            ).fetchall()
        )
        liked = {
            entry: (useful, useless)
            for entry, useful, useless in self._ledger.execute(
                "SELECT entry, sum(useful), sum(1 - useful) FROM votes WHERE at >= ? GROUP BY entry",
                (millis(since),),
            )
        }
        return {
            entry: Tally(given.get(entry, 0), *liked.get(entry, (0, 0)))
            for entry in given.keys() | liked.keys()
        }

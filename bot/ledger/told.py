"""Who was told which answer of the FAQ: the outbox, read by its topics."""

import json
from datetime import datetime

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.told import Queued, Superseded, Told

LONGEST_WAIT_MS = 24 * 3600 * 1000
"""An answer that waited longer to leave is not looked for."""

_ROOM = "coalesce(r.tree_room, o.room)"
_ROOMS = "LEFT JOIN rooms AS r ON r.account = o.account AND r.room_id = o.room_id"
_LEFT = "o.state IN ('sent', 'unconfirmed', 'sending') AND coalesce(o.settled_at, o.created_at) >= :since"
_COLUMNS = f"coalesce(o.settled_at, o.created_at) AS at, o.created_at, coalesce(o.room_id, ''), {_ROOM}, o.to_id, o.mentions, o.text"

_TOLD = f"""
SELECT {_COLUMNS}, o.topic = :corrected, o.id FROM outbox AS o {_ROOMS}
WHERE o.topic IN (:topic, :corrected) AND o.topic <> '' AND o.created_at >= :queued AND o.account = :account AND {_LEFT}
UNION ALL SELECT {_COLUMNS}, 1, o.id FROM notices AS n JOIN outbox AS o ON o.notice = n.id AND o.notice IS NOT NULL {_ROOMS}
WHERE n.entry = :entry AND n.entry <> '' AND n.drill = 0 AND o.account = :account AND o.attachment = '' AND {_LEFT}
ORDER BY 1, 9"""


class ToldRows:
    """Table outbox by what its rows answer, and table superseded."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def told(self, entry: str, since: datetime) -> list[Told]:
        """Every time an answer of this entry, or a correction of it (drills not counted), left since then or may have left,
        oldest first."""
        rows = self._ledger.execute(
            _TOLD,
            {
                "topic": f"faq:{entry}",
                "corrected": f"corrected:{entry}",
                "entry": entry,
                "account": self._ledger.account,
                "since": millis(since),
                "queued": millis(since) - LONGEST_WAIT_MS,
            },
        )
        return [
            Told(
                moment(at),
                moment(queued),
                room_id,
                room if room_id else "",
                (to_id,) if to_id else tuple(id_ for id_, _ in json.loads(mentions)),
                text,
                bool(correction),
            )
            for at, queued, room_id, room, to_id, mentions, text, correction, _ in rows
        ]

    def served(self, entry: str, since: datetime) -> frozenset[str]:
        """Ids of those who asked since then and have this answer, be it that they were shown where it stands."""
        rows = self._ledger.execute(
            "SELECT DISTINCT person_id FROM asked WHERE entry = ? AND at >= ? AND served_at IS NOT NULL AND person_id <> ''"
            " AND how IN ('answered', 'pointed', 'covered')",
            (entry, millis(since)),
        )
        return frozenset(person_id for (person_id,) in rows)

    def queued(self, entry: str) -> list[Queued]:
        """Answers of this entry that wait or are just leaving, and messages that show where one stands."""
        rows = self._ledger.execute(
            f"SELECT o.id, {_ROOM}, o.to_id, o.mentions, o.text FROM outbox AS o {_ROOMS} WHERE o.topic IN (?, ?) AND o.topic <> ''"
            " AND o.state IN ('pending', 'sending') AND o.account = ? ORDER BY o.id",
            (f"faq:{entry}", f"pointer:{entry}", self._ledger.account),
        )
        return [
            Queued(row, room, (to_id,) if to_id else tuple(id_ for id_, _ in json.loads(named)), text)
            for row, room, to_id, named, text in rows
        ]

    def reword(self, row: int, text: str, topic: str) -> None:
        """A row that waits says this instead; one that is just leaving does so if it does not leave."""
        self._ledger.execute(
            "UPDATE outbox SET text = CASE state WHEN 'pending' THEN ? ELSE text END,"
            " topic = CASE state WHEN 'pending' THEN ? ELSE topic END, instead = CASE state WHEN 'pending' THEN '' ELSE ? END"
            " WHERE id = ? AND state IN ('pending', 'sending')",
            (text, topic, text, row),
        )

    def remember(self, new: Superseded) -> None:
        """Write one down."""
        self._ledger.execute(
            "INSERT INTO superseded (at, entry, title, answer, room_id, person_id, trivial) VALUES (?, ?, ?, ?, ?, ?, 0)",
            (millis(new.at), new.entry, new.title, new.answer, new.room_id, new.person_id),
        )

    def superseded(self, since: datetime) -> list[Superseded]:
        """Those since then, latest first."""
        rows = self._ledger.execute(
            "SELECT at, entry, title, answer, room_id, person_id FROM superseded WHERE at >= ? ORDER BY id DESC",
            (millis(since),),
        )
        return [Superseded(moment(at), *rest) for at, *rest in rows]

    def answer_before(self, entry: str, text: str) -> str:
        """The superseded answer of an entry that these words said; empty when none of them did."""
        rows = self._ledger.execute(
            "SELECT answer FROM superseded WHERE entry = ? AND instr(?, answer) > 0 ORDER BY id DESC LIMIT 1",
            (entry, text),
        )
        return next((answer for (answer,) in rows), "")

    def corrections(self, entry: str) -> list[int]:
        """Numbers of the notices that correct this entry and are previewed, wait or are being sent, oldest first."""
        rows = self._ledger.execute(
            "SELECT id FROM notices WHERE entry = ? AND entry <> '' AND state IN ('draft', 'waiting', 'sending', 'paused')"
            " ORDER BY id",
            (entry,),
        )
        return [int(number) for (number,) in rows]

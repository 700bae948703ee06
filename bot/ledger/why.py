"""Why the bot said what it said."""

import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.why import Reason, Spoken

LOOKED_AT = 300
"""So many messages of a room, the latest, are looked through for the one that was quoted."""

LEAST = 4
"""Characters that a quotation must leave to be known again."""

_SPOKEN = "id, created_at, kind, state, room, topic, ticket, notice, why, text"
_MENTIONS = re.compile(r"(?:@[^@\u2005\n]{1,40}\u2005|@\S{1,30}\s+)+")
_NO_REASON = ' AND instr(why, \'"command":"为什么"\') = 0'
"""Who asks twice does not ask about the reason that was given."""

_LEFT = "state IN ('sending', 'sent', 'unconfirmed')"


class WhyRows:
    """Column why of table outbox."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def put(self, row: int, reason: Reason) -> None:
        """Keep the reason of a message, without what is not known."""
        known = {name: value for name, value in asdict(reason).items() if value}
        self._ledger.execute(
            "UPDATE outbox SET why = ? WHERE id = ?",
            (json.dumps(known, ensure_ascii=False, separators=(",", ":")), row),
        )

    def said(self, room_id: str, person_id: str, beginning: str, since: datetime) -> Spoken | None:
        """The latest message in a room (without one: to that person in private) since then that begins with these
        words."""
        words = _bare(beginning).rstrip("….")
        if beginning and len(words) < LEAST:
            return None
        rows = self._ledger.execute(
            f"SELECT {_SPOKEN} FROM outbox WHERE account = ? AND room_id = ? AND to_id = ? AND created_at >= ?"
            f" AND {_LEFT} AND text <> ''{'' if beginning else _NO_REASON} ORDER BY id DESC LIMIT ?",
            (self._ledger.account, room_id, "" if room_id else person_id, millis(since), LOOKED_AT),
        )
        found = (row for row in rows if not beginning or _bare(row[-1]).startswith(words))
        row = next(found, None)
        return _spoken(row) if row else None

    def before(self, spoken: Spoken, room_id: str, since: datetime) -> datetime | None:
        """When something of the same topic was said in that room the last time before, since then."""
        row = self._ledger.execute(
            "SELECT max(created_at) FROM outbox WHERE topic = ? AND created_at >= ? AND room_id = ? AND id < ?"
            f" AND account = ? AND {_LEFT}",
            (spoken.topic, millis(since), room_id, spoken.id, self._ledger.account),
        ).fetchone()
        return None if row[0] is None else moment(row[0])


def _bare(text: str) -> str:
    """Words without the mentions before them and without spaces, which clients change."""
    return (
        "".join(_MENTIONS.sub("", text.lstrip(), count=1).split())
        if "@" in text[:3]
        else "".join(text.split())
    )


def _spoken(row: tuple[Any, ...]) -> Spoken:
    id_, at, kind, state, room, topic, ticket, notice, why, _ = row
    return Spoken(id_, moment(at), kind, state, room, topic, ticket, notice, _reason(why))


def _reason(why: str) -> Reason | None:
    """What was kept, by this version of the program or another."""
    if not why:
        return None
    kept = {name: value for name, value in json.loads(why).items() if name in Reason.__slots__}
    near = tuple((entry, float(score)) for entry, score in kept.pop("near", ()))
    return Reason(**{**kept, "words": tuple(kept.get("words", ())), "near": near})

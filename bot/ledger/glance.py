"""A look into a ledger that may belong to a running bot: nothing is written, nothing is waited for."""

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bot.model.clock import moment


@dataclass(frozen=True, slots=True)
class PendingNotice:
    """A notice written in the chat that has not reached all its groups yet."""

    number: int
    """Its number for people: 通知12."""
    text: str
    scope: str
    """Where it goes, as people say it; empty for everywhere."""
    valid_until: datetime | None


def pending_notices(database: Path) -> tuple[PendingNotice, ...]:
    """Those that wait, are being sent, or stand still, oldest first; none when there is no ledger, or none that can be
    read without disturbing it. What notices.yaml says is read there."""
    if not database.is_file():
        return ()
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(database.resolve()))}?mode=ro", uri=True, timeout=0.2)
        ) as connection:
            rows = connection.execute(
                "SELECT id, text, scope, valid_until FROM notices WHERE state IN ('waiting', 'sending', 'paused')"
                " AND source = '' AND drill = 0 ORDER BY id"
            ).fetchall()
    except sqlite3.Error:
        return ()
    return tuple(
        PendingNotice(number, text, scope, None if until is None else moment(until))
        for number, text, scope, until in rows
    )

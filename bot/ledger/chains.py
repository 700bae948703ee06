"""接龙: lists, their rows, and which rows each posting showed."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.chain import Copy, Entry, KeptChain, NewChain, Row
from bot.model.clock import millis, moment

_CHAIN = "id, room_id, room, node, title, marked, begun_at, updated_at, told_at"
_ENTRY = "number, text, building, unit, room, name, full_name, what, quantity"
_ROW = f"serial, {_ENTRY}, author_id, author, at, changed_by, changed_at, earlier, removed, flag, flagged_by, told"


class Chains:
    """Tables chains, chain_rows and chain_copies."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, new: NewChain) -> KeptChain:
        """Keep a new list."""
        at = millis(new.at)
        values = (new.room_id, new.room, new.node, new.title, new.marked)
        cursor = self._ledger.execute(
            "INSERT INTO chains (room_id, room, node, title, marked, account, begun_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, self._ledger.account, at, at),
        )
        return KeptChain(int(cursor.lastrowid or 0), *values, moment(at), moment(at))

    def of_room(self, room_id: str, since: datetime) -> list[KeptChain]:
        """The lists of a group that were posted after a moment, latest first."""
        return self._select("room_id = ? AND updated_at >= ?", (room_id, millis(since)))

    def recent(self, since: datetime) -> list[KeptChain]:
        """All lists that were posted after a moment, latest first."""
        return self._select("updated_at >= ?", (millis(since),))

    def get(self, number: int) -> KeptChain | None:
        """A list by its number."""
        found = self._select("id = ?", (number,))
        return found[0] if found else None

    def all(self) -> list[KeptChain]:
        """Every list of every account, oldest first; for exports."""
        rows = self._ledger.execute(f"SELECT {_CHAIN} FROM chains ORDER BY id")
        return [_chain(row) for row in rows.fetchall()]

    def rows(self, chain: KeptChain) -> list[Row]:
        """Its rows in order, those taken back included."""
        rows = self._ledger.execute(
            f"SELECT {_ROW} FROM chain_rows WHERE chain = ? ORDER BY serial", (chain.number,)
        )
        return [_row(row) for row in rows]

    def copies(self, chain: KeptChain, limit: int) -> list[Copy]:
        """Its latest postings, latest first."""
        rows = self._ledger.execute(
            "SELECT poster_id, serials FROM chain_copies WHERE chain = ? ORDER BY id DESC LIMIT ?",
            (chain.number, limit),
        )
        return [Copy(poster_id, frozenset(json.loads(serials))) for poster_id, serials in rows]

    def save(
        self, chain: KeptChain, changed: Sequence[Row], copy: Copy, message_id: str, at: datetime
    ) -> None:
        """Write down a posting: the rows that are new or changed, and which rows it showed."""
        self._ledger.execute(
            "UPDATE chains SET updated_at = max(updated_at, ?) WHERE id = ?", (millis(at), chain.number)
        )
        for row in changed:
            self._ledger.execute(
                f"INSERT OR REPLACE INTO chain_rows (chain, {_ROW}) VALUES ({', '.join('?' * 21)})",
                (chain.number, *_values(row)),
            )
        self._ledger.execute(
            "INSERT INTO chain_copies (chain, at, poster_id, message_id, serials) VALUES (?, ?, ?, ?, ?)",
            (chain.number, millis(at), copy.poster_id, message_id, json.dumps(sorted(copy.serials))),
        )

    def told(self, chain: KeptChain, serials: Collection[int], at: datetime) -> None:
        """Remember that the group was told of these overwritten rows."""
        self._ledger.execute("UPDATE chains SET told_at = ? WHERE id = ?", (millis(at), chain.number))
        self._ledger.execute(
            "UPDATE chain_rows SET told = 1 WHERE chain = ? AND serial IN (SELECT value FROM json_each(?))",
            (chain.number, json.dumps(sorted(serials))),
        )

    def _select(self, where: str, parameters: tuple[Any, ...]) -> list[KeptChain]:
        rows = self._ledger.execute(
            f"SELECT {_CHAIN} FROM chains WHERE account = ? AND {where} ORDER BY updated_at DESC, id DESC",
            (self._ledger.account, *parameters),
        )
        return [_chain(row) for row in rows.fetchall()]


def _chain(row: tuple[Any, ...]) -> KeptChain:
    id_, room_id, room, node, title, marked, begun_at, updated_at, told_at = row
    told = None if told_at is None else moment(told_at)
    return KeptChain(
        id_, room_id, room, node, title, bool(marked), moment(begun_at), moment(updated_at), told
    )


def _row(row: tuple[Any, ...]) -> Row:
    serial, *entry, author_id, author, at, by, changed_at, earlier, removed, flag, flagged_by, told = row
    entry[6] = bool(entry[6])
    return Row(
        serial, Entry(*entry), author_id, author, moment(at), by, moment(changed_at),
        tuple(json.loads(earlier)), bool(removed), flag, flagged_by, bool(told),
    )  # fmt: skip


def _values(row: Row) -> tuple[str | int, ...]:
    entry = row.entry
    return (
        row.serial, entry.number, entry.text, entry.building, entry.unit, entry.room, entry.name,
        entry.full_name, entry.what, entry.quantity, row.author_id, row.author, millis(row.at), row.changed_by,
        millis(row.changed_at), json.dumps(row.earlier, ensure_ascii=False), row.removed, row.flag,
        row.flagged_by, row.told,
    )  # fmt: skip

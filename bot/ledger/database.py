"""Opening the ledger, and its transactions."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlite_utils import Database

from bot.ledger.schema import migrations
from bot.model.ledger import LedgerBroken, LedgerRefused

BUSY_MS = 10_000
"""How long a statement waits for another process that writes."""


class LedgerBusy(Exception):
    """Another process runs on this database; two would answer everything twice."""


class Ledger:
    """One SQLite file in WAL mode with full durability, used by one thread."""

    def __init__(self, path: Path | None, account: str = "") -> None:
        """Open the file, creating it and its folder; None is a throw-away ledger in memory.

        The file is readable by its owner only: residents' data is in it. Raises LedgerBroken.
        """
        self.path = path
        self.account = account
        self.awaiting_write = False
        """True inside a savepoint that has written nothing yet."""
        try:
            self._conn = _connect(path)
            self.db = Database(self._conn)
            migrations.apply(self.db)
        except (sqlite3.DatabaseError, OSError) as error:
            raise LedgerBroken(f"{path}：{error}") from error

    def execute(self, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement inside whatever transaction is open. Raises LedgerRefused when the disk does."""
        try:
            if self.awaiting_write and not sql.startswith("SELECT"):
                self.awaiting_write = False
                self._conn.execute("SAVEPOINT message")
            return self._conn.execute(sql, parameters)
        except sqlite3.OperationalError as error:
            raise LedgerRefused(str(error)) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on disk when it returns. Raises LedgerRefused when the disk does."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
            raise
        try:
            self.execute("COMMIT")
        except BaseException:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
            raise

    def executemany(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run one statement for each row. Raises LedgerRefused when the disk does."""
        try:
            self._conn.executemany(sql, rows)
        except sqlite3.OperationalError as error:
            raise LedgerRefused(str(error)) from error

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one by one. Raises LedgerRefused when the disk does."""
        cursor = self.execute(sql, parameters)
        while True:
            try:
                row = cursor.fetchone()
            except sqlite3.OperationalError as error:
                raise LedgerRefused(str(error)) from error
            if row is None:
                return
            yield row

    def savepoint(self) -> "Savepoint":
        """All or nothing within the transaction. Nine messages of ten write nothing, so it begins with the first
        statement that does."""
        return Savepoint(self)

    def forget_messages(self, before: int) -> int:
        """Drop what is only kept to recognise a message that comes again; returns how many. ``before``: ms."""
        return self.execute("DELETE FROM messages WHERE at < ?", (before,)).rowcount

    def close(self) -> None:
        """Close the file."""
        self._conn.close()


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    conn = sqlite3.connect(path or ":memory:", isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        conn.execute(f"PRAGMA {pragma}")
    return conn


class Savepoint:
    """What Ledger.savepoint returns."""

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __enter__(self) -> None:
        self._ledger.awaiting_write = True

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        ledger = self._ledger
        if ledger.awaiting_write:
            ledger.awaiting_write = False
            return
        if kind is not None:
            ledger.execute("ROLLBACK TO message")
        ledger.execute("RELEASE message")


@contextlib.contextmanager
def sole_user(path: Path) -> Iterator[None]:
    """Hold the ledger for this process alone; raises LedgerBusy when another has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock", mode=0o600)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise LedgerBusy(str(path)) from None
    try:
        yield
    finally:
        lock.release()

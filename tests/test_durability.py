"""All or nothing on disk, whatever the disk does; nothing heard is dropped."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import App, build
from bot.ledger.database import Ledger
from bot.model.ledger import LedgerRefused
from bot.model.settings import Settings
from bot.settings import Data
from tests.conftest import UNIT_ROOM, Chat, FakeChannel, FakeClock

PLEA = "家里降压药没有了，麻烦帮忙买两盒"


class FullDisk:
    """A connection on which the n-th statement and those after it fail, until it is mended."""

    def __init__(self, conn: sqlite3.Connection, after: int) -> None:
        self._conn, self.left = conn, after

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        self.left -= 1
        if self.left < 0 and not sql.startswith("ROLLBACK"):
            raise sqlite3.OperationalError("database or disk is full")
        return self._conn.execute(sql, *parameters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._conn, name)


def everything(chat: Chat) -> list[list[tuple[object, ...]]]:
    """All rows of all tables."""
    tables = [
        row[0]
        for row in chat.app.ledger.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        )
    ]
    return [chat.app.ledger.execute(f"SELECT * FROM {table}").fetchall() for table in sorted(tables)]


def test_whichever_statement_the_disk_refuses_nothing_is_half_done(open_chat: Callable[..., Chat]) -> None:
    """The same batch is tried again afterwards and gives what it would have given at once."""
    smooth = open_chat()
    smooth.app.receive(
        [smooth.message("王女士", PLEA), smooth.message("孙阿姨", "救命啊老伴喘不上气了快来人")]
    )
    expected = everything(smooth)
    refused = 0
    for after in range(40):
        chat = open_chat()
        batch = [chat.message("王女士", PLEA), chat.message("孙阿姨", "救命啊老伴喘不上气了快来人")]
        before = everything(chat)
        conn = chat.app.ledger._conn
        chat.app.ledger._conn = FullDisk(conn, after)  # type: ignore[assignment]
        try:
            chat.app.receive(batch)
        except LedgerRefused:
            refused += 1
            chat.app.ledger._conn = conn
            assert everything(chat) == before, f"statement {after}"
            chat.app.receive(batch)
        chat.app.ledger._conn = conn
        assert everything(chat) == expected, f"statement {after}"
    assert refused > 15


def test_a_refusing_disk_is_waited_for(
    settings: Settings, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.DISK_RETRY_SECONDS", 0.01)
    channel = FakeChannel()
    app: App = build(settings, data, channel, FakeClock(), random.Random(1), None)
    chat = Chat(app, app.clock, channel)  # type: ignore[arg-type]
    conn = app.ledger._conn
    disk = FullDisk(conn, 3)
    app.ledger._conn = disk  # type: ignore[assignment]

    async def work() -> None:
        app.heard.put_nowait(chat.message("王女士", PLEA))
        task = asyncio.create_task(app._consume())
        while disk.left > -20:
            await asyncio.sleep(0)
            await asyncio.sleep(0.01)
        app.ledger._conn = conn
        await asyncio.wait_for(app.heard.join(), 10)
        task.cancel()

    asyncio.run(work())
    assert len(app.tickets.all()) == 1
    app.ledger.close()


def test_a_ledger_of_an_older_version_is_migrated_and_opened_twice(tmp_path: Path) -> None:
    for _ in range(2):
        ledger = Ledger(tmp_path / "a.db")
        assert ledger.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"
        assert ledger.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        ledger.close()


def test_numbers_go_on_from_letter_to_letter_and_come_back() -> None:
    from bot.ledger.tickets import id_of, number_of

    assert [number_of(n) for n in (1, 23, 999, 1000, 25974, 25975, 51949)] == [
        "A001", "A023", "A999", "B001", "Z999", "AA001", "BA001",
    ]  # fmt: skip
    for n in (1, 23, 999, 1000, 25974, 25975, 51949, 123456):
        assert id_of(number_of(n)) == (n, True)
    assert id_of("23") == (23, False) and id_of("a023") == (23, True)
    assert id_of("") == id_of("A") == id_of("A000") == id_of("1234") == (0, True)


def test_a_number_without_its_letter_means_the_open_ticket(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.app.ledger.execute("UPDATE tickets SET state = 'done' WHERE id = 1")
    chat.app.ledger.execute("UPDATE sqlite_sequence SET seq = 999 WHERE name = 'tickets'")
    chat.say("李大爷", PLEA)
    assert [ticket.number for ticket in chat.app.tickets.all()] == ["A001", "B001"]
    found = chat.app.tickets.get("1")
    assert found is not None and found.number == "B001"
    chat.app.ledger.execute("UPDATE tickets SET state = 'opened' WHERE id = 1")
    chat.app.ledger.execute("UPDATE tickets SET state = 'done' WHERE id = 1000")
    found = chat.app.tickets.get("1")
    assert found is not None and found.number == "A001"


def test_old_messages_are_forgotten_and_tickets_are_not(chat: Chat) -> None:
    chat.say("王女士", PLEA)
    chat.clock.advance(days=8)
    asyncio.run(chat.app.housekeeping())
    assert chat.app.ledger.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    assert len(chat.app.tickets.all()) == 1


def test_no_words_are_kept_of_small_talk(chat: Chat) -> None:
    chat.say("王女士", "今天天气真好呀大家出来晒太阳")
    dump = "\n".join(chat.app.ledger.db.conn.iterdump())
    assert "晒太阳" not in dump and UNIT_ROOM in dump


def test_stopping_handles_what_was_heard(settings: Settings, data: Data, tmp_path: Path) -> None:
    channel = FakeChannel()
    app = build(settings, data, channel, FakeClock(), random.Random(1), tmp_path / "a.db")
    chat = Chat(app, app.clock, channel)  # type: ignore[arg-type]

    async def work() -> None:
        task = asyncio.create_task(app.run())
        await asyncio.sleep(0)
        app.heard.put_nowait(chat.message("王女士", PLEA))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    ledger = Ledger(tmp_path / "a.db")
    assert ledger.execute("SELECT count(*) FROM messages").fetchone() == (1,)
    ledger.close()

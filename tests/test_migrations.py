"""A ledger of an earlier version is brought up to date and loses nothing."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from bot.ledger.database import Ledger
from bot.ledger.outbox import OutboxRows
from bot.ledger.schema import migrations
from bot.ledger.tickets import Tickets
from bot.model.audit import Actor

LATER = datetime(2022, 11, 16, tzinfo=UTC)

EARLIER = """
INSERT INTO tickets (account, intent, title, state, urgent, room_id, room_name, requester_id, requester, node, building,
    unit, room, phones, items, text, owner_id, owner, dispatched_to, message_id, opened_at, updated_at)
VALUES ('a', 'help.medicine', '买药送药', 'dispatched', 0, 'r1', '群', 'wang', '王女士', '17号楼3单元', '17', '3', '501', '',
    '降压药', '要降压药', 'an', '小安', '小冀', 'm1', 1000, 3000);
INSERT INTO ticket_events (ticket, at, actor_id, actor, account, room_id, message_id, from_state, to_state, note) VALUES
    (1, 1000, 'wang', '王女士', 'a', 'r1', 'm1', NULL, 'opened', ''),
    (1, 1500, 'wang', '王女士', 'a', 'r1', 'm2', 'opened', 'opened', '催办'),
    (1, 1700, 'wang', '王女士', 'a', 'r1', 'm3', 'opened', 'opened', '补充'),
    (1, 2000, 'an', '小安', 'a', 's', 'm4', 'opened', 'taken', ''),
    (1, 3000, 'an', '小安', 'a', 's', 'm5', 'taken', 'dispatched', '小冀 带上轮椅');
INSERT INTO outbox (account, kind, priority, room_id, room, to_id, text, mention_id, mention_name, ticket, message_id,
    created_at, due_at) VALUES ('a', 'reply', 1, 'r1', '群', '', '已登记', 'wang', '王"女士', 'A001', 'm1', 1000, 1000)
"""


def test_a_ledger_of_the_second_version_keeps_its_tickets_and_what_waits_to_be_sent(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    old = Database(sqlite3.connect(path))
    migrations.apply(old, stop_before="m003_desk")
    old.conn.executescript(EARLIER)
    old.conn.close()
    ledger = Ledger(path, "a")
    tickets = Tickets(ledger)
    ticket = tickets.get("1")
    assert ticket is not None and (ticket.owner, ticket.dispatched_to) == ("小安", "小冀")
    steps = tickets.history(ticket)
    assert [step.kind for step in steps] == ["opened", "urged", "added", "moved", "moved"]
    assert [step.what for step in steps][1:] == ["催办", "补充", "已接单", "已派单 小冀 带上轮椅"]
    assert [row.out.mentions for row in OutboxRows(ledger).waiting(9)] == [(("wang", '王"女士'),)]
    assert tickets.next_watch() == datetime.fromtimestamp(0, UTC)
    moved = tickets.move(ticket, "done", Actor(LATER, "an", "小安"))
    assert (moved.state, tickets.undo(moved, Actor(moved.updated_at, "an", "小安")).state) == (
        "done",
        "dispatched",
    )
    ledger.close()

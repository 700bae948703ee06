"""What is asked at every message, send and tick costs the same on a ledger of years: it reads what is open, never a whole
table."""

from collections.abc import Callable

from bot.model.message import RoomLeft, RoomNamed
from tests.conftest import STAFF_ROOM, UNIT_ROOM, Chat
from tests.posting import post, send_one

GROWING = ("outbox", "notices", "messages", "receipts", "coverage")


def scans(chat: Chat, act: Callable[[], object]) -> list[str]:
    """Statements of an act that read a whole table which only grows."""
    conn = chat.app.ledger.db.conn
    ran: list[str] = []
    conn.set_trace_callback(ran.append)
    act()
    conn.set_trace_callback(None)
    found = []
    for sql in dict.fromkeys(ran):
        if not sql.startswith(("SELECT", "UPDATE", "DELETE")) or "ORDER BY id DESC LIMIT" in sql:
            continue
        plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
        found += [sql for step in plan if step in [f"SCAN {table}" for table in GROWING]]
    return found


def test_no_table_that_grows_is_read_whole(chat: Chat) -> None:
    def talk() -> None:
        chat.say("王女士", "收到")
        chat.say("王女士", "家里停水了，找谁")
        chat.say("刘书记", "/通知 重要 收到 17-3 今晚停水，请提前接水", STAFF_ROOM)

    def end() -> None:
        chat.app.receive([RoomLeft(UNIT_ROOM, chat.clock.now())])
        chat.app.receive([RoomNamed(UNIT_ROOM, UNIT_ROOM, chat.clock.now())])

    post(chat, asks_receipt=True)
    for act in (
        lambda: send_one(chat),
        chat.app.timekeeper.next,
        lambda: chat.app.tick(chat.clock.now()),
        chat.hear,
        talk,
        end,
        chat.app.outbox.waiting_for_rooms,
    ):
        assert scans(chat, act) == []

"""Who asked what of the FAQ, and what became of it."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.ledger.database import Ledger
from bot.model.asked import Asked as Row
from bot.model.asked import Given, How, Offer, Surge
from bot.model.clock import millis, moment

_COLUMNS = "id, at, room_id, room, node, person_id, person, entry, text, message_id, how, addressed, served_at, surge"

_LEFT = "state NOT IN ('failed', 'cancelled')"

LONGEST_WAIT = timedelta(hours=1)
"""An answer that waited longer to leave is no longer looked for by when it left."""

COMPARED = 60
"""Characters by which a quoted answer is known again: WeChat cuts what is quoted."""


class AskedRows:
    """Tables asked, surges, offers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, new: Row) -> None:
        """Write a question down."""
        self._ledger.execute(
            "INSERT INTO asked (account, at, room_id, room, node, person_id, person, entry, text, message_id, how,"
            " addressed, served_at, surge) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account, millis(new.at), new.room_id, new.room, new.node, new.person_id, new.person, new.entry,
                new.text, new.message_id, new.how, int(new.addressed),
                None if new.served_at is None else millis(new.served_at), new.surge,
            ),
        )  # fmt: skip

    # what was said

    def given(self, entry: str, room_id: str, since: datetime) -> Given | None:
        """The latest answer of that entry queued for a group since then that has left, waits, or may have left."""
        row = self._ledger.execute(
            f"SELECT settled_at, created_at, text FROM outbox WHERE topic = ? AND created_at >= ? AND room_id = ?"
            f" AND account = ? AND {_LEFT} AND coalesce(settled_at, created_at) >= ? ORDER BY id DESC LIMIT 1",
            (f"faq:{entry}", millis(since - LONGEST_WAIT), room_id, self._ledger.account, millis(since)),
        ).fetchone()
        if row is None:
            return None
        settled, created, text = row
        return Given(moment(created if settled is None else settled), settled is not None, text)

    def said(self, topic: str, room_id: str, since: datetime) -> bool:
        """True when something of that topic was queued for a group since then and did not fail."""
        row = self._ledger.execute(
            f"SELECT 1 FROM outbox WHERE topic = ? AND created_at >= ? AND room_id = ? AND account = ? AND {_LEFT} LIMIT 1",
            (topic, millis(since), room_id, self._ledger.account),
        ).fetchone()
        return row is not None

    def said_with_ticket(self, person_id: str, room_id: str, since: datetime) -> bool:
        """True when the bot spoke to that person there about a ticket since then."""
        row = self._ledger.execute(
            "SELECT 1 FROM outbox WHERE ticket IS NOT NULL AND room_id = ? AND created_at >= ?"
            " AND (to_id = ? OR instr(mentions, json_quote(?)) > 0) LIMIT 1",
            (room_id, millis(since), person_id, person_id),
        ).fetchone()
        return row is not None

    def answers(self, room_id: str, since: datetime, person_id: str = "") -> int:
        """How many answers and choices were given in a room since then, to one person or to all."""
        row = self._ledger.execute(
            "SELECT count(*) FROM asked WHERE room_id = ? AND at >= ? AND how IN ('answered', 'suggested')"
            " AND (? = '' OR person_id = ?)",
            (room_id, millis(since), person_id, person_id),
        ).fetchone()
        return int(row[0])

    # choices

    def offered(self, entry: str, room_id: str, since: datetime) -> bool:
        """True when that entry was the first of a choice offered aloud in a group since then."""
        return self.said(f"choice:{entry}", room_id, since)

    def suggested(self, person_id: str, room_id: str, since: datetime) -> Row | None:
        """The latest question since then to which the person was offered a choice there."""
        return self._latest(
            "person_id = ? AND at >= ? AND room_id = ? AND how IN ('suggested', 'silent') AND served_at IS NULL",
            person_id,
            millis(since),
            room_id,
        )

    def chosen(self, row: Row, entry: str, how: How, message_id: str, served_at: datetime | None) -> None:
        """One of those offered was chosen, with that message."""
        self._ledger.execute(
            "UPDATE asked SET entry = ?, how = ?, message_id = ?, served_at = ? WHERE id = ?",
            (entry, how, message_id, None if served_at is None else millis(served_at), row.id),
        )

    # those who wait

    def pointing(self, entry: str, room_id: str) -> list[Row]:
        """Those who are to be shown where the answer stands in a group, in the order they asked."""
        return self._select(
            "how = 'pointed' AND served_at IS NULL AND entry = ? AND room_id = ? AND account = ? ORDER BY id",
            entry,
            room_id,
            self._ledger.account,
        )

    def gathered(self) -> list[tuple[str, str, datetime]]:
        """(entry, room id, since when) of all who are to be shown where an answer stands."""
        rows = self._ledger.execute(
            "SELECT entry, room_id, min(at) FROM asked WHERE how = 'pointed' AND served_at IS NULL AND account = ?"
            " GROUP BY entry, room_id",
            (self._ledger.account,),
        )
        return [(entry, room_id, moment(at)) for entry, room_id, at in rows]

    def waiting(
        self, since: datetime, *how: How, entry: str | None = None, most: int | None = None
    ) -> list[Row]:
        """Questions since then that still wait, of these kinds and this entry (None: any), oldest first; of more than
        ``most`` the latest."""
        found = self._select(
            "served_at IS NULL AND at >= ? AND account = ? AND how IN (SELECT value FROM json_each(?))"
            " AND (? IS NULL OR entry = ?) ORDER BY at DESC, id DESC LIMIT ?",
            millis(since),
            self._ledger.account,
            json.dumps(sorted(how)),
            entry,
            entry,
            -1 if most is None else most,
        )
        return found[::-1]

    def serve(self, rows: Sequence[Row], at: datetime, *, entry: str = "") -> None:
        """They have their answer now (of that entry, where one is named)."""
        self._ledger.execute(
            "UPDATE asked SET served_at = ?, entry = CASE ? WHEN '' THEN entry ELSE ? END"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (millis(at), entry, entry, _ids(rows)),
        )

    def serve_messages(self, message_ids: Collection[str], at: datetime) -> None:
        """Whoever asked with these messages has been answered by somebody."""
        self._ledger.execute(
            "UPDATE asked SET served_at = ? WHERE served_at IS NULL AND message_id IN (SELECT value FROM json_each(?))",
            (millis(at), json.dumps(sorted(message_ids))),
        )

    def turn(self, rows: Sequence[Row], how: How) -> None:
        """Something else became of them."""
        self._ledger.execute(
            "UPDATE asked SET how = ? WHERE id IN (SELECT value FROM json_each(?))", (how, _ids(rows))
        )

    # surges

    def hold(self, rows: Sequence[Row], surge: int) -> None:
        """They belong to a surge from now on."""
        self._ledger.execute(
            "UPDATE asked SET surge = ?, how = CASE how WHEN 'expired' THEN how ELSE 'held' END"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (surge, _ids(rows)),
        )

    def open_surge(self, at: datetime, entry: str, told: int) -> Surge:
        """Write one down; its question is that of the first of its rows."""
        cursor = self._ledger.execute(
            "INSERT INTO surges (account, at, entry, told) VALUES (?, ?, ?, ?)",
            (self._ledger.account, millis(at), entry, told),
        )
        return Surge(int(cursor.lastrowid or 0), at, "", entry, told)

    def surge(self, number: int) -> Surge | None:
        """By its number."""
        return next(iter(self._surges("id = ?", number)), None)

    def surges(self, since: datetime) -> list[Surge]:
        """Those that began since then and are still without an answer, oldest first."""
        return self._surges(
            "closed_at IS NULL AND at >= ? AND account = ? ORDER BY id", millis(since), self._ledger.account
        )

    def of_surge(self, number: int) -> list[Row]:
        """Those of a surge who still wait, in the order they asked."""
        return self._select("surge = ? AND surge <> 0 AND served_at IS NULL ORDER BY id", number)

    def surge_wordings(self, number: int, most: int) -> list[str]:
        """What those of a surge who still wait asked, each wording once, those of most people first."""
        rows = self._ledger.execute(
            "SELECT text FROM asked WHERE surge = ? AND surge <> 0 AND served_at IS NULL AND text <> ''"
            " GROUP BY text ORDER BY count(*) DESC, length(text), text LIMIT ?",
            (number, most),
        )
        return [text for (text,) in rows]

    def surge_askers(self, number: int) -> int:
        """How many different people of a surge still wait."""
        row = self._ledger.execute(
            "SELECT count(DISTINCT person_id) FROM asked WHERE surge = ? AND surge <> 0 AND served_at IS NULL",
            (number,),
        ).fetchone()
        return int(row[0])

    def tell_surge(self, number: int, told: int) -> None:
        """Those who edit data/ were told that so many have asked."""
        self._ledger.execute("UPDATE surges SET told = ? WHERE id = ?", (told, number))

    def close_surge(self, number: int, at: datetime) -> None:
        """It is answered."""
        self._ledger.execute("UPDATE surges SET closed_at = ? WHERE id = ?", (millis(at), number))

    def _surges(self, where: str, *values: Any) -> list[Surge]:
        rows = self._ledger.execute(
            "SELECT id, at, coalesce((SELECT text FROM asked WHERE surge = surges.id ORDER BY asked.id LIMIT 1), ''),"
            f" entry, told FROM surges WHERE {where}",
            values,
        )
        return [Surge(id_, moment(at), question, entry, told) for id_, at, question, entry, told in rows]

    # offers

    def make_offer(
        self, at: datetime, rows: Sequence[Row], *, entry: str = "", text: str = "", by: str = ""
    ) -> Offer:
        """Write down that there is an answer for these."""
        cursor = self._ledger.execute(
            "INSERT INTO offers (account, at, entry, text, by_name) VALUES (?, ?, ?, ?, ?)",
            (self._ledger.account, millis(at), entry, text, by),
        )
        number = int(cursor.lastrowid or 0)
        self._ledger.execute(
            "UPDATE asked SET offer = ? WHERE id IN (SELECT value FROM json_each(?))", (number, _ids(rows))
        )
        return Offer(number, at, entry, text, by)

    def offer(self, number: int | None) -> Offer | None:
        """By its number, or the latest (None), if nobody took it up yet."""
        row = self._ledger.execute(
            "SELECT id, at, entry, text, by_name FROM offers WHERE closed_at IS NULL AND account = ?"
            " AND (? IS NULL OR id = ?) ORDER BY id DESC LIMIT 1",
            (self._ledger.account, number, number),
        ).fetchone()
        return None if row is None else Offer(row[0], moment(row[1]), *row[2:])

    def untold_offer(self) -> Offer | None:
        """The first one of which those who edit data/ were not told."""
        row = self._ledger.execute(
            "SELECT id, at, entry, text, by_name FROM offers WHERE told_at IS NULL AND account = ? ORDER BY id LIMIT 1",
            (self._ledger.account,),
        ).fetchone()
        return None if row is None else Offer(row[0], moment(row[1]), *row[2:])

    def told_offer(self, number: int, at: datetime) -> None:
        """They were told."""
        self._ledger.execute("UPDATE offers SET told_at = ? WHERE id = ?", (millis(at), number))

    def of_offer(self, number: int) -> list[Row]:
        """Those of an offer who still wait, in the order they asked."""
        return self._select("offer = ? AND offer <> 0 AND served_at IS NULL ORDER BY id", number)

    def close_offer(self, number: int, at: datetime) -> None:
        """It was taken up."""
        self._ledger.execute("UPDATE offers SET closed_at = ? WHERE id = ?", (millis(at), number))

    # looking back

    def between(self, since: datetime, until: datetime) -> list[Row]:
        """Every question of that time, oldest first."""
        return self._select("at >= ? AND at < ? ORDER BY at, id", millis(since), millis(until))

    def latest(self, person_id: str, room_id: str, since: datetime) -> Row | None:
        """The latest question of a person in a room that was served since then with an entry of the FAQ."""
        return self._latest(
            "person_id = ? AND at >= ? AND room_id = ? AND served_at >= ? AND entry <> '' AND how <> 'handed'",
            person_id,
            millis(since - LONGEST_WAIT),
            room_id,
            millis(since),
        )

    def latest_in(self, room_id: str, since: datetime) -> Row | None:
        """The latest question of anybody in a group that was served since then with an entry of the FAQ."""
        return self._latest(
            "at >= ? AND room_id = ? AND served_at >= ? AND entry <> '' AND how <> 'handed'",
            millis(since - LONGEST_WAIT),
            room_id,
            millis(since),
        )

    def quoted(self, words: str, room_id: str, person_id: str, since: datetime) -> Row | None:
        """The question whose answer, said in that room (or to that person in private) since then, begins with these
        words; the person's own, if they asked it."""
        meant = "".join(words.split())[:COMPARED]
        if not meant:
            return None
        said = self._ledger.execute(
            "SELECT substr(topic, 5), text, message_id FROM outbox WHERE topic >= 'faq:' AND topic < 'faq;' AND created_at >= ?"
            f" AND room_id = ? AND (room_id <> '' OR to_id = ?) AND {_LEFT} ORDER BY id DESC",
            (millis(since), room_id, person_id),
        ).fetchall()
        for entry, text, message_id in said:
            if "".join(text.split()).startswith(meant.rstrip("….")):
                own = self._latest(
                    "person_id = ? AND at >= ? AND room_id = ? AND entry = ? AND served_at IS NOT NULL",
                    person_id,
                    millis(since),
                    room_id,
                    entry,
                )
                return own or self._latest(
                    "entry = ? AND room_id = ? AND at >= ? AND message_id = ?",
                    entry,
                    room_id,
                    millis(since - LONGEST_WAIT),
                    message_id,
                )
        return None

    def _latest(self, where: str, *values: Any) -> Row | None:
        return next(iter(self._select(f"{where} ORDER BY id DESC LIMIT 1", *values)), None)

    def _select(self, where: str, *values: Any) -> list[Row]:
        rows = self._ledger.execute(f"SELECT {_COLUMNS} FROM asked WHERE {where}", values)
        return [_row(row) for row in rows]


def _row(row: tuple[Any, ...]) -> Row:
    (
        id_,
        at,
        room_id,
        room,
        node,
        person_id,
        person,
        entry,
        text,
        message_id,
        how,
        addressed,
        served,
        surge,
    ) = row
    return Row(
        id_, moment(at), room_id, room, node, person_id, person, entry, text, message_id, how, bool(addressed),
        _when(served), surge,
    )  # fmt: skip


def _when(millis_: int | None) -> datetime | None:
    return None if millis_ is None else moment(millis_)


def _ids(rows: Sequence[Row]) -> str:
    return json.dumps([row.id for row in rows])

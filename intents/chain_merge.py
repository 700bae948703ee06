"""Merging the copies of a 接龙: each posts the whole list again, and two at once overwrite each other.

Nobody is lost: rows are united, a person's newest entry stands, and a row that a newer copy does not show is flagged, never
dropped, unless whoever wrote it takes it back. Which earlier copy somebody appended to tells the difference: a row that
copy did not have was overwritten, a row it had was deleted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model.chain import Chain, Copy, Entry, Flag, Row

REMEMBERED = 100
"""So many copies are looked at to find the one that was appended to."""

FRESH = timedelta(hours=6)
"""After so long a pause, a list of the same title with few of the old rows is a new one: tomorrow's temperatures."""

OWN = 3
"""More rows than this at once are not the poster's own: they post a list begun elsewhere, and may take nothing back."""

RESTART = timedelta(hours=1)
"""After so long a pause, the same title without any row begins a new list."""

_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Posting:
    """One message with a list: its rows, who posted it, when."""

    entries: tuple[Entry, ...]
    poster_id: str
    poster: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """A list after one more posting."""

    rows: tuple[Row, ...]
    """All of them, those taken back included."""
    changed: tuple[Row, ...]
    """Those that are new or differ from before."""
    added: tuple[Row, ...]
    """Those that are new, or say something new."""
    shown: frozenset[int]
    """Serials of the rows this posting showed."""


def merge(kept: Sequence[Row], copies: Sequence[Copy], posting: Posting) -> Merged:
    """Unite a kept list with one more posting of it. ``copies``: the postings so far, latest first."""
    base = _appended_to(kept, copies, posting)
    pairs = _pair(kept, base, posting)
    rows = {row.serial: row for row in kept}
    serial = max(rows, default=0)
    shown, added = set(), []
    for entry in posting.entries:
        row = pairs.get(id(entry))
        if row is None:
            serial += 1
            row = Row(
                serial, entry, posting.poster_id, posting.poster, posting.at, posting.poster, posting.at
            )
            added.append(serial)
        else:
            row, news = _renewed(row, entry, posting)
            added += [row.serial] if news else []
        rows[row.serial] = row
        if not row.removed:
            shown.add(row.serial)
    before = {row.serial: row for row in kept}
    fresh = {number for number in added if number not in before}
    if posting.entries and not _partial(posting, shown, rows):
        for row in kept:
            if row.serial not in shown and not row.removed:
                rows[row.serial] = _left_out(row, base, copies, posting, shown, fresh, rows)
    if len(fresh) > OWN:
        rows |= {number: replace(rows[number], author_id="") for number in fresh}
    return Merged(
        rows=tuple(rows.values()),
        changed=tuple(row for row in rows.values() if row != before.get(row.serial)),
        added=tuple(rows[number] for number in added),
        shown=frozenset(shown),
    )


def numbered(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """The rows that stand, numbered anew."""
    return list(enumerate((row for row in rows if not row.removed), 1))


def begins_anew(kept: Sequence[Row], posting: Posting, last: datetime) -> bool:
    """Whether a posting under a known title is the first of a new list, ``last`` being when the old one was posted."""
    standing = [row for row in kept if not row.removed]
    pause = posting.at - last
    if not standing:
        return False
    if not posting.entries:
        return pause >= RESTART
    texts = {plain(row.entry.text) for row in standing}
    same = sum(plain(entry.text) in texts for entry in posting.entries)
    few = same * 2 < len(standing) and len(posting.entries) * 2 <= len(standing) + 1
    return pause >= FRESH and (few or not same)


def same_list(title: str, rows: Sequence[Row], chain: Chain) -> bool:
    """Whether a posting is a copy of a list whose title is missing in one of them, or was touched up.

    Numbers in the titles must agree: 11.16 体温 is not 11.17 体温.
    """
    one, other = plain(title), plain(chain.title)
    if one == other and one:
        return True
    if re.findall(r"\d+", title) != re.findall(r"\d+", chain.title) and one and other:
        return False
    if one and other and one not in other and other not in one:
        return False
    texts = {plain(row.entry.text) for row in rows}
    same = sum(plain(entry.text) in texts for entry in chain.entries)
    return same > 0 and same * 2 >= min(len(chain.entries), len(texts))


def plain(text: str) -> str:
    """A text as it is compared: small letters and figures alone."""
    return _MARKS.sub("", text).lower()


def _appended_to(kept: Sequence[Row], copies: Sequence[Copy], posting: Posting) -> frozenset[int]:
    """The serials of the earlier copy that is nearest to the posting, or of none; of equals the latest."""
    texts = {plain(entry.text) for entry in posting.entries}
    same = {
        row.serial for row in kept if not texts.isdisjoint({plain(row.entry.text), *map(plain, row.earlier)})
    }
    earlier = (*(copy.serials for copy in copies), frozenset[int]())
    return min(earlier, key=lambda serials: len(serials ^ same))


def _pair(kept: Sequence[Row], base: frozenset[int], posting: Posting) -> dict[int, Row]:
    """id of each entry -> the row it is, if there was one: in the same words, in earlier words, of the same person."""
    pairs: dict[int, Row] = {}
    free = {row.serial: row for row in sorted(kept, key=lambda row: (row.removed, row.serial not in base))}
    by_text: dict[str, list[int]] = {}
    for row in free.values():
        by_text.setdefault(plain(row.entry.text), []).append(row.serial)
    for row in free.values():
        for text in row.earlier:
            by_text.setdefault(plain(text), []).append(row.serial)
    for entry in posting.entries:
        for serial in by_text.get(plain(entry.text), ()):
            if serial in free:
                pairs[id(entry)] = free.pop(serial)
                break
    for entry in posting.entries:
        if id(entry) not in pairs:
            same = [row for row in free.values() if _same_person(entry, row, base, posting)]
            if same:
                row = min(same, key=lambda row: row.entry.number != entry.number)
                pairs[id(entry)] = free.pop(row.serial)
    return pairs


def _same_person(entry: Entry, row: Row, base: frozenset[int], posting: Posting) -> bool:
    """Whether an entry in new words is somebody's of the list: of the same door, or of the same full name.

    A nickname, 王阿姨 or a door without a building may be several people's: these are the same only when their own author
    changes them, or whoever changes them had copied the list with them at this very place.
    """
    old = row.entry
    theirs = row.author_id == posting.poster_id
    in_place = row.serial in base and old.number == entry.number
    if entry.room and old.room:
        if not _agree(entry, old) or (
            entry.full_name and old.full_name and plain(entry.name) != plain(old.name)
        ):
            return False
        return bool(entry.building and old.building) or theirs or in_place
    if entry.name and old.name:
        if plain(entry.name) != plain(old.name):
            return False
        return (entry.full_name and old.full_name) or theirs or in_place
    return theirs and in_place and not (old.room or old.name)


def _agree(one: Entry, other: Entry) -> bool:
    pairs = ((one.building, other.building), (one.unit, other.unit))
    return one.room == other.room and all(a == b or not a or not b for a, b in pairs)


def _renewed(row: Row, entry: Entry, posting: Posting) -> tuple[Row, bool]:
    """The row as the posting shows it, and whether it says something new. Words it bore before are an old copy's,
    unless its author goes back to them."""
    said, now = plain(entry.text), plain(row.entry.text)
    theirs = row.author_id == posting.poster_id
    stale = said != now and said in set(map(plain, row.earlier))
    if row.removed and not theirs and (said == now or stale):
        return row, False
    back = replace(row, removed=False, flag="", flagged_by="", told=False)
    if said == now or (stale and not theirs):
        number = entry.number if said == now else row.entry.number
        return replace(back, entry=replace(row.entry, number=number)), row.removed
    earlier = tuple(dict.fromkeys((*row.earlier, row.entry.text)))
    changed = replace(
        back, entry=entry, changed_by=posting.poster, changed_at=posting.at, earlier=earlier[-10:]
    )
    return changed, True


def _partial(posting: Posting, shown: set[int], rows: dict[int, Row]) -> bool:
    """Whether somebody posted their own row and not the list: 「7. 503 王 一份」, or one row where there are many."""
    first = min((entry.number for entry in posting.entries if entry.number), default=0)
    if first > 1:
        return True
    standing = sum(not row.removed for row in rows.values())
    old = sum(rows[serial].at < posting.at for serial in shown)
    return len(posting.entries) <= 2 and old == 0 and standing - len(shown) >= 2


def _left_out(
    row: Row,
    base: frozenset[int],
    copies: Sequence[Copy],
    posting: Posting,
    shown: set[int],
    fresh: set[int],
    rows: dict[int, Row],
) -> Row:
    """A row the posting does not show: taken back by its author, deleted by somebody else, or overwritten."""
    if row.author_id == posting.poster_id and _taken_back(row, copies, posting, shown - fresh, fresh, rows):
        return replace(row, removed=True, flag="", flagged_by="", changed_by=posting.poster,
                       changed_at=posting.at)  # fmt: skip
    flag: Flag = "missing" if row.serial in base else "overwritten"
    if row.flag == flag or (row.flag == "missing" and flag == "overwritten"):
        return row
    return replace(row, flag=flag, flagged_by=posting.poster)


def _taken_back(
    row: Row, copies: Sequence[Copy], posting: Posting, shown: set[int], fresh: set[int], rows: dict[int, Row]
) -> bool:
    """Whether its author copied a list with the row and dropped only rows of their own.

    Who adds a row may have copied an older list, from before the row: then it stays, unless it was only reworded.
    """

    def own(serials: frozenset[int]) -> bool:
        return all(rows[serial].author_id == posting.poster_id for serial in serials)

    had = any(row.serial in c.serials and shown <= c.serials and own(c.serials - shown) for c in copies)
    if not had:
        return False
    older = any(row.serial not in c.serials and c.serials == shown for c in copies)
    reworded = not (row.entry.room or row.entry.name) and any(
        rows[serial].entry.number == row.entry.number for serial in fresh
    )
    return not fresh or not older or reworded

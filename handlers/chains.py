"""接龙 in a group: every copy is merged into the list that is kept; the group hears of it only when rows were lost.

The list itself is never posted among residents: its rows are doors and names.
"""

from datetime import timedelta

from bot.model.chain import Chain, Copy, Entry, KeptChain, NewChain, Row
from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from bot.model.tree import Node
from handlers.records import fevers, record
from handlers.speaking import to_sender
from handlers.testing import evidence
from intents.chain import own_row as parse_row
from intents.chain import parse, placed
from intents.chain_entry import read_entry
from intents.chain_merge import REMEMBERED, Merged, Posting, begins_anew, merge, plain, same_list

SAME_TITLE = timedelta(hours=48)
"""So long after its last copy, a list of the same title in the same group is the same list."""

UNDER_WAY = timedelta(hours=3)
"""So long after a list's last copy, somebody's row on its own belongs to it."""

QUIET = timedelta(minutes=30)
"""A group is told that rows of a list were overwritten at most so often."""

WORTH_A_WORD = 3
"""Lists with fewer rows are looked through by anybody."""


def signup(request: Request, services: Services) -> Outcome:
    """signup.chain: merge the copy. What is no list after all, or was sent in private, is a record like others."""
    chain = parse(request.text)
    if chain is None or request.place is None:
        return record(request, services)
    if not chain.entries and not chain.title:
        return Outcome("chain:empty")
    kept, merged = keep(chain, request, services)
    evidence.from_list(kept, merged.added, request, services)
    replies = _word(kept, merged, request, services) + fevers(kept.title, merged.added, request, services)
    if request.addressed:
        title = services.titles.get("signup.chain", "接龙")
        replies += (to_sender(request, services.replies("record_saved", title=title)),)
    return Outcome(f"chain:{kept.number}", replies)


def own_row(request: Request, services: Services) -> Outcome | None:
    """A row on its own, while a list is under way in this group: one more of its rows. Else nothing of ours."""
    entry = parse_row(request.text) if request.place else None
    if entry is None:
        return None
    lately = services.chains.of_room(request.message.room_id, request.message.at - UNDER_WAY)
    kept = next((kept for kept in lately if kept.marked), None)
    if kept is None:
        return None
    merged = _merged(kept, Chain(kept.title, (entry,)), request, services)
    copy = Copy(request.message.sender_id, merged.shown)
    services.chains.save(kept, merged.changed, copy, request.message.id, request.message.at)
    evidence.from_list(kept, merged.added, request, services)
    return Outcome(f"chain:{kept.number}", fevers(kept.title, merged.added, request, services))


def news(request: Request, services: Services) -> str | None:
    """What the poster of a list says that the list did not say before; None when the message is no list in a group.

    A plea among fifty rows is copied fifty times: only the first time it is somebody's plea.
    """
    chain = parse(request.text) if request.place else None
    if chain is None or not chain.entries:
        return None
    kept = _find(chain, request, services)
    merged = _merged(kept, chain, request, services)
    lines = [row.entry.text for row in merged.added]
    return "\n".join(lines if kept or not chain.title else [chain.title, *lines])


def keep(chain: Chain, request: Request, services: Services) -> tuple[KeptChain, Merged]:
    """Merge a copy into the list it is of, or begin a new one."""
    assert request.place is not None
    message = request.message
    kept = _find(chain, request, services)
    merged = _merged(kept, chain, request, services)
    if kept is None:
        where = (message.room_id, message.room, request.place.node.name)
        kept = services.chains.begin(NewChain(*where, chain.title, chain.marked, message.at))
    copy = Copy(message.sender_id, merged.shown)
    services.chains.save(kept, merged.changed, copy, message.id, message.at)
    return kept, merged


def scope_of(kept: KeptChain | Chain, node: Node, services: Services) -> Node:
    """The branch a list is about: what its title names (17号楼接龙), else its group's."""
    named = read_entry(0, kept.title, nicknames=False)
    if not named.building and not named.unit:
        return node
    return services.groups.resolve(named.building or None, named.unit or None, node) or node


def doors(rows: tuple[Row, ...] | list[Row]) -> set[tuple[str, str, str]]:
    """The households that the standing rows name."""
    entries = [row.entry for row in rows if not row.removed and row.entry.room]
    return {(entry.building, entry.unit, entry.room) for entry in entries}


def total(rows: tuple[Row, ...] | list[Row]) -> str:
    """How many have signed up: 「37 户」 when every row names its door, else 「40 位」."""
    standing = [row for row in rows if not row.removed]
    if all(row.entry.room for row in standing):
        return f"{len(doors(standing))} 户"
    return f"{len(standing)} 位"


def _find(chain: Chain, request: Request, services: Services) -> KeptChain | None:
    """The list of this group that the message is a copy of: of the same title, else of the same rows."""
    at = request.message.at
    lately = services.chains.of_room(request.message.room_id, at - SAME_TITLE)
    lately.sort(key=lambda kept: plain(kept.title) != plain(chain.title) or not plain(chain.title))
    for kept in lately:
        rows = services.chains.rows(kept)
        if same_list(kept.title, rows, chain):
            anew = begins_anew(rows, _posting(chain.entries, request), kept.updated_at)
            return None if anew else kept
    return None


def _merged(kept: KeptChain | None, chain: Chain, request: Request, services: Services) -> Merged:
    assert request.place is not None
    node = scope_of(chain, request.place.node, services)
    entries = tuple(placed(entry, node.building or "", node.unit or "") for entry in chain.entries)
    rows = services.chains.rows(kept) if kept else []
    copies = services.chains.copies(kept, REMEMBERED) if kept else []
    return merge(rows, copies, _posting(entries, request))


def _posting(entries: tuple[Entry, ...], request: Request) -> Posting:
    message = request.message
    return Posting(entries, message.sender_id, message.sender, message.at)


def _word(kept: KeptChain, merged: Merged, request: Request, services: Services) -> tuple[Reply, ...]:
    """The one thing worth saying: rows were overwritten, and nobody needs to sign up again."""
    at = request.message.at
    lost = [row for row in merged.rows if row.flag == "overwritten" and not row.told and not row.removed]
    standing = sum(not row.removed for row in merged.rows)
    lately = kept.told_at is not None and at - kept.told_at < QUIET
    if not lost or lately or not kept.marked or standing < WORTH_A_WORD:
        return ()
    services.chains.told(kept, [row.serial for row in lost], at)
    words = {"title": kept.title or "接龙", "count": str(len(lost)), "total": total(merged.rows)}
    return (Reply(services.replies("chain_merged", **words)),)

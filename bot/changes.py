"""What is different between two versions of data/, for people."""

from collections.abc import Mapping, Sequence

from bot.live import Content
from bot.model.faq import ChangedEntry

NAMED = 6
"""So many ids are named of a file's entries; of the rest, how many."""

TITLED = 3
"""So many of them with the title people know them by."""

TITLE = 14
"""Characters of such a title."""

FAQ = "faq.yaml"


def changed_entries(before: Content, after: Content) -> tuple[ChangedEntry, ...]:
    """The entries of the FAQ that are not the same: in the order of the file, gone ones last."""
    old = {entry.id: entry for entry in before.data.faq}
    new = {entry.id: entry for entry in after.data.faq}
    ids = [id_ for id_ in new if old.get(id_) != new[id_]] + [id_ for id_ in old if id_ not in new]
    return tuple(ChangedEntry(id_, before.faq.get(id_), after.faq.get(id_)) for id_ in ids)


def noted(paths: Sequence[str], entries: Sequence[ChangedEntry] | None) -> str:
    """What changed, in one line: faq.yaml（改「核酸几点开始」hesuan-time）、contacts.yaml. ``entries`` None: nobody knows which."""
    named = [path + _of_file(path, entries) for path in paths[:NAMED]]
    return "、".join(named) + (f" 等 {len(paths)} 个文件" if len(paths) > NAMED else "")


def _of_file(path: str, entries: Sequence[ChangedEntry] | None) -> str:
    if path != FAQ or entries is None:
        return ""
    groups = {
        "加": [one for one in entries if one.before is None],
        "改": [one for one in entries if one.before and one.after],
        "删": [one for one in entries if one.after is None],
    }
    parts = [f"{word}{_named(some)}" for word, some in groups.items() if some]
    return f"（{'，'.join(parts) or '只动了注释或次序'}）"


def _named(entries: Sequence[ChangedEntry]) -> str:
    more = f" 等 {len(entries)} 条" if len(entries) > NAMED else ""
    titled = [_titled(one) for one in entries[:TITLED]]
    return "、".join([*titled, *(one.id for one in entries[TITLED:NAMED])]) + more


def _titled(one: ChangedEntry) -> str:
    entry = one.after or one.before
    assert entry is not None
    title = entry.title if len(entry.title) <= TITLE else f"{entry.title[:TITLE]}…"
    return f"「{title}」{one.id}"


def differing(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files that are not the same."""
    return tuple(sorted(path for path in {**before, **after} if before.get(path) != after.get(path)))

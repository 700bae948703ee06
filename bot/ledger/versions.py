"""The versions of data/: each text once, by its SHA-256, compressed."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.version import Version, VersionSource

FAST = 1
"""Compression that costs next to nothing."""

_COLUMNS = "id, at, source, by_id, by_name, note, warnings, edit, told"


class Versions:
    """Tables versions, version_files, file_texts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def write(self, new: Version, files: Mapping[str, bytes]) -> Version:
        """See bot.model.version.VersionBook; needs an open transaction."""
        row = self._ledger.execute(
            "INSERT INTO versions (at, source, by_id, by_name, note, warnings, edit, told)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
            (
                millis(new.at),
                new.source,
                new.by_id,
                new.by_name,
                new.note,
                json.dumps(new.warnings, ensure_ascii=False),
                new.edit or None,
                int(new.told),
            ),
        ).fetchone()
        for path, content in files.items():
            sha = hashlib.sha256(content).hexdigest()
            if not self._ledger.execute("SELECT 1 FROM file_texts WHERE sha = ?", (sha,)).fetchone():
                self._ledger.execute(
                    "INSERT INTO file_texts VALUES (?, ?)", (sha, zlib.compress(content, FAST))
                )
            self._ledger.execute("INSERT INTO version_files VALUES (?, ?, ?)", (row[0], path, sha))
        return _version(row)

    def latest(self) -> Version | None:
        """See bot.model.version.VersionBook."""
        return next(iter(self.recent(1)), None)

    def get(self, number: int) -> Version | None:
        """See bot.model.version.VersionBook."""
        return self._one("id = ?", number)

    def before(self, number: int) -> Version | None:
        """See bot.model.version.VersionBook."""
        return self._one("id < ? ORDER BY id DESC LIMIT 1", number)

    def _one(self, condition: str, number: int) -> Version | None:
        if number >= 1 << 63:
            return None
        row = self._ledger.execute(f"SELECT {_COLUMNS} FROM versions WHERE {condition}", (number,)).fetchone()
        return _version(row) if row else None

    def recent(self, limit: int) -> Sequence[Version]:
        """See bot.model.version.VersionBook."""
        rows = self._ledger.rows(f"SELECT {_COLUMNS} FROM versions ORDER BY id DESC LIMIT ?", (limit,))
        return [_version(row) for row in rows]

    def files(self, number: int) -> dict[str, bytes]:
        """See bot.model.version.VersionBook."""
        return {path: self._text(sha) for path, sha in self._shas(number).items()}

    def changes(self, number: int, since: int | None) -> Mapping[str, tuple[str, str]]:
        """See bot.model.version.VersionBook."""
        now, then = self._shas(number), {} if since is None else self._shas(since)

        def text(sha: str | None) -> str:
            return self._text(sha).decode("utf-8", "replace") if sha else ""

        return {
            path: (text(then.get(path)), text(now.get(path)))
            for path in sorted(now.keys() | then.keys())
            if now.get(path) != then.get(path)
        }

    def _shas(self, number: int) -> dict[str, str]:
        return dict(
            self._ledger.rows(
                "SELECT path, sha FROM version_files WHERE version = ? ORDER BY path", (number,)
            )
        )

    def _text(self, sha: str) -> bytes:
        (content,) = self._ledger.execute("SELECT content FROM file_texts WHERE sha = ?", (sha,)).fetchone()
        return zlib.decompress(content)

    def untold(self) -> Sequence[Version]:
        """See bot.model.version.VersionBook."""
        rows = self._ledger.rows(f"SELECT {_COLUMNS} FROM versions WHERE told = 0 ORDER BY id")
        return [_version(row) for row in rows]

    def tell(self, numbers: Sequence[int]) -> None:
        """See bot.model.version.VersionBook."""
        self._ledger.executemany("UPDATE versions SET told = 1 WHERE id = ?", [(n,) for n in numbers])

    def keep(self, count: int) -> None:
        """See bot.model.version.VersionBook; needs an open transaction."""
        (last,) = self._ledger.execute(
            "SELECT coalesce(min(id), 0) FROM (SELECT id FROM versions ORDER BY id DESC LIMIT ?)",
            (max(1, count),),
        ).fetchone()
        if not self._ledger.execute("SELECT 1 FROM versions WHERE id < ? LIMIT 1", (last,)).fetchone():
            return
        self._ledger.execute("DELETE FROM version_files WHERE version < ?", (last,))
        self._ledger.execute("DELETE FROM versions WHERE id < ?", (last,))
        self._ledger.execute("DELETE FROM file_texts WHERE sha NOT IN (SELECT sha FROM version_files)")


def _version(row: tuple[Any, ...]) -> Version:
    number, at, source, by_id, by_name, note, warnings, edit, told = row
    sources: tuple[VersionSource, ...] = get_args(VersionSource)
    return Version(
        id=number,
        at=moment(at),
        source=next(one for one in sources if one == source),
        by_id=by_id,
        by_name=by_name,
        note=note,
        warnings=tuple(json.loads(warnings)),
        edit=edit or 0,
        told=bool(told),
    )

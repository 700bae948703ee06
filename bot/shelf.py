"""Where the files of data/ lie: looked at, read all at once, and written whole or not at all.

Only what is read as data counts: the files of NAMES at the top, all of intents/, and the same as *.yml, which somebody misnamed.
What editors leave beside (.faq.yaml.swp, faq.yaml~, .#faq.yaml) does not, nor do copies (faq (copy).yaml). Links are followed, so
that a volume of a container, which swaps the link ``..data`` under all files at once, is seen to change.
"""

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.yamlfile import unreadable

if sys.platform != "win32":
    import pwd

FOLDERS = ("", "intents/")

NAMES = frozenset({"contacts", "faq", "lexicon", "notices", "replies"})
"""What is read at the top (bot/datafolder.py)."""

NO_FILE_AT_ALL = "这不是普通的文件（是管道或设备），请把它拿走"

SPOILT = ".改坏的"
"""Behind the name of a file: what stood in it before it was put back."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells, without reading it, that a file is another one."""

    modified: int
    """Nanoseconds since 1970."""
    changed: int
    """The same of its rights and its name: a file that may be read again has the same words as before."""
    size: int
    inode: int
    device: int


Stamps = Mapping[str, Stamp]
"""By path, relative to data/: faq.yaml, intents/thanks.yaml."""


@dataclass(frozen=True)
class Snapshot:
    """All files at one moment."""

    folder: Path
    files: Mapping[str, bytes]
    """By path, relative to the folder."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Path -> why it cannot be read, and what to do."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Path -> who owns it on this machine, as far as that is known."""

    @property
    def there(self) -> bool:
        """False when not even the folder is."""
        return bool(self.files or self.unreadable) or self.folder.is_dir()


class Shelf(Protocol):
    """A folder of data."""

    def stamps(self) -> Stamps:
        """How the files look at present. Cheap."""
        ...

    def take(self) -> Snapshot:
        """All files as they are at present."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Put a file in the place of the one that is there, whole. Raises OSError."""
        ...

    def keep_aside(self, path: str) -> str:
        """Put what is in a file beside it, under a name that is not read, and return the name. Raises OSError."""
        ...


class DiskShelf:
    """A folder on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stamps(self) -> Stamps:
        """See Shelf; what cannot be looked at is left out."""
        found: dict[str, Stamp] = {}
        for path, entry in _listed(self.folder):
            with contextlib.suppress(OSError):
                now = entry.stat()
                found[path] = Stamp(now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino, now.st_dev)
        return found

    def take(self) -> Snapshot:
        """See Shelf."""
        return taken(self.folder)

    def write(self, path: str, content: bytes) -> None:
        """See Shelf: a new file beside the real one, with its rights, then moved over it. A file that another program has
        open, or a link to it, is never seen half-written."""
        target = (self.folder / path).resolve()
        part = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed below, and kept when all went well
            dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False
        )
        try:
            with part:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
            _as_before(target, Path(part.name))
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
        _sync(target.parent)

    def keep_aside(self, path: str) -> str:
        """See Shelf."""
        target = (self.folder / path).resolve()
        aside = target.with_name(target.name + SPOILT)
        aside.write_bytes(target.read_bytes())
        return f"{path}{SPOILT}"


class MemoryShelf:
    """Files that only this program sees: a replay must not write into anybody's folder."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)
        self._written = dict.fromkeys(files, 0)

    def stamps(self) -> Stamps:
        """See Shelf."""
        return {path: Stamp(self._written[path], 0, len(raw), 0, 0) for path, raw in self._files.items()}

    def take(self) -> Snapshot:
        """See Shelf."""
        return Snapshot(Path("data"), dict(self._files))

    def write(self, path: str, content: bytes) -> None:
        """See Shelf."""
        self._files[path] = content
        self._written[path] = self._written.get(path, 0) + 1

    def keep_aside(self, path: str) -> str:
        """See Shelf; nothing is left here."""
        return f"{path}{SPOILT}"


def taken(folder: Path) -> Snapshot:
    """All files of a folder as they are at present."""
    files: dict[str, bytes] = {}
    closed: dict[str, str] = {}
    owners: dict[str, str] = {}
    for path, entry in _listed(folder):
        try:
            if _endless(entry):
                closed[path] = NO_FILE_AT_ALL
                continue
            files[path] = entry.read_bytes()
            owners[path] = _owner(entry)
        except FileNotFoundError:
            continue  # moved away just now, or a link that leads nowhere
        except OSError as error:
            closed[path] = unreadable(error)
    return Snapshot(folder, files, closed, owners)


def _listed(folder: Path) -> Iterator[tuple[str, Path]]:
    """What is read as data, by its path below the folder."""
    for below in FOLDERS:
        try:
            names = sorted(entry.name for entry in (folder / below).iterdir())
        except OSError:
            continue
        for name in names:
            stem, dot, kind = name.rpartition(".")
            if dot and kind in ("yaml", "yml") and not name.startswith(".") and (below or stem in NAMES):
                yield below + name, folder / below / name


def _endless(path: Path) -> bool:
    """True for what nobody ever finishes reading: a pipe, a device. Raises OSError."""
    mode = path.stat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _owner(path: Path) -> str:
    if sys.platform != "win32":
        with contextlib.suppress(OSError, KeyError):
            return pwd.getpwuid(path.stat().st_uid).pw_name
    return ""


def _as_before(target: Path, part: Path) -> None:
    """Give the new file the rights and, where that is allowed, the owner of the old one."""
    try:
        old = target.stat()
    except FileNotFoundError:
        part.chmod(0o644)
        return
    part.chmod(old.st_mode & 0o7777)
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(part, old.st_uid, old.st_gid)


def _sync(folder: Path) -> None:
    """The move itself has to reach the disk, too; where folders cannot be opened it does by itself."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

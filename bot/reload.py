"""Live reload: a saved file is checked and swapped in, whole, between two messages; a bad one changes nothing.

Three phases. ``look`` is cheap and asked five times a second: did anything change, has it come to rest, does an edit from the
chat wait? ``work`` is slow and runs beside the loop: it reads a snapshot of all files, checks it, and writes what was
confirmed; it touches no ledger. ``settle`` runs on the loop, in one transaction: the new content, its version, and all that is
said because of it. A replay and the tests run the three in line.
"""

import errno
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.changes import FAQ, changed_entries, differing, noted
from bot.faq_file import CannotApply, apply
from bot.inspector import Found
from bot.live import Content, Live
from bot.model.edit import Edit, EditBook, EditState, Trial
from bot.model.faq import ChangedEntry, Swap
from bot.model.handling import Reply
from bot.model.ledger import Transactions
from bot.model.version import Complaint, Version, VersionBook, VersionSource, diff
from bot.shelf import MemoryShelf, Shelf, Snapshot, Stamps
from bot.stillness import STILL, STILL_DOUBTFUL, Stillness, cut_off
from bot.verdict import Verdict, as_read, judge
from bot.yamlfile import Invalid

log = logging.getLogger("xiaoxiang.reload")

NO_FILE = "# 那时没有这个文件\n".encode()
"""What a file is made that an earlier version did not have."""

NOTHING_TO_DO = "和现在的一样，没有要改的"
FAILED = "检查的时候小巷自己出了错，这次改的没有用上：请把日志交给维护小巷的人"

READ_ONLY = "data 文件夹是只读的，小巷写不进去：请到放这些文件的地方去改"


class Inspects(Protocol):
    """Tells whether files may go live (bot/inspector.py)."""

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        ...

    def __call__(self, files: Mapping[str, bytes], base: Content) -> Found:
        """What is to be said about these files, and what is made of them."""
        ...

    def read(self, files: Mapping[str, bytes], base: Content) -> Content | None:
        """What was live once: only its data are asked for. None when it is sound no more."""
        ...

    def prepare(self, base: Content) -> None:
        """Do now what the first edit of what is live would wait for."""
        ...


@dataclass(frozen=True)
class Voice:
    """What is said because of all this (handlers/faq/live.py)."""

    went_live: Callable[[Swap], Sequence[Reply]]
    """A new version is in use."""
    tried: Callable[[Edit, Trial], Sequence[Reply]]
    """An edit was tried, or could not be made."""
    put_back: Callable[[Edit, Sequence[str], Sequence[str]], Sequence[Reply]]
    """What was broken on the disk is as it was again: which files, and where the broken ones are kept."""
    broken: Callable[[Sequence[Complaint]], Sequence[Reply]]
    """Files were changed, but cannot be used."""
    mended: Callable[[Sequence[str], bool], Sequence[Reply]]
    """They can again; False: they are as they were before."""


@dataclass(frozen=True)
class Job:
    """What has to be worked out."""

    stamps: Stamps
    """How the files looked when they had come to rest."""
    good: Mapping[str, bytes]
    """The files of what is live."""
    base: Content
    """What is live."""
    edit: Edit | None = None
    """An edit to be tried (proposed) or made (confirmed); None: the files changed."""
    target: Mapping[str, bytes] | None = None
    """The files as an earlier version had them, for a rollback."""


@dataclass(frozen=True)
class Result:
    """What was worked out."""

    job: Job
    snapshot: Snapshot
    """The files as they were read."""
    verdict: Verdict
    owner: str = ""
    """Who owns the files that changed, as far as known."""
    doubtful: bool = False
    """Whether a file may be half-written: not to be settled too early."""
    trial: Trial | None = None
    refused: str = ""
    """Why the edit cannot be made."""
    written: bool = False
    aside: tuple[str, ...] = ()
    """Where broken files are kept that were written over."""


class Reloader:
    """Keeps what is live and what lies in the folder together."""

    def __init__(
        self,
        live: Live,
        shelf: Shelf,
        inspect: Inspects,
        versions: VersionBook,
        edits: EditBook,
        transactions: Transactions,
        voice: Voice,
        say: Callable[[Reply, datetime], None],
        renew: Callable[[Content], None],
        keep_versions: int,
    ) -> None:
        """``say`` queues a reply; ``renew`` hands the content on to whoever holds parts of it."""
        self.shelf = shelf
        self._live = live
        self._inspect = inspect
        self._versions = versions
        self._edits = edits
        self._transactions = transactions
        self._voice = voice
        self._say = say
        self._renew = renew
        self._keep = keep_versions
        self._good: Mapping[str, bytes] = live.content.data.files
        self._stillness = Stillness()
        self._settled: Stamps | None = shelf.stamps() if isinstance(shelf, MemoryShelf) else None
        """How the files looked when they were last judged."""
        self._result: Result | None = None
        """Worked out, but not settled."""
        self._told: dict[str, bytes | None] = {}
        """Files that were complained of, with what stood in them."""
        self._opening: _Opening | None = None
        """What changed while the bot was not running, until it is said."""
        self._busy = threading.Lock()

    def inspect_by(self, inspect: Inspects) -> None:
        """From now on have files looked at by another inspector."""
        self._inspect = inspect

    # from one start to the next

    def begin(self, at: datetime) -> None:
        """Write down what the bot started with, unless it is what it ran with last. Needs an open transaction."""
        last = self._versions.latest()
        before = self._versions.files(last.id) if last else {}
        if last and before == dict(self._good):
            self._live.content = replace(self._live.content, version=last.id)
            return
        edit = next((one for one in self._edits.in_state("confirmed") if self._made(one, before)), None)
        files = differing(before, self._good)
        new = Version(0, at, "start", "", "", noted(files, None) if last else "开始记录", told=last is None)
        if edit:
            new = replace(new, source=_source(edit), by_id=edit.person_id, by_name=edit.person, edit=edit.id)
            self._edits.move(edit.id, "live", at)
        version = self._versions.write(new, self._good)
        self._live.content = replace(self._live.content, version=version.id)
        if last:
            self._opening = _Opening(version, files, before, _back_to(edit))

    def _made(self, edit: Edit, before: Mapping[str, bytes]) -> bool:
        """True when the edit was written before the bot was killed."""
        try:
            if edit.kind == "rollback":
                return _as_then(self._target(edit), edit, before) == dict(self._good)
            return apply(before[FAQ].decode(), edit).encode() == self._good.get(FAQ)
        except (KeyError, CannotApply, Invalid, UnicodeError):
            return False

    def warm(self) -> None:
        """Read what is live once more, so that the first edit need not wait for all of it. Slow; beside the loop."""
        with self._busy:
            self._inspect.prepare(self._live.content)
            if self._opening:
                then = self._inspect.read(self._opening.before, self._live.content)
                self._opening = replace(self._opening, content=then)

    # look

    def look(self, stamps: Stamps, at: datetime, *, patiently: bool = True) -> Job | None:
        """What has to be worked out now. ``patiently`` False: without waiting for files to come to rest.

        Files come before edits from the chat, which are made in the files as they are then."""
        self._stillness.look(stamps, at)
        if patiently and not self._stillness.still(at, STILL):
            return None
        if self._result and self._result.job.stamps == stamps:
            return None
        self._result = None
        if stamps != self._settled:
            return Job(stamps, self._good, self._live.content)
        edit = next(iter(self._edits.in_state("proposed", "confirmed")), None)
        if edit is None:
            return None
        target = self._target(edit) if edit.kind == "rollback" else None
        return Job(stamps, self._good, self._live.content, edit, target)

    def _target(self, edit: Edit) -> Mapping[str, bytes] | None:
        number = edit.values.get("version")
        if not isinstance(number, int) or self._versions.get(number) is None:
            return None
        return self._versions.files(number)

    # work

    def work(self, job: Job) -> Result | None:
        """Work it out; None when the files moved meanwhile. Slow; for one thread at a time."""
        with self._busy:
            snapshot = self.shelf.take()
            if self.shelf.stamps() != job.stamps:
                return None
            try:
                return self._try(job, job.edit, snapshot) if job.edit else self._judge(job, snapshot)
            except Exception:
                log.exception("failed", extra={"action": "reload.failed"})
                return _failed(job, snapshot)

    def _judge(self, job: Job, snapshot: Snapshot) -> Result:
        verdict = judge(snapshot, job.good, job.base, self._inspect, self._inspect.folder.name)
        changed = differing(job.good, verdict.good)
        owner = next((who for path in changed if (who := snapshot.owners.get(path))), "")
        doubtful = bool(verdict.complaints) or any(
            cut_off(job.good[path], raw)
            for path, raw in snapshot.files.items()
            if path in job.good and raw != job.good[path]
        )
        return Result(job, snapshot, verdict, owner, doubtful)

    def _try(self, job: Job, edit: Edit, snapshot: Snapshot) -> Result | None:
        """Try an edit; make it when it is confirmed."""
        same = Verdict(job.good, job.base)

        def refused(reason: str, trial: Trial | None = None) -> Result:
            return Result(job, snapshot, same, trial=trial or Trial((reason,), (), ()), refused=reason)

        try:
            files = _edited(edit, job, snapshot)
        except (CannotApply, Invalid, UnicodeError) as error:
            return refused(str(error))
        found = self._inspect(files, job.base)
        trial = _trial(found, files, snapshot, self._inspect.folder)
        if found.content is None:
            return refused(trial.problems[0], trial)
        if not differing(snapshot.files, files):
            return refused(NOTHING_TO_DO, trial)
        if edit.state == "proposed":
            return Result(job, snapshot, same, trial=trial)
        if self.shelf.stamps() != job.stamps:
            return None
        try:
            aside = self._write(files, job, snapshot)
        except OSError as error:
            return refused(_unwritable(error))
        content = found.content if differing(job.good, files) else job.base
        verdict = Verdict(files, content, found.warnings)
        return Result(job, snapshot, verdict, trial=trial, written=True, aside=aside)

    def _write(self, files: Mapping[str, bytes], job: Job, snapshot: Snapshot) -> tuple[str, ...]:
        """Write what is different; what somebody left half-done is kept aside."""
        aside = []
        for path, content in files.items():
            there = snapshot.files.get(path)
            if there == content:
                continue
            if there is not None and there != job.good.get(path):
                aside.append(self.shelf.keep_aside(path))
            self.shelf.write(path, content)
        return tuple(aside)

    # settle

    def offer(self, result: Result | None) -> None:
        """Take what ``work`` found, to be settled when its time has come."""
        self._result = result

    def settle(self, at: datetime, *, patiently: bool = True) -> bool:
        """Make what was worked out hold; True when anything was said or changed. Raises LedgerRefused."""
        result = self._result
        if result is None or (not result.written and result.job.stamps != self._stillness.stamps):
            return False
        if patiently and result.doubtful and not self._stillness.still(at, STILL_DOUBTFUL):
            return False
        live, told = self._live, dict(self._told)
        content, spoilt = live.content, live.spoilt
        try:
            with self._transactions.transaction():
                for reply in self._settle(result, at):
                    self._say(reply, at)
        except BaseException:
            live.content, live.spoilt, self._told = content, spoilt, told
            self._renew(content)
            raise
        self._good = result.verdict.good
        self._result = None
        if result.job.edit is None:
            self._settled = result.job.stamps
        return True

    def _settle(self, result: Result, at: datetime) -> Iterator[Reply]:
        edit = result.job.edit
        if edit is None:
            yield from self._settle_files(result, at)
        elif result.written:
            self._edits.move(edit.id, "live", at)
            written = set(differing(result.snapshot.files, result.verdict.good))
            self._told = {path: raw for path, raw in self._told.items() if path not in written}
            self._live.spoilt = tuple(path for path in self._live.spoilt if path not in written)
            if result.verdict.content is result.job.base:
                yield from self._voice.put_back(edit, sorted(written), result.aside)
            else:
                yield from self._swap(result, at)
        else:
            assert result.trial is not None
            state: EditState = "refused" if result.refused else "previewed"
            self._edits.move(edit.id, state, at, result.refused)
            yield from self._voice.tried(replace(edit, state=state, reason=result.refused), result.trial)

    def _settle_files(self, result: Result, at: datetime) -> Iterator[Reply]:
        if self._opening:
            yield from self._open(at)
        verdict, files = result.verdict, result.snapshot.files
        bad = {complaint.file: files.get(complaint.file) for complaint in verdict.complaints}
        new = [
            one
            for one in verdict.complaints
            if one.file not in self._told or self._told[one.file] != bad[one.file]
        ]
        mended = sorted(self._told.keys() - bad.keys())
        self._told, self._live.spoilt = bad, tuple(bad)
        swapped = verdict.content is not result.job.base
        if swapped:
            yield from self._swap(result, at, told=bool(mended))
        if mended:
            yield from self._voice.mended(mended, swapped)
        if new:
            yield from self._voice.broken(new)

    def _swap(self, result: Result, at: datetime, *, told: bool = False) -> Iterator[Reply]:
        """The new content is in use from here on."""
        before, verdict, edit = result.job.base, result.verdict, result.job.edit
        files = differing(result.job.good, verdict.good)
        entries = changed_entries(before, verdict.content)
        warnings = tuple(as_read(one, result.snapshot, self._inspect.folder.name) for one in verdict.warnings)
        new = Version(
            id=0,
            at=at,
            source=_source(edit) if edit else "files",
            by_id=edit.person_id if edit else "",
            by_name=edit.person if edit else result.owner,
            note=noted(files, entries),
            warnings=warnings,
            edit=edit.id if edit else 0,
            told=told,
        )
        version = self._versions.write(new, verdict.good)
        self._versions.keep(self._keep)
        self._live.content = replace(verdict.content, version=version.id)
        self._renew(self._live.content)
        log.info("live", extra={"action": "reload.live", "version": version.id})
        yield from self._voice.went_live(_swap_of(version, files, entries, _back_to(edit)))

    def _open(self, at: datetime) -> Iterator[Reply]:
        """What changed while the bot was not running."""
        opening, self._opening = self._opening, None
        assert opening is not None
        entries = changed_entries(opening.content, self._live.content) if opening.content else ()
        yield from self._voice.went_live(_swap_of(opening.version, opening.files, entries, opening.back_to))


@dataclass(frozen=True)
class _Opening:
    """What is different from when the bot ran last."""

    version: Version
    files: tuple[str, ...]
    before: Mapping[str, bytes]
    back_to: int
    content: Content | None = None
    """What was made of the files before; None as long as it was not read, or cannot be."""


def _swap_of(
    version: Version, files: tuple[str, ...], entries: tuple[ChangedEntry, ...], back_to: int
) -> Swap:
    return Swap(
        version.id,
        version.at,
        version.by_id,
        version.by_name,
        files,
        entries,
        version.edit,
        version.note,
        back_to,
    )


def _source(edit: Edit) -> VersionSource:
    return "rollback" if edit.kind == "rollback" else "chat"


def _back_to(edit: Edit | None) -> int:
    number = edit.values.get("version") if edit and edit.kind == "rollback" else None
    return number if isinstance(number, int) else 0


def _edited(edit: Edit, job: Job, snapshot: Snapshot) -> dict[str, bytes]:
    """All files with the edit made in them. Raises CannotApply, Invalid, UnicodeError."""
    if edit.kind == "rollback":
        return _as_then(job.target, edit, job.good)
    raw = snapshot.files.get(FAQ)
    if raw is None:
        raise CannotApply("faq.yaml 现在不在文件夹里，先把它放回来（/faq 回退）")
    return {**job.good, FAQ: apply(raw.decode(), edit).encode()}


def _as_then(target: Mapping[str, bytes] | None, edit: Edit, good: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as an earlier version had them; one that was not there then is left without content."""
    if target is None:
        raise CannotApply(
            f"没有第 {edit.values.get('version')} 版，可能太早，已经不留了：发 /faq 版本 看有哪些"
        )
    return {**dict.fromkeys(good, NO_FILE), **target}


def _trial(found: Found, files: Mapping[str, bytes], snapshot: Snapshot, folder: Path) -> Trial:
    seen = Snapshot(folder, files)
    lines: list[str] = []
    for path in differing(snapshot.files, files):
        if path != FAQ:
            lines.append(f"{path}：")
        lines += diff(text_of(snapshot.files.get(path)), text_of(files.get(path)))
    return Trial(
        tuple(as_read(one, seen, folder.name) for one in found.problems),
        tuple(as_read(one, seen, folder.name) for one in found.warnings),
        tuple(lines),
    )


def _failed(job: Job, snapshot: Snapshot) -> Result:
    """An error in the check itself: nothing changes, and somebody hears of it."""
    same = Verdict(job.good, job.base)
    if job.edit:
        return Result(job, snapshot, same, trial=Trial((FAILED,), (), ()), refused=FAILED)
    files = differing(job.good, snapshot.files)
    complaints = tuple(Complaint(path, (f"{path}:1: {FAILED}",)) for path in files)
    return Result(job, snapshot, replace(same, complaints=complaints), doubtful=True)


def _unwritable(error: OSError) -> str:
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return READ_ONLY
    return f"文件写不进去（{error.strerror}）：请看看磁盘是不是满了"


def text_of(raw: bytes | None) -> str:
    """A file's text; whatever is none is shown as well as it can be."""
    return (raw or b"").decode("utf-8-sig", "replace")

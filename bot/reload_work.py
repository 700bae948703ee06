"""What of live reload takes time and touches no ledger: files are checked, edits tried, and written once confirmed."""

import errno
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from bot.changes import FAQ, differing
from bot.faq_file import CannotApply, apply
from bot.inspector import Found
from bot.live import Content
from bot.model.edit import Edit, Trial
from bot.model.version import Complaint, diff
from bot.shelf import Shelf, Snapshot, Stamps
from bot.stillness import cut_off
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
    written: tuple[str, ...] = ()
    """The files that were written because an edit is confirmed."""
    aside: tuple[str, ...] = ()
    """Where broken files are kept that were written over."""


@dataclass
class Worker:
    """Works jobs out, one at a time."""

    shelf: Shelf
    inspect: Inspects
    busy: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, job: Job) -> Result | None:
        """Work it out; None when the files moved meanwhile. Slow; for one thread at a time."""
        with self.busy:
            snapshot = self.shelf.take()
            if self.shelf.stamps() != job.stamps:
                return None
            try:
                return self._try(job, job.edit, snapshot) if job.edit else self._judge(job, snapshot)
            except Exception:
                log.exception("failed", extra={"action": "reload.failed"})
                return _failed(job, snapshot)

    def _judge(self, job: Job, snapshot: Snapshot) -> Result:
        verdict = judge(snapshot, job.good, job.base, self.inspect, self.inspect.folder.name)
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
        found = self.inspect(files, job.base)
        trial = _trial(edit, found, files, snapshot, self.inspect.folder)
        if found.content is None:
            return refused(trial.problems[0], trial)
        paths = differing(snapshot.files, files) if edit.kind == "rollback" else (FAQ,)
        if all(snapshot.files.get(path) == files[path] for path in paths):
            return refused(NOTHING_TO_DO, trial)
        if edit.state == "proposed":
            return Result(job, snapshot, same, trial=trial)
        if self.shelf.stamps() != job.stamps:
            return None
        try:
            aside = self._write({path: files[path] for path in paths}, job, snapshot)
        except OSError as error:
            return refused(_unwritable(error))
        content = found.content if differing(job.good, files) else job.base
        verdict = Verdict(files, content, found.warnings)
        return Result(job, snapshot, verdict, trial=trial, written=paths, aside=aside)

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


def _edited(edit: Edit, job: Job, snapshot: Snapshot) -> dict[str, bytes]:
    """All files with the edit made in them. Raises CannotApply, Invalid, UnicodeError."""
    if edit.kind == "rollback":
        return as_then(job.target, edit, job.good)
    raw = snapshot.files.get(FAQ)
    if raw is None:
        raise CannotApply("faq.yaml 现在不在文件夹里，先把它放回来（/faq 回退）")
    return {**job.good, FAQ: apply(raw.decode(), edit).encode()}


def as_then(target: Mapping[str, bytes] | None, edit: Edit, good: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as an earlier version had them; one that was not there then is left without content."""
    if target is None:
        raise CannotApply(
            f"没有第 {edit.values.get('version')} 版，可能太早，已经不留了：发 /faq 版本 看有哪些"
        )
    return {**dict.fromkeys(good, NO_FILE), **target}


def _trial(edit: Edit, found: Found, files: Mapping[str, bytes], snapshot: Snapshot, folder: Path) -> Trial:
    seen = Snapshot(folder, files)
    lines: list[str] = []
    changed = differing(snapshot.files, files)
    for path in changed if edit.kind == "rollback" else (FAQ,):
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

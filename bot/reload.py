"""Live reload: a saved file is checked and swapped in, whole, between two messages; a bad one changes nothing.

Three phases. ``look`` is cheap and asked ten times a second: did anything change, has it come to rest, does an edit from the
chat wait? ``work`` is slow and runs beside the loop: it reads a snapshot of all files, checks it, and writes what was
confirmed; it touches no ledger. ``settle`` runs on the loop, in one transaction: the new content, its version, and all that is
said because of it. A replay and the tests run the three in line.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.changes import FAQ, changed_entries, differing, noted
from bot.faq_file import CannotApply, apply
from bot.live import Content, Live
from bot.model.edit import Edit, EditBook, EditState, Trial
from bot.model.faq import ChangedEntry, Swap
from bot.model.handling import Reply
from bot.model.ledger import Transactions
from bot.model.version import Complaint, Version, VersionBook, VersionSource
from bot.reload_work import Inspects, Job, Result, Worker, as_then
from bot.shelf import MemoryShelf, Shelf, Stamps
from bot.stillness import STILL, STILL_DOUBTFUL, Stillness
from bot.verdict import as_read
from bot.yamlfile import Invalid

log = logging.getLogger("xiaoxiang.reload")


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
        self.worker = Worker(shelf, inspect)
        self._live = live
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
                return as_then(self._target(edit), edit, before) == dict(self._good)
            return apply(before[FAQ].decode(), edit).encode() == self._good.get(FAQ)
        except (KeyError, CannotApply, Invalid, UnicodeError):
            return False

    def warm(self) -> None:
        """Read what is live once more, so that the first edit need not wait for all of it. Slow; beside the loop."""
        with self.worker.busy:
            self.worker.inspect.prepare(self._live.content)
            if self._opening:
                then = self.worker.inspect.read(self._opening.before, self._live.content)
                self._opening = replace(self._opening, content=then)

    # look

    def look(self, stamps: Stamps, at: datetime, *, patiently: bool = True) -> Job | None:
        """What has to be worked out now. ``patiently`` False: without waiting for files to come to rest.

        Files come before edits from the chat, which are made in the files as they are then. Files are worked out at once,
        and settled when they have come to rest: whoever still writes has it worked out again."""
        self._stillness.look(stamps, at)
        if self._result and (self._result.written or self._result.job.stamps == stamps):
            return None
        self._result = None
        if stamps != self._settled:
            return Job(stamps, self._good, self._live.content)
        if patiently and not self._stillness.still(at, STILL):
            return None
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

    def work(self, job: Job) -> Result | None:
        """Work it out; None when the files moved meanwhile. Slow; beside the loop."""
        return self.worker(job)

    # settle

    def offer(self, result: Result | None, stamps: Stamps, at: datetime) -> None:
        """Take what ``work`` found, to be settled when its time has come. ``stamps``: how the files look by now."""
        self._result = result
        self._stillness.look(stamps, at)

    def settle(self, at: datetime, *, patiently: bool = True) -> bool:
        """Make what was worked out hold; True when anything was said or changed. Raises LedgerRefused."""
        result = self._result
        if result is None or (not result.written and result.job.stamps != self._stillness.stamps):
            return False
        rest = STILL_DOUBTFUL if result.doubtful else STILL
        if patiently and not result.written and not self._stillness.still(at, rest):
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
            written = result.written
            self._told = {path: raw for path, raw in self._told.items() if path not in written}
            self._live.spoilt = tuple(path for path in self._live.spoilt if path not in written)
            if result.verdict.content is result.job.base:
                yield from self._voice.put_back(edit, written, result.aside)
            else:
                yield from self._swap(result, at)
        elif (
            now := self._edits.get(edit.id)
        ) and now.state == edit.state:  # else it was taken back meanwhile
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
        warnings = tuple(
            as_read(one, result.snapshot, self.worker.inspect.folder.name) for one in verdict.warnings
        )
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

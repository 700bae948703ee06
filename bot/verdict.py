"""Which of the files that changed may go live: all that are sound together, whatever is wrong with others.

A telephone number and the answer that names it are saved together, so all are tried together first; then without those
that are broken in themselves; then one after another. A file that may not go live keeps its last good version.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.inspector import Found
from bot.live import Content
from bot.model.version import Complaint
from bot.shelf import Snapshot
from bot.yamlfile import Problem, shown

GONE = "文件不见了（被删掉、改了名，或者文件夹没挂上）：现在还照它原来的用；请把它放回来"
"""Why a file that was there and is no longer changes nothing."""

Inspect = Callable[[Mapping[str, bytes], Content], Found]


@dataclass(frozen=True)
class Verdict:
    """What came of a look at the files."""

    good: Mapping[str, bytes]
    """What is to be live."""
    content: Content
    """What is made of that; the same as before when nothing new may go live."""
    warnings: tuple[Problem, ...] = ()
    complaints: tuple[Complaint, ...] = ()


def judge(
    snapshot: Snapshot, good: Mapping[str, bytes], base: Content, inspect: Inspect, folder: str
) -> Verdict:
    """What of the files may go live. ``good``: what is live, of which ``base`` was made; ``folder``: what people call it."""
    gone = [path for path in good if path not in snapshot.files]
    fresh = [path for path, raw in snapshot.files.items() if good.get(path) != raw]
    complaints = [_gone(path, snapshot, folder) for path in gone]
    accepted, found = _sound_together(snapshot.files, fresh, good, base, inspect)
    left = [path for path in fresh if path not in accepted]
    blamed: dict[str, tuple[Problem, ...]] = {}
    while left:
        for path in left:
            tried = inspect(_put(good, snapshot.files, [*accepted, path]), base)
            if tried.content is not None:
                accepted, found = [*accepted, path], tried
                left.remove(path)
                break
            blamed[path] = tried.problems
        else:
            break
    complaints += [
        Complaint(path, tuple(as_read(problem, snapshot, folder) for problem in blamed[path]))
        for path in left
    ]
    if not accepted or found is None or found.content is None:
        return Verdict(good, base, complaints=tuple(complaints))
    return Verdict(_put(good, snapshot.files, accepted), found.content, found.warnings, tuple(complaints))


def _sound_together(
    files: Mapping[str, bytes],
    fresh: Sequence[str],
    good: Mapping[str, bytes],
    base: Content,
    inspect: Inspect,
) -> tuple[list[str], Found | None]:
    """All that changed, or all but those in which something is wrong."""
    rest = list(fresh)
    while rest:
        found = inspect(_put(good, files, rest), base)
        if found.content is not None:
            return rest, found
        wrong = {problem.file for problem in found.problems}
        sound = [path for path in rest if not any(file.endswith(path) for file in wrong)]
        if len(sound) == len(rest):
            break
        rest = sound
    return [], None


def _put(good: Mapping[str, bytes], files: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, bytes]:
    return {**good, **{path: files[path] for path in paths}}


def _gone(path: str, snapshot: Snapshot, folder: str) -> Complaint:
    reason = snapshot.unreadable.get(path) or GONE
    return Complaint(path, (f"{folder}/{path}:1: {reason}",), gone=True)


def as_read(problem: Problem, snapshot: Snapshot, folder: str) -> str:
    """A problem with its file as it is called inside the folder, wherever that lies and whatever links lead there."""
    name = next((path for path in snapshot.files if shown(snapshot.folder / path) == problem.file), None)
    return str(problem) if name is None else f"{folder}/{name}:{problem.line}: {problem.reason}"

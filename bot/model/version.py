"""The versions of data/: who changed what, when, and what stood there before."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

VersionSource = Literal["start", "files", "chat", "rollback"]
"""What the bot found when it started; an edit of the files; one asked for in the chat; one that was taken back."""

SOURCE_TITLES: Mapping[VersionSource, str] = {
    "start": "启动时",
    "files": "在电脑上改",
    "chat": "在群里改",
    "rollback": "回退",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of data/."""

    id: int
    """Its number; 0 before it is written down."""
    at: datetime
    """When it went live."""
    source: VersionSource
    by_id: str
    """Who asked for it in the chat; empty for an edit of the files."""
    by_name: str
    """Their name; else who owns the file on the machine; empty when that is not known."""
    note: str
    """What changed, in one line: faq.yaml（改「核酸几点开始」hesuan-time）."""
    warnings: tuple[str, ...] = ()
    """What is worth a look, each as file:line: reason."""
    edit: int = 0
    """Number of the edit from the chat that caused it; 0: none did."""
    told: bool = False
    """Whether those who edit data/ have heard of it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a file that was changed is not used."""

    file: str
    """Its path below data/."""
    lines: tuple[str, ...]
    """Each as file:line: reason."""
    gone: bool = False
    """Whether it cannot be read at all."""


class VersionBook(Protocol):
    """Tables versions, version_files, file_texts."""

    def write(self, new: Version, files: Mapping[str, bytes]) -> Version:
        """Write one down with all its files (what is the same as before costs nothing). Returns it with its number."""
        ...

    def latest(self) -> Version | None:
        """The last one."""
        ...

    def get(self, number: int) -> Version | None:
        """By its number; None when it never was, or is not kept any more."""
        ...

    def before(self, number: int) -> Version | None:
        """The one before that."""
        ...

    def recent(self, limit: int) -> Sequence[Version]:
        """The last ones, latest first."""
        ...

    def files(self, number: int) -> dict[str, bytes]:
        """What stood in each file, by its path below data/."""
        ...

    def changes(self, number: int, since: int | None) -> Mapping[str, tuple[str, str]]:
        """The files that differ from another version's (None: from nothing), with what stood in them then and stands now."""
        ...

    def untold(self) -> Sequence[Version]:
        """Those nobody has heard of, oldest first."""
        ...

    def tell(self, numbers: Sequence[int]) -> None:
        """Write down that they were told."""
        ...

    def keep(self, count: int) -> None:
        """Forget all but the last ``count``, and the texts that no version holds."""
        ...


_HUNK = re.compile(r"@@ -(?P<at>\d+)(?:,\d+)? \+(?P<to>\d+)(?:,(?P<count>\d+))? @@")
_ID = re.compile(r"-\s+id:\s*[\"']?([^\s\"'#]+)")


def diff(before: str, after: str) -> list[str]:
    """The lines that went and came, each with - or + before it; where they belong to several entries, "id：" before those of
    each, for 「enabled: false」 alone says nothing. The equal beginning and end are not even compared: files of ten thousand
    lines differ in two."""
    old, new = before.splitlines(), after.splitlines()
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n] != new[n]), most)
    end = next((n for n in range(most - start) if old[-1 - n] != new[-1 - n]), most - start)
    changed = difflib.unified_diff(old[start : len(old) - end], new[start : len(new) - end], n=0, lineterm="")
    lines: list[str] = []
    owners: list[str] = []
    for one in list(changed)[2:]:
        if hunk := _HUNK.match(one):
            side, at = (new, int(hunk["to"])) if hunk["count"] != "0" else (old, int(hunk["at"]))
            owner = _entry_above(side, start + at)
            if owner and owner not in owners[-1:]:
                owners.append(owner)
                lines.append(f"{owner}：")
        else:
            lines.append(one)
    return lines if len(owners) > 1 else [one for one in lines if one[:1] in "-+"]


def _entry_above(lines: Sequence[str], end: int) -> str:
    """The id of the entry in which the last of so many lines stands."""
    found = (_ID.match(line) for line in reversed(lines[:end]))
    return next((one[1] for one in found if one), "")

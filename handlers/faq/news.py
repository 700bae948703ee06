"""Those who edit data/ hear what became of it: live, broken with file and line, mended.

What is broken is told at once. What went live is told when a few seconds have passed without another edit, all together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.handling import Reply, Ring
from bot.model.services import Services
from bot.model.version import SOURCE_TITLES, Complaint, Version
from handlers.faq import superseding

GATHER = timedelta(seconds=3)
"""So long after the last edit what went live is told."""
GATHER_LONGEST = timedelta(seconds=10)
"""And so long after the first, whatever else comes."""

SHOWN = 5
"""So many lines of what is wrong, or worth a look, are shown."""


def broken(complaints: Sequence[Complaint], services: Services) -> tuple[Reply, ...]:
    """Files were changed, but cannot be used: where, why, and that nothing has changed."""
    lines = [line for complaint in complaints for line in complaint.lines]
    gone = all(complaint.gone for complaint in complaints)
    if gone and len(complaints) > SHOWN:  # the folder itself
        lines = []
    text = services.replies(
        "data_gone" if gone else "data_broken",
        files=_files([complaint.file for complaint in complaints]),
        list=shown(lines, services),
    )
    return (Reply(text, "alert", "admins"),)


def mended(files: Sequence[str], renewed: bool, services: Services) -> tuple[Reply, ...]:
    """What was broken can be used again; where it says something new, that is told like any other edit."""
    latest = services.versions.latest() if renewed else None
    if latest is None:
        return (Reply(services.replies("data_mended_same", files=_files(files)), "alert", "admins"),)
    return (Reply(_told_of("data_mended", latest, services, latest.at), "alert", "admins"),)


def due(services: Services) -> datetime | None:
    """When the versions that nobody heard of are told."""
    untold = services.versions.untold()
    return min(untold[-1].at + GATHER, untold[0].at + GATHER_LONGEST) if untold else None


def ring(at: datetime, services: Services) -> Sequence[Reply]:
    """What went live since the last time, in one message."""
    untold = services.versions.untold()
    services.versions.tell([version.id for version in untold])
    told = [version for version in untold if not _said_there(version, services)]
    if not told:
        return ()
    if len(told) == 1:
        text = _told_of("data_live", told[0], services, at)
    else:
        lines = "\n".join(line(version, services) for version in told[-SHOWN:])
        warnings = _worth(told, services)
        text = services.replies("data_live_many", count=str(len(told)), list=lines, warnings=warnings)
        heard = superseding.lines(services.told.superseded(told[0].at), at, services)
        text = "\n".join([text, *heard])
    return (Reply(text, "alert", "admins"),)


RING = Ring("data", due, ring)


def _told_of(key: str, version: Version, services: Services, at: datetime) -> str:
    """One version that went live: what changed, what is worth a look, who heard the answers it replaces."""
    words = {"version": str(version.id), "who": who(version), "note": version.note}
    text = services.replies(key, **words, warnings=_worth([version], services))
    return "\n".join([text, *superseding.lines(services.told.superseded(version.at), at, services)])


def _worth(versions: Sequence[Version], services: Services) -> str:
    warnings = list(dict.fromkeys(one for version in versions for one in version.warnings))
    return services.replies("data_warnings", list=shown(warnings, services)) if warnings else ""


def _said_there(version: Version, services: Services) -> bool:
    """True when it was asked for in the very room in which those who edit data/ are told."""
    edit = services.edits.get(version.edit) if version.edit else None
    return bool(edit and edit.room_id and edit.room_id == services.colleagues.admins_room())


def who(version: Version) -> str:
    """Who made a version, and how."""
    name = version.by_name
    if version.source == "files" and name:
        name = f"{name} " if name.isascii() else name
    return f"{name}{SOURCE_TITLES[version.source]}"


def line(version: Version, services: Services) -> str:
    """A version as a line of a list."""
    return f"第 {version.id} 版 {services.show_time(version.at)} {who(version)}：{version.note}"


def shown(lines: Sequence[str], services: Services) -> str:
    """The first of the lines, and how many more there are."""
    more = [services.replies("data_more", count=str(len(lines) - SHOWN))] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])


def _files(files: Sequence[str]) -> str:
    """Files as a list that a phone bears."""
    return "、".join(files) if len(files) <= SHOWN else f"data 里的 {len(files)} 个文件"

"""Files that show a round, written beside the ledger and sent where the channel takes files."""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.coverage_picture import draw
from bot.field_tables import door_rows, doors_title
from bot.model.clock import Clock
from bot.model.coverage import Standing
from bot.model.testing import Round
from bot.tables import TableError, write_table

FOLDER = "pictures"
KEPT = timedelta(days=1)
"""Files older than this were sent long ago, and name doors."""


def remove(folder: Path, before: datetime) -> int:
    """Remove the files that show rounds and were written before a moment; returns how many there were."""
    count = 0
    for file in folder.glob("round*"):  # none where there is no such folder
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < before.timestamp():
                file.unlink()
                count += 1
    return count


class CoverageFiles:
    """Writes them; without a ledger on disk there is no place for files."""

    def __init__(self, database: Path | None, clock: Clock, zone: ZoneInfo) -> None:
        self._folder = database.parent / FOLDER if database else None
        self._clock = clock
        self._zone = zone

    def picture(self, of: Round, standings: Sequence[Standing]) -> str:
        """Draw the grid of buildings and units, without any door; the file's path, or "" where there is no place for files
        or nothing to draw."""
        path = self._path(of, "png")
        if path is None or not standings:
            return ""
        try:
            draw(path, of.name, of.scope or of.node, self._clock.now().astimezone(self._zone), standings)
        except OSError:
            return ""
        return str(path)

    def doors(self, of: Round, standings: Sequence[Standing]) -> str:
        """Write the door-knocking list as .xlsx; the file's path, or "" where there is no place for files."""
        path = self._path(of, "xlsx")
        if path is None:
            return ""
        headers, rows = door_rows(standings)
        try:
            write_table(path, headers, rows, doors_title(of, self._clock.now().astimezone(self._zone)))
        except TableError:
            return ""
        return str(path)

    def clear(self) -> None:
        """Remove what was sent long ago."""
        if self._folder is not None:
            remove(self._folder, self._clock.now() - KEPT)

    def _path(self, of: Round, suffix: str) -> Path | None:
        """A new file's path; old files go."""
        if self._folder is None:
            return None
        now = self._clock.now()
        self.clear()
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            return None
        return self._folder / f"round{of.id}-{now.astimezone(self._zone):%m%d-%H%M%S}.{suffix}"

"""What is found in the YAML of understanding, with its place: the words of `xiaoxiang check` and of the live reload."""

from dataclasses import dataclass
from typing import Literal

Path = tuple[str | int, ...]
"""("intents", "help.medicine", "examples", 3), ("faq", 12, "examples", 0) or ("lexicon", "groups", "求助")."""

Level = Literal["error", "warning"]
"""An error blocks: the files are not used. A warning is for somebody to look at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to put right, or to look at."""

    path: Path
    """Where: the file's part first, then keys and places in it, counted from 0."""
    reason: str
    """What is wrong and what to do, in Chinese."""
    level: Level = "error"
    """Whether it blocks."""
    other: Path | None = None
    """The second place it is about; whoever shows it adds file and line."""


def short(text: str, most: int = 30) -> str:
    """A text as it is quoted in a reason: one line, not longer than ``most`` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"

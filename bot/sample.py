"""The sample community: what `xiaoxiang init` writes and `xiaoxiang demo` plays in."""

import shutil
from collections.abc import Callable
from pathlib import Path

PACKAGED = Path(__file__).parent / "sample"
"""In an installed package (pyproject.toml puts bot.yaml and data/ there)."""
CHECKOUT = Path(__file__).parent.parent
"""In a checkout, where they are the project's own."""


def sample_folder() -> Path:
    """The folder that holds the sample bot.yaml and data/."""
    return PACKAGED if (PACKAGED / "bot.yaml").exists() else CHECKOUT


def write_sample(folder: Path, may_overwrite: Callable[[Path], bool]) -> list[Path]:
    """Copy the sample into a folder; files already there only where ``may_overwrite`` says so. Returns those written."""
    source = sample_folder()
    files = [source / "bot.yaml", *sorted((source / "data").rglob("*.yaml"))]
    written = []
    for file in files:
        target = folder / file.relative_to(source)
        if target.exists() and not may_overwrite(target):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        written.append(target)
    return written

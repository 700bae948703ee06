"""The engine, with what its examples taught kept from one start to the next: learning takes seconds, reading it back
none. Kept in the user's cache folder, for nobody else to read; anything there may be deleted at any time."""

import contextlib
import hashlib
import logging
import os
import tempfile
from pathlib import Path

import platformdirs

import intents
from bot.settings import Data
from intents.engine import Engine
from intents.scorer import Learnt

KEPT = 8
"""Files kept: of the data last used."""

log = logging.getLogger(__name__)


def engine_of(data: Data, *, semantic: bool = False, before: Engine | None = None) -> Engine:
    """The engine of these data. ``before``: one of nearly the same data, which spares whatever did not change."""
    file = _file(data)
    learnt = _read(file) if file else None
    engine = Engine.build(
        data.intents, data.lexicon, data.faq, semantic=semantic, learnt=learnt, before=before
    )
    if file and learnt is None:
        _keep(file, engine.scorer.learnt)
    return engine


def _file(data: Data) -> Path | None:
    """Where it is kept; None for an account without a home."""
    try:
        return platformdirs.user_cache_path("xiaoxiang") / f"learnt-{_digest(data)}"
    except RuntimeError:
        return None


def _digest(data: Data) -> str:
    """Of everything that bears on what is learnt: the data, and how it is read and learnt from."""
    content = hashlib.sha256(repr((data.intents, data.lexicon)).encode("utf-8", "surrogatepass"))
    for source in sorted(Path(intents.__path__[0]).glob("*.py")):
        content.update(source.read_bytes())
    return content.hexdigest()[:32]


def _read(file: Path) -> Learnt | None:
    try:
        learnt = Learnt.from_bytes(file.read_bytes()) if file.is_file() else None
    except (OSError, ValueError):
        return None
    with contextlib.suppress(OSError):
        os.utime(file)
    return learnt


def _keep(file: Path, learnt: Learnt) -> None:
    """Write it whole or not at all; where nothing can be written it is learnt again next time."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix="learnt-", delete=False) as part:
            part.write(learnt.to_bytes())
        Path(part.name).replace(file)
        newest = sorted(file.parent.glob("learnt-*"), key=lambda old: old.stat().st_mtime, reverse=True)
        for old in newest[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.info("what was learnt is not kept: %s", error)

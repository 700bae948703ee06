"""What data/ was when it was last sound, out of the ledger: a machine that restarts at night comes back, whatever somebody
left half-done in a file."""

import contextlib
from pathlib import Path

from bot.datafolder import Data, inspect_files
from bot.groups import Tree
from bot.ledger.database import Ledger
from bot.ledger.versions import Versions
from bot.model.settings import Settings
from bot.model.version import Version
from bot.shelf import Snapshot
from bot.yamlpieces import Pieces


def last_good(settings: Settings) -> tuple[Version, Data] | None:
    """The latest version in the ledger, read; None when there is none, or when it is sound no more. Raises LedgerBroken."""
    if not Path(settings.database).exists():
        return None
    with contextlib.closing(Ledger(settings.database)) as ledger:
        versions = Versions(ledger)
        latest = versions.latest()
        files = versions.files(latest.id) if latest else {}
    tree = Tree(settings.groups)
    data, _ = inspect_files(
        Snapshot(settings.data, files),
        [node.name for node in tree.nodes()],
        tree=tree,
        quiet=None,
        trying=None,
        pieces=Pieces(),
    )
    return (latest, data) if latest and data else None

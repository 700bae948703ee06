"""Loads bot.yaml and data/, and checks everything at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.check_content import Outlook
from bot.datafolder import Data, inspect_data
from bot.groups import Tree
from bot.ledger.glance import pending_notices
from bot.mode_rules import complete
from bot.model.mode import ModeName
from bot.model.settings import Alarm, Dialogue, Pace, PersonSpec, Settings, Wechaty
from bot.settings_rules import branch_names, settings_rules
from bot.yamlfile import Checked, Invalid, Problem, inspect, load
from intents.semantic import MISSING, installed
from intents.spec import FaqEntry

__all__ = [
    "Alarm", "Data", "Dialogue", "Invalid", "Pace", "PersonSpec", "Problem", "Settings", "Wechaty",
    "check", "load_data", "load_faq", "load_settings",
]  # fmt: skip


def load_settings(path: Path) -> Settings:
    """bot.yaml, its paths resolved. Raises Invalid with all its problems."""
    checked = _inspect_settings(path)
    if checked.value is None:
        raise Invalid(checked.problems)
    return checked.value


def load_data(folder: Path, scopes: Sequence[str] = (), tree: Tree | None = None) -> Data:
    """The folder of YAML. ``scopes`` are the names of the tree's nodes; without ``tree``, where notices go is not looked at.

    Raises Invalid with everything that stands in the way; examples that are misunderstood do not, ``check`` tells them.
    """
    data, problems = inspect_data(folder, scopes, tree=tree)
    if data is None:
        raise Invalid(problems)
    return data


def load_faq(path: Path) -> tuple[FaqEntry, ...]:
    """A FAQ that lies anywhere, for a trial: only its shape is looked at. Raises Invalid with all problems."""
    return load(path, tuple[FaqEntry, ...])


def check(path: Path, now: datetime | None = None) -> list[Problem]:
    """Every problem of bot.yaml and of the folder of YAML it names, by file and line, and all that is worth a look.
    ``now``: without it nothing is said about days."""
    settings = _inspect_settings(path)
    raw = settings.document.data if settings.document else None
    named = raw.get("data") if isinstance(raw, dict) else None
    folder = path.parent / (named if isinstance(named, str) else Settings.data)
    semantic = settings.value is not None and settings.value.semantic
    _, problems = inspect_data(
        folder,
        branch_names(raw),
        tree=Tree(settings.value.groups) if settings.value else None,
        thoroughly=True,
        semantic=semantic and installed(),
        quiet=quiet_hours(settings.value) if settings.value else None,
        outlook=outlook_of(settings.value, now),
    )
    if semantic and settings.document and not installed():
        problems += (settings.document.problem((("semantic",), MISSING)),)
    return sorted({*settings.problems, *problems})


def outlook_of(settings: Settings | None, now: datetime | None) -> Outlook:
    """What data/ is held against; a bot.yaml that is broken is the defaults."""
    if settings is None:
        return Outlook(now.astimezone(ZoneInfo(Settings.timezone)).date() if now else None)
    return Outlook(
        today=now.astimezone(ZoneInfo(settings.timezone)).date() if now else None,
        expiring_days=settings.faq.expiring_days,
        pending=pending_notices(settings.database),
        community=settings.community,
        zone=settings.timezone,
    )


def quiet_hours(settings: Settings) -> dict[ModeName, str]:
    """When notices are held back, in each mode."""
    modes = settings.modes
    return {
        "everyday": (modes.everyday.notices or settings.notices).quiet_hours,
        "wartime": (modes.wartime.notices or settings.notices).quiet_hours,
    }


def _inspect_settings(path: Path) -> Checked[Settings]:
    checked = inspect(path, Settings)
    document, settings = checked.document, checked.value
    if document is None:
        return checked
    problems = (*checked.problems, *map(document.problem, settings_rules(document.data, path.parent)))
    value = complete(_resolved(settings, path.parent), document.data) if settings and not problems else None
    return Checked(document, value, problems)


def _resolved(settings: Settings, folder: Path) -> Settings:
    certificate = settings.wechaty.tls_ca
    wechaty = replace(settings.wechaty, tls_ca=(folder / certificate).resolve() if certificate else None)
    database, data = (folder / settings.database).resolve(), (folder / settings.data).resolve()
    return replace(settings, database=database, data=data, wechaty=wechaty)

"""What is said when a new version of data/ has gone live, and when an edit was tried. The reloader asks, in its transaction."""

from collections.abc import Sequence

from bot.model.edit import Edit, Trial
from bot.model.faq import Swap
from bot.model.handling import Reply
from bot.model.services import Services
from handlers.faq import closing, previewing, superseding, versions


def went_live(swap: Swap, services: Services) -> Sequence[Reply]:
    """Everything that is said because of it: the news, what was told before, those who still wait for an answer."""
    renewed = superseding.supersede(swap, services)
    said = (*versions.rolled_back(swap, services), *previewing.went_live(swap, services))
    return (*superseding.with_news(said, swap, services), *renewed, *closing.came(swap, services))


def tried(edit: Edit, trial: Trial, services: Services) -> Sequence[Reply]:
    """The preview of an edit, or why it cannot be made."""
    return previewing.tried(edit, trial, services)

"""Everyday or wartime (日常/战时): what bot.yaml defines differently for each."""

from bot.model.ledger import State
from bot.model.settings import Desk, Pace, Settings

MODE = "mode"
"""Key of the present mode in the ledger's state."""


class Modes:
    """The present mode, kept in the ledger, and what it changes."""

    def __init__(self, settings: Settings, state: State) -> None:
        self._settings = settings
        self._state = state

    @property
    def name(self) -> str:
        """everyday or wartime."""
        return self._state.get(MODE) or "everyday"

    @property
    def desk(self) -> Desk:
        """The help desk's clocks and shifts."""
        return self._settings.desk

    @property
    def pace(self) -> Pace:
        """How slowly the bot speaks."""
        return self._settings.pace

"""Everyday or wartime (日常/战时): what bot.yaml defines differently for each, and which of them holds."""

import json
from collections.abc import Iterable
from datetime import datetime

from bot.model.audit import Actor
from bot.model.ledger import State
from bot.model.mode import ModeName, ModeView, Standing
from bot.model.settings import (
    Desk,
    Mode,
    NoticeSettings,
    Pace,
    PersonSpec,
    Settings,
    StandingDuty,
    TestingSettings,
)

MODE = "mode"
"""Key of the mode that holds in the ledger's state: its name, since when, by whom."""


class Modes:
    """The present mode, kept in the ledger, and what it changes."""

    def __init__(self, settings: Settings, state: State) -> None:
        self._views: dict[ModeName, ModeView] = {
            "everyday": _view(settings.modes.everyday, settings),
            "wartime": _view(settings.modes.wartime, settings),
        }
        self._alike = self._views["everyday"] == self._views["wartime"]
        self._state = state
        self._kept: str | None = None
        self._name: ModeName = "everyday"
        self._since: datetime | None = None
        self._by = ""

    @property
    def name(self) -> ModeName:
        """The mode that holds."""
        self._look()
        return self._name

    @property
    def since(self) -> datetime | None:
        """When it was switched on; None when nobody ever switched."""
        self._look()
        return self._since

    @property
    def by(self) -> str:
        """Who switched it on; empty when nobody ever did."""
        self._look()
        return self._by

    @property
    def desk(self) -> Desk:
        """The help desk's clocks and shifts."""
        return self._now().desk

    @property
    def pace(self) -> Pace:
        """How slowly the bot speaks."""
        return self._now().pace

    @property
    def notices(self) -> NoticeSettings:
        """When notices are held back, and how long things wait."""
        return self._now().notices

    @property
    def testing(self) -> TestingSettings:
        """Testing rounds."""
        return self._now().testing

    @property
    def roster(self) -> tuple[Standing, ...]:
        """Who is on duty where no roster was set for the day."""
        return self._now().roster

    def view(self, name: ModeName) -> ModeView:
        """What a mode defines, whether it holds or not."""
        return self._views[name]

    def switch(self, name: ModeName, by: Actor) -> None:
        """From this moment on the mode holds. Needs an open transaction."""
        self._state.put(
            MODE, json.dumps({"name": name, "at": by.at.isoformat(), "by": by.name}, ensure_ascii=False)
        )

    def _now(self) -> ModeView:
        return self._views["everyday"] if self._alike else self._views[self.name]

    def _look(self) -> None:
        """The ledger is asked each time, so that a switch that was rolled back never held; it is read only when it changed."""
        kept = self._state.get(MODE)
        if kept == self._kept:
            return
        self._kept = kept
        said = json.loads(kept) if kept else {}
        self._name = "wartime" if said.get("name") == "wartime" else "everyday"
        self._since = datetime.fromisoformat(said["at"]) if said else None
        self._by = said.get("by", "")


def _view(mode: Mode, settings: Settings) -> ModeView:
    return ModeView(
        mode.desk or settings.desk,
        mode.pace or settings.pace,
        mode.notices or settings.notices,
        mode.testing or settings.testing,
        tuple(_standing(mode.roster, settings.people)),
    )


def _standing(roster: Iterable[StandingDuty], people: Iterable[PersonSpec]) -> Iterable[Standing]:
    """Whoever leads first; bot/mode_rules.py has seen to it that everybody is known."""
    ids = {person.name: person.id for person in people}
    for line in roster:
        shift, lead = "" if line.shift == "全天" else line.shift, line.lead or line.people[0]
        for name in dict.fromkeys((lead, *line.people)):
            if name in ids:
                yield Standing(shift, line.branch, ids[name], name, name == lead)

"""Everyday or wartime (日常, 战时): which of the two holds, and who is on duty as long as it does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model.audit import Actor
from bot.model.settings import Desk, NoticeSettings, Pace, TestingSettings

ModeName = Literal["everyday", "wartime"]

MODE_TITLES: dict[ModeName, str] = {"everyday": "日常", "wartime": "战时"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody on duty as long as a mode lasts, where no roster was set for the day."""

    shift: str
    """A shift's name; empty for the whole day."""
    node: str
    person_id: str
    name: str
    lead: bool


@dataclass(frozen=True, slots=True)
class ModeView:
    """Everything a mode defines, complete."""

    desk: Desk
    pace: Pace
    notices: NoticeSettings
    testing: TestingSettings
    roster: tuple[Standing, ...]


class Modes(Protocol):
    """The mode that holds, and what each defines (bot/modes.py)."""

    @property
    def name(self) -> ModeName:
        """The mode that holds."""
        ...

    @property
    def since(self) -> datetime | None:
        """When it was switched on; None when nobody ever switched. What was planned before then does not become due."""
        ...

    @property
    def by(self) -> str:
        """Who switched it on; empty when nobody ever did."""
        ...

    @property
    def desk(self) -> Desk:
        """The help desk's clocks and shifts."""
        ...

    @property
    def pace(self) -> Pace:
        """How slowly the bot speaks."""
        ...

    @property
    def notices(self) -> NoticeSettings:
        """When notices are held back, and how long things wait."""
        ...

    @property
    def testing(self) -> TestingSettings:
        """Testing rounds."""
        ...

    @property
    def roster(self) -> tuple[Standing, ...]:
        """Who is on duty where no roster was set for the day."""
        ...

    def view(self, name: ModeName) -> ModeView:
        """What a mode defines, whether it holds or not."""
        ...

    def switch(self, name: ModeName, by: Actor) -> None:
        """From this moment on the mode holds. Needs an open transaction."""
        ...

"""Times of the day that ring every day: pure, given what was rung last."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo

from bot.model.services import Services
from handlers.duty.on_duty import clock_time


def next_time(times: Sequence[str], after: datetime, zone: tzinfo) -> datetime | None:
    """The first of these times of the day ("08:30") that comes after a moment; None without times."""
    midnight = datetime.combine(after.astimezone(zone).date(), time(), zone)
    moments = (
        datetime.combine((midnight + timedelta(days=day)).date(), clock_time(text), zone)
        for day in (0, 1)
        for text in sorted(times)
    )
    return next((moment for moment in moments if moment > after), None)


def due(name: str, times: Sequence[str], late: timedelta, services: Services) -> datetime | None:
    """The planned moment to ring next: the first after the last one that was rung, leaving out what is later than
    ``late`` by now, what was before the bot was first started, and what was before the present mode held."""
    last = services.rung.last(name) or services.health.first_started
    last = max(last, services.modes.since or last)
    return next_time(times, max(last, services.clock.now() - late), services.zone)


def mark(name: str, times: Sequence[str], late: timedelta, at: datetime, services: Services) -> None:
    """Write down that it rang: call it before anything else is done at ``at``."""
    planned = due(name, times, late, services)
    services.rung.mark(name, planned if planned is not None and planned <= at else at, at)

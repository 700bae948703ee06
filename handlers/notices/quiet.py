"""Quiet hours: normal notices wait until they are over, those half sent rest. Important and urgent ones go."""

from datetime import datetime, time, timedelta, tzinfo

from bot.model.notice import Level
from bot.model.services import Services
from handlers.duty.on_duty import clock_time
from handlers.notices.reached import CORRECTING

QUIET = "quiet"
"""Why rows are held (bot.model.notice.DeliveryRow.held)."""

PAUSED = "paused"

PROMPT = timedelta(minutes=1)
"""The clock is asked every two seconds, and a slow disk makes it wait: nobody calls that late."""


def spell(at: datetime, hours: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """The quiet hours that hold a moment or come next after it, from when to when. ``hours``: "22:00-07:00", "" for none."""
    begin, _, end = (part.strip() for part in hours.partition("-"))
    if not begin or not end:
        return None
    midnight = datetime.combine(at.astimezone(zone).date(), time(), zone)
    spells = (_on((midnight + timedelta(days=day)), begin, end, zone) for day in (-1, 0, 1, 2))
    return next(((first, last) for first, last in spells if first < last and at < last), None)


def _on(midnight: datetime, begin: str, end: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Those that begin on a day."""
    first = datetime.combine(midnight.date(), clock_time(begin), zone)
    over_midnight = end.startswith("24") or clock_time(end) < clock_time(begin)
    day = midnight.date() + timedelta(days=int(over_midnight))
    return first, datetime.combine(day, time() if end.startswith("24") else clock_time(end), zone)


def is_quiet(at: datetime, hours: str, zone: tzinfo) -> bool:
    """True within the quiet hours; their last moment is the first that is not."""
    found = spell(at, hours, zone)
    return found is not None and found[0] <= at


def goes_at(planned: datetime, level: Level, hours: str, zone: tzinfo) -> datetime:
    """When a notice planned for a moment may be begun: then, or when the quiet hours are over."""
    found = spell(planned, hours, zone) if level == "normal" else None
    return found[1] if found and found[0] <= planned else planned


def begins_at(planned: datetime, level: Level, services: Services) -> datetime:
    """The same with the quiet hours that hold at present."""
    return goes_at(planned, level, services.notice_settings.quiet_hours, services.zone)


def too_late(planned: datetime, level: Level, late: float, at: datetime, hours: str, zone: tzinfo) -> bool:
    """True when a notice may no longer be begun at ``at``. ``late``: minutes, counted from the end of the quiet hours where
    they held it."""
    return at - goes_at(planned, level, hours, zone) > max(timedelta(minutes=late), PROMPT)


def due(services: Services) -> datetime | None:
    """When something that is being sent has to rest, or may go on."""
    at = services.clock.now()
    found = spell(at, services.notice_settings.quiet_hours, services.zone)
    if found is not None and found[0] <= at:
        return at if services.notices.loose("normal") else found[1] if services.notices.held(QUIET) else None
    if services.notices.held(QUIET):
        return at
    return found[0] if found and services.notices.loose("normal") else None


def ring(at: datetime, services: Services) -> None:
    """Hold what is being sent when the quiet hours begin, each group's row in its place; let it go when they are over."""
    if is_quiet(at, services.notice_settings.quiet_hours, services.zone):
        for number in services.notices.loose("normal"):
            services.notices.hold(number, QUIET)
        return
    for number in services.notices.held(QUIET):
        services.notices.release(number, QUIET)
        notice = services.notices.get(number)
        if notice is not None and notice.state == PAUSED:  # somebody paused it meanwhile
            services.notices.hold(number, PAUSED)
        elif number in services.notices.being_corrected():
            services.notices.hold(number, CORRECTING)

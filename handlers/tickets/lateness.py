"""Which tickets are overdue, kept ready so that lists of thousands need not count every clock again."""

from collections.abc import Sequence
from datetime import datetime

from bot.model.handling import Reply, Ring
from bot.model.services import Services
from handlers.tickets.clocks import standing

AT_ONCE = 500
"""So many tickets are worked out in one go."""


def work_out(services: Services, at: datetime) -> None:
    """Work out when the clock runs out of every open ticket that changed since; call it before lists are read."""
    while changed := services.lists.unjudged(AT_ONCE):
        steps = services.lists.histories(changed)
        verdicts = []
        for ticket in changed:
            stands = standing(ticket, steps[ticket.number], services.desk, services.zone, at)
            verdicts.append((ticket, stands.due or (at if stands.overdue else None)))
        services.lists.judge(verdicts)


def _due(services: Services) -> datetime | None:
    return services.clock.now() if services.lists.any_unjudged() else None


def _ring(at: datetime, services: Services) -> Sequence[Reply]:
    work_out(services, at)
    return ()


RING = Ring("lateness", _due, _ring)
"""Works out what changed at the next tick, so that nobody's command has to wait for it."""

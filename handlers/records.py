"""Reports, sign-ups, offers and complaints: kept, shown to staff where somebody must act, silent in groups."""

from bot.model.handling import Outcome, Reply, Request
from bot.model.services import Services
from handlers.speaking import duty_phone, named, quoted, room_name, to_sender, to_staff

FOR_STAFF = frozenset(
    {"complaint", "report.symptom", "report.travel", "signup.volunteer", "signup.reserve"}
)  # fmt: skip
"""Intents whose record the staff are told of at once."""


def record(request: Request, services: Services) -> Outcome:
    """Keep it; tell the staff when it is theirs to act on; answer only whoever addressed us."""
    understanding = request.understanding
    assert understanding is not None
    services.records.add(request)
    title = services.titles.get(understanding.intent, understanding.intent)
    replies: tuple[Reply, ...] = ()
    if understanding.intent in FOR_STAFF:
        replies += (to_staff(_told(request, services, title)),)
    if request.addressed:
        replies += (to_sender(request, services.replies("record_saved", title=title)),)
    return Outcome(f"record:{understanding.intent}", replies)


def symptom(request: Request, services: Services) -> Outcome:
    """A fever or a positive test: kept, told to the staff, and the person is told whom to ring."""
    services.records.add(request)
    text = _told(request, services, services.titles.get("report.symptom", "症状"))
    answer = services.replies("symptom", phone=duty_phone(request, services))
    return Outcome("record:report.symptom", (to_staff(text), to_sender(request, answer)))


def _told(request: Request, services: Services, title: str) -> str:
    place = services.groups.title(request.place.node) if request.place else ""
    return services.replies(
        "alert_record", title=title, place=place, name=named(request.person), room=room_name(request),
        text=quoted(request.text),
    )  # fmt: skip

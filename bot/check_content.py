"""What is worth a look in data/ though nothing is plainly wrong with it: warnings, which block nothing.

Asked by `xiaoxiang check` and after every save, so all of it together takes a fraction of a second for a thousand entries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.check_days import days_of_answers, days_of_notices, first_day, last_day
from bot.check_texts import texts
from bot.data_rules import joined_questions
from bot.ledger.glance import PendingNotice
from bot.model.contacts import Contacts
from bot.model.schedule import NoticeEntry
from intents.contradictions import Statement, contradictions, entry_statements
from intents.finding import Finding
from intents.spec import FaqEntry


@dataclass(frozen=True)
class Outlook:
    """What the files are held against besides each other."""

    today: date | None = None
    """The community's day; without it nothing is said about days."""
    expiring_days: float = 3
    """So many days before its end an answer is told."""
    pending: tuple[PendingNotice, ...] = ()
    """Notices written in the chat that are still on their way."""
    community: str = ""
    """What a notice to everybody names as its scope."""
    zone: str = "Asia/Shanghai"
    """In which the days begin."""


def worth_a_look(
    faq: Sequence[FaqEntry],
    notices: Sequence[NoticeEntry],
    replies: Mapping[str, str],
    contacts: Contacts | None,
    outlook: Outlook,
) -> Iterator[Finding]:
    """Answers and notices that are over, texts nobody reads to the end, numbers nobody knows, and what two places say
    differently."""
    today = outlook.today
    if today is not None:
        yield from days_of_answers(faq, today, outlook.expiring_days)
        yield from days_of_notices(notices, today)
    yield from (Finding(("faq", *steps), reason, "warning") for steps, reason in joined_questions(faq))
    yield from texts(faq, notices, replies, contacts)
    statements = [
        *entry_statements(faq, today or date.min),
        *_listed(contacts),
        *_planned(notices, outlook),
        *_pending(outlook),
    ]
    yield from contradictions(statements)


def _listed(contacts: Contacts | None) -> Iterator[Statement]:
    """The numbers of contacts.yaml, as if it said: 社区值班室电话 0371-55501234."""
    if contacts is None:
        return
    for key, listed in (("duty", contacts.duty), ("public", contacts.public), ("cards", contacts.cards)):
        for place, contact in enumerate(listed):
            text = f"{contact.scope or ''}{contact.name}电话 {contact.phone}"
            yield Statement(f"contacts.yaml 的“{contact.name}”", ("contacts", key, place, "phone"), text)


def _planned(notices: Sequence[NoticeEntry], outlook: Outlook) -> Iterator[Statement]:
    for place, entry in enumerate(notices):
        last = last_day(entry)
        if entry.drill or (last and outlook.today and last < outlook.today):
            continue
        scope = "、".join(scope for scope in entry.scopes if scope not in ("全体", outlook.community))
        yield Statement(
            f"通知“{entry.id}”",
            ("notices", place, "text"),
            entry.text,
            scope=scope,
            since=first_day(entry),
            until=last,
        )


def _pending(outlook: Outlook) -> Iterator[Statement]:
    for notice in outlook.pending:
        until = notice.valid_until.astimezone(ZoneInfo(outlook.zone)).date() if notice.valid_until else None
        yield Statement(
            f"还没发完的通知{notice.number}（/通知 {notice.number} 看原话）",
            None,
            notice.text,
            scope="" if notice.scope == outlook.community else notice.scope,
            until=until,
        )

"""How a notice reads in a group: what stands before and behind the words, which stay exactly as typed."""

import re

from bot.model.notice import Level, Notice
from bot.model.services import Services

_HEADED = re.compile(r"\s*【[^】\n]{1,20}】")
LONGEST = 3500
"""Characters of what somebody writes; WeChat cuts longer messages."""
FIRST_WORDS = 16
"""So many characters stand for a notice where another one names it."""


def worded(body: str, level: Level, services: Services, *, drill: bool, asks_receipt: bool) -> str:
    """Exactly what the groups are sent. A heading typed by the writer (【温馨提示】) stays the only one of a normal notice."""
    head = services.replies(f"notice_head_{level}")
    if body.lstrip().startswith(head) or (level == "normal" and _HEADED.match(body)):
        head = ""
    parts = [services.replies("notice_head_drill") if drill else "", head, body]
    tail = [services.replies("notice_receipt")] if asks_receipt else []
    tail += [services.replies("notice_drill")] if drill else []
    text = "".join(parts) if body or drill else ""
    return "\n".join([text, *tail]) if text or asks_receipt else ""


def corrected(notice: Notice, old: Notice, services: Services) -> str:
    """The same for the groups that got the notice it corrects: which one that was, then the new words."""
    head = services.replies(
        "notice_corrects",
        number=old.number,
        when=services.show_time(old.begun_at or old.planned_at),
        text=first_words(old),
    )
    return f"{head}\n{notice.text}"


def first_words(notice: Notice, longest: int = FIRST_WORDS) -> str:
    """The beginning of a notice's own words, without its heading, on one line; for one without words what it brings."""
    text = notice.text
    while heading := _HEADED.match(text):
        text = text[heading.end() :]
    text = " ".join(text.split())
    if not text and notice.attachments:
        return f"{len(notice.attachments)} 张图片或文件"
    return text if len(text) <= longest else f"{text[:longest]}…"

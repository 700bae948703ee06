"""Every text template the bot speaks with, and the placeholders each may use. The words are in data/replies.yaml."""

import re

_CHAIN = frozenset({"number", "title", "place", "room", "total"})
_TICKET = frozenset({"number", "title", "place", "state"})

REPLIES: dict[str, frozenset[str]] = {
    # to residents
    "aid": frozenset(),
    "ticket_opened": _TICKET | {"aid"},
    "ticket_opened_ask": _TICKET | {"missing", "aid"},
    "ticket_also": _TICKET,
    "ticket_added": _TICKET,
    "ticket_progress": _TICKET | {"owner"},
    "ticket_urged": _TICKET | {"owner"},
    "ticket_cancelled": _TICKET,
    "ticket_received": _TICKET,
    "ticket_none": frozenset(),
    "ticket_which": frozenset({"list"}),
    "ticket_taken": _TICKET | {"owner"},
    "ticket_dispatched": _TICKET | {"owner"},
    "ticket_done": _TICKET | {"note"},
    "ticket_withdrawn": _TICKET | {"note"},
    "ticket_reopened": _TICKET,
    "emergency": _TICKET | {"phone", "missing"},
    "emergency_added": _TICKET | {"phone"},
    "missing_place": frozenset(),
    "missing_items": frozenset({"title"}),
    "faq_answer": frozenset({"answer"}),
    "faq_suggest": frozenset({"list"}),
    "faq_suggest_one": frozenset({"title"}),
    "handoff": frozenset({"number", "phone"}),
    "record_saved": frozenset({"title"}),
    "chain_merged": frozenset({"title", "count", "total"}),
    "symptom": frozenset({"phone"}),
    "complaint_saved": frozenset({"phone"}),
    "private_look": frozenset(),
    "handed_over": frozenset({"phone"}),
    "greeting": frozenset({"phone"}),
    # to the staff
    "alert_ticket": _TICKET | {"name", "room", "text", "phones", "short"},
    "alert_emergency": _TICKET | {"name", "room", "text", "phones", "short", "phone"},
    "alert_added": _TICKET | {"name", "text"},
    "alert_urge": _TICKET | {"name", "text", "owner", "short"},
    "alert_cancelled": _TICKET | {"name"},
    "alert_received": _TICKET | {"name"},
    "alert_reopened": _TICKET | {"name", "text", "short"},
    "alert_record": frozenset({"title", "place", "name", "room", "text"}),
    "alert_error": frozenset({"name", "room", "message"}),
    "alert_loop": frozenset({"name", "room", "text"}),
    "room_renamed": frozenset({"old", "new"}),
    "room_unknown": frozenset({"new"}),
    "deaf": frozenset({"since", "until", "reason"}),
    "unconfirmed": frozenset({"count", "list"}),
    "failed": frozenset({"count", "list"}),
    "day_cap": frozenset({"count"}),
    # answers to commands
    "command_unknown": frozenset({"word", "suggestion"}),
    "command_refused": frozenset({"word", "role"}),
    "command_usage": frozenset({"usage"}),
    "command_no_ticket": frozenset({"number"}),
    "command_moved": _TICKET | {"owner"},
    "command_cannot": _TICKET | {"owner", "word"},
    "command_not_yours": _TICKET,
    "chain_none": frozenset(),
    "chain_line": _CHAIN | {"missing", "note", "state", "count"},
    "chain_rows": _CHAIN | {"list"},
    "chain_missing": _CHAIN | {"count", "list"},
    "chain_complete": _CHAIN,
    "chain_unknown": _CHAIN,
    "chain_elsewhere": frozenset(),
    "bound": frozenset({"place", "name"}),
    "bound_in_group": frozenset(),
    "bind_unknown": frozenset({"place"}),
    "claimed": frozenset({"role", "scope"}),
    "claim_failed": frozenset(),
    "claim_in_group": frozenset(),
}
"""Key -> the placeholders its text may use, as {name}."""


_SPACES = re.compile(r"[ \u3000]{2,}")


class Replies:
    """The templates of data/replies.yaml, ready to fill in."""

    def __init__(self, texts: dict[str, str]) -> None:
        """``texts`` maps every key of REPLIES to its template."""
        self._texts = texts

    def __call__(self, key: str, **values: str) -> str:
        """The text of ``key`` with its placeholders filled; lines that stay empty are left out."""
        filled = self._texts[key].format(**{name: values.get(name, "") for name in REPLIES[key]})
        if "  " in filled or " ，" in filled or "\u3000" in filled:
            filled = _SPACES.sub(" ", filled).replace(" ，", "，")
        if "\n" not in filled:
            return filled.strip()
        return "\n".join(line.rstrip() for line in filled.splitlines() if line.strip())

"""Slash-command text -> command, tickets, mentions, the rest. Pure; authority and effect are elsewhere."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.model.handling import Command, CommandEntry

_TICKET = re.compile(r"(?<![0-9A-Za-z-])[A-Za-z]{0,2}\d{1,3}(?![0-9A-Za-z-]|号楼|单元|栋|幢)")
_MENTION = re.compile("@([^\\s@\u2005]+)[\\s\u2005]?")
_SEPARATORS = re.compile("[\\s,，、;；:：\u2005]+")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A slash and a word that is no command."""

    word: str
    suggestion: str
    """The command that was probably meant; empty when none is close."""


def parse(text: str, table: Sequence[CommandEntry], *, bare: bool = False) -> Command | Unknown | None:
    """Read a message as a command; None when it is none.

    A command begins with / or ／, before or after spaces; its arguments come in any order. With ``bare``, those
    commands of the table that allow it may come without the slash, if a ticket number follows: 接单 23.
    """
    plain = (
        unicodedata.normalize("NFKC", text).strip() if text[:40].strip()[:1] in ("/", "／") or bare else ""
    )
    if not plain:
        return None
    names = {name: entry for entry in table for name in (entry.name, *entry.aliases)}
    if plain.startswith("/"):
        return _slashed(plain[1:].strip(), names)
    allowed = {name: entry for name, entry in names.items() if entry.bare}
    name = _longest(plain, allowed)
    if name is None:
        return None
    rest = plain[len(name) :]
    if rest and not re.match(r"[\s,，:：A-Za-z0-9@]", rest):
        return None
    command = _arguments(allowed[name].name, rest)
    return command if command.tickets else None


def _slashed(plain: str, names: dict[str, CommandEntry]) -> Command | Unknown | None:
    name = _longest(plain, names)
    if name is not None:
        return _arguments(names[name].name, plain[len(name) :])
    word = re.split(r"[\s\d@]", plain, maxsplit=1)[0][:8]
    if not word:
        return None
    close = get_close_matches(word, list(names), n=1, cutoff=0.5)
    if not close:
        close = [name for name in names if len(name) > 1 and set(name) & set(word)][:1]
    return Unknown(word, names[close[0]].name if close else "")


def _longest(plain: str, names: dict[str, CommandEntry]) -> str | None:
    """The longest name the text begins with; a short one (接, help) must not run on into another word."""
    lowered = plain.lower()
    fitting = [name for name in names if lowered.startswith(name) and not _runs_on(name, lowered)]
    return max(fitting, key=len, default=None)


def _runs_on(name: str, plain: str) -> bool:
    following = plain[len(name) : len(name) + 1]
    if name.isascii():
        return following.isalnum()
    return len(name) == 1 and following.isalpha() and not following.isascii()


def _arguments(name: str, rest: str) -> Command:
    if name in ("我是", "认领", "帮助"):
        return Command(name, rest=_SEPARATORS.sub(" ", rest).strip())
    mentions = tuple(_MENTION.findall(rest))
    rest = _MENTION.sub(" ", rest)
    tickets: list[str] = []
    words: list[str] = []
    for word in _SEPARATORS.split(rest):
        if _TICKET.fullmatch(word) and not _inside_note(word, words):
            tickets.append(word.upper())
        elif word:
            words.append(word)
    return Command(name, tuple(tickets), mentions, " ".join(words))


def _inside_note(word: str, words: list[str]) -> bool:
    """True when a bare number stands inside the note: 办结 23 送了 2 盒."""
    return word.isdigit() and bool(words)

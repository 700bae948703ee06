"""Which entry of the FAQ is meant: its number in the list, its id, words of its title, or the answer that is quoted."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.model.faq import Faq
from bot.model.handling import Request
from bot.model.services import Services
from handlers.faq.reading import CHANGED, plain
from intents.normalise import split_quote

OFFERED = 6
"""So many are named when several may be meant."""

LOOKED_BACK = timedelta(days=30)
"""A quoted answer is looked for so far back."""

_QUOTED = re.compile(r"[「『“\"《](.{1,40}?)[」』”\"》]")
_NUMBER = re.compile(r"(?:第|#|编号)?\s*(\d{1,4})\s*(?:号|条|个)?(?![\d:：.．%点月日号天年楼院栋幢%-])")
_ASCII = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ _.-]?[A-Za-z0-9]+)*")
_WORDS = re.compile(r"[^\s:：|｜,，]+")
_TAIL = re.compile(r"(?:那一?条|这一?条|的?问答|的)$")
_HALF_WIDTH = {
    code + 0xFEE0: chr(code) for code in b"-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
}
_SPEAKER = re.compile(r"^[^：:\n]{1,30}[：:]\s*")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text begins with."""

    entry: Faq | None
    """None when it names none, or several."""
    rest: str
    """The text behind it; all of it when it names none."""
    several: tuple[Faq, ...] = ()
    """Those it may mean."""
    word: str = ""
    """What was taken for a name."""


def leading(text: str, services: Services) -> Meant:
    """The entry a text begins with."""
    typed = text.strip()
    text = typed.translate(_HALF_WIDTH)  # of the same length
    meant = _leading(text, services)
    return replace(meant, rest=typed[len(text) - len(meant.rest) :] if meant.rest else "")


def _leading(text: str, services: Services) -> Meant:
    entries = list(services.faq.values())
    if quoted := _QUOTED.match(text):
        return _by_words(quoted[1], text[quoted.end() :], text, entries)
    if number := _NUMBER.match(text):
        place = int(number[1])
        known = entries[place - 1] if 0 < place <= len(entries) else None
        return Meant(known, _behind(text, number.end()) if known else text, word=number[0].strip())
    if (run := _ASCII.match(text)) and (found := _by_id(run[0], text, entries)):
        return found
    head = _WORDS.match(text)
    if head is None:
        return Meant(None, text)
    word, end = head[0], head.end()
    if (changed := CHANGED.search(word)) and changed.start():
        word, end = word[: changed.start()], changed.start()
    found = _by_words(word, text[end:], text, entries)
    if found.entry is None and not found.several and (ascii_ := _ASCII.match(text)):
        return Meant(None, text, word=ascii_[0])
    return found


def quoted_entry(request: Request, services: Services) -> Faq | None:
    """The entry whose answer is quoted: what was said there, or what would be said now."""
    quote = split_quote(request.message.text)[0]
    said = _SPEAKER.sub("", quote, count=1).strip()
    if not said:
        return None
    message = request.message
    spoken = services.whys.said(message.room_id, message.sender_id, said, message.at - LOOKED_BACK)
    if spoken is not None and spoken.topic.startswith("faq:"):
        return services.faq.get(spoken.topic.removeprefix("faq:"))
    bare = plain(said)
    fitting = [
        entry
        for entry in services.faq.values()
        if len(plain(entry.answer)) > 5 and plain(entry.answer) in bare
    ]
    return fitting[0] if len(fitting) == 1 else None


def which(meant: Meant, services: Services) -> str:
    """The question back when no entry, or more than one, is meant."""
    if meant.several:
        return services.replies("faq_which", word=meant.word, list=listed(meant.several, services))
    return services.replies("faq_unknown", word=meant.word or "这一条")


def listed(entries: Sequence[Faq], services: Services) -> str:
    """Entries, a line each: 12 核酸几点开始（hesuan-time）."""
    places = {id_: n for n, id_ in enumerate(services.faq, 1)}
    lines = [f"{places[entry.id]} {entry.title}（{entry.id}）" for entry in entries[:OFFERED]]
    more = len(entries) - OFFERED
    return "\n".join([*lines, *([f"……还有 {more} 条"] if more > 0 else [])])


def _by_id(run: str, text: str, entries: Sequence[Faq]) -> Meant | None:
    """hesuan-time, Hesuan Time, HESUAN_TIME; the longest of the words that is one."""
    ids = {plain(entry.id): entry for entry in entries}
    ends = [found.end() for found in re.finditer(r"[A-Za-z0-9]+", run)]
    for end in reversed(ends):
        if entry := ids.get(plain(run[:end])):
            return Meant(entry, _behind(text, end), word=run[:end])
    first = plain(run)
    near = [entry for entry in entries if plain(entry.id).startswith(first)] if len(first) > 2 else []
    if len(near) == 1:
        return Meant(near[0], _behind(text, len(run)), word=run)
    return Meant(None, text, tuple(near), run) if near else None


def _by_words(word: str, behind: str, text: str, entries: Sequence[Faq]) -> Meant:
    """By its title, else by words of its title, else of any of its questions."""
    bare = plain(_TAIL.sub("", word))
    if not bare:
        return Meant(None, text, word=word)
    exact = [entry for entry in entries if bare in map(plain, entry.questions)]
    titled = [entry for entry in entries if bare in plain(entry.title)]
    asked = [entry for entry in entries if any(bare in plain(question) for question in entry.questions)]
    for found in (exact, titled, asked):
        if len(found) == 1:
            return Meant(found[0], behind.strip(), word=word)
        if found:
            return Meant(None, text, tuple(found), word)
    return Meant(None, text, word=word)


def _behind(text: str, end: int) -> str:
    return text[end:].lstrip(" \t\u3000:：,，、").rstrip()


def half_width(text: str) -> str:
    """For reading numbers and words, not for what people are to read."""
    return unicodedata.normalize("NFKC", text)

"""Entries of the FAQ that say the same: phrasings that two of them claim, and answers that two of them give.

Nothing here is quadratic: phrasings are compared only with those that hold their rarest character, answers by what they
say without punctuation. A thousand entries of six phrasings take a few tenths of a second.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from intents.faq import FaqIndex
from intents.finding import Finding, Path, short
from intents.likeness import Asked, alike
from intents.spec import FaqEntry

ALIKE = 0.75
"""Likeness of two phrasings from which nobody can tell which of the entries was meant."""

SHARED = 0.65
"""Such a part of the longer one's characters the shorter one has at least."""

_COMPANY = 300
"""A character that is the rarest of more phrasings than this says too little to compare with all of them."""


@dataclass(frozen=True, slots=True)
class _Phrasing:
    """A question of an entry."""

    entry: int
    path: Path
    text: str
    asked: Asked


def duplicates(
    faq: Sequence[FaqEntry], index: FaqIndex, normalise: Callable[[str], str]
) -> Iterator[Finding]:
    """Phrasings that two entries claim, or nearly; phrasings that say nothing; answers that two entries give.

    ``index`` is of these entries, ``normalise`` what it was built with."""
    phrasings = [
        _Phrasing(place, ("faq", place, "questions", number), text, index.own(text))
        for place, entry in enumerate(faq)
        if entry.enabled
        for number, text in enumerate(entry.questions)
    ]
    first: dict[str, _Phrasing] = {}
    empty = [one for one in phrasings if not says_something(one.asked)]
    for one in empty:
        reason = f"问法“{short(one.text)}”里只有客气话、数字或问词，谁也问不到这一条：请写清问的是什么，例如“核酸几点做”"
        yield Finding(one.path, reason)
    for one in phrasings:
        if one in empty:
            continue
        same = first.setdefault(one.asked.said, one)
        if same is one:
            continue
        if same.entry == one.entry:
            if normalise(same.text) == normalise(one.text):
                reason = f"问法“{short(one.text)}”在这一条里写了两次，请删掉一个"
                yield Finding(one.path, reason, "warning", same.path)
        else:
            as_there = "" if same.text == one.text else f"（写的是“{short(same.text)}”，小巷听来一样）"
            reason = (
                f"问法“{short(one.text)}”在 {faq[same.entry].id} 里也写了{as_there}：一句话只能由一条来答，"
                f"请从 {faq[same.entry].id} 或 {faq[one.entry].id} 里删掉"
            )
            yield Finding(one.path, reason, "error", same.path)
    whole = cache(lambda text: index.taken_apart(normalise(text)))
    yield from _nearly(faq, list(first.values()), whole)
    yield from _same_answers(faq)


def says_something(asked: Asked) -> bool:
    """Whether a question is about anything, beside politeness, numbers and the words of asking."""
    return asked.substance > 0 and any(char.isalpha() for char in asked.said)


def _nearly(
    faq: Sequence[FaqEntry], phrasings: Sequence[_Phrasing], whole: Callable[[str], Asked]
) -> Iterator[Finding]:
    """One warning for each two entries, about the two phrasings that are most alike. ``whole``: with its vector."""
    found: dict[tuple[int, int], tuple[float, _Phrasing, _Phrasing]] = {}
    for one, other in _pairs(phrasings):
        if one.text in faq[other.entry].not_examples or other.text in faq[one.entry].not_examples:
            continue  # somebody told them apart
        like = alike(whole(one.text), whole(other.text))
        two = (other.entry, one.entry)
        if like >= ALIKE and like > found.get(two, (0.0,))[0]:
            found[two] = (like, one, other)
    for (there, _), (_, one, other) in sorted(found.items(), key=lambda item: item[0]):
        reason = (
            f"问法“{short(one.text)}”和 {faq[there].id} 的“{short(other.text)}”几乎一样，居民换个字问就会答错条："
            f"是一回事，请并成一条；不是，请各写清楚，再把对方的问法写进各自的 not_examples"
        )
        yield Finding(one.path, reason, "warning", other.path)


def _pairs(phrasings: Sequence[_Phrasing]) -> Iterator[tuple[_Phrasing, _Phrasing]]:
    """Phrasings of different entries of which one says little more than the other, the later one first.

    Where each names something the other does not (社保 and 医保), people tell them apart. So the shorter one lies within
    the longer one, and is found by its own rarest character alone."""
    counts = Counter(char for one in phrasings for char in one.asked.chars)
    chars = [frozenset(one.asked.chars) for one in phrasings]
    within: dict[str, list[int]] = {}
    for number, mine in enumerate(chars):
        rarest = min(mine, key=lambda char: (counts[char], char))
        within.setdefault(rarest, []).append(number)
    for number, mine in enumerate(chars):
        least = SHARED * len(mine)
        for char in mine:
            for other in within.get(char, ())[:_COMPANY]:
                theirs = chars[other]
                if (
                    len(theirs) < least
                    or not theirs <= mine
                    or (len(theirs) == len(mine) and other >= number)
                ):
                    continue
                one, two = phrasings[max(number, other)], phrasings[min(number, other)]
                if one.entry != two.entry:
                    yield one, two


def _same_answers(faq: Sequence[FaqEntry]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for place, entry in enumerate(faq):
        if not entry.enabled:
            continue
        said = "".join(char for char in entry.answer if char.isalnum())
        there = first.setdefault(said, place)
        if there != place:
            reason = (
                f"和 {faq[there].id} 的答案一字不差，以后改了一条会忘另一条："
                f"请把这几种问法并到 {faq[there].id} 里，删掉这一条"
            )
            yield Finding(("faq", place, "answer"), reason, "warning", ("faq", there, "answer"))

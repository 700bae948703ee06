"""Finds the FAQ entry that answers a question, or knows that none does.

A question is compared with every phrasing in two forms: as it was said, and in a plain form without politeness and with
one word for all that mean the same (能不能 and 可否, 怎么回事 and 什么原因). Four things make them alike: the rare
characters and pairs they share (TF-IDF, cosine), how much of the question has a partner in the phrasing, how much of the
phrasing has one in the question (another disease, place or date has none), and the order. To be answered without asking
back, both must also ask for the same kind of thing (几点 and 在哪, 能 and 不能 do not). On 1,190 paraphrases and 1,810
near-misses of 1,509 medical questions the best entry is right for .82 (many entries say the same), and .08 of the
near-misses would be answered; with nearness in meaning (intents/semantic.py), half of the likeness then, .85 and .08.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from intents.asking import ASKING, Form, Forms, asks
from intents.likeness import ASKED, COSINE, KNOWN, ORDER, Asked, Order, sureness, weighed_likeness
from intents.semantic import Meanings
from intents.spec import FaqEntry, LexiconSpec

SURE = 0.69
"""Likeness from which an entry is answered without asking back."""

SURE_OF_MEANING = 0.73
"""The same where meaning is half of the likeness, which makes everything look more alike."""

NEAR = 0.45
"""Likeness from which an entry is offered as a choice."""

CLOSE = 0.65
"""Only entries at least this part as alike as the best are offered beside it."""

LONGEST_QUESTION = 120
"""Longer texts are no questions to a FAQ; only their first characters are compared."""

_MEANING = 0.5
"""The part of a likeness that is nearness in meaning, where that is known."""

_BY_MEANING = 3
"""So many phrasings that are nearest in meaning are looked at beside those with the best cosine."""

_PIECES = 3
"""A text must share this many characters or pairs with the FAQ to be compared: spares most chatter the work."""

_SUBSTANTIAL = 3
"""So many pairs of characters that say what a question is about are not shared by accident: 今天吃什么 and any entry."""

_RERANKED = 16
"""So many phrasings are looked at closely, those with the best cosine; and none with less than half of the best."""

_ASKING_WEIGHT = 0.5
"""What a character that only shapes a question counts beside one of substance."""

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Found:
    """What the FAQ knows about a question."""

    id: str
    """The best entry."""
    score: float
    """How alike, 0 to 1."""
    sure: bool
    """Whether it may be answered without asking back."""
    near: tuple[str, ...]
    """Up to three ids worth offering as a choice, best first; empty when nothing is near enough."""
    words: tuple[str, ...]
    """What the question and the entry share: pairs of characters, weightiest first."""
    others: tuple[tuple[str, float], ...] = ()
    """The next best entries with how alike they are, two at most; none for what is asked word for word."""
    substance: int = 0
    """So many characters that say what a question is about stand in both, as said or as what means the same."""
    asks: bool = True
    """Whether the question asks by its form, for anything at all."""


@dataclass(frozen=True, slots=True)
class _Phrasing:
    """A question of the FAQ."""

    entry: int
    asked: Asked
    answers: bool
    """False for a near-miss: what is more like it than like the entry's own questions is not the entry's."""
    shrink: float
    """What makes its vector's length 1."""


class FaqIndex:
    """An inverted index over all phrasings of all entries but those put aside. Built once, read only."""

    def __init__(
        self,
        entries: Sequence[FaqEntry],
        lexicon: LexiconSpec,
        normalise: Callable[[str], str],
        meanings: Callable[[Sequence[str]], Meanings] | None = None,
        pause: Callable[[], object] = lambda: None,
        before: "FaqIndex | None" = None,
    ) -> None:
        """``meanings`` tells what is near in meaning, too; without it only the words count. ``pause`` is called between
        phrasings: beside a loop that must not be held up it rests (bot/inspector_process.py). ``before``: an index with
        the same lexicon and ``normalise``, whose phrasings need not be taken apart again."""
        self._lexicon, self._normalise, self._meanings_of = lexicon, normalise, meanings
        self._ids = [entry.id for entry in entries]
        self._take_apart: Forms = before._take_apart if before else Forms(lexicon)
        used = [(place, entry) for place, entry in enumerate(entries) if entry.enabled]
        answering = [(place, text, True) for place, entry in used for text in entry.questions]
        misses = [(place, text, False) for place, entry in used for text in entry.not_examples]
        known: dict[str, Form] = before._forms if before else {}
        self._forms: dict[str, Form] = {}
        seen = Counter[str]()
        for _, text, answers in (*answering, *misses):
            pause()
            self._forms[text] = form = known.get(text) or self._take_apart(normalise(text))
            if answers:
                seen.update(form.grams)
        self._rarity = {gram: math.log((len(answering) + 1) / (n + 1)) + 1 for gram, n in seen.items()}
        self._unseen = math.log(len(answering) + 1) + 1
        asking = {char: _ASKING_WEIGHT * self._rarity.get(char, self._unseen) for char in ASKING}
        self._char_weights = {
            gram: rarity for gram, rarity in self._rarity.items() if len(gram) == 1
        } | asking
        self._pairs = frozenset(gram for gram in seen if len(gram) == 2 and not ASKING.issuperset(gram))
        self._meanings = (
            meanings([normalise(text) for _, text, _ in (*answering, *misses)]) if meanings else None
        )
        self._sure = SURE_OF_MEANING if meanings else SURE
        self._phrasings: list[_Phrasing] = []
        self._exact: dict[str, int] = {}
        self._own: dict[str, Asked] = {}
        index: defaultdict[str, list[int]] = defaultdict(list)
        for entry, text, answers in (*answering, *misses):
            pause()
            form = self._forms[text]
            if answers:
                self._exact.setdefault(form.said, entry)
            number = len(self._phrasings)
            for gram in form.grams:
                index[gram].append(number)
            shrink = 1 / self._length(form)
            self._own[text] = asked = self._weighed(form, {})
            self._phrasings.append(_Phrasing(entry, asked, answers, shrink))
        self._index = dict(index)

    def renewed(self, entries: Sequence[FaqEntry], pause: Callable[[], object] = lambda: None) -> "FaqIndex":
        """The index of other entries, built quickly from what both have in common."""
        return FaqIndex(entries, self._lexicon, self._normalise, self._meanings_of, pause, self)

    @property
    def by_meaning(self) -> bool:
        """Whether nearness in meaning counts, too."""
        return self._meanings_of is not None

    @property
    def sure(self) -> float:
        """Likeness from which an entry is answered without asking back."""
        return self._sure

    def has(self, said: str) -> bool:
        """Whether a normalised text is word for word one of the questions."""
        return said in self._exact

    def touches(self, said: str) -> bool:
        """Whether a normalised text speaks of what the FAQ speaks of, roughly: spares most chatter being looked up."""
        said = said[:LONGEST_QUESTION]
        return len(self._pairs.intersection(map(str.__add__, said, said[1:]))) >= _SUBSTANTIAL

    def find(self, text: str) -> Found | None:
        """The entries nearest to a normalised text; None when nothing is near."""
        text = text[:LONGEST_QUESTION]
        said = self._take_apart.tidy(text)
        same = self._exact.get(said)
        if same is not None:
            return Found(self._ids[same], 1.0, True, (self._ids[same],), (said,))
        asked = self.weighed(self._take_apart(text))
        if sum(gram in self._rarity and not ASKING.issuperset(gram) for gram in asked.vector) < _PIECES:
            return None
        ranked = self._ranked(asked, text)
        if not ranked or ranked[0][0] < NEAR:
            return None
        best, phrasing = ranked[0]
        score = sureness(best, asked, phrasing.asked)
        near = dict.fromkeys(self._ids[p.entry] for like, p in ranked if like >= max(NEAR, CLOSE * best))
        shared = [
            gram for gram in asked.vector if len(gram) == 2 and gram in said and gram in phrasing.asked.said
        ]
        shared.sort(key=asked.vector.__getitem__, reverse=True)
        return Found(
            self._ids[phrasing.entry],
            score,
            score >= self._sure and not _other_number(said, phrasing.asked.said),
            tuple(near)[:3],
            tuple(shared[:4]),
            others=_scored(ranked, asked, self._ids)[1:3],
            substance=len(asked.chars.keys() & phrasing.asked.chars.keys() - ASKING),
            asks=asks(asked.kinds),
        )

    def nearest(self, text: str, most: int = 2) -> tuple[tuple[str, float], ...]:
        """The entries most like a normalised text, however little that is, with how alike they are, best first: for
        people who want to know what is nearly answered."""
        text = text[:LONGEST_QUESTION]
        said = self._take_apart.tidy(text)
        same = self._exact.get(said)
        asked = self.weighed(self._take_apart(text))
        found = _scored(self._ranked(asked, text), asked, self._ids)
        if same is None:
            return found[:most]
        exact = self._ids[same]
        return ((exact, 1.0), *(pair for pair in found if pair[0] != exact))[:most]

    def taken_apart(self, text: str) -> Asked:
        """A normalised text as questions are compared, for ``alike``."""
        return self.weighed(self.form(text))

    def form(self, text: str) -> Form:
        """What a normalised text is made of."""
        return self._take_apart(text[:LONGEST_QUESTION])

    def kept(self, text: str) -> Form | None:
        """The form of one of the FAQ's own questions or near-misses, as it is written in data/."""
        return self._forms.get(text)

    def own(self, text: str) -> Asked:
        """The same of one of the FAQ's own questions or near-misses, as it is written in data/, quickly: without its
        vector. Raises KeyError for anything else."""
        return self._own[text]

    def weighed(self, form: Form) -> Asked:
        """A question as this index weighs it, for ``likeness`` and ``alike``."""
        rarity, unseen, length = self._rarity, self._unseen, self._length(form)
        return self._weighed(form, {gram: rarity.get(gram, unseen) / length for gram in form.grams})

    def most(self, form: Form, known: Asked) -> float:
        """What ``likeness`` is at most, found much quicker: as if all that two questions share stood in one order."""
        shared = known.chars.keys() & form.chars
        if shared <= ASKING:
            return 0.0
        weight = sum(self._weights(shared))
        there = 2 * sum(map(known.said.__contains__, form.said)) / (len(form.said) + len(known.said))
        asked = weight / sum(self._weights(form.chars))
        return COSINE + ORDER * min(1.0, there) + ASKED * asked + KNOWN * weight / known.weight

    def _weights(self, chars: Iterable[str]) -> Iterator[float]:
        return map(self._char_weights.get, chars, repeat(self._unseen))

    def owner(self, form: Form) -> str | None:
        """The id of the entry that answers these very words, whatever else is like them."""
        place = self._exact.get(form.said)
        return None if place is None else self._ids[place]

    def plain(self, text: str) -> str:
        """A normalised text without politeness and small words, with one word for all that come to the same."""
        return self._take_apart.plain(text[:LONGEST_QUESTION])

    def _ranked(self, asked: Asked, text: str) -> list[tuple[float, _Phrasing]]:
        """The phrasings nearest to what is asked, best first, without the entries a near-miss is nearer to."""
        cosines: dict[int, float] = {}
        known, phrasings, rarity, unseen = cosines.get, self._phrasings, self._rarity, self._unseen
        for gram, weight in asked.vector.items():
            weight *= rarity.get(gram, unseen)
            for number in self._index.get(gram, ()):
                cosines[number] = known(number, 0.0) + weight
        for number in cosines:
            cosines[number] *= phrasings[number].shrink
        best = sorted([(-cosine, number) for number, cosine in cosines.items()])[:_RERANKED]
        nearest = [number for cosine, number in best if cosine <= best[0][0] / 2]
        meaning = self._meanings(text) if self._meanings else None
        if meaning:
            nearest += [number for number in meaning.nearest(_BY_MEANING) if number not in nearest]
        order = Order(asked.said)
        ranked = []
        for number in nearest:
            like = weighed_likeness(asked, self._phrasings[number].asked, cosines.get(number, 0.0), order)
            if like and meaning:
                like += _MEANING * (meaning.cosines[number] - like)
            ranked.append((-like, number))
        ranked.sort()
        refused: set[int] = set()
        found = []
        for like, number in ranked:
            phrasing = self._phrasings[number]
            if not phrasing.answers:
                refused.add(phrasing.entry)
            elif phrasing.entry not in refused:
                found.append((-like, phrasing))
        return found

    def _length(self, form: Form) -> float:
        """Of its vector, before it is made 1."""
        rarity, unseen = self._rarity, self._unseen
        weights = [rarity.get(gram, unseen) for gram in form.grams]
        return math.sqrt(math.fsum([weight * weight for weight in weights])) or 1.0

    def _weighed(self, form: Form, vector: dict[str, float]) -> Asked:
        chars = dict(zip(form.chars, self._weights(form.chars), strict=True))
        return Asked(
            said=form.said,
            vector=vector,
            chars=chars,
            weight=sum(chars.values()) or 1.0,
            substance=sum([weight for char, weight in chars.items() if char not in ASKING]),
            kinds=form.kinds,
            poles=form.poles,
        )


def _other_number(asked: str, known: str) -> bool:
    """True when both name numbers and none is the same: 7号帐篷 is not answered by what is written about 14号帐篷."""
    there, here = set(_NUMBER.findall(known)), set(_NUMBER.findall(asked))
    return bool(there) and bool(here) and there.isdisjoint(here)


def _scored(
    ranked: Sequence[tuple[float, "_Phrasing"]], asked: Asked, ids: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """Each entry once, with the score of its most alike phrasing."""
    found: dict[str, float] = {}
    for like, phrasing in ranked:
        if like > 0 and ids[phrasing.entry] not in found:
            found[ids[phrasing.entry]] = sureness(like, asked, phrasing.asked)
    scores = tuple(found.items())
    return (*scores[:1], *sorted(scores[1:], key=lambda pair: -pair[1]))

"""Puts questions that ask for the same thing together, one by one as they come.

People ask for one thing in words that share little but its name (「理发店开门吗」, 「有没有师傅上门理发」), so what counts is the
rare characters and pairs of characters that two questions share, by how rare they are in what people say in residents'
groups. A question joins the cluster it is nearest to, half by the one question most like it and half by all of them, so
that a chain of chance likenesses makes no heap of different things. tests/gaps/asked.yaml measures how well that goes.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from itertools import pairwise
from typing import Any

TOGETHER = 0.25
"""Likeness from which a question belongs to a cluster."""

KEPT = 16
"""Questions of a cluster that new ones are compared with: more of the same teach nothing."""

LOOKED_AT = 8
"""So many clusters are looked at closely, those that share the rarest of what is asked."""

TELLING = 10
"""So many characters and pairs of a question, the rarest, are looked up."""

_ASKING = frozenset(
    "什么怎吗能是要会有哪几多少可以如何得了到去在做这那里个一点时候久为原因间呢吧啊呀嘛没不的我你您咱们现还请问让给用开上下来进出就都也把被着过吃想找办弄"
)
"""Characters that say what is wanted of a thing, not which thing."""


class Rarity:
    """How rare characters and pairs of characters are in what people say."""

    def __init__(self, said: Sequence[str]) -> None:
        """``said``: some thousands of sentences of any kind."""
        self._total = len(said) + 1
        self._seen = Counter(gram for text in said for gram in {*text, *_pairs(text)})

    def weights(self, plain: str) -> dict[str, float]:
        """What stands in a question besides asking, with how rare it is: 1 for what nearly everybody says, and more."""
        text = "".join(char for char in plain if char.isalpha())
        grams = [*(char for char in text if char not in _ASKING)]
        grams += [pair for pair in _pairs(text) if not _ASKING.issuperset(pair)]
        return {
            gram: math.log(self._total / (self._seen[gram] + 1)) + 0.01
            for gram in dict.fromkeys(grams)
            if self._seen[gram] < self._total
        }


class _Question:
    """A question by what it is about."""

    __slots__ = ("total", "weights")

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self.total = sum(weights.values())

    def like(self, other: "_Question") -> float:
        """The part of both that both share, 0 to 1."""
        shared = sum([self.weights[gram] for gram in self.weights.keys() & other.weights.keys()])
        return shared / math.sqrt(self.total * other.total)


class Clusters:
    """Known questions and the clusters they belong to. Grows; reads no disk and no clock."""

    def __init__(self, plain: Callable[[str], str], rarity: Rarity) -> None:
        """``plain`` puts a text in its plain form: without politeness, one word for all that come to the same."""
        self._plain = plain
        self._rarity = rarity
        self._known: dict[int, list[_Question]] = defaultdict(list)
        self._with: dict[str, set[int]] = defaultdict(set)
        """Clusters in which a character or pair occurs."""
        self._exact: dict[str, int] = {}

    def of(self, text: str) -> int | None:
        """The cluster a question belongs to; None when it begins one."""
        plain = self._plain(text)
        if (same := self._exact.get(plain)) is not None:
            return same
        asked = _Question(self._rarity.weights(plain))
        if not asked.total:
            return None
        best = max(((self._likeness(asked, cluster), cluster) for cluster in self._near(asked)), default=None)
        return best[1] if best and best[0] >= TOGETHER else None

    def add(self, cluster: int, text: str) -> None:
        """From now on this question belongs to that cluster."""
        plain = self._plain(text)
        if plain in self._exact:
            return
        self._exact[plain] = cluster
        asked, known = _Question(self._rarity.weights(plain)), self._known[cluster]
        if not asked.total or len(known) >= KEPT:
            return
        known.append(asked)
        for gram in asked.weights:
            self._with[gram].add(cluster)

    def _near(self, asked: _Question) -> Iterable[int]:
        shared: dict[int, float] = defaultdict(float)
        telling = nlargest(
            TELLING, [pair for pair in asked.weights.items() if pair[0] in self._with], key=_weight
        )
        for gram, weight in telling:
            for cluster in self._with[gram]:
                shared[cluster] += weight
        return (cluster for cluster, _ in nlargest(LOOKED_AT, shared.items(), key=_weight))

    def _likeness(self, asked: _Question, cluster: int) -> float:
        likes = [asked.like(known) for known in self._known[cluster]]
        return (max(likes) + sum(likes) / len(likes)) / 2


def _weight(pair: tuple[Any, float]) -> float:
    return pair[1]


def _pairs(text: str) -> Iterable[str]:
    return (one + other for one, other in pairwise(text))

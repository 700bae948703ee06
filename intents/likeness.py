"""How alike two questions are: the rare characters and pairs they share, how much of each has a partner in the other, and
the order. Weights are those of an index (intents/faq.py); nothing here knows what is asked about."""

from dataclasses import dataclass

from intents.asking import ASKING, swapped

COSINE, ORDER, ASKED, KNOWN = 0.1, 0.25, 0.4, 0.25
"""What makes two questions alike: the cosine, the order, the part of the question asked that has a partner in the known
one, and the part of the known one that has a partner in the one asked."""

_OTHER_KIND = 0.1
"""What a likeness loses before it is answered when both ask for quite different things about the same subject."""

_UNSAID = 0.2
"""What it loses when nothing of the known question's substance was said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart."""

    said: str
    """With one word for synonyms; what the order is compared by."""
    vector: dict[str, float]
    """Its characters and pairs, as said and in the plain form, by rarity; of length 1. Empty for the FAQ's own
    questions: theirs stand in the index."""
    chars: dict[str, float]
    """The characters of the plain form by rarity, those that only shape a question counting less."""
    weight: float
    """Sum of ``chars``."""
    substance: float
    """The same without those that only shape a question."""
    kinds: int
    """What it asks for, one bit for each kind (intents/asking.py)."""
    poles: int
    """Which of the opposites it names."""


class Order:
    """How much of a text stands in another in the same order: the longest common subsequence, bits for places
    (Hyyrö 2004)."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._places: dict[str, int] = {}
        for place, char in enumerate(text):
            self._places[char] = self._places.get(char, 0) | 1 << place

    def like(self, other: str) -> float:
        """Twice the common part over the length of both, 0 to 1."""
        places, every = self._places, (1 << self._length) - 1
        left = every
        for char in other:
            if hit := left & places.get(char, 0):
                left = (left + hit | left - hit) & every
        return 2 * (self._length - left.bit_count()) / (self._length + len(other) or 1)


def weighed_likeness(asked: Asked, known: Asked, cosine: float, order: Order) -> float:
    """How alike two questions are, 0 to 1; 0 when they share nothing of substance or name opposites."""
    shared = asked.chars.keys() & known.chars.keys()
    if shared <= ASKING or (known.poles & swapped(asked.poles) and not known.poles & asked.poles):
        return 0.0
    weight = sum([asked.chars[char] for char in shared])
    return (
        COSINE * cosine
        + ORDER * order.like(known.said)
        + ASKED * weight / asked.weight
        + KNOWN * weight / known.weight
    )


def likeness(asked: Asked, known: Asked) -> float:
    """How alike a question of the FAQ is to what is asked, by words alone, before anything is taken away: 0 to 1."""
    if asked.chars.keys() & known.chars.keys() <= ASKING:
        return 0.0
    cosine = sum([weight * known.vector.get(gram, 0.0) for gram, weight in asked.vector.items()])
    return weighed_likeness(asked, known, cosine, Order(asked.said))


def alike(one: Asked, other: Asked) -> float:
    """How alike two questions are that are both asked by people, 0 to 1: the same whichever comes first."""
    few, many = sorted((one.vector, other.vector), key=len)
    cosine = sum([weight * many.get(gram, 0.0) for gram, weight in few.items()])
    there = weighed_likeness(one, other, cosine, Order(one.said))
    if not there:
        return 0.0
    like = (there + weighed_likeness(other, one, cosine, Order(other.said))) / 2
    return (sureness(like, one, other) + sureness(like, other, one)) / 2


def sureness(like: float, asked: Asked, known: Asked) -> float:
    """What is left of a likeness when both do not ask for the same, or something known was not said."""
    either = asked.kinds | known.kinds
    if either:
        like -= _OTHER_KIND * (1 - (asked.kinds & known.kinds).bit_count() / either.bit_count())
    said = sum([asked.chars[char] for char in asked.chars.keys() & known.chars.keys() - ASKING])
    return max(0.0, like - _UNSAID * (1 - said / known.substance))

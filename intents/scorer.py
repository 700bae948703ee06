"""What the examples teach: a linear scorer over characters and their pairs, groups of the lexicon and the rules that held.

Hand-set weights stall where people ask without any word a rule could know. Here every line of ``examples``,
``voices``, ``urgent_voices`` and ``not_examples`` in data/intents/ pulls at the weights of what it is made of:
multinomial logistic regression over the intents and one more logistic column for urgency, fitted by a few passes of
AdaGrad in an order that each sample's own words give, so the same data always give the same weights, and nearly the same
data nearly the same. Beside the rules: intents/engine.py decides who is heard.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from io import BytesIO
from itertools import chain, islice
from math import exp, log2

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

PASSES = 3
"""Times every sample is looked at; more changes nothing on messages the scorer has not seen."""

STEP = 1.0
"""AdaGrad's step."""

RULE, FEW = 6.0, 30
"""What a rule of weight 1 adds to its label's score while the label has no examples, and the number of them at which it
is half of that. Rules speak for themselves where nothing else does; where there are hundreds of examples, what a rule is
worth has been learnt from them. Silence begins with half, so that alone a rule decides from 0.5, the threshold."""

LONGEST = 400
"""Characters looked at: the beginning of a long plea and its end."""

TOGETHER = 32
"""Samples looked at before the weights move, more or less."""

SILENT = 2.5
"""What a line of silence counts beside one of anything else: a ticket nobody wanted is the worse mistake."""

SEEN = 3
"""Times a character or a pair must occur in the samples to be a feature."""

SEED = 4
"""Of the order in which samples are looked at. Another one hears about one message in a hundred differently."""

LENGTH = "#"
"""A sign that begins so tells how long the message is: true, and no reason to show anybody."""

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_ALIKE = str.maketrans("123456789,，。.;；、:：~～-", "000000000            ")
"""Whoever writes has one habit of dividing sentences, and it tells nothing of what they want."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of the examples."""

    text: str
    """Normalised."""
    signs: tuple[str, ...]
    """What else is known of it: marks, groups of the lexicon, intents whose rules hold."""
    rules: Mapping[str, float]
    """Weight of the best rule of each label that has one."""
    label: str
    is_label: bool = True
    """False for a line of ``not_examples``: it tells what it is not, and nothing of what it is."""
    urgent: bool | None = None
    """None: teaches nothing about urgency."""


class Vote:
    """What the scorer holds of one message."""

    __slots__ = ("_labels", "_shares", "_urgency", "features", "label")

    def __init__(self, labels: tuple[str, ...], scores: Floats, features: list[int]) -> None:
        self._labels, self._urgency = labels, scores[-1]
        self.features = features
        """What of the message was known, for ``Scorer.because``."""
        shares = np.exp(scores[:-1] - scores[:-1].max())
        self._shares = shares / shares.sum()
        self.label = labels[int(self._shares.argmax())]
        """The likeliest."""

    def share(self, label: str) -> float:
        """Probability of a label, 0 to 1."""
        return float(self._shares[self._labels.index(label)])

    def shares(self) -> dict[str, float]:
        """Probability of every label, the likeliest first."""
        order = self._shares.argsort(kind="stable")[::-1].tolist()
        return {self._labels[place]: float(self._shares[place]) for place in order}

    def next_to(self, label: str) -> str:
        """The likeliest of the other labels."""
        shares = self._shares.copy()
        shares[self._labels.index(label)] = -1
        return self._labels[int(shares.argmax())]

    @property
    def urgency(self) -> float:
        """Probability that it cannot wait, 0 to 1, should something be wanted at all."""
        return 1 / (1 + exp(-float(self._urgency)))


def _line(said: str) -> str:
    """What of a normalised text is compared: any digit is 0, any comma or stop a blank; ^ and $ stand for beginning
    and end."""
    if len(said) > LONGEST:
        said = said[: LONGEST * 3 // 4] + said[-LONGEST // 4 :]
    return f"^{' '.join(said.translate(_ALIKE).split())}$"


@dataclass(frozen=True)
class Learnt:
    """What samples taught, as it is kept."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    """Characters, pairs and words that are features."""
    signs: tuple[str, ...]
    """Signs that are features."""
    table: Floats
    """A row a feature, texts first: its pull on every label and on urgency, and what it adds to the message's length."""
    bias: Floats
    """What every label and urgency begin with."""
    rule: Floats
    """What a rule of weight 1 adds to each label."""

    def to_bytes(self) -> bytes:
        """For ``from_bytes``."""
        file = BytesIO()
        labels, texts, signs = (np.array("\n".join(names)) for names in (self.labels, self.texts, self.signs))
        np.savez(
            file, labels=labels, texts=texts, signs=signs, table=self.table, bias=self.bias, rule=self.rule
        )
        return sha256(file.getvalue()).digest() + file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Learnt":
        """What ``to_bytes`` gave. Raises ValueError for anything else."""
        mark, content = data[:32], data[32:]
        if sha256(content).digest() != mark:
            raise ValueError("not what was written")
        with np.load(BytesIO(content), allow_pickle=False) as file:
            labels, texts, signs = (
                tuple(str(file[name]).split("\n")) for name in ("labels", "texts", "signs")
            )
            return cls(labels, texts, signs, file["table"], file["bias"], file["rule"])


class Scorer:
    """Scores messages by what samples taught it. Holds no state about messages."""

    def __init__(self, learnt: Learnt) -> None:
        self.learnt = learnt
        self._features = (*learnt.texts, *learnt.signs)
        self._texts = AhoCorasick(learnt.texts)
        self._signs = _numbered(learnt.signs, len(learnt.texts))
        self._place_of = _numbered(learnt.labels)

    def __call__(self, text: str, signs: Iterable[str], rules: Mapping[str, float]) -> Vote:
        """The vote on a normalised message, its signs and the weights of the rules that hold."""
        learnt = self.learnt
        known = _known(text, signs, self._texts, self._signs)
        rows = np.add.reduce(learnt.table.take(known, axis=0))
        scores = rows[:-1] / max(float(rows[-1]), 1e-6) ** 0.5 + learnt.bias
        for label, weight in rules.items():
            place = self._place_of[label]
            scores[place] += learnt.rule[place] * weight
        return Vote(learnt.labels, scores, known)

    def because(self, vote: Vote, label: str, most: int = 5) -> tuple[str, ...]:
        """The features of the message that spoke most for a label, the loudest first."""
        rows = self.learnt.table.take(vote.features, axis=0)[:, : len(self.learnt.labels)]
        pull = rows[:, self._place_of[label]] - rows.mean(axis=1)
        loud = (
            vote.features[place] for place in np.argsort(-pull, kind="stable").tolist() if pull[place] > 0
        )
        features = (self._features[place] for place in loud)
        return tuple(islice((feature for feature in features if feature[0] != LENGTH), most))


def learn(samples: Sequence[Sample], labels: Sequence[str], silence: str) -> Learnt:
    """Fit. ``labels`` gives all that can be voted for, every sample's label and ``silence``, what a message is that
    neither rules nor examples know, among them."""
    seen = _Seen.of(samples)
    texts, signs, places = seen.texts, seen.signs, seen.places
    count = np.bincount(seen.flat, minlength=len(texts) + len(signs))
    rarity: Floats = np.log((len(samples) + 1) / (count + 0.5)).astype(np.float32)
    place_of = _numbered(labels)
    taught = Counter(sample.label for sample in samples if sample.is_label)
    rule = np.array([RULE / (1 + (taught[label] / FEW) ** 2) for label in labels], np.float32)
    bias = np.zeros(len(labels) + 1, np.float32)
    bias[place_of[silence]] = rule[place_of[silence]] / 2
    batches = []
    for numbers in _in_turn(samples):
        if some := [number for number in numbers if len(places[number])]:
            facts = _Facts.of([samples[number] for number in some], place_of, silence, rule)
            batches.append((_Batch.of([places[number] for number in some], rarity), facts))
    weights = np.zeros((len(rarity), len(bias)), np.float32)
    travelled = np.full((len(rarity), 1), 1e-2, np.float32)
    for _ in range(PASSES):
        for batch, facts in batches:
            error = facts.error(batch.scores(weights) + bias)
            pull = batch.pull(error)
            far = travelled[batch.moved] + (pull * pull).sum(axis=1, keepdims=True)
            travelled[batch.moved] = far
            weights[batch.moved] -= STEP * pull / np.sqrt(far)
            bias -= STEP / 50 * error.sum(axis=0)
    table: Floats = np.concatenate([weights * rarity[:, None], (rarity**2)[:, None]], axis=1)
    return Learnt(tuple(labels), texts, signs, table, bias, rule)


@dataclass(frozen=True)
class _Seen:
    """What features samples have."""

    texts: tuple[str, ...]
    """Characters and pairs that are features."""
    signs: tuple[str, ...]
    flat: Places
    """The features of every sample in turn, texts before signs, each once."""
    places: Sequence[Places]
    """The same, sample by sample."""

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "_Seen":
        rows = np.arange(len(samples))
        row, code = _codes([_line(sample.text) for sample in samples])
        codes, number, times = np.unique(code, return_inverse=True, return_counts=True)
        often = np.flatnonzero(times >= SEEN)
        names = [_gram(int(one)) for one in codes[often]]
        texts = tuple(sorted(names))
        text_places = _numbered(texts)
        place = np.full(len(codes), -1)
        place[often] = [text_places[name] for name in names]
        signs = tuple(sorted({sign for sample in samples for sign in sample.signs}))
        sign_places = _numbered(signs, len(texts))
        shown = [[sign_places[sign] for sign in sample.signs] for sample in samples]
        edges = [
            text_places[edge] for edge in "^$" if edge in text_places
        ]  # said by somebody: at every line's end, too
        row = np.concatenate([row, np.repeat(rows, [len(one) for one in shown]), np.repeat(rows, len(edges))])
        value = np.concatenate([place[number], [*chain.from_iterable(shown)], edges * len(samples)]).astype(
            np.int64
        )
        wide = len(texts) + len(signs)
        both = _once((row * wide + value)[value >= 0])
        return cls(texts, signs, both % wide, np.split(both % wide, np.searchsorted(both, rows[1:] * wide)))


def _codes(lines: Sequence[str]) -> tuple[Places, Places]:
    """The line (its number) and the code of every gram of every line, each once a line: 800,000 in a blink."""
    text = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    row = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    inside = row[1:] == row[:-1]
    alone = np.flatnonzero(inside[1:] & inside[:-1]) + 1
    pairs = np.flatnonzero(inside)
    key = _once(
        np.concatenate(
            [row[alone] << 42 | text[alone], row[pairs] << 42 | text[pairs] << 21 | text[pairs + 1]]
        )
    )
    return key >> 42, key & ((1 << 42) - 1)


def _gram(code: int) -> str:
    """What ``_codes`` stands for."""
    return (chr(code >> 21) if code >> 21 else "") + chr(code & 0x1FFFFF)


def _once(numbers: Places) -> Places:
    """Sorted, each once."""
    numbers = np.sort(numbers)
    return numbers[np.insert(numbers[1:] != numbers[:-1], 0, True)] if len(numbers) else numbers


@dataclass(frozen=True)
class _Batch:
    """The features of some samples, as one sparse matrix, by row (sample) and by column (feature)."""

    places: Places
    """Of every feature of every sample in turn."""
    values: Floats
    """Their values, scaled so that a sample's squares add up to 1; shape (n, 1)."""
    first: Places
    """Where each sample begins in ``places``."""
    moved: Places
    """The features that occur, each once."""
    sample_of: Places
    """The samples that have them, feature after feature."""
    value_of: Floats
    """With these values; shape (n, 1)."""
    first_of: Places
    """Where each feature begins in ``sample_of``."""

    @classmethod
    def of(cls, places: Sequence[Places], rarity: Floats) -> "_Batch":
        lengths = np.array([len(one) for one in places])
        flat = np.concatenate(places)
        first = np.cumsum(lengths) - lengths
        sample = np.repeat(np.arange(len(places)), lengths)
        values: Floats = rarity[flat]
        size = np.sqrt(np.maximum(np.add.reduceat(values * values, first), 1e-6))
        values = (values / size[sample])[:, None].astype(np.float32)
        by_feature = np.argsort(flat, kind="stable")
        moved, first_of = np.unique(flat[by_feature], return_index=True)
        return cls(flat, values, first, moved, sample[by_feature], values[by_feature], first_of)

    def scores(self, weights: Floats) -> Floats:
        """A row a sample."""
        scores: Floats = np.add.reduceat(weights[self.places] * self.values, self.first)
        return scores

    def pull(self, error: Floats) -> Floats:
        """The slope by weights, a row a feature of ``moved``."""
        pull: Floats = np.add.reduceat(error[self.sample_of] * self.value_of, self.first_of)
        return pull


@dataclass(frozen=True)
class _Facts:
    """What is known of some samples."""

    rows: Places
    target: Places
    is_label: Floats
    """1 for a sample that is its label, 0 for one that is known not to be; shape (n, 1)."""
    urgent: Floats
    """1, 0, or nan where nothing is known."""
    weight: Floats
    """What each counts; shape (n, 1)."""
    prior: Floats
    """What the rules add to the scores; a row a sample."""

    @classmethod
    def of(
        cls, samples: Sequence[Sample], place_of: Mapping[str, int], silence: str, rule: Floats
    ) -> "_Facts":
        prior = np.zeros((len(samples), len(place_of) + 1), np.float32)
        for row, sample in enumerate(samples):
            for label, weight in sample.rules.items():
                prior[row, place_of[label]] = rule[place_of[label]] * weight
        urgent = [np.nan if sample.urgent is None else float(sample.urgent) for sample in samples]
        counts = [[SILENT if sample.label == silence else 1.0] for sample in samples]
        return cls(
            np.arange(len(samples)),
            np.array([place_of[sample.label] for sample in samples]),
            np.array([[float(sample.is_label)] for sample in samples], np.float32),
            np.array(urgent, np.float32),
            np.array(counts, np.float32),
            prior,
        )

    def error(self, scores: Floats) -> Floats:
        """The slope of the loss by the scores: of -log(share) of the true label, or -log(1 - share) of one it is known
        not to be; and the same for urgency."""
        scores = scores + self.prior
        error = np.zeros_like(scores)
        shares = _softmax(scores[:, :-1])
        target = shares[self.rows, self.target][:, None]
        error[:, :-1] = shares * np.where(self.is_label == 1, 1, -target / np.maximum(1 - target, 0.05))
        error[self.rows, self.target] = np.where(self.is_label == 1, target - 1, target)[:, 0]
        error[:, -1] = np.nan_to_num(1 / (1 + np.exp(-scores[:, -1])) - self.urgent)
        return error * self.weight


def _in_turn(samples: Sequence[Sample]) -> list[list[int]]:
    """Their numbers in the order they are looked at, by batches. A sample's turn is told by what it is alone, so that
    one more or less changes its own batch and nothing else: shuffled anew, 27 of 1,605 messages were heard differently
    because of one new line anywhere, now next to none."""
    turns = [_turn(sample) for sample in samples]
    batches: list[list[int]] = [[] for _ in range(max(1, 2 ** round(log2(max(1, len(samples)) / TOGETHER))))]
    for turn, number in sorted(zip(turns, range(len(samples)), strict=True)):
        batches[turn * len(batches) >> 64].append(number)
    return batches


def _turn(sample: Sample) -> int:
    """64 bits that look random and are the same for the same sample."""
    said = f"{SEED}\0{sample.label}\0{sample.text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big")


def _numbered(names: Sequence[str], first: int = 0) -> dict[str, int]:
    return {name: place for place, name in enumerate(names, first)}


def _known(text: str, signs: Iterable[str], texts: AhoCorasick, sign_places: Mapping[str, int]) -> list[int]:
    """The rows of a message's features."""
    found = texts.find_matches_as_indexes(_line(text), overlapping=True)
    places = {index for index, _, _ in found}
    places.update(sign_places[sign] for sign in signs if sign in sign_places)
    return list(places)


def _softmax(scores: Floats) -> Floats:
    """Along the last axis."""
    shares: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return shares

"""Finds the FAQ entry that answers a question, or knows that none does.

Questions are compared as characters and pairs of characters, rare ones counting more (TF-IDF, cosine). That ranks well
but also likes near-misses, so two things bring a likeness down: asking for something else about the same subject (几点
and 在哪, 能不能 and 怎么办), and substance on either side that has no partner (another disease, place or date). Measured on
1,190 paraphrases and 1,810 near-misses of 1,509 medical questions: see docs of the project's figures.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from intents.spec import FaqEntry, LexiconSpec

SURE = 0.24
"""Likeness from which an entry is answered without asking back."""

NEAR = 0.14
"""Likeness from which an entry is offered as a choice."""

CLOSE = 0.6
"""Only entries at least this part as alike as the best are offered beside it."""

LONGEST_QUESTION = 120
"""Longer texts are no questions to a FAQ; only their first characters are compared."""

_RERANKED = 12
_OTHER_KIND = 0.5
"""What is left of the likeness of two questions that ask for quite different things about the same subject."""

_KINDS = (
    "几点|什么时候|何时|几号|哪天|啥时候|时间",
    "多久|多长|几天|多少天|几个?小时|几个月",
    "多少钱|价格|费用|怎么卖|几块|收费",
    "哪里|哪儿|在哪|什么地方|哪有|去哪|地点",
    "为什么|原因|怎么回事|引起|造成|导致|咋回事|怎么会|为啥",
    "怎么办|怎么治|办法|方法|咋办|怎么处理|怎么弄|咋弄|怎么解决|怎么.{0,4}治",
    "吃什么|用什么|什么药|哪种药|喝什么|食物",
    "能.{0,12}吗|可以.{0,12}吗|能不能|可不可以|行不行|让不让|行吗|可以不|能不$",
    "要.{0,10}吗|要不要|用不用|需不需要|用.{0,6}吗|必须",
    "副作用|禁忌|注意|忌|危害|影响|后果",
    "症状|表现|征兆",
    "效果|有用吗|管用|作用|功效|有效",
    "传染|遗传",
    "严重|要紧|危险",
    "预防|防止",
    "治好|治愈|根治|自愈|好吗|能好",
    "用量|几粒|怎么吃|怎么用|用法|怎么服|几片",
    "是什么|什么是|什么意思|哪些",
    "检查|诊断",
    "是.{0,14}吗|是不是|算.{0,6}吗",
    "电话|号码|联系",
)
"""What a question may ask for. Bounded repeats: linear on any text."""

_SAME = {
    "怎么": ("如何", "怎样", "咋", "怎么样"),
    "什么": ("啥", "哪种", "何种", "那种"),
    "哪些": ("那些",),
    "多久": ("多长时间",),
    "吗": ("么", "嘛", "不?"),
    "能不能": ("能否", "可否", "可不可以"),
    "是不是": ("是否",),
}
"""Question words that mean the same; what things are called alike is the lexicon's (synonyms)."""

_FILLER = re.compile(
    r"请问一?下?|麻烦问一?下?|问一?下|谢谢|你好|您好|大家好|各位|有没有人知道|谁知道|[啊呢呀的了吧哦哈嗯]|[^\w?]"
)


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


@dataclass(frozen=True, slots=True)
class _Question:
    entry: int
    vector: dict[str, float]
    kinds: int
    substance: dict[str, float]
    weight: float


class FaqIndex:
    """An inverted index over all phrasings of all entries. Built once, read only."""

    def __init__(
        self, entries: Sequence[FaqEntry], lexicon: LexiconSpec, normalise: Callable[[str], str]
    ) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self._ids = [entry.id for entry in entries]
        self._kinds = tuple(re.compile(pattern) for pattern in _KINDS)
        self._one_word = _Synonyms([*((same, *others) for same, others in _SAME.items()), *lexicon.synonyms])
        asked = [(i, normalise(q)) for i, entry in enumerate(entries) for q in entry.questions]
        plain = [(i, self._plain(text), self._kind(text)) for i, text in asked]
        seen = Counter(gram for _, text, _ in plain for gram in set(_grams(text)))
        self._rarity = {gram: math.log((len(plain) + 1) / (count + 1)) + 1 for gram, count in seen.items()}
        self._unseen = math.log(len(plain) + 1) + 1
        self._questions = [self._question(i, text, kinds) for i, text, kinds in plain]
        self._index: dict[str, list[tuple[int, float]]] = {}
        for number, question in enumerate(self._questions):
            for gram, weight in question.vector.items():
                self._index.setdefault(gram, []).append((number, weight))

    def find(self, text: str) -> Found | None:
        """The entries nearest to a normalised text; None when nothing is near."""
        text = text[:LONGEST_QUESTION]
        asked = self._question(-1, self._plain(text), self._kind(text))
        ranked = self._ranked(asked)
        if not ranked or ranked[0][0] < NEAR:
            return None
        best, question = ranked[0]
        near = dict.fromkeys(self._ids[q.entry] for score, q in ranked if score >= max(NEAR, CLOSE * best))
        shared = sorted(
            (gram for gram in asked.vector if len(gram) == 2 and gram in question.vector),
            key=asked.vector.__getitem__,
        )
        return Found(
            id=self._ids[question.entry],
            score=best,
            sure=best >= SURE,
            near=tuple(near)[:3],
            words=tuple(reversed(shared[-4:])),
        )

    def _ranked(self, asked: _Question) -> list[tuple[float, _Question]]:
        likeness: dict[int, float] = {}
        for gram, weight in asked.vector.items():
            for number, other in self._index.get(gram, ()):
                likeness[number] = likeness.get(number, 0.0) + weight * other
        nearest = sorted(likeness.items(), key=_by_likeness)[:_RERANKED]
        questions = self._questions
        ranked = [
            (like * _agreement(asked, questions[number]), number) for number, like in nearest if like >= NEAR
        ]
        ranked.sort(key=lambda pair: (-pair[0], pair[1]))
        return [(score, questions[number]) for score, number in ranked]

    def _plain(self, text: str) -> str:
        return _FILLER.sub("", self._one_word(text)).replace("?", "")

    def _kind(self, text: str) -> int:
        text = self._one_word(text[:LONGEST_QUESTION])
        return sum(1 << place for place, kind in enumerate(self._kinds) if kind.search(text))

    def _question(self, entry: int, text: str, kinds: int) -> _Question:
        rarity, unseen = self._rarity, self._unseen
        weights = {gram: rarity.get(gram, unseen) * count for gram, count in Counter(_grams(text)).items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        substance = {gram: rarity.get(gram, unseen) for gram in weights if len(gram) == 1}
        vector = {gram: weight / norm for gram, weight in weights.items()}
        return _Question(entry, vector, kinds, substance, sum(substance.values()) or 1.0)


def _by_likeness(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]


def _agreement(one: _Question, other: _Question) -> float:
    """What is left of a likeness, 0 to 1, after what they ask for and what has no partner."""
    left = 1.0
    either = one.kinds | other.kinds
    if either:
        same = (one.kinds & other.kinds).bit_count() / either.bit_count()
        left = _OTHER_KIND + (1 - _OTHER_KIND) * same
    shared = sum(weight for gram, weight in one.substance.items() if gram in other.substance)
    return left * min(shared / one.weight, shared / other.weight)


def _grams(text: str) -> list[str]:
    return [*text, *map(str.__add__, text, text[1:])]


class _Synonyms:
    """Puts the first of each set of synonyms for all of them, longest first, in one pass."""

    def __init__(self, sets: Iterable[Sequence[str]]) -> None:
        first = {word: group[0] for group in sets for word in group}
        self._first = tuple(first.values())
        self._automaton = AhoCorasick(tuple(first), matchkind=MatchKind.LeftmostLongest)

    def __call__(self, text: str) -> str:
        found = self._automaton.find_matches_as_indexes(text)
        if not found:
            return text
        parts, end = [], 0
        for index, start, stop in found:
            parts += (text[end:start], self._first[index])
            end = stop
        return "".join((*parts, text[end:]))

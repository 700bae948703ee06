"""Finds the FAQ entry that answers a question, or knows that none does.

Questions are compared as characters and pairs of characters, rare ones counting more (TF-IDF, cosine). That ranks well
but also likes near-misses, so two things bring a likeness down: asking for something else about the same subject (几点
and 在哪, 能不能 and 怎么办), and substance on either side that has no partner (another disease, place or date). On
1,190 paraphrases and 1,810 near-misses of 1,509 medical questions the best entry is right for .76, and .05 of the
near-misses would be answered; the cosine alone reaches .77 and answers .25 at its usual threshold of 0.5.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from intents.spec import FaqEntry, LexiconSpec

SURE = 0.32
"""Likeness from which an entry is answered without asking back."""

NEAR = 0.11
"""Likeness from which an entry is offered as a choice."""

CLOSE = 0.6
"""Only entries at least this part as alike as the best are offered beside it."""

LONGEST_QUESTION = 120
"""Longer texts are no questions to a FAQ; only their first characters are compared."""

_PIECES = 3
"""A text must share this many characters or pairs with the FAQ to be compared: spares most chatter the work."""

_RERANKED = 12
_OTHER_KIND = 0.5
"""What is left of the likeness of two questions that ask for quite different things about the same subject."""

_OTHER_TOPIC = 0.75
"""What is left when the question names a thing that other entries speak of and this one does not (疫苗, not 核酸)."""

_KINDS = (
    "几点 什么时候 何时 几号 哪天 啥时候 时间",
    "多久 多长 几天 多少天 几小时 几个小时 几个月",
    "多少钱 价格 费用 怎么卖 几块 收费",
    "哪里 哪儿 在哪 什么地方 哪有 去哪 地点",
    "为什么 原因 怎么回事 引起 造成 导致 咋回事 怎么会 为啥",
    "怎么办 怎么治 办法 方法 咋办 怎么处理 怎么弄 咋弄 怎么解决 怎么+治",
    "吃什么 用什么 什么药 哪种药 喝什么 食物",
    "能+吗 可以+吗 能不能 可不可以 行不行 让不让 行吗 可以不",
    "要+吗 要不要 用不用 需不需要 用+吗 必须",
    "副作用 禁忌 注意 忌 危害 影响 后果",
    "症状 表现 征兆",
    "效果 有用吗 管用 作用 功效 有效",
    "传染 遗传",
    "严重 要紧 危险",
    "预防 防止",
    "治好 治愈 根治 自愈 好吗 能好",
    "用量 几粒 怎么吃 怎么用 用法 怎么服 几片",
    "是什么 什么是 什么意思 哪些",
    "检查 诊断",
    "是+吗 是不是 算+吗",
    "电话 号码 联系",
)
"""What a question may ask for. "能+吗" is met when both occur."""

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

_ASKING = re.compile(
    r"什么|怎么|开始|时候|哪里|多少钱|哪些|几点|多久|多少|几天|为什么|吗|能不能|可以|是不是|要不要|[哪谁何几要能会是有到去在做我你他她它这那还都就也和给让得着把被个一从对么样办下上里]"
)
"""What shapes a question without saying what it is about."""

_FILLER = re.compile(
    r"^(?:孩子|小伙子|姑娘|闺女|同志|老师|师傅)[,，]?(?=我|请问|想问|问)|我?想问问|打听一?下|请问一?下?|麻烦问一?下?|问一?下|谢谢|今天|今日|明天|现在|目前|这几天|最近|突然|到底|咱们?|你好|您好|大家好|各位|有没有人知道|谁知道|[啊呢呀的了吧哦哈嗯]|[^\w?]"
)

_OPPOSITES = (("阴性", "阳性"), ("红码", "绿码"), ("停电", "停水"), ("寄", "取"))
"""A question that names one of a pair is not answered by what speaks of the other alone."""


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
    poles: int
    answers: bool
    """False for a near-miss: what is more like it than like the entry's own questions is not the entry's."""


class FaqIndex:
    """An inverted index over all phrasings of all entries. Built once, read only."""

    def __init__(
        self, entries: Sequence[FaqEntry], lexicon: LexiconSpec, normalise: Callable[[str], str]
    ) -> None:
        self._ids = [entry.id for entry in entries]
        self._kind = _Kinds()
        self._one_word = _Synonyms([*((same, *others) for same, others in _SAME.items()), *lexicon.synonyms])
        asked = [(i, normalise(text), True) for i, entry in enumerate(entries) for text in entry.questions]
        misses = [
            (i, normalise(text), False) for i, entry in enumerate(entries) for text in entry.not_examples
        ]
        seen = Counter(gram for _, text, _ in asked for gram in _Grams(self._one_word(text)).all)
        self._rarity = {gram: math.log((len(asked) + 1) / (count + 1)) + 1 for gram, count in seen.items()}
        self._unseen = math.log(len(asked) + 1) + 1
        self._questions: list[_Question] = []
        self._said: dict[int, set[str]] = {}
        self._index: dict[str, list[tuple[int, float]]] = {}
        self._exact: dict[str, int] = {}
        for entry, text, answers in (*asked, *misses):
            if answers:
                self._exact.setdefault(self._one_word(text).rstrip("?"), entry)
            self._add(entry, self._one_word(text), answers)

    def _add(self, entry: int, text: str, answers: bool) -> None:
        question = self._question(_Grams(text), self._kind(text), entry, answers, _poles(text))
        for gram, weight in question.vector.items():
            self._index.setdefault(gram, []).append((len(self._questions), weight))
        if answers:
            self._said.setdefault(entry, set()).update(question.vector)
        self._questions.append(question)

    def find(self, text: str) -> Found | None:
        """The entries nearest to a normalised text; None when nothing is near."""
        text = self._one_word(text[:LONGEST_QUESTION])
        same = self._exact.get(text.rstrip("?"))
        if same is not None:
            return Found(self._ids[same], 1.0, True, (self._ids[same],), (text,))
        grams = _Grams(text)
        if sum(gram in self._rarity for gram in grams.telling()) < _PIECES:
            return None
        asked = self._question(grams, 0)
        ranked = self._ranked(asked, text)
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
            score=min(best, 1.0),
            sure=best >= SURE,
            near=tuple(near)[:3],
            words=tuple(reversed(shared[-4:])),
        )

    def _ranked(self, asked: _Question, text: str) -> list[tuple[float, _Question]]:
        """The questions nearest to what is asked, best first, without the entries a near-miss is nearer to."""
        likeness: dict[int, float] = {}
        known = likeness.get
        for gram, weight in asked.vector.items():
            for number, other in self._index.get(gram, ()):
                likeness[number] = known(number, 0.0) + weight * other
        nearest = sorted([(-like, number) for number, like in likeness.items() if like >= NEAR])[:_RERANKED]
        if not nearest:
            return []
        kinds = self._kind(text)
        named = {
            g for g in asked.vector if len(g) == 2 and g in self._rarity and asked.substance.keys() >= {*g}
        }
        poles = _poles(text)
        ranked, best = [], 0.0
        for like, number in nearest:
            if -like < CLOSE * best:
                break
            question = self._questions[number]
            score = -like * _agreement(asked, kinds, question)
            if named - self._said[question.entry]:
                score *= _OTHER_TOPIC
            if question.poles & _swapped(poles) and not question.poles & poles:
                score = 0.0
            if question.answers:
                best = max(best, score)
            ranked.append((score, number))
        return self._allowed(ranked)

    def _allowed(self, ranked: list[tuple[float, int]]) -> list[tuple[float, _Question]]:
        refused: set[int] = set()
        found = []
        for score, number in sorted(ranked, key=_best_first):
            question = self._questions[number]
            if not question.answers:
                refused.add(question.entry)
            elif question.entry not in refused:
                found.append((score, question))
        return found

    def _question(
        self, grams: "_Grams", kinds: int, entry: int = -1, answers: bool = True, poles: int = 0
    ) -> _Question:
        rarity, unseen = self._rarity, self._unseen
        weights = {gram: rarity.get(gram, unseen) for gram in grams.all}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        substance = {char: weights[char] for char in grams.bare}
        vector = {gram: weight / norm for gram, weight in weights.items()}
        return _Question(entry, vector, kinds, substance, sum(substance.values()) or 1.0, poles, answers)


class _Grams:
    """What a text is compared by: its characters of substance (``bare``) and all pairs of neighbours, in order."""

    __slots__ = ("all", "bare")

    def __init__(self, text: str) -> None:
        plain = _FILLER.sub("", text).replace("?", "")
        self.bare = dict.fromkeys(_ASKING.sub("", plain))
        self.all = self.bare | dict.fromkeys(map(str.__add__, plain, plain[1:]))

    def telling(self) -> list[str]:
        """Those that touch the substance."""
        bare = self.bare
        return [gram for gram in self.all if gram[0] in bare or gram[-1] in bare]


def _poles(text: str) -> int:
    """Two bits a pair of opposites: which of them the text names."""
    return sum(
        1 << 2 * place + side
        for place, pair in enumerate(_OPPOSITES)
        for side, word in enumerate(pair)
        if word in text
    )


def _swapped(poles: int) -> int:
    """The other of each pair."""
    low = ((1 << 2 * len(_OPPOSITES)) - 1) // 3
    return (poles & low) << 1 | poles >> 1 & low


def _best_first(pair: tuple[float, int]) -> tuple[float, int]:
    return -pair[0], pair[1]


def _agreement(one: _Question, kinds: int, other: _Question) -> float:
    """What is left of a likeness, 0 to 1, after what they ask for and what has no partner."""
    left = 1.0
    either = kinds | other.kinds
    if either:
        same = (kinds & other.kinds).bit_count() / either.bit_count()
        left = _OTHER_KIND + (1 - _OTHER_KIND) * same
    shared = sum(map(one.substance.__getitem__, one.substance.keys() & other.substance.keys()))
    return left * min(shared / one.weight, shared / other.weight)


class _Kinds:
    """Tells what a text asks for: one bit for each of ``_KINDS``."""

    def __init__(self) -> None:
        signs = [(sign, 1 << place) for place, line in enumerate(_KINDS) for sign in line.split()]
        parts = sorted({part for sign, _ in signs for part in sign.split("+")})
        self._automaton = AhoCorasick(parts)
        self._whole = [sum({bit for sign, bit in signs if sign == part}) for part in parts]
        numbers = {part: number for number, part in enumerate(parts)}
        self._pairs = [
            (frozenset(map(numbers.__getitem__, sign.split("+"))), bit) for sign, bit in signs if "+" in sign
        ]

    def __call__(self, text: str) -> int:
        found = {index for index, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        kinds = 0
        for index in found:
            kinds |= self._whole[index]
        for both, bit in self._pairs:
            if both <= found:
                kinds |= bit
        return kinds


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
        parts: list[str] = []
        end = 0
        for index, start, stop in found:
            parts += (text[end:start], self._first[index])
            end = stop
        return "".join((*parts, text[end:]))

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

from ahocorasick_rs import AhoCorasick, MatchKind

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

_COSINE, _ORDER, _ASKED, _KNOWN = 0.1, 0.25, 0.4, 0.25
"""What makes two questions alike: the cosine, the order, the part of the question asked that has a partner in the known
one, and the part of the known one that has a partner in the one asked."""

_OTHER_KIND = 0.1
"""What a likeness loses before it is answered when both ask for quite different things about the same subject."""

_UNSAID = 0.2
"""What it loses when nothing of the known question's substance was said."""

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

_KINDS = (
    "几点 什么时候 何时 几号 哪天 啥时候 时间",
    "多久 多长 几天 多少天 几小时 几个小时 几个月 几年",
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

_NEGATED = re.compile(r"(?<![能可要会是用好让行])不(?:能|可|要|会|用|让|是|准|许)|没|别|无法|禁止")
"""One kind more: it asks about not doing or not having. 能不能 does not."""

_SAME = (
    ("怎么", "如何", "怎样", "咋", "怎么样"),
    ("什么", "啥", "哪种", "何种", "那种"),
    ("哪些", "那些"),
    ("多久", "多长时间"),
    ("吗", "么", "嘛"),
    ("能不能", "能否", "可否", "可不可以"),
    ("是不是", "是否"),
)
"""Question words that mean the same; what things are called alike is the lexicon's (synonyms)."""

_PLAIN = (
    "怎么 如何 怎样 咋 怎么样 咋样 怎么着",
    "什么 啥 哪些 那些 哪种 何种 那种 哪个 有什么 有哪些 是什么 是哪些 有啥 是啥 什么样 什么样的 哪几种 什么是",
    "吗 么 嘛 不?",
    "能 能够 可以 能不能 能否 可否 可不可以 是否可以 是否能 可不可 行不行 能行 适合 适不适合",
    "是 是不是 是否 算不算 属于",
    "要 需要 要不要 需不需要 用不用 应该 应当 必须 必要 有必要 有没有必要 必需 需 得要",
    "会 会不会 是否会 可能 有可能 容易",
    "有 有没有 有无",
    "原因 引起 导致 造成 引发 诱发 病因 起因 成因 因素 缘故 怎么回事 为什么 怎么会 为啥 咋回事 由来 得的",
    "怎么治 怎么办 咋办 怎么处理 怎么解决 治疗 医治 诊治 救治 治法 疗法 怎么弄 怎么做",
    "治好 治愈 根治 痊愈 自愈 康复 好了 能好 断根 除根",
    "方法 办法 方式 措施 手段 方案 法子 途径",
    "症状 表现 征兆 迹象 体征 特征",
    "作用 功效 效果 疗效 功能 用处 管用 有用 好处 有效 见效 效用 治什么",
    "副作用 不良反应 危害 坏处 伤害 害处",
    "影响 后果",
    "得 得了 患 患了 患有 患上 得上 染上 得过",
    "吃 服 服用 食用 使用 吃点 饮用 用药",
    "怎么吃 怎么用 用法 用量 用法用量 吃法 服法 剂量 怎么服用 吃多少",
    "经常 总是 老是 一直 常常 反复 反反复复 长期 持续 不断 时常 频繁 多次",
    "注意 注意事项 注意什么 留意 事项",
    "严重 厉害 要紧 危险",
    "多久 多长时间 多长 多少时间 几天 多少天 几小时 几个月 几周 几年",
    "多少钱 价格 费用 价钱 几块 多少元 怎么卖 收费",
    "区别 不同 差别 差异 区分 分辨 不一样 分别",
    "关系 关联 相关 有关",
    "最好 比较好 较好 更好 好点 好些 最佳 最有效",
    "病人 患者 病号",
    "早期 初期 前期",
    "孩子 小孩 儿童 宝宝 宝贝 娃娃 娃 小朋友 婴儿 小儿 小孩子 婴幼儿 幼儿 孩童 小宝宝",
    "意思 代表 意味着 含义 定义",
    "检查 诊断 确诊 化验 检测",
    "预防 防止 避免 防治",
    "传染 传播 感染别人",
    "哪里 哪儿 什么地方 在哪 去哪 哪边 何处",
    "几点 什么时候 啥时候 何时 几时 什么时间 哪天",
    "之后 以后",
    "期间 的时候 时候",
    "不能 不可以 不可 不得 不要 不宜 禁忌 忌口 不应",
    "多少 几个 几次",
)
"""Words of questions that come to much the same; the first stands for all in the plain form."""

_ASKING = frozenset("什么怎吗能是要会有哪几多少可以如何得了到去在做这那里个一点时候久为原因间")
"""Characters that shape a question without saying what it is about: in the plain form they count for less."""

_ASKING_WEIGHT = 0.5

_POLITE = re.compile(
    r"^(?:孩子|小伙子|姑娘|闺女|同志|老师|师傅)[,，]?(?=我|请问|想问|问)|请问一?下?|我?想问问?|打听一?下|问一?下|麻烦|谢谢|[你您]好|医生|大夫|各位|大家|有没有人知道|谁知道|到底|究竟|具体|一般|平时|目前|现在|最近|这几天|今天|今日|明天|突然|的话|咱们?|[啊呢呀吧哦嗯]|[^\w]"
)
"""What neither form keeps."""

_SMALL = re.compile("[的了我你您他她它就都也还和与跟在被把给]")
"""Small words, which the plain form leaves out, too."""

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
    others: tuple[tuple[str, float], ...] = ()
    """The next best entries with how alike they are, two at most; none for what is asked word for word."""
    substance: int = 0
    """So many characters that say what a question is about stand in both, as said or as what means the same."""
    asks: bool = True
    """Whether the question asks by its form, for anything of ``_KINDS``."""


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
    """What it asks for, one bit for each of ``_KINDS``."""
    poles: int
    """Which of ``_OPPOSITES`` it names."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a question is made of, whatever else the FAQ holds: the same in every index of one lexicon."""

    said: str
    """With one word for synonyms."""
    grams: tuple[str, ...]
    """Its characters and pairs, as said and in the plain form, each once."""
    chars: tuple[str, ...]
    """The characters of the plain form, each once."""
    kinds: int
    poles: int


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
        self._kind: _Kinds = before._kind if before else _Kinds()
        self._one_word: _Synonyms = before._one_word if before else _Synonyms([*_SAME, *lexicon.synonyms])
        self._plain_word: _Synonyms = before._plain_word if before else _Synonyms(map(str.split, _PLAIN))
        used = [(place, entry) for place, entry in enumerate(entries) if entry.enabled]
        answering = [(place, text, True) for place, entry in used for text in entry.questions]
        misses = [(place, text, False) for place, entry in used for text in entry.not_examples]
        known: dict[str, Form] = before._forms if before else {}
        self._forms: dict[str, Form] = {}
        seen = Counter[str]()
        for _, text, answers in (*answering, *misses):
            pause()
            self._forms[text] = form = known.get(text) or self._form(self._tidy(normalise(text)))
            if answers:
                seen.update(form.grams)
        self._rarity = {gram: math.log((len(answering) + 1) / (n + 1)) + 1 for gram, n in seen.items()}
        self._unseen = math.log(len(answering) + 1) + 1
        asking = {char: _ASKING_WEIGHT * self._rarity.get(char, self._unseen) for char in _ASKING}
        self._char_weights = {
            gram: rarity for gram, rarity in self._rarity.items() if len(gram) == 1
        } | asking
        self._pairs = frozenset(gram for gram in seen if len(gram) == 2 and not _ASKING.issuperset(gram))
        self._meanings = (
            meanings([normalise(text) for _, text, _ in (*answering, *misses)]) if meanings else None
        )
        self._sure = SURE_OF_MEANING if meanings else SURE
        self._phrasings: list[_Phrasing] = []
        self._exact: dict[str, int] = {}
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
            self._phrasings.append(_Phrasing(entry, self._weighed(form, {}), answers, shrink))
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
        said = self._tidy(text)
        same = self._exact.get(said)
        if same is not None:
            return Found(self._ids[same], 1.0, True, (self._ids[same],), (said,))
        asked = self.weighed(self._form(said))
        if sum(gram in self._rarity and not _ASKING.issuperset(gram) for gram in asked.vector) < _PIECES:
            return None
        ranked = self._ranked(asked, text)
        if not ranked or ranked[0][0] < NEAR:
            return None
        best, phrasing = ranked[0]
        score = _sureness(best, asked, phrasing.asked)
        near = dict.fromkeys(self._ids[p.entry] for like, p in ranked if like >= max(NEAR, CLOSE * best))
        shared = [
            gram for gram in asked.vector if len(gram) == 2 and gram in said and gram in phrasing.asked.said
        ]
        shared.sort(key=asked.vector.__getitem__, reverse=True)
        return Found(
            self._ids[phrasing.entry],
            score,
            score >= self._sure,
            tuple(near)[:3],
            tuple(shared[:4]),
            others=_scored(ranked, asked, self._ids)[1:3],
            substance=len(asked.chars.keys() & phrasing.asked.chars.keys() - _ASKING),
            asks=bool(asked.kinds & ~self._kind.negated),
        )

    def nearest(self, text: str, most: int = 2) -> tuple[tuple[str, float], ...]:
        """The entries most like a normalised text, however little that is, with how alike they are, best first: for
        people who want to know what is nearly answered."""
        text = text[:LONGEST_QUESTION]
        said = self._tidy(text)
        same = self._exact.get(said)
        asked = self.weighed(self._form(said))
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
        return self._form(self._tidy(text[:LONGEST_QUESTION]))

    def kept(self, text: str) -> Form | None:
        """The form of one of the FAQ's own questions or near-misses, as it is written in data/."""
        return self._forms.get(text)

    def weighed(self, form: Form) -> Asked:
        """A question as this index weighs it, for ``likeness`` and ``alike``."""
        rarity, unseen, length = self._rarity, self._unseen, self._length(form)
        return self._weighed(form, {gram: rarity.get(gram, unseen) / length for gram in form.grams})

    def most(self, form: Form, known: Asked) -> float:
        """What ``likeness`` is at most, found much quicker: as if all that two questions share stood in one order."""
        shared = known.chars.keys() & form.chars
        if shared <= _ASKING:
            return 0.0
        weight = sum(self._weights(shared))
        there = 2 * sum(map(known.said.__contains__, form.said)) / (len(form.said) + len(known.said))
        asked = weight / sum(self._weights(form.chars))
        return _COSINE + _ORDER * min(1.0, there) + _ASKED * asked + _KNOWN * weight / known.weight

    def _weights(self, chars: Iterable[str]) -> Iterator[float]:
        return map(self._char_weights.get, chars, repeat(self._unseen))

    def owner(self, form: Form) -> str | None:
        """The id of the entry that answers these very words, whatever else is like them."""
        place = self._exact.get(form.said)
        return None if place is None else self._ids[place]

    def plain(self, text: str) -> str:
        """A normalised text without politeness and small words, with one word for all that come to the same."""
        return self._plain_word(_SMALL.sub("", self._tidy(text[:LONGEST_QUESTION])))

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
        order = _Order(asked.said)
        ranked = []
        for number in nearest:
            like = _likeness(asked, self._phrasings[number].asked, cosines.get(number, 0.0), order)
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

    def _tidy(self, text: str) -> str:
        """Without politeness and with one word for synonyms."""
        text = _POLITE.sub("", text)
        return self._one_word(text[:-1] + "吗" if text.endswith("不") else text)

    def _form(self, said: str) -> Form:
        """A tidied text taken apart."""
        plain = self._plain_word(_SMALL.sub("", said))
        grams = (*said, *map(str.__add__, said, said[1:]), *plain, *map(str.__add__, plain, plain[1:]))
        return Form(
            said, tuple(dict.fromkeys(grams)), tuple(dict.fromkeys(plain)), self._kind(said), _poles(said)
        )

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
            substance=sum([weight for char, weight in chars.items() if char not in _ASKING]),
            kinds=form.kinds,
            poles=form.poles,
        )


def _likeness(asked: Asked, known: Asked, cosine: float, order: "_Order") -> float:
    """How alike two questions are, 0 to 1; 0 when they share nothing of substance or name opposites."""
    shared = asked.chars.keys() & known.chars.keys()
    if shared <= _ASKING or (known.poles & _swapped(asked.poles) and not known.poles & asked.poles):
        return 0.0
    weight = sum([asked.chars[char] for char in shared])
    return (
        _COSINE * cosine
        + _ORDER * order.like(known.said)
        + _ASKED * weight / asked.weight
        + _KNOWN * weight / known.weight
    )


def substantial(form: Form) -> set[str]:
    """The characters that say what a question is about; all of them where there are none: without one in common two
    questions are alike only if they are the same."""
    return {char for char in form.chars if char not in _ASKING} or set(form.chars)


def likeness(asked: Asked, known: Asked) -> float:
    """How alike a question of the FAQ is to what is asked, by words alone, before anything is taken away: 0 to 1."""
    if asked.chars.keys() & known.chars.keys() <= _ASKING:
        return 0.0
    cosine = sum([weight * known.vector.get(gram, 0.0) for gram, weight in asked.vector.items()])
    return _likeness(asked, known, cosine, _Order(asked.said))


def alike(one: Asked, other: Asked) -> float:
    """How alike two questions are that are both asked by people, 0 to 1: the same whichever comes first."""
    few, many = sorted((one.vector, other.vector), key=len)
    cosine = sum([weight * many.get(gram, 0.0) for gram, weight in few.items()])
    there = _likeness(one, other, cosine, _Order(one.said))
    if not there:
        return 0.0
    like = (there + _likeness(other, one, cosine, _Order(other.said))) / 2
    return (_sureness(like, one, other) + _sureness(like, other, one)) / 2


def _scored(
    ranked: Sequence[tuple[float, "_Phrasing"]], asked: Asked, ids: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """Each entry once, with the score of its most alike phrasing."""
    found: dict[str, float] = {}
    for like, phrasing in ranked:
        if like > 0 and ids[phrasing.entry] not in found:
            found[ids[phrasing.entry]] = _sureness(like, asked, phrasing.asked)
    scores = tuple(found.items())
    return (*scores[:1], *sorted(scores[1:], key=lambda pair: -pair[1]))


def _sureness(like: float, asked: Asked, known: Asked) -> float:
    """What is left of a likeness when both do not ask for the same, or something known was not said."""
    either = asked.kinds | known.kinds
    if either:
        like -= _OTHER_KIND * (1 - (asked.kinds & known.kinds).bit_count() / either.bit_count())
    said = sum([asked.chars[char] for char in asked.chars.keys() & known.chars.keys() - _ASKING])
    return max(0.0, like - _UNSAID * (1 - said / known.substance))


class _Order:
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


class _Kinds:
    """Tells what a text asks for: one bit for each of ``_KINDS``."""

    def __init__(self) -> None:
        signs = [(sign, 1 << place) for place, line in enumerate(_KINDS) for sign in line.split()]
        parts = sorted({part for sign, _ in signs for part in sign.split("+")})
        self._automaton = AhoCorasick(parts)
        self._whole = [sum({bit for sign, bit in signs if sign == part}) for part in parts]
        self.negated = 1 << len(_KINDS)
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
        return kinds | (self.negated if _NEGATED.search(text) else 0)


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

"""What a question is made of, whatever is known: its characters and pairs as it was said and in a plain form without
politeness and with one word for all that mean the same (能不能 and 可否, 怎么回事 and 什么原因), and what it asks for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from intents.spec import LexiconSpec

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

_NEGATION = 1 << len(_KINDS)
"""The bit of that kind."""

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

ASKING = frozenset("什么怎吗能是要会有哪几多少可以如何得了到去在做这那里个一点时候久为原因间")
"""Characters that shape a question without saying what it is about: in the plain form they count for less."""

_POLITE = re.compile(
    r"^(?:孩子|小伙子|姑娘|闺女|同志|老师|师傅)[,，]?(?=我|请问|想问|问)|请问一?下?|我?想问问?|打听一?下|问一?下|麻烦|谢谢|[你您]好|医生|大夫|各位|大家|有没有人知道|谁知道|到底|究竟|具体|一般|平时|目前|现在|最近|这几天|今天|今日|明天|突然|的话|咱们?|[啊呢呀吧哦嗯]|[^\w]"
)
"""What neither form keeps."""

_SMALL = re.compile("[的了我你您他她它就都也还和与跟在被把给]")
"""Small words, which the plain form leaves out, too."""

_OPPOSITES = (("阴性", "阳性"), ("红码", "绿码"), ("停电", "停水"), ("寄", "取"))
"""A question that names one of a pair is not answered by what speaks of the other alone."""


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
    """What it asks for, one bit for each of ``_KINDS`` and one for not doing."""
    poles: int
    """Which of ``_OPPOSITES`` it names."""


class Forms:
    """Takes texts apart, all alike. Remembers nothing."""

    def __init__(self, lexicon: LexiconSpec) -> None:
        self._kind = _Kinds()
        self._one_word = _Synonyms([*_SAME, *lexicon.synonyms])
        self._plain_word = _Synonyms(map(str.split, _PLAIN))

    def __call__(self, text: str) -> Form:
        """What a normalised text is made of."""
        said = self.tidy(text)
        plain = self._plain_word(_SMALL.sub("", said))
        grams = (*said, *map(str.__add__, said, said[1:]), *plain, *map(str.__add__, plain, plain[1:]))
        return Form(
            said, tuple(dict.fromkeys(grams)), tuple(dict.fromkeys(plain)), self._kind(said), _poles(said)
        )

    def tidy(self, text: str) -> str:
        """Without politeness and with one word for synonyms."""
        text = _POLITE.sub("", text)
        return self._one_word(text[:-1] + "吗" if text.endswith("不") else text)

    def plain(self, text: str) -> str:
        """Tidied, without small words and with one word for all that come to the same."""
        return self._plain_word(_SMALL.sub("", self.tidy(text)))


def asks(kinds: int) -> bool:
    """Whether a question with these kinds asks by its form; 不能 alone says so of nothing."""
    return bool(kinds & ~_NEGATION)


def substantial(form: Form) -> set[str]:
    """The characters that say what a question is about; all of them where there are none: without one in common two
    questions are alike only if they are the same."""
    return {char for char in form.chars if char not in ASKING} or set(form.chars)


def _poles(text: str) -> int:
    """Two bits a pair of opposites: which of them the text names."""
    return sum(
        1 << 2 * place + side
        for place, pair in enumerate(_OPPOSITES)
        for side, word in enumerate(pair)
        if word in text
    )


def swapped(poles: int) -> int:
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
        return kinds | (_NEGATION if _NEGATED.search(text) else 0)


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

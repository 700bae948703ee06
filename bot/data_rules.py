"""What the files of data/ must fulfil beyond their shape. Each rule yields the place and the reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from string import Formatter

from bot.guard import guarded
from bot.model.contacts import PHONE, Contacts, bare_phone
from bot.yamlfile import Found, Steps
from bot.yamlwords import suggestion
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec

LONGEST = 2000
"""Characters of one message: docs/decisions.md says why."""

CARD = "{card}"
"""What an answer may hold that is filled in: handlers/cards.py."""


def intent_rules(name: str, id_: str) -> Iterator[Found]:
    """What the name of a file of data/intents and the id inside have to do with each other."""
    if id_ not in INTENTS:
        meant = suggestion(id_, INTENTS)
        hint = f"，是不是想写「{meant}」？" if meant else "："
        yield ("id",), f"没有「{id_}」这个意图{hint}意图是固定的这些：{'、'.join(INTENTS)}"
    elif id_ != name:
        yield ("id",), f"id 写的是「{id_}」，文件名是「{name}.yaml」：请把文件改名为 {id_}.yaml，或改正 id"


def unknown_scope(steps: Steps, scope: str, names: Sequence[str]) -> Iterator[Found]:
    """A scope has to be the name of a branch."""
    if names and scope not in names:
        meant = suggestion(scope, names)
        hint = f"，是不是想写「{meant}」？" if meant else f"：请写 groups 里的一个 name，例如「{names[0]}」"
        yield steps, f"groups 里没有叫「{scope}」的{hint}"


def comma_rules(spec: IntentSpec | LexiconSpec) -> Iterator[Found]:
    """Lists of words whose commas were typed full-width: one long word that nobody ever says."""
    if isinstance(spec, LexiconSpec):
        lists: list[tuple[Steps, Sequence[str]]] = [
            (("groups", name), group) for name, group in spec.groups.items()
        ]
        lists += [(("synonyms", index), group) for index, group in enumerate(spec.synonyms)]
        lists.append((("words",), spec.words))
    else:
        lists = [(("urgent",), spec.urgent)]
        for index, rule in enumerate(spec.rules):
            lists += [(("rules", index, key), getattr(rule, key)) for key in ("any", "none", "words")]
            for place, part in enumerate(rule.all):
                lists.append((("rules", index, "all", place), (part,) if isinstance(part, str) else part))
    for steps, words in lists:
        for index, word in enumerate(words):
            if "，" in word or "、" in word:
                yield (*steps, index), f"「{word}」里的逗号是全角的，成了一个词：词与词之间请用英文逗号"


_ASKS = re.compile(r"怎么|[吗么呢?？]|哪|几|什么|啥|咋|多少|多久|能不能|要不要|谁|如何")


def joined_questions(faq: Sequence[FaqEntry]) -> Iterator[Found]:
    """Phrasings that were meant to be several: the comma between them was typed full-width. Only worth a look."""
    for index, entry in enumerate(faq):
        for place, text in enumerate(entry.questions):
            parts = re.split("[，、]", text)
            if len(parts) > 1 and all(len(part) > 3 and _ASKS.search(part) for part in parts):
                yield (
                    (index, "questions", place),
                    f"「{text}」是一句还是几句？几种问法之间请用英文逗号；本来就是一句，去掉里面的逗号",
                )


def contacts_rules(contacts: Contacts, names: Sequence[str]) -> Iterator[Found]:
    """Everything about contacts.yaml."""
    scopes: set[str | None] = set()
    for index, contact in enumerate(contacts.duty):
        if contact.scope in scopes:
            what = f"「{contact.scope}」" if contact.scope else "全社区"
            yield ("duty", index), f"{what}的值班电话写了两个：请留一个，或给这一项写上别的 scope"
        scopes.add(contact.scope)
    if None not in scopes:
        example = "- {name: 社区值班室, phone: 0371-55501234}"
        yield ("duty",), f"缺少全社区的值班电话：请加一项不写 scope 的，例如 {example}"
    lists = (("duty", contacts.duty), ("public", contacts.public), ("cards", contacts.cards))
    for key, index, contact in ((key, i, contact) for key, some in lists for i, contact in enumerate(some)):
        if contact.scope is not None:
            yield from unknown_scope((key, index, "scope"), contact.scope, names)
        for place, errand in enumerate(contact.helps):
            if re.search("[，、,;；]", errand):
                yield (
                    (key, index, "helps", place),
                    f"「{errand}」里有几件事：请分开写，用英文逗号，例如 [买药, 就医用车]",
                )
        if key == "cards" and not contact.helps:
            yield (
                (key, index),
                f"「{contact.name}」没有写 helps，联系卡上不知道为什么事找他：请加上，例如 helps: [买药, 就医用车]",
            )
        digits = re.sub(r"[\s()（）+-]", "", contact.phone)
        if not digits.isdecimal() or not 3 <= len(digits) <= 13:
            yield (
                (key, index, "phone"),
                f"「{contact.phone}」不像电话号码：只写一个号码，例如 0371-55501234 或 13800138000",
            )


def faq_rules(faq: Sequence[FaqEntry], contacts: Contacts | None) -> Iterator[Found]:
    """Everything about faq.yaml but how well it is understood."""
    seen: set[str] = set()
    for index, entry in enumerate(faq):
        if entry.id in seen:
            yield (index, "id"), f"编号「{entry.id}」用了两次：请给这一条换一个没用过的"
        seen.add(entry.id)
        if not entry.questions:
            yield (index, "questions"), "至少写一种问法，例如 questions: [核酸几点做]"
        if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
            yield (
                (index, "valid_until"),
                f"valid_until（{entry.valid_until}）早于 valid_from（{entry.valid_from}）：请改正日期",
            )
        yield from (((index, "answer"), reason) for reason in masked(entry.answer, contacts, "答案"))
        yield from _too_long(("answer",), entry.answer, index)
        for word in re.findall(r"\{\w*\}", entry.answer):
            if word != CARD:
                yield (
                    (index, "answer"),
                    f"答案里的 {word} 不会被换成什么；能写的只有 {CARD}（问的人那里的爱心联系卡）",
                )


def masked(answer: str, contacts: Contacts | None, what: str) -> Iterator[str]:
    """What the privacy guard would hide from a residents' group. ``what`` the words are: 答案."""
    public = contacts.phones if contacts else frozenset()
    if _shown_whole(answer, public):
        return
    for match in PHONE.finditer(answer):
        if contacts and bare_phone(match[0]) not in public:
            yield (
                f"电话 {match[0]} 不在 contacts.yaml，发到居民群会被遮住：{meant_phone(match[0], contacts)}"
                f"请把它加进 contacts.yaml 的 public，或从{what}里去掉"
            )
    rest = PHONE.sub("", answer)
    if guarded(rest, public) != rest:
        yield f"{what}里像有房号或证件号，发到居民群会被遮住：请改成不带门牌号的说法，例如「社区服务站」"


@lru_cache(maxsize=10_000)  # a thousand answers are looked at after every save, and one of them is new
def _shown_whole(answer: str, public: frozenset[str]) -> bool:
    """True for what no guard would touch and that names no number."""
    return not PHONE.search(answer) and guarded(answer, public) == answer


def meant_phone(phone: str, contacts: Contacts) -> str:
    """Of a number that nobody has: whose it nearly is, as a question; "" when it is nobody's."""
    written = bare_phone(phone)
    for contact in (*contacts.duty, *contacts.public, *contacts.cards):
        theirs = bare_phone(contact.phone)
        if _one_slip(written, theirs) or (len(written) < 9 and _one_slip(written, theirs[-len(written) :])):
            return f"是不是想写 {contact.phone}（{contact.name}）？不是的话，"
    return ""


def _one_slip(one: str, other: str) -> bool:
    """Whether two numbers differ by one digit: another, one too many or too few, or two neighbours swapped."""
    if len(one) == len(other):
        differ = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1
        return len(differ) == 1 or (swapped and sorted(one) == sorted(other))
    fewer, more = sorted((one, other), key=len)
    return len(more) == len(fewer) + 1 and any(more[:at] + more[at + 1 :] == fewer for at in range(len(more)))


def _too_long(steps: Steps, text: str, *above: str | int) -> Iterator[Found]:
    if len(text) > LONGEST:
        reason = (
            f"有 {len(text)} 个字，一条微信消息发不下（最多 {LONGEST} 个），后面的会被截掉："
            "请只留最要紧的几句，或者拆成几条"
        )
        yield (*above, *steps), reason


def replies_rules(replies: Mapping[str, str], keys: Mapping[str, Iterable[str]]) -> Iterator[Found]:
    """Everything about replies.yaml. ``keys`` gives each key the placeholders it may use; one that is not written is
    said in the words of the sample, so that a newer bot speaks with an older file."""
    for key, text in replies.items():
        if key not in keys:
            meant = suggestion(key, keys)
            yield (key,), f"不认识「{key}」，" + (f"是不是想写「{meant}」？" if meant else "请删掉")
            continue
        yield from _too_long((key,), text)
        allowed = sorted(keys[key])
        try:
            fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text)]
        except ValueError:
            yield (key,), "花括号没有配对：占位写成 {number} 这样；要显示花括号本身，请写两遍 {{ 或 }}"
            continue
        for name, spec, conversion in fields:
            if name is not None and (name not in allowed or spec or conversion):
                can = "、".join(f"{{{word}}}" for word in allowed) or "这一句不能用占位"
                yield (key,), f"不认识占位 {{{name}}}；可以用：{can}"

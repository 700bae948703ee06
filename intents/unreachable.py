"""What stands in the YAML of understanding and does nothing: rules that can never hold, words nobody uses, topics that
are one slip of the finger beside another."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ahocorasick_rs import AhoCorasick

from intents.finding import Finding, Path
from intents.lexicon import UnknownGroupError, expand
from intents.rules import positive_clauses
from intents.spec import FaqEntry, IntentSpec, LexiconSpec, Rule

READ_BY_CODE = frozenset({"药品", "物资", "单字", "急", "不急"})
"""Groups that do something though no rule names them: things one asks for, what calms, and what teaches haste."""

_SLIP = 3
"""Topics shorter than this are different words when one character differs: 防汛, 防疫."""


def unreachable(
    intents: Sequence[IntentSpec],
    lexicon: LexiconSpec,
    faq: Sequence[FaqEntry],
    normalise: Callable[[str], str],
) -> Iterator[Finding]:
    """Every rule, group and topic that does nothing, or not what it looks like. The groups all rules name exist."""
    for spec in intents:
        yield from _shadowed(spec, lexicon)
    yield from _alike(intents, lexicon)
    yield from _unused(intents, lexicon)
    yield from _topics(faq, normalise)


def _shadowed(spec: IntentSpec, lexicon: LexiconSpec) -> Iterator[Finding]:
    """Rules whose own words are forbidden by their ``none``, and orders of a single part."""
    for number, rule in enumerate(spec.rules):
        path: Path = ("intents", spec.id, "rules", number)
        try:
            forbidden, clauses = expand(rule.none, lexicon), positive_clauses(rule, lexicon)
        except UnknownGroupError:
            continue  # told elsewhere
        if forbidden and "" not in forbidden:
            automaton = AhoCorasick(sorted(forbidden))
            for clause in clauses:
                if clause and all(automaton.find_matches_as_strings(text) for text in clause):
                    word = min(automaton.find_matches_as_strings(min(clause)), key=len)
                    reason = (
                        f"规则“{rule.name}”永远说不中：要它出现的词里都有“{word}”这样的词，none 又不许它们出现；"
                        "请从 none 里删掉，或把这条规则删掉"
                    )
                    yield Finding(path, reason, "warning")
                    break
        if rule.within >= 0 and len(rule.all) < 2:
            reason = f"规则“{rule.name}”写了 within，all 里却不到两样，没有前后可言：请在 all 里补上，或删掉 within"
            yield Finding(path, reason, "warning")


def _alike(intents: Sequence[IntentSpec], lexicon: LexiconSpec) -> Iterator[Finding]:
    """Rules of the very same conditions: of one intent the weaker one never tells, of two they always disagree."""
    first: dict[object, tuple[IntentSpec, int, Rule]] = {}
    for spec in intents:
        for number, rule in enumerate(spec.rules):
            try:
                clauses = positive_clauses(rule, lexicon)
                words = expand(rule.words, lexicon)
                order = tuple(clauses) if rule.within >= 0 else frozenset(clauses)
                what = (order, words, expand(rule.none, lexicon), rule.within, rule.alone)
            except UnknownGroupError:
                continue
            there, place, same = first.setdefault(what, (spec, number, rule))
            if same is rule:
                continue
            where = "这个意图" if there is spec else there.id
            wish = "请删掉一条" if there is spec else "一句话只能是一个意思，请删掉一条，或各加上分得开的词"
            yield Finding(
                ("intents", spec.id, "rules", number),
                f"规则“{rule.name}”和{where}的规则“{same.name}”要的词一模一样：{wish}",
                "warning",
                ("intents", there.id, "rules", place),
            )


def _unused(intents: Sequence[IntentSpec], lexicon: LexiconSpec) -> Iterator[Finding]:
    used = {f"@{name}" for name in READ_BY_CODE}
    for spec in intents:
        used.update(spec.urgent)
        for rule in spec.rules:
            used.update((*rule.any, *rule.none, *rule.words))
            for part in rule.all:
                used.update((part,) if isinstance(part, str) else part)
    for words in lexicon.groups.values():
        used.update(words)
    for name in lexicon.groups:
        if f"@{name}" not in used:
            reason = f"词组“{name}”没有一条规则用到（规则里写成 '@{name}'）：请用上它，或删掉"
            yield Finding(("lexicon", "groups", name), reason, "warning")


def _topics(faq: Sequence[FaqEntry], normalise: Callable[[str], str]) -> Iterator[Finding]:
    """Topics that one entry has and that are nearly one that others have, too."""
    counts = Counter(entry.topic for entry in faq)
    plain: dict[str, list[str]] = {}
    for topic in counts:
        plain.setdefault(normalise(topic).replace(" ", ""), []).append(topic)
    by_hole: dict[str, list[str]] = {}
    for topic in counts:
        for hole in _holes(topic):
            by_hole.setdefault(hole, []).append(topic)
    for place, entry in enumerate(faq):
        topic = entry.topic
        if counts[topic] > 1:
            continue
        near = [*plain[normalise(topic).replace(" ", "")]]
        if len(topic) >= _SLIP:
            near += [other for hole in _holes(topic) for other in by_hole[hole] if len(other) >= _SLIP]
        meant = max(
            (other for other in near if counts[other] > 1), key=lambda one: (counts[one], one), default=""
        )
        if meant:
            reason = f"topic“{topic}”只有这一条，别的几条写的是“{meant}”：是不是想写“{meant}”？"
            yield Finding(("faq", place, "topic"), reason, "warning")


def _holes(topic: str) -> set[str]:
    """The topic, with any one character missing, and with any one unknown: two that share one of these differ by one
    character at most."""
    cut = {f"{topic[:at]}{topic[at + 1 :]}" for at in range(len(topic))}
    return {topic, *cut, *(f"{topic[:at]}?{topic[at + 1 :]}" for at in range(len(topic)))}

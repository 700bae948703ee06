"""Tells what in the YAML of understanding does not do what its author meant: every finding, with its place and a
reason in the words of the people who edit it."""

from collections.abc import Iterator, Sequence

from bot.model.understanding import Understanding
from intents.duplicates import duplicates, says_something
from intents.engine import Engine
from intents.finding import Finding, Path, short
from intents.lexicon import UnknownGroupError
from intents.rules import MARKS, positive_clauses
from intents.spec import FaqEntry, IntentSpec, LexiconSpec
from intents.unreachable import unreachable

__all__ = ["Finding", "Path", "check", "check_rules", "conflicts"]


def check(
    intents: Sequence[IntentSpec],
    lexicon: LexiconSpec,
    faq: Sequence[FaqEntry],
    *,
    semantic: bool = False,
    engine: Engine | None = None,
) -> list[Finding]:
    """Everything wrong. Rules that cannot be compiled are told alone: nothing can be tried while they are there.
    ``engine``, where there is one of all this already, spares making it."""
    if broken := check_rules(intents, lexicon):
        return broken
    engine = engine or Engine.build(intents, lexicon, faq, semantic=semantic)
    tried = [*_examples(engine, intents, faq), *_answers(engine, faq)]
    return [*conflicts(engine, intents, lexicon, faq), *tried]


def conflicts(
    engine: Engine, intents: Sequence[IntentSpec], lexicon: LexiconSpec, faq: Sequence[FaqEntry]
) -> list[Finding]:
    """What is wrong between entries and between rules, without trying a single example: quick enough to be asked after
    every save. ``engine`` is built of all this."""
    normalise = engine.reader.normalise
    return [*duplicates(faq, engine.faq, normalise), *unreachable(intents, lexicon, faq, normalise)]


def check_rules(intents: Sequence[IntentSpec], lexicon: LexiconSpec) -> list[Finding]:
    """What is wrong with groups of words and rules, each looked at alone: some of the files may be missing."""
    return [*_groups(lexicon), *_rules(intents, lexicon)]


def _groups(lexicon: LexiconSpec) -> Iterator[Finding]:
    for name, words in lexicon.groups.items():
        if "" in words:
            yield Finding(("lexicon", "groups", name), f"词组“{name}”里有一个空词，请删掉")
    for number, words in enumerate(lexicon.synonyms):
        if len(words) < 2:
            yield Finding(("lexicon", "synonyms", number), "一行同义词至少写两个词")
    for wrong, right in lexicon.replace.items():
        if not wrong:
            yield Finding(("lexicon", "replace"), f"“{right}”的错写是空的，请补上或删掉")


def _rules(intents: Sequence[IntentSpec], lexicon: LexiconSpec) -> Iterator[Finding]:
    for spec in intents:
        names: set[str] = set()
        for number, rule in enumerate(spec.rules):
            path: Path = ("intents", spec.id, "rules", number)
            if rule.name in names:
                yield Finding(path, f"规则名“{rule.name}”用了两次，请换一个")
            names.add(rule.name)
            if not 0 < rule.weight <= 1:
                yield Finding(path, f"规则“{rule.name}”的 weight 是 {rule.weight}，应当大于 0、不超过 1")
            try:
                clauses = positive_clauses(rule, lexicon)
                if rule.none:
                    positive_clauses(type(rule)(rule.name, any=rule.none), lexicon)
            except UnknownGroupError as error:
                yield Finding(path, f"规则“{rule.name}”：{error}")
                continue
            if not clauses or not all(clauses):
                yield Finding(
                    path, f"规则“{rule.name}”没有写要出现什么词：any、all、words 至少写一样，也不能是空的"
                )
            for text in sorted({text for clause in clauses for text in clause}):
                if not text:
                    yield Finding(path, f"规则“{rule.name}”里有一个空词，请删掉")
                elif text.startswith("<") and text not in MARKS:
                    yield Finding(
                        path, f"规则“{rule.name}”里的记号 {text} 不认识，可用的有：{'、'.join(MARKS)}"
                    )


def _examples(engine: Engine, intents: Sequence[IntentSpec], faq: Sequence[FaqEntry]) -> Iterator[Finding]:
    said: dict[str, str] = {}
    places = {entry.id: place for place, entry in enumerate(faq)}
    for spec in intents:
        hit: set[str] = set()
        for key, number, text in spec.sentences():
            path: Path = ("intents", spec.id, key, number)
            same = said.setdefault(engine.reader.normalise(text), spec.id)
            if same != spec.id:
                yield Finding(path, f"“{short(text)}”在 {same} 里也写了：同一句话只能是一个意思，请删掉一处")
            hit |= {match.rule for match in engine.matches(text) if match.intent == spec.id}
            got = engine.understand(text)
            if got.intent == spec.id or same != spec.id:
                continue
            if got.faq and got.faq.id in places:
                yield _taken(text, spec, path, got, ("faq", places[got.faq.id], "questions"))
            else:
                reason = f"例句“{short(text)}”听成了 {got.intent}（{_because(got.why.rule, got.why.words)}）"
                yield Finding(path, reason)
        for number, text in enumerate(spec.not_examples):
            got = engine.understand(text)
            if got.intent == spec.id:
                reason = f"反例“{short(text)}”也听成了这个意思（{_because(got.why.rule, got.why.words)}）"
                yield Finding(("intents", spec.id, "not_examples", number), reason)
        for number, rule in enumerate(spec.rules):
            if rule.name not in hit:
                reason = f"规则“{rule.name}”没有一条例句用到：请在 examples 里加一句，或删掉这条规则"
                yield Finding(("intents", spec.id, "rules", number), reason)


def _taken(text: str, spec: IntentSpec, path: Path, got: Understanding, entry: Path) -> Finding:
    """An example of an intent that an entry of the FAQ answers: told at the entry, which is what changes daily."""
    answered = got.faq.id if got.faq else ""
    reason = (
        f"{answered} 抢了{spec.title}（{spec.id}）的例句“{short(text)}”（{_because('', got.why.words)}）："
        f"这样说的人会得到一条答案，事情却没有登记；请给 {answered} 加上 not_examples: [{short(text)}]"
    )
    return Finding(entry, reason, "error", path)


def _answers(engine: Engine, faq: Sequence[FaqEntry]) -> Iterator[Finding]:
    said: dict[str, int] = {}
    for place, entry in enumerate(faq):
        if not entry.enabled:
            continue
        for key, texts in (("questions", entry.questions), ("examples", entry.examples)):
            for number, text in enumerate(texts):
                asked = engine.faq.taken_apart(engine.reader.normalise(text))
                there = said.setdefault(asked.said, place) if key == "questions" else place
                if there != place or not says_something(asked):
                    continue  # told by duplicates()
                got = engine.understand(text)
                if got.faq is None or got.faq.id != entry.id:
                    reason = f"问“{short(text)}”{_instead(got, entry, key)}"
                    yield Finding(("faq", place, key, number), reason)
        for number, text in enumerate(entry.not_examples):
            got = engine.understand(text)
            if got.faq is not None and got.faq.id == entry.id:
                reason = (
                    f"问“{short(text)}”不该由 {entry.id} 回答，却答了（{_because('', got.why.words)}）："
                    f"请看看 questions 里是不是有一句和它太像"
                )
                yield Finding(("faq", place, "not_examples", number), reason)


def _instead(got: Understanding, entry: FaqEntry, key: str) -> str:
    """What is done with a question that this entry should answer, and what to write."""
    mine = "请把这句话加进 questions" if key == "examples" else "请换个说法"
    if got.faq:
        because = _because("", got.why.words)
        return f"答的是 {got.faq.id}，不是 {entry.id}（{because}）：{mine}，或把它写进 {got.faq.id} 的 not_examples"
    if got.action == "suggest":
        return f"没有答，只会列出 {'、'.join(got.suggest)} 让居民挑，不是 {entry.id}：{mine}"
    because = _because(got.why.rule, got.why.words)
    return f"没有答，当成了 {got.intent}，不是 {entry.id}（{because}）：{mine}，问得完整些，例如“……怎么办”"


def _because(rule: str, words: Sequence[str]) -> str:
    said = f"词：{'、'.join(words)}"
    if not rule:
        return said if words else "没有规则说中"
    return f"规则 {rule}，{said}" if words else f"规则 {rule}"

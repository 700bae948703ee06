"""Tells what in the YAML of understanding does not do what its author meant: every finding, with its place and a
reason in the words of the people who edit it."""

from collections.abc import Iterator, Sequence

from intents import trying
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
            if same == spec.id and (wrong := trying.example(engine, spec, path, text, places)):
                yield wrong
        for number, text in enumerate(spec.not_examples):
            if wrong := trying.near_miss(engine, spec, ("intents", spec.id, "not_examples", number), text):
                yield wrong
        for number, rule in enumerate(spec.rules):
            if rule.name not in hit:
                reason = f"规则“{rule.name}”没有一条例句用到：请在 examples 里加一句，或删掉这条规则"
                yield Finding(("intents", spec.id, "rules", number), reason)


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
                if wrong := trying.question(engine, entry, ("faq", place, key, number), text):
                    yield wrong
        for number, text in enumerate(entry.not_examples):
            if wrong := trying.other_question(engine, entry, ("faq", place, "not_examples", number), text):
                yield wrong

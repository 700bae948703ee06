"""Tries one sentence of the YAML that is a test, and tells what is wrong in the words of those who edit it."""

from collections.abc import Mapping, Sequence

from bot.model.understanding import Understanding
from intents.engine import Engine
from intents.finding import Finding, Path, short
from intents.spec import FaqEntry, IntentSpec


def example(
    engine: Engine, spec: IntentSpec, path: Path, text: str, places: Mapping[str, int]
) -> Finding | None:
    """A sentence that must be understood as this intent. ``places``: where each entry of the FAQ stands, by id."""
    got = engine.understand(text)
    if got.intent == spec.id:
        return None
    if got.faq and got.faq.id in places:
        return _taken(text, spec, path, got, ("faq", places[got.faq.id], "questions"))
    return Finding(path, f"例句“{short(text)}”听成了 {got.intent}（{_because(got.why.rule, got.why.words)}）")


def near_miss(engine: Engine, spec: IntentSpec, path: Path, text: str) -> Finding | None:
    """A sentence that must not be understood as this intent."""
    got = engine.understand(text)
    if got.intent != spec.id:
        return None
    return Finding(path, f"反例“{short(text)}”也听成了这个意思（{_because(got.why.rule, got.why.words)}）")


def question(engine: Engine, entry: FaqEntry, path: Path, text: str) -> Finding | None:
    """A question that this entry must answer."""
    got = engine.understand(text)
    if got.faq is not None and got.faq.id == entry.id:
        return None
    return Finding(path, f"问“{short(text)}”{_instead(got, entry, str(path[2]))}")


def other_question(engine: Engine, entry: FaqEntry, path: Path, text: str) -> Finding | None:
    """A question that this entry must not answer."""
    got = engine.understand(text)
    if got.faq is None or got.faq.id != entry.id:
        return None
    reason = (
        f"问“{short(text)}”不该由 {entry.id} 回答，却答了（{_because('', got.why.words)}）："
        f"请看看 questions 里是不是有一句和它太像"
    )
    return Finding(path, reason)


def _taken(text: str, spec: IntentSpec, path: Path, got: Understanding, entry: Path) -> Finding:
    """An example of an intent that an entry of the FAQ answers: told at the entry, which is what changes daily."""
    answered = got.faq.id if got.faq else ""
    reason = (
        f"{answered} 抢了{spec.title}（{spec.id}）的例句“{short(text)}”（{_because('', got.why.words)}）："
        f"这样说的人会得到一条答案，事情却没有登记；请给 {answered} 加上 not_examples: [{short(text)}]"
    )
    return Finding(entry, reason, "error", path)


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

"""What the scorer goes by (intents/scorer.py), in words for those who edit data/."""

from collections.abc import Sequence


def in_words(feature: str) -> str:
    """A feature as people read it."""
    if feature.startswith("="):
        return f"说中了 {feature[1:]} 的规则"
    if feature.startswith("@"):
        return f"词组“{feature[1:]}”"
    if feature.startswith("<"):
        return feature
    word = feature.removeprefix("_").strip("^$")
    where = "开头的" if feature[:1] == "^" else "结尾的" if feature[-1:] == "$" else ""
    return f"{where}“{word}”"


def runs(pairs: Sequence[str]) -> tuple[str, ...]:
    """Pairs of characters, those that hang together as one: 几点, 点开, 开始 are 几点开始."""
    found = list(pairs)
    n = 0
    while n < len(found):
        tail = next((one for one in found if one is not found[n] and one[:1] == found[n][-1:]), None)
        if tail is None:
            n += 1
            continue
        found[n] += tail[1:]
        found.remove(tail)
        n = 0
    return tuple(found)

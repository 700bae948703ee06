"""What the scorer goes by (intents/scorer.py), in words for those who edit data/."""


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

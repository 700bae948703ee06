"""The lexicon's groups, and jieba: the only file that imports it."""

import logging
import warnings
from collections.abc import Iterable
from typing import Any

from intents.spec import LexiconSpec


class UnknownGroupError(ValueError):
    """A rule names a group of words that lexicon.yaml does not have."""


def expand(texts: Iterable[str], lexicon: LexiconSpec) -> frozenset[str]:
    """The texts with every "@组名" replaced by the words of that group; groups may name groups.

    Raises UnknownGroupError, worded for the person who wrote the rule."""
    return frozenset(_expand(texts, lexicon, ()))


def _expand(texts: Iterable[str], lexicon: LexiconSpec, inside: tuple[str, ...]) -> Iterable[str]:
    for text in texts:
        if not text.startswith("@"):
            yield text
            continue
        name = text[1:]
        if name in inside:
            raise UnknownGroupError(f"词组“{name}”绕回了自己：{' -> '.join((*inside, name))}")
        if name not in lexicon.groups:
            known = "、".join(sorted(lexicon.groups))
            raise UnknownGroupError(
                f"没有叫“{name}”的词组，请在 lexicon.yaml 的 groups 里加上，或改成已有的：{known}"
            )
        yield from _expand(lexicon.groups[name], lexicon, (*inside, name))


class Words:
    """Cuts texts into words. jieba and its dictionary (0.7 s, 80 MB) are loaded at the first call, quietly."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._extra = tuple(extra)
        self._jieba: Any = None

    def __call__(self, text: str) -> tuple[str, ...]:
        """The words of the text in order: "帮我买药" -> ("帮", "我", "买药")."""
        if self._jieba is None:
            self._jieba = self._load()
        return tuple(self._jieba.lcut(text, HMM=False))

    def _load(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jieba imports pkg_resources, which warns of its own end
            import jieba
        jieba.setLogLevel(logging.ERROR)
        cutter = jieba.Tokenizer()
        # Not initialize(): that reads and writes a cache in the shared temporary folder, which anyone may have put there.
        cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
        cutter.initialized = True
        for word in self._extra:
            cutter.add_word(word)
        return cutter

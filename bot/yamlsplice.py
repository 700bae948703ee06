"""Changes single values of a YAML text and leaves every other character of it as it is: comments, order, blank lines,
quotes, indentation, line ends. Works on the nodes that bot/yamlfile.py read, by the places they were read at."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = [
    "MappingNode", "Node", "SequenceNode", "Splice", "Value", "block_entry", "drop_key", "end_of", "in_brackets", "line_end",
    "line_start", "newline", "pair_of", "set_key", "set_list", "spliced", "value_span", "written",
]  # fmt: skip

Value = str | bool | date | float | Sequence[str]
"""What a key may be set to."""

_UNSHOWN = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML wants written as \\u...., a byte order mark inside a text and Unicode's line ends among them."""
_STRING = "tag:yaml.org,2002:str"
_HEADER = re.compile(r"[|>][-+0-9]*([ \t]+#[^\r\n]*)?")


@dataclass(frozen=True, slots=True)
class Splice:
    """One place of a text, and what comes there instead."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all of them made; none may overlap another."""
    parts: list[str] = []
    done = 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        parts += (text[done : splice.start], splice.text)
        done = splice.end
    return "".join((*parts, text[done:]))


def line_start(text: str, index: int) -> int:
    """Where the line begins."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """Where the line ends, its line end not included."""
    end = text.find("\n", index)
    if end < 0:
        return len(text)
    return end - 1 if end > index and text[end - 1] == "\r" else end


def newline(text: str) -> str:
    """How lines end here."""
    return "\r\n" if "\r\n" in text else "\n"


def value_span(text: str, key: Node, value: Node) -> tuple[int, int]:
    """Where the value of a key stands: for an empty one, right behind the colon."""
    if isinstance(value, ScalarNode) and value.style is None and not value.value:
        colon = text.index(":", key.end_mark.index) + 1
        return colon, colon
    return value.start_mark.index, end_of(text, value)


def end_of(text: str, node: Node) -> int:
    """Where a node's own words end: YAML counts blank lines and comments behind a block to it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode):
        return int(start + len(text[start:end].rstrip()) if node.style in ("|", ">") else end)
    if in_brackets(node) or not node.value:
        return int(end)
    if isinstance(node, MappingNode):
        return value_span(text, *node.value[-1])[1]
    return end_of(text, node.value[-1])


def in_brackets(node: Node) -> bool:
    """True for a list or mapping written as [a, b] or {a: b}."""
    return isinstance(node, (MappingNode, SequenceNode)) and bool(node.flow_style)


def pair_of(mapping: MappingNode, key: str) -> tuple[Node, Node] | None:
    """A key of a mapping and its value."""
    return next(((k, v) for k, v in mapping.value if isinstance(k, ScalarNode) and k.value == key), None)


def set_key(
    text: str, mapping: MappingNode, key: str, value: Value, order: Sequence[str], gone: Collection[str] = ()
) -> Iterator[Splice]:
    """Set a key; a new one comes behind the last of those that ``order`` puts before it and that are not ``gone`` (taken
    out at the same time)."""
    pair = pair_of(mapping, key)
    flow = bool(mapping.flow_style)
    if pair is not None:
        yield from _set_value(text, mapping, *pair, value)
        return
    before = order[: order.index(key)]
    known = [(k, v) for k, v in mapping.value if k.value in before and k.value not in gone]
    _, end = value_span(text, *(known or mapping.value[:1])[-1])
    if flow:
        yield Splice(end, end, f", {key}: {written(value, flow=True)}")
        return
    column = mapping.start_mark.column
    at, break_ = line_end(text, end), newline(text)
    yield Splice(at, at, f"{break_}{' ' * column}{key_and_value(key, value, column, break_)}")


def key_and_value(key: str, value: Value, column: int, break_: str) -> str:
    """A key of a block mapping in that column, with its value; several lines where the value has them."""
    if isinstance(value, str) and "\n" in value and not _UNSHOWN.search(value):
        return f"{key}: |-{_block(value, column + 2, break_)}"
    return f"{key}: {written(value)}"


def drop_key(text: str, mapping: MappingNode, key: str) -> Iterator[Splice]:
    """Take a key out, with its lines; nothing when it is not there."""
    place = next((n for n, (k, _) in enumerate(mapping.value) if k.value == key), None)
    if place is None:
        return
    pair = mapping.value[place]
    start, (first, end) = pair[0].start_mark.index, value_span(text, *pair)
    if mapping.flow_style:
        yield _drop_flow(text, mapping, place)
    elif place:
        yield _whole_lines(text, start, end)
    else:  # it stands behind the dash
        following = mapping.value[1][0].start_mark.index if len(mapping.value) > 1 else end
        bare = len(mapping.value) > 1 and not text[end:following].strip()
        yield Splice(start, following, "") if bare else _nothing(first, end)


def written(value: Value, *, like: str | None = None, flow: bool = False) -> str:
    """A value on one line. ``like``: the quotes to write a text in, where it bears them; None: none where it needs none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return f"{value:g}"
    if not isinstance(value, str):
        return f"[{', '.join(written(one, flow=True) for one in value)}]"
    if like == '"' or "\n" in value or _UNSHOWN.search(value):
        return _double(value)
    if like != "'" and _plain(value, flow=flow):
        return value
    return "'" + value.replace("'", "''") + "'"


def set_list(text: str, sequence: SequenceNode, wanted: Sequence[str]) -> Iterator[Splice]:
    """Make a list of texts that one: what stays keeps its place and looks, what is new comes last."""
    items: list[Node] = list(sequence.value)
    kept = [item for item in items if _said(item) in wanted]
    known = [_said(item) for item in kept]
    new = list(dict.fromkeys(one for one in wanted if one not in known))
    like = items[-1].style if items and isinstance(items[-1], ScalarNode) else None
    start, end = sequence.start_mark.index, end_of(text, sequence)
    if not items:
        yield Splice(start, end, written(list(wanted)))
    elif sequence.flow_style:
        inside = text[start:end]
        if "\n" not in inside and "#" not in inside:
            parts = [text[item.start_mark.index : item.end_mark.index] for item in kept]
            parts += [written(one, like=like, flow=True) for one in new]
            yield Splice(start + 1, end - 1, ", ".join(parts))
            return
        yield from _flow_lines(text, sequence, kept, [written(one, like=like, flow=True) for one in new])
    else:
        yield from _block_lines(text, sequence, kept, [written(one, like=like) for one in new])


def _set_value(text: str, mapping: MappingNode, key: Node, node: Node, value: Value) -> Iterator[Splice]:
    start, end = value_span(text, key, node)
    flow = bool(mapping.flow_style)
    blank = ""
    if start == end:  # nothing behind the colon but blanks, or a remark
        blank = " "
        end = end if text[end : line_end(text, end)].strip() else line_end(text, end)
    if not isinstance(value, str):
        if isinstance(value, Sequence) and isinstance(node, SequenceNode):
            yield from set_list(text, node, value)
        else:
            yield Splice(start, end, blank + written(value, flow=flow))
        return
    style = node.style if isinstance(node, ScalarNode) else None
    block = style in ("|", ">")
    if flow or _UNSHOWN.search(value) or ("\n" not in value and not block):
        behind = _remark(text, start) if block else ""
        yield Splice(start, end, blank + written(value, like=style, flow=flow) + behind)
        return
    break_, column = newline(text), mapping.start_mark.column
    if block:
        indent = _indent_of(text, start, end) or column + 2
        old = _HEADER.match(text, start)
        mark = text[start : old.start(1) if old and old[1] else old.end()] if old else "|-"
        mark = mark if re.fullmatch(r"\|[-+]?", mark) else "|-"
        yield Splice(start, end, mark + _remark(text, start) + _block(value, indent, break_))
        return
    behind = text[end : line_end(text, end)]
    upto = end + len(behind) if behind.strip() else end  # a remark would become part of the text
    remark = behind.rstrip() if behind.strip() else ""
    yield Splice(start, upto, f"{blank}|-{remark}{_block(value, column + 2, break_)}")


def _said(item: Node) -> str:
    """The text of an item, as it is compared."""
    return "\n".join(line.rstrip() for line in str(item.value).strip().split("\n"))


def _remark(text: str, start: int) -> str:
    """The remark behind the sign that a block of lines begins with."""
    found = _HEADER.match(text, start)
    return (found[1] or "") if found else ""


def _indent_of(text: str, start: int, end: int) -> int:
    lines = text[start:end].splitlines()[1:]
    return min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)


def _block(value: str, indent: int, break_: str) -> str:
    return "".join(break_ + (" " * indent + line if line else "") for line in value.split("\n"))


def _plain(value: str, *, flow: bool) -> bool:
    """True for a text that YAML reads as itself without quotes."""
    if not value or value != value.strip() or value[0] in "-?:,[]{}#&*!|>'\"%@`" or "\t" in value:
        return False
    try:
        root = YAML(typ="safe", pure=True).compose(f"[{value}, z]" if flow else f"k: {value}\nz: z\n")
    except YAMLError:
        return False
    if len(root.value) != 2:
        return False
    node = root.value[0] if flow else root.value[0][1]
    return (
        isinstance(node, ScalarNode)
        and node.style is None
        and node.value == value
        and str(node.tag) == _STRING
    )


def _double(value: str) -> str:
    def escaped(found: re.Match[str]) -> str:
        code = ord(found[0])
        return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"

    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_UNSHOWN.sub(escaped, text)}"'


def _whole_lines(text: str, start: int, end: int) -> Splice:
    """From the line something begins on to the line it ends on; the last line of a file without a line end takes the one
    before it along."""
    first, last = line_start(text, start), line_end(text, end)
    following = line_start(text, text.find("\n", last) + 1) if "\n" in text[last:] else len(text)
    if following == len(text) and not text.endswith("\n"):
        return Splice(len(text[:first].rstrip()), following, "")
    return Splice(first, following, "")


def _nothing(start: int, end: int) -> Splice:
    """No value instead of one; where there is none already, nothing changes."""
    return Splice(start, end, "null" if end > start else "")


def _drop_flow(text: str, mapping: MappingNode, place: int) -> Splice:
    pairs = mapping.value
    first, end = value_span(text, *pairs[place])
    if place:
        before = value_span(text, *pairs[place - 1])[1]
        gap = text[before : pairs[place][0].start_mark.index]
        return _nothing(first, end) if "#" in gap else Splice(before, end, "")
    following = pairs[1][0].start_mark.index if len(pairs) > 1 else end
    if "#" in text[end:following]:
        return _nothing(first, end)
    return Splice(pairs[0][0].start_mark.index, following, "")


def _flow_lines(
    text: str, sequence: SequenceNode, kept: Sequence[Node], new: Sequence[str]
) -> Iterator[Splice]:
    """A list in brackets over several lines: an item of its own line comes and goes with the line."""
    for item in sequence.value:
        if any(item is one for one in kept):
            continue
        comma = re.compile(r"\s*,[ \t]*").match(text, item.end_mark.index)
        start, end = item.start_mark.index, comma.end() if comma else item.end_mark.index
        alone = (
            not text[line_start(text, start) : start].strip() and not text[end : line_end(text, end)].strip()
        )
        yield _whole_lines(text, start, end) if alone else Splice(start, end, "")
    if not new:
        return
    if not kept:
        at = sequence.start_mark.index + 1
        yield Splice(at, at, ", ".join(new) + ", ")
        return
    last = kept[-1]
    at = last.end_mark.index
    lead = text[line_start(text, last.start_mark.index) : last.start_mark.index]
    behind = text[at : line_end(text, at)]
    own_lines = not lead.strip() and not behind.strip(" \t,")
    between = f",{newline(text)}{lead}" if own_lines else ", "
    yield Splice(at, at, "".join(between + one for one in new))


def _block_lines(
    text: str, sequence: SequenceNode, kept: Sequence[Node], new: Sequence[str]
) -> Iterator[Splice]:
    break_, items = newline(text), sequence.value
    dash = " " * sequence.start_mark.column
    gap = " " * max(items[0].start_mark.column - sequence.start_mark.column - 1, 1)
    lines = [f"{dash}-{gap}{one}" for one in new]
    if kept:
        at = line_end(text, end_of(text, kept[-1]))
        yield from [Splice(at, at, "".join(break_ + line for line in lines))] if lines else []
    elif lines:
        at = line_start(text, items[0].start_mark.index)
        yield Splice(at, at, "".join(line + break_ for line in lines))
    for item in items:
        if not any(item is one for one in kept):
            yield _whole_lines(text, item.start_mark.index, end_of(text, item))


def block_entry(values: Mapping[str, Value], column: int, break_: str, *, flow_lists: bool, dash: int) -> str:
    """The lines of a block mapping in that column, its first line without indentation. ``flow_lists``: lists in brackets;
    ``dash``: else so far their dashes stand behind the column."""
    lines: list[str] = []
    for key, value in values.items():
        if isinstance(value, Sequence) and not isinstance(value, str) and not flow_lists:
            lines.append(f"{key}:")
            lines += [f"{' ' * dash}- {written(one)}" for one in value]
        else:
            lines.append(key_and_value(key, value, column, break_))
    return f"{break_}{' ' * column}".join(lines)

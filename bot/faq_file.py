"""An edit from the chat, written into faq.yaml: only the lines of its entry change.

The text is spliced at the places YAML was read from, never dumped anew, and then read again: every other entry has to be
equal, and the one concerned as it was wanted; else the edit is refused and nothing is written.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.model.edit import Edit
from bot.yamlfile import Document, Invalid, document_of
from bot.yamlsplice import (
    MappingNode,
    Node,
    SequenceNode,
    Splice,
    Value,
    block_entry,
    drop_key,
    end_of,
    in_brackets,
    line_end,
    line_start,
    newline,
    pair_of,
    set_key,
    spliced,
    written,
)

ORDER = (
    "id", "topic", "questions", "answer", "source", "valid_from", "valid_until", "cooldown_minutes", "enabled",
    "examples", "not_examples",
)  # fmt: skip
"""How the keys of a new entry follow each other, and behind which a new key of an old one comes."""

DAYS = ("valid_from", "valid_until")
"""Keys whose values are days: 2022-11-30."""

MORE, LESS = "+", "-"
"""Behind a key: texts to add to its list (questions+), and to take out of it (questions-)."""

OTHER_TOPIC = "其他"
"""Topic of an entry that was given none."""

_BOM = "\ufeff"
_FILE = Path("faq.yaml")
_BROKEN = "faq.yaml 现在没写好，可能有人正在改：等他存好再来，或者发 /faq 回退。{}"
_ODD = "这一条在文件里的写法特别，小巷改不了，请管理员直接改 faq.yaml"


class CannotApply(ValueError):
    """The edit cannot be made in the file as it is; says why and what to do, in Chinese."""


def apply(text: str, edit: Edit) -> str:
    """The text of faq.yaml with the edit made. A byte order mark and all line ends stay.

    Raises CannotApply, also when the text is not YAML to begin with.
    """
    bom, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    try:
        document = document_of(_FILE, text)
    except Invalid as error:
        raise CannotApply(_BROKEN.format(error.problems[0])) from error
    if document.problems:
        raise CannotApply(_BROKEN.format(document.problems[0]))
    if not isinstance(document.root, SequenceNode):
        raise CannotApply("faq.yaml 不是一条一条的列表，请管理员看一下文件")
    after = _added(text, document, edit) if edit.kind == "add" else _changed(text, document, edit)
    try:
        written_down = document_of(_FILE, after)
    except Invalid as error:
        raise CannotApply(_ODD) from error
    _prove(document, written_down, edit)
    return bom + after


def settled(values: Mapping[str, object], entry: Mapping[str, Any]) -> dict[str, object]:
    """The edit's keys with their new values, given the entry as it is: lists that are added to or taken from are whole."""
    found: dict[str, object] = {}
    for key, value in values.items():
        name = key.rstrip(MORE + LESS)
        if name == key:
            found[key] = value
            continue
        now = found.get(name, entry.get(name) or [])
        assert isinstance(now, Sequence) and isinstance(value, Sequence)
        texts, given = [_text(str(one)) for one in now], [_text(str(one)) for one in value]
        if key.endswith(MORE):
            found[name] = list(dict.fromkeys((*texts, *given)))
        else:
            found[name] = [one for one in texts if one not in given]
    return found


def _changed(text: str, document: Document, edit: Edit) -> str:
    place = _place(document, edit.entry)
    node = document.root.value[place]
    splices: list[Splice] = []
    values = settled(edit.values, document.data[place])
    gone = {key for key, value in values.items() if value is None}
    for key, value in sorted(values.items(), key=_rank):
        if key not in ORDER or key == "id":
            raise CannotApply(f"这一项不能在群里改：{key}")
        if value is None:
            splices += drop_key(text, node, key)
        elif not _same(document.data[place].get(key), value):
            if not value and not isinstance(value, bool):
                raise CannotApply("问法至少留一种" if key == "questions" else "内容不能是空的")
            splices += set_key(text, node, key, _value(key, value), ORDER, gone)
    return spliced(text, _joined(splices))


def _rank(item: tuple[str, object]) -> int:
    return ORDER.index(item[0]) if item[0] in ORDER else len(ORDER)


def _joined(splices: Sequence[Splice]) -> list[Splice]:
    """What is put in at one and the same place comes there in the order it was asked for."""
    by_place: dict[tuple[int, int], Splice] = {}
    for one in splices:
        before = by_place.get((one.start, one.end))
        text = one.text if before is None else before.text + one.text
        by_place[one.start, one.end] = Splice(one.start, one.end, text)
    return list(by_place.values())


def _added(text: str, document: Document, edit: Edit) -> str:
    entries: list[Any] = document.data
    if any(entry.get("id") == edit.entry for entry in entries if isinstance(entry, dict)):
        raise CannotApply(f"编号「{edit.entry}」已经有人用了，请再发一次")
    given = {"id": edit.entry, **edit.values}
    given["topic"] = given.get("topic") or OTHER_TOPIC
    values = {key: _value(key, given[key]) for key in ORDER if given.get(key) is not None}
    nodes: list[Node] = document.root.value
    if not nodes:
        return spliced(
            text, [Splice(document.root.start_mark.index, document.root.end_mark.index, _flow([values]))]
        )
    place = _behind(entries, str(values["topic"]))
    end = end_of(text, nodes[place])
    if in_brackets(document.root):
        return spliced(text, [Splice(end, end, f", {_flow([values])[1:-1]}")])
    like = nodes[place]
    break_, dash = newline(text), document.root.start_mark.column
    lists = pair_of(like, "questions") if isinstance(like, MappingNode) else None
    flow_lists = not lists or in_brackets(lists[1])
    column = like.start_mark.column if isinstance(like, MappingNode) and not in_brackets(like) else dash + 2
    inner = lists[1].start_mark.column - column if lists and not flow_lists else 0
    lines = block_entry(values, column, break_, flow_lists=flow_lists, dash=inner)
    at = line_end(text, end)
    blank = break_ * _blank_lines(text, nodes, place)
    return spliced(text, [Splice(at, at, f"{break_}{blank}{' ' * dash}-{' ' * (column - dash - 1)}{lines}")])


def _flow(entries: Sequence[Mapping[str, Value]]) -> str:
    inner = (
        ", ".join(f"{key}: {written(value, flow=True)}" for key, value in one.items()) for one in entries
    )
    return f"[{', '.join(f'{{{one}}}' for one in inner)}]"


def _behind(entries: Sequence[Any], topic: str) -> int:
    """The last entry of the topic; where there is none, the last of all."""
    same = [n for n, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("topic") == topic]
    return same[-1] if same else len(entries) - 1


def _blank_lines(text: str, nodes: Sequence[Node], place: int) -> int:
    """How many blank lines stand between this entry and the one before it, or behind it."""
    first, second = (place - 1, place) if place else (0, 1)
    if second >= len(nodes):
        return 0
    between = text[
        line_end(text, end_of(text, nodes[first])) : line_start(text, nodes[second].start_mark.index)
    ]
    lines = between.splitlines()[1:]
    remarks = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    return min(remarks, 2)


def _place(document: Document, id_: str) -> int:
    places = [
        n for n, entry in enumerate(document.data) if isinstance(entry, dict) and entry.get("id") == id_
    ]
    if not places:
        raise CannotApply(f"faq.yaml 里没有「{id_}」这一条了，可能刚被删掉：/faq 列表 看一下")
    if len(places) > 1:
        raise CannotApply(f"faq.yaml 里编号「{id_}」用了两次，请管理员先改好文件")
    if not isinstance(document.root.value[places[0]], MappingNode):
        raise CannotApply(f"faq.yaml 里「{id_}」的写法认不出来，请管理员看一下文件")
    return places[0]


def _value(key: str, value: object) -> Value:
    """What came out of the ledger as what YAML is written from: days are days, texts stripped, with one kind of line end."""
    if isinstance(value, (bool, date, int, float)):
        return value
    if isinstance(value, str) and key in DAYS:
        return date.fromisoformat(value)
    if isinstance(value, str):
        return _text(value)
    assert isinstance(value, Sequence)
    return [_text(str(one)) for one in value]


def _text(value: str) -> str:
    lines = value.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _same(now: Any, wanted: object) -> bool:
    """True when a value that was read says the same as one that was wanted: all scalars are read as text."""
    if wanted is None or now is None:
        return now is wanted
    if isinstance(now, list):
        return isinstance(wanted, Sequence) and [_text(str(one)) for one in now] == [
            _text(str(one)) for one in wanted
        ]
    if isinstance(wanted, bool):
        return str(now).lower() == str(wanted).lower()
    return _text(str(now)) == (f"{wanted:g}" if isinstance(wanted, (int, float)) else _text(str(wanted)))


def _bare(value: Any) -> Any:
    """What was read as it counts: blank ends of texts do not, and the end of a block is one when a line comes behind it."""
    if isinstance(value, dict):
        return {key: _bare(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return value.strip() if isinstance(value, str) else value


def _prove(before: Document, after: Document, edit: Edit) -> None:
    """Every other entry is equal and in its place; the one concerned has what was wanted, and otherwise what it had."""
    old, new = list(before.data), list(after.data) if isinstance(after.data, list) else []
    places = [n for n, entry in enumerate(new) if isinstance(entry, dict) and entry.get("id") == edit.entry]
    if len(places) != 1 or after.problems:
        raise CannotApply(_ODD)
    got = new.pop(places[0])
    had: dict[str, Any] = {"id": edit.entry}
    if edit.kind == "add":
        had["topic"] = OTHER_TOPIC
    else:
        had = old.pop(places[0])
    wanted = {**had, **settled(edit.values, had)}
    if edit.kind == "add" and not wanted["topic"]:
        wanted["topic"] = OTHER_TOPIC
    keys = {*wanted, *got}
    if _bare(old) != _bare(new) or not all(_same(got.get(key), wanted.get(key)) for key in keys):
        raise CannotApply(_ODD)

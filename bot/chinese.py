"""Chinese on the command line: click's own words, and help that is laid out for characters two columns wide."""

import gettext
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

_LOCALE = Path(__file__).parent / "locale"

_WIDE = r"\u2e80-\u9fff\uff00-\uffef"
_CLOSING = r"，。、；：！？）」』”》…,.;:!?)"
_PIECE = re.compile(rf"\s+|[（「『“《(]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*")
_JOINT = re.compile(rf"(?<=[{_WIDE}])\n\s*(?=[{_WIDE}])")

_VALUES = {
    "text": "文字",
    "integer": "整数",
    "integer range": "整数",
    "float": "小数",
    "float range": "小数",
    "boolean": "是否",
    "filename": "文件",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
}
"""What click calls a kind of value -> what stands for such a value in help."""


def speak_chinese() -> None:
    """Let click speak Chinese, whatever the machine's language is. Call it before commands are defined.

    click looks its words up in gettext's default domain at the moment it needs them, in the language that
    LANGUAGE names before LC_ALL and LANG; only that variable of this process is set.
    """
    gettext.bindtextdomain("messages", str(_LOCALE))
    os.environ["LANGUAGE"] = "zh_CN"


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrapped(text: str, wide: int) -> list[str]:
    """The text in lines of at most ``wide`` columns, broken at spaces and between Chinese characters.

    A closing mark stays with what it closes; a longer word without a space gets a line of its own.
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text.strip()):
        if line and columns(line + piece.rstrip()) > wide:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line else lines


class ChineseFormatter(click.HelpFormatter):
    """Aligns and wraps by columns, where click counts characters."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How the command is called."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """The title of a list."""
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        r"""Paragraphs, wrapped; one that begins with \b keeps its lines."""
        room = max(self.width - self.current_indent, 20)
        paragraphs = []
        for paragraph in re.split(r"\n\s*\n", text):
            if paragraph.startswith("\b"):
                paragraphs.append(paragraph.lstrip("\b\n").splitlines())
            else:
                paragraphs.append(wrapped(" ".join(_JOINT.sub("", paragraph).split("\n")), room))
        indent = " " * self.current_indent
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms with what they mean, the meanings in one column."""
        table = list(rows)
        first = min(max((columns(term) for term, _ in table), default=0), col_max) + col_spacing
        room = max(self.width - self.current_indent - first, 20)
        for term, meaning in table:
            lines = wrapped(meaning, room)
            gap = first - columns(term)
            self.write(" " * self.current_indent + term)
            if lines and gap >= col_spacing:
                self.write(" " * gap + lines.pop(0))
            self.write("\n")
            for line in lines:
                self.write(" " * (self.current_indent + first) + line + "\n")


class ChineseContext(click.Context):
    """Help in this house's layout."""

    formatter_class = ChineseFormatter


class ChineseCommand(click.Command):
    """A command whose usage line is Chinese, too."""

    context_class = ChineseContext

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **kwargs)
        _name_values(self.params)


class ChineseGroup(click.Group):
    """A group of such commands."""

    context_class = ChineseContext
    command_class = ChineseCommand
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[选项]")
        kwargs.setdefault("subcommand_metavar", "命令 [参数]…")
        super().__init__(*args, **kwargs)
        _name_values(self.params)


def _name_values(params: Sequence[click.Parameter]) -> None:
    for param in params:
        if isinstance(param, click.Option) and param.metavar is None and not param.is_flag:
            param.metavar = _VALUES.get(param.type.name)

"""`xiaoxiang check`: what is wrong with bot.yaml and data/, for a person, for a script, for a CI."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import click
from rich.console import Console

from bot.app import SystemClock
from bot.chinese import ChineseCommand
from bot.opening import CONFIG
from bot.settings import check
from bot.yamlfile import Problem

Format = Literal["text", "github", "json"]

NOTHING, ERRORS, WARNINGS = 0, 1, 2
"""Exit codes: nothing at all; something that blocks; only what is worth a look."""


@click.command("check", cls=ChineseCommand)
@CONFIG
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    show_default=True,
    help="写成什么样：text 给人看，github 是 GitHub 的标注，json 每行一个",
)
def check_command(config: Path, form: Format) -> None:
    """检查 bot.yaml 和 data/：每个问题一行，写明 文件:行: 原因。退出码：0 没有问题；1 有错误，小巷不肯用；2 只有提醒，能用，请看一眼。"""
    with Console(stderr=True).status("正在检查……"):
        problems = check(config, SystemClock("UTC").now())
    for problem in problems:
        click.echo(WRITTEN[form](problem))
    click.echo(summary(problems), err=True)
    sys.exit(exit_code(problems))


def exit_code(problems: Sequence[Problem]) -> int:
    """What the command ends with."""
    if any(problem.level == "error" for problem in problems):
        return ERRORS
    return WARNINGS if problems else NOTHING


def summary(problems: Sequence[Problem]) -> str:
    """The last line, for people."""
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return "没有问题。"
    if not errors:
        return f"能用。有 {warnings} 处提醒，请看一眼。"
    return f"共 {errors} 个问题。" if not warnings else f"共 {errors} 个问题，另有 {warnings} 处提醒。"


def as_text(problem: Problem) -> str:
    """data/faq.yaml:12: 问法…; a warning says that it is one."""
    mark = "" if problem.level == "error" else "提醒："
    return f"{problem.file}:{problem.line}: {mark}{problem.reason}"


def as_github(problem: Problem) -> str:
    """A workflow command of GitHub Actions (docs.github.com, "Workflow commands"; escapes as in actions/toolkit,
    packages/core/src/command.ts)."""
    title = "小巷检查：要改" if problem.level == "error" else "小巷检查：请看一眼"
    properties = f"file={_property(problem.file)},line={problem.line},title={_property(title)}"
    return f"::{problem.level} {properties}::{_data(problem.reason)}"


def as_json(problem: Problem) -> str:
    """One object a line: level, file, line, reason."""
    row = {"level": problem.level, "file": problem.file, "line": problem.line, "reason": problem.reason}
    return json.dumps(row, ensure_ascii=False)


WRITTEN: dict[Format, Callable[[Problem], str]] = {"text": as_text, "github": as_github, "json": as_json}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

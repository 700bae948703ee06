"""The command line speaks Chinese, on any machine and to the last of click's own words."""

import gettext
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from bot.chinese import columns, wrapped

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "bot" / "locale" / "zh_CN" / "LC_MESSAGES"
PROGRAM = '''
import click
from bot.chinese import ChineseGroup, speak_chinese

speak_chinese()

@click.group(cls=ChineseGroup)
@click.version_option("1.0", prog_name="xiaoxiang")
def main():
    """住在社区微信群里的助手，
    听懂求助。

    \\b
    一行
      两行"""

@main.command()
@click.argument("file", type=click.Path(exists=True), metavar="文件")
@click.option("--config", "-c", type=click.Path(), default="bot.yaml", show_default=True, help="%s")
@click.option("--rounds", type=click.IntRange(1, 5), help="轮数")
@click.option("--kind", type=click.Choice(["a", "b"]), required=True)
def export(**_):
    """导出台账"""

main()
''' % ("配置文件，写明社区、楼栋、各个群和人员，" * 3)

WALK = """
import click
from bot.chinese import speak_chinese
from bot.__main__ import cli

def walk(command, context):
    yield command, command.get_help(context)
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, child.context_class(child, info_name=name, parent=context))

speak_chinese()
for command, text in walk(cli, cli.context_class(cli, info_name="xiaoxiang")):
    print(text)
    for param in command.params:
        if isinstance(param, click.Option) and not param.help:
            print("OPTION WITHOUT HELP:", command.name, param.name)
    if not command.help:
        print("COMMAND WITHOUT HELP:", command.name)
"""
"""Prints the help of every command there is."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "xiaoxiang.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def run(program: Path | str, *arguments: str) -> str:
    """What a command prints on a machine that is anything but Chinese."""
    strange = {"LANG": "en_US.UTF-8", "LANGUAGE": "en", "LC_ALL": "C"}
    environment = {
        **os.environ,
        **strange,
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "80",
    }
    command = [sys.executable, str(program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    return done.stdout + done.stderr


def read(name: str) -> dict[str, tuple[str, ...]]:
    with (CATALOGUE / name).open("rb") as file:
        catalogue: Catalog = read_mo(file) if name.endswith(".mo") else read_po(file)
    return {forms(message.id)[0]: forms(message.string) for message in catalogue if message.id}


def forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_help_is_chinese(program: Path) -> None:
    assert run(program, "--help") == (
        "用法：xiaoxiang.py [选项] 命令 [参数]…\n\n"
        "  住在社区微信群里的助手，听懂求助。\n\n"
        "  一行\n    两行\n\n"
        "选项：\n  --version  显示版本，然后退出。\n  --help     显示这份说明，然后退出。\n\n"
        "命令：\n  export  导出台账\n"
    )


def test_values_have_chinese_names_and_meanings_stand_in_one_column(program: Path) -> None:
    help_text = run(program, "export", "--help")
    lines = help_text.splitlines()
    assert max(map(columns, lines)) <= 80
    start = next(line for line in lines if "--config 路径" in line)
    left = columns(start[: start.index("配置文件")])
    for word in ("轮数", "[必填]", "显示这份说明"):
        line = next(line for line in lines if word in line)
        assert columns(line[: line.index(word)]) == left
    assert "[默认：bot.yaml]" in help_text
    assert "--rounds 整数" in help_text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("exprot", "错误：没有 'exprot' 这个命令。 是不是 'export'？"),
        ("export", "错误：缺少参数 '文件'."),
        ("export . --knd a", "错误：没有 '--knd' 这个选项。 是不是 '--kind', '--rounds'？"),
        ("export nowhere --kind a", "错误：'文件' 填得不对：没有路径 'nowhere'。"),
        ("export . --kind c", "错误：'--kind' 填得不对：'c' 不在可选的里面：'a', 'b'。"),
        ("export . --kind a --rounds 9", "错误：'--rounds' 填得不对：9 不在范围 1<=x<=5 里。"),
        ("export . --kind a --rounds 两", "错误：'--rounds' 填得不对：'两' 不合要求：这里要填数字"),
        ("export . --kind", "错误：选项 '--kind' 后面要带 1 个值。"),
        ("export . --kind a b", "错误：多了参数（b），这里用不上"),
        ("export .", "错误：缺少选项 '--kind'. 可以填："),
        ("--version", "xiaoxiang，版本 1.0"),
    ],
)
def test_errors_are_chinese(program: Path, arguments: str, said: str) -> None:
    output = run(program, *arguments.split())
    assert said in output
    for english in ("Usage", "Error", "Options", "Try ", "Missing", "Invalid", "COMMAND", "OPTIONS"):
        assert english not in output


def test_the_help_of_every_command_is_chinese_and_complete() -> None:
    """The outermost group is made with cls=ChineseGroup; that is enough for all below it."""
    printed = run("-c", WALK)
    assert "用法：xiaoxiang import households [选项] 文件" in printed
    english = r"\b(?:OPTIONS?|COMMAND|ARGS|TEXT|INTEGER|FLOAT|PATH|FILE|FILENAME|Show|default|required|Error|WITHOUT)\b"
    assert [line for line in printed.splitlines() if re.search(english, line)] == []


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    assert read("messages.mo") == read("messages.po")


def test_the_catalogue_has_click_s_words_and_no_others() -> None:
    """A new click says new things: translate them (messages.po tells how to compile), then this holds again."""
    keywords = {"_": None, "ngettext": (1, 2)}
    found = extract_from_dir(Path(click.__file__).parent, [("**.py", "python")], keywords=keywords)
    assert {forms(message)[0] for _, _, message, _, _ in found} == set(read("messages.po"))


def test_every_word_is_translated_with_no_unknown_placeholder() -> None:
    with (CATALOGUE / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    assert [error for message in catalogue for error in message.check(catalogue)] == []
    assert [message.id for message in catalogue if not all(message.string)] == []


def test_gettext_reads_the_catalogue() -> None:
    chinese = gettext.translation("messages", CATALOGUE.parent.parent, ["zh_CN"])
    assert chinese.gettext("Usage:") == "用法："
    assert chinese.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 3) == (
        "是不是 {possibilities}？"
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("短", ["短"]),
        ("一二三四五六七", ["一二三四五", "六七"]),
        ("一二三四五。六", ["一二三四", "五。六"]),
        ("一二 three 四", ["一二 three", "四"]),
        ("averylongword 一", ["averylongword", "一"]),
    ],
)
def test_chinese_is_wrapped_by_columns(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10) == lines

"""The documents say what the program does: every command, every option, every key, every link."""

import asyncio
import dataclasses
import importlib.util
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from bot import demo
from bot.__main__ import cli
from bot.model.contacts import Contact, Contacts
from bot.model.handling import CommandEntry
from bot.model.people import ROLE_TITLES
from bot.model.replies import REPLIES
from bot.model.schedule import NoticeEntry
from bot.model.settings import (
    Alarm,
    Desk,
    Dialogue,
    FaqSettings,
    Limits,
    Mode,
    ModeSettings,
    NoticeSettings,
    Pace,
    PersonSpec,
    Settings,
    StandingDuty,
    TestingSettings,
    Wechaty,
)  # fmt: skip
from bot.model.tree import Node
from bot.settings import load_data, load_settings
from handlers.table import COMMANDS
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec, Rule

ROOT = Path(__file__).parent.parent
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
README = (ROOT / "README.md").read_text("utf-8")
SECRETARIES = (ROOT / "docs" / "secretaries.md").read_text("utf-8")
ADMINISTRATORS = (ROOT / "docs" / "administrators.md").read_text("utf-8")

DESCRIBED_UNDER = {
    Settings: "bot.yaml",
    Pace: "pace",
    Wechaty: "wechaty",
    Alarm: "alarm",
    Dialogue: "dialogue",
    Desk: "desk",
    Limits: "limits",
    NoticeSettings: "notices",
    TestingSettings: "testing",
    FaqSettings: "faq",
    ModeSettings: "modes",
    Mode: "modes",
    StandingDuty: "modes",
    Node: "groups",
    PersonSpec: "people",
    Contacts: "contacts.yaml",
    Contact: "contacts.yaml",
    NoticeEntry: "notices.yaml",
    FaqEntry: "faq.yaml",
    IntentSpec: "intents",
    Rule: "intents",
    LexiconSpec: "lexicon.yaml",
}
"""What an administrator may write -> the heading of docs/administrators.md under which its keys stand."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def section(document: str, title: str) -> str:
    """What stands under a heading, up to the next heading of any level."""
    parts = re.split(r"^#+ +(.+)$", document, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert title in found, f"没有「{title}」这一节"
    return found[title]


def commands(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that can be typed, with its words: ("import households", …)."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name, child in command.commands.items():
        yield from commands(child, *path, name)


def parts_of(shape: type) -> set[type]:
    """A dataclass and all dataclasses its fields are made of."""
    found = {shape}
    waiting = [shape]
    while waiting:
        for hint in typing.get_type_hints(waiting.pop()).values():
            new = set(_dataclasses(hint)) - found
            found |= new
            waiting += new
    return found


def _dataclasses(hint: object) -> Iterator[type]:
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias) and dataclasses.is_dataclass(hint):
        yield hint
    for part in typing.get_args(hint):
        yield from _dataclasses(part)


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_command_stands_in_the_secretaries_book(entry: CommandEntry) -> None:
    text = section(SECRETARIES, f"/{entry.name}")
    assert f"`{entry.usage}`" in text
    assert entry.example in text
    assert ("谁都能用" if entry.role == "resident" else f"{ROLE_TITLES[entry.role]}起") in text
    for alias in entry.aliases:
        assert f"`{alias}`" in text or f"`/{alias}`" in text, f"/{entry.name} 也可以打 {alias}"


def test_the_secretaries_book_has_no_command_that_is_none() -> None:
    assert set(re.findall(r"^### /(.+)$", SECRETARIES, re.MULTILINE)) == {entry.name for entry in COMMANDS}


@pytest.mark.parametrize(
    ("words", "command"), [pytest.param(words, command, id=words) for words, command in commands(cli)]
)
def test_every_command_of_the_program_is_described(words: str, command: click.Command) -> None:
    table = section(ADMINISTRATORS, "命令一览")
    assert re.search(rf"`xiaoxiang {words}[` ]", table)
    assert CHINESE.search(command.help or ""), f"xiaoxiang {words} 没有中文说明"
    for option in command.params:
        if isinstance(option, click.Option):
            assert CHINESE.search(option.help or ""), f"{option.opts} 没有中文说明"
            assert any(re.search(rf"`{name}[` ]", table) for name in option.opts), (
                f"xiaoxiang {words} 的 {option.opts}"
            )


def test_every_option_of_the_program_itself_is_described() -> None:
    table = section(ADMINISTRATORS, "命令一览")
    for option in cli.params:
        assert any(f"xiaoxiang {name}" in table for name in option.opts), option.opts


@pytest.mark.parametrize("shape", list(DESCRIBED_UNDER), ids=lambda shape: shape.__name__)
def test_every_key_of_the_yaml_is_described(shape: type) -> None:
    text = section(ADMINISTRATORS, DESCRIBED_UNDER[shape])
    missing = [field.name for field in dataclasses.fields(shape) if f"`{field.name}`" not in text]
    assert not missing, f"docs/administrators.md 的「{DESCRIBED_UNDER[shape]}」一节没有写这些键"


def test_no_part_of_the_yaml_is_forgotten() -> None:
    shapes = set.union(*map(parts_of, (Settings, Contacts, IntentSpec, FaqEntry, LexiconSpec, NoticeEntry)))
    assert shapes == set(DESCRIBED_UNDER)


def test_every_choice_of_the_yaml_is_described() -> None:
    for shape in DESCRIBED_UNDER:
        for name, hint in typing.get_type_hints(shape).items():
            if typing.get_origin(hint) is typing.Literal:
                text = section(ADMINISTRATORS, DESCRIBED_UNDER[shape])
                missing = [word for word in typing.get_args(hint) if f"`{word}`" not in text]
                assert not missing, f"{name} 还可以写这些"


def test_every_sentence_the_bot_speaks_is_described() -> None:
    text = section(ADMINISTRATORS, "replies.yaml")
    assert [key for key in REPLIES if f"| `{key}` |" not in text] == []
    placeholders = frozenset().union(*REPLIES.values())
    assert sorted(word for word in placeholders if f"`{word}` " not in text) == []


def test_every_intent_is_described() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", section(ADMINISTRATORS, "intents"), re.MULTILINE
    )
    assert set(rows) == set(INTENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = _FENCE.sub("", document.read_text("utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), f"{document.name}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{document.name}: {link}"


def anchors(document: Path) -> set[str]:
    """The anchors GitHub gives a document's headings."""
    text = _FENCE.sub("", document.read_text("utf-8"))
    titles = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_all_documents_can_be_reached_from_the_readme() -> None:
    linked = {(ROOT / link).resolve() for link in re.findall(r"\]\(([^)#\s]+)", README)}
    assert [path.name for path in DOCUMENTS if path.resolve() not in linked] == ["README.md"]


@pytest.mark.parametrize("word", ["run", "test"])
def test_the_two_commands_of_the_readme_are_known_to_dev_py(word: str) -> None:
    assert re.search(rf"^python3 dev\.py {word}\b", README, re.MULTILINE)
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None and spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    assert f"python3 dev.py {word}" in dev.__doc__
    assert callable(getattr(dev, word))


def test_the_readme_shows_what_the_demo_plays(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings(ROOT / "bot.yaml")
    asyncio.run(demo.play(settings, load_data(settings.data), 0.0))
    played = iter(capsys.readouterr().out.splitlines())
    shown = re.search(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert shown is not None
    for line in shown[1].splitlines():
        if line != "……":
            assert line in played, f"demo 放出来的没有这一行，或次序不同了：{line}"

"""What every command of the program begins with: the option --config, reading what it names, and saying what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from bot.groups import Tree
from bot.model.settings import Settings
from bot.sample import sample_folder
from bot.settings import Data, Invalid, load_data, load_settings

T = TypeVar("T")

CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), default=Path("bot.yaml"), show_default=True, help="配置文件"
)


class Failed(click.ClickException):
    """Something the person at the keyboard must mend; the text says what, in Chinese."""


def load_config(config: Path) -> tuple[Settings, Data]:
    """bot.yaml and the data/ it names. Raises Failed when every problem has been printed."""
    settings = or_problems(lambda: load_settings(config))
    tree = Tree(settings.groups)
    names = [node.name for node in tree.nodes()]
    return settings, or_problems(lambda: load_data(settings.data, names, tree))


def data_or_sample(config: Path) -> tuple[Settings, Data]:
    """The config and its data; without a bot.yaml here, the sample's."""
    if not config.exists() and config == Path("bot.yaml"):
        config = sample_folder() / "bot.yaml"
    return load_config(config)


def or_problems(load: Callable[[], T]) -> T:
    """What ``load`` gives. Raises Failed when every problem has been printed."""
    try:
        return load()
    except Invalid as invalid:
        for problem in invalid.problems:
            click.echo(str(problem), err=True)
        raise Failed("先改好上面的问题（xiaoxiang check 可以再查）。") from invalid

"""What every command of the program begins with: the option --config, reading what it names, and saying what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from bot.groups import Tree
from bot.last_good import last_good
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


def data_or_last(settings: Settings) -> Data:
    """data/, to run on; when it is broken, what it was when it last was not: everything wrong is printed, and told in the
    chat as soon as the bot listens. Raises Failed when there is no such thing."""
    tree = Tree(settings.groups)
    try:
        return load_data(settings.data, [node.name for node in tree.nodes()], tree)
    except Invalid as invalid:
        kept = last_good(settings)
        for problem in invalid.problems:
            click.echo(str(problem), err=True)
        if kept is None:
            raise Failed("先改好上面的问题（xiaoxiang check 可以再查）。") from invalid
        version, data = kept
        click.echo(f"data/ 有错，先照最后一次好的（第 {version.id} 版）启动；改好存盘就会用上。", err=True)
        return data


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

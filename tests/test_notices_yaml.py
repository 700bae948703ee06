"""data/notices.yaml: what may be missing, and what the sample promises."""

import re
import shutil
from pathlib import Path

import pytest

from bot.groups import Tree
from bot.model.schedule import VARIABLES
from bot.model.settings import Settings
from bot.settings import Data, Invalid, load_data

SAMPLE = Path(__file__).parent.parent / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample's data."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "data"))


def test_an_older_folder_without_notices_has_none(folder: Path, settings: Settings) -> None:
    (folder / "notices.yaml").unlink()
    assert load_data(folder, (), Tree(settings.groups)).notices == ()


@pytest.mark.parametrize("text", ["", "# 都先不发\n\n  # - id: x\n", "[]\n"])
def test_a_file_of_nothing_but_remarks_has_none(folder: Path, settings: Settings, text: str) -> None:
    (folder / "notices.yaml").write_text(text, "utf-8")
    assert load_data(folder, (), Tree(settings.groups)).notices == ()


def test_the_sample_posts_nothing_before_somebody_declares_wartime(data: Data) -> None:
    assert data.notices
    assert all(not entry.active("everyday") for entry in data.notices)


def test_the_examples_that_are_commented_out_are_right_too(folder: Path, settings: Settings) -> None:
    path = folder / "notices.yaml"
    text = path.read_text("utf-8")
    examples = text[text.index("# ---- 日常") :].split("\n", 1)[1]
    path.write_text(re.sub(r"^# ?", "", examples, flags=re.MULTILINE), "utf-8")
    found = load_data(folder, (), Tree(settings.groups)).notices
    assert [entry.id for entry in found] == ["fire_safety", "heating"]


def test_the_sample_names_every_variable() -> None:
    text = (SAMPLE / "notices.yaml").read_text("utf-8")
    assert [name for name in VARIABLES if f"{{{name}}}" not in text] == []


def test_a_scope_that_the_tree_does_not_have_stops_the_start(folder: Path, settings: Settings) -> None:
    path = folder / "notices.yaml"
    path.write_text(path.read_text("utf-8").replace("[春晓苑, 和谐小区]", "[春晓苑, 91号楼]"), "utf-8")
    with pytest.raises(Invalid, match="91号楼"):
        load_data(folder, (), Tree(settings.groups))

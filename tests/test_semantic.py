"""Nearness in meaning is an extra: without its package all works as before, and whoever asked for it is told."""

import logging
import shutil
from pathlib import Path

import pytest

from bot.settings import check, load_data, load_settings
from intents.engine import Engine
from intents.semantic import MISSING, Meanings, installed, meanings

ROOT = Path(__file__).parents[1]
DATA = load_data(ROOT / "data")

without = pytest.mark.skipif(installed(), reason="xiaoxiang[semantic] is installed")
with_package = pytest.mark.skipif(not installed(), reason="xiaoxiang[semantic] is not installed")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample with semantic: true."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    path = tmp_path / "bot.yaml"
    text = (ROOT / "bot.yaml").read_text("utf-8")
    path.write_text(text.replace("semantic: false", "semantic: true"), "utf-8")
    return path


def test_it_is_off_unless_asked_for() -> None:
    assert load_settings(ROOT / "bot.yaml").semantic is False
    assert meanings(False) is None


@without
def test_without_the_package_one_is_told_and_words_do(caplog: pytest.LogCaptureFixture, config: Path) -> None:
    settings = load_settings(config)
    with caplog.at_level(logging.WARNING):
        engine = Engine.build(DATA.intents, DATA.lexicon, DATA.faq, semantic=settings.semantic)
    assert [record.getMessage() for record in caplog.records] == [MISSING]
    found = engine.understand("核酸几点开始")
    assert found.faq is not None and found.faq.id == "hesuan-time"


@without
def test_check_names_the_line_that_asks_for_what_is_missing(config: Path) -> None:
    told = [problem for problem in check(config) if MISSING in str(problem)]
    lines = config.read_text("utf-8").splitlines()
    assert [lines[problem.line - 1][:14] for problem in told] == ["semantic: true"]


@with_package
def test_the_encoder_knows_what_means_the_same() -> None:
    near = Meanings(["超市几点开门", "游泳卡怎么办"])("商店什么时候营业")
    assert near.cosines[0] > near.cosines[1]
    assert near.nearest(1) == [0]


@with_package
def test_by_meaning_too_each_entry_answers_its_questions_and_no_near_miss() -> None:
    engine = Engine.build(DATA.intents, DATA.lexicon, DATA.faq, semantic=True)
    for entry in DATA.faq:
        for text in (*entry.questions, *entry.examples):
            found = engine.understand(text).faq
            assert found is not None and found.id == entry.id, text
        for text in entry.not_examples:
            found = engine.understand(text).faq
            assert found is None or found.id != entry.id, text

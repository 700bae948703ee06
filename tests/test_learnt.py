"""What was learnt is kept between starts, and only what was written is read back."""

from dataclasses import replace
from pathlib import Path

import platformdirs
import pytest

from bot.learnt import engine_of
from bot.settings import Data
from intents.scorer import Learnt
from intents.spec import IntentSpec, LexiconSpec, Rule


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def few(data: Data) -> Data:
    """Few sentences, quickly learnt."""
    rules = (Rule("买菜", any=("买菜",), weight=0.8),)
    supplies = IntentSpec("help.supplies", "买菜", rules, ("想买菜", "谁帮我买菜", "没人买菜"))
    chat = IntentSpec("chitchat", "闲聊", (), ("天气真好", "吃了吗", "睡了"))
    return replace(data, intents=(supplies, chat), lexicon=LexiconSpec({}, {}), faq=())


def test_it_is_kept_for_nobody_else_and_read_back(cache: Path, few: Data) -> None:
    first = engine_of(few)
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o077 == 0 and cache.stat().st_mode & 0o077 == 0
    before = file.stat().st_ino
    assert engine_of(few).understand("想买菜") == first.understand("想买菜")
    assert file.stat().st_ino == before
    more = replace(few.intents[0], voices="买把葱")
    engine_of(replace(few, intents=(more, few.intents[1])))
    assert len(list(cache.iterdir())) == 2, "other data, learnt anew"


@pytest.mark.parametrize("harm", ["cut", "changed", "empty", "foreign"])
def test_a_harmed_file_is_learnt_anew(cache: Path, few: Data, harm: str) -> None:
    want = engine_of(few).understand("想买菜")
    (file,) = cache.iterdir()
    content = file.read_bytes()
    middle = len(content) // 2
    harmed = {
        "cut": content[:middle],
        "changed": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
        "foreign": b"PK\x03\x04 something else",
    }
    file.write_bytes(harmed[harm])
    assert engine_of(few).understand("想买菜") == want
    assert Learnt.from_bytes(file.read_bytes())


def test_without_a_home_nothing_is_kept(few: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(platformdirs, "user_cache_path", homeless)
    assert engine_of(few).understand("想买菜").intent == "help.supplies"

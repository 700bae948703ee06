"""An edit of the FAQ tries few sentences again, and misses none that a changed entry takes, gives up or keeps out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.learnt import engine_of
from bot.model.understanding import Understanding
from bot.settings import load_data
from intents.check import check
from intents.engine import Engine
from intents.impact import Sentences, affected, check_changes
from intents.spec import FaqEntry

DATA = load_data(Path(__file__).parents[1] / "data")
ENGINE = engine_of(DATA)
FAQ = tuple(DATA.faq)
SENTENCES = Sentences(DATA.intents, ENGINE)
SAID = sorted({text for spec in DATA.intents for _, _, text in spec.sentences()})
ASKED = sorted({text for one in FAQ for text in (*one.questions, *one.examples, *one.not_examples)})
PLACE = {one.id: place for place, one in enumerate(FAQ)}


def edited(id_: str, **changes: object) -> tuple[FaqEntry, ...]:
    return tuple(replace(one, **changes) if one.id == id_ else one for one in FAQ)  # type: ignore[arg-type]


def after(faq: Sequence[FaqEntry]) -> Engine:
    return ENGINE.with_faq(faq)


def tried(faq: Sequence[FaqEntry]) -> set[str]:
    return {one.text for one in affected(ENGINE, after(faq), FAQ, faq, SENTENCES)}


def entries_of(got: Understanding) -> set[str]:
    return {*got.suggest, *([got.faq.id] if got.faq else [])}


def test_nothing_changed_tries_nothing() -> None:
    assert tried(FAQ) == set()
    assert tried(edited("trash", answer="另一句话，没有新的问法。")) == set()
    assert tried(tuple(reversed(FAQ))) == set()


def test_few_sentences_are_tried_for_one_edit() -> None:
    old = next(one for one in FAQ if one.id == "pets").questions
    many = tried(edited("pets", questions=(*old, "猫粮在哪买")))
    assert "猫粮在哪买" in many and old[0] in many
    assert len(many) < 0.01 * (len(SAID) + len(ASKED))


def test_what_an_edit_spoils_is_told_in_the_words_of_check() -> None:
    stolen = edited("volunteer", questions=("志愿者怎么报名", "我家宝宝要不要做核酸哦"))
    found = check_changes(ENGINE, after(stolen), FAQ, stolen, SENTENCES)
    whole = check(DATA.intents, DATA.lexicon, stolen, engine=after(stolen))
    assert [one.path for one in found if "我家宝宝要不要做核酸呀" in one.reason] == [
        ("faq", PLACE["hesuan-child"], "examples", 0)
    ]
    assert {(one.path, one.reason) for one in found} <= {(one.path, one.reason) for one in whole}


def test_a_question_left_without_its_entry_is_told() -> None:
    broken = edited("pets", examples=("火星车几点到站",))
    (found,) = check_changes(ENGINE, after(broken), FAQ, broken, SENTENCES)
    assert found.path == ("faq", PLACE["pets"], "examples", 0) and "火星车" in found.reason


def test_an_entry_put_aside_leaves_its_questions_to_nobody() -> None:
    aside = edited("trash", enabled=False)
    assert all(
        one.path[:2] != ("faq", PLACE["trash"])
        for one in affected(ENGINE, after(aside), FAQ, aside, SENTENCES)
    )
    assert check_changes(ENGINE, after(aside), FAQ, aside, SENTENCES) == []


texts = st.one_of(st.sampled_from(SAID), st.sampled_from(ASKED))
"""What people say and ask, as new phrasings: the worst an edit can do."""


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(FAQ),
    st.lists(texts, min_size=1, max_size=3),
    st.sampled_from(["more", "other", "not", "gone"]),
)
def test_no_sentence_that_a_changed_entry_takes_or_gives_up_is_missed(
    entry: FaqEntry, some: list[str], edit: str
) -> None:
    changes: dict[str, dict[str, object]] = {"more": {"questions": (*entry.questions, *some)}, "other": {"questions": tuple(some)},
               "not": {"not_examples": tuple(some)}, "gone": {"enabled": False}}  # fmt: skip
    faq = edited(entry.id, **changes[edit])
    new, looked_at = after(faq), tried(faq)
    left = {text for one in faq if one.enabled for text in (*one.questions, *one.examples, *one.not_examples)}
    for text in (*SAID[::7], *left):
        if text not in looked_at:
            assert (entry.id in entries_of(ENGINE.understand(text))) == (
                entry.id in entries_of(new.understand(text))
            ), text


@pytest.mark.parametrize("text", ["核酸几点开始", "帮我妈买点降压药"])
def test_a_sentence_that_shares_nothing_is_not_tried(text: str) -> None:
    assert text not in tried((*FAQ, FaqEntry("tower", "x", ("瞭望塔开放吗",), "答")))

"""The FAQ answers what it knows, offers what is near, and keeps out of the rest."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.learnt import engine_of
from bot.settings import load_data
from intents.faq import LONGEST_QUESTION, NEAR, SURE, FaqIndex
from intents.normalise import Normaliser
from intents.semantic import Nearness
from intents.spec import FaqEntry, LexiconSpec

DATA = load_data(Path(__file__).parents[1] / "data")
ENGINE = engine_of(DATA)
NORMALISE = Normaliser({})


def entry(id_: str, *questions: str, not_examples: tuple[str, ...] = ()) -> FaqEntry:
    return FaqEntry(id_, "x", questions, "答", not_examples=not_examples)


def index(*entries: FaqEntry, synonyms: tuple[tuple[str, ...], ...] = ()) -> FaqIndex:
    return FaqIndex(entries, LexiconSpec({}, {}, synonyms), NORMALISE)


SHOP = entry("shop", "超市几点开门")
POOL = entry("pool", "游泳馆怎么办卡")
TWO = index(SHOP, POOL)


@pytest.mark.parametrize("entry", DATA.faq, ids=lambda entry: entry.id)
def test_each_entry_answers_its_questions_and_examples(entry: FaqEntry) -> None:
    got = {text: ENGINE.understand(text).faq for text in (*entry.questions, *entry.examples)}
    assert {text: hit for text, hit in got.items() if hit is None or hit.id != entry.id} == {}


@pytest.mark.parametrize("entry", DATA.faq, ids=lambda entry: entry.id)
def test_no_entry_answers_its_near_misses(entry: FaqEntry) -> None:
    hits = [ENGINE.understand(text).faq for text in entry.not_examples]
    assert [hit for hit in hits if hit and hit.id == entry.id] == []


@pytest.mark.parametrize("entry", DATA.faq, ids=lambda entry: entry.id)
def test_answers_are_short_plain_and_promise_nothing_ready_made(entry: FaqEntry) -> None:
    assert 10 <= len(entry.answer) <= 120
    assert not set("*#`_[]") & set(entry.answer)
    assert entry.source


def test_thirty_entries_with_different_ids() -> None:
    assert len({entry.id for entry in DATA.faq}) == len(DATA.faq) >= 30


def test_the_same_question_is_as_alike_as_can_be() -> None:
    found = TWO.find("超市几点开门")
    assert found is not None
    assert found.id == "shop" and found.sure and found.score == pytest.approx(1)


def test_politeness_and_particles_do_not_matter() -> None:
    found = TWO.find(NORMALISE("请问一下超市几点开门呀？谢谢"))
    assert found is not None and found.score == pytest.approx(1)


def test_synonyms_are_the_same_word() -> None:
    same = index(SHOP, POOL, synonyms=(("超市", "便利店"),))
    found, other = same.find("便利店几点开门"), TWO.find("便利店几点开门")
    assert found is not None and found.sure
    assert other is None or other.score < found.score


def test_asking_for_something_else_about_the_same_thing_is_less_alike() -> None:
    when, where = TWO.find("超市啥时候开门"), TWO.find("超市开门在哪")
    assert when is not None
    assert where is None or where.score < when.score


@pytest.mark.parametrize("text", ["", "?", "怎么", "几点", "你在哪里", "啊啊啊啊", "今天吃什么"])
def test_questions_about_nothing_known_find_nothing(text: str) -> None:
    assert TWO.find(text) is None


def test_another_thing_known_elsewhere_is_another_question() -> None:
    found = TWO.find("游泳馆几点开门")
    assert found is None or not found.sure


def test_a_near_miss_keeps_its_entry_quiet() -> None:
    text = "超市几点补货"
    plain, told = index(SHOP, POOL), index(entry("shop", "超市几点开门", not_examples=(text,)), POOL)
    assert plain.find(text) is not None
    assert told.find(text) is None
    assert told.find("超市几点开门") is not None


def test_up_to_three_are_offered_best_first() -> None:
    many = index(
        *(entry(f"e{n}", f"{place}停车怎么收费") for n, place in enumerate(("东门", "西门", "南门", "北门")))
    )
    found = many.find("停车怎么收费")
    assert found is not None
    assert len(found.near) == 3 and found.near[0] == found.id


def test_equal_entries_keep_the_order_of_the_file() -> None:
    found = index(entry("first", "菜在哪拿"), entry("second", "菜在哪拿")).find("菜在哪里拿呀")
    assert found is not None and found.near == ("first", "second")


def test_a_phrasing_of_the_file_is_its_entry_however_short() -> None:
    found = index(SHOP, entry("who", "你是谁")).find("你是谁?")
    assert found is not None and (found.id, found.sure) == ("who", True)


def test_a_near_miss_of_one_entry_does_not_hide_another() -> None:
    two = index(
        entry("when", "核酸几点开始", not_examples=("核酸在哪做呀",)), entry("where", "在哪里做核酸呢")
    )
    found = two.find("核酸在哪做呀")
    assert found is not None and found.near == ("where",)


def test_opposites_are_not_alike() -> None:
    one = index(entry("positive", "抗原阳性怎么办"), POOL)
    assert one.find("抗原阳性怎么处理") is not None
    assert one.find("抗原阴性怎么办") is None


def test_only_the_beginning_of_an_endless_question_is_compared() -> None:
    text = "超市几点开门" * 3_000
    assert TWO.find(text) == TWO.find(text[:LONGEST_QUESTION])


def test_an_empty_faq_knows_nothing() -> None:
    assert index().find("超市几点开门") is None
    assert 0 < NEAR < SURE < 1


def test_what_comes_to_the_same_is_as_good_as_the_same_word() -> None:
    pills = index(entry("pills", "降压药有哪些副作用"), POOL)
    found = pills.find("降压药的不良反应有什么")
    assert found is not None and found.sure


def test_to_be_allowed_and_not_to_be_are_two_questions() -> None:
    run = index(entry("run", "院子里可以跑步吗"), POOL)
    may, may_not = run.find("院子里能跑步吗"), run.find("院子里不能跑步吗")
    assert may is not None and may_not is not None
    assert may_not.score < may.score


def test_the_same_characters_in_another_order_are_less_alike() -> None:
    tigers = index(entry("tigers", "老虎吃狮子吗"), POOL)
    same, other = tigers.find("老虎吃狮子不"), tigers.find("狮子吃老虎吗")
    assert same is not None and other is not None
    assert other.score < same.score


@pytest.mark.parametrize("text", ["什么时候到", "为什么啊", "去哪里了", "几点"])
def test_question_words_alone_are_about_nothing(text: str) -> None:
    when = index(
        entry("when", "什么时候到货"), entry("why", "为什么停水"), entry("where", "去哪里取货"), POOL
    )
    found = when.find(text)
    assert found is None or not found.sure


class OneMeaning:
    """Tells the nearness in meaning that it was given for each phrasing, whatever is asked."""

    def __init__(self, **near: float) -> None:
        self.near = near

    def __call__(self, texts: Sequence[str]) -> Callable[[str], Nearness]:
        cosines = [self.near.get(text, 0.0) for text in texts]
        return lambda text: Nearness(cosines)


def by_meaning(**near: float) -> FaqIndex:
    entries = (entry("card", "游泳卡怎么办"), entry("pool", "泳池几点关"), SHOP)
    return FaqIndex(entries, LexiconSpec({}, {}), NORMALISE, OneMeaning(**near))


def test_of_two_that_share_as_many_words_the_nearer_in_meaning_is_first() -> None:
    card, pool = (
        by_meaning(游泳卡怎么办=0.9).find("游泳池办卡"),
        by_meaning(泳池几点关=0.9).find("游泳池办卡"),
    )
    assert card is not None and card.id == "card"
    assert pool is not None and pool.id == "pool"


def test_what_means_something_else_is_not_answered() -> None:
    sure, unsure = (
        by_meaning(超市几点开门=0.9).find("超市几点开"),
        by_meaning(超市几点开门=0.1).find("超市几点开"),
    )
    assert sure is not None and sure.sure
    assert unsure is None or not unsure.sure


def test_meaning_alone_answers_nothing() -> None:
    assert by_meaning(超市几点开门=1.0).find("商店营业到多晚") is None


def test_an_entry_put_aside_is_not_found() -> None:
    aside = replace(SHOP, enabled=False)
    assert index(aside, POOL).find("超市几点开门") is None
    twin = index(aside, entry("open", "超市几点开门"), POOL).find("超市几点开门")
    assert twin is not None and twin.id == "open"


def test_an_index_renewed_finds_what_one_built_anew_finds() -> None:
    changed = (replace(POOL, questions=("游泳馆怎么办卡", "游泳票多少钱")), entry("bus", "末班公交几点"))
    anew, renewed = index(*changed), TWO.renewed(changed)
    for text in ("超市几点开门", "游泳票多少钱一张", "末班车几点", "游泳馆办卡要什么"):
        assert renewed.find(text) == anew.find(text)


def test_a_new_entry_changes_nothing_that_is_not_its_own() -> None:
    known = ENGINE.with_faq([*DATA.faq, entry("tower", "瞭望塔什么时候能上去", "瞭望塔开放吗")])
    assert known.understand("瞭望塔啥时候可以上去呀").faq is not None
    assert ENGINE.understand("瞭望塔啥时候可以上去呀").faq is None
    for text in ("帮我妈买降压药 3号楼", "着火了 快来人", "哈哈哈哈", "核酸几点开始"):
        assert known.understand(text) == ENGINE.understand(text)


NEEDS = (
    ("water", "停水了怎么办", "家里没水了怎么办"),
    ("pills", "没药了怎么办", "药吃完了怎么办"),
    ("alone", "老人没人照顾怎么办", "老人一个人在家怎么办"),
    ("fire", "着火了怎么办", "家里着火了打什么电话"),
)


@pytest.mark.parametrize(
    "text", ["老人没人照顾 一个人在家 怎么办啊 17号楼", "家里药吃完了 能帮忙买吗 怎么办"]
)
def test_a_plea_like_a_question_of_the_faq_stays_a_plea(text: str) -> None:
    asked = ENGINE.with_faq([*DATA.faq, *(entry(*need) for need in NEEDS)])
    assert asked.understand(text).action == ENGINE.understand(text).action == "ticket"


def test_emergencies_go_before_any_answer() -> None:
    asked = ENGINE.with_faq([*DATA.faq, *(entry(*need) for need in NEEDS)])
    assert asked.understand("厨房着火了怎么办").intent == "help.emergency"
    assert asked.understand("着火了").intent == "help.emergency"


def test_chatter_that_speaks_of_nothing_the_faq_has_is_not_offered_anything() -> None:
    asked = ENGINE.with_faq([*DATA.faq, entry("mood", "心情不好找谁聊"), entry("price", "物业费多少钱")])
    for text in ("给了你多少钱", "心情也好呢", "吃了吗您", "真的吗"):
        assert asked.understand(text).action == "silent"


def test_another_number_is_another_question() -> None:
    tents = index(entry("tent", "第14号帐篷什么时候开放"))
    mine, other = tents.find("14号帐篷几点开放啊"), tents.find("第7号帐篷什么时候开放")
    assert mine is not None and mine.sure
    assert other is None or not other.sure

"""What the FAQ has nothing for is put together by topic, and one word makes it an entry, a phrasing, or nothing."""

import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.gaps import EVERY
from bot.model.unanswered import Unanswered
from bot.settings import Data
from handlers.faq.gaps import RING, SORTED_AT_ONCE
from intents.clusters import Clusters, Rarity
from intents.engine import Engine
from intents.spec import FaqEntry
from tests.conftest import COMPOUND_ROOM, MORNING, STAFF_ROOM, VOLUNTEER_ROOM, Chat
from tests.test_manners import swap

TOPICS: dict[str, list[str]] = YAML(typ="safe").load(Path(__file__).parent / "gaps" / "asked.yaml")
BARBER = ("小区理发店开门吗", "请问哪里能理发啊", "理发店这几天开不开门")


def sorted_into_clusters(clusters: Clusters, seed: int) -> list[tuple[int, str]]:
    """(cluster, topic) of every question of the labelled ones, come in some order."""
    rows = [(topic, text) for topic, texts in TOPICS.items() for text in texts]
    random.Random(seed).shuffle(rows)
    found = []
    for n, (topic, text) in enumerate(rows, 1):
        cluster = clusters.of(text) or n
        clusters.add(cluster, text)
        found.append((cluster, topic))
    return found


def largest(pairs: list[tuple[object, object]]) -> float:
    """The share of all that is in the largest part of its group."""
    groups: dict[object, Counter[object]] = defaultdict(Counter)
    for group, part in pairs:
        groups[group][part] += 1
    return sum(max(parts.values()) for parts in groups.values()) / len(pairs)


def test_one_topic_is_one_cluster_and_different_topics_are_apart(engine: Engine, data: Data) -> None:
    """95 questions of 22 topics as people dictate and mistype them: hardly ever are two topics in one heap (that would
    give wrong answers), and three of four questions are with most of their kind, by the words alone."""
    assert len(TOPICS) >= 15 and sum(map(len, TOPICS.values())) >= 60
    rarity = Rarity([text for spec in data.intents for _, _, text in spec.sentences()][::EVERY])
    purity, whole, together = [], [], []
    for seed in range(5):
        clusters = Clusters(lambda text: engine.faq.plain(engine.reader.normalise(text)), rarity)
        found = sorted_into_clusters(clusters, seed)
        purity.append(largest(list(found)))
        whole.append(largest([(topic, cluster) for cluster, topic in found]))
        pairs = [one[1] == other[1] for one, other in itertools.combinations(found, 2) if one[0] == other[0]]
        together.append(sum(pairs) / len(pairs))
    print(f"purity {purity}, whole {whole}, right pairs {together}")
    assert min(purity) >= 0.92
    assert sum(purity) / 5 >= 0.95 and sum(whole) / 5 >= 0.72 and sum(together) / 5 >= 0.87


def ask(chat: Chat, *said: tuple[str, str], room: str = COMPOUND_ROOM) -> None:
    for sender, text in said:
        assert chat.say(sender, text, room) == []


def staff(chat: Chat, text: str, sender: str = "刘书记", room: str = STAFF_ROOM) -> str:
    chat.clock.advance(seconds=11)
    return "\n".join(chat.say(sender, text, room))


def test_those_of_most_people_come_first_with_examples_and_the_nearest_entry(chat: Chat) -> None:
    ask(chat, ("小赵", "电动车在哪充电"))
    ask(chat, *zip(("王女士", "陈阿姨", "老李"), BARBER, strict=True))
    listed = staff(chat, "/faq 未答").splitlines()
    assert listed[0].endswith("7 天里有 2 件事没答上：")
    assert listed[1].startswith("2. 3 人：") and listed[1].count("｜") == 2
    assert "最像" in listed[2] or "没有像的问答" in listed[2]
    assert listed[3].startswith("1. 1 人：电动车在哪充电")


def test_numbers_stay_whatever_is_asked_meanwhile(chat: Chat) -> None:
    ask(chat, ("小赵", "电动车在哪充电"))
    assert "1. 1 人：电动车在哪充电" in staff(chat, "/faq 未答")
    ask(chat, *zip(("王女士", "陈阿姨", "老李"), BARBER, strict=True))
    assert "1. 1 人：电动车在哪充电" in staff(chat, "/faq 未答")


def test_one_person_who_asks_again_and_again_is_one(chat: Chat) -> None:
    for text in BARBER:
        chat.clock.advance(hours=25)
        ask(chat, ("王女士", text))
    assert "1 人：" in staff(chat, "/faq 未答")


def test_what_was_handed_to_a_person_counts_but_is_not_unanswered(chat: Chat) -> None:
    said = chat.say("周大爷", "养老金认证怎么做", "", room_id="")
    assert any("已转值班人员" in line for line in said)
    assert "1 人，转人工 1 次：养老金认证怎么做" in staff(chat, "/faq 未答")
    chat.clock.advance(minutes=30)
    assert "都有人回了" in staff(chat, "/未回")


def test_an_answer_makes_it_an_entry_and_settles_it_when_it_is_confirmed(chat: Chat) -> None:
    ask(chat, *zip(("王女士", "陈阿姨", "老李"), BARBER, strict=True))
    staff(chat, "/faq 未答 1 加 理发店这几天不开门，周六在活动室理发。")
    (edit,) = chat.app.timekeeper._services.edits.in_state("proposed", "previewed")
    assert edit.kind == "add" and edit.values["answer"] == "理发店这几天不开门，周六在活动室理发。"
    assert "哪里能理发" in edit.values["questions"] and len(edit.values["questions"]) == 3
    assert "没有答不上的" in staff(chat, "/faq 未答") and "等着确认" in staff(chat, "/faq 未答 1")
    edits = chat.app.timekeeper._services.edits
    with chat.app.ledger.transaction():
        edits.move(edit.id, "refused", chat.clock.now(), "不行")
    assert "1. 3 人：" in staff(chat, "/faq 未答"), "refused: it is open again"
    with chat.app.ledger.transaction():
        edits.move(edit.id, "live", chat.clock.now())
    assert "没有答不上的" in staff(chat, "/faq 未答")
    ask(chat, ("孙哥", "理发店到底几号开门啊"))
    assert "1. 1 人：理发店到底几号开门啊" in staff(chat, "/faq 未答"), "the entry does not cover this"


def test_its_wordings_become_phrasings_of_an_entry(chat: Chat) -> None:
    ask(chat, ("小赵", "电动车在哪充电啊"))
    staff(chat, "/faq 未答 1 归 outage")
    (edit,) = chat.app.timekeeper._services.edits.in_state("proposed", "previewed")
    assert (edit.kind, edit.entry) == ("change", "outage")
    assert edit.values == {"questions+": ["电动车在哪充电"]}


def test_an_unknown_entry_is_told_with_one_that_is_there(chat: Chat) -> None:
    ask(chat, ("小赵", "电动车在哪充电啊"))
    said = staff(chat, "/faq 未答 1 归 nosuch")
    assert "没有「nosuch」" in said and "/faq 未答 1 归 " in said


@pytest.mark.parametrize("word", ["不用", "不管", "忽略"])
def test_what_nobody_wants_is_never_listed_again(chat: Chat, word: str) -> None:
    ask(chat, ("王女士", BARBER[0]))
    staff(chat, f"/faq 未答 1 {word}")
    ask(chat, ("陈阿姨", BARBER[1]), ("老李", BARBER[2]))
    assert "没有答不上的" in staff(chat, "/faq 未答")


def test_doors_and_phones_are_neither_shown_nor_become_phrasings(chat: Chat) -> None:
    ask(chat, ("王女士", "我家17-3-501，请问电动车在哪充电"))
    listed = staff(chat, "/faq 未答")
    assert "501" not in listed
    assert "不能当问法" in staff(chat, "/faq 未答 1 加 车棚里有充电桩。")


def test_only_a_secretary_of_the_whole_community_writes(chat: Chat) -> None:
    ask(chat, ("王女士", BARBER[0]))
    assert "书记" in staff(chat, "/faq 未答 1 不用", "网格员小安")
    assert "1. 1 人" in staff(chat, "/faq 未答")
    assert staff(chat, "/faq 未答", "王女士", COMPOUND_ROOM) == ""
    assert "1. 1 人" not in staff(chat, "/faq 未答", "志愿者甲", VOLUNTEER_ROOM)


def test_the_clusters_outlive_the_process(open_chat: Callable[..., Chat], tmp_path: Path) -> None:
    first = open_chat(tmp_path / "x.db")
    ask(first, ("王女士", BARBER[0]))
    staff(first, "/faq 未答")
    first.app.ledger.close()
    second = open_chat(tmp_path / "x.db", MORNING + timedelta(hours=1))
    second.ids = itertools.count(1000)
    ask(second, ("陈阿姨", BARBER[1]))
    assert "1. 2 人：" in staff(second, "/faq 未答")


def test_five_thousand_questions_do_not_hold_up_the_loop(chat: Chat, data: Data) -> None:
    """Sorting goes on behind, a little at a time; the list itself takes less than 30 ms."""
    services, at = chat.app.timekeeper._services, chat.clock.now()
    texts = [text for spec in data.intents for _, _, text in spec.sentences()][:5000]
    with chat.app.ledger.transaction():
        for n, text in enumerate(texts):
            services.unanswered.add(
                Unanswered(
                    0, at, "r", COMPOUND_ROOM, "春晓苑", f"p{n % 900}", f"居民{n}", "question", text, f"x{n}"
                )
            )
    services.gaps.prepare()
    took = []
    while (due := RING.due(services)) is not None:
        began = time.process_time()
        with chat.app.ledger.transaction():
            RING.ring(max(due, at), services)
        took.append(time.process_time() - began)
        after = RING.due(services)
        assert after is None or after > due, "it rests between two turns"
    assert len(took) == -(-len(texts) // SORTED_AT_ONCE)
    took.sort()
    assert took[len(took) // 2] < 0.03
    best = 1.0
    for _ in range(10):
        began = time.process_time()
        found, total = services.gaps.listed(at - timedelta(days=7), 8)
        best = min(best, time.process_time() - began)
    print(
        f"sorting {SORTED_AT_ONCE}: {took[len(took) // 2] * 1000:.0f} ms, list: {best * 1000:.0f} ms, {total} clusters"
    )
    assert len(found) == 8 and best < 0.03


def test_what_has_an_answer_by_now_comes_last(chat: Chat) -> None:
    ask(chat, *zip(("王女士", "陈阿姨", "老李"), BARBER, strict=True))
    ask(chat, ("小赵", "电动车在哪充电"))
    assert staff(chat, "/faq 未答").splitlines()[1].startswith("1. 3 人")
    shop = FaqEntry(id="barber", topic="理发", questions=BARBER, answer="周六在活动室理发。")
    swap(chat, shop)
    chat.hear()
    listed = staff(chat, "/faq 未答").splitlines()
    assert listed[1].startswith("2. 1 人：电动车在哪充电") and listed[3].startswith("1. 3 人")
    assert "现在答得上了：barber" in listed[4]


@pytest.mark.parametrize("where", ["", COMPOUND_ROOM])
def test_a_lone_why_is_not_listed(chat: Chat, where: str) -> None:
    chat.say("王女士", "小巷，为什么" if where else "为什么", where)
    chat.say("老李", "为什么？", COMPOUND_ROOM)
    assert "没有答不上的" in staff(chat, "/faq 未答")

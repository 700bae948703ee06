"""What people say is understood as what they mean: by the sample data, and by small rule books."""

from pathlib import Path

import pytest

from bot.learnt import engine_of
from bot.model.understanding import Understanding
from bot.settings import load_data
from intents.check import Finding, check
from intents.engine import Engine
from intents.lexicon import UnknownGroupError, Words, expand
from intents.normalise import LONGEST, Normaliser, split_quote
from intents.rules import RuleBook
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec, Rule

DATA = load_data(Path(__file__).parents[1] / "data")
ENGINE = engine_of(DATA)
EMPTY = LexiconSpec({}, {})


def spec(
    intent: str, *rules: Rule, examples: tuple[str, ...] = (), urgent: tuple[str, ...] = ()
) -> IntentSpec:
    return IntentSpec(intent, intent, rules, examples, urgent=urgent)


def small(*specs: IntentSpec, lexicon: LexiconSpec = EMPTY, faq: tuple[FaqEntry, ...] = ()) -> Engine:
    return Engine.build(specs, lexicon, faq)


# The sample data


def test_every_intent_has_a_file() -> None:
    assert [spec.id for spec in DATA.intents] == list(INTENTS)


@pytest.mark.parametrize("spec", DATA.intents, ids=lambda spec: spec.id)
def test_each_intent_understands_its_examples(spec: IntentSpec) -> None:
    wrong = {text: ENGINE.understand(text).intent for _, _, text in spec.sentences()}
    assert {text: intent for text, intent in wrong.items() if intent != spec.id} == {}


@pytest.mark.parametrize("spec", DATA.intents, ids=lambda spec: spec.id)
def test_no_intent_takes_its_near_misses(spec: IntentSpec) -> None:
    assert [text for text in spec.not_examples if ENGINE.understand(text).intent == spec.id] == []


@pytest.mark.parametrize("spec", DATA.intents, ids=lambda spec: spec.id)
def test_each_intent_has_examples_enough(spec: IntentSpec) -> None:
    sentences = [text for _, _, text in spec.sentences()]
    assert len(sentences) >= 60
    assert len(set(sentences)) == len(sentences)
    assert len(spec.not_examples) >= 6


def test_the_sample_data_have_no_findings() -> None:
    assert check(DATA.intents, DATA.lexicon, DATA.faq) == []


@pytest.mark.parametrize("spec", DATA.intents, ids=lambda spec: spec.id)
def test_actions_are_those_of_the_closed_list(spec: IntentSpec) -> None:
    for _, _, text in spec.sentences():
        action = ENGINE.understand(text).action
        assert action in (("answer", "suggest", "silent") if spec.id == "question" else (INTENTS[spec.id],))


def test_every_emergency_is_urgent() -> None:
    emergencies = next(spec for spec in DATA.intents if spec.id == "help.emergency")
    assert all(ENGINE.understand(text).urgent for _, _, text in emergencies.sentences())


@pytest.mark.parametrize("tail", ["", "。", "！！", "啊", "了", "😭", " 快", "，快来"])
@pytest.mark.parametrize(
    "cry",
    [
        "着火",
        "着火了",
        "我家着火了",
        "起火了",
        "救命",
        "救命啊",
        "我被困电梯里",
        "困在电梯里",
        "不想活了",
        "我想跳楼",
        "有人跳楼",
        "快叫救护车",
        "喘不过气",
        "心梗",
        "杀人了",
        "晕倒了",
        "煤气漏了",
        "睡不着，天天想哭，觉得活着没意思",
    ],
)
def test_a_short_cry_always_rings(cry: str, tail: str) -> None:
    got = ENGINE.understand(cry + tail)
    assert (got.intent, got.urgent) == ("help.emergency", True)


@pytest.mark.parametrize(
    "text",
    [
        "没有",
        "没了",
        "没有了",
        "都没有",
        "有",
        "好的",
        "在",
        "嗯",
        "收到",
        "到了",
        "走了",
        "不用谢",
        "我也是",
        "1",
    ],
)
def test_the_short_answers_of_neighbours_mean_nothing(text: str) -> None:
    assert ENGINE.understand(text).action == "silent"


def test_each_need_has_the_place_said_with_it() -> None:
    def doors(text: str) -> dict[str, str | None]:
        got = ENGINE.understand(text)
        return {need.intent: need.slots.building for need in (got, *got.further)}

    both = {"help.repair": "5", "help.medicine": "17"}
    assert doors("我家5号楼水管漏水了，还有我妈17号楼3单元降压药没了") == both
    assert doors("降压药没了，还有垃圾三天没人收，5号楼2单元") == {"help.medicine": "5", "help.trash": "5"}
    own = doors("降压药没有了，还有17号楼2单元我妈家垃圾三天没人收")
    assert own == {"help.medicine": None, "help.trash": "17"}


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        (
            "那个我跟你们说啊我家老头子那个降压药就剩两天了然后那个菜也没了你们看能不能给买点青菜土豆啥的还有那个门口垃圾堆两天了没人收",
            {"help.medicine", "help.supplies", "help.trash"},
        ),
        ("麻烦帮我买点菜再拿个快递顺便把门口垃圾带下去", {"help.supplies", "help.parcel", "help.trash"}),
        ("501降压药两盒 大米10斤 垃圾也帮扔一下", {"help.medicine", "help.trash"}),
        ("我想问一下那个核酸几点做还有就是我家没盐了能不能帮着买一包", {"help.supplies"}),
    ],
)
def test_whoever_dictates_says_no_comma(text: str, needs: set[str]) -> None:
    got = ENGINE.understand(text)
    assert {need.intent for need in (got, *got.further)} == needs


def test_what_stands_in_no_need_of_its_own_stays_with_the_first() -> None:
    assert ENGINE.understand("501降压药两盒 大米10斤 垃圾也帮扔一下").slots.items == (
        "降压药两盒",
        "大米10斤",
    )


def test_a_door_that_stands_alone_belongs_to_every_need() -> None:
    got = ENGINE.understand("402，垃圾两天没人来收了，降压药也没了")
    assert {(need.intent, need.slots.room) for need in (got, *got.further)} == {
        ("help.trash", "402"),
        ("help.medicine", "402"),
    }


def test_a_dictated_story_that_ends_in_nobody_came_is_a_plea() -> None:
    text = "那个小安啊我是17号楼3单元402的孙奶奶我这个白内障眼药水滴完了然后灯泡坏了还有垃圾袋堆门口两天了也没人来拿"
    assert ENGINE.understand(text).intent == "help.trash"


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("啥时候解封啊，家里没菜了", "help.supplies"),
        ("什么时候解封？家里没菜了", "help.supplies"),
        ("什么时候解封啊家里没菜了", "help.supplies"),
        ("家里没菜了，啥时候解封啊", "help.supplies"),
        ("啥时候解封呀我家奶粉没了", "help.supplies"),
        ("咱小区啥时候解封啊，家里老人没饭吃了", "help.supplies"),
        ("我妈药吃完了，核酸几点做啊", "help.medicine"),
        ("几点做核酸啊，我家水管爆了一地水", "help.repair"),
        ("什么时候解封啊，我要去医院透析", "help.medical_visit"),
    ],
)
def test_a_plea_next_to_a_question_is_not_lost(text: str, need: str) -> None:
    got = ENGINE.understand(text)
    assert (got.intent, got.action) == (need, "ticket")


@pytest.mark.parametrize(
    "text",
    [
        "没菜了怎么办",
        "门禁卡坏了，去哪修",
        "核酸几点开始，下午还做吗",
        "快递到了，能出去拿吗",
        "想出去买菜，需要出入证吗",
        "药店几点关门，我下班去买药",
        "啥时候解封啊，想吃火锅了",
        "几点做核酸？我还在睡觉",
    ],
)
def test_what_a_question_is_about_is_no_plea(text: str) -> None:
    assert ENGINE.understand(text).action != "ticket"


def test_urgency_comes_from_the_words_of_the_intent() -> None:
    assert ENGINE.understand("家里胰岛素没了 隔离出不去 谁能帮忙买").urgent
    assert not ENGINE.understand("帮忙买盒创可贴").urgent
    assert not ENGINE.understand("帮忙买盒降压药 不急 有空再说").urgent


def test_why_names_the_rule_and_its_words() -> None:
    why = ENGINE.understand("麻烦志愿者帮我取个快递").why
    assert why.rule == "help.parcel/代取"
    assert "快递" in why.words
    assert why.runner_up


# Questions


def test_a_question_the_faq_knows_is_answered() -> None:
    got = ENGINE.understand("请问核酸啥时候开始呀")
    assert (got.intent, got.action) == ("question", "answer")
    assert got.faq is not None and got.faq.id == "hesuan-time"


@pytest.mark.parametrize(
    "text", ["你吃了吗", "请问公交可以吗", "怎么了", "在干嘛呢", "几点了", "你在哪", "为什么啊"]
)
def test_open_domain_questions_are_met_with_silence(text: str) -> None:
    assert ENGINE.understand(text).action == "silent"


def test_an_unknown_question_to_the_bot_is_handed_over() -> None:
    assert ENGINE.understand("社区活动室能借投影仪吗").action == "silent"
    assert ENGINE.understand("社区活动室能借投影仪吗", addressed=True).action == "handoff"
    assert ENGINE.understand("投影仪", addressed=True).action == "handoff"


def test_being_addressed_does_not_change_a_plea_or_thanks() -> None:
    assert ENGINE.understand("帮我取个快递", addressed=True).intent == "help.parcel"
    assert ENGINE.understand("谢谢你", addressed=True).action == "silent"


# Silence


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b\u202e", "😀😀😀", "[捂脸][捂脸]", "\x00\x01\x02", "……", "好的", "收到"]
)
def test_nothing_said_is_chitchat(text: str) -> None:
    got = ENGINE.understand(text)
    assert (got.intent, got.action, got.urgent) == ("chitchat", "silent", False)


def test_only_what_a_person_says_counts_not_what_they_quote() -> None:
    quoted = "「张三：救命 老人晕倒了 3号楼」\n- - - - - - - - - - - - - - -\n好的 知道了"
    assert ENGINE.understand(quoted).action == "silent"


@pytest.mark.parametrize(
    "text",
    [
        "药" * 20_000,
        "救命" * 10_000,
        "1-" * 10_000,
        "\u202e" * 20_000,
        "核酸几点" * 5_000,
        "老人倒了电梯困" * 2_500,
        "药没了" * 6_000,
        "😀" * 20_000,
    ],
)
def test_hostile_lengths_are_understood_as_something(text: str) -> None:
    assert ENGINE.understand(text).intent in INTENTS


# Rules


def test_a_rule_needs_all_and_any_and_none_of_none() -> None:
    engine = small(
        spec("help.other", Rule("借", all=("借", ("梯子", "轮椅")), any=("谁", "哪位"), none=("还了",)))
    )
    assert engine.understand("哪位有轮椅借用").intent == "help.other"
    assert engine.understand("借轮椅").intent == "chitchat"
    assert engine.understand("谁借东西").intent == "chitchat"
    assert engine.understand("谁借的轮椅 已经还了").intent == "chitchat"


def test_words_are_whole_words() -> None:
    engine = small(spec("help.medicine", Rule("药", words=("药",))))
    assert engine.understand("我要药").intent == "help.medicine"
    assert engine.understand("仓库里有火药").intent == "chitchat"


def test_the_surer_rule_wins_and_the_more_particular_of_equals() -> None:
    engine = small(
        spec("help.other", Rule("帮", any=("帮",), weight=0.6)),
        spec("help.parcel", Rule("件", all=("帮", "快递"), weight=0.6)),
        spec("complaint", Rule("烂", any=("烂",), weight=0.9)),
    )
    assert engine.understand("帮取快递").intent == "help.parcel"
    got = engine.understand("帮取的快递烂了")
    assert (got.intent, got.why.runner_up.split()[0]) == ("complaint", "help.parcel")


def test_an_emergency_wins_against_surer_rules() -> None:
    engine = small(
        spec("help.emergency", Rule("火", any=("着火",), weight=0.8)),
        spec("thanks", Rule("谢", any=("谢谢",))),
    )
    assert engine.understand("谢谢 快来 着火了").intent == "help.emergency"


def test_under_the_threshold_nothing_is_done() -> None:
    got = small(spec("thanks", Rule("谢", any=("谢",), weight=0.4))).understand("谢")
    assert (got.intent, got.action, got.why.runner_up.split()[0]) == ("chitchat", "silent", "thanks")


def test_marks_stand_for_numbers_in_the_text() -> None:
    engine = small(spec("report.temperature", Rule("报", all=("<体温>", "<房号>"))))
    assert engine.understand("17-3-501 36.5").intent == "report.temperature"
    assert engine.understand("17-3-501").intent == "chitchat"


def test_nearness_is_in_order_and_counted_in_characters() -> None:
    engine = small(spec("help.care", Rule("倒", all=(("老人", "奶奶"), "倒了"), within=1)))
    assert engine.understand("奶奶倒了").intent == engine.understand("老人 倒了").intent == "help.care"
    assert engine.understand("老人把水倒了").intent == "chitchat"
    assert engine.understand("倒了奶奶").intent == "chitchat"
    beside = small(spec("help.care", Rule("倒", all=("老人", "倒了"), within=0)))
    assert beside.understand("老人倒了").intent == "help.care"
    assert beside.understand("老人 倒了").intent == "chitchat"


def test_a_rule_for_the_whole_message_bears_small_words_only() -> None:
    engine = small(spec("ticket.urge", Rule("人呢", any=("人呢", "师傅"), alone=True)))
    assert engine.understand("师傅人呢？？").intent == "ticket.urge"
    assert engine.understand("人呢 都去哪玩了").intent == "chitchat"
    assert engine.understand("人呢" * 10_000).intent == "chitchat"


def test_a_fever_is_no_report_of_a_normal_temperature() -> None:
    for text, intent in (
        ("37.2", "report.temperature"),
        ("37.3", "report.symptom"),
        ("38度8", "report.symptom"),
    ):
        assert ENGINE.understand(text).intent == intent


def test_groups_may_hold_groups() -> None:
    lexicon = LexiconSpec({"亲人": ("@老人", "孩子"), "老人": ("奶奶",)}, {})
    assert expand(("@亲人", "邻居"), lexicon) == {"奶奶", "孩子", "邻居"}


@pytest.mark.parametrize("groups", [{}, {"甲": ("@乙",), "乙": ("@甲",)}])
def test_an_unknown_or_circular_group_is_an_error(groups: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UnknownGroupError):
        RuleBook([spec("offer", Rule("甲", any=("@甲",)))], LexiconSpec(groups, {}))


# Checking what an administrator wrote


def found(intents: tuple[IntentSpec, ...], faq: tuple[FaqEntry, ...] = ()) -> list[Finding]:
    return check(intents, EMPTY, faq)


def test_check_tells_an_unknown_group_and_an_empty_rule() -> None:
    got = found(
        (spec("offer", Rule("一", any=("@没有",)), Rule("二", none=("不",)), Rule("三", any=("<楼>",))),)
    )
    assert [finding.path for finding in got] == [
        ("intents", "offer", "rules", number) for number in (0, 1, 2)
    ]
    assert "没有" in got[0].reason and "二" in got[1].reason and "<楼>" in got[2].reason


def test_check_tells_orphan_rules_and_misunderstood_examples() -> None:
    rules = (Rule("谢", any=("谢",)), Rule("没人用", any=("感恩",)))
    thanks = IntentSpec("thanks", "谢", rules, ("谢谢", "多少钱"), not_examples=("不谢",))
    assert {finding.path[2:] for finding in found((thanks,))} == {
        ("rules", 1),
        ("examples", 1),
        ("not_examples", 0),
    }


def test_check_tells_a_sentence_written_under_two_intents() -> None:
    rules = (Rule("谢", any=("谢",)),)
    thanks = IntentSpec("thanks", "谢", rules, ("谢谢",), voices="多亏了你们\n\n辛苦啦")
    offer = IntentSpec("offer", "帮", (), (), urgent_voices="辛苦啦")
    (finding,) = (finding for finding in found((offer, thanks)) if "同一句话" in finding.reason)
    assert finding.path == ("intents", "thanks", "voices", 2) and "offer" in finding.reason


def test_check_tells_faq_entries_that_do_not_answer() -> None:
    asks = spec("question", Rule("问", any=("几点",), weight=0.3), examples=())
    entry = FaqEntry("a", "x", ("超市几点开门",), "八点", examples=("超市几点开门呀", "停车费怎么交"))
    paths = [finding.path for finding in found((asks,), (entry,))]
    assert ("faq", 0, "examples", 1) in paths
    assert ("faq", 0, "examples", 0) not in paths


# Normalising


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("１７＃３＃５０１，ＡＰＰ", "17#3#501,app"),
        ("核 \n\t 酸　了", "核酸了"),
        ("我家 水 没 了", "我家水没了"),
        ("老人 药没了", "老人 药没了"),
        ("家裡沒藥了", "家里没药了"),
        ("河酸几点", "核酸几点"),
        ("@小 王\u2005 帮我[捂脸]拿药", "帮我 拿药"),
        ("@所有人 下楼", "下楼"),
        ("a\u200bb\u202ec\ufeff", "abc"),
        ("③号楼", "3号楼"),
        ("1️⃣", "1"),
        ("😀药😀", "药"),
    ],
)
def test_normalising(text: str, want: str) -> None:
    assert Normaliser({"河酸": "核酸"})(text) == want


def test_normalising_is_done_once_and_bounded() -> None:
    normalise = Normaliser({"河酸": "核酸"})
    text = "@甲乙\u2005「Ａ」河酸\u3000　[笑]" * 3_000
    once = normalise(text)
    assert len(once) <= LONGEST
    assert normalise(once) == once


def test_a_quote_is_told_from_what_is_said() -> None:
    assert split_quote("「张三：要药吗」\n- - - - - - -\n要") == ("张三：要药吗", "要")
    assert split_quote("「只是引号」") == ("", "「只是引号」")


def test_words_of_the_lexicon_stay_whole() -> None:
    assert "百合社区" in Words(("百合社区",))("我住百合社区")


def test_an_understanding_is_a_value() -> None:
    assert isinstance(ENGINE.understand("药"), Understanding)
    assert ENGINE.understand("谁能帮买点药") == ENGINE.understand("谁能帮买点药")

"""What the examples teach: words no rule knows, what something is not, what cannot wait."""

from dataclasses import replace

from bot.model.understanding import Understanding
from intents.engine import Engine
from intents.scorer import Sample, Scorer, _in_turn, learn
from intents.spec import FaqEntry, IntentSpec, LexiconSpec, Rule

LEXICON = LexiconSpec({"药品": ("降压药", "退烧药")}, {})
CHAT = (
    "今天天气真好",
    "晚上吃火锅去",
    "楼下的猫又胖了",
    "这球踢得太臭",
    "孩子网课上完了",
    "周末去爬山吗",
    "新发型好看",
)


def voices(*said: str) -> tuple[str, ...]:
    """Enough of them to learn from."""
    return tuple(
        one + tail for one in said for tail in ("", "，三天了", "，真没法子", "，咋弄呀", "，2栋", "，唉")
    )


HUNGRY = voices(
    "锅里见底", "老两口顿顿啃馍", "冰箱空得能住人", "锅里没下锅的东西", "啃着干馍", "冰箱里啥都没有"
)
WET = voices("屋顶往下滴答", "地板泡起来", "墙角滴答一夜", "地板泡得翘边", "天花板滴答滴答", "柜子泡坏")


def engine(*specs: IntentSpec, faq: tuple[FaqEntry, ...] = ()) -> Engine:
    return Engine.build((IntentSpec("chitchat", "闲聊", (), CHAT), *specs), LEXICON, faq)


def supplies(*, not_examples: tuple[str, ...] = (), urgent: str = "") -> IntentSpec:
    rules = (Rule("买菜", any=("买菜",), weight=0.8),)
    return IntentSpec("help.supplies", "买菜", rules, HUNGRY, "", urgent, not_examples)


REPAIR = IntentSpec("help.repair", "维修", (), WET)


def heard(text: str, *specs: IntentSpec) -> Understanding:
    return engine(*specs).understand(text)


def test_words_no_rule_knows_are_learnt_from_the_examples() -> None:
    assert heard("锅里又见底了", REPAIR).intent == "chitchat"
    got = heard("锅里又见底了", supplies(), REPAIR)
    assert (got.intent, got.action) == ("help.supplies", "ticket")
    assert got.why.rule == "help.supplies/例句" and any(
        "锅" in word or "底" in word for word in got.why.words
    )


def test_the_examples_tell_intents_apart() -> None:
    assert heard("床底下也泡了 滴答个不停", supplies(), REPAIR).intent == "help.repair"


def test_not_examples_take_something_away() -> None:
    bread = voices("米缸见底", "油瓶见底", "粮食见底")
    open_handed = IntentSpec("help.supplies", "买菜", (), (*HUNGRY, *bread))
    assert heard("钱包又见底", open_handed, REPAIR).intent == "help.supplies"
    jokes = voices("钱包见底", "我的钱包也见底", "钱包早见底")
    closed = IntentSpec("help.supplies", "买菜", (), (*HUNGRY, *bread), not_examples=jokes)
    assert heard("钱包又见底", closed, REPAIR).intent != "help.supplies"


def test_urgent_voices_teach_what_cannot_wait() -> None:
    urgent = "\n".join(("", *voices("锅里见底娃饿得直哭", "娃断奶哭一宿", "月子里娃没得吃", "娃饿得直哭")))
    assert not heard("冰箱又空", supplies(urgent=urgent), REPAIR).urgent
    got = heard("娃饿得哭", supplies(urgent=urgent), REPAIR)
    assert (got.intent, got.urgent) == ("help.supplies", True)


def test_what_is_written_word_for_word_means_what_is_written_there() -> None:
    rule = Rule("着火", any=("着火",))
    fire = IntentSpec("help.emergency", "急症", (rule,), ("着火了", "厨房着火"))
    joke = IntentSpec("chitchat", "闲聊", (), CHAT, voices="嗓子跟着火了一样！")
    assert Engine.build((fire, REPAIR), LEXICON, ()).understand("嗓子跟着火了一样").urgent
    assert Engine.build((fire, joke), LEXICON, ()).understand("嗓子跟着火了一样！").action == "silent"


def test_rules_speak_for_themselves_where_there_are_no_examples() -> None:
    bare = IntentSpec("help.supplies", "买菜", (Rule("买菜", any=("买菜",), weight=0.8),), ())
    weak = IntentSpec("help.trash", "垃圾", (Rule("垃圾", any=("垃圾",), weight=0.3),), ())
    assert Engine.build((bare, weak), LEXICON, ()).understand("想买菜").intent == "help.supplies"
    assert Engine.build((bare, weak), LEXICON, ()).understand("垃圾真多").intent == "chitchat"


def test_a_very_sure_rule_is_not_put_to_the_vote() -> None:
    notice = IntentSpec("chitchat", "闲聊", (Rule("通知", any=("各位居民",), weight=0.93),), CHAT)
    sure = Engine.build((notice, supplies(), REPAIR), LEXICON, ())
    assert sure.understand("锅里又见底").action == "ticket"
    assert sure.understand("各位居民 锅里又见底").action == "silent"


def test_the_same_samples_give_the_same_votes() -> None:
    samples = [
        *(Sample(text, ("@药品",), {}, "help.supplies", urgent=False) for text in HUNGRY),
        *(Sample(text, (), {}, "chitchat") for text in CHAT),
    ]
    labels = ("help.supplies", "chitchat")
    one, other = (Scorer(learn(samples, labels, "chitchat")) for _ in range(2))
    votes = [scorer("锅里没东西", ("@药品",), {}) for scorer in (one, other)]
    assert votes[0].shares() == votes[1].shares()
    assert sum(votes[0].shares().values()) == 1 or abs(sum(votes[0].shares().values()) - 1) < 1e-5


def test_a_text_of_nothing_known_is_silence() -> None:
    assert heard("xyzzy plugh", supplies(), REPAIR).action == "silent"
    assert heard("𰻞𰻞面", supplies(), REPAIR).action == "silent"


def test_an_explanation_names_what_it_came_from() -> None:
    found = engine(supplies(), REPAIR).explain("想买菜 锅里见底")
    assert [match.rule for match, _ in found.rules] == ["买菜"] and found.rules[0][1] == ("买菜",)
    assert found.vote.label == found.understanding.intent == "help.supplies"
    assert found.because and found.decided == "" and not found.asked


def test_what_did_not_change_is_not_read_again_and_teaches_the_same() -> None:
    first = engine(supplies(), REPAIR)
    more = replace(REPAIR, voices="窗台滴答了一晌午")
    specs = (IntentSpec("chitchat", "闲聊", (), CHAT), supplies(), more)
    quick = Engine.build(specs, LEXICON, (), before=first)
    anew = Engine.build(specs, LEXICON, ())
    assert quick.reader is first.reader and quick.voices == anew.voices
    assert (quick.scorer.learnt.table == anew.scorer.learnt.table).all()


def test_another_rule_is_read_by_anew() -> None:
    first = engine(supplies(), REPAIR)
    ruled = replace(REPAIR, rules=(Rule("漏", any=("漏水",), weight=0.9),))
    specs = (IntentSpec("chitchat", "闲聊", (), CHAT), supplies(), ruled)
    assert [one.rule for one in Engine.build(specs, LEXICON, (), before=first).matches("漏水")] == ["漏"]


def test_one_line_more_changes_the_turn_of_no_other() -> None:
    samples = [Sample(f"{one} {tail}", (), {}, "chitchat") for one in CHAT for tail in range(40)]
    turns = [[samples[number].text for number in batch] for batch in _in_turn(samples)]
    more = [*samples[:99], Sample("窗台滴答", (), {}, "help.repair"), *samples[99:]]
    assert [[more[n].text for n in batch if more[n].text != "窗台滴答"] for batch in _in_turn(more)] == turns


def test_a_caret_that_somebody_typed_is_no_ones_beginning_alone() -> None:
    samples = [Sample(text, (), {}, "chitchat") for text in ("^_^", "^^", "哈^哈", "哈哈")]
    learnt = learn(samples, ("chitchat", "thanks"), "chitchat")
    assert "^" in learnt.texts and Scorer(learnt)("嗯", (), {}).features == [learnt.texts.index("^")]

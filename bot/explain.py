"""`xiaoxiang classify --explain`: why a message was understood as it was, in the words of those who edit data/."""

from collections.abc import Mapping

from bot.model.understanding import Slots
from intents.engine import UNSURE, Explanation
from intents.faq import NEAR, SURE, Found
from intents.features import in_words, runs

_DOES = {
    "silent": "不作声",
    "answer": "照问答回",
    "suggest": "列几个让他挑",
    "ticket": "登记或查工单",
    "record": "记下",
    "command": "当命令办",
    "handoff": "转值班",
}
_SLOTS = {
    "building": "楼栋",
    "unit": "单元",
    "room": "房号",
    "phones": "电话",
    "items": "东西",
    "people": "谁",
    "temperature": "体温",
    "when": "时间",
}
SHOWN = 4
"""Rules and votes shown: the best."""


def explained(
    found: Explanation, titles: Mapping[str, str], action: str, cooldowns: Mapping[str, float]
) -> str:
    """The explanation as lines of text. ``cooldowns``: so many minutes an entry is not repeated in a group."""

    def named(intent: str) -> str:
        return f"{titles.get(intent, intent)}（{intent}）"

    got, read, vote = found.understanding, found.read, found.vote
    lines = [f"话：{found.text}"]
    if read.said != found.text:
        lines.append(f"整理成：{read.said}")
    hurry = "，急" if got.urgent else ""
    lines.append(f"听成：{named(got.intent)}，把握 {got.score:.2f}{hurry} → {_DOES[action]}")
    lines += [f"还听出：{named(more.intent)}（{_slots(more.slots)}）" for more in got.further]
    lines.append(f"听出的：{_slots(got.slots)}")
    rules = [
        f"{named(match.intent)}的“{match.rule}” {match.score:.2f}（{'、'.join(words) or '记号'}）"
        for match, words in found.rules[:SHOWN]
    ]
    lines.append("规则：" + ("；".join(rules) or "没有规则说中"))
    if action == "command":
        return "\n".join(lines)
    if got.intent == "chitchat" and vote.label != "chitchat" and not found.decided:
        lines.append(f"  哪一个都不到 {UNSURE:.0%}，当作没听懂，不作声")
    most = list(vote.shares().items())[:SHOWN]
    lines.append("例句教的：" + "、".join(f"{titles.get(i, i)} {share:.0%}" for i, share in most))
    lines.append(f"  靠的是：{'、'.join(map(in_words, found.because)) or '没有见过的字词'}")
    lines.append(f"  急不急：{vote.urgency:.0%}")
    if found.denied:
        lines.append("  例句几乎都说没事，所以急症的规则不算")
    if found.decided:
        lines.append(f"  不看这些，由它定：{found.decided}")
    if found.faq is None:
        lines.append("问答：没有查（不像问句）" if not found.asked else "问答：没有像的")
    else:
        lines += _faq(found.faq, cooldowns)
    return "\n".join(lines)


def _faq(found: Found, cooldowns: Mapping[str, float]) -> list[str]:
    """The nearest entry, what is between it and the next, and how long it is not repeated."""
    lines = [f"问答：最像 {found.id}，{found.score:.2f}（{SURE} 起直接答，{NEAR} 起列出来让人挑）"]
    if found.words:
        lines.append(f"  对上的字：{'、'.join(runs(found.words))}")
    for other, score in found.others[:1]:
        lines.append(f"  其次 {other}，{score:.2f}，差 {found.score - score:.2f}")
    minutes = cooldowns.get(found.id, 0)
    lines.append(f"  冷却：同一个群 {minutes:g} 分钟内不重说" if minutes else "  冷却：没有，每次都说")
    return lines


def _slots(slots: Slots) -> str:
    said = {
        name: "、".join(value) if isinstance(value, tuple) else value for name, value in slots.said().items()
    }
    return "，".join(f"{_SLOTS[name]} {value}" for name, value in said.items()) or "没有细节"

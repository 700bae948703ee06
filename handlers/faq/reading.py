"""What people write behind /faq 加 and /faq 改: questions and answers on a phone, in whatever form. Pure."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

_NAMES = {
    "问法": "questions", "问题": "questions", "问": "questions", "答案": "answer", "回答": "answer", "内容": "answer",
    "答": "answer", "来源": "source", "出处": "source", "主题": "topic", "分类": "topic", "话题": "topic",
    "有效期": "days", "有效": "days",
}  # fmt: skip
_WORD = "|".join(sorted(_NAMES, key=len, reverse=True))
_LABEL = re.compile(rf"(?:^|(?<=[\s,，。.;；|｜、？?！!]))({_WORD})[ \t]*[:：][ \t]*")
_SPOKEN = re.compile(
    r"(?:问题?|问法)[\s,，]+(?P<q>.+?)[\s,，。？?]+(?:答案?|回答)[\s,，是]+(?P<a>.+)", re.DOTALL
)
"""问 核酸几点 答 八点: dictated, without colons."""
_BAR = re.compile(r"\s*[|｜]+\s*")
_SLASH = re.compile(r"\s+[/／]\s*|\s*[/／]\s+|(?<![\d:/／A-Za-z])[/／](?![\d/／A-Za-z])")
_MARK = re.compile(r"[？?]+")
_ASKS = re.compile(r"[？?]$|(?:吗|呢|么|怎么办|几点|在哪|哪里|哪儿|多久|多少|怎么\w{1,4})$")
_TOPIC = re.compile(r"\s*(?:[【\[]([^】\]\n]{1,10})[】\]]|[#＃](\S{1,10})\s)\s*")
_SEVERAL = re.compile(r"\s*(?:[、;；\n]|[|｜])+\s*")
_ENDS = " \t\n,，;；|｜、"

CHANGED = re.compile(r"\s*(?:的?(?:答案|回答|内容))?\s*(?:改成|改为|换成|改到)[\s:：,，]*")
"""把核酸几点开始的答案改成…"""


@dataclass(frozen=True, slots=True)
class New:
    """A new entry as somebody wrote it."""

    questions: tuple[str, ...]
    answer: str
    topic: str = ""
    source: str = ""
    days: str = ""
    """What was said about how long it holds, to be read yet."""


def read_new(text: str, topics: Collection[str]) -> New | None:
    """A question and its answer; None when only one of them is there. ``topics``: those the FAQ has."""
    text, topic = _topic(text.strip())
    parts = labelled(text)
    if "questions" in parts or "answer" in parts:
        head = parts.get("", "")
        asked = parts.get("questions", head)
        answer = parts.get("answer", "")
        if not answer and "questions" in parts:
            asked, answer = _two(asked)
        topic = parts.get("topic", topic)
        return _new(asked, answer, topic, parts.get("source", ""), parts.get("days", ""))
    if parts.keys() - {""}:
        asked, answer = _two(parts.get("", ""))
        return _new(asked, answer, parts.get("topic", topic), parts.get("source", ""), parts.get("days", ""))
    pieces = _BAR.split(text)
    if len(pieces) > 2 and pieces[0].strip() in topics:
        return _new(pieces[1], " | ".join(pieces[2:]), pieces[0].strip())
    return _new(*_two(text), topic)


def labelled(text: str) -> dict[str, str]:
    """The parts of a text that begin with 问：, 答：, 来源： and so on, by key; "" is what stands before the first."""
    found = list(_LABEL.finditer(text))
    if not found:
        spoken = _SPOKEN.fullmatch(text.strip())
        return {"questions": spoken["q"], "answer": spoken["a"]} if spoken else {"": text.strip()}
    parts: dict[str, str] = {}
    if before := text[: found[0].start()].strip(_ENDS):
        parts[""] = before
    for n, label in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(text)
        key, words = _NAMES[label[1]], text[label.end() : end].strip(_ENDS)
        parts[key] = f"{parts[key]}\n{words}" if key in parts else words
    return parts


def read_questions(text: str) -> tuple[str, ...]:
    """Several phrasings by 、or lines, without the question marks that no title wants."""
    asked = (" ".join(one.split()).strip("？?。.!！") for one in _SEVERAL.split(text.strip()))
    return tuple(dict.fromkeys(one for one in asked if one))


def plain(text: str) -> str:
    """A text as titles are compared: half-width, small, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def _topic(text: str) -> tuple[str, str]:
    found = _TOPIC.match(text)
    return (text[found.end() :], (found[1] or found[2]).strip()) if found else (text, "")


def _two(text: str) -> tuple[str, str]:
    """Question and answer, by the first sign that parts them."""
    text = text.strip()
    if (bar := _BAR.search(text)) and text[: bar.start()].strip():
        return text[: bar.start()], text[bar.end() :]
    if "\n" in text:
        lines = text.split("\n")
        count = next(
            (n for n, line in enumerate(lines[1:], 1) if not _ASKS.search(line.strip())), len(lines) - 1
        )
        return "\n".join(lines[:count]), "\n".join(lines[count:])
    for sign in (_SLASH, _MARK):
        if (
            (found := sign.search(text))
            and text[: found.start()].strip()
            and text[found.end() :].strip(_ENDS)
        ):
            return text[: found.start()], text[found.end() :]
    return text, ""


def _new(asked: str, answer: str, topic: str = "", source: str = "", days: str = "") -> New | None:
    questions, answer = read_questions(asked), answer.strip(_ENDS)
    return New(questions, answer, topic.strip(), source, days) if questions and answer else None

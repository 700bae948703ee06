"""What people answer to a preview who do not use its word: a yes in other words, a wish for something else. Pure."""

import re
import unicodedata

_STOPS = r"[\s。.!！~～,，]*"
_GLAD = r"(?:好的?|行|可以|嗯+|对的?|没问题|ok|OK)"
_YES = re.compile(
    rf"(?:{_GLAD}[，,、\s]*)*(?:确定|同意|(?:就这样|就这么|可以|快|那就?|就)?(?:发(?:送|出去|出)?|开始|定))(?:吧|了|啊)*{_STOPS}"
)
_CASUAL = re.compile(rf"{_GLAD}(?:吧|了|的|啊)*{_STOPS}")
_OTHERWISE = re.compile(
    r"(?:等一?下|等等|先别)?[，,\s]*(?:改(?!天|日)|不对|错了|[写打发]错|应该是|换成|(?:时间|日期|地点|地方).{0,2}(?:不对|错|改)).{0,30}",
    re.DOTALL,
)
_WRAPPED = re.compile(r"^[「『“”\"'‘’【《(（\[]+|[」』“”\"'‘’】》)）\]]+$")
_FACES = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,4}\]")
_SPACE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_MANNERS = re.compile(r"[\s,，。.!！~～、]*(?:谢谢|多谢|感谢|辛苦|麻烦)(?:了|你|您|啦|小巷)*[\s。.!！~～]*$")
_BEFORE = re.compile(
    r"^(?:嗯+|好的?|对的?|行|是的?|ok|可以|没问题)[\s,，。.!！、]*(?=确认|取消|不[改发])", re.IGNORECASE
)
_MISHEARD = re.compile(r"^(?:确人|确任|却认|确认认)")
_TWICE = re.compile(r"^(确认|取消|不改|不发)(?:[\s,，。.!！、]*\1)+")


def plain(words: str) -> str:
    """The word asked for as people really type and dictate it: in the quotes of the preview, with a thumb, thanks, twice
    (「确认」, 确认👌, 好的确认, 确认确认，谢谢): without all that. What is anything else stays what it is."""
    said = _FACES.sub("", words)
    said = "".join(one for one in said if unicodedata.category(one) not in ("So", "Sk", "Cf", "Mn"))
    said = _WRAPPED.sub("", _MANNERS.sub("", _WRAPPED.sub("", said.strip())))
    said = _BEFORE.sub("", _SPACE.sub("", said))
    return _TWICE.sub(r"\1", _MISHEARD.sub("确认", said)).strip()


def hesitant(words: str) -> bool:
    """确认一下, 已确认, 确认 可以了: has the word in it, and may be meant for a colleague."""
    return len(words) <= 12 and words[:1] not in "/／" and ("确认" in words or "上线" in words)


def yes(words: str) -> bool:
    """好的发吧, 确定, 就这么发: means yes, and is said of other things, too."""
    return _YES.fullmatch(words) is not None


def casual(words: str) -> bool:
    """好的, 行: said to everybody all day."""
    return _CASUAL.fullmatch(words) is not None


def otherwise(words: str) -> bool:
    """改一下，7点半开始; 不对, 时间错了."""
    return _OTHERWISE.fullmatch(words) is not None

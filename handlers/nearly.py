"""What people answer to a preview who do not use its word: a yes in other words, a wish for something else. Pure."""

import re

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


def yes(words: str) -> bool:
    """好的发吧, 确定, 就这么发: means yes, and is said of other things, too."""
    return _YES.fullmatch(words) is not None


def casual(words: str) -> bool:
    """好的, 行: said to everybody all day."""
    return _CASUAL.fullmatch(words) is not None


def otherwise(words: str) -> bool:
    """改一下，7点半开始; 不对, 时间错了."""
    return _OTHERWISE.fullmatch(words) is not None

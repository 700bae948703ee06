"""Traditional characters and their simplified ones: the only file that imports OpenCC."""

import opencc

_CJK = (range(0x4E00, 0xA000), range(0x3400, 0x4DC0))
_MORE = {"妳": "你", "祢": "你", "咁": "这么", "佢": "他"}


def simplified() -> dict[int, str]:
    """For str.translate: every traditional character with its simplified one. Character by character, for nobody
    who writes to a group depends on the few words where that is not enough; so a message costs nothing more."""
    plain = "".join(chr(code) for codes in _CJK for code in codes)
    turned = opencc.OpenCC("t2s").convert("\n".join(plain)).split("\n")
    table = {ord(one): other for one, other in zip(plain, turned, strict=True) if one != other}
    return table | {ord(one): other for one, other in _MORE.items()}

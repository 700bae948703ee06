"""The privacy guard: what may never be read in a residents' group. It sits at the outbox's door."""

import re
from collections.abc import Collection

from bot.model.contacts import PHONE, bare_phone

HIDDEN_PHONE = "［电话已隐去］"
HIDDEN_ID = "［证件号已隐去］"
HIDDEN_ROOM = "***"

_ID_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:(?:18|19|20)\d{2}|\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]?(?![\dXx])"
)
"""Resident identity numbers, GB 11643: six digits of area, the birthday, three of order, a check digit."""

_DIGITS = r"[0-9０-９]"
_ROOM = (
    re.compile(
        rf"({_DIGITS}{{1,3}}(?:号楼|号|栋|幢|座|楼|弄)?[-－—–#]{_DIGITS}{{1,2}}(?:单元)?[-－—–#]){_DIGITS}{{3,4}}(?!{_DIGITS})"
    ),
    re.compile(rf"((?:单元|号楼|栋|幢|座)\s*){_DIGITS}{{3,4}}(?!{_DIGITS}|号|栋|幢|楼)"),
    re.compile(rf"()(?<!{_DIGITS}){_DIGITS}{{3,4}}(?=\s*(?:室|房间|房|户))"),
)
"""Room numbers: 17-3-501, 17号楼3单元501, 501室. What stands before the number stays."""


def guarded(text: str, public_phones: Collection[str]) -> str:
    """The text with phones, identity numbers and room numbers masked.

    ``public_phones`` (digits only) stay readable: the duty phone, the clinic. Masking twice changes nothing.
    """
    if not any(c.isdigit() for c in text):
        return text
    text = _ID_NUMBER.sub(HIDDEN_ID, text)
    text = PHONE.sub(lambda m: m[0] if bare_phone(m[0]) in public_phones else HIDDEN_PHONE, text)
    for pattern in _ROOM:
        text = pattern.sub(rf"\g<1>{HIDDEN_ROOM}", text)
    return text

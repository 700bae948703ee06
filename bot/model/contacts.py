"""The telephone numbers that may be shown to anybody: data/contacts.yaml."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.model.tree import Node

_GAP = r"[-－—–.·  ]?"  # the last two: a space and a no-break space
PHONE = re.compile(
    r"(?<!\d)(?:"
    rf"(?:[+＋]?[8８][6６]{_GAP})?[1１][3-9３-９]\d(?:{_GAP}\d{{4}}){{2}}"  # mobile
    rf"|[(（]?[0０]\d{{2,3}}[)）]?{_GAP}[2-9２-９]\d{{2,3}}{_GAP}\d{{4}}"  # landline with its area code
    rf"|[48４８][0０][0０](?:{_GAP}\d{{3}}{_GAP}\d{{4}}|{_GAP}\d{{4}}{_GAP}\d{{3}})"  # 400 and 800
    r"|[2-9２-９]\d{6,7}"  # landline without
    r")(?!\d)"
)
"""Telephone numbers as people write them. Hotlines of up to six digits (120, 12345) are not meant: they
belong to nobody."""


def bare_phone(text: str) -> str:
    """Digits only, without the country's code: "+86 138-0013-8000" is 13800138000."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


@dataclass(frozen=True)
class Contact:
    """A number with the name of what answers there."""

    name: str
    """What answers there: 社区值班室."""
    phone: str
    """As it is shown: 0371-55501234."""
    scope: str | None = None
    """The name of the branch it serves; without it, the whole community."""
    helps: tuple[str, ...] = ()
    """What to ring there for, as the card says it (爱心联系卡): 买药, 就医用车. Without any, it is not on the card."""


@dataclass(frozen=True)
class Contacts:
    """data/contacts.yaml."""

    duty: tuple[Contact, ...]
    """Who is on duty: one entry without scope, and one for each branch that has its own."""
    public: tuple[Contact, ...] = ()
    """Other numbers that may appear in a residents' group: property management, clinic, pharmacy."""
    cards: tuple[Contact, ...] = ()
    """People whom residents may ring, with what for (爱心联系卡): a grid worker, whoever looks after a building."""

    @property
    def phones(self) -> frozenset[str]:
        """Every number that may be shown, digits only, with and without the area code."""
        bare = {bare_phone(contact.phone) for contact in (*self.duty, *self.public, *self.cards)}
        return frozenset(bare | {local for phone in bare for local in _without_area_code(phone)})

    def duty_for(self, path: Sequence[Node]) -> Contact:
        """Who is on duty for the last node of a path from the root, like ``tree.path(node)``."""
        by_scope = {contact.scope: contact for contact in reversed(self.duty)}
        for node in reversed(path):
            if node.name in by_scope:
                return by_scope[node.name]
        return by_scope.get(None, self.duty[0])

    def card_for(self, path: Sequence[Node]) -> list[Contact]:
        """Whom to ring for what at the last node of a path from the root, whoever is on duty last: each errand goes to
        the nearest branch that has somebody for it, so ``helps`` holds only what nobody nearer does."""
        listed = [contact for contact in (*self.cards, *self.public) if contact.helps]
        covered: set[str] = set()
        card: list[Contact] = []
        for scope in (*(node.name for node in reversed(path)), None):
            here = [contact for contact in listed if contact.scope == scope]
            for contact in here:
                helps = tuple(errand for errand in contact.helps if errand not in covered)
                card += [replace(contact, helps=helps)] if helps else []
            covered |= {errand for contact in here for errand in contact.helps}
        duty = self.duty_for(path)
        return [*card, replace(duty, helps=duty.helps or ("别的事" if card else "有事",))]


def _without_area_code(phone: str) -> list[str]:
    """The same landline as a neighbour dials it; area codes 01x and 02x have three digits, others four."""
    if not phone.startswith("0") or len(phone) < 10:
        return []
    return [phone[3:] if phone[1] in "12" else phone[4:]]

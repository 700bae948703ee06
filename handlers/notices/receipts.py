"""「收到」: counted in silence by households, and each group reminded once of how many are missing, never of whom."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.handling import Outcome, Reply, Request, Ring
from bot.model.household import Household
from bot.model.notice import Notice
from bot.model.services import Services
from bot.model.tree import Node
from handlers.notices.quiet import goes_at
from handlers.notices.tally import tally
from handlers.notices.wording import first_words
from intents.normalise import split_quote

SINCE = timedelta(hours=24)
"""So long after a notice went out, 「收到」 is said to it."""

LONGEST = 30
"""Characters of a 「收到」; more is about something."""

LATE = timedelta(hours=12)
"""A reminder that is later than this (the bot was off) is left out."""

LISTED = 10
"""So many groups the summary names."""

VACANT = "空置"
"""A household nobody lives in says nothing."""

_DOOR = r"(?:(?P<building>\d{1,3})(?:号楼|号|幢|栋|座|楼|#|-))?(?:(?P<unit>\d{1,2})(?:单元|-))?(?P<room>\d{3,4})(?:室|号|户|家)?"
_BEFORE = r"(?:好的?|好嘞|嗯+|恩|哦|噢|是的?|行|ok|明白|知道了|谢谢|感谢|我们?家?|全家|都|已经?|也)*"
_AFTER = r"(?:好的?|嗯+|ok|明白|知道了?|谢谢|感谢|辛苦|了|啦|哈|您|你们?|大家|书记|小巷|社区|志愿者)*"
_RECEIVED = re.compile(
    rf"{_BEFORE}(?:{_DOOR})?{_BEFORE}(?:收到|知道[了啦]|晓得[了啦])+{_AFTER}(?:{_DOOR.replace('?P<', '?P<after_')})?",
    re.I,
)
_HINT = re.compile("收|知道|晓得")
_SEVERAL = re.compile(
    rf"(?P<first>{_DOOR.replace('?P<building>', '').replace('?P<unit>', '').replace('?P<room>', '')})"
    r"(?P<others>(?:\s*[、,，和跟与\s]\s*\d{3,4}(?:室|号|户|家)?)+)\s*(?P<rest>\D*)"
)
"""101、102收到: one speaks for several households."""
_SMILEY = re.compile(r"\[[^\[\]]{1,6}\]")
_THING = re.compile(r"收到[了啦]")
"""What is also said of medicine that was brought."""


def heard(request: Request, services: Services) -> Outcome | None:
    """Count a 「收到」 in a residents' group that was asked for one. None when it is none, or is about their ticket."""
    if request.place is None or request.place.kind != "residents" or not _HINT.search(request.text):
        return None
    quote, words = split_quote(request.text)
    all_said = _read(words) if len(words) <= LONGEST else []
    if not all_said:
        return None
    asking = services.notices.asking(request.place.room, request.message.at - SINCE)
    notice = next((one for one in asking if _quoted(one, quote)), next(iter(asking), None))
    if notice is None or (_THING.search(words) and _awaits(request, services)):
        return None
    homes = [_household(said, request, services) for said in all_said]
    if request.person.rank and not any(homes):
        return None  # whoever is at work says it to a colleague
    known = ["/".join(home.key) for home in homes if home]
    for key in dict.fromkeys(known or [""]):
        services.notices.received(notice.id, request.place.room, request.by, key)
    return Outcome(f"silent:receipt:{notice.id}")


def _read(words: str) -> list[re.Match[str]]:
    """The 「收到」 of each household: 101、102收到 is said for two. Empty when it is none."""
    several = _SEVERAL.fullmatch(unicodedata.normalize("NFKC", words).strip())
    if several is None:
        said = _RECEIVED.fullmatch(_folded(words))
        return [said] if said else []
    first = several["first"]
    stem = re.sub(r"\d{3,4}(?:室|号|户|家)?$", "", first)
    doors = [first, *(stem + room for room in re.findall(r"\d{3,4}", several["others"]))]
    found = [_RECEIVED.fullmatch(_folded(f"{door}{several['rest']}")) for door in doors]
    return [said for said in found if said] if all(found) else []


def _quoted(notice: Notice, quote: str) -> bool:
    """True when a quote begins with its words; whoever quotes nothing answers the latest."""
    begins = "".join(first_words(notice).rstrip("…").split())
    return bool(begins) and begins in "".join(quote.split())


def _folded(text: str) -> str:
    """Half-width, without spaces, punctuation, smileys."""
    text = _SMILEY.sub("", unicodedata.normalize("NFKC", text))
    return "".join(one for one in text if one.isalnum() or one in "-#")


def _awaits(request: Request, services: Services) -> bool:
    """True for somebody who waits for what others have in hand."""
    tickets = services.tickets.of_requester(request.person.id)
    return any(one.state in ("taken", "dispatched") for one in tickets)


def _household(said: re.Match[str], request: Request, services: Services) -> Household | None:
    """The household behind it: the door that was said, else the one the account is bound to."""
    assert request.place is not None
    parts = said.groupdict()
    door = {name: parts[name] or parts[f"after_{name}"] or "" for name in ("building", "unit", "room")}
    node = request.place.node
    building, unit = door["building"] or node.building or "", door["unit"] or node.unit or ""
    if not door["room"] or not building:
        return services.roster.household_of(request.person.id)
    compound = services.groups.compound(node)
    name, room = compound.name if compound else "", door["room"].lstrip("0")
    if services.roster.knows_households():
        return services.roster.find_household(name, building, unit, room)
    return Household(name, building, unit, room)


@dataclass(frozen=True, slots=True)
class Count:
    """How one group answered."""

    room: str
    node: Node
    answered: int
    """Households, as far as they are known; whoever's is not known counts as one."""
    households: int | None
    """How many are meant; None where there is no list of households."""

    @property
    def missing(self) -> int | None:
        """How many have not answered, as far as one can know."""
        return None if self.households is None else max(self.households - self.answered, 0)


def counts(notice: Notice, services: Services) -> list[Count]:
    """Every group that got it, the smallest first: a household belongs to the smallest group it is in, and answers
    for itself wherever it answers."""
    answered = services.deliveries.answered(notice.id)
    everywhere = frozenset[str]().union(*answered.values())
    seen: set[str] = set()
    found: list[Count] = []
    for room, node in _rooms(notice, services):
        homes = _homes(node, services) - seen
        inner = any(services.groups.within(one.node, node) for one in found)
        seen |= homes
        nameless = {who for who in answered.get(room, frozenset()) if who.startswith("person:")}
        if _homes(node, services):
            if homes:
                found.append(Count(room, node, len(homes & everywhere) + len(nameless), len(homes)))
        elif not inner:
            found.append(Count(room, node, len(answered.get(room, ())), None))
    return found


def _rooms(notice: Notice, services: Services) -> list[tuple[str, Node]]:
    """The residents' groups that got it, those deeper in the tree first."""
    result = tally(services.notices.rows(notice.id))
    got = {*result.sent, *result.unsure}
    places = [services.groups.place(room) for room in notice.rooms if room in got]
    rooms = [(place.room, place.node) for place in places if place and place.kind == "residents"]
    return sorted(rooms, key=lambda one: -len(services.groups.path(one[1])))


def _homes(node: Node, services: Services) -> set[str]:
    compound = services.groups.compound(node)
    homes = services.roster.households(
        compound.name if compound else "", node.building or "", node.unit or ""
    )
    return {"/".join(home.key) for home in homes if VACANT not in home.tags}


def summary(notice: Notice, services: Services) -> str:
    """「收到」38/46 户；还差：17号楼3单元 3 户…: for whoever may see the notice; "" when it asks for none."""
    if not notice.asks_receipt:
        return ""
    found = counts(notice, services)
    answered = sum(one.answered for one in found)
    if not found or any(one.households is None for one in found):
        return f"「收到」{answered} 户"
    total = sum(one.households or 0 for one in found)
    lacking = sorted((one for one in found if one.missing), key=lambda one: -(one.missing or 0))
    names = [f"{services.groups.title(one.node)} {one.missing} 户" for one in lacking[:LISTED]]
    more = f"……等 {len(lacking)} 个群" if len(lacking) > LISTED else ""
    rest = f"，还差：{'、'.join(names)}{more}" if names else ""
    return f"「收到」{min(answered, total)}/{total} 户{rest}"


def due(services: Services) -> datetime | None:
    """When the groups of a notice are to be reminded: not in the quiet hours."""
    moments = [_moment(ended, services) for _, ended in services.deliveries.unreminded()]
    return min(moments).astimezone(services.zone) if moments else None


def _moment(ended: datetime, services: Services) -> datetime:
    settings, now = services.notice_settings, services.clock.now()
    planned = goes_at(
        ended + timedelta(minutes=settings.receipt_minutes), "normal", settings.quiet_hours, services.zone
    )
    return planned if planned > now else goes_at(now, "normal", settings.quiet_hours, services.zone)


def ring(at: datetime, services: Services) -> list[Reply]:
    """Remind the groups, once; not of what was corrected, no longer holds, or is long past."""
    replies: list[Reply] = []
    for number, ended in services.deliveries.unreminded():
        if _moment(ended, services) > at:
            continue
        notice = services.notices.change(number, at, reminded_at=at)
        holds = notice.valid_until is None or at < notice.valid_until
        late = at - ended > timedelta(minutes=services.notice_settings.receipt_minutes) + LATE
        if holds and not late and not services.deliveries.corrected(number):
            replies += [
                _remind(one, notice, services) for one in counts(notice, services) if one.missing != 0
            ]
    return replies


def _remind(count: Count, notice: Notice, services: Services) -> Reply:
    if count.missing is not None:
        text = services.replies("receipt_missing", count=str(count.missing))
    elif count.answered:
        text = services.replies("receipt_answered", count=str(count.answered))
    else:
        text = services.replies("receipt_none")
    return Reply(text, "notice", "named", count.room, topic=f"receipt:{notice.id}")


RING = Ring("notice.receipts", due, ring)

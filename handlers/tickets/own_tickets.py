"""ticket.*: people ask after, urge, withdraw or close their own tickets without knowing a number."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.model.handling import Dialogue, Outcome, Request
from bot.model.services import Services
from bot.model.ticket import OPEN, Ticket
from handlers.speaking import about, duty_phone, named, quoted, to_sender, to_staff, to_those_waiting
from handlers.tickets.alerts import added, holders, holders_or_called, to_doer
from handlers.tickets.family import at_home, household_tickets
from handlers.tickets.reach import told_doer

Act = Callable[[Ticket, Request, Services], Outcome]

LISTED = 5
"""So many tickets are listed at most."""

SHORT_ANSWER = 40
"""Characters; a longer message is not taken for the answer to a question."""

A_WORD = 8
"""Characters; 「都催一下」 answers which of several, 「都说今天要下雨」 does not."""

NOT_RECEIVED = re.compile(
    r"没有?(?:收|拿|见|看|送|领)到?|没到|没有啊|还没[有到来送]|送错|拿错|发错|不对|少了|少一|漏了|不是我[要的]|没修好|又[停坏漏堵]|还是[坏停漏堵没不]"
)
"""What people say when that which was reported done has not arrived or does not work."""

NEVER_MIND = re.compile(
    r"(?:算了|不用了?|不要了?|不需要了?|取消吧?|没事了?)[吧呀啊哈了]*[,，。.!！\s]*(?:谢谢[你您大家啊了]*)?[。.!！~]*"
)
"""Words that withdraw what was just asked for when they answer us. Elsewhere they may be meant for a neighbour."""

ALL = re.compile(r"^(?:都|全部?|[两三]个都|全都|都要)|[两三几]个都|[两三几]件都|统统|一起(?:撤|取消|催)")
"""Who says this means every ticket of theirs."""

OURS = re.compile(
    r"工单|单子|[那这]单|撤单|登记|派单|(?:刚才|之前|昨天|早上)[我俺]?[说要报求]的|^取消[了吧啊,，。!！ 谢]*$"
)
"""Who says this means what they asked us for."""

_HOW_FAR = re.compile(
    r"多久|多长时间|[什啥]么?时候|几点|怎么?样了?|咋样|进展|(?:到|好|来|买|送|修|办|接|有|没)(?:到|好|人|着)?(?:了)?[吗没么]|有人管[没吗]"
)
"""Said by somebody whose ticket is open, it asks how far that is."""

_HAVE = re.compile(
    r"买到了|借到了|修好了|弄好了|(?:闺女|女儿|儿子|家里人?|老公|老婆|同事|亲戚|朋友).{0,4}(?:送|带|买|捎|寄)[来了到]"
)
"""Behind 不用了 it tells why: the need itself is gone, whomever the words are meant for."""

_QUANTITY = re.compile(r"[\d一二两三四五六七八九十半几]+ ?(?:盒|瓶|袋|斤|公斤|个|份|箱|桶|包|罐|只|板|片)")
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z#—－-])[A-Za-z]{0,2}\d{1,3}"
    r"(?![0-9A-Za-z#—－-]|号[楼院]|楼|栋|幢|座|单元|室|户|门|层|[盒个袋瓶斤份元点分小天日月片包箱桶人度])"
)
"""What may be a ticket's number: not 17号楼, not 3单元, not 2盒."""


def progress(request: Request, services: Services) -> Outcome:
    """Tell how the person's open tickets stand."""
    tickets = _meant(request, services)[:LISTED]
    if not tickets:
        return _none(request, services)
    lines = [services.replies("ticket_progress", **about(ticket, services)) for ticket in tickets]
    return Outcome("progress", (to_sender(request, "\n".join(lines), tickets[0].number),))


def asks_after_own(request: Request, services: Services) -> Outcome | None:
    """「那个药啥时候能送来啊」 is no question for the FAQ when they wait for medicine: among neighbours what they wait for must
    be named, said to us it need not. Whatever somebody asks whose emergency nobody has taken yet is about that (120打了说要等，
    有没有人能先来). None when it is not about a ticket of theirs."""
    tickets = services.tickets.of_requester(request.person.id)
    if any(ticket.intent == "help.emergency" and ticket.state == "opened" for ticket in tickets):
        return urge(request, services)
    if len(request.text) > SHORT_ANSWER or not _HOW_FAR.search(request.text):
        return None
    if not tickets or not (request.addressed or named_in(request.text, tickets)):
        return None
    return progress(request, services)


def urge(request: Request, services: Services) -> Outcome:
    """Remind the staff of the person's open ticket."""
    return _on_the_one(request, services, "ticket.urge")


def cancel(request: Request, services: Services) -> Outcome:
    """Withdraw an open ticket, if it is certain which is meant; words that may be meant for a neighbour (不用了，我自己有)
    are told to the staff, who decide.

    Followers and family (an account of the same household, or whoever names its door) withdraw only what they name,
    and no emergency.
    """
    tickets = services.tickets.of_requester(request.person.id)
    own = [ticket for ticket in tickets if ticket.requester_id == request.person.id]
    needless = len(own) == 1 and own[0].intent != "help.emergency" and _HAVE.search(request.text)
    if own and (request.addressed or OURS.search(request.text) or needless):
        return _on_the_one(request, services, "ticket.cancel")
    familys = [*tickets, *(one for one in household_tickets(request, services) if one not in tickets)]
    theirs = [
        one
        for one in familys
        if one in own
        or (one.intent != "help.emergency" and (one in tickets or at_home(one, request, services)))
    ]
    named_ones = named_in(request.text, [one for one in tickets if one in theirs]) or named_in(
        request.text, theirs
    )
    if named_ones:
        return _on_these(named_ones, request, services, "ticket.cancel")
    if not familys:
        return _none(request, services)
    if request.addressed and theirs:
        return _which(theirs, request, services, "ticket.cancel")
    outcome = _noted(familys[0], request, services)
    if not request.addressed:
        return outcome
    line = services.replies("handed_over", phone=duty_phone(request, services))
    return replace(outcome, replies=(*outcome.replies, to_sender(request, line)))


def received(request: Request, services: Services) -> Outcome:
    """Close the person's open ticket: they say that they have it."""
    return _on_the_one(request, services, "ticket.done")


def answer_which(request: Request, services: Services) -> Outcome | None:
    """「2」 or 「A002」, after being asked which of several tickets is meant."""
    assert request.dialogue is not None
    numbers = request.dialogue.options
    word = request.text.strip(" 。.第个件张号").upper()
    act = ACTS.get(request.dialogue.ticket)
    if act and len(request.text) <= A_WORD and ALL.search(request.text):
        services.dialogues.end(request, "which")
        tickets = [
            ticket for number in numbers if (ticket := services.tickets.get(number)) and ticket.state in OPEN
        ]
        return _on_each(tickets, request, services, act) if tickets else None
    named_one = [number for number in numbers if word and word in (number, number[1:].lstrip("0"))]
    chosen = numbers[int(word) - 1] if word.isdecimal() and 0 < int(word) <= len(numbers) else None
    ticket = services.tickets.get(chosen or (named_one[0] if named_one else ""))
    if ticket is None or act is None or ticket.state not in OPEN:
        return None
    services.dialogues.end(request, "which")
    return act(ticket, request, services)


def _on_the_one(request: Request, services: Services, intent: str) -> Outcome:
    """Act on the person's only open ticket; with several, ask which by listing them."""
    return _on_these(_meant(request, services), request, services, intent)


def _on_these(tickets: list[Ticket], request: Request, services: Services, intent: str) -> Outcome:
    if not tickets:
        return _none(request, services)
    if len(tickets) == 1 or ALL.search(request.text):
        return _on_each(tickets, request, services, ACTS[intent])
    return _which(tickets, request, services, intent)


def _which(tickets: list[Ticket], request: Request, services: Services, intent: str) -> Outcome:
    """Ask which of them is meant."""
    tickets = tickets[:LISTED]
    numbers = tuple(ticket.number for ticket in tickets)
    expires = request.message.at + services.patience
    where = request.message.room_id, request.person.id
    services.dialogues.begin(*where, Dialogue("which", intent, numbers), expires)
    lines = [
        f"{n}. {services.replies('ticket_progress', **about(ticket, services))}"
        for n, ticket in enumerate(tickets, 1)
    ]
    return Outcome("which", (to_sender(request, services.replies("ticket_which", list="\n".join(lines))),))


def _on_each(tickets: list[Ticket], request: Request, services: Services, act: Act) -> Outcome:
    """Act on all of them."""
    outcomes = [act(ticket, request, services) for ticket in tickets]
    replies = tuple(reply for outcome in outcomes for reply in outcome.replies)
    return Outcome(" ".join(outcome.label for outcome in outcomes), replies)


def _meant(request: Request, services: Services) -> list[Ticket]:
    """The person's open tickets: those they name by number, else by what they wanted, else pleas rather than
    questions handed over."""
    tickets = services.tickets.of_requester(request.person.id)
    named_ones = named_in(request.text, tickets)
    return named_ones or [ticket for ticket in tickets if ticket.intent != "human"] or tickets


def named_in(text: str, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those of the tickets whose number, else whose kind or things the text names."""
    said = {word.upper() for word in _NUMBER.findall(text)}
    numbered = [ticket for ticket in tickets if said & {ticket.number, ticket.short}]
    return numbered or [ticket for ticket in tickets if _names_thing(text, ticket)]


def _names_thing(text: str, ticket: Ticket) -> bool:
    """True when the text names what the ticket is about: 「药」 of 降压药两盒, 「菜」 of 买菜买米, 「垃圾」."""
    things = [_QUANTITY.sub("", item) for item in ticket.items.split("、") if item]
    kind = any(
        text.find(a + b) >= 0 for a, b in pairwise(ticket.title) if a not in "、其他求助" and b not in "、"
    )
    return kind or any(thing and (thing in text or thing[-1] in text) for thing in things)


def _none(request: Request, services: Services) -> Outcome:
    """No ticket of theirs: silence among neighbours, who talk of many things; a word to whoever addressed us."""
    if not request.addressed:
        return Outcome("silent:no-ticket")
    return Outcome("no-ticket", (to_sender(request, services.replies("ticket_none")),))


def _urge(ticket: Ticket, request: Request, services: Services) -> Outcome:
    services.tickets.note(ticket, request.by, "urged")
    key = "alert_urge" if ticket.state == "opened" else "alert_urge_held"
    return _told("urged", ticket, request, services, key, "ticket_urged")


def _noted(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Written down and told to the staff, in silence for the group."""
    services.tickets.note(ticket, request.by, "added", "说不用了")
    return Outcome(f"noted:{ticket.number}", added(ticket, request, services))


def withdraw(ticket: Ticket, request: Request, services: Services) -> Outcome:
    """Withdraw this ticket at the word of somebody who waits for it; the staff and whoever else waits are told."""
    before, ticket = ticket, services.tickets.move(ticket, "cancelled", request.by)
    services.dialogues.end(request, "details")
    outcome = _told("cancelled", ticket, request, services, "alert_cancelled", "ticket_cancelled")
    outcome = replace(outcome, replies=(*outcome.replies, *told_doer(before, ticket, request, services)))
    return _and_others(outcome, ticket, request, services, "ticket_cancelled_by")


def _received(ticket: Ticket, request: Request, services: Services) -> Outcome:
    if ticket.state == "opened" and not request.addressed and not _was_done(ticket, services):
        return Outcome("silent")  # nobody has taken it yet: 「收到了」 is about something else
    ticket = services.tickets.move(ticket, "done", request.by, note="居民确认收到")
    outcome = _told("done", ticket, request, services, "alert_received", "ticket_received")
    return _and_others(outcome, ticket, request, services, "ticket_received_by")


def _was_done(ticket: Ticket, services: Services) -> bool:
    """True for one that was done and opened again: after 「没收到」 it can turn up though nobody takes it again."""
    return any(step.after == "done" for step in services.tickets.history(ticket))


def _told(
    label: str, ticket: Ticket, request: Request, services: Services, alert: str, answer: str
) -> Outcome:
    """The staff, whoever has the ticket by name and in private, and the speaker are told what became of it, by these
    templates."""
    words = about(ticket, services, public=False) | {
        "name": named(request.person),
        "text": quoted(request.text),
    }
    told = to_staff(services.replies(alert, **words), node=ticket.node, ticket=ticket.number)
    call = holders_or_called if ticket.state in OPEN else holders
    told = replace(told, mentions=call(ticket, request.message.at, services))
    said = to_sender(request, services.replies(answer, **about(ticket, services)), ticket.number)
    also = () if label == "cancelled" else to_doer(told, ticket, request, services)
    return Outcome(f"{label}:{ticket.number}", (told, said, *also))


def _and_others(outcome: Outcome, ticket: Ticket, request: Request, services: Services, key: str) -> Outcome:
    """The same outcome, and whoever else waits for the ticket is told by whose word."""
    text = services.replies(key, **about(ticket, services), name=named(request.person))
    others = to_those_waiting(ticket, text, services, but=request.person.id)
    return replace(outcome, replies=(*outcome.replies, *others))


ACTS: dict[str, Act] = {
    "ticket.urge": _urge,
    "ticket.cancel": withdraw,
    "ticket.done": _received,
}
"""What is done to one ticket, by the intent that asks for it."""

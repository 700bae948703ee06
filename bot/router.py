"""Which handler a message goes to: command? open dialogue? intent? silence. First match wins."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.commands import Unknown, parse, parse_quoted
from bot.model.handling import Command, CommandEntry, Dialogue, Outcome, Request
from bot.model.message import Message
from bot.model.people import ROLE_TITLES
from bot.model.services import Services
from bot.model.understanding import Understanding
from bot.model.why import Reason
from bot.reasons import because, of
from handlers import chains, unanswered, why
from handlers.authority import may
from handlers.faq import answering, superseding, votes
from handlers.faq import confirming as editing
from handlers.notices import afterthought, attaching, confirming, receipts
from handlers.speaking import to_sender
from handlers.table import COMMANDS, DIALOGUES, INTENTS
from handlers.testing import evidence, glance, site, turn
from handlers.tickets import taking
from intents import chain
from intents.normalise import split_quote

AT_WORK = frozenset({"notice", "round", "take", "whom", "marks", "edit"})
"""Kinds of dialogues with those at work, whose answers count in their rooms though nobody calls the bot."""

EMERGENCY = "help.emergency"
"""What comes before any open question, and what even a worker's words in a residents' group can mean."""


class Understands(Protocol):
    """The engine of intents/."""

    def understand(self, text: str, *, addressed: bool = False) -> Understanding:
        """What the text means."""
        ...


class Router:
    """Finds the handler of a request and calls it."""

    def __init__(
        self, engine: Understands, services: Services, open_dialogues: Callable[[Message], Sequence[Dialogue]]
    ) -> None:
        self._engine = engine
        self._services = services
        self._open_dialogues = open_dialogues
        self._thoughts: dict[tuple[str, bool], Understanding] = {}
        """What the texts of the present batch mean."""
        self._commands = {entry.name: entry for entry in COMMANDS}

    def think(self, texts: Iterable[tuple[str, bool]]) -> None:
        """Understand a batch of (text, addressed) in one go, which is a fifth faster than one by one in between.

        What cannot be understood is left to ``route``, where an error harms one message.
        """
        self._thoughts = {}
        for text, addressed in texts:
            if text and text[0] not in "/／" and (text, addressed) not in self._thoughts:
                with contextlib.suppress(Exception):
                    self._thoughts[text, addressed] = self._engine.understand(text, addressed=addressed)

    def is_emergency(self, text: str) -> bool:
        """True for what must get through even from somebody who is met with silence."""
        return self._engine.understand(text).intent == EMERGENCY

    def forget_code(self, text: str) -> None:
        """Make an invitation worthless that was shown where strangers read it."""
        command = parse(text, COMMANDS)
        if isinstance(command, Command) and command.name == "认领":
            self._services.roster.revoke(command.rest)

    def route(self, request: Request) -> Outcome:
        """Decide about one request; "silent" when nobody has anything to say. Every reply bears its reason."""
        return because(self._route(request), Reason())

    def _route(self, request: Request) -> Outcome:
        message = request.message
        if (
            message.private
            and message.kind in attaching.KINDS
            and may(request.person, "worker", None, self._services.groups)
        ):
            return attaching.offered(request, self._services)
        if message.kind not in ("text", "group_note") or not (
            request.text or (request.addressed and message.text)
        ):
            return Outcome(f"silent:{message.kind}")
        if request.person.rank and (outcome := why.pointed(request, self._services)):
            return outcome
        if _at_work(request) and request.person.rank and (outcome := self._pointed(request)):
            return outcome
        staff = request.person.rank > 0
        command = parse(request.text, COMMANDS, bare=_at_work(request), staff=staff)
        if isinstance(command, Command):
            return self._command(replace(request, command=command))
        if isinstance(command, Unknown) and (_at_work(request) or request.addressed):
            return self._unknown(command, request)
        if _at_work(request) and staff and (outcome := evidence.site_words(request, self._services)):
            return outcome
        if _at_work(request) and staff and (outcome := site.heard(request, self._services)):
            return outcome
        if _at_work(request) and staff and (outcome := glance.heard(request, self._services)):
            return outcome
        if _in_work_room(request) and not request.addressed:
            return Outcome("silent:staff")
        if staff and (outcome := evidence.overheard(request, self._services)):
            return outcome
        return self._words(request)

    def _pointed(self, request: Request) -> Outcome | None:
        """「我来」, and words to a quoted message about a ticket, among those at work; and their answers to what they
        were asked."""
        quote, said = split_quote(request.text)
        numbers = taking.numbers_in(quote) if quote else ()
        if (named := taking.named_number(said)) or taking.volunteered(said):
            return taking.mine(request, named or numbers, self._services)
        if len(numbers) == 1 and (command := parse_quoted(said, numbers[0], COMMANDS)):
            return self._command(replace(request, command=command))
        several = parse(said, COMMANDS, bare=True) if len(numbers) > 1 else None
        if isinstance(several, Command):
            take = several.name == "接单" and not several.tickets
            asked = taking.mine(request, numbers, self._services) if take else None
            return asked or self._command(replace(request, command=several))
        if outcome := editing.pointed(quote, said, request, self._services):
            return outcome
        if outcome := confirming.pointed(quote, said, request, self._services):
            return outcome
        edited = parse(said, COMMANDS) if quote else None
        if isinstance(edited, Command) and edited.name == "faq":  # the entry whose answer is quoted
            return self._command(replace(request, command=edited))
        for dialogue in self._open_dialogues(request.message):
            if dialogue.kind in AT_WORK or (dialogue.kind == "asked" and dialogue.ticket in numbers):
                meant = self._engine.understand(said, addressed=True)
                answer = replace(request, text=said).understood(meant, dialogue)
                outcome = DIALOGUES[dialogue.kind](answer, self._services)
                if outcome is not None:
                    return outcome
        second = None if quote else confirming.seconded(said, request, self._services)
        corrected = None if second else superseding.heard(said, request, self._services)
        answered = None if quote else answering.heard(said, request, self._services)
        outcome = second or corrected or answered or afterthought.heard(said, request, self._services)
        if outcome or any(one.kind not in AT_WORK for one in self._open_dialogues(request.message)):
            return outcome
        return afterthought.nothing_waits(said, request, self._services)

    def _command(self, request: Request) -> Outcome:
        assert request.command is not None
        entry = self._commands[request.command.name]
        node = request.place.node if request.place else None
        if not may(request.person, entry.role, node, self._services.groups):
            return self._refuse(entry, request)
        understanding = self._need(request.command.rest) if entry.reads_place else None
        outcome = entry.handler(replace(request, understanding=understanding), self._services)
        return because(outcome or Outcome("silent"), Reason(command=entry.name))

    def _need(self, words: str) -> Understanding:
        """What an address and a few words mean to whoever writes them down for others: 「17-3-501 买菜」 alone reads like
        a row of a 接龙."""
        meant = self._engine.understand(words)
        if meant.intent.startswith("help."):
            return meant
        plea = self._engine.understand(f"请帮忙 {words}")
        return plea if plea.intent.startswith("help.") else meant

    def _refuse(self, entry: CommandEntry, request: Request) -> Outcome:
        """Quiet in groups; in private a word on who may."""
        label = f"refused:{entry.name}"
        if not request.message.private:
            return Outcome(label)
        text = self._services.replies("command_refused", word=entry.name, role=ROLE_TITLES[entry.role])
        return Outcome(label, (to_sender(request, text),))

    def _unknown(self, unknown: Unknown, request: Request) -> Outcome:
        key = "command_unknown" if unknown.suggestion else "command_none"
        text = self._services.replies(key, word=unknown.word, suggestion=f"/{unknown.suggestion}")
        return Outcome("command:unknown", (to_sender(request, text),))

    def _words(self, request: Request) -> Outcome:
        understanding = self._thoughts.get((request.text, request.addressed))
        if understanding is None:
            understanding = self._engine.understand(request.text, addressed=request.addressed)
        if (understanding.urgent or understanding.intent == EMERGENCY) and chain.hinted(request.text):
            request, understanding = self._new_in_list(request, understanding)
        a_list = understanding.intent == chain.INTENT and chain.hinted(request.text)
        if understanding.intent != EMERGENCY and not a_list:
            if outcome := turn.heard(request, understanding, self._services):
                return outcome
            quote, said = split_quote(request.text)
            answer = replace(request, text=said) if quote else request
            for dialogue in self._open_dialogues(request.message):
                asked = answer.understood(understanding, dialogue)
                outcome = DIALOGUES[dialogue.kind](asked, self._services)
                if outcome is not None:
                    unanswered.heard(asked, outcome, self._services)
                    return because(outcome, of(understanding, dialogue.kind))
        if not a_list and (outcome := receipts.heard(request, self._services)):
            return outcome
        if not a_list and (outcome := votes.heard(request, self._services)):
            return outcome
        if understanding.intent == chain.INTENT and request.message.private and not a_list:
            understanding = self._need(request.text)  # nobody joins a list in private
        request = request.understood(understanding, None)
        outcome = self._by_intent(request, understanding, a_list)
        unanswered.heard(request, outcome, self._services)
        return because(outcome, of(understanding))

    def _by_intent(self, request: Request, understanding: Understanding, a_list: bool) -> Outcome:
        if _official(request, self._services) and understanding.intent != EMERGENCY and not a_list:
            return Outcome("silent:official")
        if understanding.intent in ("chitchat", chain.INTENT) and (
            outcome := chains.own_row(request, self._services)
        ):
            return outcome
        return INTENTS[understanding.intent](request, self._services) or Outcome("silent")

    def _new_in_list(self, request: Request, understanding: Understanding) -> tuple[Request, Understanding]:
        """A cry for help inside a 接龙 is heard when its row is new; every later copy shows it again."""
        said = chains.news(request, self._services)
        if said is None:
            return request, understanding
        new = self._engine.understand(said, addressed=False)
        if new.intent != EMERGENCY and not new.urgent:
            return request, chain.listed(understanding)
        chains.signup(request, self._services)
        return replace(request, text=said), new


def _in_work_room(request: Request) -> bool:
    """True where people talk about residents' needs all day: only what is said to the bot counts there."""
    return request.place is not None and request.place.at_work


def _at_work(request: Request) -> bool:
    """True where staff and volunteers may leave the slash out."""
    return _in_work_room(request) or request.message.private


def _official(request: Request, services: Services) -> bool:
    """True for a worker speaking to the residents they are responsible for: they inform, they do not plead."""
    if request.addressed or request.place is None:
        return False
    return may(request.person, "worker", request.place.node, services.groups)

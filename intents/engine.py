"""Text in, Understanding out.

The order of thought: what is plain to see is read (intents/reader.py): rules, marks, numbers. A rule of an emergency
decides; so does any rule sure enough to silence. What looks like a question is looked up in the FAQ, which competes with
the rules by how sure it is. Everything else goes by the vote of what the examples taught (intents/scorer.py), in which
the rules that hold are heard.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.model.understanding import Action, FaqHit, Slots, Understanding, Why
from intents import chain
from intents.faq import FaqIndex, Found
from intents.lexicon import Words
from intents.reader import Read, Reader
from intents.rules import EMERGENCY, Match
from intents.scorer import Learnt, Sample, Scorer, Vote, learn
from intents.semantic import meanings
from intents.slots import EMPTY
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec

THRESHOLD = 0.5
"""Under this score nothing is done."""

OFFERED = 0.55
"""Score of a question for which the FAQ has only something near: any plea of note goes before it."""

DECISIVE = 0.93
"""A rule at least this sure is not put to the vote and leaves the FAQ nothing to say: notices, advertisements."""

UNSURE = 0.25
"""A vote shared more widely than this is for nothing at all."""

URGENT, URGENT_WORDS = 0.4, 0.1
"""Urgency voted for from which a plea is urgent: without and with one of its intent's words for it."""

DOUBTFUL = 0.4
"""A vote with less than this for silence overrules a rule of silence (求转发：我爸没有床位)."""

LONG, PLEAS_AT_LENGTH = 80, 0.25
"""Who writes more characters than this mostly asks for something: such a share for all pleas together makes it heard."""

ALARM = 0.35
"""An emergency with this share of the vote is one, whatever else has more: better to ring once too often."""

CERTAIN = 0.8
"""A vote for something else with this share overrules a rule of an emergency (“宝宝快生了”：我家狗)."""

HARMLESS = frozenset({"chitchat", "thanks", "question"})
"""What has to be said, to be no emergency though a rule says so."""

BESIDE = 5
"""Characters beside the alarming words from which the examples are asked at all."""

HOPELESS = 0.95
"""With this share for silence, a word of asking is looked up only if it speaks of what the FAQ speaks of: 谁呀, 真的吗."""

DOUBTED_PLEA = 0.6
"""A vote for a plea with less than this, and no rule, lets a choice of the FAQ be offered where somebody asks."""

SURE_PLEA = 0.9
"""A vote for a plea from this on is answered only by what is even more alike; from less, by whatever is sure."""

AKIN, MUCH_AKIN = 2, 4
"""Characters of substance shared with an entry from which it is offered: to what is heard as a question (给了你多少钱
shares one with 物业费多少钱), and to what the vote takes for something else."""

SPLIT = 120
"""Characters of a message that are looked through for further needs: longer ones tell one story."""

SECOND = 0.1
"""Share of the vote of a second need from which it is looked for."""

EVIDENT, SURELY = 0.5, 0.8
"""Share of the vote from which a part of a message is a need of its own: with a rule and without."""

PLAINLY = 0.6
"""The same, with a rule, next to a question that shares no character with it: 药店开门吗，我想买药 is one question."""

CHAT = "chitchat"

_DETAIL = re.compile(
    r"[\da-z零一二两三四五六七八九十百]|号楼|号|栋|幢|座|单元|楼|层|室|户|弄|[东西南北中]|[我俺咱]们?家?|[是住在就的打为]"
    r"|电话|手机号?|号码|联系方式|座机|[-#/,，。:： ]"
)
"""Of a place and a number to ring; a text made of nothing else asks for nothing."""

_CLAUSE = re.compile(
    r"[,，。;；!！?？~ ]+|(?=还有|另外|顺便|顺带|再就是|对了|然后|而且|再(?:买|拿|取|帮|带|要|来|给)|还[得想要])"
    r"|(?<=[吗呢啊呀])(?=我[家妈爸们]|俺|咱家|家里|孩子|老人|老公|老婆)"
    r"|(?<=了)(?=[\u4e00-\u9fff]{1,6}[也都][没不快要])"
)
"""Where one thing ends and another begins; who dictates says no comma."""
_ALSO = re.compile(r"还有|还要|还想|还得|另外|顺便|顺带|再|对了|也|同时|然后|而且")

_OF_A_PERSON = frozenset(
    {"help.medicine", "help.medical_visit", "help.care", "help.home_testing", "help.mind", "help.other"}
)
"""Needs that are often told as one story (老人一个人在家，药也没了): two of them are two only if it is said (还有，…)."""

_SILENCE = Understanding(CHAT, 1.0, False, "silent", EMPTY)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message while it is being understood."""

    read: Read
    addressed: bool
    vote: Vote
    known: "_Voice | None"
    """What somebody wrote in data/ about these very words."""
    intent: str
    """What rules, vote and that say together."""
    score: float
    near: tuple[tuple[str, float], ...] = ()
    """What the FAQ has that is most alike."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """A line of voices or urgent_voices."""

    intent: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """An understanding with everything it came from."""

    text: str
    understanding: Understanding
    read: Read
    rules: tuple[tuple[Match, tuple[str, ...]], ...]
    """The rules that held with the words that met them, best first."""
    vote: Vote
    because: tuple[str, ...]
    """The features that spoke most for the vote's label."""
    decided: str
    """The rule or the line of data/ that left nothing to the vote; "" when it was put to the vote."""
    denied: bool
    """Whether the examples overruled a rule of an emergency."""
    asked: bool
    """Whether the FAQ was looked up."""
    faq: Found | None


@dataclass(frozen=True, slots=True)
class Engine:
    """Understands texts by the rules, the examples and the FAQ it was built from. Holds no state about messages."""

    specs: dict[str, IntentSpec]
    faq: FaqIndex
    reader: Reader = field(repr=False)
    scorer: Scorer = field(repr=False)
    voices: dict[str, _Voice] = field(repr=False)
    """By the words, normalised: what stands there word for word means what is written there."""
    lexicon: LexiconSpec = field(repr=False)
    lessons: dict[str, Sample] = field(default_factory=dict, repr=False, compare=False)
    """What was read to learn from, by the sentence as it is written; empty when what it taught was known already."""

    @classmethod
    def build(
        cls,
        intents: Sequence[IntentSpec],
        lexicon: LexiconSpec,
        faq: Sequence[FaqEntry],
        *,
        semantic: bool = False,
        learnt: Learnt | None = None,
        before: "Engine | None" = None,
    ) -> "Engine":
        """The engine of these data. Raises UnknownGroupError when a rule names a group the lexicon lacks.

        ``semantic``: the FAQ goes by meaning, too, if the encoder is installed (intents/semantic.py). ``learnt``: what
        the examples of these very data taught before, which spares learning it again. ``before``: an engine of nearly
        the same data, from which is taken whatever bears on nothing that changed."""
        of = meanings(semantic)
        if before and before.lexicon == lexicon and _ruled(before.specs.values()) == _ruled(intents):
            reader, lessons = before.reader, before.lessons
            again = before.faq.by_meaning == (of is not None)
        else:
            reader, lessons, again = Reader(intents, lexicon), dict[str, Sample](), False
        if learnt is None:
            samples = tuple(_samples(intents, reader, lessons))
            learnt = learn([sample for _, sample in samples], tuple(INTENTS), CHAT)
            lessons = dict(samples)
        return cls(
            specs={spec.id: spec for spec in intents},
            faq=before.faq.renewed(faq) if before and again else FaqIndex(faq, lexicon, reader.normalise, of),
            reader=reader,
            voices=_voices(intents, reader, lessons),
            scorer=Scorer(learnt),
            lexicon=lexicon,
            lessons=lessons,
        )

    def with_faq(self, faq: Sequence[FaqEntry], pause: Callable[[], object] = lambda: None) -> "Engine":
        """The same with other entries: nothing is learnt anew, and nothing but what the FAQ answers is heard otherwise.
        ``pause`` is called again and again meanwhile."""
        return replace(self, faq=self.faq.renewed(faq, pause))

    @property
    def words(self) -> Words:
        """jieba, as everything here uses it."""
        return self.reader.words

    def understand(self, text: str, *, addressed: bool = False) -> Understanding:
        """What the text means. ``addressed``: the bot was mentioned or written to in private, so that a question the
        FAQ does not know is handed to the people on duty instead of being met with silence."""
        heard = self._hear(text, addressed)
        return chain.heard(text, self._decide(heard)) if heard.read.said else _SILENCE

    def explain(self, text: str) -> Explanation:
        """The same with its reasons."""
        heard = self._hear(text, addressed=False)
        read = heard.read
        best = _decisive(read, heard.vote)
        decided = f"{best.intent}/{best.rule}" if best else ""
        return Explanation(
            text=text,
            understanding=self.understand(text),
            read=read,
            rules=tuple((match, self.reader.book.words_of(match, read.scan)) for match in read.matches),
            vote=heard.vote,
            because=self.scorer.because(heard.vote, heard.vote.label),
            decided=f"{heard.known.intent}/voices" if heard.known else decided,
            denied=best is None and bool(read.matches) and read.matches[0].intent == EMERGENCY,
            asked=self._looks_up(heard),
            faq=self.faq.find(read.said) if self._looks_up(heard) else None,
        )

    def matches(self, text: str) -> list[Match]:
        """All rules that hold for a text, best first."""
        return self.reader(text).matches

    def _hear(self, text: str, addressed: bool) -> _Heard:
        read = self.reader(text)
        vote = self.scorer(read.said, self.reader.signs(read), read.rules())
        known = self.voices.get(read.said)
        if known and INTENTS[known.intent] != "ticket" and _plainly_alarming(read):
            known = None
        verdict = (known.intent, 1.0) if known else _verdict(read, vote)
        return _Heard(read, addressed, vote, known, *verdict)

    def _decide(self, heard: _Heard) -> Understanding:
        if heard.intent in ("question", CHAT, "ticket.urge") and (need := self._need_beside(heard)):
            heard = replace(heard, intent=need.intent, score=need.score)
        read = heard.read
        known = heard.known.intent if heard.known and heard.known.intent != "question" else ""
        other = read.next_to("question")
        rival = other.score if other else 0.0
        if self._looks_up(heard) and rival < DECISIVE and heard.intent not in (EMERGENCY, known):
            found = self.faq.find(read.said)
            if found and found.sure and _sureness(found) > max(rival, _plea(heard)):
                return _answer(heard, found)
            if found and found.near and rival < OFFERED and _unclear(heard, found):
                return _offer(heard, found)
            if found:
                heard = replace(heard, near=_near(found))
        if heard.intent != CHAT:
            return self._act(heard)
        if heard.addressed:
            slots = self.reader.slots.complete(read.said, read.numbers)
            return Understanding("question", THRESHOLD, False, "handoff", slots, why=self._why(heard))
        why = self._why(heard) if read.matches else Why("", near=heard.near)
        return Understanding(CHAT, heard.score, False, "silent", read.numbers, why=why)

    def _looks_up(self, heard: _Heard) -> bool:
        """Whether it is worth looking up in the FAQ. What the vote takes for talk is looked up, too: no entry ever
        taught the vote, so it does not know what the FAQ knows."""
        read, vote = heard.read, heard.vote
        if _only_details(read):
            return False
        if heard.addressed or vote.label == "question" or self.faq.has(read.said):
            return True
        by_form, hopeless = _asks_by_form(heard), vote.share(CHAT) >= HOPELESS
        if by_form != hopeless:
            return by_form
        # A word of asking in sure chatter, or none in what may be more: worth it where both speak of the same.
        return heard.intent == CHAT and self.faq.touches(read.said)

    def _act(self, heard: _Heard) -> Understanding:
        action: Action = INTENTS[heard.intent]
        if heard.intent == "question":
            action = "handoff" if heard.addressed else "silent"
        read = heard.read
        slots = read.numbers if action == "silent" else self.reader.slots.complete(read.said, read.numbers)
        mine, *further = self._further(heard) or (None,)
        if mine:
            slots = mine.slots
        return Understanding(
            intent=heard.intent,
            score=heard.score,
            urgent=heard.known.urgent if heard.known else self._urgent(heard.intent, read, heard.vote),
            action=action,
            slots=slots,
            why=self._why(heard),
            further=tuple(further),
        )

    def _need_beside(self, heard: _Heard) -> Understanding | None:
        """A plea next to a question (啥时候解封啊，家里没菜了) or, where one more thing is announced (还有，…), next to a
        complaint that nobody came, or the first of several that only together look like talk: a question unanswered can
        be asked again, a plea unheard is lost. None when there is none for certain."""
        if heard.known or not (heard.intent == "question" or _thinks_of_need(heard)):
            return None
        clauses = [clause for clause in _CLAUSE.split(heard.read.said[:SPLIT]) if len(clause) > 2]
        if len(clauses) < 2:
            return None
        parts = [self._clause(clause) for clause in clauses]
        if need := self._need_by_question(clauses, parts):
            return need
        needs = [part for part in parts if _is_sure_need(part)]
        enough = 2 if heard.intent == CHAT else 1
        return needs[0] if _ALSO.search(heard.read.said) and len(needs) >= enough else None

    def _need_by_question(
        self, clauses: Sequence[str], parts: Sequence[Understanding]
    ) -> Understanding | None:
        """The plea with a question about something else before it (啥时候解封啊，家里没菜了) or behind it: there only a
        question that says what it is about is one; 没菜了，怎么办 is for the whole message to decide."""
        asked = [at for at, part in enumerate(parts) if _is_sure_question(part)]
        for at, part in enumerate(parts):
            beside = [by for by in asked if by < at or self._asks_by_itself(clauses[by])]
            if _is_sure_need(part) and beside:
                return part
            if _is_plain_need(part) and any(not set(clauses[at]) & set(clauses[by]) for by in beside):
                return part
        return None

    def _asks_by_itself(self, clause: str) -> bool:
        return any(match.intent == "question" and match.score >= THRESHOLD for match in self.matches(clause))

    def _further(self, heard: _Heard) -> tuple[Understanding, ...]:
        """All needs of a message that names several (药没了，还有垃圾三天没人收), the one understood first; empty when
        there is one."""
        if not _is_need(heard.intent):
            return ()
        clauses = [clause for clause in _CLAUSE.split(heard.read.said[:SPLIT]) if len(clause) > 2]
        if len(clauses) < 2 or not _hints_at_more(heard):
            return ()
        parts = [self._clause(clause) for clause in clauses]
        if all(part.intent != heard.intent for part in parts):
            return ()
        found: dict[str, Understanding] = {}
        for clause, part in zip(clauses, _placed(parts, heard.read.numbers), strict=True):
            kin = {part.intent, heard.intent} <= _OF_A_PERSON
            if part.intent == heard.intent or (_is_need(part.intent) and (not kin or _ALSO.match(clause))):
                found.setdefault(part.intent, part)
        first = found.pop(heard.intent)
        left = [
            item for part in parts if part.intent not in (first.intent, *found) for item in part.slots.items
        ]
        items = tuple(dict.fromkeys([*first.slots.items, *left]))
        return (replace(first, slots=replace(first.slots, items=items)), *found.values()) if found else ()

    def _clause(self, clause: str) -> Understanding:
        """A part of a message, understood alone."""
        read = self.reader(clause)
        vote = self.scorer(read.said, self.reader.signs(read), read.rules())
        intent, score = _verdict(read, vote)
        match = read.best_of(intent)
        return Understanding(
            intent if score >= (EVIDENT if match or _ALSO.match(clause) else SURELY) else CHAT,
            score,
            self._urgent(intent, read, vote),
            INTENTS[intent],
            self.reader.slots.complete(clause, read.numbers),
            why=Why(f"{intent}/{match.rule}" if match else f"{intent}/例句"),
        )

    def _why(self, heard: _Heard) -> Why:
        match = heard.read.best_of(heard.intent)
        rival = heard.vote.next_to(heard.intent)
        runner_up = f"{rival} {heard.vote.share(rival):.2f}"
        if match:
            return Why(
                f"{match.intent}/{match.rule}",
                self.reader.book.words_of(match, heard.read.scan),
                runner_up,
                heard.near,
            )
        if heard.intent == CHAT:
            return Why("", (), runner_up, heard.near)
        return Why(
            f"{heard.intent}/例句", self.scorer.because(heard.vote, heard.intent), runner_up, heard.near
        )

    def _urgent(self, intent: str, read: Read, vote: Vote) -> bool:
        """An emergency is; of other pleas, what the words for it or the examples make so."""
        if intent == EMERGENCY:
            return True
        book, mask = self.reader.book, read.scan.mask
        words = bool(mask & book.urgent_bits.get(intent, 0)) and not mask & book.calm_bit
        spec = self.specs.get(intent)
        if spec is None or not spec.urgent_voices:
            return words
        return vote.urgency >= (URGENT_WORDS if words else URGENT)


def _placed(parts: Sequence[Understanding], whole: Slots) -> list[Understanding]:
    """The parts of a message, each at its place: the one it names, else the one named last before it, else one that
    stands apart from any need (药没了，垃圾没人收，5号楼2单元), which may be seen in the ``whole`` alone (402，药没了，…). Phones are everybody's."""
    phones = tuple(dict.fromkeys(phone for part in parts for phone in part.slots.phones))
    apart = [part.slots for part in parts if part.intent == CHAT and _names_place(part.slots)]
    nowhere = not any(_names_place(part.slots) for part in parts)
    place = apart[0] if apart else whole if nowhere else EMPTY
    placed = []
    for part in parts:
        place = part.slots if _names_place(part.slots) else place
        slots = replace(part.slots, building=place.building, unit=place.unit, room=place.room, phones=phones)
        placed.append(replace(part, slots=slots))
    return placed


def _names_place(slots: Slots) -> bool:
    return bool(slots.building or slots.unit or slots.room)


def _ruled(intents: Iterable[IntentSpec]) -> list[tuple[object, ...]]:
    """What of the intents texts are read by."""
    return [(spec.id, spec.rules, spec.urgent) for spec in intents]


def _samples(
    intents: Sequence[IntentSpec], reader: Reader, known: Mapping[str, Sample]
) -> Iterator[tuple[str, Sample]]:
    """What the examples teach, with the features of each, behind the sentence as it is written. ``known``: what the same
    reader has read before."""

    def sample(
        text: str, intent: str, is_label: bool = True, urgent: bool | None = None
    ) -> tuple[str, Sample]:
        if same := known.get(text):
            return text, replace(same, label=intent, is_label=is_label, urgent=urgent)
        read = reader(text)
        return text, Sample(read.said, tuple(reader.signs(read)), read.rules(), intent, is_label, urgent)

    for spec in intents:
        for key, _, text in spec.sentences():
            weighed = spec.id == EMERGENCY or bool(spec.urgent_voices)
            urgent = spec.id == EMERGENCY or key == "urgent_voices"
            yield sample(text, spec.id, urgent=urgent if weighed else None)
        yield from (sample(text, spec.id, is_label=False) for text in spec.not_examples)


def _voices(intents: Sequence[IntentSpec], reader: Reader, known: Mapping[str, Sample]) -> dict[str, _Voice]:
    def said(text: str) -> str:
        return known[text].text if text in known else reader.normalise(text)

    return {
        said(text): _Voice(spec.id, spec.id == EMERGENCY or key == "urgent_voices")
        for spec in intents
        for key, _, text in spec.sentences()
        if key != "examples"
    }


def _decisive(read: Read, vote: Vote) -> Match | None:
    """The rule that leaves nothing to the vote: of an emergency, or very sure; unless hardly anything speaks for it."""
    best = read.matches[0] if read.matches else None
    if best and best.intent == EMERGENCY:
        return None if _denied(read, vote) else best
    if best and best.score >= DECISIVE:
        return None if best.intent == CHAT and vote.share(CHAT) < DOUBTFUL else best
    return None


def _denied(read: Read, vote: Vote) -> bool:
    """Whether the examples overrule a rule of an emergency: they are sure that nothing is the matter, and there is
    enough beside the alarming words for them to know."""
    return vote.label in HARMLESS and vote.share(vote.label) >= CERTAIN and not _plainly_alarming(read)


def _plainly_alarming(read: Read) -> bool:
    """Whether a rule of an emergency holds and hardly anything else is said: 着火了 alone always rings."""
    return read.alarming > 0 and len(read.said) - read.alarming < BESIDE


def _verdict(read: Read, vote: Vote) -> tuple[str, float]:
    """The intent that rules and vote give together, and how sure it is."""
    best = _decisive(read, vote)
    if best:
        return best.intent, best.score
    if _only_details(read):
        return CHAT, THRESHOLD
    intent = vote.label
    if vote.share(EMERGENCY) >= ALARM:
        intent = EMERGENCY
    elif len(read.said) > LONG:
        intent = _at_length(vote)
    elif vote.share(intent) < UNSURE:
        intent = CHAT
    return intent, max(THRESHOLD, vote.share(intent))


def _at_length(vote: Vote) -> str:
    """The intent of a long message: the likeliest plea, if all pleas together have a fair share of the vote."""
    shares = vote.shares()
    pleas = [intent for intent in shares if intent.startswith("help.")]
    if vote.label in (CHAT, *pleas) and sum(shares[intent] for intent in pleas) >= PLEAS_AT_LENGTH:
        return pleas[0]
    return vote.label


def _only_details(read: Read) -> bool:
    return read.numbers is not EMPTY and len(read.said) < 60 and not _DETAIL.sub("", read.said)


def _asks_by_form(heard: _Heard) -> bool:
    return any(match.intent == "question" for match in heard.read.matches)


def _unclear(heard: _Heard, found: Found) -> bool:
    """Whether a choice may be offered: a question is heard; or what the vote takes for talk, or not surely for a plea,
    asks by its form and shares enough with the FAQ."""
    if heard.intent == "question" or (heard.intent == CHAT and heard.addressed):
        return heard.addressed or found.substance >= AKIN
    talk = heard.intent == CHAT or heard.vote.share(heard.intent) < DOUBTED_PLEA
    return talk and found.substance >= MUCH_AKIN and (found.asks or _asks_by_form(heard))


def _plea(heard: _Heard) -> float:
    """How sure the vote is of a plea, which an answer must beat: pleas go before answers."""
    return heard.score if heard.intent.startswith("help.") and heard.score >= SURE_PLEA else 0.0


def _is_need(intent: str) -> bool:
    """Whether it is a plea that can wait its turn beside another."""
    return intent.startswith("help.") and intent != EMERGENCY


def _is_sure_need(part: Understanding) -> bool:
    return _is_need(part.intent) and part.score >= SURELY


def _is_plain_need(part: Understanding) -> bool:
    """Whether a rule and the vote take it for a plea: enough next to a question about something else altogether."""
    return _is_need(part.intent) and part.score >= PLAINLY and not part.why.rule.endswith("/例句")


def _is_sure_question(part: Understanding) -> bool:
    return part.intent == "question" and part.score >= SURELY


def _hints_at_more(heard: _Heard) -> bool:
    """Whether it is worth looking for a second need: somebody says so, a rule or the vote thinks of one."""
    return bool(_ALSO.search(heard.read.said)) or _thinks_of_need(heard)


def _thinks_of_need(heard: _Heard) -> bool:
    """Whether a rule or the vote thinks of a need besides what was understood."""
    if {match.intent for match in heard.read.matches if _is_need(match.intent)} - {heard.intent}:
        return True
    second = heard.vote.next_to(heard.intent)
    return _is_need(second) and heard.vote.share(second) >= SECOND


def _answer(heard: _Heard, found: Found) -> Understanding:
    hit = FaqHit(found.id, round(found.score, 3))
    why = Why(f"faq/{found.id}", found.words, _named(heard.read.next_to("question")), _near(found))
    return Understanding("question", _sureness(found), False, "answer", heard.read.numbers, hit, (), why)


def _offer(heard: _Heard, found: Found) -> Understanding:
    why = Why(f"faq/{found.id}", found.words, _named(heard.read.next_to("question")), _near(found))
    return Understanding("question", OFFERED, False, "suggest", heard.read.numbers, None, found.near, why)


def _near(found: Found) -> tuple[tuple[str, float], ...]:
    return ((found.id, found.score), *found.others)


def _sureness(found: Found) -> float:
    """An answer's score beside the rules' weights: a likeness of 0.7 beats thanks, of 0.8 most pleas."""
    return round(0.4 + 0.6 * found.score, 3)


def _named(match: Match | None) -> str:
    return f"{match.intent} {match.score:.2f}" if match else ""

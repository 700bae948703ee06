"""What an edit of the FAQ may change: of all sentences that are tests, only those are tried again.

A thousand entries and the examples of the intents are some 25,000 sentences; trying them all takes seconds. An edit adds
phrasings and takes some away. A sentence is answered by, offered or refused a phrasing only if it is as alike to it as
``NEAR`` says (intents/faq.py), so only what comes near one that was added or taken away is tried. Not looked for is what
an edit does to sentences that have nothing to do with it: every phrasing makes its characters a little less rare, and
what the FAQ speaks of a little wider, which moves other likenesses in the third place behind the point; ``DRIFT`` leaves
room for that on the way in. The next whole check sees it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from intents import trying
from intents.asking import Form, substantial
from intents.duplicates import says_something
from intents.engine import Engine
from intents.faq import NEAR, FaqIndex
from intents.finding import Finding, Path
from intents.likeness import Asked, likeness
from intents.spec import FaqEntry, IntentSpec

DRIFT = 0.03
"""So much less alike than ``NEAR`` a sentence may be to a phrasing that comes or goes, to be tried."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that is a test."""

    path: Path
    """("intents", "help.care", "voices", 7) or ("faq", 12, "examples", 0)."""
    text: str
    form: Form


class Sentences:
    """All sentences of the intents that are tests, taken apart once for many edits of the FAQ."""

    def __init__(
        self,
        intents: Sequence[IntentSpec],
        engine: Engine,
        pause: Callable[[], object] = lambda: None,
    ) -> None:
        """``engine``: one of these intents and their lexicon; its FAQ does not matter. Takes a second; ``pause`` is
        called between sentences."""
        self._specs = {spec.id: spec for spec in intents}
        self._all: list[Sentence] = []
        self._by_char: dict[str, list[int]] = {}
        said: dict[str, str] = {}
        for path, text in _sentences(intents):
            pause()
            normal = engine.reader.normalise(text)
            if path[2] == "not_examples" or said.setdefault(normal, str(path[1])) == path[1]:
                form = engine.faq.form(normal)
                for char in form.chars:
                    self._by_char.setdefault(char, []).append(len(self._all))
                self._all.append(Sentence(path, text, form))

    def spec(self, sentence: Sentence) -> IntentSpec:
        """Whose sentence it is."""
        return self._specs[str(sentence.path[1])]

    def with_any(self, chars: Iterable[str]) -> Iterator[Sentence]:
        """Those that hold any of these characters, in their order."""
        numbers = set[int]().union(*(self._by_char.get(char, ()) for char in chars))
        return (self._all[number] for number in sorted(numbers))


def affected(
    old: Engine,
    new: Engine,
    before: Sequence[FaqEntry],
    after: Sequence[FaqEntry],
    sentences: Sentences,
    pause: Callable[[], object] = lambda: None,
) -> list[Sentence]:
    """The sentences whose outcome could have changed between two sets of entries, and all of the entries that changed.
    ``old`` and ``new`` are alike but for the FAQ, of which they are built."""
    moved = _Moved(old, new, before, after)
    if not moved:
        return []
    found = []
    for sentence in (*sentences.with_any(moved.chars), *_asked(new, after)):
        pause()
        own = sentence.path[0] == "faq" and after[int(sentence.path[1])].id in moved.ids
        if own or moved.reaches(sentence.form):
            found.append(sentence)
    return found


def check_changes(
    old: Engine,
    new: Engine,
    before: Sequence[FaqEntry],
    after: Sequence[FaqEntry],
    sentences: Sentences,
    pause: Callable[[], object] = lambda: None,
) -> list[Finding]:
    """What ``check`` would find wrong with the sentences that an edit of the FAQ affects, in the same words. Conflicts
    between entries are told by intents/check.py's ``conflicts``."""
    places = {entry.id: place for place, entry in enumerate(after)}
    findings = []
    for sentence in affected(old, new, before, after, sentences, pause):
        pause()
        if sentence.path[0] == "faq":
            wrong = _try_answer(new, after[int(sentence.path[1])], sentence)
        elif sentence.path[2] == "not_examples":
            wrong = trying.near_miss(new, sentences.spec(sentence), sentence.path, sentence.text)
        else:
            wrong = trying.example(new, sentences.spec(sentence), sentence.path, sentence.text, places)
        if wrong:
            findings.append(wrong)
    return findings


class _Moved:
    """What an edit brought and took away."""

    def __init__(
        self, old: Engine, new: Engine, before: Sequence[FaqEntry], after: Sequence[FaqEntry]
    ) -> None:
        was, now = ({entry.id: entry for entry in entries} for entries in (before, after))
        self.ids = {
            id_
            for id_ in was.keys() | now.keys()
            if id_ not in was or id_ not in now or _tests(was[id_]) != _tests(now[id_])
        }
        self._indexes: list[tuple[FaqIndex, list[Asked]]] = []
        self.chars: set[str] = set()
        self._said: set[str] = set()
        for engine, mine, others in ((old, was, now), (new, now, was)):
            known = []
            for id_ in self.ids & mine.keys():
                rest = _phrasings(others[id_]) if id_ in others else set()
                for _, text in _phrasings(mine[id_]) - rest:
                    form = engine.faq.form(engine.reader.normalise(text))
                    self.chars |= substantial(form)
                    self._said.add(form.said)
                    known.append(engine.faq.weighed(form))
            self._indexes.append((engine.faq, known))
        self._floor = 0.001 if new.faq.by_meaning else NEAR - DRIFT

    def __bool__(self) -> bool:
        return bool(self.ids)

    def reaches(self, form: Form) -> bool:
        """Whether a sentence comes near anything that was brought or taken away. Where meaning counts, sharing a word
        is near enough."""
        if self.chars.isdisjoint(form.chars):
            return False
        if form.said in self._said:
            return True
        for index, known in self._indexes:
            if worth := [one for one in known if index.most(form, one) >= self._floor]:
                asked = index.weighed(form)
                if any(likeness(asked, one) >= self._floor for one in worth):
                    return True
        return False


def _tests(entry: FaqEntry) -> tuple[object, ...]:
    return entry.questions, entry.examples, entry.not_examples, entry.enabled


def _phrasings(entry: FaqEntry) -> set[tuple[bool, str]]:
    """What an entry is found by, and what it is kept from (False)."""
    if not entry.enabled:
        return set()
    return {(True, text) for text in entry.questions} | {(False, text) for text in entry.not_examples}


def _sentences(intents: Sequence[IntentSpec]) -> Iterator[tuple[Path, str]]:
    for spec in intents:
        yield from ((("intents", spec.id, key, number), text) for key, number, text in spec.sentences())
        yield from (
            (("intents", spec.id, "not_examples", n), text) for n, text in enumerate(spec.not_examples)
        )


def _asked(engine: Engine, faq: Sequence[FaqEntry]) -> Iterator[Sentence]:
    for place, entry in enumerate(faq):
        if not entry.enabled:
            continue
        for key in ("questions", "examples", "not_examples"):
            texts: tuple[str, ...] = getattr(entry, key)
            for number, text in enumerate(texts):
                form = engine.faq.kept(text) or engine.faq.form(engine.reader.normalise(text))
                yield Sentence(("faq", place, key, number), text, form)


def _try_answer(engine: Engine, entry: FaqEntry, sentence: Sentence) -> Finding | None:
    if sentence.path[2] == "not_examples":
        return trying.other_question(engine, entry, sentence.path, sentence.text)
    if sentence.path[2] == "questions":
        claimed = engine.faq.owner(sentence.form) != entry.id
        if claimed or not says_something(engine.faq.weighed(sentence.form)):
            return None  # told by intents/duplicates.py
    return trying.question(engine, entry, sentence.path, sentence.text)

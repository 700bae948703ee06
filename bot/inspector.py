"""Whether a set of files may go live: everything `xiaoxiang check` finds, without doing again what was done before.

What is broken in itself is found first, in milliseconds; only what is sound is tried sentence by sentence. When only the FAQ
changed, nothing is learnt again, and only what it bears on is tried.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.check_content import Outlook
from bot.datafolder import Data, inspect_files
from bot.groups import Tree
from bot.learnt import engine_of
from bot.live import Content
from bot.model.mode import ModeName
from bot.shelf import Snapshot
from bot.yamlfile import Invalid, Problem
from bot.yamlpieces import Pieces
from intents.check import Finding, check, conflicts
from intents.engine import Engine
from intents.impact import Sentences, check_changes
from intents.spec import FaqEntry, IntentSpec, LexiconSpec

KEPT = 4
"""So many findings are remembered: putting a file back as it was is asked for again and again."""


@dataclass(frozen=True)
class Found:
    """What a look at a set of files found."""

    content: Content | None
    """None when it may not go live."""
    problems: tuple[Problem, ...]
    """What stands in its way, by file and line."""
    warnings: tuple[Problem, ...]
    """What is worth a look."""
    sound: Data | None = None
    """What was read, when nothing is broken in itself."""


@dataclass
class Memory:
    """What need not be worked out again, whoever asks. For one thread at a time."""

    pieces: Pieces = field(default_factory=Pieces)
    sentences: tuple[tuple[IntentSpec, ...], LexiconSpec, Sentences] | None = None
    """Those of the intents last asked for, taken apart."""


@dataclass
class Inspector:
    """Looks at sets of files. For one thread at a time."""

    folder: Path
    tree: Tree
    quiet: Mapping[ModeName, str]
    semantic: bool
    outlook: Callable[[], Outlook]
    """What data/ is held against besides: the day, notices that wait."""
    memory: Memory = field(default_factory=Memory)
    _found: dict[frozenset[tuple[str, bytes]], tuple[Content, Found]] = field(default_factory=dict)

    def __call__(
        self, files: Mapping[str, bytes], base: Content, sound: Callable[[Data], object] = lambda data: None
    ) -> Found:
        """What is to be said about these files. ``base``: what is live, from which whatever is the same is taken.
        ``sound`` is told what was read as soon as nothing is broken in itself, before any sentence is tried."""
        key = frozenset(files.items())
        known = self._found.get(key)
        if known and known[0] is base:
            if known[1].sound:
                sound(known[1].sound)
            return known[1]
        found = self._look(files, base, sound)
        self._found[key] = base, found
        if len(self._found) > KEPT:
            del self._found[next(iter(self._found))]
        return found

    def _look(self, files: Mapping[str, bytes], base: Content, sound: Callable[[Data], object]) -> Found:
        read: Data | None = None
        snapshot = Snapshot(self.folder, files)
        trial = _Trial(base, self.semantic, lambda: self._taken_apart(base))
        scopes = [node.name for node in self.tree.nodes()]
        for trying in (None, trial):
            data, problems = inspect_files(
                snapshot,
                scopes,
                tree=self.tree,
                quiet=self.quiet,
                trying=trying,
                pieces=self.memory.pieces,
                outlook=self.outlook() if trying else None,
            )
            if data is None:
                errors = tuple(sorted(one for one in problems if one.level == "error"))
                return Found(None, errors, (), read)
            if read is None:
                read = data
                sound(read)
        assert data is not None
        content = Content(data, trial.engine or self._engine(data, base), base.zone)
        return Found(content, (), tuple(sorted(problems)), read)

    def _engine(self, data: Data, base: Content) -> Engine:
        if not trained_otherwise(data, base.data):
            return base.engine
        return engine_of(data, semantic=self.semantic, before=base.engine)

    def _taken_apart(self, base: Content) -> Sentences:
        """The sentences of the intents that are live: once, until they change."""
        known = self.memory.sentences
        if known is None or known[0] != base.data.intents or known[1] != base.data.lexicon:
            sentences = Sentences(base.data.intents, base.engine)
            known = self.memory.sentences = base.data.intents, base.data.lexicon, sentences
        return known[2]

    def prepare(self, base: Content) -> None:
        """Do now what the first edit would wait for."""
        self._look(base.data.files, base, lambda data: None)
        self._taken_apart(base)

    def read(self, files: Mapping[str, bytes], base: Content) -> Content | None:
        """What was live once: only its data are asked for. None when it is sound no more."""
        try:
            return replace(base, data=self.data(files))
        except Invalid:
            return None

    def data(self, files: Mapping[str, bytes]) -> Data:
        """Files as Data, without trying a sentence. Raises Invalid."""
        scopes = [node.name for node in self.tree.nodes()]
        data, problems = inspect_files(
            Snapshot(self.folder, files),
            scopes,
            tree=self.tree,
            quiet=self.quiet,
            trying=None,
            pieces=self.memory.pieces,
        )
        if data is None:
            raise Invalid(problems)
        return data


def trained_otherwise(data: Data, before: Data) -> bool:
    """True when what the examples teach is not the same."""
    return data.intents != before.intents or data.lexicon != before.lexicon


@dataclass
class _Trial:
    """Tries every example that may be understood otherwise than before; keeps the engine made for it."""

    base: Content
    semantic: bool
    sentences: Callable[[], Sentences]
    """Those of the intents, taken apart."""
    engine: Engine | None = None

    def __call__(
        self, intents: Sequence[IntentSpec], lexicon: LexiconSpec, faq: Sequence[FaqEntry]
    ) -> Iterable[Finding]:
        before = self.base.data
        data = replace(before, intents=tuple(intents), lexicon=lexicon, faq=tuple(faq))
        if trained_otherwise(data, before):
            self.engine = engine_of(data, semantic=self.semantic, before=self.base.engine)
            return check(intents, lexicon, faq, semantic=self.semantic, engine=self.engine)
        if data.faq == before.faq:
            self.engine = self.base.engine
            return ()
        old = self.base.engine
        self.engine = old.with_faq(data.faq)
        return [
            *conflicts(self.engine, intents, lexicon, faq),
            *check_changes(old, self.engine, before.faq, data.faq, self.sentences()),
        ]

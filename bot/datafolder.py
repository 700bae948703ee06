"""Loads the folder data/: what the bot understands, knows and says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.check_content import Outlook, worth_a_look
from bot.data_rules import comma_rules, contacts_rules, faq_rules, intent_rules, replies_rules
from bot.groups import Tree
from bot.model.contacts import Contacts
from bot.model.mode import ModeName
from bot.model.replies import REPLIES
from bot.model.schedule import NoticeEntry
from bot.notice_rules import notice_rules
from bot.sample import sample_folder
from bot.shelf import Snapshot, taken
from bot.yamlfile import Document, Found, Invalid, Problem, Steps, shown, sound_items, unreadable
from bot.yamlpieces import Pieces
from intents.check import check, check_rules
from intents.finding import Finding
from intents.finding import Path as FindingPath
from intents.lexicon import UnknownGroupError
from intents.rules import RuleBook
from intents.spec import INTENTS, FaqEntry, IntentSpec, LexiconSpec

T = TypeVar("T")


@dataclass(frozen=True)
class Data:
    """The folder data/, read."""

    intents: tuple[IntentSpec, ...]
    """In the order of the closed list."""
    lexicon: LexiconSpec
    faq: tuple[FaqEntry, ...]
    contacts: Contacts
    """The telephone numbers that may be shown."""
    replies: Mapping[str, str]
    """Key -> text with {placeholders}; every key of bot.model.replies.REPLIES is there."""
    notices: tuple[NoticeEntry, ...] = ()
    """What is posted again and again."""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """What it was read from, by path below the folder."""


Trying = Callable[[Sequence[IntentSpec], LexiconSpec, Sequence[FaqEntry]], Iterable[Finding]]
"""How intents, lexicon and FAQ are tried together: everything found."""


def inspect_data(
    folder: Path,
    scopes: Sequence[str] = (),
    *,
    tree: Tree | None = None,
    thoroughly: bool = False,
    semantic: bool = False,
    quiet: Mapping[ModeName, str] | None = None,
    outlook: Outlook | None = None,
) -> tuple[Data | None, tuple[Problem, ...]]:
    """The folder and everything wrong with it; no Data when anything is.

    ``scopes`` are the names of the tree's nodes; without them, scopes are not looked at. ``tree``: where
    notices go is looked at, too. ``thoroughly``: every
    example is tried, too, which takes seconds; else only what the engine could not be built from is told. ``semantic``: answers
    are tried by meaning, too. ``quiet``: the quiet hours of each mode, when notices that have to wait for their end are told.
    ``outlook``: what is only worth a look is told, too; it makes no difference to the Data.
    """

    def trying(
        intents: Sequence[IntentSpec], lexicon: LexiconSpec, faq: Sequence[FaqEntry]
    ) -> Iterable[Finding]:
        return check(intents, lexicon, faq, semantic=semantic)

    return inspect_files(
        taken(folder),
        scopes,
        tree=tree,
        quiet=quiet,
        trying=trying if thoroughly else None,
        pieces=Pieces(),
        outlook=outlook,
    )


def inspect_files(
    snapshot: Snapshot,
    scopes: Sequence[str],
    *,
    tree: Tree | None,
    quiet: Mapping[ModeName, str] | None,
    trying: Trying | None,
    pieces: Pieces,
    outlook: Outlook | None = None,
) -> tuple[Data | None, tuple[Problem, ...]]:
    """The same of files that were read already. ``trying``: how every example is tried; None: not at all. ``pieces``:
    what need not be parsed again."""
    if not snapshot.there:
        reason = "没有这个文件夹：请改正 bot.yaml 里的 data，或运行 xiaoxiang init 得到一份样例"
        return None, (Problem(shown(snapshot.folder), 1, reason),)
    reader = _Reader(snapshot, pieces)
    intents = reader.intents()
    lexicon = reader.file("lexicon", LexiconSpec)
    contacts = reader.file("contacts", Contacts)
    faq = reader.file("faq", tuple[FaqEntry, ...])
    replies = reader.file("replies", dict[str, str])
    notices = reader.optional("notices", tuple[NoticeEntry, ...], ())
    if lexicon is not None:
        reader.tell("lexicon", comma_rules(lexicon))
    if contacts is not None:
        reader.tell("contacts", contacts_rules(contacts, scopes))
    if faq is not None:
        reader.tell("faq", faq_rules(faq, contacts))
    if replies is not None:
        reader.tell("replies", replies_rules(replies, REPLIES))
    if entries := notices or reader.sound("notices", NoticeEntry):
        reader.tell("notices", notice_rules(entries, contacts, tree, quiet or {}))
    if lexicon is not None:
        reader.understanding(intents, lexicon, faq, trying)
    if outlook is not None:
        reader.tell_findings(worth_a_look(faq or (), notices or (), replies or {}, contacts, outlook))
    blocked = any(problem.level == "error" for problem in reader.problems)
    if blocked or lexicon is None or faq is None or contacts is None or replies is None:
        return None, tuple(reader.problems)
    words = {**_own_words(pieces), **replies}
    data = Data(intents, lexicon, faq, contacts, words, notices or (), snapshot.files)
    return data, tuple(reader.problems)


def _own_words(pieces: Pieces) -> Mapping[str, str]:
    """What the sample says, for whatever an older file does not."""
    path = sample_folder() / "data" / "replies.yaml"
    checked = pieces.inspect(path, path.read_bytes(), dict[str, str])
    if checked.value is None:
        raise Invalid(checked.problems)
    return checked.value


@dataclass
class _Reader:
    """Reads file after file and remembers every problem."""

    snapshot: Snapshot
    pieces: Pieces
    problems: list[Problem] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    """By the name of the file without .yaml: "faq", "intents/thanks"."""

    def __post_init__(self) -> None:
        for path in sorted([*self.snapshot.files, *self.snapshot.unreadable]):
            if path.endswith(".yml"):
                stem = Path(path).stem
                self.problems.append(
                    Problem(self.shown(path), 1, f"这个文件不会被读到：请改名为 {stem}.yaml")
                )

    def shown(self, path: str) -> str:
        """A file as people see it."""
        return shown(self.snapshot.folder / path)

    def file(self, name: str, shape: type[T]) -> T | None:
        """A file as its dataclass; None when it has problems."""
        path = f"{name}.yaml"
        raw = self.snapshot.files.get(path)
        if raw is None:
            reason = self.snapshot.unreadable.get(path) or unreadable(FileNotFoundError())
            self.problems.append(Problem(self.shown(path), 1, reason))
            return None
        checked = self.pieces.inspect(self.snapshot.folder / path, raw, shape)
        self.problems.extend(checked.problems)
        if checked.document:
            self.documents[name] = checked.document
        return checked.value

    def optional(self, name: str, shape: type[T], without: T) -> T | None:
        """A file that may be missing, or hold nothing but remarks."""
        path = f"{name}.yaml"
        raw = self.snapshot.files.get(path)
        if path in self.snapshot.unreadable or (raw is not None and not _blank(raw)):
            return self.file(name, shape)
        return without

    def sound(self, name: str, shape: type[T]) -> Sequence[T | None]:
        """The entries of a list that have their shape, so that everything wrong is told at once."""
        return sound_items(self.documents[name], shape) if name in self.documents else ()

    def tell(self, name: str, found: Iterable[Found]) -> None:
        """Further problems of a file that was read."""
        self.problems.extend(map(self.documents[name].problem, found))

    def intents(self) -> tuple[IntentSpec, ...]:
        """Every readable file of data/intents whose id is of the closed list, in its order."""
        specs: dict[str, IntentSpec] = {}
        files = sorted([*self.snapshot.files, *self.snapshot.unreadable])
        names = [
            Path(path).name.removesuffix(".yaml")
            for path in files
            if path.startswith("intents/") and path.endswith(".yaml")
        ]
        for name in names:
            if spec := self.file(f"intents/{name}", IntentSpec):
                self.documents.setdefault(f"intents/{spec.id}", self.documents[f"intents/{name}"])
                self.tell(f"intents/{name}", (*intent_rules(name, spec.id), *comma_rules(spec)))
                self.tell(
                    f"intents/{name}", self.documents[f"intents/{name}"].folded(("voices", "urgent_voices"))
                )
                specs[spec.id] = spec
        for missing in INTENTS.keys() - set(names):
            reason = "缺少这个意图的文件：请补上，xiaoxiang init 会给一份样例"
            self.problems.append(Problem(self.shown(f"intents/{missing}.yaml"), 1, reason))
        return tuple(specs[id_] for id_ in INTENTS if id_ in specs)

    def understanding(
        self,
        intents: Sequence[IntentSpec],
        lexicon: LexiconSpec,
        faq: Sequence[FaqEntry] | None,
        trying: Trying | None,
    ) -> None:
        """What intents, lexicon and FAQ do together."""
        if trying is None:
            try:
                RuleBook(intents, lexicon)
                return
            except UnknownGroupError:
                pass  # told below, with its place
        whole = faq is not None and len(intents) == len(
            INTENTS
        )  # without a file every example is heard differently
        found = trying(intents, lexicon, faq or ()) if trying and whole else check_rules(intents, lexicon)
        self.tell_findings(found)

    def tell_findings(self, found: Iterable[Finding]) -> None:
        """What was found by what the files say together."""
        self.problems.extend(map(self._problem, found))

    def _problem(self, finding: Finding) -> Problem:
        """A finding with its lines."""
        name, steps = _place(finding.path)
        reason = finding.reason
        if finding.other:
            other, there = _place(finding.other)
            reason += f"（另一处：{self.shown(f'{other}.yaml')}:{self.documents[other].line(there)}）"
        return self.documents[name].problem((steps, reason), finding.level)


def _place(path: FindingPath) -> tuple[str, Steps]:
    """The file and the steps inside it."""
    file, *steps = path
    return (f"intents/{steps[0]}", tuple(steps[1:])) if file == "intents" else (str(file), tuple(steps))


def _blank(raw: bytes) -> bool:
    """True for a file of nothing but remarks: every example in it is commented out."""
    lines = raw.decode("utf-8", "replace").lstrip("\ufeff").splitlines()
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)

"""The present content of data/, swapped whole between two batches of messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

from bot.model.contacts import Contacts
from bot.model.faq import Faq
from bot.model.understanding import Understanding
from bot.settings import Data
from intents.engine import Engine
from intents.spec import FaqEntry


@dataclass(frozen=True)
class Content:
    """One version of data/, with all that is made of it."""

    data: Data
    engine: Engine
    zone: tzinfo
    """The community's, in which the days of the FAQ begin and end."""
    version: int = 0
    """Its number in the ledger; 0 before it was written down."""

    @cached_property
    def faq(self) -> Mapping[str, Faq]:
        """Every entry by id, in the order of the file."""
        return {entry.id: faq_of(entry, self.zone) for entry in self.data.faq}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Intent id -> what people call it."""
        return {spec.id: spec.title for spec in self.data.intents}

    @cached_property
    def wants(self) -> Mapping[str, tuple[str, ...]]:
        """Intent id -> slots worth asking for."""
        return {spec.id: spec.wants for spec in self.data.intents}


class Live:
    """Whatever is asked here is answered by the version that is live now."""

    def __init__(self, content: Content) -> None:
        self.content = content
        """Swapping is assigning it, between two batches of messages."""
        self.spoilt: tuple[str, ...] = ()
        """Files that are not used as they are on the disk: broken, or gone."""

    def understand(self, text: str, *, addressed: bool = False) -> Understanding:
        """What a text means (intents/engine.py)."""
        return self.content.engine.understand(text, addressed=addressed)

    def plain(self, text: str) -> str:
        """A text as questions are compared (intents/faq.py)."""
        engine = self.content.engine
        return engine.faq.plain(engine.reader.normalise(text))

    def nearest(self, text: str) -> tuple[tuple[str, float], ...]:
        """The two entries most like a question, best first, with how alike they are, 0 to 1."""
        engine = self.content.engine
        return engine.faq.nearest(engine.reader.normalise(text))

    def sentences(self) -> list[str]:
        """All that data/ says that people say."""
        return [text for spec in self.content.data.intents for _, _, text in spec.sentences()]

    @property
    def faq(self) -> Mapping[str, Faq]:
        """Every entry by id, in the order of the file."""
        return self.content.faq

    @property
    def titles(self) -> Mapping[str, str]:
        """Intent id -> what people call it."""
        return self.content.titles

    @property
    def wants(self) -> Mapping[str, tuple[str, ...]]:
        """Intent id -> slots worth asking for."""
        return self.content.wants

    @property
    def contacts(self) -> Contacts:
        """The telephone numbers that may be shown."""
        return self.content.data.contacts

    @property
    def version(self) -> int:
        """Number of the version that is live."""
        return self.content.version


def faq_of(entry: FaqEntry, zone: tzinfo) -> Faq:
    """An entry as handlers need it; its days begin and end at midnight in ``zone``."""

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    return Faq(
        id=entry.id,
        title=entry.questions[0],
        answer=entry.answer,
        topic=entry.topic,
        questions=entry.questions,
        source=entry.source or "",
        valid_from=midnight(entry.valid_from) if entry.valid_from else None,
        valid_until=midnight(entry.valid_until + timedelta(days=1)) if entry.valid_until else None,
        cooldown=None if entry.cooldown_minutes is None else timedelta(minutes=entry.cooldown_minutes),
        enabled=entry.enabled,
    )

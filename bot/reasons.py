"""Puts beside every reply what decided about it: the router and the clock call these, so that no handler has to."""

from dataclasses import replace

from bot.model.handling import Outcome
from bot.model.understanding import Understanding
from bot.model.why import Reason


def of(understanding: Understanding, dialogue: str = "") -> Reason:
    """The reason of what was understood; ``dialogue``: the kind of the open question that it answered."""
    why = understanding.why
    return Reason(
        intent=understanding.intent,
        rule=why.rule,
        words=why.words,
        score=round(understanding.score, 3),
        runner_up=why.runner_up,
        urgent=understanding.urgent,
        near=tuple((entry, round(score, 3)) for entry, score in why.near),
        dialogue=dialogue,
    )


def because(outcome: Outcome, reason: Reason) -> Outcome:
    """The outcome with that reason beside each of its replies that has none yet."""
    if all(reply.because is not None for reply in outcome.replies):
        return outcome
    said = replace(reason, label=outcome.label)
    replies = tuple(
        reply if reply.because is not None else replace(reply, because=said) for reply in outcome.replies
    )
    return Outcome(outcome.label, replies)

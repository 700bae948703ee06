"""The administrators' loop on the official gateway: the beginning of the drill (tests/edits.py). Needs Node.js."""

from tests.edits import OnGateway, OnTerminal, play
from tests.gateway.pretend import node

EDITS = 9
"""The first nine: three broken ones, one in the chat, each way of saving."""


def test_every_edit_is_live_or_reported_and_no_message_is_lost_meanwhile() -> None:
    node()
    done = play(OnGateway, EDITS)
    assert (done.faults, len(done.live), len(done.told)) == ([], 6, 3), done


def test_the_same_on_the_terminal() -> None:
    done = play(OnTerminal, EDITS)
    assert (done.faults, len(done.live), len(done.told)) == ([], 6, 3), done

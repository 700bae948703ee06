"""/faq: looks at the questions and answers, and edits them. One line a sub-command; each stands in a file of its own."""

from dataclasses import dataclass, replace

from bot.model.handling import Handler, Outcome, Request
from bot.model.people import ROLE_TITLES, Role
from bot.model.services import Services
from handlers.authority import may
from handlers.speaking import private_enough, to_sender


@dataclass(frozen=True, slots=True)
class Sub:
    """A word that may follow /faq."""

    names: tuple[str, ...]
    """What it is called, the name in the books first."""
    handler: Handler
    """Gets the request with the words behind the sub-command as ``command.raw``."""
    role: Role
    """The least role over the whole community that may use it."""
    usage: str
    help: str


SUBS: tuple[Sub, ...] = ()
"""In the order the help lists them."""


def faq(request: Request, services: Services) -> Outcome:
    """Hand on to the sub-command that was named; without one, say which there are."""
    command = request.command
    assert command is not None
    if not private_enough(request):
        return Outcome("refused:faq")
    word, _, rest = command.raw.strip().partition(" ")
    sub = next((sub for sub in SUBS if word in sub.names), None)
    if sub is None:
        usages = "\n".join(f"{sub.usage}　{sub.help}" for sub in SUBS)
        return Outcome("command:faq", (to_sender(request, services.replies("faq_usage", list=usages)),))
    if not may(request.person, sub.role, services.groups.root, services.groups):
        text = services.replies("command_refused", word=f"faq {sub.names[0]}", role=ROLE_TITLES[sub.role])
        return Outcome("refused:faq", (to_sender(request, text),))
    said = replace(command, raw=rest.strip())
    return sub.handler(replace(request, command=said), services) or Outcome("silent")

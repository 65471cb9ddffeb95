"""The tokens that the simulated platforms take, and a look for any of them in what the bot puts out."""

from __future__ import annotations

import re

DISCORD = "loopback.token"  # they open nothing
SLACK_BOT = "xoxb-loopback-token-0001"
SLACK_APP = "xapp-1-loopback-token-0001"
SLACK_SIGNING = "loopback-signing-secret"
SLACK_CLIENT = "loopback-client-secret"
SLACK_TICKET = "loopback-ticket-0001"  # in the address that Slack gives for a connection

_KNOWN = {DISCORD, SLACK_BOT, SLACK_APP, SLACK_SIGNING, SLACK_CLIENT, SLACK_TICKET}
# Every token that looks like Slack's, also one that a test made up on the spot.
_SHAPE = re.compile(r"\b(?:xox[a-z]|xapp)-[\w-]+|\bhunter2\b")


def secret(value: str) -> str:
    """Declare a secret that is made while the tests run."""
    _KNOWN.add(value)
    return value


def leaks(told: str) -> set[str]:
    """List the secrets that stand in a text."""
    return {one for one in _KNOWN if one in told} | set(_SHAPE.findall(told))

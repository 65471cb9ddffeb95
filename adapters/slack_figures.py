"""The moderators' figures in Slack: in words where they were asked for, and as a picture in a direct message."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from adapters import slack_moderator_views as views
from adapters.slack_here import CALL_ERRORS, reason
from adapters.slack_text import literal
from bot import picture
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.slack_here import Here, Sender
    from bot.statistics import Statistics

logger = logging.getLogger(__name__)

_FILE = "figures.png"


async def show(here: Here, found: Statistics, sender: Sender) -> None:
    """Show the figures.

    Slack shows a file only where it was sent to, for all to see: a picture for one person's eyes goes to that person.
    """
    head, blocks = views.figures(found, here.locale)
    await sender.respond(here, head, blocks)
    drawn = await asyncio.to_thread(picture.draw, found)
    if drawn is not None:
        await _send(here, head, drawn)


async def _send(here: Here, head: str, drawn: bytes) -> None:
    about = f"{wording(here.locale).news.picture} {head}"
    try:
        # A person's id opens the conversation; a file needs the conversation's own.
        opened = await here.client.chat_postMessage(channel=here.person, text=head, blocks=[literal(head)])
        await here.client.files_upload_v2(
            channel=opened["channel"], content=drawn, filename=_FILE, title=_FILE, alt_txt=about
        )  # fmt: skip
    except CALL_ERRORS as error:
        logger.warning("a picture could not be sent: %s", reason(error))

"""Waits for what somebody gave us to be on disk before they are thanked for it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

logger = logging.getLogger(__name__)

_PATIENCE = 2.0  # seconds; after that the record waits for the database, and the person need not


async def durable(written: Future[bool]) -> bool:
    """Wait until a record is on disk, or for as long as a person would; False where it was given up."""
    try:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(written)), _PATIENCE)
    except TimeoutError:
        logger.warning("a record waits for the database")
        return True

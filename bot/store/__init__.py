"""What happened, kept in SQLite or PostgreSQL; see `Store`. The bot answers without it."""

from bot.store.database import default_url, exists
from bot.store.desk import Desk
from bot.store.records import (
    AnswerCount,
    AskedQuestion,
    DayCount,
    Edit,
    Owed,
    OwnData,
    Post,
    Request,
    StoreStatus,
    Verdict,
    Vote,
    VoteCount,
)
from bot.store.store import Store, new_key

__all__ = [
    "AnswerCount",
    "AskedQuestion",
    "DayCount",
    "Desk",
    "Edit",
    "Owed",
    "OwnData",
    "Post",
    "Request",
    "Store",
    "StoreStatus",
    "Verdict",
    "Vote",
    "VoteCount",
    "default_url",
    "exists",
    "new_key",
]

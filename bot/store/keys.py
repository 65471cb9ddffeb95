"""The secret keys behind the marks that tell people apart, where no setting gives them: made, kept, replaced."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from bot.errors import ConfigError
from bot.store.schema import MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.store.database import Database

_BYTES = 32
_NAME = "privacy-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key, and since when it is used."""

    secret: bytes
    since: int  # seconds since the epoch; 0 for the first


def kept(database: Database) -> tuple[Key, ...]:
    """Read the keys, the one in use first; make one where there is none.

    SQLite's stand in a file beside the database's, which only its owner may read: whoever finds a copy of the database
    has no key. Processes on several machines have nothing but PostgreSQL to agree on one.
    """
    fresh = _written([Key(secret=secrets.token_bytes(_BYTES), since=0)])
    if path := _file(database):
        if not path.exists():
            _put(path, fresh, replace=False)
        return _read(path.read_text(encoding="ascii"))
    insert = postgresql.insert(MEMORY).values(key=_NAME, value=fresh)
    with database.writing() as connection:
        connection.execute(insert.on_conflict_do_nothing())
        return _read(connection.execute(select(MEMORY.c.value).where(MEMORY.c.key == _NAME)).scalar_one())


def renew(database: Database, *, now: float, retention: float) -> tuple[Key, ...]:
    """Begin to use a new key, and keep the old ones for as long as anything marked with them may be kept."""
    old = kept(database)
    used_until = [now, *(key.since for key in old)]  # each until the one before it in the list began
    still = [key for key, until in zip(old, used_until, strict=False) if until > now - retention]
    keys = [Key(secret=secrets.token_bytes(_BYTES), since=int(now)), *still]
    if path := _file(database):
        _put(path, _written(keys), replace=True)
    else:
        with database.writing() as connection:
            connection.execute(update(MEMORY).where(MEMORY.c.key == _NAME).values(value=_written(keys)))
    return tuple(keys)


def _file(database: Database) -> Path | None:
    return database.file.with_suffix(f"{database.file.suffix}.key") if database.file else None


def _put(path: Path, text: str, *, replace: bool) -> None:
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        fresh.replace(path)
        return
    try:
        os.link(fresh, path)  # the first of several processes wins, and nobody ever reads half a key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _written(keys: Sequence[Key]) -> str:
    return "".join(f"{key.secret.hex()} {key.since}\n" for key in keys)


def _read(text: str) -> tuple[Key, ...]:
    try:
        lines = [line.split() for line in text.splitlines() if line.strip()]
        keys = tuple(Key(secret=bytes.fromhex(secret), since=int(*since)) for secret, *since in lines)
    except (ValueError, TypeError):
        keys = ()
    if not keys:
        raise ConfigError(
            "The key beside the database is damaged; put it back from a copy, or remove it to make another."
        )
    return keys

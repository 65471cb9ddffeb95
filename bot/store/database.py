"""The connection to SQLite or PostgreSQL: made ready for our use, and brought to the present schema."""

from __future__ import annotations

import importlib.util
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import platformdirs
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_PATIENCE = 5  # seconds that one statement may wait for a lock or a connection
_MIGRATION_LOCK = 0x6261636B  # any fixed number: PostgreSQL's advisory locks are named by numbers
_migrating = threading.Lock()  # Alembic keeps its context in a module: one migration at a time in a process


def default_url() -> str:
    """Name the database used where no setting names one: one SQLite file in the user's data folder."""
    return f"sqlite:///{platformdirs.user_data_path('backchannel') / 'backchannel.db'}"


def exists(url: str) -> bool:
    """Tell whether there is a database to read already: always for PostgreSQL, by its file for SQLite."""
    parsed = _checked(url)
    name = parsed.database
    return parsed.get_backend_name() != "sqlite" or bool(name and Path(name).exists())


class Database:
    """One database with its connections; `open` connects to nothing yet.

    `reading()` and `writing()` are transactions; they raise SQLAlchemy's `OperationalError` when the database is away.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.kind: Literal["sqlite", "postgresql"] = (
            "sqlite" if self._url.get_backend_name() == "sqlite" else "postgresql"
        )
        if self.kind == "sqlite":
            self._engine = create_engine(self._url, connect_args={"timeout": _PATIENCE})
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            options = f"-c statement_timeout={_PATIENCE}s -c lock_timeout={_PATIENCE}s"
            self._engine = create_engine(
                self._url,
                connect_args={"connect_timeout": _PATIENCE, "options": options},
                pool_pre_ping=True,
                pool_timeout=_PATIENCE,
            )

    @property
    def engine(self) -> Engine:
        """The connections themselves, for tables that a platform's own library keeps here; every use may write."""
        return self._engine.execution_options(writing=True)

    @property
    def file(self) -> Path | None:
        """SQLite's file; None for PostgreSQL and for a database in memory."""
        name = self._url.database
        return Path(name) if self.kind == "sqlite" and name and name != ":memory:" else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hold one consistent view of the data."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold a transaction that commits when the block ends well."""
        with self._engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection

    def migrate(self) -> None:
        """Bring the schema up to date; several processes may try at once, one does it.

        Raises ConfigError where a newer Backchannel has already changed the schema beyond what this one knows.
        """
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with _migrating, self.writing() as connection:
            if self.kind == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            current = _revision(connection)
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            if current and current not in known:
                raise ConfigError(
                    f"BACKCHANNEL_DATABASE_URL: the database was changed by a newer Backchannel (schema {current}); "
                    "upgrade this one, or name another database."
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def clean_up(self) -> None:
        """Have SQLite write what was deleted over in its log as well; somebody who reads meanwhile delays that."""
        if self.kind == "sqlite":
            connection = self._engine.raw_connection()  # a checkpoint is no part of a transaction
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def detached(self) -> Any:  # noqa: ANN401 - the driver's, which is not always installed
        """Open a connection of PostgreSQL's own driver that commits each statement, to be closed by the caller."""
        pooled = self._engine.raw_connection()
        own = pooled.driver_connection
        pooled.detach()
        own.rollback()  # type: ignore[union-attr]  # psycopg's
        own.autocommit = True  # type: ignore[union-attr]
        return own

    @property
    def driver_error(self) -> type[Exception]:
        """What a detached connection raises."""
        return cast("type[Exception]", self._engine.dialect.loaded_dbapi.Error)

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password: it is not repeated.
        raise ConfigError(
            "BACKCHANNEL_DATABASE_URL is not a database URL; expected sqlite:///path/to/file.db or "
            "postgresql://user:password@host/name."
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed
    if backend not in {"postgresql", "postgres"}:
        raise ConfigError(f"BACKCHANNEL_DATABASE_URL names {backend}; expected sqlite or postgresql.")
    if importlib.util.find_spec("psycopg") is None:
        raise ConfigError(
            "BACKCHANNEL_DATABASE_URL names PostgreSQL, whose driver is missing: pip install 'backchannel[postgres]'."
        )
    return parsed.set(drivername="postgresql+psycopg")


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Python's driver would begin transactions late and by its own rules, not before DDL; `_begin_sqlite` does instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Readers never wait for the writer; a commit is on disk when it returns; deleted words are overwritten.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: asking for it halfway fails instead of waiting.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

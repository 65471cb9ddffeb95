"""Keeps a change in Git, where the knowledge is in a Git checkout: commits the changed files alone, and may push."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
from typing import TYPE_CHECKING

from bot.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PATIENCE = 30  # seconds for one Git command; a push goes over a network
_PASSWORD = re.compile(r"://[^/@\s]+@")
_COMMITTER = ("-c", "user.name=Backchannel", "-c", "user.email=backchannel@localhost")


def commit(folder: Path, paths: Sequence[str], *, author: str, message: str) -> str:
    """Commit these files, and nothing else that may wait in the checkout; return the id of the commit that has them.

    Raises EditError where the folder is no checkout or Git refuses; the files themselves stay changed.
    """
    _git(folder, "add", "--all", "--", *paths)
    name = " ".join("".join(char for char in author if char.isprintable() and char not in "<>").split()) or "moderator"
    identity = f"--author={name} <moderator@localhost>"
    if _git(folder, "status", "--porcelain", "--", *paths):  # else an earlier attempt, or a person, has committed it
        _git(folder, *_COMMITTER, "commit", "--quiet", "--only", identity, f"--message={message}", "--", *paths)
    return _git(folder, "rev-parse", "--short", "HEAD").strip()


def push(folder: Path) -> None:
    """Push the checkout's branch to where it comes from. Raises EditError where Git refuses."""
    _git(folder, "push", "--quiet")


def extract(folder: Path, revision: str, into: Path) -> None:
    """Write the folder's files as they were at a revision. Raises EditError where there is no such revision."""
    _git(folder, "rev-parse", "--git-dir")
    try:
        named = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except EditError:
        raise EditError(f"Git knows no revision {revision} in {folder}; fetch it first, or name another.") from None
    archive = into / ".archive.tar"
    _git(folder, "archive", f"--output={archive}", named.strip(), "--", ".")
    with tarfile.open(archive) as files:
        files.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11 has it since 3.11.4
        files.extractall(into)  # noqa: S202 - Git wrote it just now
    archive.unlink()


def _git(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the operator's own Git
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=True,
            env=environment,
        )
    except FileNotFoundError:
        raise EditError("Git is not installed.") from None
    except subprocess.TimeoutExpired:
        raise EditError(f"git {_verb(arguments)} did not end in {_PATIENCE} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise EditError(f"git {_verb(arguments)} failed in {folder}: {_reason(error.stderr or error.stdout)}") from None
    return done.stdout


def _verb(arguments: Sequence[str]) -> str:
    return next(one for one in arguments if one.isalpha() or one == "rev-parse")


def _reason(said: str) -> str:
    """The line of Git's complaint that tells most, without the password that an address may hold."""
    lines = [_PASSWORD.sub("://", line.strip()) for line in said.splitlines() if line.strip()]
    telling = (line for line in lines if line.startswith(("!", "fatal:", "error:")))
    return next(telling, lines[-1] if lines else "nothing more is known")

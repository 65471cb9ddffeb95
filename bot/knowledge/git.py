"""Keeps a change in Git, where the knowledge is in a Git checkout: commits the changed files alone, and may push."""

from __future__ import annotations

import os
import subprocess
import tarfile
from typing import TYPE_CHECKING

from bot.errors import EditError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.knowledge.patch import Change

_PATIENCE = 30  # seconds for one Git command; a push goes over a network
_COMMITTER = ("-c", "user.name=Backchannel", "-c", "user.email=backchannel@localhost")


def commit(change: Change, *, author: str, message: str, push: bool = False) -> str:
    """Commit the files of a change, and nothing else that may wait in the checkout; return the commit's id.

    Raises EditError where the folder is no checkout or Git refuses; the files themselves stay changed.
    """
    paths = [file.path for file in change.files]
    _git(change.root, "add", "--all", "--", *paths)
    name = " ".join("".join(char for char in author if char.isprintable() and char not in "<>").split()) or "moderator"
    identity = f"--author={name} <moderator@localhost>"
    _git(change.root, *_COMMITTER, "commit", "--quiet", "--only", identity, f"--message={message}", "--", *paths)
    if push:
        _git(change.root, "push", "--quiet")
    return _git(change.root, "rev-parse", "--short", "HEAD").strip()


def extract(folder: Path, revision: str, into: Path) -> None:
    """Write the folder's files as they were at a revision. Raises EditError where there is no such revision."""
    resolved = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    archive = into / ".archive.tar"
    _git(folder, "archive", f"--output={archive}", resolved, "--", ".")
    with tarfile.open(archive) as files:
        files.extractall(into, filter="data")
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
        raise EditError(f"git {arguments[0]} did not end in {_PATIENCE} seconds.") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        raise EditError(
            f"git {arguments[0]} failed in {folder}: {said[-1] if said else 'nothing more is known'}"
        ) from None
    return done.stdout

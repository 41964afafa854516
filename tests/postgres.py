"""A PostgreSQL server for the tests: started on a socket in a folder of its own, gone with it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []


def program(name: str) -> str:
    """A program of the server: Debian keeps them off the path."""
    found = shutil.which(name, path=os.pathsep.join([*map(str, reversed(_PLACES)), os.environ.get("PATH", "")]))
    if found is None:
        raise RuntimeError(f"PostgreSQL's {name} is not installed: apt-get install postgresql")
    return found


class Server:
    """A running server, and databases on it that cost little to make."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = count()

    def url(self, name: str) -> str:
        """The address of a database as a setting takes it."""
        return f"postgresql://drywell@/{name}?host={self._folder}"

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of another one, by its address."""
        name = f"history_{next(self._names)}"
        source = "template0" if template is None else _name(template)
        self._admin(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._admin(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(f"host={self._folder} user=drywell dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)


def _name(url: str) -> str:
    return url.rpartition("/")[2].partition("?")[0] if "?host=" not in url else url.split("?")[0].rpartition("/")[2]


@contextmanager
def running() -> Iterator[Server]:
    """Start a server without any durability, and stop it. It does not run as root: then as the user postgres."""
    folder = Path(mkdtemp(prefix="drywell-pg-"))  # short: the path of a socket has at most 107 bytes
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        who = {"user": "postgres", "group": "postgres"}
    data = folder / "data"
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    make = [program("initdb"), "-D", str(data), "-U", "drywell", "-A", "trust", "-E", "UTF8", "--no-sync"]
    control = [program("pg_ctl"), "-D", str(data), "-w", "-s", "-l", str(folder / "log")]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(make, **quiet, **who)  # type: ignore[call-overload]
    subprocess.run([*control, "-o", options, "start"], **quiet, **who)  # type: ignore[call-overload]
    try:
        yield Server(folder)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet, **who)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)

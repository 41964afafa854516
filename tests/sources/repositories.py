"""Tiny git repositories for tests, made commit by commit."""

import os
import subprocess
from pathlib import Path

from tracker.core.intervals import DAY

START = 1_640_995_200  # 2022-01-01

Files = dict[str, bytes | None]


class Repository:
    """A git repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, at: int = START) -> str:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": f"{at} +0200",
            "GIT_COMMITTER_DATE": f"{START + 900 * DAY} +0000",
        }
        who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@git.example")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, env=env, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files: Files) -> None:
        for name, data in files.items():
            path = self.folder / name
            if data is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)

    def commit(self, day: float, files: Files, *options: str) -> None:
        """Commit files (None: delete), dated a number of days after the start."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "look", *options, at=START + int(day * DAY))

    def clone(self, name: str, *options: str) -> Path:
        target = self.folder.with_name(name)
        self.git("clone", "-q", *options, self.folder.as_uri(), str(target))
        return target

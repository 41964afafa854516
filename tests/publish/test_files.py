"""Files that are written whole, and what must not be replaced by one."""

import os
import threading
from pathlib import Path

import pytest

from tracker.errors import DrywellError
from tracker.publish.files import whole


def write(path: Path, text: str) -> None:
    with whole(path) as draft:
        draft.write_text(text)


def test_a_pipe_and_a_link_are_written_to_as_they_are(tmp_path: Path) -> None:
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "file"))
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write(pipe, "through the pipe")
    reader.join(5)
    assert read == ["through the pipe"]
    assert pipe.is_fifo()
    link.symlink_to(file)
    write(link, "through the link")
    assert link.is_symlink()
    assert file.read_text() == "through the link"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DrywellError, match=r"cannot write .*: Is a directory; choose another place"):
        write(tmp_path, "x")
    assert list(tmp_path.iterdir()) == []

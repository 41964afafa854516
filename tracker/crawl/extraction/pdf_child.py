"""The words of a PDF file, page by page: run as a process of its own, so that no file can take more than its share.

    python -P pdf_child.py PAGES CHARACTERS SECONDS OCTETS < FILE

Standard output: "ok" or what is wrong, a line end, then the text with a form feed after each page. Imports nothing of
Drywell, for it starts again for each file.
"""

import contextlib
import io
import logging
import sys


def limit(seconds: int, octets: int) -> None:
    """Hold this process to so much CPU time and memory, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


def read(data: bytes, pages: int, characters: int) -> tuple[str, str]:
    """What is wrong ("ok", "truncated": nothing but that there is more, "encrypted", else an error), and the text."""
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        return "encrypted", ""
    read: list[str] = []
    left = characters
    for number, page in enumerate(reader.pages):
        if number == pages or left <= 0:
            return "truncated", "".join(read)
        text = page.extract_text()[:left].replace("\f", "\n")
        left -= len(text)
        read.append(text + "\f")
    return "ok", "".join(read)


def main() -> None:
    """Read standard input, write standard output."""
    pages, characters, seconds, octets = map(int, sys.argv[1:])
    limit(seconds, octets)
    logging.disable(logging.CRITICAL)
    try:
        state, text = read(sys.stdin.buffer.read(), pages, characters)
    except Exception as error:  # whatever a stranger's file can do to a parser
        state, text = " ".join(f"{type(error).__name__}: {error}".split())[:200], ""
    sys.stdout.buffer.write(f"{state}\n{text}".encode("utf-8", "replace"))


if __name__ == "__main__":
    main()

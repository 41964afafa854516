"""Tranco on loopback: its API, its lists as CSV, and the packed list of a million (here: of all it has)."""

import asyncio
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

from tests.web import Answer, Request, page, redirect


@dataclass
class FakeTranco:
    """Lists by ID: (day, hosts by rank). `faults` are answered first, by path or one a request.

    packed: the lists that are also kept as zip. days: by day, for the daily lists. changes: over what is said of all.
    """

    lists: dict[str, tuple[str, list[str]]]
    packed: set[str] = field(default_factory=set)
    changes: dict[str, Any] = field(default_factory=dict)
    faults: list[Answer] = field(default_factory=list)
    instead: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.asked.append(request.path)
        if self.faults:
            await self.faults.pop(0)(request, writer)
            return
        await self.instead.get(request.path, self._answer(request.path))(request, writer)

    def _answer(self, path: str) -> Answer:
        match path.strip("/").split("/"):
            case ["api", "lists", "id", list_id]:
                return self._facts(list_id)
            case ["api", "lists", "date", day]:
                newest = max(self.lists.items(), key=lambda one: one[1][0])[0]
                daily = {made: list_id for list_id, (made, _hosts) in self.lists.items()} | {"latest": newest}
                return self._facts(daily.get(day, ""))
            case ["download", list_id, number] if list_id in self.lists and number.isdecimal():
                return page(csv(self.lists[list_id][1][: int(number)]), Content_Type="text/csv")
            case ["download_daily", list_id] if list_id in self.packed:
                return redirect(f"/download/daily/tranco_{list_id}-1m.csv.zip", "307 Temporary Redirect")
            case ["download", "daily", name]:
                return page(packed(csv(self.lists[name[7:-11]][1], "\r\n")), Content_Type="application/zip")
        return page(b"<!DOCTYPE html><title>404</title>", "404 Not Found", Content_Type="text/html")

    def _facts(self, list_id: str) -> Answer:
        if list_id not in self.lists:
            return page(b"", "404 Not Found")
        facts = {
            "list_id": list_id,
            "available": True,
            "failed": False,
            "download": f"https://tranco-list.eu/download/{list_id}/1000000",
            "created_on": f"{self.lists[list_id][0]}T22:00:02.014599",
            "configuration": {"combinationMethod": "dowdall", "filterPLD": "on"},
            **self.changes,
        }
        return page(json.dumps(facts).encode(), Content_Type="application/json")


def csv(hosts: list[str], end: str = "\n") -> bytes:
    """Rows of rank,host."""
    return "".join(f"{rank},{host}{end}" for rank, host in enumerate(hosts, 1)).encode()


def packed(data: bytes, name: str = "top-1m.csv") -> bytes:
    """A zip with one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()

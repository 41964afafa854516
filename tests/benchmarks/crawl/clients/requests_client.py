"""The loop that everyone writes first: one site after the other with requests."""

import argparse
import socket
from collections import Counter
from typing import Any

import requests

from tests.benchmarks.crawl.clients.common import AGENT, TIMEOUTS, Stopwatch, arguments, count_found, look_up

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--session", action="store_true", help="one session for all, rather than requests.get")
    given = arguments(parser)
    names = socket.getaddrinfo

    def of_the_farm(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        return names(look_up(given.place.names, host), port, *rest, **more)

    if given.place.https != 443:
        socket.getaddrinfo = of_the_farm  # its own way to a name server cannot be led elsewhere
    get = requests.Session().get if given.session else requests.get
    statuses: Counter[str] = Counter()
    found: list[str] = []
    watch = Stopwatch()
    for host in given.hosts:
        for path in given.paths:
            try:
                reply = get(
                    given.place.url(host, path),
                    headers={"User-Agent": AGENT},
                    timeout=TIMEOUTS[:2],
                    verify=given.place.bundle,
                )
            except requests.RequestException as failure:
                statuses[type(failure).__name__] += 1
                break
            statuses[str(reply.status_code)] += 1
            if path == given.paths[0] and reply.ok and reply.content:
                found.append(host)
    watch.tell(len(given.hosts), count_found(found), statuses)

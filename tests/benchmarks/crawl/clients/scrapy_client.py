"""Scrapy, set to do what we do: no robots.txt of its own, no retries, no cookies, our time-outs and cap."""

from collections import Counter
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer, error, threads

from tests.benchmarks.crawl.clients.common import AGENT, TIMEOUTS, Stopwatch, arguments, count_found, look_up

GIVEN = arguments()
STATUSES: Counter[str] = Counter()
FOUND: list[str] = []


class FarmResolver(CachingThreadedResolver):
    """Asks the farm's name server in Scrapy's threads, as Scrapy has the system's asked."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:
        return threads.deferToThreadPool(
            self.reactor, self.reactor.getThreadPool(), look_up, GIVEN.place.names, name
        ).addErrback(lambda _: defer.fail(error.DNSLookupError(name)))


class Spider(scrapy.Spider):
    """All pages of all sites."""

    name = "farm"

    async def start(self) -> Any:
        for host in GIVEN.hosts:
            for path in GIVEN.paths:
                yield scrapy.Request(
                    GIVEN.place.url(host, path),
                    callback=self.seen,
                    errback=self.failed,
                    dont_filter=True,
                    cb_kwargs={"host": host, "path": path},
                    meta={"handle_httpstatus_list": [404, 500, 503]},
                )

    def seen(self, response: Any, host: str, path: str) -> None:
        STATUSES[str(response.status)] += 1
        if path == GIVEN.paths[0] and response.status == 200 and len(response.body):
            FOUND.append(host)

    def failed(self, failure: Any) -> None:
        STATUSES[failure.type.__name__] += 1


SETTINGS = {
    "LOG_ENABLED": False,
    "CONCURRENT_REQUESTS": GIVEN.workers,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": False,
    "RETRY_ENABLED": False,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "DOWNLOAD_TIMEOUT": TIMEOUTS[2],
    "DOWNLOAD_MAXSIZE": 512 * 1024,
    "USER_AGENT": AGENT,
    "REDIRECT_MAX_TIMES": 5,
    "REACTOR_THREADPOOL_MAXSIZE": 20,
}

if __name__ == "__main__":
    if GIVEN.place.https != 443:
        SETTINGS["DNS_RESOLVER"] = FarmResolver
    process = CrawlerProcess(SETTINGS)
    watch = Stopwatch()
    process.crawl(Spider)
    process.start()
    watch.tell(len(GIVEN.hosts), count_found(FOUND), STATUSES)

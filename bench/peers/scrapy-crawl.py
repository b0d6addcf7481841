# Scrapy with what slows it on purpose switched off: every link of every page, a record of each page.
import sys

import scrapy
from scrapy.crawler import CrawlerProcess

START, TARGET = sys.argv[1:3]


class Pages(scrapy.Spider):
    name = "pages"

    def start_requests(self):
        # As filtered as any other: pages lead back to it.
        yield scrapy.Request(START)

    def parse(self, response):
        yield {"url": response.url, "status": response.status}
        yield from response.follow_all(css="a")


process = CrawlerProcess(
    {
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
        "ROBOTSTXT_OBEY": False,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "FEEDS": {TARGET: {"format": "jsonlines", "overwrite": True}},
    }
)
process.crawl(Pages)
process.start()

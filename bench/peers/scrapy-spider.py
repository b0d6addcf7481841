# Scrapy with what slows it on purpose switched off: one request per row, records to a CSV file.
import csv
import sys
from urllib.parse import urlencode

import scrapy
from scrapy.crawler import CrawlerProcess

SOURCE, BASE, TARGET = sys.argv[1:4]


class Names(scrapy.Spider):
    name = "names"

    def start_requests(self):
        with open(SOURCE, newline="") as file:
            for row in csv.DictReader(file):
                url = f"{BASE}/?{urlencode(row)}"
                yield scrapy.Request(url, dont_filter=True, cb_kwargs={"name": row["name"]})

    def parse(self, response, name):
        yield {"name": name, "gender": response.json()["gender"]}


process = CrawlerProcess(
    {
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
        "ROBOTSTXT_OBEY": False,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "FEEDS": {TARGET: {"format": "csv", "overwrite": True}},
    }
)
process.crawl(Names)
process.start()

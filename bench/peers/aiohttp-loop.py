# aiohttp on uvloop: a queue of rows, 64 workers, one session.
import asyncio
import csv
import sys

import aiohttp
import uvloop


async def main(source: str, base: str, target: str) -> None:
    with open(source, newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    genders = [""] * len(names)
    rows = iter(enumerate(names))
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def worker() -> None:
            for index, name in rows:
                async with session.get(base + "/", params={"name": name}) as response:
                    response.raise_for_status()
                    genders[index] = (await response.json())["gender"]

        await asyncio.gather(*(worker() for _ in range(64)))
    with open(target, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "gender"])
        writer.writerows(zip(names, genders))


uvloop.install()
asyncio.run(main(*sys.argv[1:4]))

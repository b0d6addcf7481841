import { expect, test } from "vitest";

import { compileFindLinks } from "../jobs/find-links.ts";
import { linkFor } from "./made-up-link.ts";

test.each([
  "a",
  ".chapter",
  "a#next.on",
  "nav.toc > ul a[href]",
  "ul.parts",
  "a[href$='.epub']",
  'a[href^="/books/"][href*=vol]',
  "a[rel=next], a.more",
  'section[data-kind="a b"] a:first-child',
])("%s means the link that is made up for it", async (selector) => {
  const html = linkFor(selector)("/x/made-up-1", ".html", "One");
  const find = await compileFindLinks({ follow: selector });
  const page = { bytes: Buffer.from(html), contentType: "text/html", url: "https://a.test/" };
  expect(find(page)).toMatchObject([{ title: "One", url: expect.stringContaining("made-up-1") }]);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

import type { HttpRequest } from "../core/request.ts";
import type { Environment } from "./job-environment.ts";
import { compileJob } from "./compile-job.ts";
import { readJob } from "./job-file.ts";
import { createStepRequests, NO_ROW } from "./step-requests.ts";
import { childRows } from "./step-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "fanfetch-step-requests-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "a.txt"), "the file of a");

/** The requests of a job's last step for some items. */
async function requestsOf(
  text: string,
  items?: readonly unknown[],
  environment: Environment = {},
): Promise<readonly HttpRequest[]> {
  const read = await readJob(text, { name: "job.yaml" });
  const { steps, constants } = await compileJob(read, { folder, environment });
  const maker = createStepRequests(steps.at(-1)!, { constants, folder });
  return items === undefined
    ? [maker.make(NO_ROW)]
    : [...childRows(undefined, items)].map((row) => maker.make(row));
}

const list = "{ id: list, url: https://list.test/, each: rows }";

test("a request is made of the row, the variables and the environment", async () => {
  const [request] = await requestsOf(
    `vars: { season: "2016-17" }
headers: { x-api-key: "\${KEY}", x-season: "{season}" }
steps: [${list}, { for: list, url: "https://a.test/{id}", params: { q: "{name}", s: "{season}" }, json: { id: "{id}" } }]`,
    [{ id: 7, name: "A&B" }],
    { KEY: "k{e}y" },
  );
  expect(request).toMatchObject({
    url: "https://a.test/7?q=A%26B&s=2016-17",
    method: "POST",
    headers: [
      ...["x-api-key", "k{e}y", "x-season", "2016-17"],
      ...["content-type", "application/json", "accept", "application/json"],
    ],
    secretHeaders: ["x-api-key"],
    body: '{"id":7}',
  });
  expect(request!.refusal).toBeUndefined();
});

describe("an answer", () => {
  const hostile = [
    ["https://a.test/{id}", { id: "//evil.test/" }, "https://a.test/%2F%2Fevil.test%2F"],
    ["https://a.test/{+id}", { id: "../../x" }, "https://a.test/x"],
    ["https://{host}/{id}", { id: 1, host: "evil.test" }, "https://a.test/1"],
    ["https://{host}{/id}", { id: "@evil.test", host: "evil.test" }, "https://a.test/%40evil.test"],
  ] as const;
  test.each(hostile)("cannot lead %s to another host with %j", async (url, item, asked) => {
    const [request] = await requestsOf(
      `vars: { host: a.test }\nsteps: [${list}, { for: list, url: "${url}" }]`,
      [item],
    );
    expect(request!.refusal).toBeUndefined();
    expect(request!.url).toBe(asked);
  });

  test("cannot put its own key in the place of the environment's", async () => {
    const [request] = await requestsOf(
      `steps: [${list}, { for: list, url: https://a.test/, headers: { x-api-key: "\${KEY}" } }]`,
      [{ "env.KEY": "theirs" }],
      { KEY: "mine" },
    );
    expect(request!.headers).toEqual(["x-api-key", "mine"]);
  });

  test("cannot put a line break into a header", async () => {
    const [request] = await requestsOf(
      `steps: [${list}, { for: list, url: https://a.test/, headers: { x-name: "{name}" } }]`,
      [{ name: "a\r\nx-evil: 1" }],
    );
    expect(request!.refusal).toBe(
      "row 1: header x-name holds the control character \\x0d at position 2",
    );
  });

  test.each(["../a.txt", "/etc/hostname", "x/../../a.txt", "C:\\a.txt"])(
    "cannot choose the file %s",
    async (name) => {
      const [request] = await requestsOf(
        `steps: [${list}, { for: list, url: https://a.test/, file: "{name}" }]`,
        [{ name }],
      );
      expect(request!.refusal).toContain("is not below the job's folder");
    },
  );
});

test("a body comes from a file beside the job", async () => {
  const [request] = await requestsOf(
    `steps: [${list}, { for: list, url: https://a.test/, file: "{name}.txt" }]`,
    [{ name: "a" }],
  );
  expect(Buffer.from(request!.body as Uint8Array).toString()).toBe("the file of a");
});

test("a row's own URL is asked, whatever its host", async () => {
  const requests = await requestsOf(`steps: [${list}, { for: list, url: "{+url}" }]`, [
    { url: "https://b.test/x" },
    { url: "ftp://b.test/x" },
  ]);
  expect(requests[0]!.url).toBe("https://b.test/x");
  expect(requests[1]!.refusal).toContain("row 2");
});

test("a content type of one's own stands", async () => {
  const [request] = await requestsOf(
    "steps: [{ url: https://a.test/, json: {}, headers: { Content-Type: application/ld+json } }]",
  );
  expect(request!.headers).toEqual([
    ...["Content-Type", "application/ld+json", "accept", "application/json"],
  ]);
});

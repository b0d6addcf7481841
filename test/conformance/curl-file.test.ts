import { describe, expect, test } from "vitest";

import { parseCurlCommand, type CurlRequest } from "../../src/cli/curl-file.ts";
import { UsageError } from "../../src/core/usage-error.ts";

interface Copy {
  readonly from: string;
  readonly text: string;
  readonly expected: Partial<CurlRequest>;
}

const FORM = "application/x-www-form-urlencoded";

const COPIES: readonly Copy[] = [
  {
    from: "Chrome, a GET over HTTP/2 with cookies in -b",
    text: `curl 'https://shop.example.com/api/items?page=2&sort=price' \\
  -H 'accept: application/json, text/plain, */*' \\
  -H 'accept-language: de-DE,de;q=0.9' \\
  -b 'session=abc123; theme=dark' \\
  -H 'priority: u=1, i' \\
  -H 'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"' \\
  -H 'sec-fetch-mode: cors' \\
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'`,
    expected: {
      url: "https://shop.example.com/api/items?page=2&sort=price",
      method: "GET",
      headers: [
        "accept",
        "application/json, text/plain, */*",
        "accept-language",
        "de-DE,de;q=0.9",
        "cookie",
        "session=abc123; theme=dark",
        "priority",
        "u=1, i",
        "sec-ch-ua",
        '"Chromium";v="142", "Not_A Brand";v="99"',
        "sec-fetch-mode",
        "cors",
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      ],
      body: undefined,
    },
  },
  {
    from: "Chrome, JSON with an apostrophe, an umlaut and an exclamation mark in $'…'",
    text: String.raw`curl 'https://api.example.com/notes' \
  -H 'content-type: application/json' \
  --data-raw $'{"text":"it\'s gr\u00fcn\u0021 \ud83d\ude00\\n"}'`,
    expected: {
      method: "POST",
      headers: ["content-type", "application/json"],
      body: '{"text":"it\'s grün! 😀\\n"}',
    },
  },
  {
    from: "Chrome, a form (its content-type is among the headers)",
    text: `curl 'https://example.com/login' -H 'content-type: ${FORM}' --data-raw 'user=a%40b.c&pw=%26x'`,
    expected: { method: "POST", headers: ["content-type", FORM], body: "user=a%40b.c&pw=%26x" },
  },
  {
    from: "Chrome, PUT with --data-binary",
    text: `curl 'https://example.com/x' -X 'PUT' -H 'content-type: text/plain' --data-binary $'a\\r\\nb'`,
    expected: { method: "PUT", headers: ["content-type", "text/plain"], body: "a\r\nb" },
  },
  {
    from: "an old Chrome with the pseudo header authority",
    text: `curl 'https://example.com/' -H 'authority: example.com' -H 'dnt: 1' --compressed`,
    expected: { method: "GET", headers: ["dnt", "1"] },
  },
  {
    from: "Chrome, with validators of its cache",
    text: `curl 'https://example.com/' -H 'if-none-match: W/"1a"' -H 'accept: */*'`,
    expected: {
      headers: ["accept", "*/*"],
      hints: ["if-none-match was left out: the browser has the answer cached, we do not"],
    },
  },
  {
    from: "Chrome, from a page with a bad certificate (--insecure)",
    text: `curl 'https://localhost:8443/' -H 'accept: */*' --insecure`,
    expected: {
      url: "https://localhost:8443/",
      hints: ["the copied -k is not obeyed; --insecure HOST trusts one host's certificate"],
    },
  },
  {
    from: "Firefox, a GET with Connection, TE and Accept-Encoding",
    text: `curl 'https://news.example.org/list?x=%7Ba%7D' \\
  --compressed \\
  -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' \\
  -H 'Accept: text/html,application/xhtml+xml' \\
  -H 'Accept-Encoding: gzip, deflate, br, zstd' \\
  -H 'Connection: keep-alive' \\
  -H 'Cookie: a=1; b="2"' \\
  -H 'Priority: u=0, i' \\
  -H 'TE: trailers'`,
    expected: {
      url: "https://news.example.org/list?x=%7Ba%7D",
      method: "GET",
      headers: [
        "User-Agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Accept",
        "text/html,application/xhtml+xml",
        "Cookie",
        'a=1; b="2"',
        "Priority",
        "u=0, i",
      ],
    },
  },
  {
    from: "Firefox, POST with Content-Type and Content-Length",
    text: `curl 'https://example.org/graphql' -X POST -H 'Content-Type: application/json' -H 'Content-Length: 9' -H 'Origin: https://example.org' --data-raw '{"q":"a"}'`,
    expected: {
      method: "POST",
      headers: ["Content-Type", "application/json", "Origin", "https://example.org"],
      body: '{"q":"a"}',
    },
  },
  {
    from: "Firefox, an empty header value",
    text: `curl 'https://example.org/' -H 'X-Empty;' -H 'Accept:'`,
    expected: { headers: ["X-Empty", ""], removedHeaders: ["accept"] },
  },
  {
    from: "Safari",
    text: `curl 'https://example.org/' \\
-X 'GET' \\
-H 'Accept: */*' \\
-H 'Referer: https://example.org/a'`,
    expected: { method: "GET", headers: ["Accept", "*/*", "Referer", "https://example.org/a"] },
  },
  {
    from: "documentation: --json, -u, -L and letters together",
    text: `curl -sSL -u 'me:s3:cret' --json '{"a":1}' https://api.example.com/v1`,
    expected: {
      url: "https://api.example.com/v1",
      method: "POST",
      headers: [
        "authorization",
        `Basic ${btoa("me:s3:cret")}`,
        "content-type",
        "application/json",
        "accept",
        "application/json",
      ],
      body: '{"a":1}',
    },
  },
  {
    from: "documentation: -G with --data-urlencode",
    text: `curl -G https://example.com/s?x=1 --data-urlencode 'q=a b&c' -d lang=de`,
    expected: {
      url: "https://example.com/s?x=1&q=a+b%26c&lang=de",
      method: "GET",
      headers: [],
      body: undefined,
    },
  },
  {
    from: "documentation: several -d, -XPATCH in one word, no scheme",
    text: `curl -XPATCH example.com/x -d a=1 -d 'b=2'`,
    expected: {
      url: "http://example.com/x",
      method: "PATCH",
      body: "a=1&b=2",
      headers: ["content-type", FORM],
    },
  },
  {
    from: "documentation: -I, -A, -e, --url",
    text: `curl -I -A bot/1 -e https://from.example/ --url https://example.com/`,
    expected: {
      method: "HEAD",
      headers: ["user-agent", "bot/1", "referer", "https://from.example/"],
    },
  },
];

describe("a request copied as cURL (bash)", () => {
  test.each(COPIES)("$from", ({ text, expected }) => {
    expect(parseCurlCommand(text, "copy.txt")).toMatchObject(expected);
  });

  test.each([
    ["Windows' own quoting", `curl "https://x/" ^\n  -H ^"a: b^"`, /cURL \(cmd\).*cURL \(bash\)/],
    ["PowerShell", `Invoke-WebRequest -Uri "https://x/"`, /does not begin with curl/],
    ["an empty file", "", /does not begin with curl/],
    ["Copy all as cURL", `curl 'https://a/' ;\ncurl 'https://b/'`, /unquoted ;/],
    ["two URLs", `curl https://a/ https://b/`, /2 URLs/],
    [
      "an option that changes what is sent",
      `curl --upload-file x https://a/`,
      /"--upload-file" is not known/,
    ],
    ["a letter that is not known", `curl -sT x https://a/`, /"-T" is not known/],
    ["a value that is missing", `curl https://a/ -H`, /-H has no value/],
    ["a header without a colon", `curl https://a/ -H nonsense`, /has no colon/],
    ["a command substitution", `curl "https://a/$(id)"`, /needs a shell/],
  ])("is refused in one sentence: %s", (_, text, message) => {
    expect(() => parseCurlCommand(text, "copy.txt")).toThrow(UsageError);
    expect(() => parseCurlCommand(text, "copy.txt")).toThrow(message);
    expect(() => parseCurlCommand(text, "copy.txt")).toThrow(/^copy\.txt: [^\n]*$/);
  });

  test.each([
    "-d @/etc/passwd",
    "--data-binary @x",
    "--json @x",
    "-H @x",
    "-b cookies.txt",
    "--data-urlencode a@x",
  ])("reads no file that it names: %s", (option) => {
    expect(() => parseCurlCommand(`curl https://a/ ${option}`, "copy.txt")).toThrow(
      /would read a file/,
    );
  });

  test("--data-raw sends an @ as it is", () => {
    expect(parseCurlCommand("curl https://a/ --data-raw @x", "copy.txt").body).toBe("@x");
  });
});

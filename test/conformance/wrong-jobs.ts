/** A job file with one mistake; ▸ stands where the message has to point. */
export interface WrongJob {
  readonly what: string;
  readonly text: string;
  /** The whole sentence after the place. */
  readonly says: string;
  /** `NAME=VALUE` of `--set`; the message then names it instead of a place. */
  readonly set?: readonly string[];
}

const wrong = (what: string, text: string, says: string): WrongJob => ({ what, text, says });

const URL = "https://a.test/";

/** The keys of a job and of its mappings. */
export const WRONG_KEYS: readonly WrongJob[] = [
  wrong(
    "a misspelt key of a step",
    `steps:\n  - url: ${URL}\n    ▸eech: a`,
    'steps[0].eech is not a key of a step; did you mean "each"?',
  ),
  wrong(
    "a misspelt key at the top",
    `▸nmae: a\nsteps: [{ url: ${URL} }]`,
    'nmae is not a key of a job; did you mean "name"?',
  ),
  wrong(
    "a misspelt required key",
    `steps:\n  - ▸ulr: ${URL}`,
    'steps[0].ulr is not a key of a step; did you mean "url"?',
  ),
  wrong(
    "a key of a step at the top",
    `▸each: a\nsteps: [{ url: ${URL} }]`,
    "each is not a key of a job; it belongs to a step",
  ),
  wrong(
    "a limit at the top",
    `▸perHost: 5\nsteps: [{ url: ${URL} }]`,
    "perHost is not a key of a job; it belongs to a step's limits or the job's limits",
  ),
  wrong(
    "a key of the job in a step",
    `steps: [{ url: ${URL}, ▸base: ${URL} }]`,
    "steps[0].base is not a key of a step; it belongs to a job",
  ),
  wrong(
    "a limit in other letters",
    `limits: { ▸per_host: 5 }\nsteps: [{ url: ${URL} }]`,
    'limits.per_host is not a key of the job\'s limits; did you mean "perHost"?',
  ),
  wrong(
    "a limit of the job in a step",
    `steps: [{ url: ${URL}, limits: { ▸retries: 5 } }]`,
    "steps[0].limits.retries is not a key of a step's limits; it belongs to the job's limits",
  ),
  wrong(
    "a misspelt key of a rule",
    `steps: [{ url: ${URL}, rules: [{ ▸wen: a, then: fail }] }]`,
    'steps[0].rules[0].wen is not a key of a rule; did you mean "when"?',
  ),
  wrong(
    "a misspelt key of a batch",
    `steps:\n  - rows: [1]\n    url: ${URL}\n    batch: { ▸sise: 10, value: "{value}", into: v, pair: order }`,
    'steps[0].batch.sise is not a key of a batch; did you mean "size"?',
  ),
  wrong(
    "a misspelt key of cursor pages",
    `steps: [{ url: ${URL}, paginate: { kind: cursor, next: a, into: b, ▸itmes: b } }]`,
    'steps[0].paginate.itmes is not a key of cursor pages; did you mean "items"?',
  ),
  wrong(
    "a key of another kind of pages",
    `steps: [{ url: ${URL}, paginate: { kind: link, ▸delay: 5s } }]`,
    "steps[0].paginate.delay is not a key of link pages; it belongs to cursor pages",
  ),
  wrong(
    "a misspelt key of auth",
    `auth: { kind: basic, user: a, ▸pasword: "\${P}" }\nsteps: [{ url: ${URL} }]`,
    'auth.pasword is not a key of a basic auth; did you mean "password"?',
  ),
  wrong(
    "a misspelt key of one API key",
    `auth: { kind: apiKey, in: query, name: k, keys: [{ ▸kye: "\${K}" }] }\nsteps: [{ url: ${URL} }]`,
    'auth.keys[0].kye is not a key of a key; did you mean "key"?',
  ),
  wrong(
    "a misspelt way to join parents",
    `steps: [{ id: a, url: ${URL}, each: a }, { id: b, url: ${URL}, each: a }, { url: ${URL}, for: { ▸prodct: [a, b] } }]`,
    'steps[2].for.prodct is not a key of a product; did you mean "product"?',
  ),
  wrong(
    "a merge key of YAML 1.1",
    `steps:\n  - &a { url: ${URL} }\n  - { ▸<<: *a }`,
    'steps[1]["<<"] is not a key of a step; docs/jobs.md lists them',
  ),
  wrong("no steps", `▸name: a`, "steps is missing"),
  wrong("an empty list of steps", `steps: ▸[]`, "steps has no step"),
  wrong(
    "steps that are no list",
    `steps:\n  ▸url: ${URL}`,
    "steps must be a list of steps, not a mapping",
  ),
  wrong("a step without a URL", `steps:\n  - ▸id: a`, "steps[0].url is missing"),
  wrong("a list for a job", `▸- url: ${URL}`, "the job must be keys and values, not a list"),
  wrong("an empty file", `▸`, "the job is empty; it needs at least steps"),
];

/** Values. */
export const WRONG_VALUES: readonly WrongJob[] = [
  wrong(
    "a method that nobody has",
    `steps: [{ url: ${URL}, method: ▸PSOT }]`,
    'steps[0].method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY, not "PSOT"; did you mean "POST"?',
  ),
  wrong(
    "an end of a rule that nobody has",
    `steps: [{ url: ${URL}, rules: [{ when: a, then: ▸retyr }] }]`,
    'steps[0].rules[0].then must be one of retry, hold, fail, skip, stop, quarantine, not "retyr"; did you mean "retry"?',
  ),
  wrong(
    "a kind of pages that nobody has",
    `steps: [{ url: ${URL}, paginate: { kind: ▸cusror, next: a } }]`,
    'steps[0].paginate.kind must be one of auto, link, page, offset, cursor, not "cusror"; did you mean "cursor"?',
  ),
  wrong(
    "pages as one word that nobody has",
    `steps: [{ url: ${URL}, paginate: ▸lnik }]`,
    'steps[0].paginate must be one of auto, link, page, offset, cursor, not "lnik"; did you mean "link"?',
  ),
  wrong(
    "pages that need more than a word",
    `steps: [{ url: ${URL}, paginate: ▸offset }]`,
    "steps[0].paginate needs more than a word; write { kind: offset, into: PARAMETER, … }",
  ),
  wrong(
    "pages without a kind",
    `steps: [{ url: ${URL}, paginate: ▸{ next: a } }]`,
    "steps[0].paginate.kind is missing",
  ),
  wrong(
    "a kind of auth that nobody has",
    `auth: { kind: ▸baerer, token: "\${T}" }\nsteps: [{ url: ${URL} }]`,
    'auth.kind must be one of bearer, basic, apiKey, oauth2, login, sigv4, not "baerer"; did you mean "bearer"?',
  ),
  wrong(
    "a scope that nobody has",
    `steps: [{ url: ${URL}, follow: a, scope: ▸hots }]`,
    'steps[0].scope must be one of host, domain, prefix, any, not "hots"; did you mean "host"?',
  ),
  wrong(
    "cookies that are neither",
    `cookies: ▸kepe\nsteps: [{ url: ${URL} }]`,
    'cookies must be one of none, keep, not "kepe"; did you mean "keep"?',
  ),
  wrong(
    "a concurrency that is a word",
    `limits: { concurrency: ▸atuo }\nsteps: [{ url: ${URL} }]`,
    'limits.concurrency must be a whole number from 1 or auto, not "atuo"; did you mean "auto"?',
  ),
  wrong(
    "a concurrency of nothing",
    `limits: { concurrency: ▸0 }\nsteps: [{ url: ${URL} }]`,
    "limits.concurrency must be a whole number from 1 or auto, not 0",
  ),
  wrong(
    "a number with a leading zero",
    `limits: { perHost: ▸010 }\nsteps: [{ url: ${URL} }]`,
    'limits.perHost must be a whole number from 1 or auto, not "010"',
  ),
  wrong(
    "half a request",
    `limits: { perHost: ▸1.5 }\nsteps: [{ url: ${URL} }]`,
    "limits.perHost must be a whole number from 1 or auto, not 1.5",
  ),
  wrong(
    "a rate without a time",
    `limits: { rate: ▸20 }\nsteps: [{ url: ${URL} }]`,
    'limits.rate: "20" is not a rate; write for example 10/s, 100/m, 5000/d or 10/500ms',
  ),
  wrong(
    "a rate in a list",
    `limits: { rate: [10/s, ▸5000/day] }\nsteps: [{ url: ${URL} }]`,
    'limits.rate[1]: "5000/day" is not a rate; write for example 10/s, 100/m, 5000/d or 10/500ms',
  ),
  wrong(
    "a duration that is none",
    `limits: { timeout: ▸soon }\nsteps: [{ url: ${URL} }]`,
    'limits.timeout: "soon" is not a duration; write for example 30s, 500ms or 1m30s',
  ),
  wrong(
    "a status that is none",
    `accept: ▸2xx,99\nsteps: [{ url: ${URL} }]`,
    'accept: "99" is not a status or a range of them; write for example 2xx,404,500-599',
  ),
  wrong(
    "a size that is none",
    `steps: [{ url: ${URL}, rules: [{ smaller: ▸5 kilo, then: fail }] }]`,
    'steps[0].rules[0].smaller: "5 kilo" is not a size; write for example 10MB, 64KiB or 500kB',
  ),
  wrong(
    "yes for true",
    `keep: ▸yes\nsteps: [{ url: ${URL} }]`,
    'keep must be true or false, not "yes"',
  ),
  wrong(
    "a template without quotes",
    `steps: [{ url: ${URL}, params: { id: ▸{id} } }]`,
    'steps[0].params.id must be a text, a number, true, false or null, not a mapping; a template is written in quotes: "{id}"',
  ),
  wrong(
    "a URL that is a template without quotes",
    `steps:\n  - url: ▸{url}`,
    'steps[0].url must be a URL, not a mapping; a template is written in quotes: "{url}"',
  ),
  wrong("a key without a value", `steps:\n  - ▸url:`, "steps[0].url must be a URL, not empty"),
  wrong(
    "an id with a blank",
    `steps: [{ id: ▸my step, url: ${URL} }]`,
    'steps[0].id must be a name: letters, digits, _ and -, a letter first, not "my step"',
  ),
  wrong(
    "a header that is a list",
    `headers: { accept: ▸[a] }\nsteps: [{ url: ${URL} }]`,
    "headers.accept must be a text, not a list",
  ),
  wrong(
    "headers that are a list",
    `headers: ▸[a]\nsteps: [{ url: ${URL} }]`,
    "headers must be a mapping of names to values, not a list",
  ),
  wrong(
    "a batch of one",
    `steps: [{ url: ${URL}, rows: [1], batch: { size: ▸1, value: a, into: b, pair: order } }]`,
    "steps[0].batch.size must be a whole number from 2, not 1",
  ),
  wrong(
    "rows without a row",
    `steps: [{ url: ${URL}, rows: ▸[] }]`,
    "steps[0].rows is an empty list",
  ),
  wrong(
    "an empty expression",
    `steps: [{ url: ${URL}, each: ▸"" }]`,
    "steps[0].each must be an expression such as data.name, not empty",
  ),
];

/** Secrets and headers. */
export const WRONG_SECRETS: readonly WrongJob[] = [
  wrong(
    "a token in plain",
    `auth: { kind: bearer, token: ▸hunter2 }\nsteps: [{ url: ${URL} }]`,
    "auth.token must be the name of an environment variable, such as ${API_TOKEN}: a job file holds no secrets",
  ),
  wrong(
    "a token in place of auth",
    `auth: ▸hunter2\nsteps: [{ url: ${URL} }]`,
    "auth must be a mapping with kind: bearer, basic, apiKey, oauth2, login, sigv4",
  ),
  wrong(
    "a password in the URL",
    `steps: [{ url: ▸"https://me:hunter2@a.test/" }]`,
    "steps[0].url holds a user or a password; write them in auth, as ${NAME}",
  ),
  wrong(
    "a login that waits for another step",
    `auth: { kind: login, step: ▸b }\nsteps: [{ id: a, url: ${URL}, each: x }, { id: b, for: a, url: ${URL} }]`,
    "auth.step is for rows of another step; a login comes first",
  ),
  wrong(
    "a token's address that is none",
    `auth: { kind: oauth2, tokenUrl: ▸/token, clientId: a }\nsteps: [{ url: ${URL} }]`,
    "auth.tokenUrl is no http or https URL",
  ),
  wrong(
    "a password in plain",
    `auth: { kind: basic, user: a, password: ▸hunter2 }\nsteps: [{ url: ${URL} }]`,
    "auth.password must be the name of an environment variable, such as ${API_TOKEN}: a job file holds no secrets",
  ),
  wrong(
    "one of several keys in plain",
    `auth: { kind: apiKey, in: query, name: k, keys: ["\${K}", ▸hunter2] }\nsteps: [{ url: ${URL} }]`,
    "auth.keys[1] must be the name of an environment variable, such as ${API_TOKEN}: a job file holds no secrets",
  ),
  wrong(
    "a variable of a shell",
    `auth: { kind: bearer, token: ▸$TOKEN }\nsteps: [{ url: ${URL} }]`,
    "auth.token must be the name of an environment variable, such as ${API_TOKEN}: a job file holds no secrets",
  ),
  wrong(
    "an auth without its token",
    `auth: ▸{ kind: bearer }\nsteps: [{ url: ${URL} }]`,
    "auth.token is missing",
  ),
  wrong(
    "a key and keys",
    `auth: ▸{ kind: apiKey, in: query, name: k, key: "\${K}", keys: ["\${L}"] }\nsteps: [{ url: ${URL} }]`,
    "auth has key and keys; it takes one",
  ),
  wrong(
    "neither a key nor keys",
    `auth: ▸{ kind: apiKey, in: query, name: k }\nsteps: [{ url: ${URL} }]`,
    "auth has neither key nor keys",
  ),
  wrong(
    "an authorization field in plain",
    `headers: { Authorization: ▸Bearer hunter2 }\nsteps: [{ url: ${URL} }]`,
    "headers.Authorization holds a secret in plain; write ${AUTHORIZATION} and set that variable",
  ),
  wrong(
    "a password in the base",
    `base: ▸https://me:hunter2@a.test\nsteps: [{ url: / }]`,
    "base holds a user or a password; write them in auth, as ${NAME}",
  ),
  wrong(
    "a variable that is not set",
    `auth: { kind: bearer, token: ▸"\${NOT_SET}" }\nsteps: [{ url: ${URL} }]`,
    "auth.token needs the environment variable NOT_SET, which is not set",
  ),
  wrong(
    "a field of the connection",
    `headers: { Content-Length: ▸5 }\nsteps: [{ url: ${URL} }]`,
    "headers.Content-Length: the field Content-Length cannot be set: the connection needs it for itself",
  ),
  wrong(
    "a field whose name is none",
    `headers: { "a b": ▸5 }\nsteps: [{ url: ${URL} }]`,
    'headers["a b"]: the field "a b" is not the name of a header field',
  ),
  wrong(
    "a field twice",
    `headers: { Accept: a, ▸accept: b }\nsteps: [{ url: ${URL} }]`,
    "headers.accept is there twice, in other letters",
  ),
  wrong(
    "a login that is no step",
    `auth: { kind: login, step: ▸sing }\nsteps: [{ id: sign, url: ${URL} }]`,
    'auth.step names no step: "sing"; did you mean "sign"?',
  ),
  wrong(
    "the environment in a file's name",
    `steps: [{ url: ${URL}, save: ▸"\${HOME}/a" }]`,
    "steps[0].save names the environment; the name of a file is no place for secrets",
  ),
];

const TWO = `steps:\n  - id: players\n    url: ${URL}\n    each: "rows[*].{id: [0], name: [2]}"\n  - id: player\n    for: players\n`;

/** Names and expressions that refer to others. */
export const WRONG_NAMES: readonly WrongJob[] = [
  wrong(
    "a parent that is none",
    TWO.replace("for: players", "for: ▸playres") + `    url: ${URL}`,
    'steps[1].for names no step: "playres"; did you mean "players"?',
  ),
  wrong(
    "a step for itself",
    `steps: [{ id: a, for: ▸a, url: ${URL}, each: b }]`,
    'steps[0].for is the step itself ("a")',
  ),
  wrong(
    "steps that wait for each other",
    `steps: [{ id: a, for: ▸b, url: ${URL}, each: x }, { id: b, for: c, url: ${URL}, each: x }, { id: c, for: a, url: ${URL}, each: x }]`,
    "steps[0].for waits for itself: a → b → c → a",
  ),
  wrong(
    "two steps of one name",
    `steps: [{ id: a, url: ${URL} }, { id: ▸a, url: ${URL} }]`,
    'steps[1].id is "a", and so is that of steps[0]; every step has its own',
  ),
  wrong(
    "a parent without rows",
    `steps: [{ id: a, url: ${URL} }, { for: ▸a, url: ${URL} }]`,
    'steps[1].for names "a", which gives no rows; steps[0] needs each',
  ),
  wrong(
    "a parent twice",
    `steps: [{ id: a, url: ${URL}, each: x }, { for: [a, ▸a], url: ${URL} }]`,
    'steps[1].for[1] names "a" twice',
  ),
  wrong(
    "a variable that each does not give",
    TWO + `    url: ▸"${URL}{?nmae}"`,
    'steps[1].url has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable in a parameter",
    TWO + `    url: ${URL}\n    params: { q: ▸"{nmae}" }`,
    'steps[1].params.q has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable in a header",
    TWO + `    url: ${URL}\n    headers: { x-name: ▸"{nmae}" }`,
    'steps[1].headers.x-name has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable in JSON",
    TWO + `    url: ${URL}\n    json: { a: [1, ▸"{nmae}"] }`,
    'steps[1].json.a[1] has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable in a form",
    TWO + `    url: ${URL}\n    form: { a: ▸"{nmae}" }`,
    'steps[1].form.a has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable in a file's name",
    TWO + `    url: ${URL}\n    save: ▸"{nmae}.json"`,
    'steps[1].save has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable of the job's own outputs",
    `save: ▸"{nmae}.json"\n` + TWO + `    url: ${URL}`,
    'save has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable of rows in the job",
    `steps: [{ rows: [{ city: a }], url: ▸"${URL}{?ctiy}" }]`,
    'steps[0].url has {ctiy}, which no row has; did you mean "city"?',
  ),
  wrong(
    "a column of a table",
    `steps: [{ rows: names.csv, url: ▸"${URL}{?nmae}" }]`,
    'steps[0].url has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "a variable without rows",
    `vars: { season: a }\nsteps: [{ url: ▸"${URL}{?saeson}" }]`,
    'steps[0].url has {saeson}, which nothing gives; did you mean "season"?',
  ),
  wrong(
    "a variable in the base",
    `base: ▸"https://{hsot}/"\nvars: { host: a.test }\nsteps: [{ url: /x }]`,
    'base has {hsot}, which nothing gives; did you mean "host"?',
  ),
  wrong(
    "a variable of the name of a column",
    `vars: { ▸city: a }\nsteps: [{ rows: [{ city: b }], url: ${URL} }]`,
    'vars.city has the name of a column of the step "step1"; call it otherwise',
  ),
  wrong(
    "a column that two parents have",
    `steps: [{ id: a, url: ${URL}, each: "x[].{id: id}" }, { id: b, url: ${URL}, each: "x[].{id: id}" }, { for: [a, b], url: ▸"${URL}{?id}" }]`,
    "steps[2].url has {id}, which several parents have; write {a.id} or {b.id}",
  ),
  wrong(
    "a filter of texts that nobody has",
    TWO + `    url: ${URL}\n    save: ▸"{name|undersocre}.json"`,
    'steps[1].save: "undersocre" in {name|undersocre} is not a filter; did you mean "underscore"?',
  ),
  wrong(
    "a filter in a URL",
    TWO + `    url: ▸"${URL}{name|lower}"`,
    "steps[1].url: in the URL template https://a.test/{name|lower} at character 21: filters are for headers, bodies and file names, not for URLs",
  ),
  wrong(
    "a brace that is never closed",
    `steps: [{ url: ▸"${URL}{id" }]`,
    "steps[0].url: in the URL template https://a.test/{id at character 16: a { that is never closed",
  ),
  wrong(
    "a relative URL without base",
    `steps: [{ url: ▸/players }]`,
    "steps[0].url is relative, and the job has no base; write https://… in one of them",
  ),
  wrong(
    "a URL of a row that is not written as one",
    `steps: [{ rows: [{ url: a }], url: ▸"{url}" }]`,
    "steps[0].url is relative, and the job has no base; a whole URL of a row is written {+url}",
  ),
  wrong(
    "a URL of another kind",
    `steps: [{ url: ▸ftp://a.test/ }]`,
    "steps[0].url is no http or https URL",
  ),
  wrong(
    "a base that is no URL",
    `base: ▸a.test\nsteps: [{ url: /players }]`,
    "base is no http or https URL, such as https://api.example.com/v1",
  ),
  wrong(
    "an expression that is none",
    `steps: [{ url: ${URL}, each: ▸"rows[*" }]`,
    "steps[0].each: the expression rows[* is not JMESPath: it has * at character 6; a number, : or * is expected",
  ),
  wrong(
    "a function that JMESPath does not have",
    `steps: [{ url: ${URL}, each: ▸"lenght(rows)" }]`,
    'steps[0].each: the expression lenght(rows) is not JMESPath: it calls lenght(), which JMESPath does not have, at character 1; did you mean "length"?',
  ),
  wrong(
    "a condition with one equals sign",
    `steps: [{ url: ${URL}, rules: [{ when: ▸"status = 'OK'", then: fail }] }]`,
    "steps[0].rules[0].when: the expression status = 'OK' is not JMESPath: = stands where == is meant at character 8",
  ),
  wrong(
    "a JSONPath that is none",
    `steps: [{ url: ${URL}, pick: { a: ▸"$.[" } }]`,
    "steps[0].pick.a: the expression $.[ is not JSONPath: unexpected shorthand selector '[' at character 3",
  ),
  wrong(
    "a CSS selector that is none",
    `steps: [{ url: ${URL}, follow: ▸"a[" }]`,
    "steps[0].follow: css:a[ is not a CSS selector: Expected name, found its end",
  ),
  wrong(
    "a pick that is none",
    `steps: [{ url: ${URL}, pick: ▸["a[", b] }]`,
    "steps[0].pick: the expression a[ is not JMESPath: it has come to its end; a number, : or * is expected",
  ),
  wrong(
    "two picks of one name",
    `pick: ▸[a.name, b.name]\nsteps: [{ url: ${URL} }]`,
    'pick: pick has two columns named "name" (a.name and b.name); name one with NAME=b.name',
  ),
  wrong(
    "a table that is not there",
    `steps: [{ rows: ▸nmaes.csv, url: ${URL} }]`,
    "steps[0].rows: nmaes.csv: there is no such file",
  ),
  wrong(
    "a table of no known kind",
    `steps: [{ rows: ▸names, url: ${URL} }]`,
    "steps[0].rows: the name names does not tell what it is; write { file: names, format: csv }",
  ),
];

/** Keys that do not go together. */
export const WRONG_TOGETHER: readonly WrongJob[] = [
  wrong(
    "two bodies",
    `steps: [{ url: ${URL}, body: a, ▸json: { a: 1 } }]`,
    "steps[0].json is a second body; the step has body already",
  ),
  wrong(
    "rows and parents",
    `steps: [{ id: a, url: ${URL}, each: x }, { rows: [1], ▸for: a, url: ${URL} }]`,
    "steps[1].for cannot stand beside rows; a step has one",
  ),
  wrong(
    "a title without a book",
    `steps: [{ url: ${URL}, follow: a, ▸title: A Book }]`,
    "steps[0].title means nothing without merge",
  ),
  wrong(
    "a book that is no PDF",
    `steps: [{ url: ${URL}, merge: ▸book.epub }]`,
    'steps[0].merge is "book.epub"; a book is a .pdf',
  ),
  wrong(
    "a crawl for rows",
    `steps: [{ url: ${URL}, follow: a, ▸rows: [1] }]`,
    "steps[0].rows cannot stand beside follow; a crawl begins at its url and gives no rows",
  ),
  wrong(
    "a crawl that posts",
    `steps: [{ url: ${URL}, merge: book.pdf, ▸method: POST }]`,
    "steps[0].method cannot stand beside merge; a crawl begins at its url and gives no rows",
  ),
  wrong(
    "rows of a crawl",
    `steps: [{ id: book, url: ${URL}, follow: a }, { for: ▸book, url: ${URL} }]`,
    'steps[1].for names "book", which follows links and gives no rows',
  ),
  wrong(
    "a name of files that a crawl does not know",
    `steps: [{ url: ${URL}, download: a, save: ▸"{tilte}.pdf" }]`,
    'steps[0].save has {tilte}, which no row has; did you mean "title"?',
  ),
  wrong(
    "a folder and a template of names",
    `steps: [{ url: ${URL}, download: a, output: files/, ▸save: "{title}.pdf" }]`,
    "steps[0].save cannot stand beside output: FOLDER/, which names files after their URLs",
  ),
  wrong(
    "a robots.txt that is neither obeyed nor ignored",
    `steps: [{ url: ${URL}, follow: a, robots: ▸ignored }]`,
    'steps[0].robots must be one of obey, ignore, not "ignored"; did you mean "ignore"?',
  ),
  wrong(
    "a depth without links",
    `steps: [{ url: ${URL}, ▸depth: 2 }]`,
    "steps[0].depth means nothing without follow, download, next, or merge",
  ),
  wrong(
    "equal files where none are saved",
    `steps: [{ url: ${URL}, follow: a, ▸dedupe: true }]`,
    "steps[0].dedupe is about saved files; it needs save, or output: FOLDER/",
  ),
  wrong(
    "names of a server where nothing is followed",
    `steps: [{ url: ${URL}, save: a, ▸remoteHeaderName: true }]`,
    "steps[0].remoteHeaderName means nothing without follow, download, next, or merge",
  ),
  wrong(
    "names of a server for a book",
    `steps: [{ url: ${URL}, merge: book.pdf, ▸remoteHeaderName: true }]`,
    "steps[0].remoteHeaderName cannot stand beside merge: a book knows its chapters by name",
  ),
  wrong(
    "a misspelt word for how files are saved",
    `steps: [{ url: ${URL}, download: a, output: a/, ▸remotetime: true }]`,
    'steps[0].remotetime is not a key of a step; did you mean "remoteTime"?',
  ),
  wrong(
    "a filter without rows",
    `steps: [{ url: ${URL}, ▸filter: a }]`,
    "steps[0].filter means nothing without rows or for",
  ),
  wrong(
    "a batch without rows",
    `steps: [{ url: ${URL}, batch: ▸{ size: 2, value: a, into: b, pair: order } }]`,
    "steps[0].batch needs rows; the step has neither rows nor for",
  ),
  wrong(
    "a rule that asks nothing",
    `steps: [{ url: ${URL}, rules: [▸{ then: fail }] }]`,
    "steps[0].rules[0] asks nothing; give it when, status, headers, smaller, larger or drift",
  ),
  wrong(
    "a hold that holds nothing",
    `steps: [{ url: ${URL}, rules: [{ when: a, then: fail, ▸hold: 5s }] }]`,
    "steps[0].rules[0].hold says how long, but then is fail",
  ),
  wrong(
    "two steps with one output",
    `steps: [{ url: ${URL}, output: a.csv }, { url: ${URL}, output: ▸a.csv }]`,
    "steps[1].output is a.csv, which steps[0] writes too",
  ),
  wrong(
    "an output of no format",
    `steps: [{ url: ${URL}, output: ▸a.cvs }]`,
    'steps[0].output: a.cvs: its extension names no format (.jsonl .csv .tsv .json .warc.gz, - for stdout); did you mean ".csv"?',
  ),
  wrong(
    "an output of a later format",
    `steps: [{ url: ${URL}, output: ▸a.parquet }]`,
    "steps[0].output: a.parquet: .parquet is not there yet; there are .jsonl .csv .tsv .json .warc.gz",
  ),
];

const bomb = Array.from({ length: 9 }, (_, index) => {
  const inner = index === 0 ? "x" : `*l${index - 1}`;
  return `  l${index}: &l${index} [${Array.from({ length: 9 }, () => inner).join(", ")}]`;
}).join("\n");

/** What is no YAML, or more than a job needs of it. */
export const WRONG_YAML: readonly WrongJob[] = [
  wrong(
    "a key twice",
    `steps:\n  - url: ${URL}\n    ▸url: ${URL}`,
    "steps[0].url is written twice",
  ),
  wrong(
    "a tab",
    `steps:\n▸\t- url: ${URL}`,
    "steps is indented by a tab; YAML is indented by spaces",
  ),
  wrong(
    "a colon without quotes",
    `steps:\n  - url: ${URL}\n    each: ▸a: b`,
    'steps[0].each has a second ": " in its line; a text with such signs is written in quotes',
  ),
  wrong(
    "an expression that begins with a backtick",
    "steps:\n  - url: https://a.test/\n    filter: ▸`1` == a",
    "steps[0].filter begins with a sign that YAML keeps for itself; a text with such signs is written in quotes",
  ),
  wrong(
    "an expression that begins with @",
    `steps:\n  - url: ${URL}\n    each: ▸@.a`,
    "steps[0].each begins with a sign that YAML keeps for itself; a text with such signs is written in quotes",
  ),
  wrong(
    "a list that goes on after its end",
    `steps:\n  - url: ${URL}\n    each: [0]▸.id`,
    "steps[0].each begins with a bracket and goes on after it; write it in quotes",
  ),
  wrong(
    "a template that goes on after its end",
    `steps:\n  - url: {base}▸/x`,
    "steps[0].url begins with a bracket and goes on after it; write it in quotes",
  ),
  wrong(
    "a quote that is never closed",
    `steps:\n  - url: "${URL}▸`,
    'steps is never closed; " is missing',
  ),
  wrong(
    "a list that is never closed",
    `steps: [{ url: ${URL} }▸`,
    "steps is never closed; ] is missing",
  ),
  wrong(
    "a line that is not indented as its neighbours",
    `steps:\n  - url: ${URL}\n▸   each: a`,
    "steps[0] is not indented as its neighbours are",
  ),
  wrong(
    "a star without quotes",
    `steps:\n  - url: ${URL}\n    pick: ▸*`,
    "steps[0].pick has an alias without a name; a text that begins with * needs quotes",
  ),
  wrong(
    "an alias of nothing",
    `steps:\n  - url: ${URL}\n    each: ▸*rows`,
    "steps[0].each repeats *rows, but nothing before it is called &rows; a text that begins with * needs quotes",
  ),
  wrong(
    "an alias of itself",
    `steps: &a\n  - url: ${URL}\n    json: ▸*a`,
    "steps[0].json repeats itself in *a",
  ),
  wrong(
    "a tag",
    `steps:\n  - url: ${URL}\n    each: !rows ▸a`,
    "steps[0].each has the tag !rows; job files have no tags; a text that begins with ! needs quotes",
  ),
  wrong(
    "a tag of another language",
    `steps:\n  - url: ${URL}\n    json: !!js/function ▸"x"`,
    "steps[0].json has the tag !!js/function; job files have no tags; a text that begins with ! needs quotes",
  ),
  wrong(
    "two jobs in one file",
    `steps: [{ url: ${URL} }]\n▸---\nsteps: []`,
    "steps is followed by a second document after ---; a job file holds one job",
  ),
  wrong(
    "a directive for YAML 1.1",
    `▸%YAML 1.1\n---\nsteps: []`,
    "job files are YAML 1.2, not 1.1",
  ),
  wrong(
    "a backslash in double quotes",
    `steps:\n  - url: ${URL}\n    each: "a▸\\d"`,
    "steps[0].each has a \\ that means nothing within double quotes; use single quotes",
  ),
  wrong(
    "a key that is a list",
    `steps:\n  - url: ${URL}\n    ? ▸[a]\n    : b`,
    "steps[0] has a key that is no text; write it in quotes",
  ),
  wrong(
    "a key __proto__",
    `steps:\n  - url: ${URL}\n    headers: { ▸__proto__: a }`,
    "steps[0].headers.__proto__ is not a name that a key can have",
  ),
];

const pages = (paginate: string): string => `steps: [{ url: ${URL}, paginate: { ${paginate} } }]`;
const batch = (text: string): string =>
  `steps:\n  - rows: [{ name: Ada }]\n    url: ${URL}\n    batch: { size: 2, ${text} }`;

/** Pages and batches. */
export const WRONG_MANY: readonly WrongJob[] = [
  wrong(
    "a cursor that goes nowhere",
    `steps: [{ url: ${URL}, paginate: ▸{ kind: cursor, next: a } }]`,
    "steps[0].paginate.into is missing",
  ),
  wrong(
    "a total that is no expression",
    pages('kind: page, into: p, total: ▸"a["'),
    "steps[0].paginate.total: the expression a[ is not JMESPath: it has come to its end; a number, : or * is expected",
  ),
  wrong(
    "an item's key that is no path",
    pages("kind: auto, key: ▸a b"),
    'steps[0].paginate.key is no path within an item, such as id: "a b"',
  ),
  wrong(
    "an origin that is none",
    pages("kind: link, origins: [https://b.test, ▸b.test]"),
    'steps[0].paginate.origins[1] is no origin, such as https://b.example.com: "b.test"',
  ),
  wrong(
    "a way to ask for pages that nobody has",
    pages("kind: link, parallel: ▸nevr"),
    'steps[0].paginate.parallel must be one of when-counted, never, not "nevr"; did you mean "never"?',
  ),
  wrong(
    "a value that goes nowhere",
    batch('▸value: "{name}", pair: order'),
    "steps[0].batch.value goes nowhere; say where with into",
  ),
  wrong(
    "a parameter without a value",
    batch('into: ▸"name[]", pair: order'),
    "steps[0].batch.into needs value, such as {name}",
  ),
  wrong(
    "a variable within a batch",
    batch('into: "name[]", value: ▸"{nmae}", pair: order'),
    'steps[0].batch.value has {nmae}, which no row has; did you mean "name"?',
  ),
  wrong(
    "JSON for a parameter",
    batch('into: name, value: ▸{ a: "{name}" }, pair: order'),
    "steps[0].batch.value must be a text such as {name} for a parameter",
  ),
  wrong(
    "joined JSON",
    batch('into: "json:names", value: "{name}", ▸join: ",", pair: order'),
    "steps[0].batch.join joins the values of a parameter, not of JSON",
  ),
  wrong(
    "a pair that is no path",
    batch('into: n, value: "{name}", pair: ▸by name'),
    'steps[0].batch.pair is neither order nor a path such as id: "by name"',
  ),
  wrong(
    "what tells whose an answer is, where order does",
    batch('into: n, value: "{name}", pair: order, ▸by: "{name}"'),
    "steps[0].batch.by means nothing where answers come in order",
  ),
  wrong(
    "a pair that no column has",
    batch("pair: ▸nmae"),
    'steps[0].batch.pair has {nmae}, which no row has; did you mean "name"?',
  ),
];

/** What no short text shows. */
export const WRONG_SIZES: readonly WrongJob[] = [
  {
    what: "aliases that stand for billions",
    text: `vars:\n${bomb.replace("  l5", "  ▸l5")}\nsteps: []`,
    says: "vars.l5 makes the job hold more than 100,000 values",
  },
];

const SETTABLE = `vars: { season: "2016-17" }\nlimits: { perHost: 5 }\nsteps: [{ url: ${URL} }]`;

/** What `--set` may not say. */
export const WRONG_SETTINGS: readonly WrongJob[] = [
  {
    what: "no assignment",
    text: SETTABLE,
    set: ["season"],
    says: '--set takes NAME=VALUE, not "season"',
  },
  {
    what: "a misspelt variable",
    text: SETTABLE,
    set: ["saeson=a"],
    says: '--set saeson: the job has no such name; did you mean "season"?',
  },
  {
    what: "a limit without limits",
    text: SETTABLE,
    set: ["perHost=5"],
    says: '--set perHost: the job has no such name; did you mean "limits.perHost"?',
  },
  {
    what: "the steps",
    text: SETTABLE,
    set: ["steps=[]"],
    says: "--set steps: the job has no such name; there are season, name, base, accept, cookies, output, save, keep",
  },
  {
    what: "a value that the key does not take",
    text: SETTABLE,
    set: ["limits.perHost=lots"],
    says: '--set limits.perHost: limits.perHost must be a whole number from 1 or auto, not "lots"',
  },
];

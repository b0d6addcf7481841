// Writes schema/job.schema.json, which editors complete job files with: `node scripts/job-schema.ts`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { jobJsonSchema } from "../src/jobs/job-schema.ts";

const FOLDER = fileURLToPath(new URL("../schema", import.meta.url));

mkdirSync(FOLDER, { recursive: true });
const text = JSON.stringify(jobJsonSchema(), null, 2);
writeFileSync(join(FOLDER, "job.schema.json"), `${text}\n`);

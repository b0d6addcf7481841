import type { Standing } from "./sink.ts";
export async function prepareRewrite(_p: string, _o: unknown): Promise<{standing: Standing; apply(): Promise<void>}> { throw new Error("later"); }

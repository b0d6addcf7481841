/** Items made ready, in batches: all that a list has at once, one by one what arrives over time. */
export async function* toBatches<T, U>(
  items: Iterable<T> | AsyncIterable<T>,
  make: (item: T, index: number) => U,
): AsyncGenerator<readonly U[]> {
  let index = 0;
  if (Symbol.asyncIterator in items) {
    for await (const item of items) yield [make(item, index++)];
    return;
  }
  let batch: U[] = [];
  for (const item of items) {
    batch.push(make(item, index++));
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Enough to make the cost of a turn small, few enough to start at once. */
const BATCH = 64;

/** What happens when: a binary heap of times, equal ones in the order in which they were put in. */
export class EventHeap<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #put = 0;

  get nextAt(): number {
    return this.#times[0] ?? Infinity;
  }

  push(at: number, item: T): void {
    let index = this.#times.length;
    const order = this.#put++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#times[parent]! <= at) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#set(index, at, order, item);
  }

  pop(): T {
    const first = this.#items[0]!;
    const at = this.#times.pop()!;
    const order = this.#orders.pop()!;
    const item = this.#items.pop()!;
    const size = this.#times.length;
    if (size === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (
        child + 1 < size &&
        this.#isBefore(child + 1, this.#times[child]!, this.#orders[child]!)
      ) {
        child += 1;
      }
      if (!this.#isBefore(child, at, order)) break;
      this.#move(child, index);
      index = child;
    }
    this.#set(index, at, order, item);
    return first;
  }

  #isBefore(index: number, at: number, order: number): boolean {
    const time = this.#times[index]!;
    return time < at || (time === at && this.#orders[index]! < order);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from]!, this.#orders[from]!, this.#items[from]!);
  }

  #set(index: number, at: number, order: number, item: T): void {
    this.#times[index] = at;
    this.#orders[index] = order;
    this.#items[index] = item;
  }
}

/** A queue that gives the item that comes before all others. */

/** Items in the order of `before`. */
export interface Heap<Item> {
  push(item: Item): void
  /** Takes the first item; `undefined` if there is none. */
  pop(): Item | undefined
}

/** Creates an empty queue. `before` tells whether `a` comes first; no two items may come before each other. */
export function createHeap<Item>(before: (a: Item, b: Item) => boolean): Heap<Item> {
  const items: Item[] = []
  const swapIfBefore = (child: number, parent: number): boolean => {
    const [a, b] = [items[child], items[parent]]
    if (a === undefined || b === undefined || !before(a, b)) return false
    items[child] = b
    items[parent] = a
    return true
  }
  return {
    push(item) {
      let at = items.push(item) - 1
      while (at > 0 && swapIfBefore(at, (at - 1) >> 1)) at = (at - 1) >> 1
    },
    pop() {
      const [first] = items
      const last = items.pop()
      if (last === undefined || items.length === 0) return last
      items[0] = last
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        const [a, b] = [items[left], items[right]]
        const child = a !== undefined && b !== undefined && before(b, a) ? right : left
        if (!swapIfBefore(child, at)) return first
        at = child
      }
    },
  }
}

/** Reads on while the reader is busy. */

/** Yields `items` in order; `notice` is told of each when it arrives, however far behind the reader is. */
export async function* readAhead<T>(items: AsyncIterable<T>, notice: (item: T) => void): AsyncGenerator<T> {
  const arrived: T[] = []
  let wake = Promise.withResolvers<void>()
  let ended = false
  let failure: { readonly error: unknown } | undefined
  const reading = (async () => {
    try {
      for await (const item of items) {
        arrived.push(item)
        notice(item)
        wake.resolve()
      }
    } catch (error) {
      failure = { error }
    }
    ended = true
    wake.resolve()
  })()
  for (;;) {
    for (let item = arrived.shift(); item !== undefined; item = arrived.shift()) yield item
    if (failure !== undefined) throw failure.error
    if (ended) return await reading
    await wake.promise
    wake = Promise.withResolvers()
  }
}

/** Queries of requests. */

/** A range of time, in ms since the epoch: `from` is inside, `until` is not. */
export type TimeRange = { readonly from?: number | undefined; readonly until?: number | undefined }

/** Writes what is given as a query, with its question mark; nothing if nothing is. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

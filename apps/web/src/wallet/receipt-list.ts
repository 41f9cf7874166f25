/** Receipts that are known here: always without a gap, newest first. */

import type { ReceiptView } from '@salp/gateway'

/**
 * Takes the newest page.
 *
 * @param limit - Receipts that were asked for. A full page that shares none with those known leaves a gap between, so
 * the known ones are dropped; a page that is not full is all there is.
 */
export function withNewest(
  known: readonly ReceiptView[],
  page: readonly ReceiptView[],
  limit: number,
): readonly ReceiptView[] {
  const fresh = new Set(page.map(({ id }) => id))
  if (page.length < limit || !known.some(({ id }) => fresh.has(id))) return page
  return [...page, ...known.filter(({ id }) => !fresh.has(id))]
}

/** Adds a page of older ones; those that are known already are not repeated. */
export function withOlder(known: readonly ReceiptView[], page: readonly ReceiptView[]): readonly ReceiptView[] {
  const ids = new Set(known.map(({ id }) => id))
  return [...known, ...page.filter(({ id }) => !ids.has(id))]
}

/** What the list is narrowed to. */
export interface ReceiptFilter {
  readonly direction: 'any' | 'in' | 'out'
  /** Words in any of its fields, in any case; empty for all. */
  readonly text: string
}

/** Receipts that pass a filter, in the same order. */
export function filterReceipts(
  receipts: readonly ReceiptView[],
  { direction, text }: ReceiptFilter,
): readonly ReceiptView[] {
  const wanted = text.trim().toLowerCase()
  return receipts.filter(
    ({ direction: way, amount, payer, payee, transaction, resource, task }) =>
      (direction === 'any' || way === direction) &&
      [amount.symbol, payer, payee, transaction, resource, task].some((field) => field.toLowerCase().includes(wanted)),
  )
}

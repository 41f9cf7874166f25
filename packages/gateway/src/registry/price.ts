/** Which price a request has. */

import type { Endpoint, PriceRule } from './endpoint.js'

/** The price of a request, or that it cannot be told. */
export type RequestPrice =
  | { readonly status: 'priced'; readonly price: string }
  /** The path differs from a rule's only in what many servers ignore: letter case, escapes, or parameters after `;`. */
  | { readonly status: 'ambiguous' }

/**
 * Finds the price of a request: of the most specific rule that matches, else the endpoint's own.
 *
 * A trailing slash makes no difference, and HEAD is priced as GET where no rule names it.
 *
 * @param rest - Path below the slug, in normal form.
 */
export function priceOf(
  { price, prices }: Pick<Endpoint, 'price' | 'prices'>,
  method: string,
  rest: string,
): RequestPrice {
  const path = segmentsOf(rest)
  const folded = path.map(fold)
  let best: { readonly rule: PriceRule; readonly rank: string } | undefined
  for (const rule of prices) {
    if (rule.method !== undefined && rule.method !== method && !(rule.method === 'GET' && method === 'HEAD')) continue
    const pattern = segmentsOf(rule.path)
    if (!matches(pattern, path)) {
      if (matches(pattern.map(fold), folded)) return { status: 'ambiguous' }
      continue
    }
    const rank = rankOf(rule, pattern, method)
    if (best === undefined || rank > best.rank) best = { rule, rank }
  }
  return { status: 'priced', price: best?.rule.price ?? price }
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

/** A segment as a careless server reads it. */
function fold(segment: string): string {
  return decodeURIComponent(segment).replace(/;.*$/s, '').toLowerCase()
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const open = pattern.at(-1) === '*'
  const fixed = open ? pattern.slice(0, -1) : pattern
  if (open ? path.length < fixed.length : path.length !== fixed.length) return false
  return fixed.every((segment, index) => segment.startsWith(':') || segment === path[index])
}

/** Orders rules that match one path, as text: segment by segment, then by whether they name the method. */
function rankOf(rule: PriceRule, pattern: readonly string[], method: string): string {
  const kinds = pattern.map((segment) => (segment === '*' ? 0 : segment.startsWith(':') ? 1 : 2))
  const end = pattern.at(-1) === '*' ? '' : '3'
  return `${kinds.join('')}${end}.${rule.method === method ? 2 : rule.method === undefined ? 0 : 1}`
}

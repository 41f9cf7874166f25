/** What the form of an endpoint holds, and what it orders. */

import type { SettleMode } from '@salp/gateway'
import { type EndpointOrder, type SoldEndpoint, type SoldMethod, soldMethods } from '../api/contracts.js'

/** A price for some requests, as typed. */
export interface PriceDraft {
  /** Tells rows apart. */
  readonly key: number
  readonly method: SoldMethod | ''
  readonly path: string
  readonly price: string
}

/** The fields, as typed. */
export interface EndpointDraft {
  readonly slug: string
  readonly target: string
  readonly price: string
  readonly prices: readonly PriceDraft[]
  readonly description: string
  readonly mimeType: string
  readonly methods: readonly SoldMethod[]
  readonly settle: SettleMode
  readonly freePerDay: string
  readonly ratePerMinute: string
  readonly timeoutSeconds: string
  readonly maxMebibytes: string
}

const mebibyte = 1_048_576

/** An empty form, with the gateway's own defaults. */
export const emptyDraft: EndpointDraft = {
  slug: '',
  target: '',
  price: '',
  prices: [],
  description: '',
  mimeType: '',
  methods: ['GET', 'POST'],
  settle: 'after',
  freePerDay: '0',
  ratePerMinute: '60',
  timeoutSeconds: '30',
  maxMebibytes: '10',
}

/** Fills the form from an endpoint. */
export function toDraft(endpoint: SoldEndpoint): EndpointDraft {
  const { slug, target = '', price, prices, description, mimeType, methods, settle } = endpoint
  const { freePerDay, ratePerMinute, timeoutMs, maxBytes } = endpoint
  return {
    slug,
    target,
    price,
    prices: prices.map(({ method, path, price }, key) => ({ key, method: method ?? '', path, price })),
    description,
    mimeType,
    methods,
    settle,
    freePerDay: String(freePerDay),
    ratePerMinute: String(ratePerMinute),
    timeoutSeconds: timeoutMs === undefined ? '' : String(timeoutMs / 1_000),
    maxMebibytes: String(maxBytes / mebibyte),
  }
}

/** What the form orders of an endpoint: the fields that differ from `before`; all that is required for a new one. */
export function toOrder(draft: EndpointDraft, before: EndpointDraft): EndpointOrder {
  const differs = (field: keyof EndpointDraft): boolean =>
    JSON.stringify(draft[field]) !== JSON.stringify(before[field])
  const number = (field: 'freePerDay' | 'ratePerMinute' | 'timeoutSeconds' | 'maxMebibytes', factor: number) =>
    // What is no number goes as none, so that the node says what is wrong with it.
    draft[field].trim() === '' ? Number.NaN : Math.round(Number(draft[field]) * factor)
  return {
    ...((before === emptyDraft || differs('slug')) && { slug: draft.slug.trim() }),
    ...((before === emptyDraft || differs('target')) && { target: draft.target.trim() }),
    ...((before === emptyDraft || differs('price')) && { price: draft.price.trim() }),
    ...(differs('prices') && {
      prices: draft.prices.map(({ method, path, price }) => ({
        ...(method !== '' && { method }),
        path: path.trim(),
        price: price.trim(),
      })),
    }),
    ...(differs('description') && { description: draft.description.trim() }),
    ...(differs('mimeType') && { mimeType: draft.mimeType.trim() }),
    ...(differs('methods') && { methods: draft.methods }),
    ...(differs('settle') && { settle: draft.settle }),
    ...(differs('freePerDay') && { freePerDay: number('freePerDay', 1) }),
    ...(differs('ratePerMinute') && { ratePerMinute: number('ratePerMinute', 1) }),
    ...(differs('timeoutSeconds') && { timeoutMs: number('timeoutSeconds', 1_000) }),
    ...(differs('maxMebibytes') && { maxBytes: number('maxMebibytes', mebibyte) }),
  }
}

/** Takes a method in or out, in the order in which they are listed. */
export function withMethod(methods: readonly SoldMethod[], method: SoldMethod, on: boolean): readonly SoldMethod[] {
  return soldMethods.filter((one) => (one === method ? on : methods.includes(one)))
}

/** Fields that a refusal may name. */
const fields = [
  'slug',
  'target',
  'price',
  'prices',
  'description',
  'mimeType',
  'methods',
  'settle',
  'freePerDay',
  'ratePerMinute',
  'timeoutMs',
  'maxBytes',
] as const

/** One of the fields that a refusal may name. */
export type Field = (typeof fields)[number]

/** Why an endpoint is refused: by field, and what concerns none of them. */
export interface FieldProblems {
  readonly of: Partial<Record<Field, string>>
  readonly rest: string
}

/**
 * Sorts the detail of a refusal by field: `slug: takes …; prices: 0: path: a path has no query`.
 *
 * @param draft - Tells whether a price that is refused is the endpoint's own or that of a rule.
 */
export function sortProblems(detail: string, { price }: Pick<EndpointDraft, 'price'>): FieldProblems {
  const of: Partial<Record<Field, string>> = {}
  const rest: string[] = []
  // A reason may hold a semicolon itself: only one before a field or a quoted price parts two of them.
  for (const part of detail.split(/; (?=[a-zA-Z]+(?:: | "))/)) {
    const [, quoted, why = ''] = /^price ("(?:[^"\\]|\\.)*"): (.*)$/s.exec(part) ?? []
    const named = /^(\w+): (.*)$/s.exec(part)
    const field = fields.find((name) => name === named?.[1])
    if (quoted !== undefined && JSON.parse(quoted) === price.trim()) add('price', why)
    else if (quoted !== undefined) add('prices', part)
    else if (field !== undefined && named?.[2] !== undefined) add(field, countRules(named[2]))
    else rest.push(part)
  }
  return { of, rest: rest.join('; ') }

  function add(field: Field, reason: string): void {
    of[field] = of[field] === undefined ? reason : `${of[field]}; ${reason}`
  }
}

/** `0: path: …` counts rules from none; people count from one. */
function countRules(reason: string): string {
  return reason.replace(/^(\d+): (?:(\w+): )?/, (_, index: string, name: string | undefined) =>
    name === undefined ? `Rule ${Number(index) + 1}: ` : `Rule ${Number(index) + 1}, ${name}: `,
  )
}

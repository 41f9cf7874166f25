/** What a search looks for: values that make a whole program of whatever term has them. */

import type { Expression } from '../language/expression.js'
import type { Type } from '../language/types.js'

/** A whole program, not yet written out. */
export interface Proposal {
  readonly cost: number
  build(): Expression
}

/** Where terms are kept: what is asked of a space. */
export interface Terms {
  /** A term as a program. */
  expression(term: number): Expression
  /** What a term costs in a group of places. */
  costIn(group: number, term: number): number
}

/** A term that is right in some columns. */
export interface Partial {
  readonly space: Terms
  readonly term: number
  /** A bit a column. */
  readonly mask: number
  /** In the place the goal stands at, without what the goal itself costs. */
  readonly cost: number
}

/** What is to be looked for. */
export type Sought = Pick<Goal, 'type' | 'row' | 'group' | 'extra' | 'wrap'>

/** Columns at most for which partial matches are kept: a bit each. */
const mostBits = 30

/** See the head of this file. */
export class Goal {
  readonly type: Type
  /** One value a column. */
  readonly row: Float64Array
  /** Of the place at which the term would stand. */
  readonly group: number
  /** What the program around it costs. */
  readonly extra: number
  readonly wrap: (term: Expression) => Expression
  /** Cheapest terms by the columns they are right in. */
  readonly partials = new Map<number, Partial>()
  readonly #propose: (proposal: Proposal) => void

  constructor({ propose, ...given }: Sought & { readonly propose: (proposal: Proposal) => void }) {
    this.type = given.type
    this.row = given.row
    this.group = given.group
    this.extra = given.extra
    this.wrap = given.wrap
    this.#propose = propose
  }

  /** All columns, a bit each; 0 if there are too many. */
  get all(): number {
    return this.row.length > mostBits ? 0 : 2 ** this.row.length - 1
  }

  /** Compares a term with what is looked for. @returns Whether it is of use, in whole or in part. */
  offer(space: Terms, term: number, rows: Float64Array, at: number, cost: number): boolean {
    const { row } = this
    let right = 0
    let mask = 0
    for (let column = 0; column < row.length; column++) {
      if (rows[at + column] !== row[column]) continue
      right++
      mask |= 1 << column
    }
    if (right === 0) return false
    if (right === row.length) {
      this.#propose({ cost: cost + this.extra, build: () => this.wrap(space.expression(term)) })
      return true
    }
    if (row.length > mostBits) return false
    const known = this.partials.get(mask)
    if (known !== undefined && known.cost <= cost) return false
    this.partials.set(mask, { space, term, mask, cost })
    return true
  }
}

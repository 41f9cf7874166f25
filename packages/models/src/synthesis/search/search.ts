/** The search for a program: spaces expanded by cost, goals on the way, and the cheapest program that meets them. */

import { createRng } from '@salp/core'
import { usedInputs } from '../guide/counts.js'
import type { Guide } from '../guide/guide.js'
import { type Expression, keyOf } from '../language/expression.js'
import { type Fragment, type Fragments, fragmentsByName } from '../language/fragment.js'
import { normalForm } from '../language/normal-form.js'
import type { Signature, Type } from '../language/types.js'
import { Values } from '../language/values.js'
import { composeCases } from './conditions.js'
import { constantsFor, type Example } from './constants.js'
import { Deductions } from './deductions.js'
import { Goal, type Proposal, type Sought } from './goal.js'
import { costsPerNat, Grammar, impossible } from './grammar.js'
import { Space, type Surroundings } from './space.js'
import { variationsOf } from './variations.js'

/** What to search, and with what. */
export interface SearchOptions {
  /** Of the inputs beside the examples on which programs are told apart. */
  readonly seed: number
  readonly signature: Signature
  /** One at least; they fit the signature. */
  readonly examples: readonly Example[]
  readonly statement?: string | undefined
  readonly library: readonly Fragment[]
  readonly guide: Guide
  /** Candidate evaluations at most. */
  readonly budget: number
}

/** A program that fits the examples. */
export interface Solution {
  readonly program: Expression
  /** In nats: −ln of its probability under the guide. */
  readonly cost: number
}

/** How many times as many candidates there are when cases are made again. */
const composeGrowth = 1.2

/** Inputs beside the examples. */
const variations = 3

/** Programs that fit the examples and are kept. */
const mostFitting = 200

/** Costs up to which programs are enumerated, should the budget not end it before: beyond any that comes up. */
const deepestCost = 600

/** One search; see the head of this file. */
export class Search implements Surroundings {
  readonly grammar: Grammar
  readonly fragments: Fragments
  readonly inputTypes: readonly Type[]
  readonly budget: number
  /** Programs evaluated so far, whole ones and parts alike. */
  candidates = 0
  readonly #space: Space
  readonly #aimed: { readonly space: Space; readonly goal: Goal }[] = []
  /** Programs that fit, the cheapest first. */
  readonly #fitting: Solution[] = []
  readonly #proposed: Proposal[] = []
  readonly #seen = new Set<string>()
  readonly #ignoring: number
  readonly #deductions = new Deductions(this)
  #composeAt = 0

  constructor({ signature, examples, statement, library, guide, budget, seed }: SearchOptions) {
    const values = new Values()
    const { parameters, returns } = signature
    this.budget = budget
    this.#ignoring = guide.ignoring
    this.fragments = fragmentsByName(library)
    this.inputTypes = parameters.map(({ type }) => type)
    const constants = constantsFor({ signature, examples, statement })
    this.grammar = new Grammar(values, { signature, constants, library, guide })
    const inputs = [
      ...examples.map(({ args }) => args),
      ...variationsOf(examples, variations, createRng(`variations ${seed}`)).filter((args) =>
        parameters.every(({ type }, index) => !Number.isNaN(values.encode(type, args[index]))),
      ),
    ]
    const bound = parameters.map(({ type }, index) =>
      Float64Array.from(inputs, (args) => values.encode(type, args[index])),
    )
    const row = Float64Array.from(examples, ({ returns: result }) => values.encode(returns, result))
    this.#space = new Space(this, { table: this.grammar.table([]), bound, columns: inputs.length, depth: 0 })
    this.seek(this.#space, {
      ...{ type: returns, row, group: this.grammar.root },
      ...{ extra: 0, wrap: (term) => term },
    })
    for (const goal of this.#space.goals.slice()) this.#deductions.undo(this.#space, goal)
  }

  get inputs(): number {
    return this.inputTypes.length
  }

  /** Whether the budget is spent. */
  get spent(): boolean {
    return this.candidates >= this.budget
  }

  /** Programs found so far, the cheapest first. */
  get fitting(): readonly Solution[] {
    return this.#fitting
  }

  /** The cost up to which all programs were tried, in nats: what fits and costs no more cannot be undercut. */
  get settled(): number {
    return this.#space.done / costsPerNat
  }

  /** Searches; yields now and then, and ends with the budget. */
  *run(): Generator<undefined> {
    const space = this.#space
    while (!this.spent && space.done < deepestCost) {
      for (const _ of space.expandOnce()) {
        this.#settle()
        yield
      }
      if (this.candidates >= this.#composeAt) this.#compose()
      this.#settle()
    }
    this.#compose()
    this.#settle()
  }

  /** Takes note of a term that is new in its space. */
  kept(space: Space, term: number, type: Type): void {
    for (const goal of space.goals.slice()) if (goal.type === type) this.#deductions.from(space, goal, term)
  }

  /** Hands the goals of a space that a lambda over a list can meet to the space of that lambda. */
  aim(space: Space, inner: Space, list: number): void {
    this.#deductions.aim(space, inner, list)
  }

  /** Looks for something else, of which a whole program can be made. */
  seek(space: Space, goal: Sought): void {
    const made = new Goal({ ...goal, propose: this.propose })
    this.#aimed.push({ space, goal: made })
    space.addGoal(made)
    for (const term of space.termsOf(made.type)) this.#deductions.from(space, made, term)
  }

  /** What a program must cost less than to be among the `place` + 1 cheapest. */
  #bound(place: number): number {
    return (this.#fitting[place]?.cost ?? impossible) * costsPerNat
  }

  /** Takes note of a whole program. */
  readonly propose = (proposal: Proposal): void => {
    if (proposal.cost < this.#bound(mostFitting - 1)) this.#proposed.push(proposal)
  }

  /** Writes out what was proposed; a term can be read only once it is kept. */
  #settle(): void {
    for (const proposal of this.#proposed.splice(0)) {
      if (proposal.cost >= this.#bound(mostFitting - 1)) continue
      const program = normalForm(proposal.build())
      const ignored = this.inputs - usedInputs(program).size
      const cost = proposal.cost / costsPerNat + ignored * this.#ignoring
      const key = keyOf(program)
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      this.#fitting.push({ program, cost })
      this.#fitting.sort((a, b) => a.cost - b.cost)
      this.#fitting.splice(mostFitting)
    }
  }

  /** Makes cases of what is right in part, once there is so much more than the last time that it may pay. */
  #compose(): void {
    this.#composeAt = this.candidates * composeGrowth
    for (const { space, goal } of this.#aimed) {
      const found = composeCases(this.grammar, space, goal, this.#bound(mostFitting - 1) - goal.extra)
      if (found === undefined) continue
      this.candidates++
      this.propose(found)
    }
  }
}

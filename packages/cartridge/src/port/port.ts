/** A place of the agent's own workings that a cartridge may take over: beside the built-in first, and only if it is no worse. */

import { type Clock, describeError, mean } from '@salp/core'
import type { z } from 'zod'
import type { PortDecision, PortView } from '../protocol.js'
import type { CandidateName, PortStore } from './port-store.js'

/** What a port asks, and how an answer is judged. Inputs, outputs and truths are JSON. */
export interface PortSpec<Input, Output, Truth> {
  /** Lower case with hyphens. */
  readonly name: string
  readonly description: string
  /** What it asks and takes, for whoever writes a cartridge for it. */
  readonly contract: string
  readonly input: z.ZodType<Input>
  readonly output: z.ZodType<Output>
  readonly truth: z.ZodType<Truth>
  /** The answer without any cartridge. Pure. */
  builtIn(input: Input): Output
  /** How wrong an answer was. Finite; lower is better. */
  loss(output: Output, truth: Truth): number
}

/** A version of a cartridge that wants the place. */
export interface Candidate extends CandidateName {
  /** Answers one question. @throws CartridgeTrap if it is stopped. */
  invoke(input: unknown): unknown
}

/** What a port is made of. */
export interface PortDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly store: PortStore
  /** Told each decision as it is made. */
  onDecision(port: string, decision: PortDecision): void
}

/** When a port decides. */
export interface PortOptions {
  /** Cases that no author saw, past and new ones together, before a promotion. @defaultValue `30` */
  readonly leastCases?: number | undefined
  /** New cases beside the built-in before a promotion. @defaultValue `20` */
  readonly shadowCases?: number | undefined
}

/** A place that is answered by the built-in, or by a cartridge. */
export interface Port<Input, Output, Truth> {
  readonly name: string
  /**
   * Answers. A cartridge that fails, or answers what does not fit, loses the place at once, and the built-in answers this
   * very question.
   */
  run(input: Input): Output
  /** Tells what proved true of an earlier question. Those that answer, and those that want to, are measured by it. */
  learn(input: Input, truth: Truth): void
  /**
   * Lets a version run beside the built-in, in place of one that did. It is refused where it is worse on past cases; one that
   * was refused or rolled back is not tried again.
   */
  propose(candidate: Candidate): void
  /** Puts back the version that had the place before a restart, without measuring it anew. */
  restore(candidate: Candidate): void
  /** Takes the place, and the way to it, from a cartridge that is gone. */
  withdraw(cartridge: string, why: string): void
  view(): PortView
}

interface Measured {
  readonly candidate: Candidate
  /** Its loss less that of the built-in, case by case. */
  differences: number[]
}

/** Past cases that a candidate is measured on at once. */
const mostPast = 500
/** Latest cases that one with the place is watched on, and the least of them that count. */
const watched = 50
const leastWatched = 20
/** One-sided 95 % of the normal distribution. */
const z95 = 1.645

/** Creates a port. */
export function createPort<Input, Output, Truth>(
  spec: PortSpec<Input, Output, Truth>,
  { clock, store, onDecision }: PortDeps,
  { leastCases = 30, shadowCases = 20 }: PortOptions = {},
): Port<Input, Output, Truth> {
  const { name, description, contract, builtIn } = spec
  let active: Measured | undefined
  let shadow: (Measured & { past: readonly number[] }) | undefined

  const decide = ({ cartridge, version }: CandidateName, decision: PortDecision['decision'], why: string): void => {
    const made = { at: clock.now(), cartridge, version, decision, why }
    store.decide(made)
    onDecision(name, made)
  }

  /** @throws What the candidate throws, or why its answer does not fit. */
  const ask = (candidate: Candidate, input: Input): Output => spec.output.parse(candidate.invoke(input))

  const difference = (candidate: Candidate, input: Input, truth: Truth): number =>
    spec.loss(ask(candidate, input), truth) - spec.loss(builtIn(input), truth)

  const vacate = (measured: Measured, why: string): void => {
    active = undefined
    store.setActive(undefined)
    decide(measured.candidate, 'rolled-back', why)
  }

  const refuse = (candidate: Candidate, why: string): void => {
    shadow = undefined
    decide(candidate, 'refused', why)
  }

  const watch = (input: Input, truth: Truth): void => {
    const measured = active
    if (measured === undefined) return
    try {
      measured.differences = [...measured.differences, difference(measured.candidate, input, truth)].slice(-watched)
    } catch (error) {
      vacate(measured, `it failed: ${describeError(error)}`)
      return
    }
    const { differences } = measured
    const worse = leastLikely(differences)
    if (differences.length >= leastWatched && worse > 0)
      vacate(
        measured,
        `it is worse than the built-in by ${shown(mean(differences))} over the last ${differences.length}`,
      )
  }

  const compare = (input: Input, truth: Truth): void => {
    const measured = shadow
    if (measured === undefined) return
    const { candidate, past } = measured
    try {
      measured.differences.push(difference(candidate, input, truth))
    } catch (error) {
      refuse(candidate, `it failed beside the built-in: ${describeError(error)}`)
      return
    }
    const all = [...past, ...measured.differences]
    if (measured.differences.length < shadowCases || all.length < leastCases) return
    const by = mean(all)
    if (by > 0) refuse(candidate, `it is worse than the built-in by ${shown(by)} over ${all.length} cases`)
    else {
      shadow = undefined
      active = { candidate, differences: [] }
      store.setActive({ cartridge: candidate.cartridge, version: candidate.version })
      decide(candidate, 'promoted', `it is no worse than the built-in: ${shown(by)} over ${all.length} cases`)
    }
  }

  return {
    name,
    run(input) {
      if (active === undefined) return builtIn(input)
      try {
        return ask(active.candidate, input)
      } catch (error) {
        vacate(active, `it failed: ${describeError(error)}`)
        return builtIn(input)
      }
    },
    learn(input, truth) {
      watch(input, truth)
      compare(input, truth)
      store.add(clock.now(), { input, truth })
    },
    propose(candidate) {
      const known = store.latest(candidate.cartridge)
      const isSettled = known?.decision === 'refused' || known?.decision === 'rolled-back'
      if (isSettled && isSame(known, candidate)) return
      if (isSame(active?.candidate, candidate) || isSame(shadow?.candidate, candidate)) return
      const past: number[] = []
      for (const stored of store.heldOut(mostPast)) {
        try {
          past.push(difference(candidate, spec.input.parse(stored.input), spec.truth.parse(stored.truth)))
        } catch (error) {
          refuse(candidate, `it failed on a past case: ${describeError(error)}`)
          return
        }
      }
      const by = past.length === 0 ? 0 : mean(past)
      if (past.length >= leastCases && by > 0) {
        refuse(
          candidate,
          `it is worse than the built-in by ${shown(by)} over ${past.length} past cases that it never saw`,
        )
        return
      }
      shadow = { candidate, past, differences: [] }
      decide(candidate, 'shadowed', `it runs beside the built-in; ${past.length} past cases: ${shown(by)}`)
    },
    restore(candidate) {
      const stored = store.active()
      if (stored !== undefined && isSame(stored, candidate)) active = { candidate, differences: [] }
    },
    withdraw(cartridge, why) {
      if (active?.candidate.cartridge === cartridge) active = undefined
      if (shadow?.candidate.cartridge === cartridge) shadow = undefined
      if (store.active()?.cartridge === cartridge) store.setActive(undefined)
      const known = store.latest(cartridge)
      if (known !== undefined && known.decision !== 'withdrawn') decide(known, 'withdrawn', why)
    },
    view() {
      const [example] = store.shown(1)
      return {
        ...{ name, description, contract, cases: store.count(), decisions: store.decisions(20) },
        ...(example !== undefined && { example }),
        ...(active !== undefined && { active: measuredView(active) }),
        ...(shadow !== undefined && {
          shadow: { ...measuredView(shadow), past: shadow.past.length, needed: shadowCases },
        }),
      }
    },
  }
}

function measuredView({ candidate: { cartridge, version }, differences }: Measured): NonNullable<PortView['active']> {
  return { cartridge, version, cases: differences.length, difference: differences.length === 0 ? 0 : mean(differences) }
}

function isSame(left: CandidateName | undefined, right: CandidateName): boolean {
  return left?.cartridge === right.cartridge && left.version === right.version
}

/** Lower end of the one-sided 95 % interval of the mean; minus infinity for fewer than two values. */
function leastLikely(values: readonly number[]): number {
  if (values.length < 2) return Number.NEGATIVE_INFINITY
  const centre = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1)
  return centre - z95 * Math.sqrt(variance / values.length)
}

function shown(value: number): string {
  return Number(value.toPrecision(3)).toString()
}

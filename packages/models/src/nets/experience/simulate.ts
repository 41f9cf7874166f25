/**
 * Made-up experience, drawn by seed from small simulated worlds with hidden rules.
 *
 * It shows that the nets can learn what there is to learn and how much that is worth, and nothing about any real agent:
 * every record says `origin: 'simulated'`.
 */

import { createRng, type Rng } from '@salp/core'
import { diffCounts } from './diff-counts.js'
import {
  type Capability,
  type DiffExperience,
  type ErrorClass,
  type Experience,
  errorClasses,
  type PlanExperience,
  type StepExperience,
  type StepKind,
  stepContext,
  stepKinds,
} from './record.js'

/** How much to draw. */
export interface SimulateOptions {
  readonly seed: string | number
  readonly steps?: number | undefined
  readonly diffs?: number | undefined
  readonly plans?: number | undefined
}

/** Draws records: steps first, then diffs, then plans. Groups are goals of five records each. */
export function simulateExperience({ seed, steps = 0, diffs = 0, plans = 0 }: SimulateOptions): Experience[] {
  const rng = createRng(seed).fork('experience')
  const draw = <T>(count: number, name: string, one: (rng: Rng, group: string) => T): T[] =>
    Array.from({ length: count }, (_, index) =>
      one(rng.fork(`${name} ${index}`), `simulated ${name} ${Math.floor(index / 5)}`),
    )
  return [
    ...draw(steps, 'step', simulatedStep),
    ...draw(diffs, 'diff', simulatedDiff),
    ...draw(plans, 'plan', simulatedPlan),
  ]
}

const pick = <T>(rng: Rng, items: readonly [T, ...T[]]): T => items[Math.floor(rng() * items.length)] ?? items[0]
const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** How a kind of step goes in the simulated world: how easy it is, how it fails, what it shows. */
const nature: Readonly<
  Record<StepKind, { ease: number; failures: readonly [ErrorClass, ...ErrorClass[]]; shows: Capability }>
> = {
  read: { ease: 2.5, failures: ['file-not-found'], shows: 'read-file' },
  search: { ease: 2, failures: ['file-not-found', 'unknown'], shows: 'search-code' },
  list: { ease: 3, failures: ['file-not-found'], shows: 'read-file' },
  shell: { ease: 0.5, failures: ['shell', 'network'], shows: 'run-shell' },
  commit: { ease: 0.8, failures: ['git', 'protected-file'], shows: 'use-git' },
  'self-check': { ease: 1, failures: ['network', 'endpoint'], shows: 'call-peer' },
  'create-script': { ease: 0.6, failures: ['shell', 'protected-file'], shows: 'create-endpoint' },
  'test-script': { ease: 0, failures: ['test', 'shell'], shows: 'pass-tests' },
  'type-check': { ease: 0, failures: ['compile'], shows: 'compile' },
  generate: { ease: -0.8, failures: ['malformed-reply', 'compile', 'unsolvable'], shows: 'generate-code' },
  edit: { ease: 0.4, failures: ['protected-file', 'compile'], shows: 'write-file' },
  think: { ease: 1.5, failures: ['malformed-reply'], shows: 'complete-plan' },
  'delete-endpoint': { ease: 1, failures: ['endpoint'], shows: 'create-endpoint' },
  other: { ease: 0, failures: ['unknown'], shows: 'complete-plan' },
}

function simulatedStep(rng: Rng, group: string): StepExperience {
  const kind = pick(rng, stepKinds)
  const skill = rng()
  const tier = Math.floor(rng() * 7)
  const context = stepContext({
    ...{
      needsModel: rng() < 0.5,
      planProgress: rng(),
      replans: Math.floor(rng() * 4),
      consecutiveFailures: Math.floor(rng() * 6),
    },
    ...{
      stepsLeft: Math.floor(rng() * 20),
      goals: 1 + Math.floor(rng() * 3),
      cycles: Math.floor(rng() * 1_000),
      hoursSinceCommit: rng() * 48,
    },
    ...{
      successRate: noisy(rng, skill),
      rates: { [kind]: noisy(rng, skill) },
      tries: { [kind]: Math.floor(rng() * 60) },
    },
    ...{
      tier,
      typeChecked: rng() < 0.5,
      retries: Math.floor(rng() * 4),
      peerContext: rng() < 0.3,
      hasStarter: rng() < 0.5,
    },
    ...{
      contextUsed: rng(),
      inputBytes: Math.floor(rng() * 50_000),
      lastStepMs: rng() * 10_000,
      hour: Math.floor(rng() * 24),
    },
  })
  const { ease, failures, shows } = nature[kind]
  // The hidden rule: skill counts more the harder the problem, a type check helps what is tested, and a full context hurts.
  const tested = kind === 'test-script' || kind === 'commit' || kind === 'generate'
  const score =
    ease +
    3 * (skill - 0.5) * (1 + tier / 3) -
    0.35 * tier +
    (tested ? (context.typeChecked ? 1.2 : -1.2) : 0) -
    2.5 * Math.max(0, context.contextUsed - 0.7) * (context.needsModel ? 3 : 1) -
    0.25 * context.consecutiveFailures +
    (context.peerContext ? 0.5 : 0)
  const success = rng() < logistic(score)
  const usual = failures[Math.min(failures.length - 1, Math.floor((tier / 7) * failures.length))] ?? failures[0]
  const error = rng() < 0.75 ? usual : pick(rng, errorClasses)
  return {
    ...{ type: 'step', origin: 'simulated', at: 0, group, kind, context, success },
    ...(success ? {} : { error }),
    shown: { [shows]: success, ...(success && context.stepsLeft === 0 ? { 'complete-plan': true } : {}) },
  }
}

function noisy(rng: Rng, value: number): number {
  return Math.min(1, Math.max(0, value + 0.3 * (rng() - 0.5)))
}

function simulatedDiff(rng: Rng, group: string): DiffExperience {
  const size = Math.exp(rng() * 6)
  const care = rng()
  const counts: Record<string, number> = {}
  for (const { name, usual } of diffCounts)
    counts[name] = Math.round(usual * size * rng() * (name.startsWith('test') ? 2 * care : 1))
  counts['lines net'] = (counts['lines added'] ?? 0) - (counts['lines deleted'] ?? 0)
  const tests = (counts['tests added'] ?? 0) / (1 + size * 0.05)
  const sloppy = ((counts['casts added'] ?? 0) + (counts['todos added'] ?? 0)) / (1 + size * 0.02)
  // The hidden rule: tests help large changes, sloppiness hurts, and what touches protected files is bad whatever else it does.
  const protectedTouched = (counts['protected files touched'] ?? 0) > 0
  const truth = protectedTouched
    ? -0.8
    : Math.tanh(0.9 * tests * Math.log1p(size) * 0.3 - 0.7 * sloppy + 0.2 - 0.002 * size)
  const score = Math.max(-1, Math.min(1, truth + 0.3 * (rng() + rng() - 1)))
  return {
    type: 'diff',
    origin: 'simulated',
    at: 0,
    group,
    counts,
    score,
    judge: rng() < 0.8 ? 'benchmark' : score > 0 ? 'good-button' : 'bad-button',
  }
}

/** Goals of the simulated world, and how it is best gone about them. */
const goals: readonly [readonly [string, readonly StepKind[]], ...(readonly [string, readonly StepKind[]])[]] = [
  ['fix the failing test', ['test-script', 'read', 'edit', 'type-check', 'test-script', 'commit']],
  ['add an endpoint', ['search', 'read', 'generate', 'edit', 'type-check', 'create-script', 'test-script', 'commit']],
  ['explain the module', ['list', 'read', 'think']],
  ['clean up endpoints', ['self-check', 'list', 'delete-endpoint', 'self-check']],
  ['solve the problem', ['read', 'think', 'generate', 'type-check', 'test-script']],
  ['write a script', ['think', 'generate', 'create-script', 'test-script', 'commit']],
  ['review the change', ['shell', 'read', 'think', 'other']],
]

function simulatedPlan(rng: Rng, group: string): PlanExperience {
  const [goal, usual] = pick(rng, goals)
  const steps = usual.flatMap((step): StepKind[] => {
    if (rng() < 0.1) return []
    if (rng() < 0.12) return [step, 'think']
    return rng() < 0.15 && (step === 'edit' || step === 'generate') ? [step, 'type-check', 'edit'] : [step]
  })
  const [first = 'think'] = usual
  return {
    type: 'plan',
    origin: 'simulated',
    at: 0,
    group,
    goal,
    steps: steps.length === 0 ? [first] : steps,
    success: steps.length >= usual.length - 1,
  }
}

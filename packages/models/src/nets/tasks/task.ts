/** A net with a purpose: what it learns from, how it is judged, and what it has to beat. */

import type { Example } from '../data/batches.js'
import type { Experience } from '../experience/record.js'
import type { Net, Sizes } from '../net.js'

/** A number a net reads: what it is, and where it comes from. */
export interface Feature<From> {
  readonly name: string
  readonly meaning: string
  value(from: From): number
}

/** An example, and what it must not be torn apart from. */
export interface GroupedExample {
  readonly group: string
  readonly example: Example
}

/** What a net gave for one example, by the name of the output. */
export type RowOutputs = Readonly<Record<string, Float32Array>>

/** What a net must beat. */
export interface Baseline {
  /** In a few words. */
  readonly name: string
  error(example: Example): number
}

/** A net with a purpose. */
export interface NetTask {
  readonly name: string
  readonly net: Net
  /** Sizes in training, those of a batch included. */
  readonly sizes: Sizes
  /** For what it is, in a sentence. */
  readonly purpose: string
  /** What it reads, for its card: name and meaning. */
  readonly reads: readonly { readonly name: string; readonly meaning: string }[]
  /** What it cannot do, for its card. */
  readonly limits: string
  /** Inputs and targets that hold weights of a loss. */
  readonly weights: readonly string[]
  /** Learning rates that are tried. */
  readonly rates: readonly [number, ...number[]]
  /** Examples in records; others are passed over. */
  examples(records: Iterable<Experience>): GroupedExample[]
  /** What is measured, in a few words with its unit; lower is better. */
  readonly metric: string
  error(outputs: RowOutputs, example: Example): number
  /** If it tells classes apart: their names, the right one for an example, and the one the net holds for likeliest. */
  readonly classes?:
    | {
        readonly names: readonly string[]
        /** `undefined` where an example has none. */
        readonly truth: (example: Example) => number | undefined
        readonly said: (outputs: RowOutputs) => number
      }
    | undefined
  /** Fits what it must beat to the same training examples. */
  baseline(training: readonly Example[]): Baseline
}

/** Reads all features of something. */
export function encodeFeatures<From>(features: readonly Feature<From>[], from: From): Float32Array {
  return Float32Array.from(features, ({ value }) => value(from))
}

/** 1 / (1 + e^−x). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** The place of the greatest number; 0 if there is none. */
export function greatest(values: Float32Array | undefined): number {
  return values?.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0) ?? 0
}

/** Linear contextual bandits: which of a few arms pays best in circumstances like these. */

import { ln } from '../internal/real.js'

/** A learned model of one arm, as plain data. */
export interface ArmState {
  /** Inverse of the regularised Gram matrix, row-major, shape [d, d]. */
  readonly inverse: readonly number[]
  /** Σ reward · features, shape [d]. */
  readonly moment: readonly number[]
  readonly pulls: number
}

/** A bandit as plain data. */
export interface BanditState {
  readonly arms: readonly ArmState[]
}

/** Picks among arms, and learns from what they brought. */
export interface Bandit {
  /**
   * Picks an arm.
   *
   * @param features - Shape [d]. Borrowed, not kept.
   * @param rule - The arm that a fixed rule would take. Until it was tried enough, it is taken but for a small share of exploration.
   * @returns The arm, and the probability with which it was taken, for off-policy evaluation. Range (0, 1].
   */
  choose(features: Float64Array, rule: number): { readonly arm: number; readonly probability: number }
  /** Learns one reward. */
  learn(arm: number, features: Float64Array, reward: number): void
  /** What an arm is expected to bring. */
  expect(arm: number, features: Float64Array): number
  snapshot(): BanditState
}

/** How a bandit behaves. */
export interface BanditOptions {
  readonly arms: number
  /** Features there are. */
  readonly dimensions: number
  /** Draws from [0, 1). */
  readonly chance: () => number
  /** Choices for which the rule leads. */
  readonly warmUp: number
  /** Share of choices made at random while the rule leads, and a third of it after. Range [0, 1]. */
  readonly exploration: number
  /** Pull towards nothing, in pulls. Range (0, ∞). */
  readonly ridge: number
  /** Deviations added to, or drawn around, what is expected. @defaultValue `0.3` */
  readonly width?: number | undefined
  readonly from?: BanditState | undefined
}

interface Arm {
  readonly inverse: Float64Array
  readonly moment: Float64Array
  readonly weights: Float64Array
  pulls: number
}

/**
 * Creates a bandit that adds to what it expects of an arm how unsure it is.
 *
 * @see Li et al., "A contextual-bandit approach to personalized news article recommendation" (2010), LinUCB with disjoint models.
 */
export function createLinUcb(options: BanditOptions): Bandit {
  const { width = 0.3 } = options
  return createBandit(options, (arm, features) => dot(arm.weights, features) + width * Math.sqrt(spread(arm, features)))
}

/**
 * Creates a bandit that draws what it expects of an arm from its posterior.
 *
 * Only the mean in this context matters to the choice, so that one normal draw for each arm does for a draw of all its weights.
 *
 * @see Agrawal and Goyal, "Thompson sampling for contextual bandits with linear payoffs" (2013).
 */
export function createThompson(options: BanditOptions): Bandit {
  const { width = 0.3, chance } = options
  return createBandit(
    options,
    (arm, features) => dot(arm.weights, features) + width * Math.sqrt(spread(arm, features)) * normal(chance),
  )
}

function createBandit(
  { arms: count, dimensions, chance, warmUp, exploration, ridge, from }: BanditOptions,
  score: (arm: Arm, features: Float64Array) => number,
): Bandit {
  const arms = Array.from({ length: count }, (_, index): Arm => {
    const inverse = new Float64Array(dimensions * dimensions)
    const moment = new Float64Array(dimensions)
    const stored = from?.arms[index]
    if (stored === undefined) for (let d = 0; d < dimensions; d++) inverse[d * dimensions + d] = 1 / ridge
    else {
      inverse.set(stored.inverse)
      moment.set(stored.moment)
    }
    const arm = { inverse, moment, weights: new Float64Array(dimensions), pulls: stored?.pulls ?? 0 }
    weigh(arm)
    return arm
  })
  let total = arms.reduce((sum, { pulls }) => sum + pulls, 0)

  return {
    choose(features, rule) {
      const led = total < warmUp
      const share = led ? exploration : exploration / 3
      let best = rule
      if (!led) {
        let most = -Infinity
        for (const [index, arm] of arms.entries()) {
          const value = score(arm, features)
          if (value > most) [best, most] = [index, value]
        }
      }
      const picked = chance() < share ? Math.floor(chance() * count) : best
      return { arm: picked, probability: share / count + (picked === best ? 1 - share : 0) }
    },
    learn(index, features, reward) {
      const arm = arms[index]
      if (arm === undefined || !Number.isFinite(reward)) return
      absorb(arm, features)
      for (let d = 0; d < dimensions; d++) arm.moment[d] = (arm.moment[d] ?? 0) + reward * (features[d] ?? 0)
      weigh(arm)
      arm.pulls++
      total++
    },
    expect: (index, features) => {
      const arm = arms[index]
      return arm === undefined ? 0 : dot(arm.weights, features)
    },
    snapshot: () => ({
      arms: arms.map(({ inverse, moment, pulls }) => ({ inverse: [...inverse], moment: [...moment], pulls })),
    }),
  }
}

/** A⁻¹ after A + xxᵀ, by Sherman and Morrison (1950). */
function absorb({ inverse }: Arm, features: Float64Array): void {
  const d = features.length
  const turned = new Float64Array(d)
  for (let row = 0; row < d; row++) {
    let sum = 0
    for (let column = 0; column < d; column++)
      sum += (inverse[row * d + column] as number) * (features[column] as number)
    turned[row] = sum
  }
  const scale = 1 / (1 + dot(turned, features))
  for (let row = 0; row < d; row++) {
    const factor = scale * (turned[row] as number)
    for (let column = 0; column < d; column++)
      inverse[row * d + column] = (inverse[row * d + column] as number) - factor * (turned[column] as number)
  }
}

function weigh({ inverse, moment, weights }: Arm): void {
  const d = moment.length
  for (let row = 0; row < d; row++) {
    let sum = 0
    for (let column = 0; column < d; column++) sum += (inverse[row * d + column] as number) * (moment[column] as number)
    weights[row] = sum
  }
}

function spread({ inverse }: Arm, features: Float64Array): number {
  const d = features.length
  let sum = 0
  for (let row = 0; row < d; row++)
    for (let column = 0; column < d; column++)
      sum += (features[row] as number) * (inverse[row * d + column] as number) * (features[column] as number)
  return Math.max(0, sum)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}

/** A standard normal draw, by the polar method (Marsaglia and Bray, 1964). */
function normal(chance: () => number): number {
  for (;;) {
    const x = 2 * chance() - 1
    const y = 2 * chance() - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square)
  }
}

/** What would have come of another choice, and lessons that have to prove themselves. */

/** How often a tool worked in one kind of situation, discounted. */
export interface PairCounts {
  readonly ok: number
  readonly failed: number
}

/** A choice that was made, with those that could have been made instead. */
export interface Choice {
  readonly callId: string
  readonly situation: string
  readonly chosen: string
  readonly alternatives: readonly string[]
  readonly ok: boolean
  /** Forecast that `chosen` would work, before. */
  readonly forecast: number
}

/** Advice for one kind of situation. */
export interface Lesson {
  readonly situation: string
  readonly avoid: string
  readonly prefer: string
  /** Calls that speak for it and against it: how often `avoid` failed and worked there. Discounted. */
  readonly evidence: PairCounts
  /** Choices in which it was followed. */
  readonly followed: PairCounts
  /** Choices in which it was withheld by chance, to compare. */
  readonly withheld: PairCounts
  readonly retired: boolean
}

/** Memory of choices: plain data. */
export interface CounterfactualState {
  /** By situation and tool, the pair used longest ago first. */
  readonly pairs: readonly (readonly [situation: string, tool: string, ...PairNumbers])[]
  readonly lessons: readonly Lesson[]
}

type PairNumbers = [ok: number, failed: number]

/** The share of choices for which a lesson is withheld. */
const holdOut = 0.1

/** Calls of a tool elsewhere that its general forecast stands for in a new situation. */
const drawn = 3

/** Calls after which the past weighs half. */
const keptPerCall = 0.99

/** Least evidence, and least gain in the rate, for a lesson. */
const teaches = { calls: 3, gain: 0.25 } as const

/** Withheld choices after which a lesson that does no better is retired. */
const retiresAfter = 8

const kept = { pairs: 1_024, lessons: 128, choices: 512 } as const

/** What is known of situations. */
export interface Counterfactual {
  /** Adjusts a forecast for a situation: Beta counts of the pair, drawn towards the forecast. */
  adjust(forecast: number, tool: string, situation: string): number
  /** Bits that lessons add to the free energy of a tool: 1 if one advises against it and is not withheld now, else 0. */
  advise(tool: string, situation: string): 0 | 1
  /** Decides which lessons are withheld in the next choice; call it once before a choice. */
  prepare(situation: string): void
  /** Learns from a choice. */
  observe(choice: Choice): void
  /**
   * Estimates what would have come of another tool in a choice that was logged: P(ok | do(tool)), the situation held fixed.
   *
   * @returns Nothing if the choice is not among the last 512, or the tool was no alternative.
   */
  whatIf(callId: string, tool: string): { readonly works: number; readonly gain: number } | undefined
  lessons(): readonly Lesson[]
  snapshot(): CounterfactualState
}

/**
 * Creates a memory of choices.
 *
 * The log is an episode graph: a choice is a node with its situation as parent and its outcome as child. The only confounder it
 * knows is the situation; holding it fixed blocks that path, and what else moved the choice is left to the randomised hold-out.
 *
 * @param options - `chance` draws from [0, 1); `forecast` is what is believed of a tool in general.
 * @see Pearl, *Causality* (2009), section 3.3, for the adjustment.
 */
export function createCounterfactual(
  {
    chance,
    forecast,
  }: {
    readonly chance: () => number
    readonly forecast: (tool: string) => number
  },
  from: CounterfactualState = { pairs: [], lessons: [] },
): Counterfactual {
  const pairs = new Map<string, { ok: number; failed: number }>()
  const lessons = new Map<string, Lesson>()
  const choices = new Map<string, Choice>()
  /** Situations that have lessons, so that the others cost nothing. */
  const taught = new Set<string>()
  /** The situation of the choice to come, and whether its lessons are withheld. */
  let assigned = { situation: '', withheld: false }
  for (const [situation, tool, ok, failed] of from.pairs) pairs.set(keyOf(situation, tool), { ok, failed })
  for (const lesson of from.lessons) {
    lessons.set(keyOf(lesson.situation, lesson.avoid), lesson)
    taught.add(lesson.situation)
  }

  const inSituation = (general: number, tool: string, situation: string): number => {
    const pair = pairs.get(keyOf(situation, tool))
    return pair === undefined ? general : (drawn * general + pair.ok) / (drawn + pair.ok + pair.failed)
  }

  const credit = ({ situation, ok, alternatives }: Choice): void => {
    if (assigned.situation !== situation || !taught.has(situation)) return
    for (const tool of alternatives) {
      const key = keyOf(situation, tool)
      const lesson = lessons.get(key)
      if (lesson === undefined || lesson.retired) continue
      const arm = assigned.withheld ? 'withheld' : 'followed'
      const counts = { ok: lesson[arm].ok + (ok ? 1 : 0), failed: lesson[arm].failed + (ok ? 0 : 1) }
      lessons.set(key, retire({ ...lesson, [arm]: counts }))
    }
  }

  const teach = ({ situation, chosen, alternatives }: Choice): void => {
    const key = keyOf(situation, chosen)
    const pair = pairs.get(key)
    if (pair === undefined || lessons.has(key) || pair.ok + pair.failed < teaches.calls) return
    const own = inSituation(forecast(chosen), chosen, situation)
    let [prefer, best] = ['', own + teaches.gain]
    for (const tool of alternatives) {
      if (tool === chosen) continue
      const works = inSituation(forecast(tool), tool, situation)
      if (works > best) [prefer, best] = [tool, works]
    }
    if (prefer === '') return
    taught.add(situation)
    lessons.set(key, {
      situation,
      avoid: chosen,
      prefer,
      evidence: { ok: pair.ok, failed: pair.failed },
      followed: { ok: 0, failed: 0 },
      withheld: { ok: 0, failed: 0 },
      retired: false,
    })
    for (const oldest of lessons.keys()) {
      if (lessons.size <= kept.lessons) break
      lessons.delete(oldest)
    }
  }

  return {
    adjust: inSituation,
    advise(tool, situation) {
      if (!taught.has(situation) || (assigned.withheld && assigned.situation === situation)) return 0
      const lesson = lessons.get(keyOf(situation, tool))
      return lesson === undefined || lesson.retired ? 0 : 1
    },
    prepare(situation) {
      assigned = { situation, withheld: taught.has(situation) && chance() < holdOut }
    },
    observe(choice) {
      const { situation, chosen, callId, ok } = choice
      credit(choice)
      assigned = { situation: '', withheld: false }
      const key = keyOf(situation, chosen)
      const before = pairs.get(key) ?? { ok: 0, failed: 0 }
      pairs.delete(key)
      pairs.set(key, {
        ok: before.ok * keptPerCall + (ok ? 1 : 0),
        failed: before.failed * keptPerCall + (ok ? 0 : 1),
      })
      choices.set(callId, choice)
      for (const oldest of pairs.keys()) {
        if (pairs.size <= kept.pairs) break
        pairs.delete(oldest)
      }
      for (const oldest of choices.keys()) {
        if (choices.size <= kept.choices) break
        choices.delete(oldest)
      }
      teach(choice)
    },
    whatIf(callId, tool) {
      const choice = choices.get(callId)
      if (choice === undefined || !choice.alternatives.includes(tool)) return undefined
      const works = inSituation(forecast(tool), tool, choice.situation)
      return { works, gain: works - inSituation(forecast(choice.chosen), choice.chosen, choice.situation) }
    },
    lessons: () => [...lessons.values()],
    snapshot: () => ({
      pairs: [...pairs].map(([key, { ok, failed }]) => {
        const [situation = '', tool = ''] = key.split(separator)
        return [situation, tool, ok, failed] as const
      }),
      lessons: [...lessons.values()],
    }),
  }
}

const separator = '\u0000'

function keyOf(situation: string, tool: string): string {
  return `${situation}${separator}${tool}`
}

/** Retires a lesson once following it does no better than withholding it, by the means of their Beta(1, 1) posteriors. */
function retire(lesson: Lesson): Lesson {
  const { followed, withheld } = lesson
  if (withheld.ok + withheld.failed < retiresAfter) return lesson
  const rate = ({ ok, failed }: PairCounts): number => (1 + ok) / (2 + ok + failed)
  return rate(followed) <= rate(withheld) ? { ...lesson, retired: true } : lesson
}

import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import * as runtime from 'onnxruntime-node'
import { afterAll, describe, expect, test } from 'vitest'
import { beatsBaseline, modelCard } from '../evaluation/card.js'
import { bootstrapMean } from '../evaluation/statistics.js'
import type { CodeExperience } from '../experience/record.js'
import { simulateExperience } from '../experience/simulate.js'
import { createLeakGuard, splitOf } from '../experience/split.js'
import { initialWeights } from '../initial.js'
import { brainTask } from '../tasks/brain.js'
import { guideTask, type SolvedTask } from '../tasks/guide.js'
import { qualityTask } from '../tasks/quality.js'
import { namesIn } from './atomic-folder.js'
import { openExperienceLog } from './experience-log.js'
import { improveNet } from './improve.js'
import { openNetStore } from './net-store.js'
import { readSourceCorpus } from './source-corpus.js'
import { taskErrors, trainTask } from './train-task.js'

const folders: string[] = []
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'salp-learning-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
})
const clock = stoppedClock(1_000)

describe('trainTask()', () => {
  /** Which primitives a program uses follows from its features. */
  const solved = Array.from({ length: 1_500 }, (_, index): SolvedTask => {
    const rng = createRng(`task ${index}`)
    const features = Array.from({ length: 8 }, () => rng() - 0.5)
    const [a = 0, b = 0, c = 0] = features
    return { group: `${index}`, features, uses: [a + b > 0, a * b > 0, c > 0.2] }
  })
  const task = guideTask(
    {
      features: Array.from({ length: 8 }, (_, index) => ({ name: `f${index}`, meaning: 'a number' })),
      primitives: ['a', 'b', 'c'],
    },
    solved,
  )

  test('beats its baseline on data it never saw, and writes a card that says so', async () => {
    const phases = new Set<string>()
    const { weights, report } = await trainTask({ clock, runtime }, task, {
      records: [],
      steps: 240,
      seed: 1,
      onProgress: ({ phase }) => phases.add(phase),
    })
    expect([...phases]).toEqual(['search', 'train'])
    expect(report.examples.train + report.examples.validation + report.examples.test).toBe(1_500)
    expect(report.examples.test).toBe(solved.filter(({ group }) => splitOf(group) === 'test').length)
    expect(beatsBaseline(report)).toBe(true)
    expect(report.curve.at(-1)?.heldOut).toBeLessThan(report.curve[0]?.heldOut ?? 0)
    const card = modelCard(task, report)
    expect(card).toContain('It beats its baseline.')
    expect(card).toContain('0. **f0**: a number')
    const errors = await taskErrors({ runtime }, task, weights, [])
    expect(bootstrapMean(errors, createRng(1).fork('bootstrap').fork('net'))).toEqual(report.error)
  })

  test('goes on where it was stopped, with the result of a run that never was, and cleans up', async () => {
    const folder = join(await newFolder(), 'run')
    const options = { records: [], steps: 40, seed: 1, checkpoints: { folder, every: 10 } }
    const single = { ...task, rates: [0.003] as const }
    const whole = await trainTask({ clock, runtime }, single, options)
    expect(await namesIn(folder)).toEqual([])
    const controller = new AbortController()
    const onProgress = ({ step }: { step: number }): void =>
      step === 25 ? controller.abort(new Error('enough')) : undefined
    await expect(
      trainTask({ clock, runtime }, single, { ...options, onProgress, signal: controller.signal }),
    ).rejects.toThrow('enough')
    const steps: number[] = []
    const resumed = await trainTask({ clock, runtime }, single, {
      ...options,
      onProgress: ({ step }) => steps.push(step),
    })
    expect(steps[0]).toBe(21)
    expect(resumed).toEqual(whole)
    expect(await namesIn(folder)).toEqual([])
  })

  test('counts which classes were held for which, and shows them on the card', async () => {
    const records = simulateExperience({ seed: 1, steps: 1_500 })
    const { report } = await trainTask({ clock, runtime }, { ...brainTask, rates: [0.001] }, { records, steps: 10 })
    const failures = records.filter(
      (record) => record.type === 'step' && record.error !== undefined && splitOf(record.group) === 'test',
    )
    expect(report.confusion?.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(failures.length)
    expect(modelCard(brainTask, report)).toContain('## Classes')
  })

  test('says so if a net does not beat its baseline, and that experience was simulated', async () => {
    const records = simulateExperience({ seed: 1, diffs: 600 }).map((record, index) => ({
      ...record,
      group: `g${index}`,
      score: createRng(index)() * 2 - 1,
    }))
    const { report } = await trainTask({ clock, runtime }, { ...qualityTask, rates: [0.001] }, { records, steps: 10 })
    expect(beatsBaseline(report)).toBe(false)
    expect(modelCard(qualityTask, report)).toContain('**It does not beat its baseline**')
    expect(modelCard(qualityTask, report)).toContain('Simulated experience is from made-up worlds')
  })

  test('refuses too little experience', async () => {
    await expect(
      trainTask({ clock, runtime }, qualityTask, { records: simulateExperience({ seed: 1, diffs: 5 }), steps: 10 }),
    ).rejects.toThrow(
      /there is too little experience: \d+ groups for the (?:train|validation|test) part, where 20 are needed/,
    )
  })
})

describe('improveNet()', () => {
  const solved = (rule: (a: number, b: number) => boolean): SolvedTask[] =>
    Array.from({ length: 800 }, (_, index): SolvedTask => {
      const rng = createRng(`point ${index}`)
      const [a, b] = [rng() - 0.5, rng() - 0.5]
      return { group: `${index}`, features: [a, b], uses: [rule(a, b)] }
    })
  const about = {
    features: ['a', 'b'].map((name) => ({ name, meaning: 'a number' })),
    primitives: ['p'],
  }

  test('adopts a first net that beats its baseline, keeps it if another is no better, and follows a changed world', async () => {
    const rule = {
      ...guideTask(
        about,
        solved((a, b) => a + b > 0),
      ),
      rates: [0.003] as const,
    }
    const store = openNetStore({ clock }, { folder: join(await newFolder(), 'guide'), net: rule.net })
    const options = { store, records: [], steps: 100, seed: 1 }
    const first = await improveNet({ clock, runtime }, { ...options, task: rule })
    expect(first.outcome).toBe('adopted')
    expect(first.gain).toEqual(first.report.gain)
    expect(first.card).toContain('It beats its baseline.')
    const used = await store.current()
    const worse = { ...rule, rates: [1e-9] as const }
    expect((await improveNet({ clock, runtime }, { ...options, task: worse, steps: 5 })).outcome).toBe('refused')
    expect(await store.current()).toEqual(used)
    const changed = {
      ...guideTask(
        about,
        solved((a, b) => a - b > 0),
      ),
      rates: [0.003] as const,
    }
    expect((await improveNet({ clock, runtime }, { ...options, task: changed })).outcome).toBe('adopted')
    expect(await store.rollBack()).toBe(1)
    expect(await store.current()).toEqual(used)
  })
})

describe('openNetStore()', () => {
  const { net } = qualityTask
  const [one, two] = [initialWeights(net, createRng(1)), initialWeights(net, createRng(2))]
  const info = { steps: 1, dataDigest: '' }
  const better = { mean: 0.1, low: 0.05, high: 0.2 }

  test('adopts what wins, refuses what may not, and rolls back', async () => {
    const store = openNetStore({ clock }, { folder: join(await newFolder(), 'quality'), net })
    expect(await store.current()).toBeUndefined()
    expect(await store.offer(one, info, { mean: 0.1, low: -0.01, high: 0.2 })).toBe('refused')
    expect(await store.offer(one, info, { mean: Number.NaN, low: Number.NaN, high: Number.NaN })).toBe('refused')
    expect(await store.current()).toBeUndefined()
    expect(await store.offer(one, info, better)).toBe('adopted')
    expect(await store.offer(two, info, { ...better, low: 0 })).toBe('refused')
    expect(await store.current()).toEqual(one)
    expect(await store.offer(two, info, better)).toBe('adopted')
    expect(await store.current()).toEqual(two)
    expect(await store.rollBack()).toBe(1)
    expect(await store.current()).toEqual(one)
    expect(await store.history()).toEqual({
      current: 1,
      adopted: [1, 2].map((number) => ({ number, at: 1_000, gain: better })),
    })
    expect(await store.rollBack()).toBe(0)
    expect(await store.current()).toBeUndefined()
    expect(await store.offer(two, info, better)).toBe('adopted')
    expect((await store.history()).current).toBe(3)
  })

  test('says so if its history is damaged', async () => {
    const folder = await newFolder()
    await writeFile(join(folder, 'adopted.json'), '{"current":')
    await expect(openNetStore({ clock }, { folder, net }).current()).rejects.toMatchObject({ code: 'models/net-store' })
  })
})

describe('openExperienceLog()', () => {
  const records = simulateExperience({ seed: 5, steps: 20, plans: 20 })

  test('gives back what was added, in order, from a new log too', async () => {
    const folder = await newFolder()
    const log = openExperienceLog({ folder })
    await Promise.all(records.map((record) => log.add(record)))
    expect(await openExperienceLog({ folder }).read()).toEqual(records)
  })

  test('stays within its bounds: the oldest goes first', async () => {
    const folder = await newFolder()
    const log = openExperienceLog({ folder, maxBytes: 16_000 })
    for (const record of records) await log.add(record)
    const kept = await log.read()
    expect(kept.length).toBeLessThan(records.length)
    expect(kept).toEqual(records.slice(-kept.length))
    expect((await readdir(folder)).length).toBeLessThanOrEqual(8)
  })

  test('passes over a line that a crash cut off, and what follows it is whole', async () => {
    const folder = await newFolder()
    const [first, second] = records
    if (first === undefined || second === undefined) return
    await openExperienceLog({ folder }).add(first)
    await appendFile(join(folder, '00000000.jsonl'), '{"type":"st')
    await openExperienceLog({ folder }).add(second)
    expect(await openExperienceLog({ folder }).read()).toEqual([first, second])
  })

  test('never takes up, nor gives, what is hidden', async () => {
    const folder = await newFolder()
    const secret = 'expect(solve("aab")).toBe("baa") and expect(solve("xyz")).toBe("zyx") forever'
    const open = openExperienceLog({ folder })
    const leak: CodeExperience = {
      type: 'code',
      at: 0,
      origin: 'agent',
      group: 'g',
      instruction: 'x',
      text: `// ${secret}`,
      licence: 'MIT',
    }
    await open.add(leak)
    const guard = createLeakGuard({ isHeldOut: (problem) => problem === 'held', hidden: [secret] })
    const guarded = openExperienceLog({ folder, guard })
    await expect(guarded.add(leak)).rejects.toMatchObject({ code: 'models/experience' })
    await expect(guarded.add({ ...leak, text: 'fine', problem: 'held' })).rejects.toMatchObject({
      code: 'models/experience',
    })
    await guarded.add({ ...leak, text: 'fine' })
    expect(await guarded.read()).toEqual([{ ...leak, text: 'fine' }])
  })
})

describe('readSourceCorpus()', () => {
  test('reads sources of packages whose licence is taken, without tests, types and bundles', async () => {
    const root = await newFolder()
    const write = async (name: string, license: string, files: Record<string, string>): Promise<string> => {
      const folder = join(root, name)
      await mkdir(join(folder, 'src'), { recursive: true })
      await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', license }))
      for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
      return folder
    }
    const packages = [
      await write('b', 'MIT', {
        'src/one.ts': 'export const one = 1\n',
        'src/one.test.ts': 'expect(one)',
        'src/one.d.ts': 'x',
        'a.min.js': 'x',
      }),
      await write('a', 'ISC', { 'index.js': `${'const a = 1\n'.repeat(300)}`, 'bundle.js': 'x'.repeat(1_000) }),
      await write('c', 'GPL-3.0', { 'index.js': 'x' }),
    ]
    const corpus = await readSourceCorpus({ packages, licences: ['MIT', 'ISC'] })
    expect(corpus.packages).toEqual([
      { name: 'a', version: '1.0.0', licence: 'ISC', files: 1, bytes: 3_600 },
      { name: 'b', version: '1.0.0', licence: 'MIT', files: 1, bytes: 21 },
    ])
    expect(corpus.records.map(({ group, licence, text }) => [group, licence, text.length])).toEqual([
      ['a@1.0.0', 'ISC', 1_992],
      ['a@1.0.0', 'ISC', 1_608],
      ['b@1.0.0', 'MIT', 21],
    ])
    expect((await readSourceCorpus({ packages, licences: ['MIT', 'ISC'], maxBytes: 10 })).packages).toHaveLength(1)
  })
})

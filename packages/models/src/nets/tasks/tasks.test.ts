import { createRng } from '@salp/core'
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { capabilities, errorClasses, type StepKind, stepContext, stepKinds } from '../experience/record.js'
import { simulateExperience } from '../experience/simulate.js'
import { createWriter } from '../inference/writer.js'
import { initialWeights } from '../initial.js'
import { trainTokenizer } from '../tokenizer/train-tokenizer.js'
import { brainFeatures, brainNet, brainTask, readForecast } from './brain.js'
import { defineGuide } from './guide.js'
import {
  allowedPlanTokens,
  plannerModel,
  plannerTask,
  planProblem,
  planPrompt,
  planTokens,
  stepOfToken,
} from './planner.js'
import { qualityFeatures, qualityNet, qualityTask } from './quality.js'
import { encodeFeatures } from './task.js'
import { defineUnified, unifiedClasses, unifiedSpecials, unifiedTask } from './unified.js'

describe('nets of the mission', () => {
  test('have the sizes they are meant to have', () => {
    const widths = (name: string, net: typeof brainNet) =>
      net.layout.parameters.filter(({ name: of }) => of.endsWith('weight')).map(({ shape }) => [name, ...shape])
    expect(widths('brain', brainNet)).toEqual([
      ['brain', 128, 1024],
      ['brain', 1024, 1024],
      ['brain', 1024, 23],
    ])
    expect(widths('quality', qualityNet)).toEqual([
      ['quality', 32, 1024],
      ['quality', 1024, 1024],
      ['quality', 1024, 1],
    ])
    expect(plannerModel.net.parameterCount).toBe(2_253_312)
    expect(defineUnified().net.parameterCount / 1e6).toBeCloseTo(15.9, 0)
    expect(1 + errorClasses.length + capabilities.length).toBe(23)
    expect(unifiedClasses).toHaveLength(24)
  })
})

describe('brainFeatures', () => {
  test('are 128, each with a name of its own and a meaning', () => {
    expect(brainFeatures).toHaveLength(128)
    expect(new Set(brainFeatures.map(({ name }) => name)).size).toBe(128)
    expect(brainFeatures.every(({ meaning }) => meaning.length > 5)).toBe(true)
  })

  test('are finite and small for whatever a context may hold', () => {
    const large = stepContext({
      cycles: 1e12,
      solutionChars: 1e9,
      tries: { edit: 1e9 },
      goal: 'fix the failing test',
      lastStepMs: 1e9,
      category: 13,
      tier: 6,
    })
    for (const kind of stepKinds)
      for (const context of [stepContext(), large]) {
        const x = encodeFeatures(brainFeatures, { kind, context })
        expect(x.every((value) => Math.abs(value) <= 5)).toBe(true)
        expect(x.slice(0, 14).indexOf(1)).toBe(stepKinds.indexOf(kind))
      }
  })

  test('tell goals apart by their words', () => {
    const of = (goal: string): Float32Array =>
      encodeFeatures(brainFeatures, { kind: 'read', context: stepContext({ goal }) }).slice(-8)
    expect(of('fix the test')).not.toEqual(of('add an endpoint'))
    expect(of('')).toEqual(new Float32Array(8))
  })
})

describe('readForecast()', () => {
  test('gives probabilities; a higher temperature makes them milder', () => {
    const outputs = { success: Float32Array.of(2), error: new Float32Array(11).with(3, 1) }
    const forecast = readForecast(outputs)
    expect(forecast.success).toBeCloseTo(0.88, 2)
    expect(forecast.errors[0]).toEqual({ error: 'shell', probability: expect.closeTo(Math.E / (Math.E + 10), 6) })
    expect(forecast.errors.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9)
    expect(readForecast(outputs, 4).success).toBeLessThan(forecast.success)
  })
})

describe('qualityFeatures', () => {
  test('are 32, each with a name of its own, within ±4', () => {
    expect(qualityFeatures).toHaveLength(32)
    expect(new Set(qualityFeatures.map(({ name }) => name)).size).toBe(32)
    const x = encodeFeatures(qualityFeatures, { 'lines added': 1e9, 'lines net': -1e9 })
    expect([x[0], x[2], x[5]]).toEqual([4, -4, 0])
  })
})

describe('tasks', () => {
  const records = simulateExperience({ seed: 2, steps: 20, diffs: 20, plans: 20 })

  test('make examples that fit their nets, of their own records only', () => {
    for (const task of [brainTask, qualityTask, plannerTask]) {
      const examples = task.examples(records)
      expect(examples.length).toBeGreaterThan(10)
      for (const { example } of examples)
        for (const [name, { shape }] of Object.entries({ ...task.net.inputs, ...task.net.targets })) {
          const size = shape
            .slice(1)
            .reduce<number>((product, axis) => product * (typeof axis === 'number' ? axis : (task.sizes[axis] ?? 0)), 1)
          expect(example[name], `${task.name} ${name}`).toHaveLength(size)
        }
    }
  })

  test('weigh only what is known: the class of an error if a step failed, and what was shown', () => {
    const steps = records.filter((record) => record.type === 'step')
    for (const [index, { example }] of brainTask.examples(steps).entries()) {
      const step = steps[index]
      expect(example.errorWeight).toEqual([step?.success === true ? 0 : 1])
      expect(Array.from(example.shownWeight ?? []).filter((weight) => weight > 0)).toHaveLength(
        Object.keys(step?.shown ?? {}).length,
      )
    }
  })

  test('have baselines that are right on average', () => {
    const many = simulateExperience({ seed: 3, steps: 2_000 })
    const examples = brainTask.examples(many).map(({ example }) => example)
    const { error } = brainTask.baseline(examples)
    const mean = examples.reduce((sum, example) => sum + error(example), 0) / examples.length
    expect(mean).toBeLessThan(0.25)
    expect(mean).toBeGreaterThan(0.1)
  })
})

describe('planProblem(), allowedPlanTokens()', () => {
  test.each<[StepKind[], StepKind | 'end', string | undefined]>([
    [[], 'end', 'a plan has at least one step'],
    [[], 'edit', 'nothing was read that could be edited'],
    [['read'], 'edit', undefined],
    [['read', 'edit'], 'end', 'what "edit" made was not looked at'],
    [['read', 'edit'], 'commit', 'nothing was checked before the commit'],
    [['read', 'edit', 'test-script'], 'commit', undefined],
    [['think', 'think'], 'think', '"think" three times in a row'],
    [['read'], 'delete-endpoint', 'nobody looked which endpoints there are'],
  ])('%j then %s: %s', (steps, next, problem) => {
    expect(planProblem(steps, next)).toBe(problem)
  })

  test('lets only valid plans come out, whatever the net prefers', async () => {
    for (const seed of ['one', 'two']) {
      const writer = await createWriter(
        { runtime },
        { model: plannerModel, weights: initialWeights(plannerModel.net, createRng(seed)) },
      )
      const steps: StepKind[] = []
      const prompt = planPrompt('fix the failing test')
      for await (const token of writer.write({
        prompt,
        end: planTokens.end,
        allowed: allowedPlanTokens,
        temperature: 3,
        rng: createRng(seed),
      })) {
        const step = stepOfToken(token)
        if (step !== undefined) {
          expect(planProblem(steps, step)).toBeUndefined()
          steps.push(step)
        }
      }
      expect(planProblem(steps, 'end')).toBeUndefined()
      await writer.close()
    }
  })

  test('always leaves a way to the end', () => {
    let written = planPrompt('a goal')
    for (let count = 0; count <= 41; count++) {
      const allowed = allowedPlanTokens(written)
      expect(allowed.length).toBeGreaterThan(0)
      const [longest = planTokens.end] = allowed.filter((token) => token !== planTokens.end).toReversed()
      if (longest === planTokens.end) break
      written = [...written, longest]
    }
    expect(allowedPlanTokens(written)).toEqual([planTokens.end])
  })
})

describe('planPrompt()', () => {
  test('gives a word the same token everywhere', () => {
    const [, fix, the, test] = planPrompt('Fix the TEST')
    expect(planPrompt('test the fix').slice(1, -1)).toEqual([test, the, fix])
  })
})

describe('unifiedTask()', () => {
  const corpus = simulateExperience({ seed: 4, steps: 30, diffs: 10, plans: 30 })
  const tokenizer = trainTokenizer(
    corpus.map((record) => JSON.stringify(record)),
    { size: 400, specials: unifiedSpecials },
  )

  test('answers steps and changes by class, plans by text', () => {
    const task = unifiedTask(tokenizer, { words: 400, width: 24, heads: 2, layers: 1, reach: 64, length: 32 })
    const byClass = task.examples(corpus).map(({ example }) => (example.each?.[0] ?? 0) > 0)
    expect(byClass.slice(0, 40)).toEqual(Array(40).fill(true))
    expect(byClass.slice(40).some(Boolean)).toBe(false)
    const [plan] = task.examples(corpus).slice(40)
    const ids = Array.from(plan?.example.next ?? []).slice(
      0,
      Array.from(plan?.example.weights ?? []).filter((weight) => weight > 0).length - 1,
    )
    expect(
      tokenizer
        .decodeText(ids)
        .split(' ')
        .every((word) => stepKinds.some((kind) => kind.startsWith(word))),
    ).toBe(true)
  })

  test('refuses a tokenizer of other tokens', () => {
    expect(() => unifiedTask(trainTokenizer([], { size: 300, specials: [] }))).toThrow(
      'Cannot use a tokenizer whose token 0 is not "<pad>"',
    )
    expect(() => unifiedTask(tokenizer, { words: 300 })).toThrow('there is room for 300')
  })
})

describe('defineGuide()', () => {
  test('has a score for each primitive', () => {
    const net = defineGuide({
      features: Array.from({ length: 64 }, (_, index) => ({ name: `${index}`, meaning: '' })),
      primitives: ['map', 'filter', 'sum'],
    })
    expect(net.layout.parameters.map(({ shape }) => shape)).toContainEqual([256, 3])
  })
})

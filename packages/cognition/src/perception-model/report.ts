/** How well requests are read, by rules and by the learned model, on labelled ones that neither was fitted to. */

import {
  brierScore,
  calibrationError,
  type Forecast,
  logLoss,
  type ReliabilityBin,
  reliabilityDiagram,
  wilson,
} from '@salp/core'
import { hashText } from '../internal/draws.js'
import { type Intent, type Perception, perceive } from '../perception.js'
import { featuresOf } from './features.js'
import { type LearnedPerception, perceiveLearned, rows } from './model.js'
import { type Curve, type Example, fitCurve, fitRows, packRow } from './train.js'

/** A request with its labels, as `fixtures/utterances` holds them. */
export interface Utterance {
  readonly text: string
  readonly language: string
  readonly intent: Intent
  readonly ambiguous: boolean
  readonly risky: boolean
  readonly entities: readonly string[]
  readonly constraints: readonly string[]
}

/** Whether an utterance judges: half do, by the hash of the text. */
export function isJudged({ text }: Utterance): boolean {
  return (hashText(text) & 1) === 1
}

/** Fits the learned model and the curve of the rules' ambiguity on the utterances that do not judge. */
export function fitPerception(utterances: readonly Utterance[]): { readonly packed: string[]; readonly curve: Curve } {
  const own = utterances.filter((utterance) => !isJudged(utterance))
  return {
    packed: fitRows(own.map(toExample)).map(packRow),
    curve: fitCurve(own.map(({ text, ambiguous }) => ({ score: perceive(text).rawAmbiguity, happened: ambiguous }))),
  }
}

function toExample({ text, intent, ambiguous, risky }: Utterance): Example {
  const yes = new Set<string>([intent, ...(ambiguous ? ['ambiguous'] : []), ...(risky ? ['risky'] : [])])
  return { features: featuresOf(text), targets: rows.map((row) => (yes.has(row) ? 1 : 0)) }
}

/** Writes up how both do on the utterances that judge, as Markdown. */
export function perceptionReport(utterances: readonly Utterance[]): string {
  const judged = utterances.filter(isJudged)
  const fitted = utterances.filter((utterance) => !isJudged(utterance))
  const read = judged.map(
    (utterance): Reading => ({
      utterance,
      rules: perceive(utterance.text),
      learned: perceiveLearned(utterance.text),
    }),
  )
  const base = fitted.filter(({ ambiguous }) => ambiguous).length / fitted.length
  return [
    '# How well requests are read',
    '',
    'Written by `pnpm --filter @salp/cognition perception`; do not edit. Labelled requests of `fixtures/utterances`: weights and curves were',
    `fitted on ${fitted.length}, these figures are of the other ${judged.length}. Intervals are Wilson's, 95 %.`,
    '',
    '## Intent',
    '',
    ...table(
      ['requests', 'rules right', 'learned right'],
      [
        ['all', read],
        ['English', read.filter(({ utterance }) => utterance.language === 'en')],
        ['other languages', read.filter(({ utterance }) => utterance.language !== 'en')],
      ].map(([name, group]) => [
        name as string,
        rate(group as Reading[], ({ rules, utterance }) => rules.intent === utterance.intent),
        rate(group as Reading[], ({ learned, utterance }) => learned.intent === utterance.intent),
      ]),
    ),
    '',
    '## Ambiguity',
    '',
    'The chance stated that a careful colleague would have to ask back, against whether the label says so.',
    '',
    ...ambiguityTable(read, base),
    '',
    'Reliability, chances in tenths:',
    '',
    ...diagramTable(read),
    '',
    '## Risk, names and constraints',
    '',
    ...foundTable(read),
    '',
    'Names count as found if the same text was found; the labels hold few of the capitalised names that the rules also list, so that their',
    'precision is understated. The cues of the rules are English: in other languages they find little but names.',
    '',
  ].join('\n')
}

interface Reading {
  readonly utterance: Utterance
  readonly rules: Perception
  readonly learned: LearnedPerception
}

/** Ambiguity from which one asks back. */
const asksFrom = 0.6

function ambiguityTable(read: readonly Reading[], base: number): string[] {
  const row = (name: string, probability: (reading: Reading) => number): string[] => {
    const forecasts = read.map(
      (reading): Forecast => ({
        probability: probability(reading),
        happened: reading.utterance.ambiguous,
      }),
    )
    const asked = read.filter((reading) => probability(reading) >= asksFrom)
    const rightly = asked.filter(({ utterance }) => utterance.ambiguous).length
    const open = read.filter(({ utterance }) => utterance.ambiguous).length
    return [
      name,
      brierScore(forecasts).toFixed(3),
      logLoss(forecasts).toFixed(3),
      calibrationError(forecasts).toFixed(3),
      asked.length === 0 ? 'never asks' : `${rightly} of ${asked.length}`,
      `${rightly} of ${open}`,
    ]
  }
  return table(
    ['', 'Brier', 'log loss', 'calibration error', 'asks rightly', 'of those to be asked'],
    [
      row('rate of the fitted half', () => base),
      row('rules, points as they are', ({ rules }) => rules.rawAmbiguity),
      row('rules, calibrated', ({ rules }) => rules.ambiguity),
      row('learned', ({ learned }) => learned.ambiguity),
    ],
  )
}

function diagramTable(read: readonly Reading[]): string[] {
  const diagram = (probability: (reading: Reading) => number): readonly ReliabilityBin[] =>
    reliabilityDiagram(
      read.map((reading) => ({ probability: probability(reading), happened: reading.utterance.ambiguous })),
    )
  const cell = ({ stated, came, count }: ReliabilityBin): string =>
    `${stated.toFixed(2)} stated, ${came.toFixed(2)} came, ${count} requests`
  const [rules, learned] = [diagram(({ rules: own }) => own.ambiguity), diagram(({ learned: own }) => own.ambiguity)]
  return table(
    ['rules', 'learned'],
    Array.from({ length: Math.max(rules.length, learned.length) }, (_, index) =>
      [rules[index], learned[index]].map((bin) => (bin === undefined ? '' : cell(bin))),
    ),
  )
}

function foundTable(read: readonly Reading[]): string[] {
  const row = (
    name: string,
    found: (reading: Reading) => readonly string[],
    wanted: (u: Utterance) => readonly string[],
  ) => {
    let [hits, given, asked] = [0, 0, 0]
    for (const reading of read) {
      const own = found(reading)
      const labels = wanted(reading.utterance)
      hits += labels.filter((label) => own.includes(label)).length
      given += own.length
      asked += labels.length
    }
    return [name, `${hits} of ${asked}`, `${hits} of ${given}`]
  }
  const yes = (value: boolean): string[] => (value ? ['risky'] : [])
  return table(
    ['', 'found of those labelled', 'labelled of those found'],
    [
      row(
        'risk, rules',
        ({ rules }) => yes(rules.risks.length > 0),
        ({ risky }) => yes(risky),
      ),
      row(
        'risk, learned',
        ({ learned }) => yes(learned.risk >= 0.5),
        ({ risky }) => yes(risky),
      ),
      row(
        'names, rules',
        ({ rules }) => rules.entities.map(({ text }) => text),
        ({ entities }) => entities,
      ),
      row(
        'constraints, rules',
        ({ rules }) => [...new Set(rules.constraints.map(({ kind }) => kind))],
        ({ constraints }) => constraints,
      ),
    ],
  )
}

function rate(group: readonly Reading[], right: (reading: Reading) => boolean): string {
  const count = group.filter(right).length
  const { low, high } = wilson(count, group.length)
  return `${count} of ${group.length}, ${((100 * count) / group.length).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...lines.map(line)]
}

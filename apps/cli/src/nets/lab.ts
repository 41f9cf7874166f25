/** Where the nets of an agent are trained and kept: `models/nets/<name>` in the home folder. */

import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeFileAtomically } from '@salp/core/node'
import {
  brainTask,
  type Experience,
  type NetTask,
  parseTokenizer,
  plannerTask,
  qualityTask,
  simulateExperience,
  type Tokenizer,
  toTokenizerJson,
  trainTokenizer,
  unifiedSpecials,
  unifiedTask,
  unifiedWords,
} from '@salp/models/nets'
import { type NetStore, openExperienceLog, openNetStore, readAdoptions, readSourceCorpus } from '@salp/models/nets/node'
import { z } from 'zod'
import type { HomePaths } from '../client/home.js'
import type { NetName } from './names.js'

/** What a net is trained with. */
export interface Lesson {
  readonly task: NetTask
  readonly records: readonly Experience[]
  /** Steps at most; held-out data and the budget may end it earlier. */
  readonly steps: number
  /** Share of the time that training all nets may take. */
  readonly share: number
  readonly store: NetStore
  readonly folder: string
}

/** What is in use of a net. */
export interface Standing {
  readonly name: NetName
  readonly parameters: number | undefined
  /** Number of the weights in use; 0 if none are. */
  readonly current: number
  /** How often weights were adopted. */
  readonly adopted: number
  readonly gain?: { readonly mean: number; readonly low: number; readonly high: number }
  /** When they were adopted, in ms since the epoch. */
  readonly at?: number
}

/** Steps that suffice as a rule, and shares of the time. */
const plans: Readonly<Record<NetName, { readonly steps: number; readonly share: number }>> = {
  brain: { steps: 600, share: 1 },
  quality: { steps: 600, share: 1 },
  planner: { steps: 300, share: 2 },
  unified: { steps: 600, share: 6 },
}

/** What each learns from; the unified net from everything. */
const kinds: Readonly<Partial<Record<NetName, Experience['type']>>> = {
  brain: 'step',
  quality: 'diff',
  planner: 'plan',
}

/** Licences of code that may be learnt from. */
const licences = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']

/** Opens the nets of a home folder. */
export function openLab(home: HomePaths, clock: { now(): number }) {
  const folderOf = (name: NetName): string => join(home.path, 'models', 'nets', name)

  /** What the agent went through, and on request what was made up. */
  const experience = async ({ simulated }: { readonly simulated: boolean }): Promise<Experience[]> => {
    const own = await openExperienceLog({ folder: join(home.path, 'experience') }).read()
    return simulated ? [...own, ...simulateExperience({ seed: 1, steps: 8_000, diffs: 8_000, plans: 3_000 })] : own
  }

  /** The words of the unified net: made at its first training, and kept, since its weights stand for them. */
  const tokenizer = async (texts: () => Promise<readonly string[]>, signal: AbortSignal): Promise<Tokenizer> => {
    const path = join(folderOf('unified'), 'tokenizer.json')
    if (existsSync(path)) return parseTokenizer(JSON.parse(await readFile(path, 'utf8')))
    const made = trainTokenizer(await texts(), { size: unifiedWords, specials: unifiedSpecials, signal })
    await mkdir(dirname(path), { recursive: true })
    await writeFileAtomically(path, JSON.stringify(toTokenizerJson(made)))
    return made
  }

  const taskOf = async (name: NetName, records: readonly Experience[], signal: AbortSignal): Promise<NetTask> => {
    if (name === 'brain') return brainTask
    if (name === 'quality') return qualityTask
    if (name === 'planner') return plannerTask
    const texts = async (): Promise<string[]> =>
      records.map((record) => (record.type === 'code' ? record.text : JSON.stringify(record)))
    return unifiedTask(await tokenizer(texts, signal), { reach: 96, length: 64 })
  }

  /** A net's task with nothing to learn from; nothing of the unified net before its words are made. */
  const knownTask = async (name: NetName, signal: AbortSignal): Promise<NetTask | undefined> =>
    name === 'unified' && !existsSync(join(folderOf(name), 'tokenizer.json')) ? undefined : taskOf(name, [], signal)

  return {
    folderOf,

    /** What is in use of a net. How large the unified net is, is not known before its words are. */
    async standing(name: NetName): Promise<Standing> {
      const task = await knownTask(name, new AbortController().signal)
      if (task === undefined) return { name, parameters: undefined, current: 0, adopted: 0 }
      const { current, adopted } = await readAdoptions(folderOf(name))
      const entry = adopted.find(({ number }) => number === current)
      return {
        ...{ name, parameters: task.net.parameterCount, current, adopted: adopted.length },
        ...(entry !== undefined && { gain: entry.gain, at: entry.at }),
      }
    },

    /** The weights in use, without gathering anything to learn from; nothing if none are. */
    async inUse(name: NetName, signal: AbortSignal) {
      const task = await knownTask(name, signal)
      if (task === undefined) return undefined
      const weights = await openNetStore({ clock }, { folder: folderOf(name), net: task.net }).stored()
      return weights && { task, weights }
    },

    /** Makes a net's task and gathers what it learns from. */
    async lesson(
      name: NetName,
      {
        simulated,
        code = [],
        signal,
      }: {
        readonly simulated: boolean
        /** Folders with code of the user's own. */
        readonly code?: readonly string[] | undefined
        readonly signal: AbortSignal
      },
    ): Promise<Lesson> {
      const own = await experience({ simulated })
      const records =
        name === 'unified'
          ? [...thinned(own, 4_000), ...(await ownCode(code, signal)), ...(await installedCode(signal))]
          : own.filter(({ type }) => type === kinds[name])
      const task = await taskOf(name, records, signal)
      const folder = folderOf(name)
      return { task, records, ...plans[name], folder, store: openNetStore({ clock }, { folder, net: task.net }) }
    },
  }
}

/** At most `count`, spread evenly. */
function thinned(records: readonly Experience[], count: number): readonly Experience[] {
  const step = Math.max(1, Math.ceil(records.length / count))
  // Whole groups of five, so that none is torn.
  return records.filter((_, index) => Math.floor(index / 5) % step === 0)
}

/** Code of the user's own, whatever its licence: it is theirs. Each folder has a `package.json` that names it. */
async function ownCode(folders: readonly string[], signal: AbortSignal): Promise<Experience[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const { license = 'UNLICENSED' } = manifestSchema.parse(
        JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
      )
      return readSourceCorpus({
        packages: [folder],
        licences: [license],
        maxBytes: 4_000_000,
        maxPackageBytes: 4_000_000,
        signal,
      })
    }),
  )
  return found.flatMap(({ records }) => records)
}

const manifestSchema = z.object({ license: z.string().optional() })

/** Code of the packages that are installed with this program. */
async function installedCode(signal: AbortSignal): Promise<Experience[]> {
  const packages = await installedPackages(dirname(fileURLToPath(import.meta.url)))
  return (await readSourceCorpus({ packages, licences, maxBytes: 4_000_000, signal })).records
}

/** Folders of packages in the nearest `node_modules` above a folder that hold more than links of a workspace. */
async function installedPackages(from: string): Promise<string[]> {
  for (let folder = from; ; folder = dirname(folder)) {
    const store = join(folder, 'node_modules', '.pnpm')
    if (existsSync(store)) {
      const found: string[] = []
      for (const entry of await readdir(store)) {
        const [, name] = /^((?:@[^+]+\+)?[^@]+)@\d/.exec(entry) ?? []
        const path = name && join(store, entry, 'node_modules', name.replace('+', '/'))
        if (path !== undefined && existsSync(join(path, 'package.json'))) found.push(path)
      }
      return found
    }
    if (dirname(folder) === folder) return plainPackages(from)
  }
}

/** The same, as npm lays packages out. */
async function plainPackages(from: string): Promise<string[]> {
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (!existsSync(modules)) continue
    const names = await readdir(modules)
    const scoped = names.filter((name) => name.startsWith('@'))
    const inner = await Promise.all(
      scoped.map(async (scope) => (await readdir(join(modules, scope))).map((name) => `${scope}/${name}`)),
    )
    return [...names.filter((name) => !/^[.@]/.test(name)), ...inner.flat()]
      .map((name) => join(modules, name))
      .filter((path) => existsSync(join(path, 'package.json')))
  }
  return []
}

/** A place in which one case is tried: a home and a workspace that nobody else has, and that go away. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { UsageError } from '../cli-errors.js'
import { type HomePaths, homePaths } from '../client/home.js'

/** The place. */
export interface TrialPlace extends Disposable {
  readonly home: HomePaths
  readonly workspace: string
  /** Text files of the workspace as they are now, by path with `/`. */
  files(): Record<string, string>
}

/** Largest file that is read back, in bytes. */
const largestFile = 1_000_000

/** Folders that no case asks about. */
const passedOver = new Set(['.git', 'node_modules'])

/** Makes a place. `settings` become those of the agent, `files` its workspace. */
export function makeTrialPlace(
  settings: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
): TrialPlace {
  const root = mkdtempSync(join(tmpdir(), 'salp-eval-'))
  const workspace = join(root, 'workspace')
  const home = homePaths(join(root, 'home'), {})
  for (const folder of [workspace, home.path]) mkdirSync(folder, { mode: 0o700 })
  writeFileSync(home.config, JSON.stringify(settings), { mode: 0o600 })
  for (const [path, text] of Object.entries(files)) {
    const file = join(workspace, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return {
    home,
    workspace,
    files: () => Object.fromEntries(textFiles(workspace, workspace)),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

function textFiles(root: string, folder: string): [string, string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : textFiles(root, path)
    if (!entry.isFile() || statSync(path).size > largestFile) return []
    const text = readFileSync(path, 'utf8')
    return text.includes('\0') ? [] : [[relative(root, path).split(sep).join('/'), text]]
  })
}

const configSchema = z.looseObject({
  model: z.looseObject({}).optional(),
  agent: z.looseObject({ secondKeys: z.unknown() }).optional(),
  memory: z.looseObject({ notes: z.unknown() }).optional(),
})

/**
 * Gives what an agent that is tried has of the operator's settings: its model, its manner, how it remembers. Money, servers of tools,
 * other agents and folders of notes are left behind.
 *
 * @throws {@link UsageError} (`cli/usage`) if the settings are no JSON.
 */
export function trialSettings({ config }: Pick<HomePaths, 'config'>): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(config, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  const parsed = configSchema.safeParse(parsedJson(text.replace(/^\uFEFF/, '')))
  if (!parsed.success) throw new UsageError(`Cannot read the settings in ${config}: see salp doctor`)
  const { model, agent, memory } = parsed.data
  return {
    model,
    agent: agent && { ...agent, secondKeys: undefined },
    memory: memory && { ...memory, notes: undefined },
  }
}

/** Takes those settings out of the environment that an agent which is tried does not have. */
export function trialEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith('SALP_') || /^SALP_(?:MODEL|AGENT|MEMORY)(?!_NOTES|_SECOND_KEYS)/.test(name),
  )
  return Object.fromEntries(kept)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

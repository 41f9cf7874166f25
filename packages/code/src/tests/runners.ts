/** The programs that run tests: which one a folder uses, how it is called, and how what it prints is read. */

import { z } from 'zod'
import { parseCargo } from './parse-cargo.js'
import { parseGo } from './parse-go.js'
import { parseJest } from './parse-jest.js'
import { parseJunit } from './parse-junit.js'
import { parseTap } from './parse-tap.js'
import type { TestResults } from './results.js'

/** Names of the runners, as they are asked for. */
export const testRunnerIds = ['vitest', 'jest', 'node', 'npm', 'pytest', 'cargo', 'go'] as const

/** A runner that is known. */
export type TestRunnerId = (typeof testRunnerIds)[number]

/** Which tests to run; all if nothing is named. */
export interface TestFilter {
  /** File or folder; of Go a package such as `./store`. */
  readonly path?: string | undefined
  /** A part of the tests' names, as the runner matches it. */
  readonly name?: string | undefined
}

/** A way to run tests. */
export interface TestRunner {
  readonly id: TestRunnerId
  /** A command for a shell such as sh, with every word quoted. Its output is what `parse` reads. */
  command(filter?: TestFilter): string
  /** Reads what the command printed to both outputs. @returns Nothing if it holds no results. */
  parse(output: string): TestResults | undefined
}

/** Every runner. Those that write a report do so to a file beside the command, which prints it at the end. */
export const testRunners: Readonly<Record<TestRunnerId, TestRunner>> = {
  vitest: {
    id: 'vitest',
    command: ({ path, name } = {}) =>
      reporting(
        (file) => `npx --no-install vitest run --reporter=json --outputFile=${file}${words(path)}${named('-t', name)}`,
      ),
    parse: parseJest,
  },
  jest: {
    id: 'jest',
    command: ({ path, name } = {}) =>
      reporting((file) => `npx --no-install jest --json --outputFile=${file}${words(path)}${named('-t', name)}`),
    parse: parseJest,
  },
  node: {
    id: 'node',
    command: ({ path, name } = {}) =>
      `node --test --test-reporter=tap${name === undefined ? '' : ` --test-name-pattern=${quoted(name)}`}${words(path)}`,
    parse: parseTap,
  },
  npm: {
    id: 'npm',
    command: ({ path, name } = {}) =>
      `npm test --silent${path === undefined && name === undefined ? '' : ' --'}${words(path, name)}`,
    parse: (output) => parseJest(output) ?? parseTap(output) ?? parseJunit(output),
  },
  pytest: {
    id: 'pytest',
    command: ({ path, name } = {}) =>
      reporting((file) => `python3 -m pytest -q --junitxml=${file}${named('-k', name)}${words(path)}`),
    parse: parseJunit,
  },
  cargo: {
    id: 'cargo',
    command: ({ path, name } = {}) =>
      `cargo test --no-fail-fast${path === undefined ? '' : ` --manifest-path ${quoted(`${path}/Cargo.toml`)}`}${name === undefined ? '' : ` -- ${quoted(name)}`} 2>&1`,
    parse: parseCargo,
  },
  go: {
    id: 'go',
    command: ({ path = './...', name } = {}) => `go test -json${named('-run', name)} ${quoted(path)}`,
    parse: parseGo,
  },
}

const manifestSchema = z.object({
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
})

/**
 * Tells which runners a folder uses, by its files; the one for most of it first.
 *
 * @param read - Gives the text of a file of the folder; nothing if there is none.
 */
export async function detectTestRunners(read: (name: string) => Promise<string | undefined>): Promise<TestRunnerId[]> {
  const has = async (...names: readonly string[]): Promise<boolean> => {
    for (const name of names) if ((await read(name)) !== undefined) return true
    return false
  }
  const found: TestRunnerId[] = []
  const manifest = manifestIn(await read('package.json'))
  if (manifest !== undefined) {
    const { scripts, dependencies, devDependencies } = manifest
    const test = scripts.test ?? ''
    const uses = (name: string): boolean => name in dependencies || name in devDependencies || test.includes(name)
    if (uses('vitest')) found.push('vitest')
    else if (uses('jest')) found.push('jest')
    else if (/\bnode\b.*--test\b/.test(test)) found.push('node')
    else if (test !== '' && !test.includes('no test specified')) found.push('npm')
  }
  if (await has('Cargo.toml')) found.push('cargo')
  if (await has('go.mod')) found.push('go')
  const python = await read('pyproject.toml')
  if (python !== undefined || (await has('pytest.ini', 'conftest.py', 'tox.ini', 'setup.cfg', 'setup.py')))
    found.push('pytest')
  return found
}

function manifestIn(text: string | undefined): z.output<typeof manifestSchema> | undefined {
  if (text === undefined) return undefined
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data
  } catch {
    // A broken package.json names no runner.
    return undefined
  }
}

/** Runs a command that writes a report, and prints the report behind what the command prints to its second output. */
function reporting(command: (file: string) => string): string {
  return `report=$(mktemp) && { ${command('"$report"')} >&2; code=$?; cat "$report"; rm -f "$report"; exit $code; }`
}

function named(flag: string, name: string | undefined): string {
  return name === undefined ? '' : ` ${flag} ${quoted(name)}`
}

function words(...texts: readonly (string | undefined)[]): string {
  return texts.map((text) => (text === undefined ? '' : ` ${quoted(text)}`)).join('')
}

/** A word for a shell, taken literally. One that begins with a dash would be an option. */
function quoted(text: string): string {
  return `'${(text.startsWith('-') ? `./${text}` : text).replaceAll("'", String.raw`'\''`)}'`
}

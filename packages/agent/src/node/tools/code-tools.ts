/** Tools that know source code: a map of it, its symbols, its tests. */

import {
  type CodeIndex,
  compareResults,
  detectTestRunners,
  findSymbols,
  renderMap,
  renderOutline,
  type TestResults,
  type TestRunnerId,
  testRunnerIds,
  testRunners,
} from '@salp/code'
import { openRepositoryIndex } from '@salp/code/node'
import { z } from 'zod'
import { createTool, type Tool, ToolError } from '../../tool.js'
import { forgiving, pathNames, pathSchema, plainJson } from '../../tools/input.js'
import { isSecretPath } from '../../tools/paths.js'
import { mapFileIn } from '../map-file.js'
import type { Sandbox } from '../sandbox.js'
import { withoutSecrets } from '../secret-variables.js'
import { createCommandTool } from './command-tool.js'
import { refusal } from './read-tools.js'
import type { Workspace } from './workspace.js'

/** What the tools work on. */
export interface CodeToolDeps {
  readonly workspace: Workspace
  /** Variables of the process; those that look secret are not handed on. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Keeps tests to the workspace. */
  readonly sandbox?: Sandbox | undefined
  /** Folder in which maps are kept between runs. @defaultValue none */
  readonly maps?: string | undefined
}

/** Output of tests that is read. */
const maxTestOutputBytes = 8_000_000
/** Failures that are given in full. */
const maxFailures = 30

/** Selections of tests whose last results are kept. */
const maxRemembered = 50

const ranSchema = z.object({ exitCode: z.int(), stdout: z.string(), stderr: z.string(), truncated: z.boolean() })

/** Creates `repository_map`, `find_symbol` and `run_tests`. */
export function createCodeTools({ workspace, environment, sandbox, maps }: CodeToolDeps): readonly Tool[] {
  const repository = openRepositoryIndex(
    { environment: withoutSecrets(environment) },
    { root: workspace.root, cacheFile: maps && mapFileIn(maps, workspace.root) },
  )
  const command = createCommandTool({ workspace, environment, sandbox }, { maxOutputBytes: maxTestOutputBytes })

  const map = createTool({
    name: 'repository_map',
    description:
      'Shows the most important definitions of the project, by who mentions whom, with files and lines. "focus" names files and identifiers that matter now; "path" gives every definition of one file. Use it before reading files one by one.',
    input: forgiving(
      z.object({
        focus: z.array(z.string().min(1).max(500)).max(50).default([]),
        path: pathSchema.optional(),
        tokens: z.coerce.number().int().min(100).max(16_000).default(2_000),
      }),
      { aliases: { focus: ['names', 'mentions', 'files'], path: pathNames } },
    ),
    effect: 'read',
    repeatable: true,
    timeoutMs: 120_000,
    async run({ focus, path, tokens }, { signal }) {
      const index = withoutSecretFiles(await repository.refresh({ signal }))
      if (path !== undefined) {
        const { relative } = await workspace.locate(path)
        const file = index.files.find((each) => each.path === relative)
        const skipped = index.skipped.find((each) => each.path === relative)
        if (file === undefined)
          throw new ToolError(
            `Cannot outline "${relative}": ${skipped === undefined ? 'it is no source file of the project' : `it is ${skipped.reason}`}`,
            { kind: 'invalid', hint: 'Use read_file' },
          )
        return `${relative}:\n${renderOutline(file.definitions())}`
      }
      const paths = new Set(index.files.map((each) => each.path))
      const wanted = focus.map((each) => each.replace(/^\.\//, ''))
      const { text, files, definitions } = renderMap(index, {
        tokens,
        files: wanted.filter((each) => paths.has(each)),
        names: wanted.filter((each) => !paths.has(each)),
      })
      const left = [...Map.groupBy(index.skipped, ({ reason }) => reason)].map(
        ([reason, all]) => `${all.length} ${reason}`,
      )
      const head = `[${definitions} definitions of ${files} files, of ${index.files.length} source files${left.length === 0 ? '' : `; left out: ${left.join(', ')}`}]`
      return `${head}\n${text}`
    },
  })

  const symbol = createTool({
    name: 'find_symbol',
    description:
      'Finds where a function, class, type or variable is defined, by its name or a part of it, and, with "references", the lines that mention it.',
    input: forgiving(
      z.object({
        name: z.string().min(1).max(200),
        kind: z.string().max(40).optional(),
        path: pathSchema.optional(),
        references: z.boolean().default(false),
      }),
      { aliases: { name: ['symbol', 'query', 'identifier'], path: ['folder', ...pathNames] }, text: 'name' },
    ),
    effect: 'read',
    repeatable: true,
    timeoutMs: 120_000,
    async run({ name, kind, path, references }, { signal }) {
      const index = withoutSecretFiles(await repository.refresh({ signal }))
      const found = findSymbols(index, { name, kind, path: path?.replace(/^\.\//, '') })
      const lines = found.map(
        ({ path: file, definition: { line, endLine, kind: what, signature } }) =>
          `${file}:${line}-${endLine} ${what}: ${signature}`,
      )
      const exact = found[0]?.definition.name ?? name
      const mentions = references ? await repository.references(exact, { signal }) : []
      const shown = mentions
        .filter((each) => !isSecretPath(each.path))
        .map((each) => `${each.path}:${each.line}: ${each.text}`)
      if (lines.length + shown.length === 0) return `Nothing is called like "${name}"`
      return [...lines, ...(references ? ['', `Lines that mention ${exact}:`, ...shown] : [])].join('\n')
    },
  })

  const runnerOf = async (folder: string, wanted: TestRunnerId | undefined): Promise<TestRunnerId> => {
    if (wanted !== undefined) return wanted
    const [found] = await detectTestRunners(async (file) => {
      const place = await workspace.locate(folder === '.' ? file : `${folder}/${file}`)
      return place.kind === 'file' ? new TextDecoder().decode(await workspace.read(place)) : undefined
    })
    if (found !== undefined) return found
    throw new ToolError(`Cannot run tests in "${folder}": no test runner is set up there that is known`, {
      kind: 'invalid',
      hint: `Name one of ${testRunnerIds.join(', ')} as "runner", or use run_command`,
    })
  }

  /** Of each selection of tests, what became of it last. */
  const lastResults = new Map<string, TestResults>()

  const tests = createTool({
    name: 'run_tests',
    description:
      'Runs the tests of a folder and gives counts and each failure with file, line and message. "path" and "name" narrow them; the runner is found by itself. The second time it also says what broke and what was mended since: run it before an edit and after.',
    input: forgiving(
      z.object({
        folder: pathSchema.default('.'),
        runner: z.enum(testRunnerIds).optional(),
        path: pathSchema.optional(),
        name: z.string().min(1).max(500).optional(),
        timeoutMs: z.coerce.number().int().min(1_000).max(1_800_000).default(600_000),
      }),
      {
        aliases: {
          folder: ['cwd', 'directory'],
          path: pathNames,
          name: ['filter', 'test', 'pattern'],
          timeoutMs: ['timeout'],
        },
      },
    ),
    effect: 'execute',
    timeoutMs: 1_860_000,
    async assess({ folder, runner }) {
      try {
        const { relative } = await workspace.locate(folder)
        const id = await runnerOf(relative, runner)
        const place = relative === '.' ? '' : ` (in ${relative})`
        const apart = sandbox === undefined ? [] : [`in a sandbox: ${sandbox.promise}`]
        return {
          risk: { level: 'medium', reasons: [`runs code of the project with ${id}`, ...apart] },
          grant: `run_tests: ${id}${place}`,
        }
      } catch (error) {
        return refusal(error)
      }
    },
    async run({ folder, runner, path, name, timeoutMs }, context) {
      const { relative } = await workspace.locate(folder)
      const { id, command: write, parse } = testRunners[await runnerOf(relative, runner)]
      const line = write({ path, name })
      const ran = ranSchema.parse(
        await command.run(command.input.parse({ command: line, folder: relative, timeoutMs }), context),
      )
      const results = parse(`${ran.stdout}\n${ran.stderr}`)
      const tail = `${ran.stdout}${ran.stderr}`.slice(-4_000).toWellFormed()
      if (results === undefined)
        throw new ToolError(`Cannot read the results of ${id}: it ended with code ${ran.exitCode}`, {
          hint: `${ran.truncated ? 'Its output was too long. ' : ''}It printed last:\n${tail}`,
        })
      const key = JSON.stringify([relative, id, path, name])
      const before = lastResults.get(key)
      lastResults.delete(key)
      lastResults.set(key, results)
      for (const oldest of [...lastResults.keys()].slice(0, -maxRemembered)) lastResults.delete(oldest)
      const change = before && compareResults(before, results)
      const { failures, ...counts } = results
      const below = (file: string | undefined): string | undefined => file?.replace(`${workspace.root}/`, '')
      const shown = failures.slice(0, maxFailures).map((failure) => ({ ...failure, file: below(failure.file) }))
      const left = failures.length - shown.length
      const faults = ran.exitCode !== 0 && failures.length === 0 ? { output: tail } : {}
      return plainJson({
        runner: id,
        exitCode: ran.exitCode,
        ...counts,
        failures: shown,
        ...(left > 0 && { more: left }),
        ...(change && {
          sinceLastRun: { broken: change.broken.map((failure) => failure.name), mended: change.mended },
        }),
        ...faults,
      })
    },
  })

  return [map, symbol, tests]
}

/** What may hold secrets is for nobody to see without being asked for. */
function withoutSecretFiles(index: CodeIndex): CodeIndex {
  return index.files.some(({ path }) => isSecretPath(path))
    ? { ...index, files: index.files.filter(({ path }) => !isSecretPath(path)) }
    : index
}

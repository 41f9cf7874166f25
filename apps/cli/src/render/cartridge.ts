/** Cartridges: what came of building, testing, calling and looking at them. */

import type { BuildView, CallUse, CallView, CartridgeSummary, LogLine, TestView } from '@salp/cartridge'
import type { UiTree } from '@salp/cartridge/host'
import type { FramesView } from '../cartridge/calls.js'
import type { Inspection } from '../cartridge/inspect-module.js'
import type { Played } from '../cartridge/play.js'
import type { ServedCall } from '../cartridge/project-server.js'
import type { BuiltProject, FailedBuild } from '../cartridge/workbench.js'
import { type Column, renderColumns } from './columns.js'
import { countDiagnostics, renderDiagnostics } from './diagnostics.js'
import { renderFields } from './fields.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { ago, duration } from './time.js'
import { visible } from './visible.js'

/** A size in bytes, short: `812 bytes`, `9.6 KiB`, `1.2 MiB`. */
function sizeText(bytes: number): string {
  if (bytes < 1_024) return plural(bytes, 'byte')
  const [size, unit] = bytes < 1_048_576 ? [bytes / 1_024, 'KiB'] : [bytes / 1_048_576, 'MiB']
  return `${Number(size.toFixed(1))} ${unit}`
}

function codeSize(bytes: number, preparedBytes: number | undefined): string {
  return preparedBytes === undefined
    ? sizeText(bytes)
    : `${sizeText(bytes)}; ${sizeText(preparedBytes)} with its counters`
}

/** A duration in ms with fractions, since most are short. */
function timeText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(ms < 1 ? 2 : 1)} ms` : duration(ms)
}

const fuelText = (units: number): string => `${Math.round(units).toLocaleString('en')} fuel`

/** A build that went well, and where it was written. */
export function renderBuilt(
  built: Omit<BuiltProject, 'code' | 'version'> & { readonly trial: CallUse; readonly out: string },
  file: string,
  style: Style,
): string {
  const { diagnostics, bytes, preparedBytes, sha256, trial, compileMs, checkMs, trialMs, out } = built
  const fields = renderFields(
    [
      ['Built', out],
      ['Size', codeSize(bytes, preparedBytes)],
      ['SHA-256', sha256],
      ['Trial', useText(trial)],
      ['Took', `${timeText(compileMs)} to compile, ${timeText(checkMs)} to check, ${timeText(trialMs)} to try`],
    ],
    style,
  )
  return [renderDiagnostics(diagnostics, file, style), fields].filter((part) => part !== '').join('\n\n')
}

/** A build that failed. */
export function renderFailed(
  { stage, message, diagnostics }: Pick<FailedBuild, 'message' | 'diagnostics'> & { readonly stage: string },
  file: string,
  style: Style,
): string {
  const count = countDiagnostics(diagnostics)
  const said = renderDiagnostics(diagnostics, file, style)
  const end = stage === 'compile' && count !== '' ? `${file} does not compile: ${count}` : visible(message)
  return [said, style.paint.red(end)].filter((part) => part !== '').join('\n\n')
}

/** What came of a build on a node. */
export function renderBuildView(built: BuildView, file: string, style: Style): string {
  const tests = built.tests.length === 0 ? '' : renderTests(built.tests, style)
  const parts =
    built.status === 'failed'
      ? // What fails by its tests is told by them.
        [tests, built.stage === 'tests' && tests !== '' ? '' : renderFailed(built, file, style)]
      : [
          renderDiagnostics(built.diagnostics, file, style),
          tests,
          `Version ${built.version} answers: ${timeText(built.compileMs)} to compile, ${timeText(built.installMs)} to try and test`,
        ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Tests, a line each, and their count. */
export function renderTests(tests: readonly TestView[], { paint }: Style): string {
  const lines = tests.map(({ name, passed, detail }) =>
    passed
      ? `${paint.green('✓')} ${visible(name)}`
      : `${paint.red('✗')} ${visible(name)}\n    ${visible(detail ?? 'failed')}`,
  )
  const failed = tests.filter(({ passed }) => !passed).length
  const count =
    failed === 0 ? `${plural(tests.length, 'test')} passed` : `${failed} of ${plural(tests.length, 'test')} failed`
  return [...lines, ...(lines.length > 0 ? [''] : []), count].join('\n')
}

/** The end of a call: `1.2 ms, 12,345 fuel, 128 KiB of memory, version 3`. */
export function renderUse(use: CallUse, { paint }: Style): string {
  return paint.dim(`${timeText(use.durationMs)}, ${useText(use)}, version ${use.version}`)
}

function useText({ fuel, memoryBytes }: Pick<CallUse, 'fuel' | 'memoryBytes'>): string {
  return [
    ...(fuel === undefined ? [] : [fuelText(fuel)]),
    ...(memoryBytes === undefined ? [] : [`${sizeText(memoryBytes)} of memory`]),
  ].join(', ')
}

/** An answer without its body: `200  content-type: text/plain`. */
export function renderHead({ status, headers }: CallView & { type: 'response' }, { paint }: Style): string {
  const color = status < 400 ? paint.green : paint.red
  return [color(`HTTP ${status}`), ...headers.map(([name, value]) => paint.dim(visible(`${name}: ${value}`)))].join(
    '\n',
  )
}

/** A tree of a frontend, as markup to read. */
export function renderTree(tree: UiTree, indent = ''): string {
  if (typeof tree === 'string') return `${indent}${visible(tree)}`
  const { t, a = {}, on = {}, c = [] } = tree
  const attributes = [
    ...Object.entries(a).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`),
    ...Object.entries(on).map(([event, id]) => ` on:${event}=${JSON.stringify(id)}`),
  ].join('')
  const open = `${indent}<${t}${visible(attributes)}>`
  const [only] = c
  if (c.length === 0) return open
  if (c.length === 1 && typeof only === 'string') return `${open}${visible(only)}</${t}>`
  return [open, ...c.map((child) => renderTree(child, `${indent}  `)), `${indent}</${t}>`].join('\n')
}

/** What frames came to. */
export function renderFrames({ frames, changed, ended }: FramesView, size: { width: number; height: number }): string {
  const end = ended ? ', then it ended' : ''
  return `${size.width} × ${size.height}, ${plural(frames, 'frame')}, ${changed} of them changed the picture${end}`
}

/** What playing came to. */
export function renderPlayed({ frames, meanMs, meanFuel }: Played): string {
  return `${plural(frames, 'frame')}, ${timeText(meanMs)} and ${fuelText(meanFuel)} each`
}

/** A request that was answered, in a line. */
export function renderServed({ method, target, status, durationMs, fuel, trap }: ServedCall, { paint }: Style): string {
  const color = status < 400 ? paint.green : paint.red
  const rest = [timeText(durationMs), ...(fuel === undefined ? [] : [fuelText(fuel)])].join(', ')
  const line = `${method} ${visible(target)} ${color(String(status))} ${paint.dim(rest)}`
  return trap === undefined ? line : `${line}\n  ${paint.red(visible(trap))}`
}

/** What a module is. */
export function renderInspection(
  { bytes, sha256, verdict, exports, imports }: Inspection & { readonly granted?: readonly string[] | undefined },
  style: Style,
): string {
  const list = (names: readonly string[] | undefined): string =>
    names === undefined ? 'unreadable' : names.join('\n').replaceAll('\n', `\n${' '.repeat(indentOf)}`) || 'none'
  const head: (readonly [string, string])[] = verdict.accepted
    ? [
        ['Fits', verdict.kind],
        ['Let in', 'yes'],
        ['Needs', verdict.needs.join(', ') || 'nothing'],
        ['Memory', `${plural(verdict.initialPages, 'page')} of 64 KiB at load`],
        ['Size', codeSize(bytes, verdict.preparedBytes)],
        ['Code', `${plural(verdict.functions, 'function')}, ${plural(verdict.instructions, 'instruction')}`],
      ]
    : [
        ['Let in', `no. ${verdict.message} (${verdict.code})`],
        ['Size', sizeText(bytes)],
      ]
  return renderFields(
    [
      ...head,
      ['Exports', list(exports)],
      ['Imports', list(imports)],
      ['SHA-256', sha256],
      ...(verdict.accepted ? [['As it runs', verdict.preparedSha256] as const] : []),
    ],
    style,
  )
}

/** Columns before a value of {@link renderInspection}. */
const indentOf = 'As it runs'.length + 2

/** Lists cartridges of a node. */
export function renderCartridges(cartridges: readonly CartridgeSummary[], style: Style, now: number): string {
  return renderColumns(cartridges, columnsAt(now), style)
}

function columnsAt(now: number): Column<CartridgeSummary>[] {
  return [
    { title: 'Id', cell: ({ id }) => id },
    { title: 'Kind', cell: ({ kind }) => kind },
    { title: 'Version', cell: stateText },
    { title: 'Where', cell: ({ published, path }) => (published ? path : 'not published') },
    { title: 'Price', cell: ({ published, price }) => (published ? (price ?? 'free') : ''), align: 'right' },
    { title: 'Calls', cell: ({ use }) => use.calls.toLocaleString('en'), align: 'right' },
    { title: 'ended', cell: ({ use }) => use.traps.toLocaleString('en'), align: 'right' },
    { title: 'Changed', cell: ({ changedAt }) => ago(changedAt, now) },
  ]
}

function stateText({ version, changed }: Pick<CartridgeSummary, 'version' | 'changed'>): string {
  if (version === undefined) return 'not built'
  return changed ? `${version}, draft differs` : String(version)
}

/** Shows one cartridge of a node in a few lines. */
export function renderCartridge(
  { id, name, kind, language, published, price, url, ...version }: CartridgeSummary & { readonly url: string },
  style: Style,
): string {
  return renderFields(
    [
      ['Cartridge', name === id ? id : `${id} (${name})`],
      ['Kind', `${kind}, ${language}`],
      ['Version', stateText(version)],
      ['Published', published ? url : 'no'],
      ...(published ? [['Price', price ?? 'free'] as const] : []),
    ],
    style,
  )
}

const levels = { debug: 'debug', info: 'info ', warn: 'warn ', error: 'error' } as const

/** A line of a log. */
export function renderLogLine({ at, level, text }: Pick<LogLine, 'at' | 'level' | 'text'>, { paint }: Style): string {
  const color = { debug: paint.dim, info: paint.cyan, warn: paint.yellow, error: paint.red }[level]
  return `${paint.dim(new Date(at).toISOString().slice(11, 19))} ${color(levels[level])} ${visible(text)}`
}

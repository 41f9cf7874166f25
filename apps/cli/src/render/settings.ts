/** Settings, with where each came from. */

import type { SettingEntry } from '../client/api.js'
import type { Style } from './style.js'
import { oneLine } from './visible.js'

/** Lists settings, what was set brighter than defaults. */
export function renderSettings(entries: readonly SettingEntry[], { paint }: Style): string {
  const pathWidth = Math.max(...entries.map(({ path }) => path.length))
  const values = entries.map(({ value }) => settingText(value))
  const valueWidth = Math.min(24, Math.max(...values.map((value) => value.length)))
  return entries
    .map((entry, index) => {
      const value = (values[index] ?? '').padEnd(valueWidth)
      const path = entry.path.padEnd(pathWidth)
      return entry.source === 'default'
        ? `${path}  ${paint.dim(value)}  ${paint.dim(sourceText(entry))}`
        : `${paint.cyan(path)}  ${paint.bold(value)}  ${sourceText(entry)}`
    })
    .join('\n')
}

/** A value on one line. */
export function settingText(value: unknown): string {
  if (value === null) return '(not set)'
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), 200)
}

/** Where a value came from: the layer, then the file, variable or flag; for a default, what it is for. */
export function sourceText({ source, origin }: SettingEntry): string {
  return origin === '' ? source : `${source}: ${oneLine(origin, 200)}`
}

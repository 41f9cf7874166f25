/** Values of options and arguments, as they are typed. */

import { InvalidArgumentError } from 'commander'

/** Reads a whole number of at least `least`. */
export function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
    return value
  }
}

/** Reads a share in percent, of at least `least`. */
export function percentFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+(?:\.\d+)?$/.test(text) || value < least || value > 100)
      throw new InvalidArgumentError(`Expected a number from ${least} to 100.`)
    return value
  }
}

/** Reads the number of a task, with or without `#`. */
export function taskId(text: string): number {
  return integerFrom(1)(text.replace(/^#/, ''))
}

/** Reads several numbers of tasks. */
export function taskIds(text: string, previous: readonly number[] | undefined): number[] {
  return [...(previous ?? []), taskId(text)]
}

/** Collects an option that may be given more than once. */
export function collect(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), text]
}

/** Reads an amount in units; it stays text, since money never is a floating-point number. */
export function units(text: string): string {
  if (!/^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) throw new InvalidArgumentError('Expected an amount such as 0.05.')
  return text
}

/** Reads an amount of US dollars that is no payment but a bound. */
export function dollars(text: string): number {
  return Number(units(text))
}

/** Reads the name of a keystore. */
export function keystoreName(text: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(text))
    throw new InvalidArgumentError('Expected 1 to 64 of a-z, 0-9, "_" and "-", beginning with a letter or digit.')
  return text
}

/** Reads a moment by ISO 8601; without a zone it is of UTC. Gives ms since the epoch. */
export function moment(text: string): number {
  const [iso, time, zone] = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const at = Date.parse(`${iso}${time !== undefined && zone === undefined ? 'Z' : ''}`)
  if (Number.isNaN(at)) throw new InvalidArgumentError('Expected a date such as 2026-11-01 or 2026-11-01T12:30.')
  return at
}

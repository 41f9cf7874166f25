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

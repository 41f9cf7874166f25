/** What a workshop cannot do. */

import { SalpError } from '@salp/core'

/** What the workshop was asked and cannot do: `cartridge/unknown`, `cartridge/conflict` or `cartridge/input`. */
export class WorkshopError extends SalpError {
  constructor(condition: 'unknown' | 'conflict' | 'input', message: string) {
    super(`cartridge/${condition}`, message)
  }
}

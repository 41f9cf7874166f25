/** Code of contracts that refuse, most of them with harm, for `anvil_setCode`: each answers every call the same way. */

import { concat, dataLength, toBeHex } from 'ethers'

/** Burns all the gas it is given. */
export const burnsAllGas = '0xfe'

/** Refuses with a reason of 65 535 bytes, to make its caller pay for the copy. */
export const refusesAtLength = '0x61ffff5ffd'

/** Refuses with the gas it was given, less 2 for asking. */
export const refusesWithItsGas = '0x5a5f5260205ffd'

/** Calls its caller back with `data`, and refuses with what that answers. */
export function reenters(data: string): string {
  const length = toBeHex(dataLength(data), 2)
  // codecopy(0, 25, length); call(gas, caller, 0, 0, length, 0, 0); revert(returndata)
  const head = concat([
    '0x61',
    length,
    '0x60',
    toBeHex(25, 1),
    '0x5f39',
    '0x5f5f',
    '0x61',
    length,
    '0x5f5f33',
    '0x5af1503d5f5f3e3d5ffd',
  ])
  return concat([head, data])
}

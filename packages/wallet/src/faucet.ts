/** Test money from a public faucet. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { Chain } from './chains.js'
import type { Address, Hex } from './hex.js'
import type { Rpc } from './rpc.js'

const hash = z.string().regex(/^0x[0-9a-fA-F]{64}$/) as z.ZodType<Hex>
const answerSchema = z.union([z.array(hash), hash.transform((one) => [one])])

/**
 * Asks the faucet of a test network.
 *
 * @returns Hashes of the transactions that bring the money; on Tempo's network a million of each of its four tokens.
 * @throws RangeError if the chain has no faucet.
 * @throws {@link FaucetError} (`wallet/faucet`) if its answer is of another form, and {@link RpcError} if it refuses.
 */
export async function requestFaucet(
  { rpc }: { readonly rpc: Rpc },
  { chain, account }: { readonly chain: Pick<Chain, 'name' | 'faucet'>; readonly account: Address },
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Hex[]> {
  if (chain.faucet === undefined) throw new RangeError(`Cannot get test money on ${chain.name}: it has no faucet`)
  const answer = answerSchema.safeParse(await rpc.call(chain.faucet.method, [account], options))
  if (!answer.success) throw new FaucetError(chain.name)
  return answer.data
}

/** A faucet that answers something else than transactions. */
export class FaucetError extends SalpError {
  constructor(chain: string) {
    super('wallet/faucet', `Cannot get test money on ${chain}: the answer of its faucet names no transaction`)
  }
}

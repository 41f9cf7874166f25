/** Checks of an agent's work by others (ERC-8004). */

import { abi } from '@salp/contracts'
import { ZeroHash } from 'ethers'
import type { ChainClient } from '../chain-client.js'
import { type Address, type Hex, parseAddress } from '../hex.js'
import { contractAt } from '../internal/contract.js'
import { type ActDeps, type ActOutcome, perform } from './acts.js'

interface Acting {
  /** Names the act: the same is sent once. */
  readonly id: string
  readonly signal?: AbortSignal | undefined
}

/** Which registry. */
export interface ValidationOptions {
  /** The validation registry. */
  readonly validation: Address
}

/** Asks a validator to check what lies at `uri`; for the side of the agent's owner. A hash is asked about once. */
export function requestValidation(
  deps: ActDeps,
  { validation }: ValidationOptions,
  request: Acting & {
    readonly agentId: bigint
    readonly validator: Address
    readonly uri: string
    /** Of what lies there, 32 bytes. */
    readonly hash: Hex
  },
): Promise<ActOutcome> {
  const { id, signal, agentId, validator, uri, hash } = request
  const { encode } = contractAt(deps.chain, validation, abi.validationRegistry)
  const build = (): Hex => encode('validationRequest', [validator, agentId, uri, hash])
  return perform(deps, { id, to: validation, signal, build })
}

/** Answers a request, as the validator it names; again as the work goes on, the latest counts. */
export function answerValidation(
  deps: ActDeps,
  { validation }: ValidationOptions,
  answer: Acting & {
    readonly requestHash: Hex
    /** How good it is. Integer, range [0, 100]. */
    readonly response: number
    readonly uri?: string | undefined
    /** Of what lies there. */
    readonly hash?: Hex | undefined
    readonly tag: string
  },
): Promise<ActOutcome> {
  const { id, signal, requestHash, response, uri = '', hash = ZeroHash, tag } = answer
  const { encode } = contractAt(deps.chain, validation, abi.validationRegistry)
  const build = (): Hex => encode('validationResponse', [requestHash, response, uri, hash, tag])
  return perform(deps, { id, to: validation, signal, build })
}

/** A request, and what was answered. */
export interface Validation {
  readonly validator: Address
  readonly agentId: bigint
  /** In s since the epoch. */
  readonly at: number
  /** The registry tells an answer of 0 without hash and tag from none by its events alone; here it is none. */
  readonly answer: { readonly response: number; readonly hash: Hex; readonly tag: string } | undefined
}

/** Reads what became of a request; `undefined` if there is none. Throws what the chain throws. */
export async function readValidation(
  { chain }: { readonly chain: Pick<ChainClient, 'call'> },
  { validation }: ValidationOptions,
  requestHash: Hex,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Validation | undefined> {
  const contract = contractAt(chain, validation, abi.validationRegistry)
  const found = await contract.read('getValidationStatus', [requestHash], options)
  if (found === undefined) return undefined
  const { validatorAddress, agentId, response, responseHash, tag, lastUpdate } = found
  const isAnswered = response > 0n || responseHash !== ZeroHash || tag !== ''
  return {
    validator: parseAddress(String(validatorAddress)),
    agentId: BigInt(agentId),
    at: Number(lastUpdate),
    answer: isAnswered ? { response: Number(response), hash: responseHash as Hex, tag: String(tag) } : undefined,
  }
}

/** What to send to a chain so that a contract stands on it: data only, for any wallet to sign. */

import { artifacts } from './artifacts.js'

/** Bytes as text. */
export type Hex = `0x${string}`

/** A transaction that creates a contract: it has no `to`, and its receipt names the address. */
export interface Deployment {
  /** Creation code, then the constructor's arguments. */
  readonly data: Hex
}

/** A contract that a development chain holds from the start. */
export interface Placement {
  readonly address: Hex
  /** What a development node sets as the code of `address`. */
  readonly code: Hex
}

/** A placement, and the one transaction that readies it. */
export interface InitializedPlacement extends Placement {
  /** To be sent before anyone else can: the first to send it decides who administers. */
  readonly initialize: { readonly to: Hex; readonly data: Hex }
}

/** Where pathUSD is on every Tempo chain, and so on a development chain of ours. */
export const pathUsdAddress = '0x20c0000000000000000000000000000000000000'

/** Creates a dollar of development, which anyone mints. */
export function deployDevelopmentDollar(): Deployment {
  return { data: artifacts.developmentDollar.bytecode }
}

/** Creates an identity registry (ERC-8004), which nobody owns. */
export function deployIdentityRegistry(): Deployment {
  return { data: artifacts.identityRegistry.bytecode }
}

/**
 * Creates a reputation registry (ERC-8004).
 *
 * @param identityRegistry - Address of the registry that holds the agents; must have code by then.
 * @throws TypeError if it is no address.
 */
export function deployReputationRegistry(identityRegistry: string): Deployment {
  return { data: `${artifacts.reputationRegistry.bytecode}${word(identityRegistry)}` }
}

/**
 * Creates a validation registry (ERC-8004).
 *
 * @param identityRegistry - Address of the registry that holds the agents; must have code by then.
 * @throws TypeError if it is no address.
 */
export function deployValidationRegistry(identityRegistry: string): Deployment {
  return { data: `${artifacts.validationRegistry.bytecode}${word(identityRegistry)}` }
}

/** Creates the settlement contract of the scheme `tempo-tip20`, which nobody owns. */
export function deployTipSettlement(): Deployment {
  return { data: artifacts.tipSettlement.bytecode }
}

/** Creates the contract that groups EIP-3009 transfers, which nobody owns. */
export function deployTransferBatch(): Deployment {
  return { data: artifacts.transferBatch.bytecode }
}

/**
 * Puts pathUSD at Tempo's address on a chain that lets code be set (`anvil_setCode`).
 *
 * @param admin - Who may grant roles: to be issuer, to pause.
 * @throws TypeError if it is no address.
 */
export function placePathUsd(admin: string): InitializedPlacement {
  // The selector of `initialize(address)`.
  const data: Hex = `0xc4d66de8${word(admin)}`
  return { address: pathUsdAddress, code: artifacts.pathUsd.code, initialize: { to: pathUsdAddress, data } }
}

/** Puts Permit2 at the address that it has on every chain, where code can be set (`anvil_setCode`); anvil's Tempo mode has it. */
export function placePermit2(): Placement {
  return { address: '0x000000000022D473030F116dDEE9F6B43aC78BA3', code: artifacts.permit2.code }
}

/** Puts a spender for payments of the scheme `exact` by Permit2 where x402 clients expect it. It needs {@link placePermit2}. */
export function placeExactPermit2Proxy(): Placement {
  return { address: '0x402085c248EeA27D92E8b30b2C58ed07f9E20001', code: artifacts.exactPermit2Proxy.code }
}

/** An address as a word of 32 bytes, without the 0x. */
export function word(address: string): string {
  if (!/^0x[0-9a-f]{40}$/i.test(address)) throw new TypeError(`Cannot encode "${address}": expected an address`)
  return address.slice(2).toLowerCase().padStart(64, '0')
}

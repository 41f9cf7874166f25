/** The contracts of a development chain, each at one address on every such chain. */

import {
  type Deployment,
  deployDevelopmentDollar,
  deployIdentityRegistry,
  deployReputationRegistry,
  deployTipSettlement,
  deployTransferBatch,
  deployValidationRegistry,
  type Hex,
} from './deploy.js'
import { developmentAddresses } from './generated/development-addresses.js'

/** A contract with one address on every development chain. */
export type DevelopmentContract = keyof typeof developmentAddresses

/** A transaction that creates a contract at an address known before. */
export interface FixedDeployment {
  readonly address: Hex
  /** The deployer of CREATE2 that anvil and most public chains hold. */
  readonly to: Hex
  /** A salt of 0, creation code, the constructor's arguments. */
  readonly data: Hex
}

/**
 * Creates a contract of the development chain at its address of {@link developmentAddresses}.
 *
 * Whoever sends it, the outcome is the same; sent again it is refused, so look first whether the address has code. The
 * identity registry comes before the other two, which are told its address. Another version of a contract has another address.
 */
export function deployForDevelopment(contract: DevelopmentContract): FixedDeployment {
  return {
    address: developmentAddresses[contract],
    to: '0x4e59b44847b379578588920cA78FbF26c0B4956C',
    data: `0x${'0'.repeat(64)}${deployments[contract]().data.slice(2)}`,
  }
}

const deployments: Readonly<Record<DevelopmentContract, () => Deployment>> = {
  developmentDollar: deployDevelopmentDollar,
  identityRegistry: deployIdentityRegistry,
  reputationRegistry: () => deployReputationRegistry(developmentAddresses.identityRegistry),
  validationRegistry: () => deployValidationRegistry(developmentAddresses.identityRegistry),
  tipSettlement: deployTipSettlement,
  transferBatch: deployTransferBatch,
}

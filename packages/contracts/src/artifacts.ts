/** What the compiler made of each contract. */

import { developmentDollarAbi, developmentDollarBytecode } from './generated/development-dollar.js'
import {
  exactPermit2ProxyAbi,
  exactPermit2ProxyBytecode,
  exactPermit2ProxyCode,
} from './generated/exact-permit2-proxy.js'
import { identityRegistryAbi, identityRegistryBytecode } from './generated/identity-registry.js'
import { pathUsdAbi, pathUsdBytecode, pathUsdCode } from './generated/path-usd.js'
import { reputationRegistryAbi, reputationRegistryBytecode } from './generated/reputation-registry.js'
import { tipSettlementAbi, tipSettlementBytecode } from './generated/tip-settlement.js'
import { transferBatchAbi, transferBatchBytecode } from './generated/transfer-batch.js'
import { validationRegistryAbi, validationRegistryBytecode } from './generated/validation-registry.js'
import { permit2Abi, permit2Code } from './permit2.js'

/** Interfaces by contract, as literal types that ethers, viem and abitype read. */
export const abi = {
  developmentDollar: developmentDollarAbi,
  pathUsd: pathUsdAbi,
  identityRegistry: identityRegistryAbi,
  reputationRegistry: reputationRegistryAbi,
  validationRegistry: validationRegistryAbi,
  tipSettlement: tipSettlementAbi,
  transferBatch: transferBatchAbi,
  exactPermit2Proxy: exactPermit2ProxyAbi,
  permit2: permit2Abi,
} as const

/**
 * Interface and creation code by contract, of solc 0.8.37 for the EVM of Cancun; the code at rest of those that a development
 * chain is given so. Of Permit2, which is not ours, the code at rest alone.
 */
export const artifacts = {
  developmentDollar: { abi: developmentDollarAbi, bytecode: developmentDollarBytecode },
  pathUsd: { abi: pathUsdAbi, bytecode: pathUsdBytecode, code: pathUsdCode },
  identityRegistry: { abi: identityRegistryAbi, bytecode: identityRegistryBytecode },
  reputationRegistry: { abi: reputationRegistryAbi, bytecode: reputationRegistryBytecode },
  validationRegistry: { abi: validationRegistryAbi, bytecode: validationRegistryBytecode },
  tipSettlement: { abi: tipSettlementAbi, bytecode: tipSettlementBytecode },
  transferBatch: { abi: transferBatchAbi, bytecode: transferBatchBytecode },
  exactPermit2Proxy: { abi: exactPermit2ProxyAbi, bytecode: exactPermit2ProxyBytecode, code: exactPermit2ProxyCode },
  permit2: { abi: permit2Abi, code: permit2Code },
} as const

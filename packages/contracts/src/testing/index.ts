/** Contracts that try a payment system: wallets that are contracts, tokens that misbehave. For tests; worth nothing. */

import { type Deployment, word } from '../deploy.js'
import { contractWalletAbi, contractWalletBytecode } from './generated/contract-wallet.js'
import { feeTokenAbi, feeTokenBytecode } from './generated/fee-token.js'
import { silentTokenAbi, silentTokenBytecode } from './generated/silent-token.js'
import { walletFactoryAbi, walletFactoryBytecode } from './generated/wallet-factory.js'

/** Interface and creation code by contract. Both tokens are devUSD with one vice, under devUSD's EIP-712 name and version. */
export const testArtifacts = {
  contractWallet: { abi: contractWalletAbi, bytecode: contractWalletBytecode },
  walletFactory: { abi: walletFactoryAbi, bytecode: walletFactoryBytecode },
  silentToken: { abi: silentTokenAbi, bytecode: silentTokenBytecode },
  feeToken: { abi: feeTokenAbi, bytecode: feeTokenBytecode },
} as const

/**
 * Creates a wallet that accepts what the key of `owner` signed (ERC-1271), until `refuseFrom` tells it to refuse.
 *
 * @throws TypeError if `owner` is no address.
 */
export function deployContractWallet(owner: string): Deployment {
  return { data: `${contractWalletBytecode}${word(owner)}` }
}

/** Creates a factory of such wallets, at addresses known before they are made (ERC-6492). */
export function deployWalletFactory(): Deployment {
  return { data: walletFactoryBytecode }
}

/** Creates a token that takes an authorisation a second time without a word, and moves nothing. */
export function deploySilentToken(): Deployment {
  return { data: silentTokenBytecode }
}

/** Creates a token that burns a tenth of every transfer, rounded up. */
export function deployFeeToken(): Deployment {
  return { data: feeTokenBytecode }
}

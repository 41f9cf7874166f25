/** What the compiler made of each contract. */

import { developmentDollarAbi, developmentDollarBytecode } from './generated/development-dollar.js'

/** Interfaces by contract, as literal types that ethers, viem and abitype read. */
export const abi = {
  developmentDollar: developmentDollarAbi,
} as const

/** Interface and creation code by contract, of solc 0.8.37 for the EVM of Cancun. */
export const artifacts = {
  developmentDollar: { abi: developmentDollarAbi, bytecode: developmentDollarBytecode },
} as const

/** Solidity contracts, compiled: their interfaces, their code, and what to send to put them on a chain. */

export { abi, artifacts } from './artifacts.js'
export {
  type Deployment,
  deployDevelopmentDollar,
  deployIdentityRegistry,
  deployReputationRegistry,
  deployValidationRegistry,
  type Hex,
  type Placement,
  pathUsdAddress,
  placePathUsd,
} from './deploy.js'

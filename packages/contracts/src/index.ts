/** Solidity contracts, compiled: their interfaces, their code, and what to send to put them on a chain. */

export { abi, artifacts } from './artifacts.js'
export {
  type Deployment,
  deployDevelopmentDollar,
  deployIdentityRegistry,
  deployReputationRegistry,
  deployTipSettlement,
  deployTransferBatch,
  deployValidationRegistry,
  type Hex,
  type InitializedPlacement,
  type Placement,
  pathUsdAddress,
  placeExactPermit2Proxy,
  placePathUsd,
  placePermit2,
} from './deploy.js'
export { type DevelopmentContract, deployForDevelopment, type FixedDeployment } from './development.js'
export { developmentAddresses } from './generated/development-addresses.js'

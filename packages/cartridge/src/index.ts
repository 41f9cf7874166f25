/** Small programs an agent writes while it runs: what they say of themselves, what they may use, how they fail. */

export { CartridgeRejected, CartridgeTrap, type RejectionReason, type TrapReason } from './errors.js'
export { defaultLimits, type Limits, lowestLimits } from './limits.js'
export { type Manifest, ManifestError, manifestSchema, parseManifest } from './manifest.js'
export type { Capability, Kind } from './rewrite/abi.js'

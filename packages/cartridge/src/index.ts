/** Small programs an agent writes while it runs: what they say of themselves, what they may use, how they fail. */

export { CartridgeRejected, CartridgeTrap, type RejectionReason, type TrapReason } from './errors.js'
export { grantedHostSchema, httpHostSchema } from './http-hosts.js'
export { defaultLimits, type Limits, lowestLimits } from './limits.js'
export { type Manifest, ManifestError, manifestSchema, parseManifest, slugSchema } from './manifest.js'
export { type Candidate, createPort, type Port, type PortDeps, type PortOptions, type PortSpec } from './port/port.js'
export { type CandidateName, openPortStore, type PortStore, type StoredCase } from './port/port-store.js'
export {
  type BuildView,
  type CallOrder,
  type CallUse,
  type CallView,
  type CartridgeDraft,
  type CartridgeSummary,
  type CartridgeTest,
  type CartridgeUse,
  type CartridgeView,
  type ChangeOrder,
  type CheckView,
  type CreateOrder,
  callOrderSchema,
  cartridgeTestSchema,
  changeOrderSchema,
  checkOrderSchema,
  createOrderSchema,
  draftSchema,
  type KvEntryView,
  kvOrderSchema,
  type Language,
  type LogLine,
  languages,
  type PortDecision,
  type PortStanding,
  type PortView,
  publishOrderSchema,
  type TemplateView,
  type TestView,
  testRequestSchema,
  type VersionDetail,
  type VersionView,
} from './protocol.js'
export { type Capability, capabilities, type Kind, kinds } from './rewrite/abi.js'
export { findTemplate, type Template, templateManifestSchema } from './templates.js'
export type {
  ActiveCode,
  PublishedCartridge,
  RunningCartridge,
  Workshop,
  WorkshopEvents,
  WorkshopOptions,
} from './workshop/contract.js'
export { guideTo } from './workshop/guide.js'
export { WorkshopError } from './workshop/workshop-error.js'

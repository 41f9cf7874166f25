// biome-ignore-all format: written by the compile script; do not edit.

/** Where each contract is on every development chain, for this version of the contracts. */
export const developmentAddresses = {
  developmentDollar: '0x422490C96a86019794dB17A01AEc8EB41912D0e0',
  identityRegistry: '0x3Dd6F6471774aC8F9DC57304B31F80eC01149207',
  reputationRegistry: '0x916de782660577AdF00523225Fd665e17133E6b2',
  validationRegistry: '0xc55F07C27Fbf664FB13E39051934CbdC4434d72d',
  tipSettlement: '0x4149DFBE244E994D3f8742fa2654086f472D6C0B',
  transferBatch: '0x40A623237905fF0737BfD39Bd1E5f8AA7b3D32fC',
} as const

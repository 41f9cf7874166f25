import { expect, test } from 'vitest'
import * as entry from './index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "abi",
      "artifacts",
      "deployDevelopmentDollar",
      "deployIdentityRegistry",
      "deployReputationRegistry",
      "deployTipSettlement",
      "deployTransferBatch",
      "deployValidationRegistry",
      "pathUsdAddress",
      "placeExactPermit2Proxy",
      "placePathUsd",
      "placePermit2",
      "deployForDevelopment",
      "developmentAddresses",
    ]
  `)
})

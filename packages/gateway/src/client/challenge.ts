/** Reads what an unpaid request is asked, in either version, to offers of one shape. */

import { decodeHeader } from '../wire/base64.js'
import { readBytes } from '../wire/body.js'
import { headerNames } from '../wire/headers.js'
import { chainIdOf, networkOf } from '../wire/networks.js'
import { type JsonObject, paymentRequiredSchema, paymentRequiredV1Schema, type Requirements } from '../wire/objects.js'

/** What is asked. */
export interface ReceivedChallenge {
  readonly version: 1 | 2
  /** As it came, to be sent back where version 2 wants it. */
  readonly offers: readonly { readonly requirements: Requirements; readonly network: string }[]
  readonly extensions: JsonObject
  readonly resource?: unknown
}

/** Longest body that is read for a challenge of version 1. */
const maxBodyBytes = 65_536

/** Reads a 402 or 412. @returns `undefined` if it asks for nothing we understand. */
export async function readChallenge(response: Response): Promise<ReceivedChallenge | undefined> {
  const header = response.headers.get(headerNames.required)
  if (header !== null) {
    const { data } = paymentRequiredSchema.safeParse(decodeHeader(header))
    if (data === undefined) return undefined
    const offers = data.accepts.map((requirements) => ({ requirements, network: requirements.network }))
    return { version: 2, offers, extensions: data.extensions ?? {}, resource: data.resource }
  }
  const { data } = paymentRequiredV1Schema.safeParse(await readJson(response))
  if (data === undefined) return undefined
  const offers = data.accepts.flatMap(
    ({ network, maxAmountRequired, scheme, asset, payTo, maxTimeoutSeconds, extra }) => {
      const chainId = chainIdOf(network)
      if (chainId === undefined) return []
      const requirements = {
        ...{ scheme, network: networkOf(chainId), amount: maxAmountRequired, asset, payTo, extra },
        maxTimeoutSeconds: Math.ceil(maxTimeoutSeconds),
      }
      return [{ requirements, network }]
    },
  )
  return { version: 1, offers, extensions: {} }
}

async function readJson(response: Response): Promise<unknown> {
  const body = await readBytes(response.clone().body, maxBodyBytes)
  try {
    return body && JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

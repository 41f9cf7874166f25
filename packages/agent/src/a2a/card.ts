/** What an agent says of itself to others: its name, its skills, and how it is asked. */

import type { AgentCard, AgentSkill } from '@a2a-js/sdk'
import { duplicateInterfacesForLegacy } from '@a2a-js/sdk/compat/v0_3'
import type { Effect } from '../protocol.js'
import type { Toolbox } from '../toolbox.js'

/** What a card is made from. */
export interface CardInput {
  readonly name: string
  readonly version: string
  /** Where the agent is asked. */
  readonly url: string
  /** What whoever has the token may have done. */
  readonly toolbox: Pick<Toolbox, 'names' | 'effect'>
  /** What anyone may buy. */
  readonly sold?: { readonly extension: string; readonly price: string } | undefined
}

const none = { examples: [], inputModes: [], outputModes: [], securityRequirements: [] }

/** Skills by what tools may change: one each, so that the card tells what the agent can do and not how. */
const skillOf: readonly (readonly [readonly Effect[], Pick<AgentSkill, 'id' | 'name' | 'description' | 'tags'>])[] = [
  [['read'], { id: 'read', name: 'Read', description: 'Reads files, memories and tasks', tags: ['files', 'memory'] }],
  [
    ['write'],
    { id: 'write', name: 'Write', description: 'Writes and changes files, asking its owner', tags: ['files'] },
  ],
  [['execute'], { id: 'run', name: 'Run', description: 'Runs commands, asking its owner', tags: ['shell'] }],
  [
    ['network'],
    { id: 'web', name: 'Web', description: 'Reads the web and asks other agents, asking its owner', tags: ['web'] },
  ],
]

/** Makes a card. */
export function createCard({ name, version, url, toolbox, sold }: CardInput): AgentCard {
  const effects = new Set(toolbox.names.map((tool) => toolbox.effect(tool)))
  const owned = skillOf.filter(([needs]) => needs.some((effect) => effects.has(effect)))
  const chat = { id: 'chat', name: 'Answer', description: 'Answers questions and does tasks in text', tags: ['text'] }
  const price = sold === undefined ? 'It does tasks for its owner.' : `Anyone may buy a task for ${sold.price}.`
  return {
    name,
    description: `An agent of its owner. ${price}`,
    version,
    supportedInterfaces: duplicateInterfacesForLegacy(
      [{ url, protocolBinding: 'JSONRPC', tenant: '', protocolVersion: '1.0' }],
      ['JSONRPC'],
    ),
    provider: undefined,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: false,
      extensions:
        sold === undefined
          ? []
          : [
              {
                uri: sold.extension,
                description: `A task without the token costs ${sold.price}`,
                required: false,
                params: { price: sold.price },
              },
            ],
    },
    securitySchemes: {
      token: {
        scheme: {
          $case: 'httpAuthSecurityScheme',
          value: { description: 'The token of this agent', scheme: 'Bearer', bearerFormat: '' },
        },
      },
    },
    // Either the token, or nothing and a payment.
    securityRequirements: [{ schemes: { token: { list: [] } } }, ...(sold === undefined ? [] : [{ schemes: {} }])],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [chat, ...owned.map(([, skill]) => skill)].map((skill) => ({ ...none, ...skill })),
    signatures: [],
  }
}

/** What an operator can set, with what it is for. */

import { modulesSchema, partnerSchema, policyRuleSchema, turnLimitsSchema } from '@salp/agent'
import { mcpServersSchema } from '@salp/agent/mcp'
import { capabilities, grantedHostSchema } from '@salp/cartridge'
import { z } from 'zod'

const amount = z.string().regex(/^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/, 'an amount in plain digits, such as 0.5')

/** The settings of a node. A value may come from the file `config.json` in the home folder, a `SALP_…` variable or a flag. */
export const settingsSchema = z.object({
  server: z
    .object({
      port: z.number().int().min(0).max(65_535).default(4023).describe('Port to listen on; 0 takes a free one'),
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address to listen on; anything but loopback asks every page for the token'),
      hosts: z.array(z.string()).default([]).describe('Further host names this server answers for'),
      trustLoopback: z
        .boolean()
        .default(true)
        .describe('Signs in whoever opens Studio on this machine without the token'),
    })
    .prefault({}),
  workspace: z.string().default('.').describe('Folder that file tools and commands work in'),
  model: z
    .object({
      url: z.url().optional().meta({ description: 'Any OpenAI-compatible endpoint' }),
      name: z
        .string()
        .optional()
        .meta({ env: 'SALP_MODEL', description: 'Model at that endpoint; found by asking it when absent' }),
      key: z.string().optional().meta({ secret: true, description: 'Key of that endpoint' }),
      gguf: z
        .string()
        .optional()
        .describe('GGUF file of a model that runs in this process; needs node-llama-cpp, and a restart to change'),
      gpuLayers: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe('Layers of that model kept on the GPU; 0 uses none; as many as fit when absent'),
      detect: z.boolean().default(true).describe('Looks for local model servers and for keys in the environment'),
      contextTokens: z.number().int().min(2_048).default(32_768).describe('Context of the model, in tokens'),
      images: z
        .boolean()
        .optional()
        .describe('Whether the model looks at images; guessed from its name when absent, and never of model.gguf'),
      tokenizer: z
        .string()
        .optional()
        .describe('tokenizer.json of the model, for exact counts; they are estimated, and corrected, without it'),
      digests: z
        .boolean()
        .default(true)
        .describe('Has the model sum up turns that no longer fit; without, the sentences that matter are picked'),
    })
    .prefault({}),
  memory: z
    .object({
      sentenceModel: z.string().optional().describe('Folder of an ONNX sentence model, for recall by meaning'),
      wordVectors: z.string().optional().describe('File of converted word vectors, for recall by meaning'),
      vectorWeight: z
        .number()
        .min(0)
        .optional()
        .describe('Weight of meaning against words; "salp memory calibrate" measures it'),
      likeness: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Cosine from which a record answers by meaning alone; measured too'),
      notes: z
        .string()
        .optional()
        .describe('Folder of Markdown notes that the memory follows, and writes its pages to'),
      readPerDay: z
        .number()
        .int()
        .min(0)
        .default(0)
        .describe('Records a day that the language model may read for names and relations; it costs tokens'),
    })
    .prefault({}),
  agent: z
    .object({
      name: z.string().default('Salp').describe('Name the agent goes by'),
      instructions: z.string().optional().describe('Words on how to behave'),
      approvalExpiryMs: z.number().positive().default(86_400_000).describe('How long a person has to approve, in ms'),
      policy: z
        .array(policyRuleSchema)
        .default([])
        .describe('Rules on what may run without asking; the first that fits decides'),
      airGap: z
        .boolean()
        .default(false)
        .describe('Keeps everything on this machine: web, commands, servers of tools, other agents and money'),
      secrets: z
        .array(z.string().regex(/^[A-Za-z_]\w*$/))
        .default([])
        .describe(
          'Names of variables that commands may use as $NAME, each time with your approval; the model never reads them',
        ),
      taint: z
        .boolean()
        .default(true)
        .describe('Asks about commands, messages, payments and memories that words of strangers may have decided'),
      secondKeys: z
        .record(z.string().regex(/^[\w-]{1,40}$/), partnerSchema)
        .default({})
        .describe(
          'Agents whose owners give second keys and may ask for yours: url and publicKey by name; hosts of this network need a2a.allowHosts',
        ),
      limits: turnLimitsSchema.prefault({}),
      temperature: z
        .number()
        .min(0)
        .max(2)
        .optional()
        .describe("Base temperature of the model, which the substrate moves; the model's own when absent"),
      sandbox: z
        .enum(['auto', 'off', 'require'])
        .default('auto')
        .describe('Keeps commands to the workspace, by bubblewrap where that works; "require" does not start without'),
      sandboxNetwork: z.boolean().default(true).describe('Whether commands in the sandbox reach the network'),
      wholeReplies: z
        .boolean()
        .default(false)
        .describe('Lets the file changes of one reply count together: when one fails, the others are undone'),
      modules: modulesSchema.prefault({}),
      injections: z
        .object({
          unreliableTools: z.boolean().default(false).describe('Tells the model which tools fail more often than not'),
          entries: z.boolean().default(false).describe('Tells the model what matters most on the blackboard'),
          lessons: z.boolean().default(false).describe('Tells the model which tool worked better than another'),
        })
        .prefault({}),
    })
    .prefault({}),
  wallet: z
    .object({
      chain: z
        .enum(['local', 'tempo', 'base', 'base-sepolia', 'off'])
        .default('local')
        .describe('Where money moves; "local" is a development chain on this machine, whose money is worth nothing'),
      rpcUrl: z.url().optional().meta({ secret: true, description: 'Node of that chain; a public one when absent' }),
      name: z.string().default('main').describe('Keystore that the agent pays with'),
      passphraseFile: z.string().optional().describe('File that holds the passphrase, readable by its owner alone'),
      passphraseCommand: z
        .tuple([z.string()], z.string())
        .optional()
        .describe('Program and arguments that print the passphrase, such as a keychain'),
      ceiling: amount.default('1').describe('Most for one payment, in units of each token'),
      askAbove: amount.default('0.1').describe('Payments above this need a word from you'),
      perDay: amount.default('5').describe('Most in a day of UTC'),
      perPayeeDay: amount.default('2').describe('Most to one payee in a day'),
      perTask: amount.default('2').describe('Most for one task, ever'),
      payees: z.array(z.string()).optional().describe('Addresses that may be paid; any when absent'),
      maxGwei: z.number().positive().default(100).describe('Most that a unit of gas may cost, in gwei'),
    })
    .prefault({}),
  gateway: z
    .object({
      payTo: z.string().optional().describe('Address that is paid; the wallet itself when absent'),
      facilitatorUrl: z.url().optional().describe('Facilitator that checks and settles; the wallet itself when absent'),
      facilitatorToken: z.string().optional().meta({ secret: true, description: 'Token for that facilitator' }),
      facilitateFor: z.array(z.string().min(16)).default([]).meta({
        secret: true,
        description:
          'Tokens of others who may have payments checked and settled here, below /facilitator; the gas is yours',
      }),
      grouped: z.boolean().default(false).describe('Lets payments that wait share a transaction, where the chain can'),
      creditLimit: amount
        .default('0.1')
        .describe('Most that one payer may owe to endpoints of mode "deferred", in units; then it pays first'),
      publicUrl: z.url().optional().describe('Address under which others reach this node'),
      chatPrice: z
        .string()
        .optional()
        .describe('Sells the language model at POST /v1/chat/completions for this much a request, such as "$0.01"'),
      allowHosts: z
        .array(z.string())
        .default([])
        .describe('Hosts, or host:port, on this machine or its network that endpoints may lead to'),
    })
    .prefault({}),
  cartridges: z
    .object({
      grants: z
        .array(z.enum(capabilities))
        .default([...capabilities])
        .describe('What cartridges may be allowed beyond computing, each for itself'),
      httpHosts: z
        .array(grantedHostSchema)
        .default([])
        .describe('Other machines that cartridges may ask, such as api.example.com; by https: unless it says http://'),
    })
    .prefault({}),
  mcp: z
    .object({
      servers: mcpServersSchema.default({}).meta({
        secret: true,
        description: 'Servers of tools, by name: a command, or a url; every call is asked about unless one is trusted',
      }),
      prices: z
        .record(z.string(), z.string())
        .default({})
        .describe('Sells tools at /mcp to whoever has no token: price by name, such as {"recall": "$0.01"}'),
    })
    .prefault({}),
  a2a: z
    .object({
      taskPrice: z
        .string()
        .regex(/^\$?(?:0|[1-9]\d*)(?:\.\d+)?$/, 'a price such as "$0.02"')
        .optional()
        .describe('Sells tasks to other agents without the token for this much each, such as "$0.02"'),
      strangersTools: z
        .array(z.string())
        .default([])
        .describe('Tools that a task which was bought may use, as far as nobody has to approve; none as a rule'),
      peers: z
        .record(z.string().regex(/^[\w-]{1,40}$/), z.url({ protocol: /^https?$/ }))
        .default({})
        .describe('Other agents by the names that yours calls them, with their addresses'),
      allowHosts: z
        .array(z.string())
        .default([])
        .describe('Hosts, or host:port, on this machine or its network where other agents may be asked and told'),
    })
    .prefault({}),
  push: z
    .object({
      contact: z
        .url({ protocol: /^(?:mailto|https)$/ })
        .default('mailto:operator@example.org')
        .describe('Address of yours, mailto: or https:, that the push services of browsers may write to'),
      allowHosts: z
        .array(z.string())
        .default([])
        .describe('Hosts, or host:port, on this machine or its network that may be push services'),
    })
    .prefault({}),
  benchmark: z
    .object({
      problems: z
        .string()
        .optional()
        .describe('Folder of the problems of the benchmark; those of the clone that the program runs from when absent'),
    })
    .prefault({}),
  log: z
    .object({
      level: z
        .enum(['error', 'warn', 'info', 'debug', 'silent'])
        .default('info')
        .describe('How much is written to logs/node.log'),
    })
    .prefault({}),
})

/** The settings of a node. */
export type Settings = z.infer<typeof settingsSchema>

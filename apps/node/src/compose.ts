/** The parts list of a node: everything it is made of, created in order, closed in reverse. */

import { createHash } from 'node:crypto'
import { join, resolve, sep } from 'node:path'
import {
  type Agent,
  type AgentStatus,
  type Autonomy,
  agentMigrations,
  agentSources,
  createActivities,
  createAgent,
  createAgentApi,
  createAutonomy,
  createCartridgeTools,
  createDeliveries,
  createModelApi,
  createReviewer,
  createRoutines,
  createRoutineTools,
  createSecondKeys,
  createSplitTool,
  createSynthesisTool,
  deliveryMigrations,
  pushMigrations,
  type Routines,
  routineMigrations,
  rpcRoutes,
  secondKeyRoutes,
} from '@salp/agent'
import { acpRoutes, placesMigrations } from '@salp/agent/acp'
import {
  createMcpService,
  mcpCallbackRoutes,
  mcpLineRoutes,
  mcpMigrations,
  mcpServerRoutes,
  serveMcp,
} from '@salp/agent/mcp'
import {
  createLocalTools,
  createLook,
  createWorkspace,
  openGitCheckout,
  openUndoLog,
  secretValues,
  setApart,
  withSpeculation,
} from '@salp/agent/node'
import { createEventBus, createIdSource, createRedactor, migrate, type ResolvedConfig } from '@salp/core'
import { createLogger, createSystemRng, openDatabase, systemClock } from '@salp/core/node'
import { createExperience, createMemory, type MemoryEvents, memoryMigrations } from '@salp/memory'
import { createExtractor } from '@salp/memory/ai'
import { modelsMigrations } from '@salp/models'
import { openExperienceLog } from '@salp/models/nets/node'
import { openEmbedder, openTokenCounter } from '@salp/models/node'
import type { Hono } from 'hono'
import { createA2a } from './a2a/a2a.js'
import { keptOffline } from './air-gap.js'
import { openBenchmark } from './benchmark/benchmark.js'
import { benchmarkRoutes } from './benchmark/routes.js'
import { openCartridges, sellCartridges } from './cartridges/cartridges.js'
import { cartridgeRoutes } from './cartridges/routes.js'
import { serveCartridges } from './cartridges/serve.js'
import { connectModels } from './connect-models.js'
import { discreetMemory } from './discreet-memory.js'
import type { Home } from './home.js'
import { createJournal, createWorkJournal } from './journal.js'
import { openCredentials } from './mcp/credentials.js'
import { createMcp, publicAddresses } from './mcp/mcp.js'
import { sellTools } from './mcp/paid-tools.js'
import { readableParts } from './mcp/resources.js'
import { createEmbedding } from './meaning.js'
import { createBuyTool } from './money/buy-tool.js'
import { createMoney } from './money/money.js'
import { paidModel } from './money/paid-model.js'
import { moneyRoutes } from './money/routes.js'
import { serveShop } from './money/serve-shop.js'
import { openNets } from './nets.js'
import { openNotes } from './notes.js'
import { openPause } from './pause.js'
import { openPolicy } from './policy.js'
import { openPush } from './push/push.js'
import { openSandbox } from './sandbox.js'
import { openSealer } from './sealer.js'
import type { Settings } from './settings.js'
import { createStepKeeper } from './steps.js'
import { playerPage, serveStudio } from './studio.js'
import { synthesisRoutes } from './synthesis/routes.js'
import { createSearches } from './synthesis/searches.js'
import { openSynthesizer } from './synthesis/synthesizer.js'
import { undoRoutes } from './undo-routes.js'
import { createUpkeep } from './upkeep.js'

/** A node that is ready to be served. */
export interface Node {
  readonly app: Hono
  readonly agent: Agent
  /** Goes on with open turns, and looks for models. @param url - Where it is served. */
  start(url: string): void
  /** Suspends turns and closes everything. May be called twice. */
  close(): Promise<void>
}

/** What a node is made from. */
export interface NodeDeps {
  readonly home: Home
  readonly config: ResolvedConfig<Settings>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
}

/** Composes a node. Nothing runs before `start()`. */
export async function compose({ home, config, environment, version }: NodeDeps): Promise<Node> {
  const settings = keptOffline(config.value)
  const { airGap } = settings.agent
  const clock = systemClock
  const workFolder = join(home.path, 'work')
  // What is made for tasks lies in the home folder, which no other session may touch.
  const protect = (folder: string): string[] => (folder.startsWith(`${workFolder}${sep}`) ? [] : [home.path])
  const undo = openUndoLog({ clock }, { folder: join(home.path, 'undo'), protect })
  const workspace = withSpeculation(
    undo.watch(await createWorkspace(resolve(settings.workspace), { protect: [home.path] })),
  )
  const rng = createSystemRng()
  const ids = createIdSource({ clock, rng: rng.fork('ids') })
  const { apart: secrets, rest: toolEnvironment } = setApart(environment, settings.agent.secrets)
  const redactor = createRedactor({ secrets: [...secretValues(environment), ...Object.values(secrets), home.token] })
  const log = createLogger({ level: settings.log.level, destination: home.log, redactor })
  const db = openDatabase(home.database)
  migrate(db, 'memory', memoryMigrations)
  migrate(db, 'models', modelsMigrations)
  migrate(db, 'agent', agentMigrations)
  migrate(db, 'agent-places', placesMigrations)
  migrate(db, 'agent-routines', routineMigrations)
  migrate(db, 'agent-mcp', mcpMigrations)
  migrate(db, 'agent-deliveries', deliveryMigrations)
  migrate(db, 'agent-push', pushMigrations)

  const memoryEvents = createEventBus<MemoryEvents>({
    onError: (error, event) => log.warn('A listener failed', { event, error }),
  })
  const models = connectModels(
    { db, clock, rng, log: log.child('models'), fetch: globalThis.fetch, environment: airGap ? {} : environment },
    settings.model,
  )
  const { tokenizer, digests } = settings.model
  const countTokens = tokenizer === undefined ? undefined : await openTokenCounter(tokenizer)
  const isLanguageModel = (): boolean => !models.status().model.reflex
  const { vectorWeight, likeness, notes: notesFolder, readPerDay } = settings.memory
  const embedder = await openEmbedder(settings.memory)
  const extractor = readPerDay === 0 ? undefined : createExtractor({ model: models.model, modelId: 'cascade' })
  const memory = discreetMemory(
    createMemory(
      { db, clock, ids, events: memoryEvents, embedder, extractor },
      {
        tuning: {
          ...(vectorWeight !== undefined && { vectors: vectorWeight }),
          ...(likeness !== undefined && { likeness }),
        },
      },
    ),
    redactor,
  )
  const embedding = embedder && createEmbedding({ memory, events: memoryEvents, log: log.child('memory') })
  const experience = createExperience({ db, memory, clock }, { episodes: 'episodes' })
  const notes =
    notesFolder === undefined
      ? undefined
      : await openNotes({ db, memory, events: memoryEvents, clock, log: log.child('notes') }, notesFolder)
  const money = createMoney(
    { db, clock, ids, log: log.child('money'), folder: home.path, secret: home.token },
    settings,
  )
  const cartridges = await openCartridges(
    { db, clock, rng: rng.fork('cartridges'), log: log.child('cartridges'), folder: home.path, money },
    settings,
  )
  const sandbox = await openSandbox({ home, environment, log }, settings)
  const policy = openPolicy({ folder: home.path, log: log.child('policy') })
  const { GITHUB_TOKEN: token } = environment
  const maps = join(home.path, 'maps')
  const mcp = createMcp(
    {
      db,
      clock,
      log: log.child('mcp'),
      version,
      credentials: openCredentials(join(home.path, 'keystore')),
      model: models.model,
      environment: toolEnvironment,
      secrets,
      maps,
      protect,
      sandbox,
      watch: undo.watch,
      airGap,
    },
    { ...settings.mcp, folder: workspace.root, publicUrl: settings.gateway.publicUrl },
  )
  const pause = openPause(home.pause)
  const paused = pause.reason
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  const a2a = createA2a(
    {
      ...{
        db,
        clock,
        rng: rng.fork('a2a'),
        ids,
        log: log.child('a2a'),
        redactor,
        sha256,
        model: models.model,
        paused,
        policy,
      },
      ...{ folder: home.path, money, version },
    },
    settings,
  )
  const { sealer, signer } = openSealer(join(home.path, 'keystore'))
  const partners = settings.agent.secondKeys
  const secondKey = createSecondKeys({ fetch: a2a.fetch, clock, signer }, { partners })
  const agent: Agent = createAgent(
    {
      db,
      clock,
      rng,
      ids,
      log: log.child('agent'),
      redactor,
      sha256,
      sealer,
      secondKey,
      model: models.model,
      ...(countTokens !== undefined && { tokens: { count: countTokens, learn: () => undefined } }),
      summarizer: digests ? { model: models.model, available: isLanguageModel } : undefined,
      memory,
      speculator: settings.agent.wholeReplies ? workspace : undefined,
      forecaster: cartridges.ports.forecaster,
      tools(parts) {
        mcp.attend(parts.questions)
        return [
          ...createLocalTools({
            ...parts,
            workspace,
            clock,
            environment: toolEnvironment,
            secrets,
            sandbox,
            maps,
            github: token === undefined ? undefined : { token, fetch: globalThis.fetch },
            memory,
            status: () => status(),
          }),
          ...createCartridgeTools({ cartridges: cartridges.workshop, ports: cartridges.ports.list }),
          ...(money === undefined ? [] : [createBuyTool({ money }, settings.gateway)]),
          ...createRoutineTools({
            add: (input) => routines.add(input),
            list: () => routines.list(),
            remove: (id) => routines.remove(id),
          }),
          createSplitTool({ split: (sessionId, tasks) => autonomy.split(sessionId, tasks) }),
          createSynthesisTool({ synthesizer: openSynthesizer({ folder: home.path }) }),
          a2a.tool,
        ]
      },
      surroundings: mcp.surroundings,
      policy,
      paused,
      within: undo.within,
    },
    {
      ...settings.agent,
      workspace: workspace.root,
      contextTokens: settings.model.contextTokens,
      airGap: airGap ? { commandsHeld: sandbox !== undefined } : undefined,
    },
  )
  const writeEpisode = createJournal({ experience, log: log.child('journal') })
  const writeSteps = createStepKeeper({
    experience: openExperienceLog({ folder: join(home.path, 'experience') }),
    log: log.child('steps'),
  })
  const stopKeeping = agent.events.subscribe('turn:finished', ({ turnId }) => {
    const turn = agent.store.turnEvents(turnId)
    writeEpisode(turn)
    writeSteps(turn)
  })
  const checkout = openGitCheckout(
    { clock, environment: toolEnvironment, sandbox, airGap },
    { folder: workFolder, repository: workspace.root },
  )
  const autonomy: Autonomy = createAutonomy({
    ...{ db, clock, log: log.child('autonomy'), agent, checkout, places: mcp.places, paused },
    reviewer: createReviewer(models.model, isLanguageModel),
    ended: createWorkJournal({ experience, log: log.child('journal') }),
  })
  const routines: Routines = createRoutines({
    ...{ db, clock, ids, log: log.child('routines'), agent, autonomy, paused },
    look: createLook({ folder: workspace.root, protect: [home.path], airGap }),
  })
  const searches = createSearches({ clock, paused }, { folder: home.path })
  const benchmark = openBenchmark(
    { clock, log: log.child('benchmark'), paused },
    { folder: home.path, problems: settings.benchmark.problems },
  )
  const activities = createActivities({
    sources: [
      ...agentSources({ agent, autonomy }),
      ...[...a2a.sources, cartridges.source, searches.source, benchmark.source],
    ],
    pause,
    log: log.child('activities'),
  })
  const push = openPush(
    { db, clock, log: log.child('push'), redactor, agent, autonomy, keystore: join(home.path, 'keystore') },
    settings,
  )
  const upkeep = createUpkeep(
    { memory, experience, clock, log: log.child('upkeep'), busy: () => agent.store.openTurns().length > 0 },
    { stamp: join(home.path, 'upkeep'), readPerDay },
  )
  const startedAt = clock.monotonic()
  const status = async (): Promise<AgentStatus> => ({
    version,
    home: home.path,
    workspace: workspace.root,
    uptimeMs: Math.round(clock.monotonic() - startedAt),
    ...models.status(),
    regime: agent.substrate().regime.name,
    counts: {
      memories: (await memory.stats()).records,
      openTasks: agent.tasks.list('open').length,
      sessions: agent.store.count(),
      pendingApprovals: agent.approvals.pending().length,
    },
  })
  const loopback =
    settings.server.host === '127.0.0.1' || settings.server.host === '::1' || settings.server.host === 'localhost'
  const access = {
    token: home.token,
    hosts: ['127.0.0.1', 'localhost', '[::1]', ...(loopback ? [] : [settings.server.host]), ...settings.server.hosts],
    trustLoopback: loopback && settings.server.trustLoopback,
  }
  const { chatPrice, publicUrl } = settings.gateway
  const sellsTools = money !== undefined && Object.keys(settings.mcp.prices).length > 0
  const mcpParts = { clock, ids, log: log.child('mcp') }
  const service = createMcpService({
    ...{ ...mcpParts, agent, memory, version },
    resources: readableParts({ agent, memory, cartridges: cartridges.workshop }),
    shop: sellsTools ? sellTools({ money }, settings.mcp.prices) : undefined,
  })
  const app = createAgentApi(
    {
      ...{ agent, autonomy, routines, memory, model: models.model, clock, ids, log: log.child('http'), status },
      ...{ activities, push, deliveries: createDeliveries({ db, clock }) },
      ...{ config: config.entries, version, nets: openNets(join(home.path, 'models', 'nets'), log.child('nets')) },
      routes: [
        ...cartridgeRoutes(cartridges),
        ...(money === undefined ? [] : moneyRoutes(money, settings)),
        ...mcpServerRoutes(mcp.servers),
        ...mcpCallbackRoutes(mcp.servers, publicAddresses(publicUrl)),
        ...mcpLineRoutes({ ...mcpParts, service }),
        ...secondKeyRoutes({ agent, clock, signer, sha256, partners }),
        ...undoRoutes({ undo, audit: agent.audit }),
        ...synthesisRoutes({ searches, log: log.child('synthesis') }),
        ...benchmarkRoutes({ benchmark, clock }),
        ...a2a.routes,
        ...rpcRoutes({ agent, memory, autonomy, routines, clock, ids, log: log.child('rpc'), status, version }),
        ...acpRoutes(
          { agent, places: mcp.places, memory, clock, ids, log: log.child('acp'), status, version },
          { contextTokens: settings.model.contextTokens },
        ),
      ],
      visitor:
        money === undefined || chatPrice === undefined
          ? undefined
          : paidModel(
              { money, model: createModelApi({ model: models.model, clock, ids, log: log.child('model') }) },
              { price: chatPrice, publicOrigin: publicUrl },
            ),
    },
    access,
  )
  serveMcp(app, { ...mcpParts, service }, { access, visitors: sellsTools, publicOrigin: publicUrl })
  if (money !== undefined) serveShop(app, money)
  serveCartridges(app, {
    ...{ workshop: cartridges.workshop, sell: sellCartridges(money, settings), player: playerPage },
    log: log.child('cartridges'),
  })
  a2a.serve(agent, app, access)
  serveStudio(app, access)

  return {
    app,
    agent,
    start(url) {
      void models.warmUp()
      cartridges.ports.start()
      embedding?.start()
      notes?.start()
      mcp.start(url)
      agent.start()
      autonomy.start()
      routines.start()
      push?.start()
      upkeep.start()
      money?.start()
      a2a.start()
    },
    async close() {
      await benchmark.close()
      await searches.close()
      await routines.close()
      await push?.close()
      await autonomy.close()
      await service.close()
      await a2a.close()
      await agent.close()
      await mcp.close()
      stopKeeping()
      await upkeep.close()
      await notes?.close()
      await embedding?.close()
      await embedder?.close()
      await cartridges.close()
      await money?.close()
      await models.close()
      db.close()
      home.release()
    },
  }
}

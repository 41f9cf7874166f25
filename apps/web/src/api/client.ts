/** Typed requests to the node that serves this page. Its answers are trusted. */

import type {
  AboutView,
  AgentEvent,
  AgentStatus,
  Approval,
  CurationView,
  Decision,
  FoundRecord,
  MemoryChange,
  NameGraphView,
  NetView,
  Now,
  PushDevice,
  PushOrder,
  PushOutcome,
  PushView,
  Question,
  RememberedRecord,
  Routine,
  SessionSummary,
  StrangerTask,
  Task,
  Work,
  WorkOrder,
} from '@salp/agent'
import type {
  BuildView,
  CallOrder,
  CallView,
  CartridgeSummary,
  CartridgeView,
  ChangeOrder,
  CheckView,
  CreateOrder,
  Language,
  LogLine,
  PortView,
  TemplateView,
  TestView,
  VersionDetail,
} from '@salp/cartridge'
import type { SubstrateState } from '@salp/cognition'
import type {
  AnalyticsRow,
  GatewayView,
  PaymentView,
  PayOrder,
  PayOutcome,
  ReceiptView,
  WalletView,
} from '@salp/gateway'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type {
  AnalyticsQuery,
  AuditReport,
  BenchmarkOrder,
  BenchmarkView,
  CartridgeModule,
  CheckOrder,
  ComparisonView,
  CurationOrder,
  EndpointOrder,
  KvPage,
  KvQuery,
  MemoryQuery,
  NewMemory,
  ProblemDetail,
  ProblemSummary,
  RunSummary,
  RunView,
  SearchOrder,
  SearchOutcome,
  SearchProgress,
  SessionDetail,
  SoldEndpoint,
  SolverRating,
  SynthesisView,
  TaskChange,
} from './contracts.js'
import { ApiError, parseProblemDetails } from './problem.js'

/** What the client asks of the application. */
export interface ApiDeps {
  readonly fetch: typeof fetch
}

/** Options of a request that may be abandoned. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined
}

/** Every request Studio makes, except the streams that come back by themselves. */
export type Api = ReturnType<typeof createApi>

/** Creates the client. Each method rejects with an {@link ApiError}, or with the signal's reason. */
export function createApi({ fetch }: ApiDeps) {
  async function request<Answer>(method: string, path: string, body?: unknown, { signal }: Abortable = {}) {
    const response = await send(method, path, body, { signal })
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }
  async function send(method: string, path: string, body: unknown, { signal }: Abortable): Promise<Response> {
    const response = await fetch(path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    }).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new ApiError(0, 'Salp cannot be reached', { cause })
    })
    if (response.ok) return response
    const { title, detail, code } = parseProblemDetails(await response.text())
    throw new ApiError(response.status, detail ?? title ?? `Salp refused the request (${response.status})`, { code })
  }
  const at = (collection: string, id: string | number) => `/api/${collection}/${encodeURIComponent(id)}`
  const query = (values: Readonly<Record<string, string | number | undefined>>) => {
    const used = Object.entries(values).filter(([, value]) => value !== '' && value !== undefined)
    return new URLSearchParams(used.map(([name, value]) => [name, String(value)])).toString()
  }

  return {
    status: (options?: Abortable) => request<AgentStatus>('GET', '/api/status', undefined, options),
    substrate: (options?: Abortable) => request<SubstrateState>('GET', '/api/substrate', undefined, options),
    /** What the substrate made of the newest calls, with changes of regime and replies kept or undone, in order. */
    mindRecord: (limit: number, options?: Abortable) =>
      request<{ events: AgentEvent[] }>('GET', `/api/cognition/record?${query({ limit })}`, undefined, options),
    settings: (options?: Abortable) =>
      request<{ entries: { path: string; value: unknown }[] }>('GET', '/api/config', undefined, options),
    audit: (limit: number, options?: Abortable) =>
      request<AuditReport>('GET', `/api/audit?${query({ limit })}`, undefined, options),

    sessions: (options?: Abortable) =>
      request<{ sessions: SessionSummary[] }>('GET', '/api/sessions?limit=100', undefined, options),
    session: (id: string, options?: Abortable) => request<SessionDetail>('GET', at('sessions', id), undefined, options),
    createSession: () => request<SessionSummary>('POST', '/api/sessions', {}),
    renameSession: (id: string, title: string) => request<unknown>('PATCH', at('sessions', id), { title }),
    deleteSession: (id: string) => request<unknown>('DELETE', at('sessions', id)),
    stop: (id: string) => request<unknown>('POST', `${at('sessions', id)}/stop`),

    /** Says something once: a message of an id that was taken before is not taken again. */
    sendMessage: (message: { readonly id: string; readonly sessionId: string; readonly text: string }) =>
      request<unknown>('POST', '/api/messages', message),

    now: (options?: Abortable) => request<Now>('GET', '/api/now', undefined, options),
    stopActivity: (id: string) => request<unknown>('POST', '/api/now/stop', { id }),
    /** Pauses, then stops everything; tells what could not be stopped. */
    stopAll: () => request<{ stopped: number; failed: string[] }>('POST', '/api/now/stop-all', {}),
    pause: () => request<unknown>('POST', '/api/pause', {}),
    resume: () => request<unknown>('DELETE', '/api/pause'),
    routines: (options?: Abortable) => request<{ routines: Routine[] }>('GET', '/api/routines', undefined, options),
    /** Lets a routine rest, or go on. */
    enableRoutine: (id: number, enabled: boolean) => request<Routine>('PATCH', at('routines', id), { enabled }),
    strangers: (options?: Abortable) =>
      request<{ tasks: StrangerTask[] }>('GET', '/api/a2a/strangers?limit=20', undefined, options),

    push: (options?: Abortable) => request<PushView>('GET', '/api/push', undefined, options),
    subscribePush: (order: PushOrder) => request<PushDevice>('POST', '/api/push/subscribe', order),
    unsubscribePush: (endpoint: string) => request<unknown>('POST', '/api/push/unsubscribe', { endpoint }),
    testPush: (endpoint: string) => request<{ outcome: PushOutcome }>('POST', '/api/push/test', { endpoint }),
    signOut: () => request<unknown>('POST', '/api/sign-out'),

    approvals: (options?: Abortable) => request<{ approvals: Approval[] }>('GET', '/api/approvals', undefined, options),
    decide: (id: string, decision: Partial<Decision> & Pick<Decision, 'decision'>) =>
      request<unknown>('POST', at('approvals', id), decision),
    questions: (options?: Abortable) => request<{ questions: Question[] }>('GET', '/api/questions', undefined, options),
    answer: (id: string, answer: string) => request<unknown>('POST', at('questions', id), { answer }),

    memories: (asked: MemoryQuery, options?: Abortable) =>
      request<{ hits: FoundRecord[]; next?: string }>('GET', `/api/memory?${query({ ...asked })}`, undefined, options),
    memoryDays: (asked: MemoryQuery & { readonly offsetMs: number }, options?: Abortable) =>
      request<{ days: { day: number; records: number }[] }>(
        'GET',
        `/api/memory/timeline?${query({ ...asked })}`,
        undefined,
        options,
      ),
    memory: (id: string, options?: Abortable) => request<RememberedRecord>('GET', at('memory', id), undefined, options),
    memoryVersions: (id: string, options?: Abortable) =>
      request<{ hits: FoundRecord[] }>('GET', `${at('memory', id)}/history`, undefined, options),
    names: (options?: Abortable) => request<NameGraphView>('GET', '/api/memory/graph', undefined, options),
    aboutName: (name: string, options?: Abortable) =>
      request<AboutView>('GET', `/api/memory/about?${query({ name })}`, undefined, options),
    changeMemory: (id: string, change: MemoryChange) => request<RememberedRecord>('PATCH', at('memory', id), change),
    reopenMemory: (id: string) => request<RememberedRecord>('POST', `${at('memory', id)}/reopen`),
    supersedeMemory: (id: string, by: string) =>
      request<RememberedRecord>('POST', `${at('memory', id)}/supersede`, { by }),
    curateMemory: (order: CurationOrder, options?: Abortable) =>
      request<CurationView>('POST', '/api/memory/curate', order, options),
    addMemory: (memory: NewMemory) => request<unknown>('POST', '/api/memory', memory),
    /** Forgets a record; with `versions`, those whose place it took too. */
    forgetMemory: (id: string, versions = false) =>
      request<unknown>('DELETE', versions ? `${at('memory', id)}?versions=true` : at('memory', id)),

    nets: (options?: Abortable) => request<{ nets: NetView[] }>('GET', '/api/nets', undefined, options),
    rollBackNet: (name: string) => request<{ current: number }>('POST', `${at('nets', name)}/rollback`),

    tasks: (options?: Abortable) => request<{ tasks: Task[] }>('GET', '/api/tasks?status=all', undefined, options),
    createTask: (task: { title: string; notes?: string }) => request<unknown>('POST', '/api/tasks', task),
    updateTask: (id: number, change: TaskChange) => request<unknown>('PATCH', at('tasks', id), change),
    deleteTask: (id: number) => request<unknown>('DELETE', at('tasks', id)),
    work: (options?: Abortable) => request<{ work: Work[] }>('GET', '/api/work', undefined, options),
    startWork: (id: number, order: WorkOrder) => request<Work>('POST', `${at('tasks', id)}/work`, order),
    stopWork: (id: number) => request<Work>('POST', `${at('tasks', id)}/work/stop`),

    wallet: (options?: Abortable) => request<WalletView>('GET', '/api/wallet', undefined, options),
    /** Receipts newest first, those before a moment where one is given. */
    receipts: (asked: { readonly limit: number; readonly before?: number | undefined }, options?: Abortable) =>
      request<{ receipts: ReceiptView[] }>('GET', `/api/wallet/receipts?${query({ ...asked })}`, undefined, options),
    faucet: () => request<{ transactions: string[] }>('POST', '/api/wallet/faucet'),
    /** Registers this agent on the chain. */
    registerIdentity: () => request<unknown>('POST', '/api/wallet/identity'),
    pay: (order: PayOrder) => request<PayOutcome>('POST', '/api/wallet/pay', order),

    gateway: (options?: Abortable) => request<GatewayView>('GET', '/api/gateway', undefined, options),
    /** Every endpoint, page after page. */
    async endpoints(options?: Abortable): Promise<SoldEndpoint[]> {
      const all: SoldEndpoint[] = []
      for (let after: string | null = ''; after !== null; ) {
        const page: { endpoints: SoldEndpoint[]; next: string | null } = await request(
          'GET',
          `/api/gateway/endpoints?${query({ limit: 500, after })}`,
          undefined,
          options,
        )
        all.push(...page.endpoints)
        after = page.next
      }
      return all
    },
    createEndpoint: (order: EndpointOrder) => request<SoldEndpoint>('POST', '/api/gateway/endpoints', order),
    changeEndpoint: (slug: string, change: Omit<EndpointOrder, 'slug'>) =>
      request<SoldEndpoint>('PATCH', at('gateway/endpoints', slug), change),
    removeEndpoint: (slug: string) => request<unknown>('DELETE', at('gateway/endpoints', slug)),
    analytics: (asked: AnalyticsQuery, options?: Abortable) =>
      request<{ rows: AnalyticsRow[] }>('GET', `/api/gateway/analytics?${query({ ...asked })}`, undefined, options),
    payments: (limit: number, options?: Abortable) =>
      request<{ payments: PaymentView[] }>('GET', `/api/gateway/payments?${query({ limit })}`, undefined, options),

    cartridges: (options?: Abortable) =>
      request<{ cartridges: CartridgeSummary[]; templates: TemplateView[]; languages: Language[] }>(
        'GET',
        '/api/cartridges',
        undefined,
        options,
      ),
    cartridge: (id: string, options?: Abortable) =>
      request<CartridgeView>('GET', at('cartridges', id), undefined, options),
    createCartridge: (order: CreateOrder) => request<CartridgeView>('POST', '/api/cartridges', order),
    changeCartridge: (id: string, change: ChangeOrder) => request<CartridgeView>('PATCH', at('cartridges', id), change),
    deleteCartridge: (id: string) => request<unknown>('DELETE', at('cartridges', id)),
    checkSource: (order: CheckOrder, options?: Abortable) =>
      request<CheckView>('POST', '/api/cartridges/check', order, options),
    buildCartridge: (id: string) => request<BuildView>('POST', `${at('cartridges', id)}/build`),
    testCartridge: (id: string) => request<{ tests: TestView[] }>('POST', `${at('cartridges', id)}/test`),
    callCartridge: (id: string, order: CallOrder, options?: Abortable) =>
      request<CallView>('POST', `${at('cartridges', id)}/call`, order, options),
    rollBackCartridge: (id: string) => request<CartridgeView>('POST', `${at('cartridges', id)}/rollback`),
    activateCartridge: (id: string, version: number) =>
      request<CartridgeView>('POST', `${at('cartridges', id)}/activate`, { version }),
    publishCartridge: (id: string, order: { readonly published: boolean; readonly price: string | null }) =>
      request<CartridgeView>('POST', `${at('cartridges', id)}/publish`, order),
    cartridgeVersion: (id: string, version: number, options?: Abortable) =>
      request<VersionDetail>('GET', `${at('cartridges', id)}/versions/${version}`, undefined, options),
    /** What the active version runs from. */
    async cartridgeModule(id: string, options: Abortable = {}): Promise<CartridgeModule> {
      const response = await send('GET', `${at('cartridges', id)}/module`, undefined, options)
      return {
        version: Number(response.headers.get('x-cartridge-version')),
        bytes: new Uint8Array(await response.arrayBuffer()),
      }
    },
    cartridgeLogs: (id: string, after: number, options?: Abortable) =>
      request<{ lines: LogLine[] }>('GET', `${at('cartridges', id)}/logs?${query({ after })}`, undefined, options),
    cartridgeKeys: (id: string, asked: KvQuery, options?: Abortable) =>
      request<KvPage>('GET', `${at('cartridges', id)}/kv?${query({ ...asked })}`, undefined, options),
    /** Places of the agent's own workings that a cognitive cartridge may take over. */
    ports: (options?: Abortable) => request<{ ports: PortView[] }>('GET', '/api/ports', undefined, options),
    /** Sets a key, or deletes it with `null`. */
    setCartridgeKey: (id: string, key: string, value: string | null) =>
      request<unknown>('PUT', `${at('cartridges', id)}/kv`, { key, value }),

    synthesis: (options?: Abortable) => request<SynthesisView>('GET', '/api/synthesis', undefined, options),
    /** Searches until there is an outcome; abandoned, the search ends. */
    async search(
      order: SearchOrder,
      { signal, onProgress }: Abortable & { readonly onProgress: (progress: SearchProgress) => void },
    ): Promise<SearchOutcome> {
      const { body } = await send('POST', '/api/synthesis/searches', order, { signal })
      const events = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
      try {
        for await (const { data } of events ?? []) {
          const told = JSON.parse(data) as SearchOutcome | ({ readonly type: 'progress' } & SearchProgress)
          if (told.type !== 'progress') return told
          onProgress(told)
        }
      } catch (cause) {
        signal?.throwIfAborted()
        throw new ApiError(0, 'The search was cut off', { cause })
      }
      throw new ApiError(0, 'The search was cut off')
    },

    benchmark: (options?: Abortable) => request<BenchmarkView>('GET', '/api/benchmark', undefined, options),
    startBenchmark: (order: BenchmarkOrder) => request<{ run: string }>('POST', '/api/benchmark/runs', order),
    resumeBenchmark: (id: string) => request<{ run: string }>('POST', `${at('benchmark/runs', id)}/resume`),
    stopBenchmark: () => request<unknown>('POST', '/api/benchmark/stop'),
    benchmarkRuns: (options?: Abortable) =>
      request<{ runs: RunSummary[] }>('GET', '/api/benchmark/runs', undefined, options),
    benchmarkRun: (id: string, options?: Abortable) =>
      request<RunView>('GET', at('benchmark/runs', id), undefined, options),
    compareRuns: (earlier: string, later: string, options?: Abortable) =>
      request<ComparisonView>('GET', `/api/benchmark/comparison?${query({ earlier, later })}`, undefined, options),
    problems: (options?: Abortable) =>
      request<{ problems: ProblemSummary[]; solvers: SolverRating[] }>(
        'GET',
        '/api/benchmark/problems',
        undefined,
        options,
      ),
    problem: (id: string, options?: Abortable) =>
      request<ProblemDetail>('GET', at('benchmark/problems', id), undefined, options),
  }
}

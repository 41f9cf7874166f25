/** The turn loop: ask the model, run what it calls, until it has answered or a limit ends it. */

import { describeError, SalpError } from '@salp/core'
import type { RecalledMemory } from '../protocol.js'
import type { OpenTurn, SessionStore, StoredCall } from '../session/store.js'
import { askTool, isStop, sinceSuccess, stuckQuestion } from './ask-person.js'
import { TurnSuspended } from './interruption.js'
import { createTurnMeter } from './meter.js'
import { assembleRequest } from './request.js'
import { runCalls, toResultPart } from './run-calls.js'
import { addMessage, type RunningTurn, type TurnDeps, type TurnOptions, type TurnResult } from './running-turn.js'
import { ModelError, runStep, type StepResult } from './step.js'

/**
 * Runs a turn to its end, or goes on with one that an earlier process left open.
 *
 * Each step is on disk before the next begins. A call whose end was not seen is made again only if it merely reads;
 * otherwise the model is told that its effect is unknown.
 *
 * @returns How it ended; a failure of the model is a result too.
 * @throws TurnSuspended when the process shuts down: the turn stays open.
 */
export async function runTurn(
  deps: TurnDeps,
  options: TurnOptions,
  turn: OpenTurn,
  signal: AbortSignal,
): Promise<TurnResult> {
  const startedAt = deps.clock.monotonic()
  const place = { sessionId: turn.sessionId, turnId: turn.id }
  const meter = createTurnMeter(options.limits)
  const conversation = deps.store.messages(turn.sessionId)
  const tasks = deps.openTasks(5)
  const running: RunningTurn = { deps, options, turn, place, signal, meter, conversation, tasks, reply: '' }
  const finish = (status: TurnResult['status'], why: Partial<Pick<TurnResult, 'reason' | 'code'>> = {}): TurnResult => {
    const durationMs = deps.clock.monotonic() - startedAt
    return close(running, {
      status,
      text: deps.redactor.text(running.reply),
      ...why,
      ...running.meter.totals(),
      durationMs,
    })
  }
  deps.steering.begin(turn, options.limits)
  tellStart(running)
  try {
    const memories = await recallOnce(running)
    let emptyReplies = 0
    await finishOpenCalls(running)
    for (;;) {
      signal.throwIfAborted()
      const stopped = await askWhenStuck(running)
      const limit = stopped ?? running.meter.exceeded() ?? deps.steering.controls(turn).stop?.reason
      const calls = await takeStep(running, memories, { last: limit !== undefined })
      if (limit !== undefined) return finish('stopped', { reason: limit })
      if (calls.length > 0) await runCalls(running, calls)
      else if (running.reply !== '') return finish('completed')
      else if (++emptyReplies > 1) throw new ModelError('empty', emptyReplies)
    }
  } catch (error) {
    if (signal.reason instanceof TurnSuspended) throw signal.reason
    if (signal.aborted) return finish('cancelled', { reason: describeError(signal.reason) })
    deps.log.warn('A turn failed', { turnId: turn.id, error })
    return finish('failed', { reason: describeError(error), ...(SalpError.is(error) && { code: error.code }) })
  }
}

function tellStart({ deps, options, turn, place }: RunningTurn): void {
  if (deps.store.turnEvents(turn.id).length > 0) return
  const { maxCalls, maxTokens, maxCostUsd, maxWorkMs } = options.limits
  const budgets = { maxCalls, maxTokens, maxCostUsd, maxWorkMs }
  deps.feed.tell(place, 'turn:started', { input: turn.input, channel: turn.channel, budgets })
}

/** Recalls for the turn's input, or takes what was recalled before a restart. */
async function recallOnce({ deps, turn, place, signal }: RunningTurn): Promise<readonly RecalledMemory[]> {
  const before = deps.store.turnEvents(turn.id).find((event) => event.name === 'memory:recalled')
  if (before !== undefined) return before.data.hits
  const { retrievalLimit } = deps.steering.controls(turn)
  const hits = [...(await deps.recall(turn.input, { limit: retrievalLimit, signal }))]
  deps.feed.tell(place, 'memory:recalled', { hits })
  return hits
}

/** Goes on where a process ended between a reply and its results. */
async function finishOpenCalls(running: RunningTurn): Promise<void> {
  const { deps, turn, place } = running
  const calls = openCalls(deps.store, turn)
  if (calls.length === 0) return
  deps.feed.tell(place, 'turn:resumed', {})
  await runCalls(running, calls)
}

/**
 * Asks the person how to go on, once for each time that nothing works: when the substrate says so, or every batch failed.
 *
 * @returns Why the turn must end, if they said so.
 */
async function askWhenStuck(running: RunningTurn): Promise<string | undefined> {
  const { deps, turn, place, meter } = running
  const { askHuman, stop } = deps.steering.controls(turn)
  if (stop !== undefined || !(askHuman || meter.failing())) return undefined
  const tried = sinceSuccess(deps.store.calls(turn.id))
  // A request that leaves much open is for the model to ask about: it alone has read the conversation.
  if (tried.length === 0 || tried.some(({ tool }) => tool === askTool)) return undefined
  if (!deps.attends(turn.id) || deps.toolbox.get(askTool) === undefined) {
    deps.steering.unheard(turn)
    return undefined
  }
  const call = { id: '', tool: askTool, input: stuckQuestion(tried), text: '' }
  const calls = deps.store.transaction(() => keepReply(running, { text: '', reasoning: '', calls: [call] }))
  deps.log.info('A person is asked', { turnId: place.turnId })
  await runCalls(running, calls)
  const answer = deps.store.calls(turn.id).at(-1)?.outcome
  return answer?.status === 'ok' && isStop(answer.output) ? 'You said to stop here' : undefined
}

/** The calls of a turn's last reply, when their results are not part of the conversation yet. */
function openCalls(store: SessionStore, turn: OpenTurn): StoredCall[] {
  const last = store.messages(turn.sessionId).at(-1)
  if (last?.turnId !== turn.id || last.message.role !== 'assistant') return []
  const ids = last.message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))
  return store.calls(turn.id).filter(({ id }) => ids.includes(id))
}

/**
 * Asks the model once and keeps its answer.
 *
 * @param options - `last`: the model gets no tools, so that it sums up.
 * @returns The calls it asks for.
 */
async function takeStep(
  running: RunningTurn,
  memories: readonly RecalledMemory[],
  { last }: { last: boolean },
): Promise<StoredCall[]> {
  const { deps, options, turn, place, signal, meter } = running
  const { feed, store, steering, tokens } = deps
  const controls = steering.controls(turn)
  const { assembled, ...request } = assembleRequest(
    {
      name: options.name,
      instructions: options.instructions,
      workspace: options.workspace,
      startedAt: turn.startedAt,
      memories,
      tasks: running.tasks,
      injected: deps.injected(),
      conversation: running.conversation,
      toolbox: last ? undefined : deps.toolbox,
      digest: (omitted, budgetTokens) => digestOnce(running, omitted, budgetTokens),
    },
    {
      contextTokens: options.contextTokens,
      systemFraction: Math.max(0.25, controls.contextFraction),
      count: tokens.count,
    },
  )
  const step = meter.totals().steps + 1
  const { regime, tier, temperature, ...rest } = controls
  running.tier = tier
  feed.tell(place, 'step:started', {
    ...{ step, regime, tier },
    controls: { ...rest, ...(temperature !== undefined && { temperature }) },
  })
  const { records, ...figures } = assembled
  feed.tell(place, 'context:assembled', { step, ...figures, ...(records !== running.records && { records }) })
  running.records = records
  running.omittedTurns = figures.history.omittedTurns
  running.reply = ''
  const result = await runStep(
    deps.model,
    {
      ...request,
      ...(temperature !== undefined && { temperature }),
      providerOptions: { salp: { tier, session: turn.sessionId } },
    },
    {
      clock: deps.clock,
      signal,
      maxReplyLength: options.limits.maxReplyLength,
      silenceMs: options.limits.modelSilenceMs,
      onText: (delta) => {
        running.reply += delta
        feed.tell(place, 'text:streamed', { delta }, { kept: false })
      },
      onReasoning: (delta) => void feed.tell(place, 'reasoning:streamed', { delta }, { kept: false }),
    },
  )
  if (result.usage.inputTokens !== undefined) tokens.learn(assembled.tokens, result.usage.inputTokens)
  meter.step(result.usage)
  steering.spend(turn, result)
  return store.transaction(() => {
    const calls = keepReply(running, last ? { ...result, calls: [] } : result)
    feed.tell(place, 'step:finished', { step, model: result.model, usage: result.usage, costUsd: result.costUsd })
    if (calls.length > 0) running.reply = ''
    return calls
  })
}

/** What turns came to that are not shown; read anew only when there are others. */
function digestOnce(running: RunningTurn, omitted: number, budgetTokens: number): readonly string[] {
  const { deps, turn, conversation, digest } = running
  if (digest?.omitted === omitted) return digest.lines
  const lines = deps.digest(turn.sessionId, conversation, { omitted, budgetTokens })
  running.digest = { omitted, lines }
  return lines
}

/** Writes a reply as a message of the conversation, as calls to run, and as events whole. */
function keepReply(running: RunningTurn, said: Pick<StepResult, 'text' | 'reasoning' | 'calls'>): StoredCall[] {
  const { deps, turn, place } = running
  const { redactor } = deps
  const [text, reasoning, calls] = [redactor.text(said.text), redactor.text(said.reasoning), said.calls]
  const { feed, store, toolbox, ids } = deps
  if (reasoning !== '') feed.keep(place, 'reasoning:streamed', { delta: reasoning })
  if (text !== '') feed.keep(place, 'text:streamed', { delta: text })
  if (text === '' && calls.length === 0) return []
  const requested = calls.map(({ id, tool, input, text: raw }) => ({
    id: id === '' || store.hasCall(id) ? ids() : id,
    tool,
    input: input ?? raw,
    status: 'requested' as const,
  }))
  addMessage(running, {
    role: 'assistant',
    content: [
      ...(text === '' ? [] : [{ type: 'text' as const, text }]),
      ...requested.map(({ id, tool, input }) => ({
        type: 'tool-call' as const,
        toolCallId: id,
        toolName: tool,
        input: redactor.data(input),
      })),
    ],
  })
  for (const call of requested) {
    store.addCall(turn.sessionId, turn.id, call)
    feed.tell(place, 'call:requested', {
      callId: call.id,
      tool: call.tool,
      input: redactor.data(call.input),
      effect: toolbox.effect(call.tool),
    })
  }
  return requested
}

/**
 * Ends a turn. When that cannot be written, whoever looks is told so, and the turn stays open for a later process.
 */
function close(running: RunningTurn, result: TurnResult): TurnResult {
  const { deps, turn, place } = running
  let told = result
  try {
    deps.store.transaction(() => keepEnd(running, result))
  } catch (error) {
    deps.log.error('The end of a turn could not be kept', { turnId: turn.id, error })
    told = {
      ...result,
      status: 'failed',
      reason: describeError(error),
      ...(SalpError.is(error) && { code: error.code }),
    }
    deps.feed.tell(place, 'turn:finished', told, { kept: false })
  }
  deps.steering.end(turn, told.status)
  deps.ended(turn.sessionId, running.conversation, running.omittedTurns ?? 0)
  return told
}

/** Leaves a conversation that a later turn can build on: every call has a result, and an early end is told. */
function keepEnd(running: RunningTurn, result: TurnResult): void {
  const { store, feed } = running.deps
  const { turn, place } = running
  const open = openCalls(store, turn)
  if (open.length > 0) {
    addMessage(running, {
      role: 'tool',
      content: open.map((call) => toResultPart(call, call.outcome)),
    })
  }
  if (result.status === 'cancelled' || result.status === 'failed') {
    if (result.text !== '') feed.keep(place, 'text:streamed', { delta: result.text })
    const note = `[The turn ended early: ${result.reason ?? result.status}]`
    const text = result.text === '' ? note : `${result.text}\n\n${note}`
    addMessage(running, { role: 'assistant', content: [{ type: 'text', text }] })
  }
  store.closeTurn(turn.id, result)
  feed.tell(place, 'turn:finished', result)
}

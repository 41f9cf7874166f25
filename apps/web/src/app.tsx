/** The page: conversations, the one that is open, the side panel, the status line. */

import { Suspense, useEffect, useState } from 'react'
import { useRefresh } from './api/refresh.js'
import { useResource } from './api/resource.js'
import { useLive, useStudio } from './api/studio.js'
import { benchmarkHash, parseBenchmarkHash } from './benchmark/route.js'
import { cartridgesHash, parseCartridgesHash } from './cartridges/route.js'
import { Conversation, focusAsking, NewConversation } from './chat/conversation.js'
import type { Command } from './commands/command.js'
import { type GlobalKey, useGlobalKeys } from './commands/keys.js'
import { Palette } from './commands/palette.js'
import { ShortcutsSheet } from './commands/shortcuts.js'
import { Dialog, DialogHead } from './design/dialog.js'
import { Icon } from './design/icon.js'
import { lazyPart } from './design/lazy-part.js'
import { useMedia } from './design/media.js'
import { readStored, store } from './design/stored.js'
import { type Theme, useTheme } from './design/theme.js'
import { endpointsHash } from './endpoints/route.js'
import { type MemoryView, memoryHash, parseMemoryHash } from './memory/page/route.js'
import { mindHash, parseMindHash } from './mind/page/route.js'
import { netsHash } from './nets/route.js'
import { nowHash, parseNowHash } from './now/route.js'
import { groupActivities, summarizeNow } from './now/summary.js'
import { SidePanel } from './panel/side-panel.js'
import { type PanelTab, panelTabs, parseTab } from './panel/tabs.js'
import type { PageName } from './sessions/pages.js'
import { openSession, parseSessionHash, useHash } from './sessions/route.js'
import { SessionList, titleOf } from './sessions/session-list.js'
import { useSessions } from './sessions/use-sessions.js'
import { settingsHash } from './settings/route.js'
import { SignIn } from './status/sign-in.js'
import { StatusBar } from './status/status-bar.js'
import { Strips } from './status/strips.js'
import { synthesisHash } from './synthesis/route.js'
import { walletHash } from './wallet/route.js'

const MemoryPage = lazyPart(() => import('./memory/page/memory-page.js').then((part) => part.MemoryPage))
const NowPage = lazyPart(() => import('./now/now-page.js').then((part) => part.NowPage))
const SettingsPage = lazyPart(() => import('./settings/settings-page.js').then((part) => part.SettingsPage))
const NetsPage = lazyPart(() => import('./nets/nets-page.js').then((part) => part.NetsPage))
const WalletPage = lazyPart(() => import('./wallet/wallet-page.js').then((part) => part.WalletPage))
const EndpointsPage = lazyPart(() => import('./endpoints/endpoints-page.js').then((part) => part.EndpointsPage))
const CartridgesPage = lazyPart(() => import('./cartridges/cartridges-page.js').then((part) => part.CartridgesPage))
const SynthesisPage = lazyPart(() => import('./synthesis/synthesis-page.js').then((part) => part.SynthesisPage))
const BenchmarkPage = lazyPart(() => import('./benchmark/benchmark-page.js').then((part) => part.BenchmarkPage))
const MindPage = lazyPart(() => import('./mind/page/mind-page.js').then((part) => part.MindPage))

type Overlay = 'sessions' | 'panel' | 'palette' | 'shortcuts'

const themeNames: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' }

/** Pages whose address is all there is to know. */
const plainPages: Readonly<Record<string, PageName>> = {
  [netsHash]: 'Nets',
  [synthesisHash]: 'Synthesis',
  [walletHash]: 'Wallet',
  [endpointsHash]: 'Endpoints',
  [settingsHash]: 'Settings',
}

/** How often what goes on is asked for, in ms: no event tells of all of it. */
const nowMs = { shown: 2_500, elsewhere: 15_000 } as const

/** Studio. */
export function App() {
  const { kept } = useStudio()
  const refused = useLive((live) => live.connection.status === 'refused')
  useEffect(() => {
    // Whoever may not read the node may not read what was kept of it. What was written here stays the writer's.
    if (refused) kept.clear({ outbox: false }).catch(() => undefined)
  }, [refused, kept])
  return refused ? <SignIn /> : <Shell />
}

function Shell() {
  const { api } = useStudio()
  const hash = useHash()
  const current = parseSessionHash(hash)
  const memory = parseMemoryHash(hash)
  const mind = parseMindHash(hash)
  const cartridges = parseCartridgesHash(hash)
  const benchmark = parseBenchmarkHash(hash)
  const nowRoute = parseNowHash(hash)
  const page: PageName | undefined = nowRoute
    ? 'Now'
    : memory
      ? 'Memory'
      : mind
        ? 'Mind'
        : cartridges
          ? 'Cartridges'
          : benchmark
            ? 'Benchmark'
            : plainPages[hash]
  const revision = useLive((live) => live.revisions.sessions)
  const waiting = useLive((live) => live.approvals.length + live.questions.length)
  const sessions = useSessions(`${revision} ${current}`)
  const now = useResource(api.now, `${revision} ${waiting}`, 300)
  useRefresh(now, page === 'Now' ? nowMs.shown : nowMs.elsewhere)
  const running = groupActivities(now.value?.activities ?? []).running.length
  const [first, setFirst] = useState<{ id: string; text: string }>()
  const [overlay, setOverlay] = useState<Overlay>()
  const [theme, nextTheme] = useTheme()
  const { tab, setTab, docked, setDocked } = usePanel()
  const roomForSessions = useMedia('(min-width: 56rem)')
  const roomForPanel = useMedia('(min-width: 72rem)')
  // The pages have a pane of their own where the panel stands.
  const roomForDock = roomForPanel && page === undefined
  const close = () => setOverlay(undefined)
  const title = sessions.value?.find(({ id }) => id === current)
  const name = page ?? (title ? titleOf(title) : 'New conversation')

  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) waits for you · Salp` : `${name} · Salp`
  }, [waiting, name])

  function showPanel(next: PanelTab): void {
    setTab(next)
    if (roomForDock) setDocked(true)
    else setOverlay('panel')
  }
  function togglePanel(): void {
    if (roomForDock) setDocked(!docked)
    else setOverlay('panel')
  }

  const actions: Record<GlobalKey, () => void> = {
    palette: () => setOverlay('palette'),
    help: () => setOverlay('shortcuts'),
    asking: goToAsking,
    new: () => openSession(undefined),
    panel: togglePanel,
    write: () => document.querySelector<HTMLElement>('[data-composer], .memory-view [type=search]')?.focus(),
    'tab-1': () => showPanel('mind'),
    'tab-2': () => showPanel('memory'),
    'tab-3': () => showPanel('tasks'),
    'tab-4': () => showPanel('log'),
  }
  useGlobalKeys((key) => actions[key]())

  const commands: Command[] = [
    { id: 'new', name: 'New conversation', icon: 'plus', keys: 'Alt N', run: actions.new },
    ...(waiting > 0
      ? [{ id: 'asking', name: 'Go to what waits for you', icon: 'alert', keys: 'Ctrl J', run: goToAsking } as const]
      : []),
    ...panelTabs.map(
      ({ id, name }, index): Command => ({
        id,
        name: `Open ${name}`,
        icon: id,
        keys: `Alt ${index + 1}`,
        run: () => showPanel(id),
      }),
    ),
    {
      id: 'now-page',
      name: 'See and stop what goes on',
      note: 'now page',
      icon: 'now',
      run: () => {
        location.hash = nowHash
      },
    },
    {
      id: 'settings-page',
      name: 'Notifications, installing, signing out',
      note: 'settings page',
      icon: 'settings',
      run: () => {
        location.hash = settingsHash
      },
    },
    {
      id: 'memory-page',
      name: 'Search everything remembered',
      note: 'memory page',
      icon: 'search',
      run: () => openMemory('records'),
    },
    {
      id: 'names',
      name: 'See names and what joins them',
      note: 'memory page',
      icon: 'graph',
      run: () => openMemory('names'),
    },
    { id: 'tidy', name: 'Tidy up memory', note: 'memory page', icon: 'memory', run: () => openMemory('tidy') },
    {
      id: 'mind-page',
      name: 'See how it steers itself',
      note: 'mind page',
      icon: 'mind',
      run: () => {
        location.hash = mindHash()
      },
    },
    {
      id: 'cartridges-page',
      name: 'See the programs it wrote',
      note: 'cartridges page',
      icon: 'cartridge',
      run: () => {
        location.hash = cartridgesHash()
      },
    },
    {
      id: 'nets-page',
      name: 'See the nets it trains',
      note: 'nets page',
      icon: 'graph',
      run: () => {
        location.hash = netsHash
      },
    },
    {
      id: 'synthesis-page',
      name: 'Find a function by examples',
      note: 'synthesis page',
      icon: 'search',
      run: () => {
        location.hash = synthesisHash
      },
    },
    {
      id: 'benchmark-page',
      name: 'Measure what is solved',
      note: 'benchmark page',
      icon: 'bars',
      run: () => {
        location.hash = benchmarkHash()
      },
    },
    {
      id: 'wallet-page',
      name: 'See the money and the receipts',
      note: 'wallet page',
      icon: 'wallet',
      run: () => {
        location.hash = walletHash
      },
    },
    {
      id: 'endpoints-page',
      name: 'See what is sold',
      note: 'endpoints page',
      icon: 'shop',
      run: () => {
        location.hash = endpointsHash
      },
    },
    { id: 'write', name: 'Write a message', icon: 'edit', keys: '/', run: actions.write },
    { id: 'theme', name: 'Change theme', note: `now ${themeNames[theme]}`, icon: 'moon', run: nextTheme },
    { id: 'shortcuts', name: 'Keyboard shortcuts', icon: 'keyboard', keys: '?', run: actions.help },
    ...(sessions.value ?? []).map(
      (session): Command => ({
        id: `session-${session.id}`,
        name: titleOf(session),
        note: 'conversation',
        icon: 'log',
        run: () => openSession(session.id),
      }),
    ),
  ]

  const sessionList = <SessionList sessions={sessions} current={current} page={page} onOpened={close} />
  return (
    <div className={docked && roomForDock ? 'shell shell-panel' : 'shell'}>
      {roomForSessions && sessionList}
      <main className="conversation" aria-label={page ?? 'Conversation'}>
        <header className="bar">
          {!roomForSessions && <BarButton icon="menu" label="Sessions" onPress={() => setOverlay('sessions')} />}
          <h1 className="bar-title">{name}</h1>
          <NowLink running={running} waiting={waiting} current={page === 'Now'} />
          <BarButton icon="command" label="Commands" keys="Ctrl K" onPress={actions.palette} />
          <BarButton
            icon={theme === 'system' ? 'system' : theme === 'light' ? 'sun' : 'moon'}
            label={`Theme: ${themeNames[theme]}`}
            onPress={nextTheme}
          />
          <BarButton
            icon="panel"
            label="Side panel"
            keys="Alt B"
            pressed={roomForDock ? docked : undefined}
            onPress={togglePanel}
          />
        </header>
        <Strips paused={now.value?.paused} onResumed={now.reload} />
        {page !== undefined ? (
          <Suspense fallback={<p className="muted pad">Loading</p>}>
            {nowRoute && <NowPage now={now} route={nowRoute} />}
            {page === 'Settings' && <SettingsPage />}
            {memory && <MemoryPage route={memory} />}
            {mind && <MindPage route={mind} />}
            {cartridges && <CartridgesPage route={cartridges} />}
            {benchmark && <BenchmarkPage route={benchmark} />}
            {page === 'Nets' && <NetsPage />}
            {page === 'Synthesis' && <SynthesisPage />}
            {page === 'Wallet' && <WalletPage />}
            {page === 'Endpoints' && <EndpointsPage />}
          </Suspense>
        ) : current === undefined ? (
          <NewConversation
            onStarted={(id, text) => {
              if (text !== undefined) setFirst({ id, text })
              openSession(id)
            }}
          />
        ) : (
          <Conversation
            key={current}
            id={current}
            first={first?.id === current ? first.text : undefined}
            onFirstSent={() => setFirst(undefined)}
          />
        )}
      </main>
      {docked && roomForDock && <SidePanel tab={tab} onTab={setTab} />}
      <StatusBar />
      {overlay === 'sessions' && (
        <Dialog label="Sessions" place="start" onClose={close}>
          {sessionList}
        </Dialog>
      )}
      {overlay === 'panel' && (
        <Dialog label="Side panel" place="bottom" onClose={close}>
          <DialogHead title="Salp" onClose={close} />
          <SidePanel tab={tab} onTab={setTab} />
        </Dialog>
      )}
      {overlay === 'palette' && <Palette commands={commands} onClose={close} />}
      {overlay === 'shortcuts' && <ShortcutsSheet onClose={close} />}
    </div>
  )
}

/** Goes to what waits for a person: on this page, or on the one that lists all of it. */
function goToAsking(): void {
  if (document.querySelector('[data-asking]')) focusAsking()
  else location.hash = nowHash
}

/** The way to what goes on, with how much it is. */
function NowLink({ running, waiting, current }: { running: number; waiting: number; current: boolean }) {
  const label = `Now: ${summarizeNow(running, waiting)}`
  const count = waiting > 0 ? waiting : running
  return (
    <a
      className="button-quiet button-icon now-link"
      href={nowHash}
      aria-label={label}
      title={label}
      aria-current={current ? 'page' : undefined}
    >
      <Icon name="now" />
      {count > 0 && (
        <span className={waiting > 0 ? 'now-count now-count-warm' : 'now-count'} aria-hidden="true">
          {count > 9 ? '9+' : count}
        </span>
      )}
    </a>
  )
}

function openMemory(view: MemoryView): void {
  location.hash = memoryHash({ view })
}

function BarButton({
  icon,
  label,
  keys,
  pressed,
  onPress,
}: {
  icon: Parameters<typeof Icon>[0]['name']
  label: string
  keys?: string
  pressed?: boolean | undefined
  onPress: () => void
}) {
  return (
    <button
      type="button"
      className="button-quiet button-icon"
      aria-label={label}
      aria-pressed={pressed}
      title={keys ? `${label} (${keys})` : label}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  )
}

/** Which tab is chosen and whether the panel stands beside the conversation, as they were left. */
function usePanel() {
  const [tab, setTab] = useState(() => parseTab(readStored('tab')))
  const [docked, setDocked] = useState(() => readStored('panel') !== 'hidden')
  return {
    tab,
    docked,
    setTab(next: PanelTab) {
      setTab(next)
      store('tab', next)
    },
    setDocked(next: boolean) {
      setDocked(next)
      store('panel', next ? '' : 'hidden')
    },
  }
}

/** The tabs of the side panel, in their order. */

/** One tab. */
export type PanelTab = 'mind' | 'memory' | 'tasks' | 'log'

/** Every tab with its name. */
export const panelTabs: readonly { readonly id: PanelTab; readonly name: string }[] = [
  { id: 'mind', name: 'Mind' },
  { id: 'memory', name: 'Memory' },
  { id: 'tasks', name: 'Tasks' },
  { id: 'log', name: 'Log' },
]

/** Reads a stored tab; anything else is the first one. */
export function parseTab(text: string | null): PanelTab {
  return panelTabs.find(({ id }) => id === text)?.id ?? 'mind'
}

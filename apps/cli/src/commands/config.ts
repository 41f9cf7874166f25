/** `salp config`: the settings, and where each value came from. */

import { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import type { SettingEntry } from '../client/api.js'
import { type Invocation, note, print, withNode } from '../invocation.js'
import { renderSettings, settingText, sourceText } from '../render/settings.js'
import { examples, type ToAction } from './action.js'
import { suggest } from './suggest.js'

/** Creates the command. */
export function configCommand(toAction: ToAction): Command {
  const config = new Command('config').description('settings, and where each value came from')
  config
    .command('list', { isDefault: true })
    .description('every setting')
    .action(
      toAction(async (invocation) => {
        const entries = await readSettings(invocation)
        print(invocation, { file: invocation.home.config, entries }, (found, style) =>
          renderSettings(found.entries, style),
        )
      }),
    )
  config
    .command('get')
    .description('one setting, or a group of them')
    .argument('<path>', 'such as server.port or model')
    .action(
      toAction(async (invocation, path: string) => {
        const entries = await readSettings(invocation)
        const one = entries.find((entry) => entry.path === path)
        if (one !== undefined) {
          print(invocation, one, ({ value }) => settingText(value))
          if (!invocation.json) note(invocation, invocation.styles.stderr.paint.dim(sourceText(one)))
          return
        }
        const group = entries.filter((entry) => entry.path.startsWith(`${path}.`))
        if (group.length === 0) {
          const near = suggest(
            path,
            entries.map((entry) => entry.path),
          )
          throw new UsageError(`There is no setting "${path}".${near} All of them: salp config list`)
        }
        print(invocation, { entries: group }, (found, style) => renderSettings(found.entries, style))
      }),
    )
  config
    .command('path')
    .description('where the file of settings is')
    .action(toAction(async (invocation) => print(invocation, { file: invocation.home.config }, ({ file }) => file)))
  return config.addHelpText(
    'after',
    `
Later ones win: default, file, environment (SALP_SERVER_PORT for server.port), flag of "salp run".
${examples(['salp config', 'every setting'], ['salp config get server.port', 'one, and why it is so'], ['salp config get model --json', 'a group, for a script'])}`,
  )
}

/** A node started for this command has flags of its own, which are no settings of anybody's. */
async function readSettings(invocation: Invocation): Promise<SettingEntry[]> {
  return withNode(invocation, async ({ api, own }) => {
    const { entries } = await api.settings()
    if (!own) return entries
    return entries.map((entry) =>
      entry.source === 'flag'
        ? { ...entry, origin: 'given by this command to a node of its own; "salp run" takes another' }
        : entry,
    )
  })
}

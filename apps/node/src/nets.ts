/** The nets in the home folder, which `salp models train` fills. */

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type NetView, trainingSchema } from '@salp/agent'
import { describeError, type Logger } from '@salp/core'
import { readAdoptions, rollBackAdoption } from '@salp/models/nets/node'

/** Opens the folder of nets; one that is not there holds none. */
export function openNets(folder: string, log: Logger) {
  const names = async (): Promise<string[]> =>
    existsSync(folder)
      ? (await readdir(folder, { withFileTypes: true })).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      : []

  /** What the last training left; a file that cannot be read is told in the log and shown as none. */
  const trainingOf = async (name: string): Promise<NetView['training']> => {
    const path = join(folder, name, 'last-training.json')
    if (!existsSync(path)) return undefined
    try {
      return trainingSchema.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch (error) {
      log.warn('The last training of a net cannot be read', { name, error: describeError(error) })
      return undefined
    }
  }

  return {
    async list(): Promise<NetView[]> {
      return Promise.all(
        (await names()).sort().map(async (name): Promise<NetView> => {
          const card = join(folder, name, 'CARD.md')
          return {
            name,
            ...(await readAdoptions(join(folder, name))),
            training: await trainingOf(name),
            ...(existsSync(card) && { card: await readFile(card, 'utf8') }),
          }
        }),
      )
    },
    rollBack: (name: string): Promise<number> => rollBackAdoption(join(folder, name)),
  }
}

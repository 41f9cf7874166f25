/** `salp doctor`: looks at everything, and says how to mend it. */

import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { print } from '../invocation.js'
import { renderDiagnosis } from '../render/diagnosis.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function doctorCommand(toAction: ToAction): Command {
  return new Command('doctor')
    .description('look at everything, and say how to mend it')
    .action(
      toAction(async (invocation) => {
        const { home, io, signal, statusLine } = invocation
        // It needs SQLite and every model provider, which no other command should wait for.
        const { diagnose } = await import('../doctor/doctor.js')
        const diagnosis = await diagnose(
          { home, io, signal },
          { onCheck: (title) => statusLine.show(`Looking at: ${title}`) },
        )
        statusLine.clear()
        print(invocation, diagnosis, renderDiagnosis)
        return diagnosis.healthy ? exitCodes.done : exitCodes.failed
      }),
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 when nothing failed, warnings or not; 1 when something did.
${examples(['salp doctor', 'for a person'], ['salp doctor --json', 'for a script'])}`,
    )
}

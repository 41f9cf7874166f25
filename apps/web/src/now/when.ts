/** When a routine is due, in words. */

import type { Trigger } from '@salp/agent'
import { plural } from '../format/quantity.js'
import { formatMoment } from '../format/time.js'

/** Such as `Every 5 minutes`, or the five fields of a cron line as they are. */
export function whenOf(trigger: Trigger): string {
  switch (trigger.type) {
    case 'cron':
      return `At ${trigger.cron}${trigger.timezone === undefined ? '' : ` (${trigger.timezone})`}`
    case 'every':
      return `Every ${plural(trigger.minutes, 'minute')}`
    case 'at':
      return `Once, ${formatMoment(trigger.at)}`
    case 'files':
      return `When files change in ${trigger.folder}`
    case 'feed':
      return `Upon news of ${URL.canParse(trigger.url) ? new URL(trigger.url).host : trigger.url}`
    case 'webhook':
      return 'When it is told to from elsewhere'
  }
}

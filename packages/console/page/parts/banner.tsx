import type { JSX } from 'preact'
import { capital, duration } from '../format.ts'
import { clock } from '../state/clock.ts'
import { reconnect } from '../state/connect.ts'
import { store } from '../state/store.ts'

/** What needs to be known before anything else on the page is read. */
export function Banner(): JSX.Element | null {
  const connection = store.connection.value
  const { stoppedBy, heldBy } = store.sections.process.value
  if (connection.state === 'lost')
    return (
      <div class="banner banner-warn" role="alert">
        <span>
          {capital(connection.why)}.{store.isKnown.value && ' The page shows what it knew last.'} Trying again
          {connection.retryAt > clock.value ? ` in ${duration(connection.retryAt - clock.value)}` : ''}.
        </span>
        <button type="button" class="button" onClick={reconnect}>
          Try now
        </button>
      </div>
    )
  if (stoppedBy !== undefined)
    return (
      <div class="banner banner-bad" role="alert">
        All actions are stopped by {heldBy ?? stoppedBy}.{heldBy !== undefined && ' It is released where it was set.'}
      </div>
    )
  return null
}

import type { JSX } from 'preact'
import { count, duration, inUnit, inWords } from '../format.ts'
import { clock } from '../state/clock.ts'
import { store } from '../state/store.ts'
import { Explained } from './explain-dialog.tsx'
import { Empty, Panel } from './panel.tsx'
import { Pill } from './pill.tsx'

/** What fires and is pending now, and what is done about it. */
export function Alerts(): JSX.Element {
  const alerts = store.sections.alerts.value
  const now = clock.value + store.clockAhead.value
  return (
    <Panel id="alerts" title="Alerts now" aside={alerts.length > 0 && count(alerts.length, 'alert')}>
      {alerts.length === 0 ? (
        <Empty>No alert fires or is pending. What is measured is within its limits.</Empty>
      ) : (
        <ul class="alerts">
          {alerts.map(({ alert, labels, state, since, line, summary, value }) => (
            <li key={`${alert} ${JSON.stringify(labels)}`} class={`row is-${state}`}>
              <div class="row-head">
                <Pill tone={state === 'firing' ? 'warn' : 'plain'}>{state}</Pill>
                <Explained id={alert}>{inWords(alert)}</Explained>
                <span class="muted row-end">for {duration(now - Date.parse(since))}</span>
              </div>
              <p class="strong">{summary || `value ${inUnit(value, 'plain')}`}</p>
              <p class="muted clamped">{answerIn(line)}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** What is done about it, or why nothing is: what the line says after `… is firing (…): `. */
function answerIn(line: string): string {
  const at = line.indexOf('): ')
  return at === -1 ? line : line.slice(at + 3)
}

import type { JSX } from 'preact'
import type { ShownKnob } from '../../src/shown-homeostat.ts'
import { count, dayOf } from '../format.ts'
import { store } from '../state/store.ts'
import { Explained } from './explain-dialog.tsx'
import { Empty, Panel } from './panel.tsx'
import { ModePill } from './pill.tsx'

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

/** The values that the loop may set, within which bounds, and who has set them. */
export function Knobs(): JSX.Element {
  const knobs = store.sections.knobs.value
  return (
    <Panel id="knobs" title="Knobs and budgets" aside={knobs.length > 0 && count(knobs.length, 'knob')}>
      {knobs.length === 0 ? (
        <Empty>No knob. A package brings knobs for what it finds, such as the concurrency of a worker.</Empty>
      ) : (
        <div class="scrolled" tabIndex={0} role="region" aria-label="Table of knobs">
          <table>
            <thead>
              <tr>
                <th scope="col">Knob</th>
                <th scope="col">Value</th>
                <th scope="col">Bounds</th>
                <th scope="col">Set by</th>
                <th scope="col">Scope</th>
                <th scope="col">Mode</th>
              </tr>
            </thead>
            <tbody>
              {knobs.map(knob => (
                <tr key={knob.name}>
                  <th scope="row">{knob.name}</th>
                  <td class="number">{knob.value === undefined ? '–' : NUMBER.format(knob.value)}</td>
                  <td>
                    <Range {...knob} />
                  </td>
                  <td>
                    <Setter {...knob} />
                  </td>
                  <td>{knob.scope}</td>
                  <td>
                    <ModePill mode={knob.mode} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Budgets />
    </Panel>
  )
}

function Range({ min, max, value }: ShownKnob): JSX.Element {
  const share = value === undefined || max === min ? undefined : Math.min(1, Math.max(0, (value - min) / (max - min)))
  return (
    <span class="range">
      <span class="number">{NUMBER.format(min)}</span>
      <svg class="range-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="range-back" y="3" width="100" height="4" rx="2" />
        {share !== undefined && <rect class="range-at" x={share * 96} y="0" width="4" height="10" rx="2" />}
      </svg>
      <span class="number">{NUMBER.format(max)}</span>
    </span>
  )
}

/** Who has set it, and until when a value of a person is left alone. */
function Setter({ setBy }: ShownKnob): JSX.Element {
  if ('id' in setBy) return <Explained id={setBy.id}>{setBy.id}</Explained>
  const until = 'until' in setBy ? `, left alone until ${dayOf(Date.parse(setBy.until))}` : ''
  return (
    <span class={setBy.who === 'Homeostat' ? undefined : 'muted'}>
      {setBy.who}
      {until}
    </span>
  )
}

const BUDGET_WORDS: Readonly<Record<string, string>> = {
  runsPerHourOfAction: 'runs per hour of the action',
  runsPerHour: 'runs per hour of all actions',
  concurrentRuns: 'runs at the same time',
  blockedMsPerMinute: 'ms of blocked event loop per minute',
}

/** What is left of what the loop may do. */
function Budgets(): JSX.Element | null {
  const budgets = store.sections.budgets.value
  const ofAll = budgets[0]?.remaining.filter(({ budget }) => budget !== 'runsPerHourOfAction') ?? []
  if (ofAll.length === 0) return null
  return (
    <>
      <h3>Budgets left</h3>
      <ul class="meters">
        {ofAll.map(({ budget, remaining, limit }) => (
          <Meter key={budget} name={BUDGET_WORDS[budget] ?? budget} remaining={remaining} limit={limit} />
        ))}
        {budgets.flatMap(({ action, remaining }) =>
          remaining
            .filter(each => each.budget === 'runsPerHourOfAction' && each.remaining < each.limit)
            .map(each => <Meter key={action} name={`runs per hour of ${action}`} {...each} />),
        )}
      </ul>
    </>
  )
}

function Meter({
  name,
  remaining,
  limit,
}: {
  readonly name: string
  readonly remaining: number
  readonly limit: number
}): JSX.Element {
  const label = `${NUMBER.format(remaining)} of ${NUMBER.format(limit)} ${name}`
  return (
    <li>
      <meter min={0} max={limit} low={limit * 0.25} optimum={limit} value={remaining} aria-label={label} />
      <span aria-hidden="true">{label}</span>
    </li>
  )
}

import { computed, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { count, inWords } from '../format.ts'
import { store } from '../state/store.ts'
import { Empty, Panel } from './panel.tsx'
import { SignalCard } from './signal-card.tsx'

/** Cards that are there before somebody asks for more. */
const FIRST_CARDS = 60

/** Where a chart stands among the others. */
const RANKS = { firing: 0, pending: 1, none: 2 } as const

const search = signal('')
const most = signal(FIRST_CARDS)

/** The state of each alert that is pending or fires. */
const states = computed(
  () => new Map(store.sections.alerts.value.toReversed().map(({ alert, state }) => [alert, state])),
)

/** The names of series that have had a value, those that fire first. */
const sorted = computed(() => {
  const words = search.value.trim().toLowerCase()
  const wanted = store.gauges.value.filter(
    ({ name, expr, kind }) => words === '' || `${name} ${inWords(name)} ${expr} ${kind}`.toLowerCase().includes(words),
  )
  const rank = (name: string): number => RANKS[states.value.get(name) ?? 'none']
  const some = wanted.filter(({ series }) => series.length > 0)
  return {
    some: some.toSorted(
      (a, b) => rank(a.name) - rank(b.name) || Number(b.kind === 'forecast') - Number(a.kind === 'forecast'),
    ),
    none: wanted.filter(({ series }) => series.length === 0),
  }
})

/** The numbers behind the rules, with their thresholds, and the forecasts. */
export function Signals(): JSX.Element {
  const { some, none } = sorted.value
  const forecasts = store.sections.forecasts.value
  const series = some.reduce((sum, each) => sum + each.series.length, 0)
  return (
    <Panel
      id="signals"
      title="Signals"
      aside={
        <>
          <span>{count(series, 'line')}</span>
          <input
            type="search"
            class="search"
            placeholder="Search signals"
            aria-label="Search signals"
            value={search.value}
            onInput={event => (search.value = event.currentTarget.value)}
          />
        </>
      }
    >
      {some.length === 0 && (
        <Empty>
          {search.value === ''
            ? 'No value yet. The numbers behind the rules appear here with the first traffic.'
            : 'No signal has such a name.'}
        </Empty>
      )}
      <ul class="signals">
        {some.slice(0, most.value).map(gauge => (
          <SignalCard
            key={gauge.id}
            gauge={gauge}
            state={states.value.get(gauge.name)}
            forecasts={gauge.kind === 'forecast' ? forecasts.filter(({ target }) => target === gauge.name) : []}
          />
        ))}
      </ul>
      {some.length > most.value && (
        <button type="button" class="button" onClick={() => (most.value += FIRST_CARDS)}>
          Show {some.length - most.value} more
        </button>
      )}
      {none.length > 0 && (
        <details>
          <summary>{count(none.length, 'rule')} without a value now</summary>
          <ul class="words">
            {none.map(({ id, name, expr }) => (
              <li key={id} title={expr}>
                {inWords(name)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  )
}

import type { JSX } from 'preact'
import { dayOf } from '../format.ts'
import { store } from '../state/store.ts'
import { Empty, Panel } from './panel.tsx'
import { ModePill, Pill } from './pill.tsx'

/** What is watched, what is not seen, and where things are kept. */
export function System(): JSX.Element {
  const { process, coordinator, kept, stalls } = store.sections
  const { version, attachedTo } = process.value
  return (
    <Panel id="system" title="System" aside={`version ${version}`}>
      <h3>Watched</h3>
      <Watched />
      <NotSeen />
      <h3>Where things are kept</h3>
      <dl class="facts">
        <dt>metric readers</dt>
        <dd>{attachedTo.join(', ') || 'none'}</dd>
        <dt>coordinator</dt>
        <dd>{coordinator.value}</dd>
        {kept.value.map(({ what, where }) => (
          <>
            <dt>{what}</dt>
            <dd>{where}</dd>
          </>
        ))}
      </dl>
      {stalls.value.length > 0 && (
        <>
          <h3>Blocked jobs</h3>
          <ul class="plain-list">
            {stalls.value.toReversed().map(({ at, line }) => (
              <li key={at}>
                <span class="muted">{dayOf(at)}</span> {line}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}

function Watched(): JSX.Element {
  const watched = store.sections.watched.value
  if (watched.length === 0) return <Empty>Nothing: every package that measures is turned off in the options.</Empty>
  return (
    <ul class="cards">
      {watched.map(({ name, mode, isOn, series, seen }) => (
        <li key={name} class={isOn ? 'card' : 'card is-off'}>
          <div class="row-head">
            <strong>{name}</strong>
            <span class="row-end">{isOn ? <ModePill mode={mode} /> : <Pill tone="warn">not measured</Pill>}</span>
          </div>
          <p class="muted">
            {isOn ? [`${series} series`, ...seen].join(', ') : 'its instrumentation is not registered'}
          </p>
        </li>
      ))}
    </ul>
  )
}

/** Findings, and rules whose metrics nobody reports. */
function NotSeen(): JSX.Element {
  const { watched, findings, unmatchedRules } = store.sections
  const notes = watched.value.flatMap(({ name, isOn, notes }) => (isOn ? notes.map(note => `${name}: ${note}`) : []))
  const own = unmatchedRules.value.filter(({ isUsual }) => !isUsual)
  const usual = unmatchedRules.value.filter(({ isUsual }) => isUsual)
  const lines = [...findings.value.map(({ text }) => text), ...notes]
  return (
    <>
      <h3>Not seen, and findings</h3>
      {lines.length === 0 && own.length === 0 && <Empty>Nothing is missing.</Empty>}
      <ul class="plain-list">
        {lines.map(line => (
          <li key={line}>{line}</li>
        ))}
        {own.map(({ rule, metrics }) => (
          <li key={rule}>
            the rule <strong>{rule}</strong> cannot match: nothing has reported {metrics.join(', ')}
          </li>
        ))}
      </ul>
      {usual.length > 0 && (
        <details>
          <summary>{usual.length} rules of packages wait for metrics of libraries that are not in use</summary>
          <ul class="plain-list muted">
            {usual.map(({ rule, metrics }) => (
              <li key={`${rule} ${metrics.join()}`}>
                {rule}: {metrics.join(', ')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

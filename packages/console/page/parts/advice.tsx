import type { JSX } from 'preact'
import { count, dayOf } from '../format.ts'
import { store } from '../state/store.ts'
import { CopyButton } from './copy-button.tsx'
import { Explained } from './explain-dialog.tsx'
import { Empty, Panel } from './panel.tsx'
import { Pill } from './pill.tsx'

/** What a person has to do, with the statement to run. */
export function Advice(): JSX.Element {
  const advice = store.sections.advice.value.toReversed()
  return (
    <Panel id="advice" title="Advice" aside={advice.length > 0 && count(advice.length, 'piece')}>
      {advice.length === 0 ? (
        <Empty>
          No advice. When an alert has a cause that only a person may remove, such as a missing index, it stands here
          with the statement to run.
        </Empty>
      ) : (
        <ul class="rows">
          {advice.map(
            ({ action, alert, what, why, statement, undo, savedMsPerSecond, gains, times, lastAt, adoptedAt }) => (
              <li key={`${action} ${alert} ${what}`} class="row">
                <div class="row-head">
                  {adoptedAt === undefined ? <Pill tone="accent">to do</Pill> : <Pill tone="good">adopted</Pill>}
                  <Explained id={action}>{action}</Explained>
                  <span class="muted">for {alert}</span>
                  <span class="muted row-end">
                    {count(times, 'time')}, last {dayOf(lastAt)}
                  </span>
                </div>
                <p class="strong">{what}</p>
                {savedMsPerSecond !== undefined && (
                  <p>
                    Saves about {savedMsPerSecond.toPrecision(2)} ms a second
                    {gains === undefined ? '' : `, for ${gains.join(', ')}`}.
                  </p>
                )}
                {why !== '' && <p class="muted">Because {why}.</p>}
                {statement !== undefined && (
                  <div class="statement">
                    <pre tabIndex={0} aria-label="Statement to run">
                      {statement}
                    </pre>
                    <CopyButton text={statement} what="the statement" />
                    {undo !== undefined && (
                      <CopyButton text={undo} what="the statement that undoes it" label="Copy undo" />
                    )}
                  </div>
                )}
              </li>
            ),
          )}
        </ul>
      )}
    </Panel>
  )
}

import type { JSX } from 'preact'
import type { Sections } from '../../src/wire/messages.ts'
import type { ShownTrial } from '../../src/wire/shown-trial.ts'
import { useSignal } from '@preact/signals'
import { count, dayOf, percent } from '../format.ts'
import { change } from '../state/ask.ts'
import { store } from '../state/store.ts'
import { Explained } from './explain-dialog.tsx'
import { Empty, Panel } from './panel.tsx'
import { ModePill, Pill, VerdictPill } from './pill.tsx'

type Evidence = Sections['evidence'][number]

const ARMS = { act: 'run', control: 'left alone', shadow: 'only observed' } as const
/** Trials that are named. */
const MOST_NAMED = 6

/** Each action that was tried or considered: its arms, its effect, and the verdict. */
export function Trials(): JSX.Element {
  const { evidence, trials } = store.sections
  return (
    <Panel
      id="trials"
      title="Trials and verdicts"
      aside={trials.value.length > 0 && count(trials.value.length, 'trial')}
    >
      <Proofs />
      {evidence.value.length === 0 ? (
        <Empty>
          No trial yet. When an alert fires, its action is run or withheld at random, and only a difference between the
          two counts as an effect.
        </Empty>
      ) : (
        <ul class="rows">
          {evidence.value.map(each => (
            <History
              key={`${each.alert} ${each.action}`}
              evidence={each}
              trials={trials.value.filter(({ alert, action }) => alert === each.alert && action === each.action)}
            />
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** What a person tries now with `homeostat prove`. */
function Proofs(): JSX.Element | null {
  const proofs = store.sections.proofs.value
  if (proofs.length === 0) return null
  return (
    <ul class="rows">
      {proofs.map(({ id, knob, line }) => (
        <li key={id} class="row">
          <div class="row-head">
            <Pill tone="accent">proof under way</Pill>
            <Explained id={id}>{id}</Explained>
            <span class="muted">of {knob}</span>
          </div>
          <p>{line}</p>
        </li>
      ))}
    </ul>
  )
}

function History({
  evidence,
  trials,
}: {
  readonly evidence: Evidence
  readonly trials: readonly ShownTrial[]
}): JSX.Element {
  const { alert, action, mode, verdict, reason, acts, controls, shadows, statistics, quarantine, offer } = evidence
  const arms = [`${acts} run`, `${controls} left alone`, ...(shadows > 0 ? [`${shadows} only observed`] : [])]
  return (
    <li class="row">
      <div class="row-head">
        <VerdictPill verdict={verdict} />
        <strong>{action}</strong>
        <span class="muted">
          for <Explained id={alert}>{alert}</Explained>
        </span>
        <span class="row-end">
          <ModePill mode={mode} />
        </span>
      </div>
      <p>{reason}</p>
      {offer && (
        <p class="strong">
          The evidence speaks for mode {offer.mode}: {offer.because}
        </p>
      )}
      {quarantine && <Quarantine alert={alert} action={action} until={quarantine.until} />}
      <div class="trial-figures">
        <Arms trials={trials} label={`${action} for ${alert}: ${arms.join(', ')}`} />
        {statistics?.interval && statistics.effect !== undefined && (
          <Effect effect={statistics.effect} interval={statistics.interval} />
        )}
      </div>
      <p class="muted">{arms.join(', ')}</p>
      {trials.length > 0 && (
        <ul class="words" aria-label="Latest trials">
          {trials
            .slice(-MOST_NAMED)
            .toReversed()
            .map(({ id, arm, state, verdict: own }) => (
              <li key={id}>
                <Explained id={id}>{id}</Explained>{' '}
                <span class="muted">
                  {ARMS[arm]}
                  {own === undefined || own === 'inconclusive' ? '' : `, ${own.replace('_', ' ')}`}
                  {state === 'judged' ? '' : `, ${state}`}
                </span>
              </li>
            ))}
        </ul>
      )}
    </li>
  )
}

function Quarantine({
  alert,
  action,
  until,
}: {
  readonly alert: string
  readonly action: string
  readonly until: number
}): JSX.Element {
  const error = useSignal('')
  const release = async (): Promise<void> => {
    error.value = await change('release', { alert, action }).then(
      () => '',
      (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
    )
  }
  return (
    <p class="quarantine">
      <span>In quarantine until {dayOf(until)}.</span>
      <button type="button" class="button" onClick={() => void release()}>
        Release
      </button>
      {error.value !== '' && <span class="error">{error.value}</span>}
    </p>
  )
}

/** The change of each trial, an arm a line: the two clouds lie apart when the action does something. */
function Arms({
  trials,
  label,
}: {
  readonly trials: readonly ShownTrial[]
  readonly label: string
}): JSX.Element | null {
  const dots = trials.flatMap(trial => changesIn(trial))
  if (dots.length === 0) return null
  const reach = Math.max(Math.log(1.05), ...dots.map(({ ratio }) => Math.abs(Math.log(ratio))))
  const shown = (['act', 'control', 'shadow'] as const).filter(arm => dots.some(dot => dot.arm === arm))
  const height = shown.length * 26 + 20
  // Twice as much lies as far from no change as half as much, as the judge compares them.
  const x = (ratio: number): number => 96 + ((Math.log(ratio) / reach) * 0.5 + 0.5) * 250
  return (
    <figure class="figure">
      <svg viewBox={`0 0 360 ${height}`} role="img" aria-label={label}>
        <line class="figure-zero" x1={x(1)} x2={x(1)} y1="4" y2={height - 18} />
        {shown.map((arm, row) => (
          <g key={arm}>
            <text class="figure-text" x="0" y={row * 26 + 21}>
              {ARMS[arm]}
            </text>
            <line class="figure-line" x1="96" x2="346" y1={row * 26 + 17} y2={row * 26 + 17} />
            {dots
              .filter(dot => dot.arm === arm)
              .map(({ key, ratio }) => (
                <circle key={key} class={`figure-dot figure-${arm}`} cx={x(ratio)} cy={row * 26 + 17} r="5">
                  <title>{`${key}: ${percent(ratio - 1)}`}</title>
                </circle>
              ))}
          </g>
        ))}
        <text class="figure-text" x="96" y={height - 3}>
          {percent(Math.exp(-reach) - 1)}
        </text>
        <text class="figure-text" x={x(1)} y={height - 3} text-anchor="middle">
          no change
        </text>
        <text class="figure-text" x="346" y={height - 3} text-anchor="end">
          {percent(Math.exp(reach) - 1)}
        </text>
      </svg>
      <figcaption class="muted">{captionOf(trials)}</figcaption>
    </figure>
  )
}

/** What the dots compare. */
function captionOf(trials: readonly ShownTrial[]): string {
  const splits = trials.filter(({ beside }) => beside !== undefined).length
  if (splits === 0) return 'Change from before to after, each trial'
  const beside = 'units with the action beside those left alone at the same time, each trial'
  return splits === trials.length
    ? `Difference of the ${beside}`
    : `Change from before to after; of a split, the ${beside}`
}

interface Dot {
  readonly key: string
  readonly arm: ShownTrial['arm']
  /** Of after to before. */
  readonly ratio: number
}

/** A split has its other arm within the trial. A value of zero has no ratio. */
function changesIn({ id, arm, before, after, beside }: ShownTrial): Dot[] {
  if (after === undefined || after <= 0) return []
  if (beside !== undefined && beside > 0)
    return [
      { key: `${id} run`, arm: 'act', ratio: after / beside },
      { key: `${id} left alone`, arm: 'control', ratio: 1 },
    ]
  return before === undefined || before <= 0 ? [] : [{ key: id, arm, ratio: after / before }]
}

/** The effect and its interval around zero. */
function Effect({
  effect,
  interval: [low, high],
}: {
  readonly effect: number
  readonly interval: readonly [number, number]
}): JSX.Element {
  const asLog = (change: number): number => Math.log(Math.max(0.001, 1 + change))
  const reach = Math.max(0.05, Math.abs(asLog(low)), Math.abs(asLog(high))) * 1.1
  const x = (change: number): number => ((asLog(change) / reach) * 0.5 + 0.5) * 300 + 10
  const tone = low > 0 || high < 0 ? 'figure-sure' : 'figure-unsure'
  return (
    <figure class="figure">
      <svg
        viewBox="0 0 320 46"
        role="img"
        aria-label={`Effect ${percent(effect)}, 95 % interval from ${percent(low)} to ${percent(high)}`}
      >
        <line class="figure-zero" x1={x(0)} x2={x(0)} y1="2" y2="30" />
        <line class={`figure-interval ${tone}`} x1={x(low)} x2={x(high)} y1="16" y2="16" />
        <circle class={`figure-dot ${tone}`} cx={x(effect)} cy="16" r="6" />
        <text class="figure-text" x={x(0)} y="43" text-anchor="middle">
          no effect
        </text>
      </svg>
      <figcaption class="muted">
        Effect <strong>{percent(effect)}</strong>, 95 % interval from {percent(low)} to {percent(high)}
      </figcaption>
    </figure>
  )
}

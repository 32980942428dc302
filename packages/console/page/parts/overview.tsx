import type { ComponentChildren, JSX } from 'preact'
import { count } from '../format.ts'
import { store } from '../state/store.ts'

/** More than these are not sent. */
const MOST_ALERTS = 100

const MODE_WORDS: Readonly<Record<string, string>> = {
  off: 'nothing acts',
  shadow: 'only observes',
  advise: 'advises, and changes nothing',
  act: 'acts, and proves it',
}

/** The state of everything in five numbers. */
export function Overview(): JSX.Element {
  const { process, alerts, trials, evidence, advice, watched, findings } = store.sections
  const firing = alerts.value.filter(({ state }) => state === 'firing').length
  const pending = alerts.value.length - firing
  const open = trials.value.filter(({ state }) => state !== 'judged').length
  // Trials are judged together: an action has one verdict for an alert.
  const verdicts = evidence.value.filter(({ verdict }) => verdict !== 'inconclusive')
  const good = verdicts.filter(({ verdict }) => verdict === 'effective').length
  const harmful = verdicts.filter(({ verdict }) => verdict === 'harmful').length
  const standing = advice.value.filter(({ adoptedAt }) => adoptedAt === undefined).length
  const on = watched.value.filter(({ isOn }) => isOn)
  const series = on.reduce((sum, each) => sum + each.series, 0)
  return (
    <ul class="tiles" aria-label="Overview">
      <Tile name="Mode" value={process.value.mode} to="system">
        {MODE_WORDS[process.value.mode]}
      </Tile>
      <Tile
        name="Firing"
        value={alerts.value.length < MOST_ALERTS ? firing : `${firing}+`}
        tone={firing > 0 ? 'warn' : 'good'}
        to="alerts"
      >
        {pending > 0
          ? `${count(pending, 'alert')} pending`
          : firing > 0
            ? 'nothing else pending'
            : 'all is within its limits'}
      </Tile>
      <Tile name="Open trials" value={open} to="trials">
        {verdicts.length === 0
          ? 'no verdict yet'
          : `${count(verdicts.length, 'verdict')}: ${good} effective, ${harmful} harmful`}
      </Tile>
      <Tile name="Advice" value={standing} tone={standing > 0 ? 'accent' : undefined} to="advice">
        {standing === 0 ? 'nothing for you to do' : 'waits for a person'}
      </Tile>
      <Tile name="Series watched" value={series} to="system">
        {findings.value.length > 0 ? count(findings.value.length, 'finding') : count(on.length, 'package')}
      </Tile>
    </ul>
  )
}

interface TileProps {
  readonly name: string
  readonly value: string | number
  readonly tone?: 'warn' | 'good' | 'accent' | undefined
  readonly to: string
  readonly children: ComponentChildren
}

function Tile({ name, value, tone, to, children }: TileProps): JSX.Element {
  return (
    <li class="tile">
      <a href={`#${to}`}>
        <span class="tile-name">{name}</span>
        <span class={tone === undefined ? 'tile-value' : `tile-value is-${tone}`}>
          {typeof value === 'number' ? value.toLocaleString('en') : value}
        </span>
        <span class="tile-more">{children}</span>
      </a>
    </li>
  )
}

import type { JSX } from 'preact'
import { store } from '../state/store.ts'
import { KillSwitch } from './kill-switch.tsx'
import { Logo } from './logo.tsx'
import { ModePill } from './pill.tsx'

const PLACES = [
  ['alerts', 'Alerts'],
  ['signals', 'Signals'],
  ['trials', 'Trials'],
  ['advice', 'Advice'],
  ['knobs', 'Knobs'],
  ['system', 'System'],
  ['timeline', 'Timeline'],
] as const

/** What this is, how it is connected, and the switch that stops everything. */
export function Header(): JSX.Element {
  const { service, mode } = store.sections.process.value
  return (
    <header class="top">
      <div class="brand">
        <Logo />
        <h1>
          <span class="brand-name">Homeostat</span>
          <span class="brand-service">{service ?? 'a service without a name'}</span>
        </h1>
        <span class="brand-mode">
          <ModePill mode={mode} />
        </span>
      </div>
      <nav class="places" aria-label="Parts of the page">
        {PLACES.map(([id, name]) => (
          <a key={id} href={`#${id}`}>
            {name}
          </a>
        ))}
      </nav>
      <Connected />
      <KillSwitch />
    </header>
  )
}

function Connected(): JSX.Element {
  const { state } = store.connection.value
  const words = { live: 'Live', connecting: 'Connecting', lost: 'Not connected', locked: 'Locked' }[state]
  return (
    <span class={`connected connected-${state}`} role="status">
      {words}
    </span>
  )
}

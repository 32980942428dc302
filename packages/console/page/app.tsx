import type { JSX } from 'preact'
import { Advice } from './parts/advice.tsx'
import { Alerts } from './parts/alerts.tsx'
import { Banner } from './parts/banner.tsx'
import { ExplainDialog } from './parts/explain-dialog.tsx'
import { Header } from './parts/header.tsx'
import { Knobs } from './parts/knobs.tsx'
import { Overview } from './parts/overview.tsx'
import { Signals } from './parts/signals.tsx'
import { System } from './parts/system.tsx'
import { Timeline } from './parts/timeline.tsx'
import { TokenForm } from './parts/token-form.tsx'
import { Trials } from './parts/trials.tsx'
import { store } from './state/store.ts'

/** The whole page. */
export function App(): JSX.Element {
  const connection = store.connection.value
  const { state } = connection
  if (connection.state === 'locked') return <TokenForm isRefused={connection.isRefused} />
  const isKnown = store.isKnown.value
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <Banner />
      <main id="main" class={state === 'lost' ? 'page is-old' : 'page'} aria-busy={!isKnown}>
        {isKnown ? <Everything /> : <Waiting />}
      </main>
      <ExplainDialog />
    </>
  )
}

function Everything(): JSX.Element {
  return (
    <>
      <div class="column">
        <Overview />
        <Alerts />
        <Signals />
        <Trials />
        <Advice />
        <Knobs />
        <System />
      </div>
      <Timeline />
    </>
  )
}

function Waiting(): JSX.Element {
  return (
    <p class="waiting" role="status">
      {store.connection.value.state === 'lost'
        ? 'The page is there as soon as the process answers.'
        : 'Connecting to the process…'}
    </p>
  )
}

import type { Registry } from '@homeostat/signals'
import type { Ledger } from '../ledger.ts'
import { ledgerEvents } from './ledger-events.ts'
import { ledgerMetrics } from './ledger-metrics.ts'
import { ledgerSpans } from './ledger-spans.ts'

/** Everything Homeostat tells about itself comes from the ledger, so that no two accounts can differ. */
export function publishLedger(ledger: Ledger, engine: Registry): Disposable {
  const listeners = [ledgerMetrics(engine), ledgerSpans(engine.scope), ledgerEvents(engine.scope)].map(listener =>
    ledger.on(listener),
  )
  return { [Symbol.dispose]: () => listeners.forEach(listener => listener[Symbol.dispose]()) }
}

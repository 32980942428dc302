import type { Registry, Steps } from '@homeostat/signals'
import type { LedgerEntry } from '../../words/ledger-entry.ts'
import { ledgerEvents } from './ledger-events.ts'
import { ledgerMetrics } from './ledger-metrics.ts'
import { ledgerSpans } from './ledger-spans.ts'
import type { LedgerWriter } from './ledger-writer.ts'

/** All metrics, spans and events about Homeostat come from the ledger, so that no two accounts can differ. */
export class LedgerTelemetry {
  readonly #engine: Registry
  readonly #writers: readonly LedgerWriter[]

  constructor(engine: Registry) {
    this.#engine = engine
    this.#writers = [...ledgerMetrics(engine), ledgerSpans(engine.scope), ledgerEvents(engine.scope)]
  }

  /** Writes an entry. One writer that fails stops no other. */
  *publish(entry: LedgerEntry): Steps<void> {
    for (const write of this.#writers) {
      try {
        yield* write(entry)
      } catch (error) {
        this.#engine.faults.report('telemetry', error)
      }
      yield
    }
  }
}

import type { Backend } from '../../../examination/backend.ts'
import type { Finding } from '../../check.ts'
import { CUMULATIVE_TO_DATADOG, DELTA_TO_PROMETHEUS, TEMPORALITY } from '../../temporality-faults.ts'
import type { LiveCheck } from '../live-check.ts'
import type { ReaderFacts, Temporality } from '../../../examination/live-facts.ts'

const RUNTIME = '@opentelemetry/instrumentation-runtime-node'

/** Whether readers and what they read fit. */
export const readerChecks: readonly LiveCheck[] = [
  {
    id: 'reader-delta-to-prometheus',
    what: 'A reader sends delta values to Prometheus.',
    ...DELTA_TO_PROMETHEUS,
    find: ({ readers }) => misfits(readers, { backend: 'prometheus', temporality: 'delta', accepted: 'cumulative' }),
  },
  {
    id: 'reader-cumulative-to-datadog',
    what: 'A reader sends cumulative values to the OTLP intake of Datadog.',
    ...CUMULATIVE_TO_DATADOG,
    find: ({ readers }) => misfits(readers, { backend: 'datadog', temporality: 'cumulative', accepted: 'delta' }),
  },
  {
    id: 'histogram-reset-by-reader',
    what: 'Several readers share event-loop metrics that each collection resets.',
    why: 'The instrumentation of the runtime resets its histogram of the event loop in the callback that a collection runs. Each reader then sees only what happened since the other one collected: maxima and percentiles are too low.',
    fix: 'Use one reader, or measure the event loop with a histogram that no collection resets, such as the one of Homeostat.',
    find({ readers, metrics }) {
      const reset = metrics.filter(({ name, scope }) => scope === RUNTIME && name.startsWith('nodejs.eventloop.'))
      const [first] = reset
      if (readers.length < 2 || first === undefined) return []
      return [
        {
          evidence: `${first.name} and ${reset.length - 1} more of ${RUNTIME}${first.scopeVersion === undefined ? '' : ` ${first.scopeVersion}`} are collected by ${readers.length} readers: ${readers.map(shown).join('; ')}`,
          fix: 'remove one reader, or environment: OTEL_NODE_DISABLED_INSTRUMENTATIONS=runtime-node',
        },
      ]
    },
  },
]

interface Misfit {
  readonly backend: Backend
  readonly temporality: Temporality
  /** What the backend takes instead. */
  readonly accepted: Temporality
}

function misfits(readers: readonly ReaderFacts[], { backend, temporality, accepted }: Misfit): Finding[] {
  return readers
    .filter(reader => reader.backend === backend && reader.temporality === temporality)
    .map(reader => ({
      evidence: shown(reader),
      fix: `environment: ${TEMPORALITY}=${accepted}, or temporalityPreference in the options of the exporter`,
    }))
}

function shown({ className, exporter, address, temporality }: ReaderFacts): string {
  const to = [exporter, address && `to ${address}`].filter(part => part !== undefined && part !== '').join(' ')
  return [className ?? 'a reader', to && `with ${to}`, temporality && `(${temporality})`].filter(Boolean).join(' ')
}

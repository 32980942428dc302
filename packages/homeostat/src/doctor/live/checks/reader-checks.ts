import type { LiveCheck } from '../live-check.ts'
import type { ReaderFacts } from '../../../examination/live-facts.ts'

const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'
const RUNTIME = '@opentelemetry/instrumentation-runtime-node'

/** Whether readers and what they read fit. */
export const readerChecks: readonly LiveCheck[] = [
  {
    id: 'reader-delta-to-prometheus',
    what: 'A reader sends delta values to Prometheus.',
    why: 'The OTLP receiver of Prometheus refuses delta values unless an experimental feature is enabled, so counters and histograms are missing.',
    fix: 'Send cumulative values.',
    find({ readers }) {
      return readers
        .filter(({ backend, temporality }) => backend === 'prometheus' && temporality === 'delta')
        .map(reader => ({
          evidence: shown(reader),
          fix: `environment: ${TEMPORALITY}=cumulative, or temporalityPreference in the options of the exporter`,
        }))
    },
  },
  {
    id: 'reader-cumulative-to-datadog',
    what: 'A reader sends cumulative values to the OTLP intake of Datadog.',
    why: 'The intake takes delta values. It drops cumulative counters and histograms.',
    fix: 'Send delta values.',
    find({ readers }) {
      return readers
        .filter(({ backend, temporality }) => backend === 'datadog' && temporality === 'cumulative')
        .map(reader => ({
          evidence: shown(reader),
          fix: `environment: ${TEMPORALITY}=delta, or temporalityPreference in the options of the exporter`,
        }))
    },
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

function shown({ className, exporter, address, temporality }: ReaderFacts): string {
  const to = [exporter, address && `to ${address}`].filter(part => part !== undefined && part !== '').join(' ')
  return [className ?? 'a reader', to && `with ${to}`, temporality && `(${temporality})`].filter(Boolean).join(' ')
}

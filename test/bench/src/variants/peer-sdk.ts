import { context, trace } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOffSampler, NoopSpanProcessor } from '@opentelemetry/sdk-trace'

/**
 * Starts an SDK with the peer's instrumentation and a sampler that takes nothing, and returns how to work inside of a
 * request's span. Without a parent span the peers leave an operation alone, and there would be nothing to measure.
 */
export function startPeer(instrumentation: Instrumentation): <T>(work: () => T) => T {
  new NodeSDK({
    sampler: new AlwaysOffSampler(),
    spanProcessors: [new NoopSpanProcessor()],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
    instrumentations: [instrumentation],
  }).start()
  const span = trace.getTracer('bench').startSpan('request')
  if (span.isRecording()) throw new Error('the sampler is on')
  const request = trace.setSpan(context.active(), span)
  return work => {
    const run = (): ReturnType<typeof work> => {
      if (trace.getSpan(context.active()) === undefined) throw new Error('there is no context manager')
      return work()
    }
    return context.with(request, run)
  }
}

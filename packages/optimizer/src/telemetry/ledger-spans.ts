import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes } from '@opentelemetry/api'
import { attributes as a, spans } from '@homeostat/semconv'
import type { Scope } from '@homeostat/signals'
import type { LedgerListener } from '../ledger.ts'
import { wallTime } from '../steady-clock.ts'

/** One span per run of an action, written when it has ended. */
export function ledgerSpans(scope: Scope): LedgerListener {
  return ({ ended }) => {
    if (ended.length === 0) return
    // Asked each time: the application may register its SDK after us.
    const tracer = trace.getTracer(scope.name, scope.version)
    for (const { id, action, alert, outcome, startedAt, endedAt, before } of ended) {
      const attributes: Attributes = {
        [a.actionName]: action,
        [a.alert]: alert,
        [a.trialId]: id,
        [a.actionResult]: outcome.status,
        ...(before !== undefined && { [a.trialBefore]: before }),
        ...(outcome.status === 'failed' && { [a.errorType]: outcome.errorType }),
      }
      const span = tracer.startSpan(spans.action, { root: true, startTime: wallTime(startedAt), attributes })
      if (outcome.status !== 'completed') span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(wallTime(endedAt))
    }
  }
}

import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import { attributes as a, spans } from '@homeostat/semconv'
import { BoundedMap, type Scope } from '@homeostat/signals'
import type { AdviceGiven } from '../../words/advice-given.ts'
import type { LedgerEntry } from '../../words/ledger-entry.ts'
import { wallTime } from '../../time/steady-clock.ts'
import type { SettlingTrial, Trial } from '../../words/trial.ts'
import type { ProofNews } from '../../words/proof-news.ts'
import type { LedgerWriter } from './ledger-writer.ts'
import { proofAttributes } from './proof-attributes.ts'

/** Runs whose verdict is still awaited; more would be a loop that acts without end. */
const MAX_REMEMBERED = 200

/**
 * One span per run of an action, linked to the traces of the time in which its alert fired, with one child for the
 * verification and one for the revert, and one per proof. Each is written when it has ended.
 */
export function ledgerSpans(scope: Scope): LedgerWriter {
  const runs = new BoundedMap<string, Context>(MAX_REMEMBERED)
  return function* (entry) {
    const proofs = entry.proofs.filter(({ change }) => change === 'ended')
    const { ended, advised, verdicts, reverted } = entry
    if (ended.length + advised.length + verdicts.length + reverted.length + proofs.length === 0) return
    // Asked each time: the application may register its SDK after us.
    const tracer = trace.getTracer(scope.name, scope.version)
    for (const trial of ended) {
      runs.set(trial.id, trace.setSpan(ROOT_CONTEXT, writeRun(tracer, trial)))
      yield
    }
    for (const given of advised) writeAdvice(tracer, given)
    writeVerdicts(tracer, entry, runs)
    writeReverts(tracer, entry, runs)
    for (const news of proofs) writeProof(tracer, news)
  }
}

function writeRun(tracer: Tracer, trial: SettlingTrial): Span {
  const { outcome, startedAt, endedAt, traces } = trial
  const attributes: Attributes = {
    ...naming(trial),
    [a.actionResult]: outcome.status,
    [a.alertValue]: trial.value,
    ...(outcome.status === 'failed' && { [a.errorType]: outcome.errorType }),
  }
  const links = traces.map(context => ({ context }))
  const span = tracer.startSpan(spans.action, { root: true, startTime: wallTime(startedAt), attributes, links })
  if (outcome.status !== 'completed') span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(wallTime(endedAt))
  return span
}

function writeAdvice(tracer: Tracer, { action, alert, status, errorType, startedAt, endedAt }: AdviceGiven): void {
  const attributes: Attributes = {
    [a.actionName]: action,
    [a.alert]: alert,
    [a.actionResult]: status,
    ...(errorType !== undefined && { [a.errorType]: errorType }),
  }
  const span = tracer.startSpan(spans.action, { root: true, startTime: wallTime(startedAt), attributes })
  if (status !== 'completed') span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(wallTime(endedAt))
}

function writeVerdicts(tracer: Tracer, { verdicts }: LedgerEntry, runs: Map<string, Context>): void {
  for (const trial of verdicts) {
    const run = runs.get(trial.id)
    // A run that failed was not watched.
    if (!run || trial.outcome.status !== 'completed') continue
    const attributes = { ...naming(trial), [a.verdict]: trial.verdict }
    tracer
      .startSpan(spans.verify, { startTime: wallTime(trial.endedAt), attributes }, run)
      .end(wallTime(trial.judgedAt))
    if (trial.state === 'judged') runs.delete(trial.id)
  }
}

function writeReverts(tracer: Tracer, { reverted }: LedgerEntry, runs: Map<string, Context>): void {
  for (const trial of reverted) {
    const run = runs.get(trial.id)
    runs.delete(trial.id)
    if (!run || !trial.reverted) continue
    const { because, result, from, at } = trial.reverted
    const attributes = { ...naming(trial), [a.revertCause]: because, [a.revertResult]: result }
    const span = tracer.startSpan(spans.revert, { startTime: wallTime(from), attributes }, run)
    if (result === 'failed') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(wallTime(at))
  }
}

function writeProof(tracer: Tracer, news: ProofNews): void {
  const attributes = proofAttributes(news)
  const span = tracer.startSpan(spans.proof, { root: true, startTime: wallTime(news.startedAt), attributes })
  if (news.isInOrder === false) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(wallTime(news.at))
}

function naming({ id, action, alert, arm }: Trial): Attributes {
  return { [a.actionName]: action, [a.alert]: alert, [a.trialId]: id, [a.trialArm]: arm }
}

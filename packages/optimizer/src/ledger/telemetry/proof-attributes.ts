import type { Attributes } from '@opentelemetry/api'
import { attributes as a } from '@homeostat/semconv'
import type { ProofNews } from '../../words/proof-news.ts'

/** What a span or an event about a proof carries. */
export function proofAttributes({ id, knob, change, verdict, placebo }: ProofNews): Attributes {
  return {
    [a.actionName]: knob,
    [a.trialId]: id,
    [a.proofChange]: change,
    ...(verdict !== undefined && { [a.verdict]: verdict }),
    ...(placebo !== undefined && { [a.placeboVerdict]: placebo }),
  }
}

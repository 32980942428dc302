import type { Refusal } from '../words/decision.ts'
import type { RefusalReason } from '../words/refusal-reason.ts'

/** One sentence per reason: what does not happen, and why. */
const SENTENCES: Readonly<Record<RefusalReason, (action: string, detail: string) => string>> = {
  'no response': () => 'no response answers it, so nothing is done',
  'no such action': (action, detail) => `${action} does not run: ${detail}`,
  'kill switch': (action, detail) => `${action} does not run: the kill switch is ${detail}`,
  // It names the action itself.
  mode: (_action, detail) => detail,
  'missing data': (action, detail) => `${action} waits: ${detail}`,
  'warm-up': (action, detail) => `${action} waits: ${detail}`,
  quarantine: (action, detail) => `${action} is in quarantine: ${detail}`,
  cooldown: (action, detail) => `${action} rests: ${detail}`,
  budget: (action, detail) => `${action} waits for its budget: ${detail}`,
  conflict: (action, detail) => `${action} waits: ${detail}`,
  lease: (action, detail) => `${action} does not run: ${detail}`,
  prerequisites: (action, detail) => `${action} does not run: ${detail}`,
  guards: (action, detail) => `${action} waits: ${detail}`,
}

/** Why nothing is done, in a sentence without a full stop, e.g. `cache.warm rests: 40 s of cooldown left`. */
export function refusalText({ response, reason, detail }: Pick<Refusal, 'response' | 'reason' | 'detail'>): string {
  return SENTENCES[reason](response?.action ?? 'an action', detail)
}

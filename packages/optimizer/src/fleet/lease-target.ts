import type { Action } from '../words/action.ts'
import { alertKey } from '../words/alert-key.ts'
import { fingerprint } from '../words/fingerprint.ts'
import type { Firing } from '../words/firing.ts'

/** What a shared action works on: the alert's label set, as a fingerprint, because labels are the application's own. */
export function leaseTarget({ scope }: Action, firing: Firing): string | undefined {
  return scope === 'shared' ? fingerprint(alertKey(firing)) : undefined
}

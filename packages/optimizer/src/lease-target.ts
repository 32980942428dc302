import type { Action } from './action.ts'
import { alertKey } from './alert-key.ts'
import { fingerprint } from './fingerprint.ts'
import type { Firing } from './firing.ts'

/** What a shared action works on: the alert's label set, as a fingerprint, because labels are the application's own. */
export function leaseTarget({ scope }: Action, firing: Firing): string | undefined {
  return scope === 'shared' ? fingerprint(alertKey(firing)) : undefined
}

import type { Action } from '../words/action.ts'
import { alertKey } from '../words/alert-key.ts'
import { fingerprint } from '../words/fingerprint.ts'
import type { Firing } from '../words/firing.ts'

/** The lease of a knob: who holds it may set the knob. */
export function knobKey(knob: string): string {
  return `${KNOB}${knob}`
}

/** The knob that a lease is about; undefined when it is about something else. */
export function knobOf(key: string): string | undefined {
  return key.startsWith(KNOB) ? key.slice(KNOB.length) : undefined
}

/**
 * The lease of a shared action: who holds it may run the action. Keys differ whenever action or target do: a slash in either is
 * written as `%2F`.
 *
 * @param target - what it works on when there are several, e.g. the name of a queue
 */
export function actionKey(action: string, target?: string): string {
  return ['action', action, ...(target === undefined ? [] : [target])].map(inPath).join('/')
}

/** The target of a shared action: the alert's label set as a fingerprint, because labels are the application's own. */
export function leaseTarget({ scope }: Action, firing: Firing): string | undefined {
  return scope === 'shared' ? fingerprint(alertKey(firing)) : undefined
}

const KNOB = 'knob/'

function inPath(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('/', '%2F')
}

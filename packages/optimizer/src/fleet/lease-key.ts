/** The lease of a knob: who holds it may set the knob. */
export function knobKey(knob: string): string {
  return `knob/${knob}`
}

/**
 * The lease of a shared action: who holds it may run the action.
 *
 * @param target - what it works on when there are several, e.g. the name of a queue
 */
export function actionKey(action: string, target?: string): string {
  return target === undefined ? `action/${action}` : `action/${action}/${target}`
}

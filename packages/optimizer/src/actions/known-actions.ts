import type { Faults } from '@homeostat/signals'
import { readWhole } from '@homeostat/signals/options'
import type { Action } from '../words/action.ts'
import { actionsByName } from '../words/action.ts'
import { actionSchema } from '../words/schemas/action-schema.ts'

/** An action that lacks something, or has something that is not valid. It is left out. */
export class ActionNotValidError extends TypeError {
  override readonly name = 'ActionNotValidError'
  readonly code = 'HOMEOSTAT_ACTION_NOT_VALID'
}

/**
 * The actions that the loop may use, by name, each as a plain object: what the application's object says later, or a getter of
 * it that throws, reaches no decision.
 *
 * @throws DuplicateActionError when two have one name
 */
export function knownActions(given: readonly Action[], faults: Faults): ReadonlyMap<string, Action> {
  const actions = given.flatMap((action, index) => {
    const { value, problems } = readWhole(actionSchema, action, { path: `actions[${index}]` })
    for (const { message } of problems) faults.report('action', new ActionNotValidError(message))
    return value ? [plainAction(value)] : []
  })
  return actionsByName(actions)
}

function plainAction(action: Action): Action {
  const { name, kind = 'change', scope, touches, raises, lowers, risk, disruptive = false } = action
  return {
    ...action,
    name,
    kind,
    scope,
    touches: [...touches],
    raises: [...raises],
    lowers: [...lowers],
    risk,
    disruptive,
    unready: (firing, options) => action.unready?.(firing, options),
    run: context => action.run(context),
    ...(action.followed && { followed: (given, context) => action.followed!(given, context) }),
  }
}

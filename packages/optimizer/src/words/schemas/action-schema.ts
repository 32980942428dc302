import type { OptionSchema } from '@homeostat/signals/options'
import { callback, flag, listOf, oneOf, text, whole, wholeNumber } from '@homeostat/signals/options'
import type { Action } from '../action.ts'

const resources = (description: string): OptionSchema<readonly string[]> =>
  listOf(text({ description: 'a resource' }), { description, expected: "a list of resources, e.g. ['memory']" })

/** The schema of an action. It may have other fields; one that is not valid is left out, and the others are used. */
export const actionSchema: OptionSchema<Action> = whole<Action>(
  {
    name: text({ description: 'dotted, e.g. `cache.warm`' }),
    scope: oneOf(['process', 'shared'], { description: '`shared` when it touches resources that other processes use' }),
    touches: resources('what it works on'),
    raises: resources('the resources that it uses more of'),
    lowers: resources('the resources that it is meant to relieve'),
    risk: wholeNumber({ least: 0, most: 3, description: '3 may do damage when it is wrong' }) as OptionSchema<
      Action['risk']
    >,
    run: callback<Action['run']>({ description: 'runs it' }),
  },
  {
    kind: oneOf(['change', 'advice'], {
      default: 'change',
      description: '`advice` when it changes nothing outside its own reading',
    }),
    followed: callback<NonNullable<Action['followed']>>({ description: 'its advice that was followed' }),
    disruptive: flag({ default: false, description: 'whether it slows the process down while it runs' }),
    estimand: text({ description: 'what it compares where it judges its own changes' }),
    unready: callback<NonNullable<Action['unready']>>({ description: 'why it could not run now' }),
  },
  { description: 'an action', expected: 'an action: name, scope, touches, raises, lowers, risk, run()', isOpen: true },
)

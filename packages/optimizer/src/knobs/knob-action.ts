import type { Action, ActionContext } from '../words/action.ts'
import { CoordinatorUnavailableError, LeaseLostError } from '../fleet/errors.ts'
import type { Knob, KnobOptions } from '../words/knob.ts'
import type { Receipt, UndoResult } from '../words/receipt.ts'
import type { Adjustment } from './adjustment.ts'
import type { KnobSetter } from './adjustment-options.ts'
import { KnobOutOfBoundsError, RecordRefusedError } from './errors.ts'
import { JournalUnavailableError } from '../state/errors.ts'
import { targetOf } from './knob-options.ts'
import type { Knobs } from './knobs.ts'

/**
 * A knob as an action, named like it. A run sets the knob once, as the response's options say; its receipt can be renewed and undone,
 * and is undone by itself when nobody renews it.
 *
 * @example
 * ```ts
 * const knobs = new Knobs({ knobs: [concurrency], service: 'shop', clock: Date.now })
 * await knobs.start()
 * const action = knobAction(concurrency, knobs)
 * const response: Response = { to: { alert: 'CpuHigh' }, action: 'crawler.concurrency', options: { factor: 0.75 }, priority: 'slo' }
 * ```
 */
export function knobAction(knob: Knob, knobs: Knobs): Action<KnobOptions> {
  return actionOver(knob, () => knobs, knob.name)
}

/**
 * All actions that set a knob: the one that is called like it, and those it names in `actions`. They touch the same resources, so
 * that never more than one of them is tried at a time. A named one sets what the response asks for, else what the knob says.
 *
 * @example
 * ```ts
 * const limit: Knob = { ...cacheLimit, name: 'cache.limit', actions: { 'cache.resize': { to: 0.7 } } }
 * knobActions(limit, knobs).map(({ name }) => name) // ['cache.limit', 'cache.resize']
 * ```
 *
 * @param knobs - or what returns them, for knobs whose service is not known yet; it is called when an action runs
 */
export function knobActions(knob: Knob, knobs: Knobs | (() => Knobs)): Action<KnobOptions>[] {
  const source = typeof knobs === 'function' ? knobs : () => knobs
  return knobActionNames(knob).map(name => actionOver(knob, source, name))
}

/** What {@link knobActions} are called. */
export function knobActionNames({ name, actions = {} }: Pick<Knob, 'name' | 'actions'>): string[] {
  return [name, ...Object.keys(actions)]
}

function actionOver(knob: Knob, source: () => Knobs, name: string): Action<KnobOptions> {
  const { scope, touches = [], raises = [], lowers = [], risk = 1 } = knob
  return {
    name,
    scope,
    // Named after the knob where it names nothing: two actions of one knob must not seem to work on two things.
    touches: touches.length > 0 ? touches : [knob.name],
    raises,
    lowers,
    risk,
    ...(knob.unready && { unready: (_firing, options) => knob.unready?.(options ?? knob.actions?.[name]) }),
    async run(context) {
      const options = context.options ?? knob.actions?.[name]
      const knobs = source()
      await knobs.start()
      return knobs.inTurn(knob.name, () => adjust(knob, knobs, name, { ...context, options }))
    },
  }
}

async function adjust(
  knob: Knob,
  knobs: Knobs,
  action: string,
  { firing, options, signal, split }: ActionContext<KnobOptions>,
): Promise<Receipt> {
  const { name } = knob
  if (signal.aborted) return unchanged(`${name} was not set: aborted`)
  const refusal = await knobs.refusalOf(name)
  if (refusal !== undefined) return unchanged(refusal)
  try {
    const from = await knobs.accessTo(name).read()
    const to = targetOf(name, options, from, knob.bounds)
    if (to === from) return { summary: `${name} stays ${from}`, effects: { changed: 0 } }
    const adjustment = await knobs.adjustmentOf(name, from)
    if (!adjustment) return unchanged(`${name} is held by another process, or was set by a person`)
    return await pushDivided(knob, split, from, () =>
      push(adjustment, from, to, signal, { action, alert: firing.alert }),
    )
  } catch (error) {
    // Nothing was set, and nothing is wrong with the knob.
    if (isRefusal(error)) return unchanged(error.message)
    throw error
  }
}

/**
 * A change for half of the units, where the trial is a split and the knob can do that: until the change is kept, or is undone. The units are
 * divided before the value is set, so that none of the other half gets it.
 */
async function pushDivided(
  knob: Knob,
  split: ActionContext['split'],
  from: number,
  change: () => Promise<Receipt>,
): Promise<Receipt> {
  if (split === undefined || knob.divide === undefined) return change()
  const unite = (): void => knob.divide?.(undefined, from)
  knob.divide(split, from)
  let isDivided = false
  try {
    const receipt = await change()
    const { undo } = receipt
    if (undo === undefined) return receipt
    isDivided = true
    return {
      ...receipt,
      summary: `${receipt.summary} for half of the units`,
      undo: context => {
        unite()
        return undo(context)
      },
      switch: async isOn => {
        if (isOn) unite()
      },
    }
  } finally {
    if (!isDivided) unite()
  }
}

async function push(
  adjustment: Adjustment,
  from: number,
  to: number,
  signal: AbortSignal,
  by: KnobSetter,
): Promise<Receipt> {
  const name = adjustment.knob
  const pushed = await adjustment.push(from, to, signal, by)
  if (pushed === 'aborted') return unchanged(`${name} was not set: aborted`)
  if ('result' in pushed) return unchanged(reasonOf(pushed))
  return {
    summary: `set ${name} from ${from} to ${to}`,
    effects: { from, to, changed: 1 },
    renew: () => adjustment.renew(),
    undo: context => adjustment.undo(context.signal, pushed.layer),
  }
}

function reasonOf(result: UndoResult): string {
  if (result.result === 'superseded') return result.detail
  return result.result === 'failed' ? result.error : 'it was reverted at once'
}

const REFUSALS = [
  CoordinatorUnavailableError,
  LeaseLostError,
  JournalUnavailableError,
  KnobOutOfBoundsError,
  RecordRefusedError,
] as const

function isRefusal(error: unknown): error is Error {
  return REFUSALS.some(refusal => error instanceof refusal)
}

function unchanged(why: string): Receipt {
  return { summary: why, effects: { changed: 0 }, problems: [why] }
}

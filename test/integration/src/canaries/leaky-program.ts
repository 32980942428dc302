import type { Action, Knob, Receipt, Response } from 'homeostat'
import type { Canaries } from './canaries.ts'
import type { Thrown } from './thrown-values.ts'

/** Actions, a knob, rules and responses of an application that throws, and that puts secrets where none belong. */
export interface LeakyProgram {
  readonly actions: Action[]
  readonly knobs: Knob[]
  readonly rules: { readonly alert: string; readonly expr: string }[]
  readonly responses: Response[]
  /** The actions and the knob that the rules ask for, those of packages included. */
  readonly asked: readonly string[]
}

/** A program whose rules always fire, so that everything in it runs. */
export function leakyProgram(canary: Canaries, thrown: Thrown): LeakyProgram {
  const { throwNext } = thrown
  const receiptOf = (): Receipt =>
    ({
      summary: 'cleared 1 entry',
      effects: { entries: 1, [`${canary('effect name')}:/?`]: 2 },
      problems: [],
      undo: async () => throwNext(),
      renew: async () => throwNext(),
      secret: canary('extra property of a receipt'),
    }) as Receipt

  let runs = 0
  const actions: Action[] = [
    ...thrown.kinds.map((value, index) =>
      actionOf(`shop.throw${index}`, async () => {
        throw value()
      }),
    ),
    actionOf('shop.receipt', async () => receiptOf()),
    actionOf(
      'shop.odd',
      async () => ({ summary: 5, effects: canary('odd receipt'), undo: () => throwNext() }) as never,
    ),
    actionOf('shop.count', async () => ({ summary: `run ${++runs}`, effects: { runs: 1 } })),
    { ...actionOf('shop.unready', async () => throwNext()), unready: () => throwNext() },
  ]
  const knob: Knob = {
    name: 'shop.knob',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0, max: 10 },
    read: () => throwNext(),
    compareAndSet: () => throwNext(),
  }
  const asked = [...actions.map(({ name }) => name), 'shop.knob', 'cache.warm', 'query.optimize', 'memory.cleanup']
  const rules = asked.map(name => ({ alert: `For_${name.replaceAll('.', '_')}`, expr: 'vector(1)' }))
  const responses: Response[] = asked.map(name => ({
    to: { alert: `For_${name.replaceAll('.', '_')}` },
    action: name,
    // Never withheld as a control.
    priority: 'safety',
    cooldownMs: 1000,
    timeoutMs: 3000,
    ...(name === 'shop.knob' && { options: { by: 1 } }),
    ...(name === 'shop.receipt' && {
      expect: { expr: 'vector(1)', direction: 'down', settleMs: 1000, windowMs: 1000 },
    }),
  }))
  return { actions, knobs: [knob], rules, responses, asked }
}

function actionOf(name: string, run: Action['run']): Action {
  return { name, scope: 'process', touches: [name], raises: [], lowers: [], risk: 0, run }
}

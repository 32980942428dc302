import type { Action, Response, Verdict } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { STEP_MS } from './history.ts'
import type { HistoryOptions } from './history.ts'

const LOAD: MetricDefinition = {
  name: 'chaos.load',
  kind: 'gauge',
  unit: '1',
  description: 'The plant',
  attributes: [],
}
const START = Date.UTC(2026, 0, 1)
/** The action's effect lasts for the settling and the window. */
const EFFECT_MS = 180_000
/** Two months; a history that is not through by then has stopped. */
const MOST_STEPS = 60 * 8640

/** The verdicts that the whole loop gave in one history, with its default settings, in virtual time. */
export async function verdictsOfLoop(
  { phases, threshold }: HistoryOptions,
  random: () => number,
): Promise<Set<Verdict>> {
  const [phase] = phases
  const plant = phase!.plant(random)
  let now = START
  let actedUntil = 0
  const clock = (): number => now
  const engine = new Registry({ scope: { name: 'homeostat', version: '0' }, clock })
  const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
  const load = registry.level(LOAD).with()
  const act: Action = {
    name: 'chaos.act',
    scope: 'process',
    touches: ['load'],
    raises: [],
    lowers: ['load'],
    risk: 0,
    run: async () => {
      actedUntil = now + EFFECT_MS
      plant.act?.()
      return { summary: 'acted', effects: { acts: 1 } }
    },
  }
  const response: Response = {
    to: { alert: 'LoadHigh' },
    action: act.name,
    priority: 'efficiency',
    expect: { expr: 'chaos_load', direction: 'down' },
  }
  const optimizer = new Optimizer({
    registries: [engine, registry],
    rules: [{ alert: 'LoadHigh', expr: `chaos_load > ${threshold}`, for: '30s' }],
    responses: [response],
    actions: [act],
    modeOf: () => 'act',
    intervalMs: STEP_MS,
    environment: {},
    clock,
    random,
  })
  const said = new Set<Verdict>()
  for (let step = 0; step < MOST_STEPS; step++, now += STEP_MS) {
    const value = plant.next(now < actedUntil)
    if (Number.isNaN(value)) load.clear()
    else load.set(value)
    const { entry } = await optimizer.tickAndWait(now)
    for (const { verdict } of entry.verdicts) said.add(verdict)
    const { acts = 0, controls = 0 } = optimizer.histories.all[0]?.counts ?? {}
    if (entry.quarantined.length > 0 || (acts >= phase!.perArm && controls >= phase!.perArm)) break
  }
  await optimizer.stop()
  return said
}

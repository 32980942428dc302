import { nextTurn as settle, Registry } from '@homeostat/signals'
import type { RuleSource } from '@homeostat/promql'
import type { Mode } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import { checkExpected } from './check-expected.ts'
import { EventLog } from './event-log.ts'
import { isWithin } from './level.ts'
import { Plant } from './plant.ts'
import { createRandom } from '@homeostat/signals/random'
import type { Scenario } from './scenario.ts'
import { ScenarioFailure } from './scenario-failure.ts'

/** 2026-01-01: the present of every scenario, so that a scenario gives the same result on every day. */
const START = Date.UTC(2026, 0, 1)

const KILLER = 'the scenario'

/**
 * Runs a scenario through the loop itself in virtual time and returns everything that went otherwise than expected. Timeouts of
 * actions are not simulated: they run on the clock of the machine.
 *
 * @param rules - of the rule files that the test file names; the scenario's own come after them
 */
export async function runScenario(scenario: Scenario, rules: readonly RuleSource[]): Promise<ScenarioFailure[]> {
  const {
    name,
    durationMs,
    intervalMs,
    seed,
    plant: spec,
    killed,
    expect,
    modes,
    budget,
    warmUpMs,
    responses,
  } = scenario
  let elapsedMs = 0
  const clock = (): number => START + elapsedMs
  const plant = new Plant(spec, { seed, intervalMs, clock })
  const optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'homeostat' }, clock }), plant.registry],
    rules: [...rules, ...scenario.rules],
    responses,
    actions: plant.actions,
    modeOf: action => modeIn(modes, action),
    warmUpMs,
    intervalMs,
    budget,
    environment: {},
    clock,
    random: createRandom(seed + 1),
  })
  const log = new EventLog()
  try {
    const { rejected } = optimizer.rules
    if (rejected.length > 0)
      return rejected.map(error => new ScenarioFailure(`    name: ${name}, ${error.message}`, { cause: error }))
    for (; elapsedMs <= durationMs; elapsedMs += intervalMs) {
      plant.advance(elapsedMs)
      const isKilled = isWithin(killed, elapsedMs)
      if (isKilled !== optimizer.killSwitch.state.tripped) {
        if (isKilled) optimizer.killSwitch.trip(KILLER)
        else optimizer.killSwitch.reset()
      }
      await settle()
      log.add(elapsedMs, optimizer.tick(clock()))
      // Actions and undoings are promises; in virtual time they are over before the next tick.
      await settle()
      await optimizer.restored()
    }
  } finally {
    await optimizer.stop()
  }
  return expect.flatMap(each => checkExpected(name, each, log, intervalMs))
}

function modeIn(modes: Scenario['modes'], action: string): Mode {
  const [family = ''] = action.split('.')
  return modes[action] ?? modes[family] ?? modes['default'] ?? 'act'
}

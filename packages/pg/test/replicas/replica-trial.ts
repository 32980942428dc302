import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { knobActions, Knobs, Optimizer, type Mode } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { createRandom } from '@homeostat/signals/random'
import { pg as pgDomain } from '../../src/domain.ts'
import { offloadReads } from '../../src/responses.ts'
import { slowQueries } from '../../src/rules.ts'
import { balanceOf, type RoutedTestPool } from './pool/routed.ts'

/** How a trial of the knob has ended. */
export interface ReplicaTrialOutcome {
  readonly verdict: string
  /** From its begin to its verdict, in seconds of the loop. */
  readonly seconds: number
  readonly why: string
  /** The share of requests that may use replicas afterwards. */
  readonly weight: number
}

const TICK_SECONDS = 5
const REQUESTS_PER_SECOND = 8
const LONGEST_SECONDS = 3_600
/** Every read of the primary is a slow one. */
const SLOW_MS = 2

/**
 * A step of `replica.weight` through the real loop, by the rule and the response of the package: real reads from a real primary and a real
 * replica, whose real durations are compared. Only the time of the loop is virtual: each second of it has a few requests.
 */
export async function replicaTrial(pool: RoutedTestPool, seed: number): Promise<ReplicaTrialOutcome> {
  const start = Date.now()
  const time = { second: 0 }
  let mode: Mode = 'off'
  const clock = (): number => start + time.second * 1000
  pool.routing.weight = 0
  const domain = pgDomain({ slowQueryThresholdMs: SLOW_MS })
  domain.instrumentation.enable()
  const knob = domain.knobs.find(({ name }) => name === 'replica.weight')!
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-replicas-'))
  const knobs = new Knobs({ knobs: [knob], service: 'shop', stateDir: folder, clock })
  const optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), domain.instrumentation.registry],
    rules: [slowQueries],
    responses: offloadReads.filter(({ to }) => to.alert === slowQueries.alert),
    actions: knobActions(knob, knobs),
    modeOf: () => mode,
    warmUpMs: 0,
    intervalMs: TICK_SECONDS * 1000,
    lookMs: 1000,
    environment: {},
    clock,
    random: createRandom(seed),
  })
  const step = async (): Promise<void> => {
    time.second++
    await Promise.all(
      Array.from({ length: REQUESTS_PER_SECOND }, (_, request) => pool.routing.run(() => balanceOf(pool, 1 + request))),
    )
    if (time.second % TICK_SECONDS === 0) optimizer.tick(clock())
    else if (optimizer.looks.areNeeded) optimizer.looks.look(clock())
    if (optimizer.trials.open.length > 0) await turn()
  }
  try {
    for (let quiet = 0; quiet < 600; quiet++) await step()
    mode = 'act'
    while (optimizer.trials.all.length === 0 && time.second < LONGEST_SECONDS) await step()
    const begunAt = time.second
    let trial = optimizer.trials.all.at(-1)
    while (trial?.state !== 'judged' && trial?.state !== 'kept' && time.second < LONGEST_SECONDS) {
      await step()
      trial = optimizer.trials.all.at(-1)
    }
    for (let more = 0; more < 5; more++) await turn()
    return {
      verdict: trial !== undefined && 'verdict' in trial ? trial.verdict : 'no trial',
      seconds: time.second - begunAt,
      why: trial !== undefined && 'reason' in trial ? trial.reason : 'nothing was judged',
      weight: pool.routing.weight,
    }
  } finally {
    await optimizer.stop()
    await knobs.close()
    domain.instrumentation.disable()
    await rm(folder, { recursive: true, force: true })
  }
}

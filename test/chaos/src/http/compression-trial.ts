import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { http } from '@homeostat/http/domain'
import { compressionShareByArm } from '@homeostat/http/expressions'
import { createRandom } from '@homeostat/lab/scenarios'
import { knobActions, Knobs, Optimizer, type Mode, type Response } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { plainServer, receive } from './compressing-servers.ts'
import { jsonBodies } from './json-bodies.ts'

/** Options of one trial of the knob. */
export interface CompressionTrialOptions {
  /** The coding that all clients accept. */
  readonly coding: string
  /** How many steps it goes up. */
  readonly by: number
  /** Seconds of the loop before it. */
  readonly quietSeconds: number
  readonly seed: number
  /** Whether the CPU time of a request is guarded. @default false */
  readonly isGuarded?: boolean
}

/** How it ended. */
export interface CompressionTrialOutcome {
  readonly from: number
  readonly to: number
  readonly verdict: string
  /** From its begin to its verdict, or until it was reverted, in seconds of the loop. */
  readonly seconds: number
  readonly why: string
  readonly reverted: string | undefined
  readonly stepNow: number
}

const TICK_SECONDS = 5
const REQUESTS_PER_SECOND = 4
const LONGEST_SECONDS = 1200

const gauge = (name: string): MetricDefinition => ({
  name,
  kind: 'gauge',
  unit: '1',
  description: 'Of the service',
  attributes: [],
})

/**
 * A step of `http.compression` through the real loop: real requests to a real server, whose real CPU time is measured. Only the time of
 * the loop is virtual: each second of it has a few requests.
 */
export async function compressionTrial(options: CompressionTrialOptions): Promise<CompressionTrialOutcome> {
  const { coding, by, quietSeconds, seed, isGuarded = false } = options
  const start = Date.now()
  const time = { second: 0 }
  let mode: Mode = 'off'
  const clock = (): number => start + time.second * 1000
  const domain = http({})
  domain.instrumentation.enable()
  const knob = domain.knobs.find(({ name }) => name === 'http.compression')!
  const from = await knob.read()
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-http-'))
  const knobs = new Knobs({ knobs: [knob], service: 'chaos', stateDir: folder, clock })
  const service = new Registry({ scope: { name: 'service', version: '0' }, clock })
  service.level(gauge('service.pressure')).with().set(1)
  const cpu = service.level(gauge('service.cpu')).with()
  const response: Response = {
    to: { alert: 'LinkFull' },
    action: 'http.compression',
    options: { by },
    priority: 'slo',
    expect: { expr: compressionShareByArm, direction: 'down', worth: 0.02, harm: 0.02, settleMs: 15_000 },
    design: { kind: 'split', blocks: 10, blockMs: 30_000 },
    ...(isGuarded && { guards: [{ expr: 'max(service_cpu)', notWorseThan: 0.3 }] }),
  }
  const optimizer = new Optimizer({
    registries: [
      new Registry({ scope: { name: 'homeostat', version: '0' }, clock }),
      service,
      domain.instrumentation.registry,
    ],
    rules: [{ alert: 'LinkFull', expr: 'service_pressure > 0' }],
    responses: [response],
    actions: knobActions(knob, knobs),
    modeOf: () => mode,
    warmUpMs: 0,
    intervalMs: TICK_SECONDS * 1000,
    lookMs: 1000,
    environment: {},
    clock,
    random: createRandom(seed),
  })
  // Of one size, so that the CPU time of a second says how long one body takes.
  const bodies = jsonBodies(400, seed)
    .filter(({ length }) => length > 45_000)
    .slice(0, 4)
  await using server = await plainServer(bodies)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const step = async (): Promise<void> => {
    time.second++
    const before = process.cpuUsage()
    for (let asked = 0; asked < REQUESTS_PER_SECOND; asked++)
      await receive(server.port, `/whole/${asked % bodies.length}`, coding, agent)
    const { user, system } = process.cpuUsage(before)
    cpu.set((user + system) / 1e6)
    if (time.second % TICK_SECONDS === 0) optimizer.tick(clock())
    else if (optimizer.looks.areNeeded) optimizer.looks.look(clock())
    if (optimizer.trials.open.length > 0) await turn()
  }
  for (let quiet = 0; quiet < quietSeconds; quiet++) await step()
  mode = 'act'
  for (let waited = 0; optimizer.trials.all.length === 0 && waited < LONGEST_SECONDS; waited++) await step()
  const begunAt = time.second
  let to = from
  let trial = optimizer.trials.all.at(-1)
  for (let tried = 0; trial?.state !== 'judged' && trial?.state !== 'kept' && tried < LONGEST_SECONDS; tried++) {
    await step()
    to = Math.max(to, await knob.read())
    trial = optimizer.trials.all.at(-1)
  }
  for (let more = 0; more < 5; more++) await turn()
  const outcome = {
    from,
    to,
    verdict: trial !== undefined && 'verdict' in trial ? trial.verdict : 'no trial',
    seconds: time.second - begunAt,
    why: trial !== undefined && 'reason' in trial ? trial.reason : '',
    reverted: trial?.state === 'judged' ? trial.reverted?.because : undefined,
    stepNow: await knob.read(),
  }
  await optimizer.stop()
  await knobs.close()
  domain.instrumentation.disable()
  agent.destroy()
  await rm(folder, { recursive: true, force: true })
  return outcome
}

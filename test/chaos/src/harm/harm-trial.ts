import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Action, Receipt, Response, UndoResult } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { createRandom } from '@homeostat/lab/scenarios'
import type { HarmfulAction } from './harm.ts'
import { guards, Service } from './service.ts'
import { VirtualTime } from './virtual-time.ts'

const START = Date.UTC(2026, 0, 1)
const SECOND_MS = 1000
const QUIET_SECONDS = 600
/** An hour under its alert: long enough for six trials, all that the default budget allows. */
const SECONDS = QUIET_SECONDS + 3600
/** It is looked at for so much longer once it is left alone. */
const AFTER_QUARANTINE = 300
const TIMEOUT_MS = 20

/** What became of one harmful action in one service. */
export interface HarmOutcome {
  /** Seconds from the onset in what is measured until the change was reverted, each time it was in force. */
  readonly reverted: readonly number[]
  readonly runs: number
  readonly isQuarantined: boolean
  /** Whether its change was in force at the end. */
  readonly persists: boolean
  /** Runs that were reverted before they did any harm. */
  readonly early: number
  /** Causes of reverts and of the quarantine, without their numbers. */
  readonly said: readonly string[]
}

/** A change in force, and when its harm first showed. */
interface Change {
  readonly since: number
  onset?: number
}

/** Lets one harmful action answer an alert of a noisy service through the whole loop, in virtual time at a tick of 1 s. */
export async function runHarmTrial(harmful: HarmfulAction, noise: number, seed: number): Promise<HarmOutcome> {
  const trial = new HarmTrial(harmful, noise, createRandom(seed))
  return trial.run()
}

class HarmTrial {
  readonly #harmful: HarmfulAction
  readonly #time = new VirtualTime(START)
  readonly #service: Service
  readonly #optimizer: Optimizer
  readonly #reverted: number[] = []
  readonly #said = new Set<string>()
  #change: Change | undefined
  #failures = 0
  #early = 0
  #runs = 0

  constructor(harmful: HarmfulAction, noise: number, random: () => number) {
    const clock = this.#time.now
    this.#harmful = harmful
    this.#service = new Service(noise, random, clock)
    this.#optimizer = new Optimizer({
      registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), this.#service.registry],
      rules: [{ alert: 'PressureHigh', expr: 'service_pressure > 0.75', for: '5s' }],
      responses: [RESPONSE],
      actions: [{ ...ACTION, run: () => this.#harm() }],
      modeOf: () => 'act',
      environment: {},
      intervalMs: SECOND_MS,
      clock,
      random,
    })
  }

  async run(): Promise<HarmOutcome> {
    let quarantinedAt: number | undefined
    for (let second = 1; second <= SECONDS; second++) {
      this.#time.set(START + second * SECOND_MS)
      if (await this.#second(second > QUIET_SECONDS)) quarantinedAt ??= second
      second += Math.floor((this.#time.now() - START) / SECOND_MS - second)
      if (quarantinedAt !== undefined && second > quarantinedAt + AFTER_QUARANTINE) break
    }
    const persists = this.#change !== undefined
    await this.#optimizer.stop()
    return {
      reverted: this.#reverted,
      runs: this.#runs,
      isQuarantined: quarantinedAt !== undefined,
      persists,
      early: this.#early,
      said: [...this.#said],
    }
  }

  /** One second of the service and one tick; true when the action is left alone from then on. */
  async #second(isTroubled: boolean): Promise<boolean> {
    const now = this.#time.now()
    const change = this.#change
    const harm = change && this.#harmful.harm((now - change.since) / SECOND_MS)
    if (harm) change.onset ??= now
    this.#service.serve(isTroubled, harm)
    const { started, reverted, quarantined } = this.#optimizer.tick(now)
    this.#runs += started.length
    for (const trial of reverted) this.#say(`reverted: ${trial.reverted?.because} ${trial.reverted?.result}`)
    for (const { reason } of quarantined) this.#say(`quarantined: ${reason}`)
    // What is real takes its time: timeouts of runs and retries of undos.
    if (started.length > 0 && this.#harmful.lateSeconds !== undefined) await sleep(2 * TIMEOUT_MS)
    await turn()
    await this.#time.during(this.#optimizer.restored())
    return quarantined.length > 0
  }

  async #harm(): Promise<Receipt> {
    const { failures = 0, lateSeconds } = this.#harmful
    const since = this.#time.now()
    this.#change = { since }
    this.#failures = failures
    if (lateSeconds !== undefined) await this.#time.reaches(since + lateSeconds * SECOND_MS)
    return { summary: 'changed the service', effects: { changes: 1 }, undo: () => this.#undo() }
  }

  async #undo(): Promise<UndoResult> {
    if (this.#failures-- > 0) return { result: 'failed', error: 'not now' }
    if (this.#harmful.undoMs !== undefined) await sleep(this.#harmful.undoMs)
    const onset = this.#change?.onset
    if (onset === undefined) this.#early++
    else this.#reverted.push((this.#time.now() - onset) / SECOND_MS)
    this.#change = undefined
    return { result: 'restored' }
  }

  #say(what: string): void {
    this.#said.add(what.replaceAll(/[-+]?\d[\d.,:TZ-]*/g, 'n'))
  }
}

const RESPONSE: Response = {
  to: { alert: 'PressureHigh' },
  action: 'service.change',
  priority: 'slo',
  cooldownMs: 30_000,
  timeoutMs: TIMEOUT_MS,
  expect: { expr: 'service_pressure', direction: 'down', settleMs: 20_000, windowMs: 60_000 },
  guards,
}

const ACTION: Omit<Action, 'run'> = {
  name: 'service.change',
  scope: 'process',
  touches: ['service'],
  raises: [],
  lowers: ['service'],
  risk: 1,
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { knobActions, Knobs, type Mode, Optimizer } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import { type LevelSeries, Registry } from '@homeostat/signals'
import { createRandom } from '@homeostat/signals/random'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Compression } from '../../src/compression/compression.ts'
import { createCompressionKnob } from '../../src/compression/compression-knob.ts'
import { responses } from '../../src/responses.ts'
import { rules } from '../../src/rules.ts'

/** What a body of 1,000 bytes becomes at each step, and the milliseconds that takes. */
const SENT = [1000, 300, 280, 270, 240, 230]
const MS = [0, 0.3, 0.5, 0.9, 2, 5]
const START = Date.UTC(2026, 0, 1)
const TICK_MS = 5000
const QUIET_MS = 3_600_000

interface Levels {
  /** Share of the link that is used. */
  readonly link: number
  /** Share of the time in which the event loop is busy. */
  readonly loop: number
}

/** The rules and responses of the package over an application that compresses, in virtual time. */
class Application {
  readonly compression = new Compression()
  readonly #optimizer: Optimizer
  readonly #levels: Readonly<Record<'link' | 'loop' | 'delay' | 'cpu', LevelSeries>>
  readonly #random = createRandom(5)
  #now = START
  mode: Mode = 'act'

  constructor() {
    const clock = (): number => this.#now
    const own = new Registry({ scope: { name: '@homeostat/http', version: '0' }, clock })
    const runtime = new Registry({ scope: { name: '@homeostat/runtime', version: '0' }, clock })
    this.compression.register()
    const attached = this.compression.attach(own)
    this.#levels = {
      link: own.level(metrics.networkUtilization).with({ [attributes.networkIoDirection]: 'transmit' }),
      loop: runtime.level(metrics.eventLoopUtilization).with(),
      delay: runtime.level(metrics.eventLoopDelayP99).with(),
      cpu: runtime.level(metrics.processCpuUtilization).with(),
    }
    const knob = createCompressionKnob(this.compression)
    const folder = mkdtempSync(join(tmpdir(), 'homeostat-compression-'))
    const knobs = new Knobs({ knobs: [knob], service: 'shop', stateDir: folder, clock })
    onTestFinished(async () => {
      await this.#optimizer.stop()
      await knobs.close()
      attached[Symbol.dispose]()
      rmSync(folder, { recursive: true, force: true })
    })
    this.#optimizer = new Optimizer({
      registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), own, runtime],
      rules: rules.filter(({ alert }) => ['NetworkBottleneck', 'CompressionCostly'].includes(alert)),
      responses: responses.filter(({ action }) => action === 'http.compression'),
      actions: knobActions(knob, knobs),
      modeOf: () => this.mode,
      warmUpMs: 0,
      environment: {},
      clock,
      random: () => 0.999,
    })
  }

  get verdicts(): readonly string[] {
    return this.#optimizer.trials.all.flatMap(trial =>
      trial.arm === 'act' && 'verdict' in trial ? [trial.verdict] : [],
    )
  }

  async run(ms: number, { link, loop }: Levels): Promise<void> {
    const noisy = (value: number): number => value * (1 + 0.05 * (this.#random() - 0.5))
    for (const until = this.#now + ms; this.#now < until; this.#now += TICK_MS) {
      this.#levels.link.set(noisy(link))
      this.#levels.loop.set(noisy(loop))
      this.#levels.delay.set(noisy(0.01))
      this.#levels.cpu.set(noisy(loop))
      for (let body = 0; body < 2000; body++) {
        const plan = this.compression.plan('/orders', 'zstd')
        plan.record(1000, noisy(SENT[plan.step]!), noisy(MS[plan.step]! / 1000))
      }
      await this.#optimizer.tickAndWait(this.#now)
    }
  }
}

describe('http.compression in the loop', () => {
  it('goes a step up while the network is short and the CPU is not, and a trial of minutes says that it helps', async () => {
    const app = new Application()
    await app.run(QUIET_MS, { link: 0.3, loop: 0.3 })
    expect(app.compression.step).toBe(2)
    await app.run(600_000, { link: 0.9, loop: 0.3 })
    expect(app.verdicts[0]).toBe('effective')
    expect(app.compression.step).toBeGreaterThan(2)
  })

  it('goes a step down while the CPU is short and compression takes part in it', async () => {
    const app = new Application()
    await app.run(QUIET_MS, { link: 0.3, loop: 0.3 })
    await app.run(600_000, { link: 0.3, loop: 0.97 })
    expect(app.verdicts[0]).toBe('effective')
    expect(app.compression.step).toBeLessThan(2)
  })

  it('stays where it is while both are short, and where Homeostat only advises', async () => {
    const app = new Application()
    await app.run(QUIET_MS, { link: 0.3, loop: 0.3 })
    await app.run(300_000, { link: 0.9, loop: 0.7 })
    expect(app.compression.step).toBe(2)
    app.mode = 'advise'
    await app.run(300_000, { link: 0.9, loop: 0.3 })
    expect(app.compression.step).toBe(2)
    expect(app.compression.draw().arm).toBeUndefined()
    expect(app.verdicts).toEqual([])
  })
})

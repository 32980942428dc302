import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Domain, LedgerEntry, ProgramSource, Response, RuleSource } from '@homeostat/optimizer'
import type { BoundExpression } from '@homeostat/promql'
import { compile } from '@homeostat/promql'
import type { LevelSeries, SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import { afterEach, describe, expect, it } from 'vitest'
import { ConditionModel } from '../../optimizer/test/instances/condition-model.ts'
import type { Evaluation } from '../../optimizer/test/instances/condition-model.ts'
import type { Homeostat, HomeostatOptions } from '../src/index.ts'
import { homeostat } from '../src/index.ts'

const INTERVAL_MS = 5000
/** 2026-01-01 */
const START = Date.UTC(2026, 0, 1)
const PLANTS = ['a', 'b', 'c'] as const
type Plant = (typeof PLANTS)[number]
type Reading = Evaluation['reading']

/** What a plant measures when a rule is to read this; nothing when its sample is to be missing. */
const VALUES: Record<Reading, number | undefined> = { holds: 0.9, 'dead band': 0.6, clear: 0.3, missing: undefined }

const running: Homeostat[] = []
afterEach(async () => {
  for (const h of running.splice(0)) await h.stop()
})

class PlantInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor() {
    super('plant', '0', { maxSeries: 10_000 })
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

/** A service in virtual time with one gauge, and everything that shows its alerts. */
class Service {
  readonly h: Homeostat
  readonly #levels: { with(attributes: Record<string, string>): LevelSeries }
  readonly #alerts: BoundExpression
  readonly #forState: BoundExpression

  constructor(program: ProgramSource, options: HomeostatOptions = {}) {
    const instrumentation = new PlantInstrumentation()
    this.#levels = instrumentation.registry.level({
      name: 'test.pressure',
      kind: 'gauge',
      unit: '1',
      description: 'What the plants suffer from',
      attributes: ['plant'],
    })
    const domain: Domain = {
      name: 'plant',
      instrumentation,
      rules: [],
      responses: [],
      actions: [],
      knobs: [],
      reclaimers: [],
    }
    const off = { runtime: false, cache: false, ioredis: false, bullmq: false, pg: false, forecast: false } as const
    this.h = homeostat({ ...off, autoStart: false, log: false, environment: {}, domains: [domain], ...options })
    running.push(this.h)
    this.#alerts = compile('ALERTS').bind(this.h.optimizer.store)
    this.#forState = compile('ALERTS_FOR_STATE').bind(this.h.optimizer.store)
    this.h.optimizer.load(program)
  }

  set(plant: string, value: number | undefined): void {
    const series = this.#levels.with({ plant })
    if (value === undefined) series.clear()
    else series.set(value)
  }

  /** One tick; fails when two of the places that show alerts differ. */
  tick(now: number): LedgerEntry {
    const entry = this.h.optimizer.tick(now)
    const ledger = [...entry.firings.map(shown('firing')), ...entry.pending.map(shown('pending'))].toSorted()
    const when = `${(now - START) / 1000} s`
    expect(this.#statesInStore(now), `ALERTS at ${when}`).toEqual(ledger)
    expect(
      this.h
        .alerts()
        .map(({ state, ...alert }) => shown(state)(alert))
        .toSorted(),
      `h.alerts() at ${when}`,
    ).toEqual(ledger)
    expect(this.#counts(), `homeostat.alerts at ${when}`).toEqual({
      pending: entry.pending.length,
      firing: entry.firings.length,
    })
    const since = [...entry.firings, ...entry.pending].map(each => each.since)
    expect(near(this.#sinceInStore(now), since), `ALERTS_FOR_STATE at ${when}`).toBe(true)
    expect(
      near(
        this.h.alerts().map(each => Date.parse(each.since)),
        since,
      ),
      `since at ${when}`,
    ).toBe(true)
    return entry
  }

  #statesInStore(now: number): string[] {
    const value = this.#alerts.evaluate(now)
    if (value.type !== 'vector') return []
    return value.samples
      .map(({ labels }) =>
        shown(labels.get('alertstate'))({ alert: labels.get('alertname'), labels: labels.toObject() }),
      )
      .toSorted()
  }

  #sinceInStore(now: number): number[] {
    const value = this.#forState.evaluate(now)
    return value.type === 'vector' ? value.samples.map(sample => sample.value * 1000) : []
  }

  #counts(): Record<string, number> {
    const { metrics } = this.h.instrumentations[0]!.registry.collect()
    const points = metrics.find(({ descriptor }) => descriptor.name === 'homeostat.alerts')?.dataPoints ?? []
    const of = (state: string): number =>
      points
        .filter(({ attributes }) => attributes['homeostat.alert.state'] === state)
        .reduce((sum, { value }) => sum + Number(value), 0)
    return { pending: of('pending'), firing: of('firing') }
  }
}

interface Shown {
  readonly alert: string
  readonly labels: Readonly<Record<string, string>>
}

function shown(state: string): (alert: Shown) => string {
  return ({ alert, labels }) => `${alert} ${labels['plant'] ?? ''} ${state}`
}

/** Stored times are whole seconds of the clock on the wall. */
function near(a: readonly number[], b: readonly number[]): boolean {
  const [one, other] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
  return one.length === other.length && one.every((time, index) => Math.abs(time - other[index]!) <= 1000)
}

interface Watched {
  readonly source: RuleSource
  readonly alert: string
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly everyMs: number
  readonly hasDeadBand: boolean
}

const held = {
  alert: 'Held',
  expr: 'test_pressure > 0.8',
  for: '10s',
  keepFiringFor: '15s',
  annotations: { summary: '{{ $labels.plant }} is at {{ $value }}' },
}
const bare = { alert: 'Bare', expr: 'test_pressure > 0.8' }
const rare = { alert: 'Rare', expr: 'test_pressure > 0.8', for: '20s' }
const RULES: readonly Watched[] = [
  { source: held, alert: 'Held', forMs: 10_000, keepFiringForMs: 15_000, everyMs: 0, hasDeadBand: true },
  { source: bare, alert: 'Bare', forMs: 0, keepFiringForMs: 0, everyMs: 0, hasDeadBand: false },
  {
    source: { name: 'rare', interval: '15s', labels: { team: 'web' }, rules: [rare] },
    alert: 'Rare',
    forMs: 20_000,
    keepFiringForMs: 0,
    everyMs: 15_000,
    hasDeadBand: false,
  },
]
const response: Response = {
  to: { alert: 'Held' },
  action: 'plant.relieve',
  priority: 'slo',
  clear: 'test_pressure < 0.5',
}

/** What the alerts of one rule have to be, from what was measured alone. */
class RuleModel {
  readonly #rule: Watched
  readonly #startedAt: number
  readonly #models = new Map<Plant, ConditionModel>()
  readonly #holding = new Set<Plant>()
  /** The first evaluation since the last load, and the turn of the latest one. */
  #loadedAt: number | undefined
  #turn = -1

  constructor(rule: Watched, startedAt: number) {
    this.#rule = rule
    this.#startedAt = startedAt
  }

  /** A reload evaluates the rules of a group at once. */
  reload(): void {
    this.#loadedAt = undefined
  }

  tick(now: number, readings: ReadonlyMap<Plant, Reading>): string[] {
    const { everyMs, hasDeadBand, alert } = this.#rule
    if (this.#loadedAt === undefined) this.#turn = -1
    this.#loadedAt ??= now
    const turn = everyMs === 0 ? this.#turn + 1 : Math.floor((now - this.#loadedAt) / everyMs)
    if (turn !== this.#turn) {
      this.#turn = turn
      this.#holding.clear()
      for (const [plant, reading] of readings) if (reading === 'holds') this.#holding.add(plant)
    }
    return [...readings].flatMap(([plant, measured]) => {
      const absent = hasDeadBand && measured !== 'clear' ? 'dead band' : 'clear'
      const reading = measured === 'missing' ? 'missing' : this.#holding.has(plant) ? 'holds' : absent
      const { isFiring, isPending } = this.#of(plant).evaluate({ at: now, reading })
      return isFiring ? [`${alert} ${plant} firing`] : isPending ? [`${alert} ${plant} pending`] : []
    })
  }

  #of(plant: Plant): ConditionModel {
    const { forMs, keepFiringForMs } = this.#rule
    let model = this.#models.get(plant)
    if (model === undefined) {
      model = new ConditionModel({ forMs, keepFiringForMs, intervalMs: INTERVAL_MS, startedAt: this.#startedAt })
      this.#models.set(plant, model)
    }
    return model
  }
}

/** Something that happens to a service, and then some ticks. */
interface Episode {
  readonly readings: Readonly<Record<Plant, Reading>>
  readonly ticks: number
  /** Ticks that are skipped before. */
  readonly gap: number
  readonly change: 'none' | 'reload' | 'other words' | 'without Held' | 'with Held'
}

const reading = fc.constantFrom<Reading>('holds', 'holds', 'dead band', 'clear', 'clear', 'missing')
const episode: fc.Arbitrary<Episode> = fc.record({
  readings: fc.record({ a: reading, b: reading, c: reading }),
  ticks: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 70 })),
  gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, 2, 3, 60) }),
  change: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Episode['change']>('none') },
    { weight: 2, arbitrary: fc.constantFrom<Episode['change']>('reload', 'other words', 'without Held', 'with Held') },
  ),
})

/** Rules as they come from a file that was read again: equal, and other objects. */
function programOf(watched: readonly Watched[], words?: string): ProgramSource {
  const rules = structuredClone(watched.map(({ source }) => source))
  for (const rule of rules)
    if (words !== undefined && 'alert' in rule) Object.assign(rule, { annotations: { summary: words } })
  return { rules, responses: [response] }
}

function live(episodes: readonly Episode[], seen: Set<string>): void {
  const service = new Service(programOf(RULES))
  const models = new Map(RULES.map(rule => [rule.alert, new RuleModel(rule, START)]))
  let now = START
  for (const { readings, ticks, gap, change } of episodes) {
    now += gap * INTERVAL_MS
    if (change !== 'none') {
      const isKept = change === 'with Held' || (change !== 'without Held' && models.has('Held'))
      const rules = RULES.filter(({ alert }) => alert !== 'Held' || isKept)
      if (!isKept) models.delete('Held')
      else if (!models.has('Held')) models.set('Held', new RuleModel(RULES[0]!, now))
      for (const model of models.values()) model.reload()
      service.h.optimizer.load(programOf(rules, change === 'other words' ? 'in other words' : undefined))
    }
    for (let tick = 0; tick < ticks; tick++) {
      for (const plant of PLANTS) service.set(plant, VALUES[readings[plant]])
      const { firings, pending } = service.tick(now)
      const measured = new Map(PLANTS.map(plant => [plant, readings[plant]]))
      const expected = [...models.values()].flatMap(model => model.tick(now, measured)).toSorted()
      expect([...firings.map(shown('firing')), ...pending.map(shown('pending'))].toSorted()).toEqual(expected)
      for (const each of expected) seen.add(each.split(' ').at(-1)!)
      if (firings.some(({ keptSince }) => keptSince !== undefined)) seen.add('kept')
      if (firings.some(({ missingSince }) => missingSince !== undefined)) seen.add('missing')
      now += INTERVAL_MS
    }
  }
}

describe('2-38: an alert has one state: the ledger, ALERTS, h.alerts() and homeostat.alerts agree at each tick', () => {
  it('in any history of readings, dead bands, missing samples, gaps and reloads, and it is what was measured', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(episode, { minLength: 1, maxLength: 14, size: 'max' }), async episodes => {
        live(episodes, seen)
        for (const h of running.splice(0)) await h.stop()
      }),
      { numRuns: 12, seed: 38 },
    )
    expect([...seen].toSorted()).toEqual(['firing', 'kept', 'missing', 'pending'])
  })

  it('while an alert swings faster than its flap limit lets it', () => {
    const service = new Service(programOf(RULES))
    let changes = 0
    for (let tick = 0; tick < 480; tick++) {
      for (const plant of PLANTS) service.set(plant, tick % 24 < 12 ? 0.9 : 0.3)
      const { transitions } = service.tick(START + tick * INTERVAL_MS)
      changes += transitions.filter(({ to }) => to === 'inactive' || to === 'firing').length
    }
    expect(changes).toBeGreaterThan(3)
  })

  it('after a reload: an unchanged rule keeps its alerts and shows its new words', () => {
    const service = new Service(programOf(RULES))
    let now = START
    const ticks = (count: number): LedgerEntry => {
      let entry: LedgerEntry | undefined
      for (let tick = 0; tick < count; tick++) {
        service.set('a', 0.9)
        entry = service.tick(now)
        now += INTERVAL_MS
      }
      return entry!
    }
    ticks(2)
    service.h.optimizer.load(programOf(RULES, 'in other words'))
    const fired = ticks(1)
    const [firing] = fired.firings.filter(({ alert }) => alert === 'Held')
    expect(firing).toMatchObject({ since: START, annotations: { summary: 'in other words' } })
    expect(fired.transitions).toMatchObject([{ alert: 'Held', from: 'pending', to: 'firing' }])

    service.h.optimizer.load(programOf(RULES.slice(1)))
    service.h.optimizer.load(programOf(RULES.slice(1)))
    const gone = ticks(1)
    expect(gone.firings.map(({ alert }) => alert)).not.toContain('Held')
    service.h.optimizer.load(programOf(RULES))
    expect(ticks(1).pending.map(({ alert, since }) => [alert, since])).toContainEqual(['Held', now - INTERVAL_MS])
  })

  it('after a restart with what was kept: alerts begin anew, and evidence is there', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'homeostat-agree-'))
    let now = START
    const run = (service: Service, count: number): LedgerEntry[] =>
      Array.from({ length: count }, () => {
        service.set('a', 0.9)
        return service.tick((now += INTERVAL_MS))
      })
    const first = new Service(programOf(RULES), { stateDir, service: 'shop' })
    expect(
      run(first, 8)
        .at(-1)!
        .firings.map(({ alert }) => alert),
    ).toEqual(['Held', 'Bare', 'Rare'])
    await first.h.stop()
    const second = new Service(programOf(RULES), { stateDir, service: 'shop' })
    expect(second.h.alerts()).toEqual([])
    const entries = run(second, 3)
    expect(entries.map(({ pending }) => pending.map(({ alert }) => alert))).toEqual([
      ['Held', 'Rare'],
      ['Held', 'Rare'],
      ['Rare'],
    ])
    await second.h.stop()
    await rm(stateDir, { recursive: true })
  })

  it('with more alerts than a rule may have: the same thousand everywhere', () => {
    const service = new Service({ rules: [bare], responses: [] })
    for (let plant = 0; plant < 1200; plant++) service.set(`p${plant}`, 0.9)
    const first = service.tick(START)
    expect(first.limited).toEqual([{ alert: 'Bare', kept: 1000, leftOut: 200 }])
    service.set('p0', 0.3)
    const second = service.tick(START + INTERVAL_MS)
    expect(second.limited).toEqual([{ alert: 'Bare', kept: 1000, leftOut: 199 }])
    expect(second.firings.map(({ labels }) => labels['plant'])).not.toContain('p0')
  })
})

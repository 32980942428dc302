import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { LedgerEntry, ProgramSource, Response } from '@homeostat/optimizer'
import { afterEach, describe, expect, it } from 'vitest'
import type { HomeostatOptions } from '../src/index.ts'
import { ObservedService, shown, START } from './alerts-agree/observed-service.ts'
import type { Plant, Reading, Watched } from './alerts-agree/rule-model.ts'
import { INTERVAL_MS, PLANTS, RuleModel } from './alerts-agree/rule-model.ts'

/** What a plant measures when a rule is to read this; nothing when its sample is to be missing. */
const VALUES: Record<Reading, number | undefined> = { holds: 0.9, 'dead band': 0.6, clear: 0.3, missing: undefined }

const running: ObservedService[] = []
afterEach(stopAll)

function serviceOf(program: ProgramSource, options?: HomeostatOptions): ObservedService {
  const service = new ObservedService(program, options)
  running.push(service)
  return service
}

async function stopAll(): Promise<void> {
  for (const service of running.splice(0)) await service[Symbol.asyncDispose]()
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
  const service = serviceOf(programOf(RULES))
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
        await stopAll()
      }),
      { numRuns: 12, seed: 38 },
    )
    expect([...seen].toSorted()).toEqual(['firing', 'kept', 'missing', 'pending'])
  })

  it('while an alert swings faster than its flap limit lets it', () => {
    const service = serviceOf(programOf(RULES))
    let changes = 0
    for (let tick = 0; tick < 480; tick++) {
      for (const plant of PLANTS) service.set(plant, tick % 24 < 12 ? 0.9 : 0.3)
      const { transitions } = service.tick(START + tick * INTERVAL_MS)
      changes += transitions.filter(({ to }) => to === 'inactive' || to === 'firing').length
    }
    expect(changes).toBeGreaterThan(3)
  })

  it('after a reload: an unchanged rule keeps its alerts and shows its new words', () => {
    const service = serviceOf(programOf(RULES))
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
    const run = (service: ObservedService, count: number): LedgerEntry[] =>
      Array.from({ length: count }, () => {
        service.set('a', 0.9)
        return service.tick((now += INTERVAL_MS))
      })
    const first = serviceOf(programOf(RULES), { stateDir, service: 'shop' })
    expect(
      run(first, 8)
        .at(-1)!
        .firings.map(({ alert }) => alert),
    ).toEqual(['Held', 'Bare', 'Rare'])
    await first.h.stop()
    const second = serviceOf(programOf(RULES), { stateDir, service: 'shop' })
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
    const service = serviceOf({ rules: [bare], responses: [] })
    for (let plant = 0; plant < 1200; plant++) service.set(`p${plant}`, 0.9)
    const first = service.tick(START)
    expect(first.limited).toEqual([{ alert: 'Bare', kept: 1000, leftOut: 200 }])
    service.set('p0', 0.3)
    const second = service.tick(START + INTERVAL_MS)
    expect(second.limited).toEqual([{ alert: 'Bare', kept: 1000, leftOut: 199 }])
    expect(second.firings.map(({ labels }) => labels['plant'])).not.toContain('p0')
  })
})

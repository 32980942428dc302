import { describe, expect, it } from 'vitest'
import { atOnce, Registry } from '@homeostat/signals'
import { ledgerMetrics } from '../../src/ledger/telemetry/ledger-metrics.ts'
import { Ledger, NOTHING_NEW } from '../../src/ledger/ledger.ts'
import type { LedgerEntry } from '../../src/words/ledger-entry.ts'
import type { Refusal } from '../../src/words/decision.ts'
import { firing, response } from '../decisions/decisions.ts'

const labels = { cache: 'products' }
const standing = firing({ labels, annotations: { summary: '45 % are hits' } })

function refusal(reason: Refusal['reason'], of = standing): Refusal {
  return { kind: 'refusal', firing: of, response: response(), reason, detail: '40 s of cooldown left' }
}

function ledgerOf(ticks: number, more: (tick: number) => Partial<LedgerEntry>): Ledger {
  const ledger = new Ledger(new Registry({ scope: { name: 'homeostat' } }).faults)
  const fleet = { coordinator: 'none' } as const
  for (let tick = 1; tick <= ticks; tick++)
    ledger.append({ ...NOTHING_NEW, now: tick * 5000, mode: 'advise', fleet, ...more(tick) })
  return ledger
}

const reasonsBegun = ({ entries }: Ledger): string[] =>
  entries.flatMap(({ id, refused }) => refused.map(({ reason }) => `${id} ${reason}`))

describe('what a ledger keeps of older entries', () => {
  it('a refusal that stands throughout begins once, also when the entry of its beginning is abridged', () => {
    for (const ticks of [10, 100, 150, 200])
      expect(reasonsBegun(ledgerOf(ticks, () => ({ refusals: [refusal('cooldown')] })))).toEqual(['1 cooldown'])
  })

  it('a refusal begins again with another reason, and after a tick without it', () => {
    const reasons = ['warm-up', 'warm-up', 'cooldown', undefined, 'cooldown', 'cooldown'] as const
    const ledger = ledgerOf(100, tick => {
      const reason = reasons[tick - 1]
      return { refusals: reason === undefined ? [] : [refusal(reason)] }
    })
    expect(reasonsBegun(ledger)).toEqual(['1 warm-up', '3 cooldown', '5 cooldown'])
  })

  it('two reasons of one action in the same tick begin once each', () => {
    const ledger = ledgerOf(10, () => ({ refusals: [refusal('cooldown'), refusal('budget'), refusal('cooldown')] }))
    expect(reasonsBegun(ledger)).toEqual(['1 cooldown', '1 budget'])
  })

  it('two reasons of one action are counted once each, and not again at every tick', () => {
    const registry = new Registry({ scope: { name: 'homeostat' } })
    const writers = ledgerMetrics(registry)
    const { entries } = ledgerOf(10, () => ({ refusals: [refusal('cooldown'), refusal('budget')] }))
    for (const entry of entries) for (const write of writers) atOnce(write(entry))
    const counted = registry.collect().metrics.find(({ descriptor }) => descriptor.name === 'homeostat.refusals')!
    expect(counted.dataPoints.map(({ value }) => value)).toEqual([1, 1])
  })

  it('alerts that ended take no refusals away from older entries, which keep both', () => {
    const ended = Array.from({ length: 100 }, () => ({ alert: 'A', labels, from: 'firing', to: 'inactive' }) as const)
    const { entries } = ledgerOf(100, tick => ({
      transitions: ended,
      refusals: [refusal(tick % 2 === 0 ? 'cooldown' : 'budget')],
    }))
    expect(entries[0]).toMatchObject({ abridged: 'to what began', refused: [{ reason: 'budget' }] })
  })

  it('an older entry keeps the value of an alert that began in it, and says that it is not complete', () => {
    const ledger = ledgerOf(100, tick => ({
      firings: [standing],
      transitions: tick === 3 ? [{ alert: standing.alert, labels, from: 'pending', to: 'firing' }] : [],
    }))
    expect(ledger.entries[2]).toMatchObject({ firings: [standing], abridged: 'to what began' })
    expect(ledger.entries[3]).toMatchObject({ firings: [], abridged: 'to what began' })
    expect(ledger.entries.at(-1)).toMatchObject({ firings: [standing] })
    expect(ledger.entries.at(-1)).not.toHaveProperty('abridged')
  })

  it('a thousand alerts whose refusals begin in every tick fill no more than the latest entries', () => {
    const many = Array.from({ length: 1000 }, (_, index) => firing({ labels: { index: String(index) } }))
    const ledger = ledgerOf(800, tick => ({
      firings: many,
      refusals: many.map(each => refusal(tick % 2 === 0 ? 'cooldown' : 'budget', each)),
    }))
    const { entries } = ledger
    expect(entries).toHaveLength(720)
    const count = (name: 'refused' | 'refusals' | 'firings'): number =>
      entries.reduce((sum, entry) => sum + entry[name].length, 0)
    expect(count('refused')).toBe(4000)
    expect(count('refusals') + count('firings')).toBeLessThanOrEqual(4000)
    expect(entries[0]?.abridged).toBe('to what was done')
    expect(entries.at(-1)?.refusals).toHaveLength(1000)
  })
})

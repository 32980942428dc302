import { describe, expect, it } from 'vitest'
import { JobDemands, type RunCost } from '../../src/admission/job-demands.ts'

function demandsOf(costs: Readonly<Record<string, RunCost>>): JobDemands {
  return new JobDemands({ of: (_queue, name) => costs[name] })
}
const cost = (runSeconds: number, cpuSeconds: number, databaseSeconds = 0): RunCost => ({
  runSeconds,
  cpuSeconds,
  databaseSeconds,
})

describe('the demand of a job', () => {
  it('is unknown until its cost is known, and nothing for a light one', () => {
    const demands = demandsOf({ light: cost(0.5, 0.004) })
    expect(demands.demand(demands.of('q', 'new'), 0)).toBeUndefined()
    expect(demands.demand(demands.of('q', 'light'), 0)).toBeUndefined()
  })

  it('is the whole loop at first, however long its runs took beside others, and its share once one was alone', () => {
    const demands = demandsOf({ mixed: cost(4, 0.05) })
    const mixed = demands.of('q', 'mixed')
    expect(demands.demand(mixed, 0)).toEqual({ loop: 1, database: 0 })
    mixed.ranBeside()
    expect(demands.demand(mixed, 0)).toEqual({ loop: 1, database: 0 })
    mixed.ranAlone(200, { idleMs: 150, stretch: 1 })
    expect(demands.demand(mixed, 0)).toEqual({ loop: 0.25, database: 0 })
    expect(demands.expectedMs(mixed, 0)).toBe(200)
  })

  it('is what a job holds of the loop, also where the process waits for the CPU half of the time', () => {
    const demands = demandsOf({ computes: cost(4, 0.05), mixed: cost(4, 0.05) })
    const [computes, mixed] = [demands.of('q', 'computes'), demands.of('q', 'mixed')]
    computes.ranAlone(100, { idleMs: 0, stretch: 2 })
    mixed.ranAlone(200, { idleMs: 100, stretch: 2 })
    expect([computes, mixed].map(runs => demands.demand(runs, 0)?.loop)).toEqual([1, 0.5])
    expect(demands.expectedMs(computes, 0)).toBe(100)
  })

  it('is the whole loop for a job that computes, however much else the loop served during its run', () => {
    const demands = demandsOf({ computes: cost(4, 0.05) })
    const computes = demands.of('q', 'computes')
    computes.ranAlone(300, { idleMs: 0, stretch: 1 })
    expect(demands.demand(computes, 0)).toEqual({ loop: 1, database: 0 })
  })

  it('is measured anew, alone, after 50 runs beside others', () => {
    const demands = demandsOf({ mixed: cost(4, 0.05) })
    const mixed = demands.of('q', 'mixed')
    mixed.ranAlone(200, { idleMs: 150, stretch: 1 })
    for (let run = 0; run < 50; run++) mixed.ranBeside()
    expect(demands.demand(mixed, 0)?.loop).toBe(1)
    mixed.ranAlone(200, { idleMs: 150, stretch: 1 })
    expect(demands.demand(mixed, 0)?.loop).toBe(0.25)
  })

  it('is in connections for the names that hold a quarter of them or more', () => {
    const demands = demandsOf({ report: cost(1, 0, 0.9), mail: cost(1, 0, 0.1) })
    const [report, mail] = [demands.of('q', 'report'), demands.of('q', 'mail')]
    expect(demands.demand(report, 0)).toBeUndefined()
    report.running = 8
    mail.running = 5
    expect(demands.findHolders(0)).toBeCloseTo(7.2)
    expect(demands.demand(report, 0)).toEqual({ loop: 0, database: 0.9 })
    expect(demands.demand(mail, 0)).toBeUndefined()
    // It holds less because it is limited.
    report.running = 0
    demands.findHolders(0)
    expect(demands.demand(report, 0)).toEqual({ loop: 0, database: 0.9 })
    demands.forgetHolders()
    expect(demands.demand(report, 0)).toBeUndefined()
  })

  it('follows a cost that changes, and looks it up once per second', () => {
    let lookups = 0
    const demands = new JobDemands({
      of: () => {
        lookups++
        return cost(1, lookups > 1 ? 0.001 : 0.05)
      },
    })
    const runs = demands.of('q', 'a')
    expect([demands.demand(runs, 0)?.loop, demands.demand(runs, 999)?.loop, lookups]).toEqual([1, 1, 1])
    expect(demands.demand(runs, 1000)).toBeUndefined()
  })

  it('counts which names are heavy', () => {
    const demands = demandsOf({ cpu: cost(1, 0.5), db: cost(1, 0, 0.5), light: cost(0.1, 0.001) })
    for (const name of ['cpu', 'db', 'light', 'new']) demands.of('q', name)
    expect(demands.known(0)).toEqual({ names: 3, loop: 1, database: 1 })
  })
})

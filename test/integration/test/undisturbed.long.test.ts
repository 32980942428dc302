import { runOnLine, sdkLines } from '@homeostat/conformance'
import { describe, expect, test } from 'vitest'
import type { ApplicationArgs, ApplicationResult } from '../src/application.ts'
import type { ExportedSeries } from '../src/exported-series.ts'

const script = new URL('../src/application.ts', import.meta.url)
const isOurs = ({ scope }: ExportedSeries): boolean => scope === 'homeostat' || scope.startsWith('@homeostat/')
const isTheApplications = ({ scope }: ExportedSeries): boolean => scope === 'shop'

/** All that identifies a series, without its value. */
const identity = ({ value: _, ...rest }: ExportedSeries): string => JSON.stringify(rest)

// What the machine does meanwhile decides whether these exist: gc kinds, disks, network cards, memory states.
// On a loaded machine runtime-node has too few samples of the loop's delay, and then leaves it out.
const isSteady = ({ name }: ExportedSeries): boolean =>
  !/gc|network|disk|paging|heap_space|heap\.space|resource|eventloop[._]delay/.test(name)

const identities = (series: readonly ExportedSeries[]): string[] =>
  [...new Set(series.filter(one => !isOurs(one) && isSteady(one)).map(identity))].toSorted()

const valueOf = (series: readonly ExportedSeries[], pattern: RegExp): number =>
  Number(series.find(one => !isOurs(one) && pattern.test(one.name))?.value)

describe.each(sdkLines)('$name', line => {
  const run = (args: ApplicationArgs): Promise<ApplicationResult> => runOnLine(line, script, args)

  test.each(['otlp', 'prometheus'] as const)(
    '%s: every series that is not ours is the same with Homeostat on and off',
    async backend => {
      const [off, attached, meter] = await Promise.all([
        run({ homeostat: 'off', backend }),
        run({ homeostat: 'attached', backend }),
        run({ homeostat: 'meter', backend }),
      ])

      for (const on of [attached, meter]) {
        for (const round of [0, 1]) {
          const [theirs = [], expected = []] = [on.exports[round], off.exports[round]]
          expect(identities(theirs)).toEqual(identities(expected))
          expect(theirs.filter(isTheApplications)).toEqual(expected.filter(isTheApplications))
          expect(theirs.some(isOurs)).toBe(true)
        }
        // One collection an export, and none for the 50 ms ticks in between.
        expect(on.observations).toBe(off.observations)
      }
      expect(off.exports.flat().some(isOurs)).toBe(false)
    },
  )

  test.each(['otlp', 'prometheus'] as const)(
    '%s: a planted stall of 400 ms is in the exported maximum and utilization of runtime-node, Homeostat on or off',
    async backend => {
      for (const mode of ['off', 'attached', 'meter'] as const) {
        const { exports } = await run({ homeostat: mode, backend })
        for (const series of exports) {
          expect(valueOf(series, /eventloop[._]delay[._]max/)).toBeGreaterThan(0.35)
          expect(valueOf(series, /eventloop[._]utilization/)).toBeGreaterThan(0.3)
        }
      }
    },
  )

  test('the Meter path and the producer path export the same names, units, types and attributes', async () => {
    const ours = (result: ApplicationResult): string[] =>
      [
        ...new Set(
          (result.exports[1] ?? [])
            // Which kinds of collections and alerts there are depends on what the machine does meanwhile.
            .filter(one => isOurs(one) && !/gc|homeostat\.(alerts?|refusals|decisions|action|verdict)/.test(one.name))
            // The receiver of the exports is a service that the application calls, and each run has a receiver of its own.
            .map(one => identity(one).replace(/"server\.port":\d+/, '"server.port":0')),
        ),
      ].toSorted()

    const [attached, meter] = await Promise.all([
      run({ homeostat: 'attached', backend: 'otlp' }),
      run({ homeostat: 'meter', backend: 'otlp' }),
    ])

    expect(ours(attached)).toEqual(ours(meter))
    expect(ours(attached).length).toBeGreaterThan(15)
  })

  test('a delta exporter gets deltas and a cumulative one cumulatives', async () => {
    const cpu = (result: ApplicationResult): number[] =>
      result.exports.map(series =>
        series
          .filter(one => isOurs(one) && one.name === 'process.cpu.time')
          .reduce((sum, one) => sum + Number(one.value), 0),
      )
    const [delta, cumulative] = await Promise.all([
      run({ homeostat: 'attached', backend: 'otlp', temporality: 'delta' }),
      run({ homeostat: 'attached', backend: 'otlp', temporality: 'cumulative' }),
    ])

    const types = (result: ApplicationResult): Set<string> =>
      new Set(
        result.exports
          .flat()
          .filter(one => isOurs(one) && /counter|histogram/.test(one.type))
          .map(one => one.type),
      )
    expect(types(delta)).toEqual(new Set(['delta counter', 'delta histogram']))
    expect(types(cumulative)).toEqual(new Set(['cumulative counter', 'cumulative histogram']))
    // The second round burns as much as the first, which also starts the process.
    expect(cpu(delta)[1]).toBeLessThan(cpu(delta)[0]!)
    expect(cpu(cumulative)[1]).toBeGreaterThan(cpu(cumulative)[0]!)
  })
})

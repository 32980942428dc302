import { dashboardFiles } from '@homeostat/dashboards'
import { findPromtool } from '@homeostat/services'
import { describe, expect, test } from 'vitest'
import { failuresOf, type Fired, type TestSeries } from './rule-test.ts'

const promtool = await findPromtool({ isVersion3: true })
const rules = dashboardFiles().find(({ path }) => path === 'prometheus/homeostat.rules.yml')!.text

const ALWAYS = '0+12x60'
/** Another process, so that the service is never gone. */
const OTHER: Process = { instance: 'shop-0', heartbeat: ALWAYS }

/** The values per minute of the heartbeat of a process, and of what it has counted. */
interface Process {
  readonly instance?: string
  readonly heartbeat: string
  /** Verdicts that an action was harmful. */
  readonly verdicts?: string
  /** Changes that could not be reverted. */
  readonly reverts?: string
  readonly failures?: string
}

function seriesOf({ instance = 'shop-1', heartbeat, verdicts, reverts, failures }: Process): TestSeries[] {
  const of = { job: 'shop', instance }
  const given = [
    [{ __name__: 'homeostat_heartbeat_total', ...of }, heartbeat],
    [
      {
        __name__: 'homeostat_verdicts_total',
        ...of,
        homeostat_action_name: 'cache.warm',
        homeostat_verdict: 'harmful',
      },
      verdicts,
    ],
    [
      {
        __name__: 'homeostat_action_reverts_total',
        ...of,
        homeostat_action_name: 'cache.warm',
        homeostat_revert_result: 'failed',
      },
      reverts,
    ],
    [{ __name__: 'homeostat_errors_total', ...of, homeostat_component: 'signal' }, failures],
  ] as const
  return given.flatMap(([labels, values]) => (values === undefined ? [] : [{ labels, values }]))
}

/** What Prometheus has against the minutes at which the alert fires, and at which it does not. */
function failures(
  processes: readonly Process[],
  fires: readonly number[],
  not: readonly number[],
  alert = 'HomeostatActionHarmful',
): Promise<string> {
  const fired: Fired = { alert }
  const firing = Object.fromEntries([...fires.map(at => [at, [fired]]), ...not.map(at => [at, []])])
  return failuresOf(promtool!, rules, [
    { name: 'own rules', intervalS: 60, series: [OTHER, ...processes].flatMap(seriesOf), firing },
  ])
}

describe.skipIf(promtool === undefined)('on Prometheus, a harmful verdict is reported for a quarter of an hour', () => {
  test('as the first of a long life, and as a further one', async () => {
    expect(await failures([{ heartbeat: ALWAYS, verdicts: '_x20 1x40' }], [20, 27, 33], [19, 36])).toBe('')
    expect(await failures([{ heartbeat: ALWAYS, verdicts: '1x19 2x40' }], [20, 27, 33], [1, 19, 36])).toBe('')
  })

  test('where the process before had more of them', async () => {
    const before = { instance: 'shop-1', heartbeat: '0+12x30 stale', verdicts: '5x30 stale' }
    const after = { instance: 'shop-2', heartbeat: '_x25 0+12x40', verdicts: '_x30 1x40' }
    expect(await failures([before, after], [31, 38, 43], [29, 46])).toBe('')
  })

  test('where the process before, at the same address, had as many', async () => {
    const restarted = { heartbeat: '0+12x20 0+12x40', verdicts: '1x20 stale _x8 1x30' }
    expect(await failures([restarted], [31, 38, 43], [20, 22, 25, 29, 46])).toBe('')
  })

  test('where its process has ended since', async () => {
    expect(await failures([{ heartbeat: '0+12x30 stale', verdicts: '_x25 1x5 stale' }], [26, 32, 36], [24, 42])).toBe(
      '',
    )
  })
})

describe.skipIf(promtool === undefined)('on Prometheus, an old verdict is not reported as a new one', () => {
  test('when scrapes have failed', async () => {
    const gap = { heartbeat: '0+12x9 stale _x6 204+12x40', verdicts: '1x9 stale _x6 1x40' }
    const minutes = Array.from({ length: 40 }, (_, minute) => minute)
    expect(await failures([gap], [], minutes)).toBe('')
  })

  test('when Prometheus itself is new', async () => {
    expect(await failures([{ heartbeat: '5000+12x40', verdicts: '1x40' }], [], [0, 1, 2, 5, 15, 20])).toBe('')
  })

  test('when the process starts again', async () => {
    expect(await failures([{ heartbeat: '0+12x20 0+12x40', verdicts: '1x20 stale' }], [], [19, 21, 22, 30, 36])).toBe(
      '',
    )
  })
})

test.skipIf(promtool === undefined)('on Prometheus, a change that was not reverted is reported', async () => {
  const process = { heartbeat: ALWAYS, reverts: '_x20 1x40' }
  expect(await failures([process], [20, 33], [19, 36], 'HomeostatRevertFailed')).toBe('')
})

test.skipIf(promtool === undefined)('failures that came all at once are counted', async () => {
  const series = seriesOf({ heartbeat: ALWAYS, failures: '_x20 50x40' })
  const firing = { 20: [], 27: [{ alert: 'HomeostatFailing', instance: 'shop-1' }], 37: [] }
  expect(await failuresOf(promtool!, rules, [{ name: 'failures', intervalS: 60, series, firing }])).toBe('')
})

import { expect, test } from 'vitest'
import type { ProgramSource } from '@homeostat/optimizer'
import { backtest, openPrometheus, PrometheusError, readBy } from '../../src/backtest/index.ts'
import { startRangeServer } from './prometheus-server.ts'
import { MINUTE_MS, START } from './replay.ts'

const program: ProgramSource = {
  rules: [
    {
      name: 'g',
      rules: [
        { record: 'job:depth:sum', expr: 'sum by (job) (queue_depth{env="prod"})' },
        { alert: 'Deep', expr: 'job:depth:sum > 100', for: '1m' },
        { alert: 'Failing', expr: 'rate(errors_total[5m] offset 10m) > 1 unless on () ALERTS{alertname="Deep"}' },
      ],
    },
  ],
  responses: [
    {
      to: { alert: 'Deep' },
      action: 'queue.drain',
      priority: 'slo',
      clear: 'job:depth:sum < 50',
      cooldownMs: 1_800_000,
      expect: { expr: '{"queue.wait",queue=~"a|b"}', direction: 'down' },
    },
  ],
}

test('only what the rules and responses read is fetched, and from as far back as they look', () => {
  expect(readBy([program])).toEqual({
    selectors: ['errors_total', 'queue_depth{env="prod"}', '{__name__="queue.wait",queue=~"a|b"}'],
    windowMs: 20 * MINUTE_MS,
  })
})

test('so is what responses require, and not what their guards look at: nothing is done in a replay', () => {
  const requiring = program.responses.map(response => ({
    ...response,
    requires: [{ expr: 'max_over_time(queue_consumers[20m]) > 1', otherwise: 'there is only one consumer' }],
    guards: [{ expr: 'errors_of_what_runs', notWorseThan: 0.1 }],
  }))
  const { selectors, windowMs } = readBy([{ ...program, responses: requiring }])
  expect(selectors.toSorted()).toEqual([...readBy([program]).selectors, 'queue_consumers'].toSorted())
  expect(windowMs).toBe(25 * MINUTE_MS)
})

test('the values of a server are replayed as they were there, gaps and all', async () => {
  const high = (seconds: number): boolean => seconds >= START / 1000 && seconds < START / 1000 + 900
  await using server = await startRangeServer({
    'queue_depth{env="prod"}': ['a', 'b'].map(queue => ({
      metric: { __name__: 'queue_depth', env: 'prod', job: 'mail', queue },
      // One queue is gone for half of the time.
      valueAt: seconds => (queue === 'b' && seconds % 3600 >= 1800 ? undefined : high(seconds) ? 80 : 10),
    })),
  })
  const endMs = START + 3 * 3_600_000
  const source = await openPrometheus(server.address, { programs: [program], endMs, startMs: START, stepMs: 15_000 })
  const [result] = await backtest({ source, programs: [program], startMs: START, endMs })

  expect(result).toMatchObject({ ticks: 721, failures: [], rejected: [] })
  const times = result!.firings.map(({ alert, labels, from, until }) => [alert, labels['job'], from, until])
  // After a minute of `for`, until it is below 50.
  expect(times).toEqual([['Deep', 'mail', START + MINUTE_MS, START + 15 * MINUTE_MS]])
  expect(result!.actions.length).toBe(result!.firings.length)
  expect(result!.flaps).toMatchObject([{ alert: 'Deep', worstHour: 2 }])
})

test('a day at a short step is asked for in parts that the server allows', async () => {
  await using server = await startRangeServer({ x: [{ metric: { __name__: 'x' }, valueAt: seconds => seconds % 7 }] })
  const programs = [{ rules: [{ alert: 'X', expr: 'x > 9' }], responses: [] }]
  const source = await openPrometheus(server.address.replace('//', '//me:s%40cret@'), {
    programs,
    endMs: START,
    stepMs: 5000,
  })

  expect(source.name).not.toContain('cret')
  expect(server.asked.map(({ start, end, step }) => (end - start) / step + 1)).toEqual([11_000, 6341])
  const [first, second] = server.asked
  expect(second!.start - first!.end).toBe(5)
  expect(first!.authorization).toBe(`Basic ${Buffer.from('me:s@cret').toString('base64')}`)
  const [result] = await backtest({ source, programs })
  expect(result!.ticks).toBe(17_341)
})

test('errors name the address and never the password', async () => {
  await using server = await startRangeServer({})
  const gone = await startRangeServer({})
  await gone[Symbol.asyncDispose]()
  const open = (address: string, options: object = {}): Promise<unknown> =>
    openPrometheus(address, { programs: [program], endMs: START, startMs: START - MINUTE_MS, ...options })

  await expect(open(gone.address.replace('//', '//user:secret@'))).rejects.toThrow(
    `${gone.address}/: cannot be reached: ECONNREFUSED`,
  )
  await expect(open(`${server.address}/wrong`)).rejects.toThrow(
    /\/wrong\/: api\/v1\/query_range failed with HTTP status 404$/,
  )
  await expect(open(server.address, { endMs: undefined })).rejects.toThrow(PrometheusError)
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { partsOf, PrometheusClient } from '../src/index.ts'

it.each([
  { startMs: 0, endMs: 1000, stepMs: 0 },
  { startMs: 0, endMs: 1000, stepMs: -1 },
  { startMs: 0, endMs: 1000, stepMs: NaN },
  { startMs: 0, endMs: 1000, stepMs: Infinity },
  { startMs: 0, endMs: Infinity, stepMs: 1000 },
  { startMs: -Infinity, endMs: 0, stepMs: 1000 },
  { startMs: NaN, endMs: 0, stepMs: 1000 },
  { startMs: 1e300, endMs: 1e301, stepMs: 1 },
])('a range that cannot be cut into parts is refused before anything is asked: %o', async times => {
  expect(() => [...partsOf(times)]).toThrow(RangeError)
  await expect(new PrometheusClient('http://127.0.0.1:9').range({ query: 'up', ...times })).rejects.toThrow(RangeError)
})

it('cuts a range so that no part has more points than one answer may have', () => {
  expect([...partsOf({ startMs: 0, endMs: 25, stepMs: 1 }, 11)]).toEqual([
    { startMs: 0, endMs: 10 },
    { startMs: 11, endMs: 21 },
    { startMs: 22, endMs: 25 },
  ])
})

it('an answer that has another form than it should gives the series that can be read', async () => {
  const asked: string[] = []
  const good = { metric: { job: 'a' }, values: [[1, '2']] }
  let result: unknown = [
    good,
    null,
    5,
    {},
    { metric: null, values: [] },
    { metric: {}, values: [[1]] },
    { metric: {}, values: 7 },
  ]
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const client = new PrometheusClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const times = { startMs: 0, endMs: 1000, stepMs: 1000 }
  expect(await client.range({ query: 'up', ...times })).toEqual([{ labels: { job: 'a' }, samples: [[1000, 2]] }])
  result = { length: 1 }
  await expect(client.range({ query: 'up', ...times })).rejects.toThrow('the answer to up is not a matrix')
  await expect(client.labelValues({ label: '../query?x', match: 'up', ...times })).rejects.toThrow('are not a list')
  expect(asked.at(-1)).toMatch(/^\/api\/v1\/label\/\.\.%2Fquery%3Fx\/values\?/)
  server.close()
})

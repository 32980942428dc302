import { expect, test } from 'vitest'
import { spellings, underscoreLabel } from '../../src/index.ts'
import { underscoreLabels } from '../../src/words/names.ts'
import { query } from '../sample-store.ts'
import { createStore } from '../../src/index.ts'

test.each([
  [{ name: 'http.server.request.count', unit: '{request}', kind: 'counter' }, 'http_server_request_count_total'],
  [{ name: 'process.cpu.time', unit: 's', kind: 'counter' }, 'process_cpu_time_seconds_total'],
  [{ name: 'process.memory.usage', unit: 'By', kind: 'gauge' }, 'process_memory_usage_bytes'],
  [{ name: 'nodejs.eventloop.utilization', unit: '1', kind: 'gauge' }, 'nodejs_eventloop_utilization_ratio'],
  [{ name: 'homeostat.cache.requests', unit: '1', kind: 'counter' }, 'homeostat_cache_requests_total'],
  [{ name: 'queue.delay', unit: 'ms', kind: 'gauge' }, 'queue_delay_milliseconds'],
  [{ name: 'network.io', unit: 'By/s', kind: 'gauge' }, 'network_io_bytes_per_second'],
  [
    { name: 'db.client.operation.duration', unit: 's', kind: 'histogram', part: 'bucket' },
    'db_client_operation_duration_seconds_bucket',
  ],
  [{ name: 'request_duration_seconds', unit: 's', kind: 'gauge' }, 'request_duration_seconds'],
  [{ name: 'errors_total', kind: 'counter' }, 'errors_total'],
  [{ name: 'up' }, 'up'],
] as const)('%j is called %s in results', (metric, name) => {
  expect(spellings(metric)[0]).toBe(name)
})

test.each([
  '{"db.client.operation.duration_bucket"}',
  'db_client_operation_duration_seconds_bucket',
  'db_client_operation_duration_bucket',
  '{__name__="db.client.operation.duration_bucket"}',
  '{__name__=~"db_client_.*_bucket"}',
  'db_client_operation_duration_bucket{db_system_name="postgresql"}',
  '{"db.client.operation.duration_bucket", "db.system.name"="postgresql"}',
])('%s selects the buckets of one OpenTelemetry histogram', selector => {
  const store = createStore({ keep: 'all' })
  const histogram = store.histogram(
    { name: 'db.client.operation.duration', unit: 's', labels: { 'db.system.name': 'postgresql' } },
    [0.1, 1],
  )
  histogram.append(1000, [3, 2, 1], 2.5, 6)
  const name = '__name__="db_client_operation_duration_seconds_bucket", db_system_name="postgresql"'
  expect(query(store, selector, 1)).toEqual([`{${name}, le="+Inf"} 6`, `{${name}, le="0.1"} 3`, `{${name}, le="1"} 5`])
})

test('a counter is selected with and without _total, and grouped by a label in either spelling', () => {
  const store = createStore({ keep: 'all' })
  store.series({ name: 'cache.requests', kind: 'counter', labels: { 'cache.name': 'redis' } }).append(1000, 7)
  for (const name of ['cache_requests', 'cache_requests_total', '{"cache.requests"}', '{"cache.requests_total"}']) {
    expect(query(store, `sum by (cache_name) (${name})`, 1)).toEqual(['{cache_name="redis"} 7'])
    expect(query(store, `sum by ("cache.name") (${name})`, 1)).toEqual(['{cache_name="redis"} 7'])
  }
  expect(query(store, '{__name__!="cache.requests", cache_name="redis"}', 1)).toEqual([])
})

test('a bucket bound is found whether or not a whole number is written with .0', () => {
  const store = createStore({ keep: 'all' })
  store.histogram({ name: 'x', unit: 's' }, [5]).append(1000, [1, 1], 6, 2)
  expect(query(store, 'x_bucket{le="5"}', 1)).toEqual(query(store, 'x_bucket{le="5.0"}', 1))
  expect(query(store, 'x_bucket{le!="5.0"}', 1)).toHaveLength(1)
})

test('the same attributes in two scopes are two series', () => {
  const store = createStore({ keep: 'all' })
  store.series({ name: 'x', kind: 'gauge', scope: { name: 'a' } }).append(1000, 1)
  store.series({ name: 'x', kind: 'gauge', scope: { name: 'b' } }).append(1000, 2)
  expect(query(store, 'sum(x)', 1)).toEqual(['{} 3'])
  expect(query(store, 'x{otel_scope_name="b"}', 1)).toEqual(['{__name__="x", otel_scope_name="b"} 2'])
})

test('two attribute keys that become one label are joined, not lost', () => {
  expect(underscoreLabels({ 'a.b': 'x', a_b: 'y' }).get('a_b')).toBe('x;y')
  expect(underscoreLabel('1st-try')).toBe('key_1st_try')
})

import { expect, test } from 'vitest'
import { markOf } from '../../src/shedding/request-marks.ts'

test.each([
  [{ 'x-retry-count': '1' }, 'retry'],
  [{ 'x-retry-count': '0' }, undefined],
  [{ 'x-envoy-attempt-count': '1' }, undefined],
  [{ 'x-envoy-attempt-count': '2' }, 'retry'],
  [{ 'grpc-previous-rpc-attempts': '3' }, 'retry'],
  [{ 'amz-sdk-request': 'ttl=20261130T0000Z; attempt=2; max=3' }, 'retry'],
  [{ 'amz-sdk-request': 'attempt=1; max=3' }, undefined],
  [{ priority: 'u=7, i' }, 'low'],
  [{ priority: 'i, u=5' }, 'low'],
  [{ priority: 'u=1' }, undefined],
  [{ 'sec-purpose': 'prefetch;prerender' }, 'low'],
  [{ purpose: 'prefetch' }, 'low'],
  [{}, undefined],
  // A stranger's values.
  [{ 'x-retry-count': 'many' }, undefined],
  [{ 'x-retry-count': '9'.repeat(5_000) }, undefined],
  [{ priority: `${' '.repeat(100_000)}u=7` }, undefined],
  [{ priority: 'u=77' }, undefined],
])('%j is marked as %s', (headers, mark) => {
  expect(markOf(headers)).toBe(mark)
})

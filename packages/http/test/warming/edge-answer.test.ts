import { expect, it } from 'vitest'
import { edgeAnswerOf } from '../../src/warming/edge-answer.ts'

it.each([
  [{ 'cache-status': 'ExampleCache; hit; ttl=30' }, 'hit'],
  [{ 'cache-status': 'Origin; hit, Edge; fwd=uri-miss; stored' }, 'miss'],
  [{ 'cache-status': 'Origin; fwd=miss, Edge; hit' }, 'hit'],
  [{ 'cache-status': 'Edge; fwd=bypass' }, 'bypass'],
  [{ 'cache-status': 'Edge; fwd=miss', 'x-cache': 'HIT' }, 'miss'],
  [{ 'cf-cache-status': 'HIT' }, 'hit'],
  [{ 'cf-cache-status': 'EXPIRED' }, 'miss'],
  [{ 'cf-cache-status': 'DYNAMIC', age: '7' }, 'bypass'],
  [{ 'x-cache': 'Hit from cloudfront' }, 'hit'],
  [{ 'x-cache': 'RefreshHit from cloudfront' }, 'hit'],
  [{ 'x-cache': 'Miss from cloudfront' }, 'miss'],
  [{ 'x-cache': 'HIT, MISS' }, 'miss'],
  [{ 'x-cache': 'MISS, HIT' }, 'hit'],
  [{ 'x-cache': 'TCP_MISS' }, 'miss'],
  [{ 'x-cache-status': 'STALE' }, 'hit'],
  [{ 'x-cache': 'Error from cloudfront' }, 'bypass'],
  [{ age: '12' }, 'hit'],
  [{ age: '0' }, 'unknown'],
  [{ age: '-1' }, 'unknown'],
  [{ age: '1e9' }, 'unknown'],
  [{ 'x-cache': 'hello' }, 'unknown'],
  [{ 'cache-status': 'x'.repeat(5000) }, 'unknown'],
  [{ 'cache-status': ', ,;' }, 'unknown'],
  [{}, 'unknown'],
] as const)('an edge that answers %j says %s', (headers, said) => {
  expect(edgeAnswerOf(headers)).toBe(said)
})

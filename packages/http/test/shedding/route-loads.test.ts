import { expect, test } from 'vitest'
import { isHealthCheck, RouteLoads } from '../../src/shedding/route-loads.ts'

test('a priority is that of method and route, else that of the route', () => {
  const loads = new RouteLoads({ priorities: { '/cart': 'low', 'POST /cart': 'high' } })
  expect(loads.of('POST', '/cart').given).toBe('high')
  expect(loads.of('GET', '/cart').given).toBe('low')
  expect(loads.of('GET', '/other').given).toBeUndefined()
  expect(loads.of('POST', '/cart')).toBe(loads.of('POST', '/cart'))
})

test('names of objects in JavaScript are names of routes like any other', () => {
  const loads = new RouteLoads({ priorities: { '/a': 'low' } })
  for (const route of ['constructor', '__proto__', 'toString']) expect(loads.of('GET', route).given).toBeUndefined()
})

test('health checks are exempt, also where the application names other priorities', () => {
  const loads = new RouteLoads({ priorities: { '/a': 'low' } })
  for (const route of [
    '/health',
    '/healthz',
    '/health/live',
    '/-/ready',
    '/livez',
    '/readyz',
    '/ping',
    '/metrics',
    '/_health',
  ])
    expect(loads.of('GET', route).given).toBe('exempt')
  for (const path of ['/healthy-food', '/health/1', '/users/health', '/pinger', `/${'health'.repeat(100)}`])
    expect(isHealthCheck(path)).toBe(false)
})

test('a path belongs to the template that fits it with the fewest parameters', () => {
  const loads = new RouteLoads({ priorities: {} })
  for (const route of ['/users/:id', '/users/me', '/users/:id/orders', '/']) loads.of('GET', route)
  expect(loads.routeOf('/users/7?secret=1')).toBe('/users/:id')
  expect(loads.routeOf('/users/me')).toBe('/users/me')
  expect(loads.routeOf('/users/7/orders')).toBe('/users/:id/orders')
  expect(loads.routeOf('/')).toBe('/')
  expect(loads.routeOf('/users/')).toBeUndefined()
  expect(loads.routeOf('/none/7')).toBeUndefined()
})

test('a route whose requests take much more of the loop than others, or are mostly marked, is of low priority', () => {
  const loads = new RouteLoads({ priorities: {} })
  const [report, item, prefetched] = ['/report', '/item', '/prefetched'].map(route => loads.of('GET', route))
  for (let request = 0; request < 100; request++) {
    report!.noteLoop(50)
    item!.noteLoop(1)
    prefetched!.noteLoop(1)
    prefetched!.noteMark(request % 10 !== 0)
  }
  expect(report!.learned(2)).toBe('low')
  expect(item!.learned(2)).toBe('normal')
  expect(prefetched!.learned(2)).toBe('low')
})

test('routes without a bound share one load', () => {
  const loads = new RouteLoads({ priorities: {} })
  for (let index = 0; index < 5_000; index++) loads.of('GET', `/r${index}`)
  expect(loads.all().length).toBeLessThanOrEqual(501)
})

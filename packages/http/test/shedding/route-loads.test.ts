import { type OptionSchema, readOptions } from '@homeostat/signals/options'
import { expect, test } from 'vitest'
import { isHealthCheck, RouteLoads } from '../../src/shedding/route-loads.ts'
import { type SheddingOptions, sheddingOptions } from '../../src/shedding/shedding-options.ts'

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

test('a route with a priority is found by its path before anybody has served it, and keeps it beyond the bound', () => {
  const loads = new RouteLoads({ priorities: { 'get /ex': 'exempt', '/users/:id': 'high', '/users/me': 'low' } })
  expect(['/ex?a=1', '/users/7', '/users/me', '/other'].map(path => loads.routeOf(path))).toEqual([
    '/ex',
    '/users/:id',
    '/users/me',
    undefined,
  ])
  // As Express writes a colon that begins no parameter.
  const escaped = new RouteLoads({ priorities: { '/jobs/a\\:run': 'exempt', '/\\:now': 'exempt' } })
  expect(['/jobs/a:run', '/:now', '/now'].map(path => escaped.routeOf(path))).toEqual([
    '/jobs/a\\:run',
    '/\\:now',
    undefined,
  ])
  for (let at = 0; at < 600; at++) loads.of('GET', `/r${at}`)
  expect(loads.of('GET', '/ex').given).toBe('exempt')
  expect(loads.of('POST', '/ex').given).toBeUndefined()
  for (const path of ['/health', '/healthz', '/Healthz', '/metrics']) expect(loads.of('GET', path).given).toBe('exempt')
  expect(loads.all().length).toBeLessThan(510)
})

test('a text that names no route is a line that shows it, and the other priorities hold', () => {
  const { options, problems } = readOptions(
    sheddingOptions as OptionSchema<SheddingOptions>,
    {
      priorities: {
        'get /vip': 'high',
        'M-SEARCH /x': 'low',
        '*': 'low',
        users: 'low',
        '/a/:b': 'exempt',
        'GETPOST /a': 'high',
        'GET a': 'low',
        'GET /c': 'urgent',
      },
    },
    { path: 'http.shed' },
  )
  expect(Object.keys(options.priorities ?? {})).toEqual(['get /vip', 'M-SEARCH /x', '*', 'users', '/a/:b'])
  const why = 'is not a route such as GET /users/:id, or /users/:id for all methods; it is ignored'
  expect(problems.map(({ message }) => message)).toEqual([
    `http.shed.priorities.GETPOST /a ${why}`,
    `http.shed.priorities.a name of 5 characters ${why}`,
    'http.shed.priorities.GET /c is a text of 6 characters, but must be exempt, high, normal or low; it is ignored',
  ])
})

import { describe, expect, it } from 'vitest'
import { ExcludedRoutes } from '../../src/compression/excluded-routes.ts'

function excluding(...templates: string[]): ExcludedRoutes {
  const routes = new ExcludedRoutes()
  routes.add(templates)
  return routes
}

describe('a route is excluded', () => {
  it('by its name, whatever its path', () => {
    const routes = excluding('/account/:id', 'profile', '/^\\/re\\/(\\d+)/', 'GET /orders/:id')
    for (const name of ['/account/:id', 'profile', '/^\\/re\\/(\\d+)/', '/orders/:id']) {
      expect(routes.has(name, undefined, { url: '/x/y' }), name).toBe(true)
      expect(routes.has('/mine', name, { url: '/x/y' }), name).toBe(true)
    }
    expect(routes.has('/account', '/users', { url: '/x/y' })).toBe(false)
    expect(excluding().has('/account/:id', undefined, { url: '/account/1' })).toBe(false)
  })

  it.each([
    ['/account/:id', '/account/42'],
    ['/account/:id', '/Account/a%2Fb/?q=x'],
    ['/account/:id', '//account//42'],
    ['/account/:id', 'http://example.com/account/42'],
    ['/account', '/%61ccount;v=1'],
    ['/tenants/:id/account', '/tenants/42/account#top'],
    ['/files/*', '/files/a/b/c'],
    ['/files/*', '/files'],
    ['/opt{/:z}', '/opt'],
    ['/opt{/:z}', '/opt/5'],
    ['/opt/:z?', '/opt'],
    ['/user/:id(\\d+)', '/user/5'],
    ['/file-:name', '/file-5'],
    ['/', '/'],
    // As priorities of load shedding may name a route, and as people write one.
    ['GET /account', '/account'],
    ['get /account', '/account'],
    ['Post  /account', '/account'],
    ['GET, POST /account', '/account'],
    ['get account', '/account'],
    ['account', '/account'],
    ['account/:id', '/account/42'],
    [' /account ', '/account'],
    ['https://example.com/account', '/account'],
    ['*', '/any/thing'],
    // A backslash takes the meaning from a sign in Express; before a letter it is a class of characters.
    ['/a\\:b', '/a:b'],
    ['/files\\(old\\)/:id', '/files(old)/5'],
    ['/a\\:b/:id{/more}', '/a:b/5'],
    ['/v\\d/account', '/v1/account'],
    ['/[ab]ccount', '/account'],
  ])('by its path: %s at %s', (template, url) => {
    const routes = excluding(template)
    for (const asked of [{ url }, { url: '/rewritten/x/y/z', originalUrl: url }])
      for (const name of [undefined, '/named']) expect(routes.has(undefined, name, asked)).toBe(true)
    expect(routes.has('/named', undefined, { url: '/rewritten/x/y/z' }, url)).toBe(true)
  })

  it.each([
    ['/account/:id', '/account'],
    ['/account/:id', '/account/1/orders'],
    ['/account/:id', '/accounts/1'],
    ['/files/*', '/file'],
    ['/opt{/:z}', '/optional'],
    ['/file-:name', '/files'],
    ['/', '/x'],
    ['get /account', '/accounts'],
    ['account', '/get'],
    ['/a\\:b', '/axb'],
    ['/a\\:b', '/a'],
  ])('and no other one by its path: %s at %s', (template, url) => {
    for (const name of [undefined, '/named']) expect(excluding(template).has(undefined, name, { url })).toBe(false)
  })

  it('also by the end of its path, where nobody knows its name: the template may be that of an inner router', () => {
    const routes = excluding('/account/:id', '/:any')
    expect(routes.has(undefined, undefined, { url: '/api/v1/account/42' })).toBe(true)
    expect(routes.has(undefined, '/api/v1/account/:id', { url: '/api/v1/account/42' })).toBe(false)
    expect(routes.has(undefined, undefined, { url: '/api/v1/orders' })).toBe(false)
    expect(routes.has(undefined, undefined, { url: '/x' })).toBe(true)
  })

  it('also by the end of its path, where its name only says that some router or a route for everything took it', () => {
    const routes = excluding('/account/:id')
    for (const name of ['/*/account/:id', '/api/*/account/:id', '/*', '/api/*', '*'])
      for (const [own, learned] of [
        [name, undefined],
        [undefined, name],
      ])
        expect(routes.has(own, learned, { url: '/api/v1/account/42' }), name).toBe(true)
    expect(routes.has(undefined, '/*/orders/:id', { url: '/api/v1/orders/42' })).toBe(false)
    expect(routes.has('/mine', '/*/account/:id', { url: '/api/v1/account/42' })).toBe(false)
  })
})

it('a long path and many templates take no time that grows with their product', () => {
  const routes = excluding(...Array.from({ length: 10_000 }, (_, at) => `/r${at}/:a/:b/:c`))
  const url = '/a'.repeat(8000)
  expect(routes.has(undefined, undefined, { url })).toBe(false)
  expect(routes.has(undefined, undefined, { url: `${url}/r9999/1/2/3` })).toBe(true)
})

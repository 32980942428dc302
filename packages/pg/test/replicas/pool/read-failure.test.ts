import { expect, it } from 'vitest'
import type { RoutableClient } from '../../../src/replicas/pool/driver-shapes.ts'
import { culpritOf, isRefusal } from '../../../src/replicas/pool/read-failure.ts'

// What drivers and servers send is checked against real ones in failed-reads.long.test.ts, but for a pooler that loses its server.
it.each([
  ['a pooler that has lost the server', { code: '08P01', severity: 'FATAL' }, 'server'],
  ['a wrong number of values', { code: '08P01', severity: 'ERROR' }, 'statement'],
  ['a wrong number of values, in German', { code: '08P01', severity: 'FEHLER' }, 'statement'],
  ['a server that shuts down', { code: '57P01', severity: 'FATAL' }, 'server'],
  ['a function that raises the same', { code: '57P01', severity: 'ERROR' }, 'unclear'],
  ['a conflict with recovery', { code: '40001', severity: 'ERROR' }, 'unclear'],
  ['a table that has not arrived', { code: '42P01', severity: 'ERROR' }, 'unclear'],
  ['a time limit of the application', { code: '57014', severity: 'ERROR' }, 'statement'],
  ['a division by zero', { code: '22012', severity: 'ERROR' }, 'statement'],
])('%s', (_, error, culprit) => {
  const client = { connection: { stream: { destroyed: false, destroy() {} } } } as unknown as RoutableClient
  expect(culpritOf(error, client)).toBe(culprit)
})

it.each([
  ['no connection is left', '53300', true],
  ['a wrong password', '28P01', true],
  ['a database that takes no connections', '55000', true],
  ['a server that shuts down', '57P01', false],
  ['a server that begins', '57P03', false],
  ['a pooler that has lost the server', '08P01', false],
  ['nobody listens', 'ECONNREFUSED', false],
  ['a socket is closed', 'EPIPE', false],
  ['a time limit of ours', undefined, false],
])('%s: %s', (_, code, isThere) => {
  expect(isRefusal(Object.assign(new Error('refused'), { code }))).toBe(isThere)
})

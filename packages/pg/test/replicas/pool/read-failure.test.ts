import { expect, it } from 'vitest'
import type { RoutableClient } from '../../../src/replicas/pool/driver-shapes.ts'
import { culpritOf } from '../../../src/replicas/pool/read-failure.ts'

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

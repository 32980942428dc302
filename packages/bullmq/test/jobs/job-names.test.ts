import { expect, it } from 'vitest'
import { nthName } from './nth-name.ts'
import { JobNames } from '../../src/jobs/job-names.ts'

it('the first 50 names of a queue are kept, the others are _OTHER', () => {
  const names = new JobNames()
  for (let i = 0; i < 50; i++) expect(names.of('a', nthName(i))).toBe(nthName(i))
  expect(names.of('a', nthName(50))).toBe('_OTHER')
  expect(names.of('a', nthName(49))).toBe(nthName(49))
  expect(names.of('b', nthName(50))).toBe(nthName(50))
})

it.each([undefined, null, 7, {}, 'x'.repeat(101), 'a\nb', '\u007f'])('%j is _OTHER and takes no place', name => {
  const names = new JobNames()
  for (let i = 0; i < 60; i++) expect(names.of('a', name)).toBe('_OTHER')
  for (let i = 0; i < 50; i++) expect(names.of('a', nthName(i))).toBe(nthName(i))
})

it.each([
  ['report for bob@example.com', 'report for ?'],
  ['sync 9f8e7d6c-1234-4abc-9def-0123456789ab now', 'sync ? now'],
  ['sync:507f1f77bcf86cd799439011', 'sync:?'],
  ['customer-4711', 'customer-?'],
  ['customer123456', 'customer?'],
  ['report_2026-01-31', 'report_?'],
  ['daily 2026/01/31 12:00', 'daily ? ?'],
  ['4711', '?'],
  ['invoice-12', 'invoice-?'],
  ['order 7', 'order ?'],
  ['tenant_5', 'tenant_?'],
  ['step-10', 'step-?'],
  ['host-10.0.0.1', 'host-?'],
  ['user=bob', 'user=?'],
  ['token=eyJhbGciOi.eyJzdWIi; b', 'token=?; b'],
  ['id = 5, state = done', 'id = ?, state = ?'],
  ['email "Bob Smith" now', 'email ? now'],
  ["email 'Bob Smith' now", 'email ? now'],
  ['SELECT * FROM users WHERE id=5', 'SELECT * FROM users WHERE id=?'],
  ['AKIAIOSFODNN7EXAMPLE', '?'],
  ['push ghp_16C7e42F292c69Q2E7', 'push ghp_?'],
  ['read /home/bob/file.txt', 'read ?'],
  ['~/letters/bob', '?'],
  ['C:\\Users\\bob', '?'],
  ['fetch https://bob:pw@example.com/a?b=c', 'fetch ?'],
])('%s is %s: values do not leave the process', (name, shown) => {
  expect(new JobNames().of('a', name)).toBe(shown)
})

it.each([
  'hash-sha256',
  'import v2',
  's3-upload',
  '3d-render',
  'encode/h264',
  'mail:sendWelcomeEmailToNewCustomers',
  'cafe-facade-decade',
  "don't wait",
  '',
])('%s is kept: it holds no value', name => {
  expect(new JobNames().of('a', name)).toBe(name)
})

it('names with any number of ids take one place', () => {
  const names = new JobNames()
  for (let i = 1000; i < 3000; i++) expect(names.of('a', `sync-${i}`)).toBe('sync-?')
  for (let i = 0; i < 49; i++) expect(names.of('a', nthName(i))).toBe(nthName(i))
})

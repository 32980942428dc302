import { expect, it } from 'vitest'
import { JobNames } from '../../src/jobs/job-names.ts'

it('the first 50 names of a queue are kept, the others are _OTHER', () => {
  const names = new JobNames()
  for (let i = 0; i < 50; i++) expect(names.of('a', `job-${i}`)).toBe(`job-${i}`)
  expect(names.of('a', 'job-50')).toBe('_OTHER')
  expect(names.of('a', 'job-49')).toBe('job-49')
  expect(names.of('b', 'job-50')).toBe('job-50')
})

it.each([undefined, null, 7, {}, 'x'.repeat(101), 'a\nb', '\u007f'])('%j is _OTHER and takes no place', name => {
  const names = new JobNames()
  for (let i = 0; i < 60; i++) expect(names.of('a', name)).toBe('_OTHER')
  for (let i = 0; i < 50; i++) expect(names.of('a', `job-${i}`)).toBe(`job-${i}`)
})

it.each([
  ['report for bob@example.com', 'report for ?'],
  ['sync 9f8e7d6c-1234-4abc-9def-0123456789ab now', 'sync ? now'],
  ['sync:507f1f77bcf86cd799439011', 'sync:?'],
  ['customer-4711', 'customer-?'],
  ['customer123456', 'customer?'],
  ['report_2026-01-31', 'report_?'],
  ['daily 2026/01/31 12:00', 'daily ? 12:00'],
  ['4711', '?'],
])('%s is %s: values do not leave the process', (name, shown) => {
  expect(new JobNames().of('a', name)).toBe(shown)
})

it.each(['hash-sha256', 'import v2', 'step-10', 'encode/h264', 'sendWelcomeEmail', 'cafe-facade-decade', ''])(
  '%s is kept: it holds no value',
  name => {
    expect(new JobNames().of('a', name)).toBe(name)
  },
)

it('names with any number of ids take one place', () => {
  const names = new JobNames()
  for (let i = 1000; i < 3000; i++) expect(names.of('a', `sync-${i}`)).toBe('sync-?')
  for (let i = 0; i < 49; i++) expect(names.of('a', `job-${i}`)).toBe(`job-${i}`)
})

import { expect, it } from 'vitest'
import { QueueKeys } from '../../src/signals/queue-keys.ts'

it('finds the keys of any number of prefixes, with colons in prefix and name', () => {
  const keys = new QueueKeys()
  for (let tenant = 0; tenant < 1000; tenant++) keys.add(`tenant:${tenant}`, 'mail:out')
  for (let tenant = 0; tenant < 1000; tenant++) {
    expect(keys.has(`tenant:${tenant}:mail:out:17`)).toBe(true)
    expect(keys.has(`tenant:${tenant}:mail:out`)).toBe(false)
    expect(keys.has(`tenant:${tenant}:mail:outer:17`)).toBe(false)
    expect(keys.has(`tenant:${tenant}:user:17`)).toBe(false)
  }
  expect(keys.has('tenant:1000:mail:out:17')).toBe(false)
  expect(keys.has('')).toBe(false)
  expect(keys.has(':')).toBe(false)
})

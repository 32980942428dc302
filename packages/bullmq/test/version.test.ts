import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { BullMQInstrumentation, VERSION } from '../src/index.ts'

test('the instrumentation reports the version of its package', () => {
  expect(VERSION).toBe(packageJson.version)
  expect(new BullMQInstrumentation().instrumentationVersion).toBe(packageJson.version)
})

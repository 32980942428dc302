import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { IORedisInstrumentation, VERSION } from '../src/index.ts'

test('the instrumentation reports the version of its package', () => {
  expect(VERSION).toBe(packageJson.version)
  expect(new IORedisInstrumentation().instrumentationVersion).toBe(packageJson.version)
})

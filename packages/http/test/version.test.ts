import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { HttpInstrumentation, VERSION } from '../src/index.ts'

test('the instrumentation reports the version of its package', () => {
  expect(VERSION).toBe(packageJson.version)
  expect(new HttpInstrumentation().instrumentationVersion).toBe(packageJson.version)
})

import { defineConfig } from 'vitest/config'
import { LONG, settings, TESTS } from './vitest.settings.ts'

/**
 * `npm test`: everything that a developer waits for. A third of the time is spent waiting for servers and timers, so three
 * files run side by side on two cores.
 */
export default defineConfig({
  ...settings,
  test: { ...settings.test, include: TESTS, exclude: [LONG], maxWorkers: 3 },
})

import { defineConfig } from 'vitest/config'
import { LONG, settings } from './vitest.settings.ts'

/** `npm run test:long`: the whole demonstration, the short forms of the chaos runs, and every bench once. */
export default defineConfig({
  ...settings,
  // The longest takes four minutes on two quiet cores.
  test: { ...settings.test, include: [LONG], testTimeout: 600_000, hookTimeout: 600_000 },
})

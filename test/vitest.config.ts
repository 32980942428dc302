import { defineConfig } from 'vitest/config'
import { LONG, PURE, settings, TESTS } from './vitest.settings.ts'

/** `npm test`: everything that a developer waits for. */
export default defineConfig({
  ...settings,
  test: {
    ...settings.test,
    projects: [
      // Node starts, and sources are read and transformed, once per worker instead of once per file.
      { extends: true, test: { name: 'pure', include: PURE, exclude: [LONG], isolate: false } },
      { extends: true, test: { name: 'apart', include: TESTS, exclude: [LONG, ...PURE] } },
    ],
  },
})

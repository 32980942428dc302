import { defineConfig } from 'vitest/config'
import { LONG, settings, TESTS } from './vitest.settings.ts'

/** `npm test`: everything that a developer waits for. */
export default defineConfig({ ...settings, test: { ...settings.test, include: TESTS, exclude: [LONG] } })

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { homeostat, type Homeostat, type HomeostatOptions } from '../src/index.ts'

/**
 * Starts Homeostat in each test of a file. What one test starts shares one state folder, which is removed after the test;
 * the last instance is stopped before that, with every mock restored.
 */
export function homeostatUnderTest(): (options: HomeostatOptions) => Homeostat {
  let stateDir: string
  let h: Homeostat | undefined

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'homeostat-test-'))
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await h?.stop()
    h = undefined
    rmSync(stateDir, { recursive: true, force: true })
  })
  return options =>
    (h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, service: 'shop', stateDir, ...options }))
}

import { describe, expect, it } from 'vitest'
import { closestName } from '../../src/options.ts'

const VARIABLES = [
  'HOMEOSTAT_MODE',
  'HOMEOSTAT_MAX_MODE',
  'HOMEOSTAT_KILL_FILE',
  'HOMEOSTAT_KILL_SIGNAL',
  'HOMEOSTAT_STATE_DIR',
  'HOMEOSTAT_INTERVAL_MS',
  'HOMEOSTAT_WATCHDOG_LIMIT_MS',
  'HOMEOSTAT_PG_MODE',
  'HOMEOSTAT_DISABLED',
  'HOMEOSTAT_SERVICE',
]
const OPTIONS = [
  'mode',
  'maxMode',
  'intervalMs',
  'limitMs',
  'graceMs',
  'killFile',
  'stateDir',
  'ruleFiles',
  'exportDoubles',
]
const ACTIONS = ['cache.warm', 'cache.resize', 'memory.cleanup', 'query.optimize', 'worker.concurrency']

describe('a wrong name suggests the one that was meant', () => {
  it.each([
    ['HOMEOSTAT_MODDE', 'HOMEOSTAT_MODE', VARIABLES],
    ['HOMEOSTAT_MODES', 'HOMEOSTAT_MODE', VARIABLES],
    ['homeostat_mode', 'HOMEOSTAT_MODE', VARIABLES],
    ['HOMEOSTAT_KILLFILE', 'HOMEOSTAT_KILL_FILE', VARIABLES],
    ['HOMEOSTAT_KIL_FILE', 'HOMEOSTAT_KILL_FILE', VARIABLES],
    ['HOMEOSTAT_STATE', 'HOMEOSTAT_STATE_DIR', VARIABLES],
    ['HOMEOSTAT_INTERVAL', 'HOMEOSTAT_INTERVAL_MS', VARIABLES],
    ['HOMEOSTAT_MODE_MAX', 'HOMEOSTAT_MAX_MODE', VARIABLES],
    ['HOMEOSTAT_DISABLE', 'HOMEOSTAT_DISABLED', VARIABLES],
    ['limit', 'limitMs', OPTIONS],
    ['interval', 'intervalMs', OPTIONS],
    ['intervalSeconds', undefined, ['graceMs']],
    ['interval_ms', 'intervalMs', OPTIONS],
    ['rulefiles', 'ruleFiles', OPTIONS],
    ['mdoe', 'mode', OPTIONS],
    ['cache.wram', 'cache.warm', ACTIONS],
    ['cache_warm', 'cache.warm', ACTIONS],
    ['warm.cache', 'cache.warm', ACTIONS],
    ['memory.cleanups', 'memory.cleanup', ACTIONS],
    ['query.optimise', 'query.optimize', ACTIONS],
    ['acct', 'act', ['off', 'shadow', 'advise', 'act']],
    ['atc', 'act', ['off', 'shadow', 'advise', 'act']],
  ] as const)('%s: %s', (name, meant, known) => {
    expect(closestName(name, known)).toBe(meant)
  })
})

describe('a name that resembles no known one suggests nothing', () => {
  it.each([
    ['HOMEOSTAT_TOKEN', VARIABLES],
    ['HOMEOSTAT_RULE_FILES', VARIABLES],
    ['HOMEOSTAT_API_KEY', VARIABLES],
    ['HOMEOSTAT_HOST', VARIABLES],
    ['HOMEOSTAT_PORT', VARIABLES],
    ['HOMEOSTAT_SECRET', VARIABLES],
    ['HOMEOSTAT_REDIS_URL', VARIABLES],
    ['HOMEOSTAT_LOG_LEVEL', VARIABLES],
    ['token', OPTIONS],
    ['timers', OPTIONS],
    ['cache.evict', ACTIONS],
    ['memory.warm', ACTIONS],
    ['query.cancel', ACTIONS],
    ['x', OPTIONS],
    ['', OPTIONS],
    ['on', ['off']],
    ['m'.repeat(100_000), OPTIONS],
  ] as const)('%s', (name, known) => {
    expect(closestName(name, known)).toBeUndefined()
  })
})

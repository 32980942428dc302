import { describe, expect, it } from 'vitest'
import { attributes, metrics, promName } from '../src/index.ts'

describe('the PromQL spelling', () => {
  it('of a counter ends in _total, of other metrics and of attributes it does not', () => {
    expect(promName(metrics.cacheRequests)).toBe('homeostat_cache_requests_total')
    expect(promName(metrics.memoryUtilization)).toBe('homeostat_memory_utilization')
    expect(promName(metrics.dbOperationDuration)).toBe('db_client_operation_duration')
    expect(promName(attributes.cacheName)).toBe('homeostat_cache_name')
  })

  it('of every name can be written in an expression without quotes, and no two are one', () => {
    const names = [...Object.values(metrics), ...Object.values(attributes)].map(promName)
    for (const name of names) expect(name).toMatch(/^[a-zA-Z_]\w*$/)
    expect(new Set(Object.values(metrics).map(promName)).size).toBe(Object.values(metrics).length)
    expect(new Set(Object.values(attributes).map(promName)).size).toBe(new Set(Object.values(attributes)).size)
  })
})

import type { Prometheus } from '@homeostat/services'
import { expect } from 'vitest'

/** What the HTTP API of a Prometheus server answers. A query that it refuses fails the test. */
export async function ask<T>(
  { address }: Prometheus,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<T> {
  const answer = await fetch(`${address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`)
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: T }
  expect(status, `${parameters['query'] ?? path}: ${error}`).toBe('success')
  return data
}

/** Whether a query has any value now. */
export async function hasValues(prometheus: Prometheus, query: string): Promise<boolean> {
  const { result } = await ask<{ result: readonly unknown[] }>(prometheus, 'query', { query })
  return result.length > 0
}

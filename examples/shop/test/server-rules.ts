import { setTimeout as sleep } from 'node:timers/promises'
import type { Prometheus } from '@homeostat/services'
import { expect } from 'vitest'
import { ask, hasValues } from './asked-prometheus.ts'

interface Groups {
  readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string }[] }[]
}

/** Checks that the server could evaluate each rule. */
export async function rulesAreHealthy(prometheus: Prometheus): Promise<void> {
  const { groups } = await ask<Groups>(prometheus, 'rules')
  const rules = groups.flatMap(group => group.rules)
  expect(rules.length).toBeGreaterThan(20)
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
}

/** Waits until the server has found that an alert fires for the shop: at any time since it was started. */
export async function hasFired(prometheus: Prometheus, alert: string, limitMs: number): Promise<void> {
  const query = `max_over_time(ALERTS{alertname="${alert}", alertstate="firing", job="shop"}[1h])`
  const deadline = Date.now() + limitMs
  while (!(await hasValues(prometheus, query))) {
    if (Date.now() > deadline) throw new Error(`${alert} does not fire: ${await stateOf(prometheus, alert)}`)
    await sleep(1000)
  }
}

async function stateOf(prometheus: Prometheus, alert: string): Promise<string> {
  const { groups } = await ask<Groups>(prometheus, 'rules')
  return JSON.stringify(groups.flatMap(({ rules }) => rules).find(({ name }) => name === alert))
}

import { Optimizer, type Response } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import type { Rule } from '@homeostat/promql'

export const rules: readonly Rule[] = [{ alert: 'PressureHigh', expr: 'max(plant_pressure) > 0.8' }]

export const responses: readonly Response[] = [
  { to: { alert: 'PressureHigh' }, action: 'plant.relieve', priority: 'slo' },
]

export const optimizer: Optimizer = new Optimizer({
  registries: [new Registry({ scope: { name: 'plant', version: '1.0.0' } })],
  rules,
  responses,
  actions: [],
})

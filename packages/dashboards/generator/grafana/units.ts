import type { Unit } from '../board.ts'

/** Grafana's names of the units. */
export const GRAFANA_UNITS: Readonly<Record<Unit, string>> = {
  seconds: 's',
  share: 'percentunit',
  bytes: 'bytes',
  'bytes/s': 'Bps',
  'per second': 'ops',
  number: 'short',
  factor: 'x',
}

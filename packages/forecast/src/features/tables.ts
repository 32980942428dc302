import { binOf } from '../learning/bins.ts'
import type { Reason } from '../explanation/reason.ts'
import type { SeriesHistory } from '../series-history.ts'
import type { Aspects } from './aspects.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const LEVEL_EDGES = [0.1, 0.25, 0.5, 0.8, 1.2, 1.8, 2.6]
const FINE_EDGES = [0.03, 0.08, 0.15, 0.25, 0.37, 0.5, 0.65, 0.8, 1, 1.25, 1.55, 1.9, 2.4, 3.2, 4.5]
const REACH_EDGES = [0.05, 0.2, 0.4, 0.7, 1]
const TREND_EDGES = [-0.3, -0.08, 0.02, 0.1, 0.3]
const HALF_OCTAVES = 24

/** Situations that are alike share a cell, in which the experience counts how often a crossing followed. */
export interface Table {
  /** The name of its feature and of its input. */
  readonly name: string
  readonly reason: Reason
  readonly cells: number
  /** From 0 to `cells` - 1. */
  readonly cellOf: (aspects: Aspects, history: SeriesHistory, horizonMs: number) => number
}

/** Every row is a feature for the trees and an input of the regression. */
export const TABLES: readonly Table[] = [
  {
    name: 'tableLevel',
    reason: 'level',
    cells: (LEVEL_EDGES.length + 1) * 5,
    cellOf: (aspects, { stepMs }, horizonMs) => coarseLevel(aspects) * 5 + recency(aspects, stepMs, horizonMs),
  },
  {
    name: 'tableSince',
    reason: 'last crossings',
    cells: HALF_OCTAVES * 2,
    cellOf: (aspects, { stepMs }) => {
      const halfOctave = Math.floor(2 * Math.log2(1 + aspects.episodes.sinceAboveMs / stepMs))
      return Math.min(HALF_OCTAVES - 1, halfOctave) * 2 + (coarseLevel(aspects) > 3 ? 1 : 0)
    },
  },
  {
    name: 'tableDay',
    reason: 'calendar',
    cells: 48 * 2,
    cellOf: (aspects, { wallMs }, horizonMs) =>
      Math.floor((wallMs % DAY_MS) / (DAY_MS / 48)) * 2 + lately(aspects, horizonMs),
  },
  {
    name: 'tableHour',
    reason: 'calendar',
    cells: 20 * 2,
    cellOf: (aspects, { wallMs }, horizonMs) =>
      Math.floor((wallMs % HOUR_MS) / (HOUR_MS / 20)) * 2 + lately(aspects, horizonMs),
  },
  {
    name: 'tablePeak',
    reason: 'recent peaks',
    cells: (REACH_EDGES.length + 1) * (TREND_EDGES.length + 1),
    cellOf: ({ movement: { reach1h, trend15 } }) =>
      binOf(reach1h, REACH_EDGES) * (TREND_EDGES.length + 1) + binOf(trend15, TREND_EDGES),
  },
  {
    name: 'tableFine',
    reason: 'level',
    cells: FINE_EDGES.length + 1,
    cellOf: ({ level }) => binOf(level.deviations, FINE_EDGES),
  },
]

/** Cells of all tables. */
export const CELLS: number = TABLES.reduce((sum, { cells }) => sum + cells, 0)

/** The first cell of each table, counted over all tables. */
export const TABLE_STARTS: readonly number[] = TABLES.map((_, t) =>
  TABLES.slice(0, t).reduce((sum, { cells }) => sum + cells, 0),
)

function coarseLevel({ level }: Aspects): number {
  return binOf(level.deviations, LEVEL_EDGES)
}

/** Whether the series was above the limit within the last two horizons. */
function lately({ episodes: { never, sinceAboveMs } }: Aspects, horizonMs: number): number {
  return !never && sinceAboveMs <= 2 * horizonMs ? 1 : 0
}

/** How long ago the series was above the limit, from 0, just now, to 4, never. */
function recency({ episodes: { never, sinceAboveMs } }: Aspects, stepMs: number, horizonMs: number): number {
  if (never) return 4
  if (sinceAboveMs <= 2.5 * stepMs) return 0
  if (sinceAboveMs <= horizonMs) return 1
  return sinceAboveMs <= 4 * horizonMs ? 2 : 3
}

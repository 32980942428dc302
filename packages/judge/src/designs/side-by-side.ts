/** A value, its time in ms, and, in a split that keeps its units, the unit (key, route, tenant) it belongs to. */
export type UnitSample = readonly [ms: number, value: number, unit?: string]

/** Values of the units of both arms from the same time. */
export interface SideBySide {
  readonly act: readonly UnitSample[]
  readonly control: readonly UnitSample[]
}

/** From one moment to another, in milliseconds of the machine's monotonic clock, which all processes share. */
export type Span = readonly [from: number, to: number]

/** What one process of the fleet did and saw. */
export interface Diary {
  /** Permits for the shared action: asked for and got. */
  readonly permits: Span[]
  /** Ordinary local actions. */
  readonly local: number[]
  /** Disruptive actions, each with its slices. */
  readonly disrupted: (readonly Span[])[]
  /** Effects refused because the lease was lost. */
  refused: number
  /** Effects of which it is not known whether they happened. */
  unknown: number
}

/** The orders that a process of the fleet receives at its start. */
export interface Orders {
  readonly engine: 'redis' | 'postgres'
  readonly url: string
  readonly member: string
  readonly seed: number
  readonly epochMs: number
  readonly fenced: boolean
}

/** Monotonic milliseconds, comparable between the processes of one machine. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

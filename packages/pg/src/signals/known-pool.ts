import type { PoolShape } from './driver.ts'

/** The use of a pool within a time. */
export interface PoolUse {
  /** Connections that were in use on average. By Little's law, this is the rate of checkouts times their mean length. */
  readonly busy: number
  /** Checkouts per second. */
  readonly rate: number
  /** Mean length of a checkout, in seconds. */
  readonly seconds: number
}

/** What is known of a pool in use. */
export interface KnownPool {
  /** In telemetry. */
  readonly name: string
  /** Undefined when it has ended or was collected. */
  readonly pool: PoolShape | undefined
  /** Its use within the last minute; undefined until two moments were observed. */
  readonly use: PoolUse | undefined
  /** In how many seconds all connections are in use, if their use goes on to rise; undefined while it does not. */
  readonly secondsToSaturation: number | undefined
}

/** Something a cache limits itself by: how many entries it holds, or their sizes in a unit of its own. */
export interface Measure {
  readonly limit: number
  held(): number
}

/** A cache that the application lets go below its own limit. */
export interface Shrinkable {
  readonly name: string
  readonly measures: readonly Measure[]
  entries(): number
  /** Takes out the entry that is missed least; false when there is none that may go now. */
  evict(): boolean
}

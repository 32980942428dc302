/** What a history says about a baseline that rises whatever the action does. */
export interface Leak {
  /** `leak`: the action only buys time. `suspected`: not proven, but enough not to credit the action yet. */
  readonly evidence: 'none' | 'suspected' | 'leak'
  /** One line that names it. */
  readonly reason: string
}

/** What the signs of a leak are measured against. */
export interface LeakTerms {
  readonly direction: 'up' | 'down'
  /** The smallest improvement worth having, as the logarithm of a ratio, above 0: a leak eats it up. */
  readonly worth: number
  /** Too few episodes for a leak to have shown: then it must be excluded rather than found. */
  readonly short: boolean
}

export const HOUR_MS = 3_600_000

export function duration(ms: number): string {
  const hours = ms / HOUR_MS
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return hours >= 2 ? `${Math.round(hours)} h` : `${Math.round(ms / 60_000)} min`
}

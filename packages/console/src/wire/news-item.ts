/** What an entry of the timeline is about. */
export const newsKinds = [
  'alert',
  'decision',
  'refusal',
  'run',
  'verdict',
  'revert',
  'advice',
  'proof',
  'mode',
] as const

export type NewsKind = (typeof newsKinds)[number]

/** How an entry is to be read. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn'

/** Something that happened in a tick. */
export interface NewsItem {
  /** Unique within a process, and the same whenever its tick is read. */
  readonly id: string
  /** The number of its ledger entry, by which the timeline is sorted. */
  readonly entry: number
  /** Milliseconds since the epoch, on the wall's clock. */
  readonly at: number
  readonly kind: NewsKind
  readonly tone: Tone
  /** One or two words, e.g. `effective` or `cooldown`. */
  readonly tag: string
  /** One line. */
  readonly text: string
  /** What `explain` answers for; empty for the whole tick. */
  readonly about: string
}

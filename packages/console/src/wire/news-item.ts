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
  /** Unique and rising within a process, e.g. `17.3`: the third thing in the entry 17. */
  readonly id: string
  /** Milliseconds since the epoch, on the wall's clock. */
  readonly at: number
  readonly kind: NewsKind
  readonly tone: Tone
  /** One or two words, e.g. `effective` or `cooldown`. */
  readonly tag: string
  /** One line. */
  readonly text: string
  /** What `explain` answers for. */
  readonly about: string
}

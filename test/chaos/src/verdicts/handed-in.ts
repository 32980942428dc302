import type { Recorded } from './alarms.ts'

/** How episodes reach the judge: what a queue, a restart or a second process may do to them on the way. */
export type HandedIn = (recorded: readonly Recorded[], random: () => number) => readonly Recorded[]

/** Each of them so often, as equal objects: a history that was read again, or two processes that saved the same one. */
export function repeated(copies: number): HandedIn {
  return recorded => recorded.flatMap(one => Array.from({ length: copies }, () => structuredClone(one)))
}

/** Out of order: each arrives up to so many episodes later than it happened. */
export function late(most: number): HandedIn {
  return (recorded, random) =>
    recorded
      .map((one, index) => ({ one, place: index + random() * most }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ one }) => one)
}

/** All at one time: a recording that kept no times. */
export const atOneTime: HandedIn = recorded =>
  recorded.map(({ arm, episode }) => ({ arm, episode: { ...episode, at: 0 } }))

/** Work in small steps: between two of them its caller may rest, so that other things get their turn. */
export type Steps<T> = Generator<void, T, void>

/** Takes all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** Samples computed between two rests; one takes some ten nanoseconds. */
export const SAMPLES_OF_STEP = 4096

/** Label sets checked between two rests: one that is new takes a few microseconds. */
export const LABELS_OF_STEP = 128

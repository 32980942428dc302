/** Work in small steps: between two of them its caller may rest, so that other work gets its turn. */
export type Steps<T> = Generator<void, T, void>

/** Takes all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

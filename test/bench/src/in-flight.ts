/** Does `operations` in all, `concurrency` of them at any time. */
export async function inFlight(
  concurrency: number,
  operations: number,
  operate: (i: number) => Promise<unknown>,
): Promise<void> {
  let started = 0
  const lane = async (): Promise<void> => {
    while (started < operations) await operate(started++)
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
}

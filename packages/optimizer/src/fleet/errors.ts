/** The coordinator gave no answer that counts, in time: whether it did what was asked is not known. */
export class CoordinatorUnavailableError extends Error {
  override readonly name = 'CoordinatorUnavailableError'
  readonly code = 'HOMEOSTAT_COORDINATOR_UNAVAILABLE'

  constructor(coordinator: string, reason: string, options?: ErrorOptions) {
    super(`${coordinator} does not coordinate: ${reason}`, options)
  }
}

/** The lease ran out or went to somebody else. The effect that was requested under it did not happen. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  readonly code = 'HOMEOSTAT_LEASE_LOST'

  constructor(key: string) {
    super(`the lease of ${key} is lost; nothing was done under it, acquire it again`)
  }
}

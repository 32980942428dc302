/** Every part of the clean-up failed. `cause` holds the failures, in the order of the reclaimers. */
export class MemoryCleanupError extends Error {
  override readonly name = 'MemoryCleanupError'
  readonly code = 'HOMEOSTAT_MEMORY_CLEANUP_FAILED'

  constructor(names: readonly string[], failures: readonly unknown[]) {
    super(
      `memory.cleanup: all ${names.length} reclaimers failed (${names.join(', ')}); see the cause, or pass other reclaimers to runtime()`,
      { cause: new AggregateError(failures, 'reclaimers that failed') },
    )
  }
}

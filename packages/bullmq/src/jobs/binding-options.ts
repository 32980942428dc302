/**
 * Options of a job that promise somebody when, once, or in which order it runs. Such a job keeps its place. `de` is what BullMQ keeps of
 * `deduplication` in Redis, and `prevMillis` shows a job of a scheduler.
 */
export const BINDING_OPTIONS = [
  'lifo',
  'parent',
  'deduplication',
  'debounce',
  'de',
  'repeat',
  'prevMillis',
  'group',
  'groupId',
] as const

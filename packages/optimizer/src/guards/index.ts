export type { GuardStatus, GuardWatch } from './guard-status.ts'
export { createGuardWatch } from './guard-watch.ts'
export { harmfulByGuards, type GuardComparison } from './harmful-by-guards.ts'
export { createQuietWindows, guardKind, type QuietWindows } from './quiet-windows.ts'

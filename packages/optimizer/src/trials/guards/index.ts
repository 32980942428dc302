export { createGuardWatch, type GuardStatus, type GuardWatch } from './guard-watch.ts'
export { harmfulByGuards, type GuardComparison } from '../../verdicts/harmful-by-guards.ts'
export { createQuietWindows, guardKind, type QuietWindows } from './quiet-windows.ts'

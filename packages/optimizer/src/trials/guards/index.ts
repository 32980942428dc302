export { createGuardWatch, type GuardStatus, type GuardWatch } from './guard-watch.ts'
export { createQuietWindows, guardKind, type QuietWindows } from './quiet-windows.ts'

// Runs one example in a process of its own: `node run-example.ts MODULE`. What fails after its last line counts as well.
import { setTimeout as sleep } from 'node:timers/promises'

const AFTERWARDS_MS = 300

const [, , module] = process.argv
await import(module!)
await sleep(AFTERWARDS_MS)
process.exit()

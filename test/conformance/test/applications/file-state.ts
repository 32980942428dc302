import { passThrough } from '@homeostat/conformance/idle-state-store'
import { createFileStateStore, stateFolder } from '@homeostat/optimizer'

const [stateDir, service] = process.argv.slice(2) as [string, string]
await passThrough(createFileStateStore({ folder: stateFolder({ stateDir, service, environment: {} }) }))

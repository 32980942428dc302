import { passThrough } from '@homeostat/conformance/idle-state-store'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import { stateFolder } from '@homeostat/optimizer/parts'

const [stateDir, service] = process.argv.slice(2) as [string, string]
await passThrough(createFileStateStore({ folder: stateFolder({ stateDir, service, environment: {} }) }))

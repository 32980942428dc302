// npm run size: prints the packages that `npm install homeostat` brings, and the budget. Exit code 1 when they exceed it.
import { describeFootprint, footprintOf } from './budget.ts'
import { Installation } from './installation.ts'

await using installation = await Installation.create(['homeostat'])
const footprint = footprintOf(await installation.packages())
console.log(describeFootprint(footprint))
process.exitCode = footprint.isWithin ? 0 : 1

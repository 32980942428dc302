import { createTrace } from './trace.ts'
import { checkTrace } from './world-dbg.ts'
process.env['DBG'] = '1'
const c = await checkTrace(createTrace(Number(process.argv[2])))
console.log(c)

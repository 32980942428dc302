// The judge of trials, for those who install the optimizer or `homeostat` and not `@homeostat/judge`.
export { judge } from '@homeostat/judge'

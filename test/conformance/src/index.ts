export { describeAction, type ActionSubject } from './action-suite.ts'
export { describeInstrumentation, type InstrumentationSubject } from './instrumentation-suite.ts'
export { runOnLine, sdkLines, type SdkLine } from './sdk-lines.ts'
export { pointsOf, totalsOf } from './totals.ts'

export { drawArm, judge, type ArmState, type Episode, type Judgement, type Sample } from '@homeostat/judge'

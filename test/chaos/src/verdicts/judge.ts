export {
  drawArm,
  judge,
  type ArmState,
  type Episode,
  type JudgeVerdict as Judgement,
  type Sample,
} from '@homeostat/optimizer'

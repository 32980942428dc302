export {
  judge,
  drawArm,
  type ArmState,
  type Episode,
  type Judgement,
  type Sample,
} from '../../../../packages/optimizer/dist/judge/index.js'

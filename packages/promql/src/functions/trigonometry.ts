import { perSample, type FunctionDefinition } from './definition.ts'

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#trigonometric-functions; all in radians. */
export const trigonometricFunctions: readonly FunctionDefinition[] = [
  perSample('acos', Math.acos),
  perSample('acosh', Math.acosh),
  perSample('asin', Math.asin),
  perSample('asinh', Math.asinh),
  perSample('atan', Math.atan),
  perSample('atanh', Math.atanh),
  perSample('cos', Math.cos),
  perSample('cosh', Math.cosh),
  perSample('sin', Math.sin),
  perSample('sinh', Math.sinh),
  perSample('tan', Math.tan),
  perSample('tanh', Math.tanh),
  perSample('deg', value => (value * 180) / Math.PI),
  perSample('rad', value => (value * Math.PI) / 180),
]

import { formatDuration } from '../numbers/durations.ts'
import { compareLabels, goExponential, goLabels } from '../numbers/go-format.ts'
import { alertsDiff } from './rule-test-diff.ts'
import type { LabelsAndAnnotations } from './rule-test.ts'

/** Something a rule test found wrong; the message is laid out as promtool prints it, expected and got below each other. */
export class RuleTestFailure extends Error {
  override readonly name = 'RuleTestFailure'
  readonly code = 'HOMEOSTAT_RULE_TEST_FAILED'
}

/** A sample as it is compared. */
export interface TestSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export function wrongAlerts(
  testName: string,
  test: { readonly alertname: string; readonly evalTimeMs: number },
  expected: readonly LabelsAndAnnotations[],
  got: readonly LabelsAndAnnotations[],
  asDiff: boolean,
): RuleTestFailure {
  const name = testName === '' ? '' : `    name: ${testName},\n`
  const indent = ' '.repeat(12)
  const head = `${name}    alertname: ${test.alertname}, time: ${formatDuration(test.evalTimeMs)}, \n`
  if (asDiff) return new RuleTestFailure(`${head}        diff: ${indented(alertsDiff(expected, got), indent)}`)
  const exp = indented(alertsText(expected), indent)
  return new RuleTestFailure(`${head}        exp:${exp}, \n        got:${indented(alertsText(got), indent)}`)
}

export function wrongSamples(
  test: { readonly expr: string; readonly evalTimeMs: number },
  expected: readonly TestSample[],
  got: readonly TestSample[],
): RuleTestFailure {
  return new RuleTestFailure(
    `    expr: ${JSON.stringify(test.expr)}, time: ${formatDuration(test.evalTimeMs)},\n        exp: ${samplesText(expected)}\n        got: ${samplesText(got)}`,
  )
}

export function failedExpression(
  test: { readonly expr: string; readonly evalTimeMs: number },
  cause: unknown,
): RuleTestFailure {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RuleTestFailure(
    `    expr: ${JSON.stringify(test.expr)}, time: ${formatDuration(test.evalTimeMs)}, err: ${reason}`,
    { cause },
  )
}

export function compareAlerts(a: LabelsAndAnnotations, b: LabelsAndAnnotations): number {
  return compareLabels(a.labels, b.labels) || compareLabels(a.annotations, b.annotations)
}

function alertsText(alerts: readonly LabelsAndAnnotations[]): string {
  if (alerts.length === 0) return '[]'
  const items = alerts.map(({ labels, annotations }, index) => {
    const text = `\nLabels:${goLabels(labels)}\nAnnotations:${goLabels(annotations)}`
    return `${index}:${indented(text, '  ')}`
  })
  return `[\n${items.join(',\n')}\n]`
}

function indented(text: string, indent: string): string {
  return text.replaceAll('\n', `\n${indent}`)
}

function samplesText(samples: readonly TestSample[]): string {
  if (samples.length === 0) return 'nil'
  return samples.map(({ labels, value }) => `${goLabels(labels)} ${goExponential(value)}`).join(', ')
}

import { compareText } from '../numbers/go-format.ts'
import type { LabelsAndAnnotations } from './rule-test.ts'

const END = '\u001B[0m'
/** The colours of promtool's `--diff`. */
const COLOURS = { added: '\u001B[0;32m', removed: '\u001B[0;31m', changed: '\u001B[0;33m' }

type Value = string | readonly Value[] | { readonly [name: string]: Value }

/** Expected and got alerts in one text, coloured where they differ, as `promtool test rules --diff` shows them. */
export function alertsDiff(expected: readonly LabelsAndAnnotations[], got: readonly LabelsAndAnnotations[]): string {
  return difference(listOf(expected), listOf(got), '')
}

function listOf(alerts: readonly LabelsAndAnnotations[]): Value {
  const shown = alerts.length === 0 ? [{ labels: {}, annotations: {} }] : alerts
  return shown.map(({ labels, annotations }) => ({ Annotations: { ...annotations }, Labels: { ...labels } }))
}

function difference(a: Value | undefined, b: Value | undefined, indent: string): string {
  if (a === undefined) return b === undefined ? '' : COLOURS.added + written(b, indent) + END
  if (b === undefined) return COLOURS.removed + written(a, indent) + END
  if (typeof a === 'string' || typeof b === 'string') {
    if (a === b) return written(a, indent)
    return `${COLOURS.changed}${written(a, indent)} => ${written(b, indent)}${END}`
  }
  return block(a, b, indent)
}

function block(a: Exclude<Value, string>, b: Exclude<Value, string>, indent: string): string {
  const inner = `${indent}    `
  const isList = Array.isArray(a)
  const left = new Map(Object.entries(a))
  const right = new Map(Object.entries(b))
  const names = [...new Set([...left.keys(), ...right.keys()])]
  const lines = (isList ? names : names.toSorted(compareText)).map(name => {
    const value = difference(left.get(name), right.get(name), inner)
    if (isList) return inner + value
    const colour = left.has(name) ? (right.has(name) ? '' : COLOURS.removed) : COLOURS.added
    return `${inner}${colour}${JSON.stringify(name)}: ${colour === '' ? '' : END}${value}`
  })
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function written(value: Value, indent: string): string {
  return typeof value === 'string' ? JSON.stringify(value) : block(value, value, indent)
}

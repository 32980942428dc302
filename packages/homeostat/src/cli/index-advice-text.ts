import { counted } from '@homeostat/signals'
import type { MissingIndex, RecordedAdvice } from '@homeostat/pg/advice'

const MIB = 2 ** 20
const MOST_NAMED = 5
const UNKNOWN_VALUES = 'values unknown: estimated from statistics'

/** What was found, for a person. */
export function indexAdviceLines(advice: RecordedAdvice, source: string): readonly string[] {
  const { recorded, examined, passedOver, isStopped, indexes, problems } = advice
  const found = indexes.length
  const none = examined > 0 || isStopped ? 'no missing index found' : 'nothing could be examined'
  const helps = found === 0 ? none : `${counted(found, 'index', 'indexes')} would help`
  const passed = passedOver === 0 ? '' : ` (${count(passedOver)} that name no table of yours passed over)`
  return [
    `examined ${examined} of ${counted(recorded, 'statement')} of ${source}${passed}: ${helps}${isStopped ? ' (stopped early)' : ''}`,
    ...indexes.flatMap((index, at) => ['', ...indexLines(index, at + 1)]),
    ...(problems.length > 0 ? ['', ...problems] : []),
  ]
}

/** The statements that create the indexes, for `psql`, with what undoes them in comments. */
export function indexAdviceSql({ indexes }: RecordedAdvice): readonly string[] {
  return indexes.flatMap(index => [
    `-- ${gainOf(index)}`.replaceAll(/\s+/g, ' '),
    `-- undo: ${index.undo}`.replaceAll(/\s+/g, ' '),
    `${index.create};`,
  ])
}

function indexLines(index: MissingIndex, number: number): readonly string[] {
  const { table, definition, tableRows, foundRows, verification, valuesAreKnown, bytes, written, undo, create } = index
  const size = bytes === undefined ? '' : `about ${mib(bytes)}; `
  return [
    `${number}. ${table} ${definition}: ${gainOf(index)}`,
    `   finds    about ${count(foundRows)} of ${counted(tableRows, 'row')}`,
    `   plan     ${verification}${valuesAreKnown ? '' : `; ${UNKNOWN_VALUES}`}`,
    `   price    ${size}each write gets dearer: ${counted(written.inserted, 'row')} inserted, ${count(written.updated)} updated, ${count(written.deleted)} deleted so far`,
    ...index.leftovers.map(each => `   besides  ${each}`),
    `   create   ${create.replaceAll('\n', '\n            ')}`,
    `   undo     ${undo}`,
  ]
}

function gainOf({ isReference, savedMs, totalMs, calls, statements }: MissingIndex): string {
  const names = statements.slice(0, MOST_NAMED).join(', ')
  const more = statements.length > MOST_NAMED ? ` and ${statements.length - MOST_NAMED} more` : ''
  const where = `${counted(calls, 'call')} of ${names}${more}`
  if (isReference) return `references are looked up in it by ${where} (${seconds(totalMs)} in total)`
  return `saves about ${seconds(savedMs)} of ${seconds(totalMs)} in ${where}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: ms < 10_000 ? 2 : 0 })} s`
}

function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

function mib(bytes: number): string {
  return `${count(Math.max(1, bytes / MIB))} MiB`
}

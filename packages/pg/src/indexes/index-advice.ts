import { counted } from '@homeostat/signals'
import type { Advice } from '@homeostat/optimizer'
import { hasForeignPartition, type Column, type Index } from './catalog.ts'
import { tableOf, type Finding } from './finding.ts'
import { groupBy } from './grouping.ts'
import {
  beginsWith,
  bodyOf,
  heldColumns,
  isServedBy,
  redundantIndexes,
  wantedKeys,
  type IndexDefinition,
} from './index-definition.ts'
import { createIndexStatement, dropIndexStatement } from './index-statements.ts'
import { sizeOf } from './index-size.ts'
import { duplicateIndexes, unusedIndexes } from './spare-indexes.ts'

const MIB = 2 ** 20
const SHORTEST_AGE_MS = 60_000
/** Names in one line of text. */
const MOST_NAMED = 5

/**
 * One advice an index, over all statements that it would help; an index whose keys another one begins with is left
 * out, because the wider one serves its statements too.
 *
 * @param namesDatabases - for an application that has several, which may have tables of one name
 * @param now - in milliseconds since the epoch
 */
export function indexAdvice(findings: readonly Finding[], namesDatabases: boolean, now: number): readonly Advice[] {
  return groupsOf(findings).map(group => ({
    ...describe(group, namesDatabases, now),
    statement: statementOf(group[0]!, namesDatabases),
  }))
}

/** The findings of each index. */
export function groupsOf(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const byIndex = groupBy(findings, keyOf)
  return [...byIndex.values()].filter(([own]) => !findings.some(other => isServedByOther(own!, other)))
}

/** Tells advice apart, whatever names were free. */
export function statementOf({ definition, name, statement }: Finding, namesDatabases: boolean): string {
  const text = createIndexStatement(definition, name)
  return namesDatabases ? `${text} -- in ${statement.origin.address}` : text
}

function keyOf(finding: Finding): string {
  return `${tableOf(finding)} ${bodyOf(finding.definition)}`
}

function describe(group: readonly Finding[], namesDatabase: boolean, now: number): Omit<Advice, 'statement'> {
  const worst = group.toSorted((a, b) => b.statement.totalMs - a.statement.totalMs)[0]!
  const { definition, statement, rows, isReference } = worst
  const { table } = definition
  const calls = sum(group, finding => finding.statement.count)
  const totalMs = sum(group, finding => finding.statement.totalMs)
  const savedMs = sum(group, finding => finding.statement.totalMs * finding.savedShare)
  const savedMsPerSecond = sum(
    group,
    finding => (1000 * finding.statement.totalMs * finding.savedShare) / ageOf(finding, now),
  )
  const gains = gainsOf(group)
  const undo = dropIndexStatement(definition, worst.name)
  const others = group.length === 1 ? '' : ` and ${group.length - 1} more`
  const place = namesDatabase ? ` in ${statement.origin.address}` : ''
  return {
    what: `create an index on ${table.name} ${bodyOf(definition)} for ${statement.summary}${others}${place}`,
    why: [
      isReference
        ? `each row that is deleted or gets another key has ${count(table.rows)} rows (${mib(table.bytes)}) searched for references`
        : `the index finds about ${count(Math.max(1, rows))} of ${count(table.rows)} rows (${mib(table.bytes)})`,
      ...covers(definition),
      verification(worst),
      ...inAnotherOrder(definition),
      `${counted(calls, 'slow call')}, mean ${count(totalMs / calls)} ms${isReference ? '' : `, about ${count(savedMs / calls)} ms less with it, ${rate(savedMsPerSecond)} ms a second in all`}`,
      ...(gains.length === 0 ? [] : [`faster then: ${listed(gains.map(gainInWords))}`]),
      priceOf(definition),
      ...leftovers(definition),
      ...(table.kind === 'partitioned' && hasForeignPartition(table)
        ? [`${table.name} has foreign partitions, so nobody can write to it while the index is built`]
        : []),
      `undo it with ${undo}`,
    ].join('; '),
    undo,
    ...(!isReference && { savedMsPerSecond, gains: gains.map(({ name }) => name) }),
  }
}

/** Formats at the moment of use: a formatter made while loading would keep 5 MB of locale data resident in every application. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

export function mib(bytes: number): string {
  return `${count(Math.max(1, bytes / MIB))} MiB`
}

export function verification({ cost, costWith, unverified }: Finding): string {
  if (unverified === undefined) return `verified with hypopg: plan cost ${count(cost)} -> ${count(costWith)}`
  return `not verified (${unverified}): plan cost ${count(cost)}, estimated from statistics ${count(costWith)} with it`
}

/** For how long the statement has been slow, in milliseconds: a minute at least, as one call makes no rate. */
function ageOf({ statement }: Finding, now: number): number {
  return Math.max(SHORTEST_AGE_MS, now - statement.since)
}

function rate(msPerSecond: number): string {
  return msPerSecond >= 10 ? count(msPerSecond) : msPerSecond.toPrecision(2)
}

/** What a job or a route waits less, and how often. */
interface Gain {
  readonly name: string
  readonly calls: number
  readonly savedMs: number
}

/** Those that gain most first. */
function gainsOf(group: readonly Finding[]): readonly Gain[] {
  const senders = group.flatMap(finding =>
    finding.isReference
      ? []
      : finding.statement.senders.map(({ name, count: calls, totalMs }) => ({
          name,
          calls,
          savedMs: totalMs * finding.savedShare,
        })),
  )
  return [...groupBy(senders, ({ name }) => name)]
    .map(([name, own]) => ({
      name,
      calls: own.reduce((total, { calls }) => total + calls, 0),
      savedMs: own.reduce((total, { savedMs }) => total + savedMs, 0),
    }))
    .toSorted((a, b) => b.savedMs - a.savedMs)
}

function gainInWords({ name, calls, savedMs }: Gain): string {
  return `${name} by about ${count(savedMs / calls)} ms a call (${counted(calls, 'slow call')})`
}

function priceOf(definition: IndexDefinition): string {
  const { table, included = [] } = definition
  const bytes = sizeOf(definition)
  const size = bytes === undefined ? '' : `takes about ${mib(bytes)} and `
  const updates = included.length === 0 ? '' : `, and an UPDATE of ${namesOf(included)} is not a HOT update with it`
  return `it ${size}makes each write dearer (${count(table.inserts)} rows inserted, ${count(table.updates)} updated, ${count(table.deletes)} deleted so far)${updates}`
}

/** Why it holds more than its keys, and what that depends on. */
export function covers({ table, included = [] }: IndexDefinition): readonly string[] {
  if (included.length === 0) return []
  return [
    `it covers what is read of the table, as it also holds ${namesOf(included)}: no rows are fetched from pages that VACUUM has marked as all-visible (${count(100 * table.visibleShare)} % now), so autovacuum has to keep up`,
  ]
}

function namesOf(columns: readonly Column[]): string {
  return columns.map(({ quoted }) => quoted).join(', ')
}

/** Indexes that have all its columns and do not serve the statement, because another one comes first. */
function inAnotherOrder(definition: IndexDefinition): readonly string[] {
  const wanted = definition.keys.map(({ key }) => key.column?.number)
  const keys = wantedKeys(definition)
  const others = definition.table.indexes.filter(
    index =>
      index.isValid &&
      index.method === 'btree' &&
      index.predicate === undefined &&
      wanted.every(number => number !== undefined && index.columns.includes(number)) &&
      // That one lacks what the new one holds beside its keys.
      !isServedBy({ ...keys, included: [] }, index),
  )
  return named(
    others,
    'has its columns in an order that does not serve it',
    'have its columns in orders that do not serve it',
  )
}

/** What the table has that it does not need, with the index and without. */
export function leftovers(definition: IndexDefinition): readonly string[] {
  const { table } = definition
  const redundant = redundantIndexes(definition)
  const duplicates = duplicateIndexes(table)
  const unused = unusedIndexes(table).filter(index => !redundant.includes(index) && !duplicates.includes(index))
  return [
    ...named(redundant, 'is not needed beside it', 'are not needed beside it'),
    ...named(duplicates, 'is there twice', 'are there twice'),
    ...named(
      unused,
      'has not been used on this server since the statistics began',
      'have not been used on this server since the statistics began',
    ),
  ]
}

function named(indexes: readonly Index[], one: string, several: string): readonly string[] {
  if (indexes.length === 0) return []
  const names = indexes.map(({ name, bytes }) => `${name} (${mib(bytes)})`)
  return [`${listed(names)} ${indexes.length === 1 ? one : several}`]
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Whether the index of `wider` serves all that this one serves, and more. */
function isServedByOther(finding: Finding, wider: Finding): boolean {
  const [own, other] = [finding.definition, wider.definition]
  const held = heldColumns(other)
  return (
    tableOf(finding) === tableOf(wider) &&
    own.predicate === undefined &&
    bodyOf(own) !== bodyOf(other) &&
    beginsWith(other, own) &&
    (own.included ?? []).every(({ number }) => held.has(number))
  )
}

function sum(findings: readonly Finding[], value: (finding: Finding) => number): number {
  return findings.reduce((total, finding) => total + value(finding), 0)
}

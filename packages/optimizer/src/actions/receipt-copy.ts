import { ignoreRejection } from '@homeostat/signals'
import { itemsOf, keysOf } from '@homeostat/signals/options'
import { ReceiptTooLargeError } from './errors.ts'
import type { Advice, OwnJudgement, Receipt, Undo, UndoResult } from '../words/receipt.ts'

const LONGEST_LINE = 300
/** The reasons of advice name the price and the way back as well. */
const LONGEST_WHY = 1500
const LONGEST_STATEMENT = 4000
const MOST_LINES = 50
const MOST_GAINS = 10
const MOST_EFFECTS = 100
const OWN_VERDICTS = ['effective', 'no_effect', 'harmful', 'inconclusive'] as const
const EFFECT = /^\w[\w .-]{0,63}$/

/** Receipts of our own that change while their trial goes on. */
const own = new WeakSet<Receipt>()

/** A receipt that this package made and may still change; it is not copied. */
export function ownReceipt(receipt: Receipt): Receipt {
  own.add(receipt)
  return receipt
}

/**
 * Our own plain copy of what an action returned; undefined when it is not a receipt. Each property is read once. What the
 * copy holds is safe to keep, to show and to call: text is cut to one short line, effects are finite numbers under short
 * names, and everything else is left out.
 *
 * Never throws, whatever `value` is: actions come from outside of TypeScript as well. What is longer than its limit is cut,
 * so that copying takes no longer than the limits allow.
 *
 * @param onFault - is given an error that says what was cut
 */
export function copyReceipt(value: unknown, onFault: (error: Error) => void = () => {}): Receipt | undefined {
  try {
    if (typeof value !== 'object' || value === null) return undefined
    if (own.has(value as Receipt)) return value as Receipt
    const {
      summary,
      effects,
      blockedMs,
      advice,
      problems,
      undo,
      judgement,
      renew,
      switch: change,
    } = value as Partial<Receipt>
    for (const part of [summary, effects, blockedMs, advice, problems, undo, judgement, renew, change])
      ignoreRejection(part)
    const judged = copyJudgement(judgement)
    const counts = copyEffects(effects)
    if (typeof summary !== 'string' || counts === undefined) return undefined
    const tips = copyAdvice(advice)
    const isLong = tips.some(tip => tip.isLong)
    const lines = copyLines(problems)
    const cut = [
      ...(counts.isCut ? [`${MOST_EFFECTS} effects`] : []),
      ...cutOf('advice', advice),
      ...(isLong ? [`${LONGEST_STATEMENT} characters in a statement`] : []),
      ...cutOf('problems', problems),
    ]
    if (cut.length > 0) onFault(new ReceiptTooLargeError(cut))
    return {
      summary: oneLine(summary, LONGEST_LINE),
      effects: counts.effects,
      ...(isDuration(blockedMs) && { blockedMs }),
      ...(tips.length > 0 && { advice: tips.map(tip => tip.advice) }),
      ...(lines.length > 0 && { problems: lines }),
      ...(typeof undo === 'function' && { undo: context => Reflect.apply(undo, value, [context]) }),
      ...(judged && { judgement: judged }),
      ...(typeof renew === 'function' && { renew: () => Reflect.apply(renew, value, []) }),
      ...(typeof change === 'function' && {
        switch: (isOn, context) => Reflect.apply(change, value, [isOn, context]),
      }),
    }
  } catch (error) {
    ignoreRejection(error)
    return undefined
  }
}

/** The undo of what an action returned, also when the rest of it is not a receipt. Never throws. */
export function undoOf(value: unknown): Undo | undefined {
  try {
    const undo: unknown = Reflect.get(Object(value) as object, 'undo')
    return typeof undo === 'function' ? context => Reflect.apply(undo, value, [context]) : undefined
  } catch (error) {
    ignoreRejection(error)
    return undefined
  }
}

/** Our own copy of what an undo returned; undefined when it does not say how it ended. Never throws. */
export function copyUndoResult(value: unknown): UndoResult | undefined {
  try {
    const { result, detail, error } = Object(value) as { result?: unknown; detail?: unknown; error?: unknown }
    for (const part of [result, detail, error]) ignoreRejection(part)
    if (result === 'restored') return { result }
    if (result === 'superseded') return { result, detail: textOf(detail) ?? 'somebody else has changed it' }
    if (result === 'failed') return { result, error: textOf(error) ?? 'its undo() failed' }
    return undefined
  } catch (error) {
    ignoreRejection(error)
    return undefined
  }
}

/** One that is not valid is left out: then the loop compares. */
function copyJudgement(given: unknown): OwnJudgement | undefined {
  const { verdict, reason } = Object(given) as { verdict?: unknown; reason?: unknown }
  for (const part of [verdict, reason]) ignoreRejection(part)
  const known = OWN_VERDICTS.find(each => each === verdict)
  return known && { verdict: known, reason: textOf(reason) ?? 'judged by the action itself' }
}

function copyEffects(
  given: unknown,
): { readonly effects: Record<string, number>; readonly isCut: boolean } | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const names = keysOf(given, MOST_EFFECTS)
  if (names === undefined) return undefined
  const effects: Record<string, number> = {}
  for (const name of names.slice(0, MOST_EFFECTS)) {
    const count: unknown = (given as Readonly<Record<string, unknown>>)[name]
    ignoreRejection(count)
    if (typeof count !== 'number' || !Number.isFinite(count)) return undefined
    if (EFFECT.test(name) && name !== '__proto__') effects[name] = count
  }
  return { effects, isCut: names.length > MOST_EFFECTS }
}

/** Our own copies of pieces of advice; those that are not valid are left out. Half a statement would be run as if it were whole. */
function copyAdvice(advice: unknown): { readonly advice: Advice; readonly isLong: boolean }[] {
  return (itemsOf(advice, MOST_LINES) ?? []).slice(0, MOST_LINES).flatMap((each: unknown) => {
    const { what, why, statement, undo, savedMsPerSecond, gains } = Object(each) as Partial<
      Record<keyof Advice, unknown>
    >
    for (const part of [each, what, why, statement, undo, savedMsPerSecond, gains]) ignoreRejection(part)
    if (typeof what !== 'string' || typeof why !== 'string') return []
    const isLong = typeof statement === 'string' && statement.length > LONGEST_STATEMENT
    const copy = {
      what: oneLine(what, LONGEST_LINE),
      why: oneLine(why, LONGEST_WHY),
      ...(typeof statement === 'string' && !isLong && { statement }),
      ...(typeof undo === 'string' && undo.length <= LONGEST_STATEMENT && { undo }),
      ...(isDuration(savedMsPerSecond) && { savedMsPerSecond }),
      ...copyGains(gains),
    }
    return [{ advice: copy, isLong }]
  })
}

function copyGains(gains: unknown): Pick<Advice, 'gains'> {
  const names = (itemsOf(gains, MOST_GAINS) ?? []).slice(0, MOST_GAINS).flatMap(name => textOf(name) ?? [])
  return names.length > 0 ? { gains: names } : {}
}

function copyLines(lines: unknown): string[] {
  return (itemsOf(lines, MOST_LINES) ?? []).slice(0, MOST_LINES).flatMap((line: unknown) => {
    ignoreRejection(line)
    return textOf(line) ?? []
  })
}

function cutOf(part: string, list: unknown): string[] {
  return (itemsOf(list, MOST_LINES)?.length ?? 0) > MOST_LINES ? [`${MOST_LINES} ${part}`] : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? oneLine(value, LONGEST_LINE) : undefined
}

function oneLine(text: string, longest: number): string {
  // Cut before it is searched: it may be as long as memory allows.
  return text
    .slice(0, longest)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

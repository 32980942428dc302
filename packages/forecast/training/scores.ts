// The benchmark's scores of out-of-fold predictions, computed from the rows themselves while developing.
import type { Rows } from './rows.ts'
import { COLD, FRESH, WARM } from './rows.ts'

export function scoresOf(rows: Rows, p: (row: number) => number): Record<string, number> {
  const tasks = new Map<number, number[]>()
  for (let i = 0; i < rows.count; i++) {
    const flags = rows.flags[i]!
    if (flags === 0) continue
    const list = tasks.get(rows.task[i]!) ?? []
    list.push(i)
    tasks.set(rows.task[i]!, list)
  }
  const s = { b: 0, c: 0, fb: 0, fc: 0, kb: 0, kc: 0 }
  const warm: { p: number; y: number; w: number }[] = []
  const cold: { p: number; y: number; w: number }[] = []
  const aucs: number[] = []
  for (const list of tasks.values()) {
    const mean = (of: number[], error: (i: number) => number) => of.reduce((a, i) => a + error(i), 0) / (of.length || 1)
    const own = (i: number): number => (p(i) - rows.outcome[i]!) ** 2
    const base = (i: number): number => (rows.climatology[i]! - rows.outcome[i]!) ** 2
    const grown = list.filter(i => rows.flags[i]! & WARM)
    const fresh = list.filter(i => rows.flags[i]! & FRESH)
    const young = list.filter(i => rows.flags[i]! & COLD)
    s.b += mean(grown, own)
    s.c += mean(grown, base)
    if (fresh.length > 30) {
      s.fb += mean(fresh, own)
      s.fc += mean(fresh, base)
    }
    s.kb += mean(young, own)
    s.kc += mean(young, base)
    for (const i of grown) warm.push({ p: p(i), y: rows.outcome[i]!, w: 1 / grown.length })
    for (const i of young) cold.push({ p: p(i), y: rows.outcome[i]!, w: 1 / young.length })
    const a = auc(grown.map(i => ({ p: p(i), y: rows.outcome[i]! })))
    if (!Number.isNaN(a)) aucs.push(a)
  }
  let tp = 0
  let hit = 0
  let pos = 0
  for (const { p, y, w } of warm) {
    pos += y * w
    if (p > 0.7) {
      hit += w
      tp += y * w
    }
  }
  return {
    bss: 1 - s.b / s.c,
    fresh: 1 - s.fb / s.fc,
    cold: 1 - s.kb / s.kc,
    auc: aucs.reduce((a, b) => a + b, 0) / aucs.length,
    ap: averagePrecision(warm),
    ece: ece(warm),
    eceCold: ece(cold),
    prec: tp / hit,
    rec: tp / pos,
  }
}

function auc(list: { p: number; y: number }[]): number {
  const sorted = list.toSorted((a, b) => a.p - b.p)
  let ranks = 0
  let positives = 0
  for (let i = 0; i < sorted.length;) {
    let j = i
    while (j < sorted.length && sorted[j]!.p === sorted[i]!.p) j++
    for (let k = i; k < j; k++)
      if (sorted[k]!.y) {
        ranks += (i + j + 1) / 2
        positives++
      }
    i = j
  }
  const negatives = sorted.length - positives
  return positives && negatives ? (ranks - (positives * (positives + 1)) / 2) / (positives * negatives) : Number.NaN
}

function averagePrecision(list: { p: number; y: number; w: number }[]): number {
  const sorted = list.toSorted((a, b) => b.p - a.p)
  const all = sorted.reduce((sum, { y, w }) => sum + y * w, 0)
  let tp = 0
  let fp = 0
  let ap = 0
  for (const { y, w } of sorted) {
    if (y) {
      tp += w
      ap += (w / all) * (tp / (tp + fp))
    } else fp += w
  }
  return ap
}

function ece(list: { p: number; y: number; w: number }[]): number {
  const bins = Array.from({ length: 10 }, () => ({ d: 0 }))
  let all = 0
  for (const { p, y, w } of list) {
    bins[Math.min(9, Math.floor(p * 10))]!.d += w * (p - y)
    all += w
  }
  return bins.reduce((sum, { d }) => sum + Math.abs(d), 0) / all
}

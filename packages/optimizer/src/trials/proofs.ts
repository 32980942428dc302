import { atOnce } from '@homeostat/signals'
import type { Program } from '../alerts/program.ts'
import type { DecisionInput } from '../decisions/decide.ts'
import { proofGates } from '../decisions/gates/gates.ts'
import type { ProofNews } from '../words/proof-news.ts'
import type { Response } from '../words/response.ts'
import { firingOfProof, OpenProof, type ProofRequest, type ProofSurroundings } from './open-proof.ts'
import type { Situations } from './situations.ts'
import type { Trials } from './trials.ts'

/** A person may pause and resume as often as it pleases. */
const MOST_NEWS = 100
const MOST_KNOWN = 20

export interface ProofsOptions extends ProofSurroundings {
  readonly trials: Trials
  readonly situations: Pick<Situations, 'at'>
}

/** Opens proofs that a person has asked for, one at a time. */
export class Proofs {
  readonly #options: ProofsOptions
  #started = 0
  /** What the next ledger entry reports. */
  #news: ProofNews[] = []
  #known: readonly ProofNews[] = []

  constructor(options: ProofsOptions) {
    this.#options = options
  }

  /**
   * Opens a proof: its owner switches it, and the loop keeps its resources, its guards and the kill switch. Returns why it cannot begin now,
   * in one line, where a gate refuses it.
   */
  open(request: ProofRequest, program: Program, now: number): OpenProof | string {
    const { trials, situations, ...surroundings } = this.#options
    if (trials.hasProof) return 'another proof is under way'
    const situation: DecisionInput = atOnce(situations.at(program, [], now))
    const state = { ...situation, trouble: new Map(), due: [] }
    const proposal = { firing: firingOfProof(now), response: request.response, action: request.action }
    for (const gate of proofGates) {
      const detail = gate.refuse(proposal, state)
      if (detail !== undefined) return `${gate.reason}: ${detail}`
    }
    const proof = new OpenProof(`prove#${++this.#started}`, request, program, surroundings)
    trials.prove(proof)
    return proof
  }

  /** The latest news of each of the last proofs, the latest proof last. */
  get known(): readonly ProofNews[] {
    return this.#known
  }

  /** Takes what has happened to a proof into the ledger. */
  note(news: ProofNews): void {
    this.#news = [...this.#news, news].slice(-MOST_NEWS)
    this.#known = [...this.#known.filter(({ id }) => id !== news.id), news].slice(-MOST_KNOWN)
  }

  takeNews(): readonly ProofNews[] {
    const taken = this.#news
    if (taken.length > 0) this.#news = []
    return taken
  }
}

/** The same, under the program in force. */
export interface ProofDoor {
  /** The responses in force. */
  readonly responses: readonly Response[]
  /** How often a measure has a new value, in milliseconds; undefined while its reader has not delivered three times. */
  paceOf(expr: string): number | undefined
  /** The longest time between two values of any measure, in milliseconds. */
  readonly slowestMs: number
  open(request: ProofRequest): OpenProof | string
  /** Reports what has happened to an open proof. */
  note(news: ProofNews): void
  /** The latest news of each of the last proofs, the latest proof last. */
  readonly known: readonly ProofNews[]
}

export function proofDoor(proofs: Proofs, program: () => Program, clock: () => number): ProofDoor {
  return {
    get responses() {
      return program().responses
    },
    paceOf: expr => program().guardSources.paceOf(expr, clock()),
    get slowestMs() {
      return program().guardSources.slowestMs
    },
    note: news => proofs.note(news),
    get known() {
      return proofs.known
    },
    open: request => proofs.open(request, program(), clock()),
  }
}

import type { ProveAnswer, ProveChange, ProveLook, ProveQuestion, ProveState } from '../../proof/prove-question.ts'
import { askProcess } from '../processes/running-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'

type Asked = ProveQuestion extends infer Each ? (Each extends unknown ? Omit<Each, 'ask'> : never) : never

/** The process has understood the question, and does not follow. */
export class ProveRefusal extends WrongCallError {}

/** A running process, as `homeostat prove` asks it. */
export class ProvingProcess {
  readonly #socket: string

  constructor(socket: string) {
    this.#socket = socket
  }

  look(request: (Asked & { do: 'look' })['request']): Promise<ProveLook> {
    return this.#ask({ do: 'look', request })
  }

  start(question: Omit<Asked & { do: 'start' }, 'do'>): Promise<ProveState> {
    return this.#ask({ do: 'start', ...question })
  }

  /** @param id prolongs the proof */
  state(withData: boolean, id?: string): Promise<ProveState> {
    return this.#ask({ do: 'state', withData, ...(id !== undefined && { id }) })
  }

  /** @param id of the proof that is meant; another one is left alone */
  change(what: ProveChange, id: string): Promise<ProveState> {
    return this.#ask({ do: what, id })
  }

  /** @throws WrongCallError for a process that does not answer; ProveRefusal for one that answers no */
  async #ask<Answer extends object>(question: Asked): Promise<Answer> {
    const answer = await askProcess<ProveAnswer<Answer>>(this.#socket, { ask: 'prove', ...question })
    if ('refused' in answer) throw new ProveRefusal(answer.refused)
    return answer
  }
}

import type { Connection, Submittable } from 'pg'

/** A query object of somebody else's making, built as pg-query-stream is: some methods are own properties. */
export class OwnQuery implements Submittable {
  readonly text: string
  readonly result: Promise<number>
  handleReadyForQuery: () => void
  #rows = 0
  #reject!: (error: unknown) => void

  constructor(text: string) {
    this.text = text
    let resolve!: (rows: number) => void
    this.result = new Promise((onResult, onError) => {
      resolve = onResult
      this.#reject = onError
    })
    this.result.catch(() => {})
    this.handleReadyForQuery = () => resolve(this.#rows)
  }

  submit(connection: Connection): void {
    ;(connection as unknown as { query(text: string): void }).query(this.text)
  }

  handleError(error: unknown): void {
    this.#reject(error)
  }

  handleDataRow(): void {
    this.#rows++
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
}

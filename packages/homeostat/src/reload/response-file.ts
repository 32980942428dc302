import type { Response } from '@homeostat/optimizer'
import type { Compiler } from '@homeostat/optimizer/schemas'
import { readResponse } from '@homeostat/lab/response-files'
import type { FilePosition, RuleFileError, YamlNode } from '@homeostat/promql/rule-files'
import { MappingReader, YamlDocument } from '@homeostat/promql/rule-files'

/** A response with the places of its fields, for mistakes that are found later. */
export interface PlacedResponse {
  readonly response: Response
  readonly file: string
  /** The position of the field, or of the response if it has no such field. */
  at(field: string): FilePosition
}

export interface ResponseFileOptions {
  /** The name that errors carry. */
  readonly file: string
  /** Compiles the expressions, for whoever asks for them again. @default they are not kept */
  readonly expressions?: Compiler
}

/** The responses and errors of a file. */
export interface ResponseFile {
  readonly file: string
  /** The responses, those with errors left out; load them only when there is no error. */
  readonly responses: readonly PlacedResponse[]
  readonly errors: readonly RuleFileError[]
}

/**
 * Reads a file of responses. It is as strict as the reader of rule files: unknown fields, durations and expressions are
 * checked, and all problems are reported with file, line and column. Never throws.
 *
 * @example
 * ```yaml
 * responses:
 *   - alert: CacheHitRatioLow
 *     action: cache.warm
 *     priority: slo
 *     cooldown: 5m
 *     expect: { expr: cache_hit_ratio, direction: up, settle: 1m, window: 1m }
 *     guards:
 *       - { expr: 'histogram_quantile(0.99, ...)', not_worse_than: 0.1 }
 * ```
 */
export function parseResponseFile(text: string, { file, expressions }: ResponseFileOptions): ResponseFile {
  const document = new YamlDocument(text, file)
  const root = new MappingReader(document, document.root, 'a response file', ['responses'])
  if (document.root === undefined && document.errors.length === 0)
    document.report(undefined, 'nothing in it; a response file holds a list of "responses"')
  const responses = root.items('responses').flatMap(node => placed(document, node, expressions))
  for (const { message } of document.warnings) document.report(undefined, message)
  const errors = document.errors.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return { file, responses, errors }
}

/** Whether a text is a file of responses and not of rules. */
export function isResponseFile(text: string): boolean {
  return /^responses[ \t]*:/m.test(text) && !/^groups[ \t]*:/m.test(text)
}

function placed(document: YamlDocument, node: YamlNode, compiler: Compiler | undefined): PlacedResponse[] {
  const read = readResponse(document, node, compiler)
  if (!read) return []
  const { response, fields } = read
  return [{ response, file: document.file, at: field => document.position(fields.node(field) ?? node) }]
}

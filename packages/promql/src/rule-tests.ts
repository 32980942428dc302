export { glob } from './rule-tests/glob.ts'
export { parseRuleTestFile, type ParsedRuleTestFile, type RuleTestFileOptions } from './rule-tests/parse-test-file.ts'
export type {
  AlertTest,
  ExpressionTest,
  InputSeries,
  LabelsAndAnnotations,
  RuleTest,
  RuleTestFile,
} from './rule-tests/rule-test.ts'
export { RuleTestFailure } from './rule-tests/rule-test-failure.ts'
export { runRuleTest, type RuleTestOptions } from './rule-tests/run-rule-test.ts'
export { parseSeriesValues, SeriesNotationError, type SeriesPoint } from './rule-tests/series-notation.ts'
export {
  describeRuleTests,
  ruleTestCases,
  type RuleTestCase,
  type RuleTestCaseOptions,
  type RuleTestCases,
  type TestRunner,
} from './rule-tests/test-rules.ts'

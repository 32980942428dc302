export { findDuplicateRules, type DuplicateRule } from './rule-files/duplicate-rules.ts'
export { parseRuleFile, type RuleFile, type RuleFileOptions } from './rule-files/parse-rule-file.ts'
export { RuleFileError, type FilePosition, type RulePlace } from './rule-files/rule-file-error.ts'

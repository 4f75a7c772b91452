/** For tests of pipelines. */
export { checkSame, type SameOptions } from './check-same.ts';
export { PipelineTest, type TestOptions } from './pipeline-test.ts';
export type { PutOptions } from './test-source.ts';
export type { TestDeadLetter, TestLateRecord, TestResult, TestSideOutput } from './test-outputs.ts';

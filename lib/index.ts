/** What another CDK app may use. */
export { StreamingPipeline, type StreamingPipelineProps } from './streaming-pipeline.ts';
export { PipelineStack, type PipelineStackProps } from './pipeline-stack.ts';
export { stageSettings } from './settings.ts';
export type { LakeByFirehose, LakeDelivery, LakeFormat, Stage, StageOverrides, StageSettings, StreamCapacity } from './settings.ts';

// Shapes of the interface that this view draws.

import type { components } from '../../../src/client/index.ts';

type Schemas = components['schemas'];

export type Matrix = Schemas['Matrix'];
export type MatrixCell = Schemas['MatrixCell'];
export type MatrixRow = Schemas['MatrixRow'];
export type ExplorationRequest = Schemas['ExplorationRequest'];
export type ExplorationResult = Schemas['ExplorationResult'];
export type ExplorationFinding = Schemas['ExplorationFinding'];
export type Exploration = Schemas['Exploration'];
export type Question = ExplorationResult['question'];
export type SteppedSchedule = Schemas['SteppedSchedule'];
export type SteppedStep = Schemas['SteppedStep'];
export type WorldState = Schemas['WorldState'];
export type PrimaryEntry = Schemas['PrimaryEntry'];
export type SpteEntry = Schemas['SpteEntry'];
export type FindingClass = ExplorationFinding['class'];

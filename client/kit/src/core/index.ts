export { browserEnvironment } from './browser-environment.js';
export { createClient } from './client.js';
export type {
  ActionResult,
  ApiOptions,
  ClientEvent,
  ClientOptions,
  Confirmed,
  DegradedReason,
  LiveContext,
  LiveUpdates,
  OnboardingClient,
  OnboardingError,
  OnboardingSnapshot,
  OnboardingStep,
  RejectedOperation,
  Session,
  Source,
  Tenant,
  TenantsSnapshot,
} from './client.types.js';
export { defineFlow, type FlowOptions, type OnboardingFlow, type StepOptions } from './define-flow.js';
export type { Channel, Clock, Environment, KeyValueStorage, Locks, Page, PageEvent } from './environment.js';
export { OnboardingFailure } from './failure.js';
export { destination, gateDecision, type GateDecision, type GateInput, type GateRoutes } from './gate.js';
export { importLegacy, type LegacySource, type LegacyStep } from './import-legacy.js';
export { liveUpdates } from './live-updates.js';
export type { OnboardingView } from './onboarding-view.js';
export type { Action, JsonObject, JsonValue, Role, StepView } from '../../../../src/flow/index.js';

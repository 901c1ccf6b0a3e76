export type {
  ActionResult,
  ApiOptions,
  ClientEvent,
  ClientOptions,
  Confirmed,
  DegradedReason,
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
export type { OnboardingView } from './onboarding-view.js';
export type { Action, JsonObject, JsonValue, Role, StepView } from '../../../../src/flow/index.js';

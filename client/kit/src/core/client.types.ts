import type { Action, JsonObject, Role, StepView } from '../../../../src/flow/index.js';
import type { OnboardingFlow } from './define-flow.js';
import type { Environment } from './environment.js';
import type { OnboardingView } from './onboarding-view.js';

/** Which level answered: the database, the mirror in Auth0, this browser's cache, or none. */
export type Source = 'database' | 'auth0' | 'cache' | 'default';

/**
 * Why the newest answer is missing. `offline`: no network. `backend`: the service or the token endpoint fails.
 * `auth`: the person has to log in again. `storage`: this browser keeps nothing; all else works.
 */
export type DegradedReason = 'offline' | 'backend' | 'auth' | 'storage';

/** Who is signed in, as the application's login library says; what it leaves undefined may be said so. */
export interface Session {
  /** The token's `sub`; null or undefined while nobody is signed in. */
  readonly subject?: string | null | undefined;
  /** A tenant that the application chose. Default: the one that the service leads to, or `tenants.select` chose. */
  readonly tenant?: string | null | undefined;
  /** The login library does not know yet. */
  readonly isLoading?: boolean | undefined;
  /** The mirror's claim in the ID token, as views. Used while nothing better is known. */
  readonly claims?: readonly OnboardingView[] | undefined;
}

export interface ApiOptions {
  /** Where the service is, such as `https://onboarding.acme.example`. Also names the environment in the storage. */
  readonly baseUrl: string;
  /**
   * Gives an access token for the service. `fresh`: the last one was refused; do not answer it from a cache.
   * Rejects with an error whose `error` is `login_required` (or alike) when the person must log in again.
   */
  readonly getToken: (options: { readonly fresh: boolean }) => Promise<string>;
}

export interface ClientOptions {
  readonly flows: readonly OnboardingFlow[];
  readonly api: ApiOptions;
  readonly environment: Environment;
  /** Follows other devices while something is watched; `liveUpdates` does. Default: none. */
  readonly live?: LiveUpdates | undefined;
  /**
   * `verified` (default): nothing is shown until the login library has named the person. `hint`: until then the last
   * person's cached view is shown, read-only, while Auth0's cookie says that somebody is signed in.
   */
  readonly identity?: 'verified' | 'hint' | undefined;
  /** A view that the server rendered with. */
  readonly initialView?: OnboardingView | undefined;
  /** Writes what happens to the console. Default false. */
  readonly debug?: boolean | undefined;
}

/** Result of a click. */
export interface ActionResult {
  /**
   * `confirmed`: the database has it. `queued`: this browser keeps it and sends it later, exactly once.
   * `rejected`: it does not count, and `code` says why.
   */
  readonly status: 'confirmed' | 'queued' | 'rejected';
  /** The rules' reason or the service's problem code, `expired`, `queue_full`, or `not_signed_in`. */
  readonly code?: string;
}

/** A click that did not count. It stays listed until it is dismissed. */
export interface RejectedOperation<StepKey extends string = string> {
  readonly id: string;
  readonly step: StepKey;
  readonly action: Action;
  readonly data?: JsonObject;
  /** See {@link ActionResult.code}. */
  readonly code: string;
  /** What was found and what to do, as the service or the rules say it. */
  readonly detail?: string;
}

export interface OnboardingStep<StepKey extends string = string> extends StepView {
  readonly key: StepKey;
  /** A click on it waits to be confirmed. */
  readonly isPending: boolean;
}

export interface OnboardingError {
  /** A problem code of the service, `contract_error`, or a {@link DegradedReason}. */
  readonly code: string;
  readonly message: string;
}

/** What a person sees of one flow: the confirmed view with the pending clicks replayed over it. */
export interface OnboardingSnapshot<StepKey extends string = string> {
  readonly status: 'unknown' | 'not_started' | 'in_progress' | 'completed';
  /** Undefined while nothing is known. */
  readonly isComplete: boolean | undefined;
  /** Empty while nothing is known. */
  readonly steps: ReadonlyArray<OnboardingStep<StepKey>>;
  readonly currentStep: StepKey | null;
  readonly progress: { readonly done: number; readonly total: number; readonly percent: number } | null;
  readonly allowed: ReadonlyArray<{ readonly step: StepKey; readonly action: Action }>;
  readonly source: Source;
  /** Shown from the cache, or the newest attempt to read failed. */
  readonly isStale: boolean;
  readonly isFetching: boolean;
  /** Not from the database, or something is down. */
  readonly isDegraded: boolean;
  readonly degradedReason: DegradedReason | null;
  /** Clicks on this flow that wait to be confirmed. */
  readonly pendingWrites: number;
  readonly rejected: ReadonlyArray<RejectedOperation<StepKey>>;
  /**
   * Steps that were confirmed as done and are open in the data that answers now, after a failover or a restored backup. The
   * person has to do them again. Without those that wait to be confirmed; known until the page is left.
   */
  readonly lostSteps: readonly StepKey[];
  /** Null while nothing is known. */
  readonly revision: number | null;
  readonly asOf: string | null;
  readonly error: OnboardingError | null;
  /** What a gate may rely on; pending clicks never count. */
  readonly confirmed: Confirmed;
}

/** What was confirmed, by whom. See `gateDecision`. */
export interface Confirmed {
  /** Undefined: unknown. */
  readonly isComplete: boolean | undefined;
  /** `service`: the database answered since the page was loaded. `cache`: it had, earlier. `none`: it never did. */
  readonly by: 'service' | 'cache' | 'none';
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly status: 'draft' | 'active' | 'closed';
  readonly role: Role;
}

export interface TenantsSnapshot {
  /** `choice_needed`: the person has several (`tenant_required`); nothing else is asked until `selectTenant`. */
  readonly status: 'unknown' | 'known' | 'choice_needed';
  readonly tenants: readonly Tenant[];
  readonly current: Tenant | null;
  /** Why the invitation in the page's address was refused for good, such as `invitation_used`. */
  readonly invitationError: OnboardingError | null;
}

export type ClientEvent =
  /** A view that the service confirmed was taken over, from wherever it came. */
  | { readonly type: 'confirmed'; readonly view: OnboardingView }
  /** Another device was first. `operation` is rejected; `view` is how things are. */
  | { readonly type: 'conflict'; readonly operation: RejectedOperation; readonly view: OnboardingView }
  | { readonly type: 'rejected'; readonly flow: string; readonly operation: RejectedOperation }
  /** The person or tenant changed, or was signed out here or in another tab: drop what was shown of them. */
  | { readonly type: 'session' };

/**
 * The engine behind hooks and components, one for each provider. The constructor has no effects; `start` and `stop` may
 * be called again and again (StrictMode). Nothing here throws but what says so.
 */
export interface OnboardingClient {
  /** Begins to send, to listen to other tabs and to follow what is watched. Returns its end. */
  start(): () => void;
  /** Call it whenever the login library changes its mind; equal sessions change nothing. */
  setSession(session: Session): void;
  readonly session: Session;
  /** Changes with environment, person and tenant: part of the key of whatever is kept of them. */
  readonly identityKey: string;

  /** Keeps this flow up to date until the returned function is called; reads it at once. */
  watch(flow: OnboardingFlow): () => void;
  /** The same object until something in it changes. */
  getSnapshot<StepKey extends string>(flow: OnboardingFlow<StepKey>): OnboardingSnapshot<StepKey>;
  /** What `initialView` alone tells: for rendering on a server, and the first frame that takes its page over. */
  getServerSnapshot<StepKey extends string>(flow: OnboardingFlow<StepKey>): OnboardingSnapshot<StepKey>;
  /** Called after any change of a snapshot or of the tenants, before the call that changed it returns. */
  subscribe(listener: () => void): () => void;
  /** Also told of each of these. */
  onEvent(listener: (event: ClientEvent) => void): () => void;

  /** Asks the service once, however many ask. Rejects with an `OnboardingFailure`; what was known stays. */
  fetchView(flow: OnboardingFlow): Promise<OnboardingView>;
  /** What was last confirmed (from memory or storage), without pending clicks. */
  confirmedView(flow: OnboardingFlow): OnboardingView | undefined;

  /** A click. It is durable before this returns; the promise tells what became of it and never rejects. */
  act<StepKey extends string>(
    flow: OnboardingFlow<StepKey>,
    action: Action,
    step: NoInfer<StepKey>,
    data?: JsonObject,
  ): Promise<ActionResult>;
  /** Whether this click would change something now. */
  can<StepKey extends string>(flow: OnboardingFlow<StepKey>, action: Action, step: NoInfer<StepKey>): boolean;
  /** Takes a rejected operation off the list. */
  dismiss(operationId: string): void;
  /** Sends what waits now, without waiting for its turn. */
  flush(): Promise<void>;

  getTenants(): TenantsSnapshot;
  /** Asks the service for the person's tenants. Rejects with an `OnboardingFailure`. */
  loadTenants(): Promise<TenantsSnapshot>;
  selectTenant(id: string): void;

  /**
   * Sends what can be sent within 1.5 s, then removes everything of this person from the browser, in all tabs. Unsent
   * clicks stay, unreadable to others, and go out when this person is back; `keepPending: false` drops them.
   */
  signOut(options?: { readonly keepPending?: boolean }): Promise<void>;

  /** Everything there is, for devtools. */
  inspect(): unknown;
}

/** What the core hands to live updates. */
export interface LiveContext {
  readonly environment: Environment;
  /** Of the lock that one tab of this browser holds while it follows. */
  readonly lockName: string;
  /** Asks with a fresh token; resolves once headers have come. */
  readonly open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  /** Takes over what came. */
  readonly receive: (data: unknown) => void;
  /** Reads once, cheaply when nothing changed; not while reading is being retried anyway. */
  readonly poll: () => void;
  /** Of the view that is known, unless the database has to confirm it first. */
  readonly lastEventId: () => string | undefined;
}

/** Follows one flow until the returned function is called. */
export type LiveUpdates = (context: LiveContext) => () => void;

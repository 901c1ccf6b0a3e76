import fc from 'fast-check';
import { missingEffects } from '../../../src/auth0-sync/mirror-restore.js';
import {
  attest,
  decide,
  EMPTY_STATE,
  equalJson,
  evaluate,
  foldEffects,
  restoreEffects,
  revoke,
  type Effect,
  type Flow,
  type FlowState,
  type JsonObject,
  type StepScope,
  type StepStatus,
} from '../../../src/flow/index.js';
import { anyFlow, moveSeeds, type MoveSeed } from '../../support/flow-arbitraries.js';
import { moveOf, throughJsonb } from '../../support/flow-play.js';

/** What an attester said, kept beside the state: the only authority on which attested steps may be completed. */
interface Word {
  readonly eventId: string;
  readonly data: JsonObject;
}

class World {
  state: FlowState = EMPTY_STATE;
  readonly successes = new Map<string, Word & { readonly step: string }>();
  readonly revoked = new Set<string>();
  private readonly history: Record<StepScope, Effect[][]> = { tenant: [], member: [] };
  private events = 0;

  constructor(private readonly flow: Flow) {}

  private take(part: StepScope, state: FlowState, effects: readonly Effect[]): void {
    if (effects.length === 0) return;
    this.history[part].push(throughJsonb([...effects]));
    this.state = throughJsonb(state);
  }

  play(seed: MoveSeed, what: string, nth: number): void {
    if (what === 'restore') return this.restore(nth);
    if (what === 'revoke') return this.revokeOne(nth);
    if (what === 'resolve') return this.resolve(nth);
    const move = moveOf(this.flow, this.state, seed, ++this.events);
    if (move.kind === 'command') {
      const outcome = decide(this.flow, this.state, move.command);
      if (outcome.ok) this.take(outcome.part, outcome.state, outcome.effects);
      return;
    }
    // Each event has an id of its own, as senders must give.
    const event = { ...move.attestation, eventId: `evt_${this.events}` };
    const outcome = attest(this.flow, this.state, event);
    if (!outcome.ok) throw new Error('An attestation of an attested step was refused');
    this.take(outcome.part, outcome.state, outcome.effects);
    if (event.outcome === 'succeeded') {
      this.successes.set(event.eventId, { step: outcome.step, eventId: event.eventId, data: event.data ?? {} });
    }
  }

  /** Of either part, to any earlier revision: by an admin, or by the undo of a bulk job. */
  private restore(nth: number): void {
    const part: StepScope = nth % 2 ? 'tenant' : 'member';
    const entries = this.history[part];
    const earlier = foldEffects(entries.slice(0, nth % (entries.length + 1)).flat());
    const effects = restoreEffects(this.state[part], earlier);
    this.take(part, { ...this.state, [part]: foldEffects(effects, this.state[part]) }, effects);
  }

  /** A case: a mirror that no attester wrote says which steps are done. */
  private resolve(nth: number): void {
    const part: StepScope = nth % 2 ? 'tenant' : 'member';
    const said: StepStatus[] = ['completed', 'skipped', 'pending'];
    const steps = this.flow.definition.steps.map((_, index) => said[(nth >> index) % said.length]!);
    const effects = missingEffects(this.flow, this.state, part, { steps }, 'admin', '2026-01-01T00:00:00.000Z');
    this.take(part, { ...this.state, [part]: foldEffects(effects, this.state[part]) }, effects);
  }

  private revokeOne(nth: number): void {
    const all = [...this.successes.values()];
    const word = all[nth % Math.max(1, all.length)];
    if (!word) return;
    this.revoked.add(word.eventId);
    const step = this.flow.step(word.step)!;
    const others = all
      .filter((other) => other.step === word.step && !this.revoked.has(other.eventId))
      .map(({ eventId, data }) => ({ eventId, data, occurredAt: '', at: '', by: 'system' }));
    const { part, state, effects } = revoke(this.state, step, word.eventId, others);
    this.take(part, state, effects);
  }

  /** Completed attested steps without an unrevoked success that is for the values chosen now. */
  unfounded(): string[] {
    const evaluation = evaluate(this.flow, this.state);
    return this.flow.definition.steps
      .filter(({ key, attested }) => {
        const { status, attestation } = evaluation.get(key)!;
        if (!attested || status !== 'completed') return false;
        const word = this.successes.get(attestation?.eventId ?? '');
        return !word || word.step !== key || this.revoked.has(word.eventId) || !this.isForChosen(key, word);
      })
      .map(({ key }) => key);
  }

  private isForChosen(key: string, { data }: Word): boolean {
    const { attested, scope } = this.flow.step(key)!;
    return (attested?.binds ?? []).every(({ step, fields }) =>
      fields.every((field) => {
        const chosen = this.state[scope].data[step] ?? {};
        const value = Object.hasOwn(chosen, field) ? chosen[field] : null;
        return !Object.hasOwn(data, field) || equalJson(data[field], value);
      }),
    );
  }
}

const kinds = fc.array(
  fc.record({ what: fc.constantFrom('move', 'move', 'move', 'restore', 'revoke', 'resolve'), nth: fc.nat(1_000) }),
  { minLength: 5, maxLength: 40 },
);

test('A01: an attested step is completed only while an unrevoked success exists for the values chosen now', () => {
  fc.assert(
    fc.property(anyFlow, moveSeeds, kinds, (flow, seeds, plays) => {
      const world = new World(flow);
      for (const [index, { what, nth }] of plays.entries()) {
        const seed = seeds[index % Math.max(1, seeds.length)];
        if (seed) world.play(seed, what, nth);
        expect(world.unfounded()).toEqual([]);
      }
    }),
    { numRuns: 1_500 },
  );
});

test('A01: a step that was paid twice stays paid when one of the two is taken back, and opens with the second', () => {
  fc.assert(
    fc.property(anyFlow, fc.nat(), fc.boolean(), (flow, nth, inOrder) => {
      const attested = flow.definition.steps.filter((step) => step.attested && !step.attested.binds?.length);
      fc.pre(attested.length > 0);
      const step = attested[nth % attested.length]!;
      const word = (eventId: string) => ({
        eventId,
        occurredAt: '2026-01-01T00:00:00.000Z',
        at: '2026-01-01T00:00:00.000Z',
        by: 'system',
      });
      let state = EMPTY_STATE;
      for (const id of ['one', 'two']) {
        const outcome = attest(flow, state, { step: step.key, outcome: 'succeeded', ...word(id) });
        if (outcome.ok) ({ state } = outcome);
      }
      const facts = () => state[step.scope].steps[step.key]?.attestations?.map(({ eventId }) => eventId) ?? [];
      const [first, second] = inOrder ? ['one', 'two'] : ['two', 'one'];
      ({ state } = revoke(state, step, first, [{ ...word(second), data: {} }]));
      expect(facts()).toEqual([second]);
      ({ state } = revoke(state, step, second, []));
      expect(facts()).toEqual([]);
    }),
  );
});

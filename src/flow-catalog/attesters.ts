import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import { CONFIG, type Config } from '../config/config.js';
import { SettingsError } from '../config/env.js';
import { FlowCatalog } from './flow-catalog.js';
import type { StepDefinition } from '../flow/index.js';
import { Problem } from '../http/problem.js';

/** As Auth0 writes the subject of a machine. */
const MACHINE_SUFFIX = '@clients';

/**
 * Which trusted systems may attest which step. Flows name them (`attested.by`), and the setting ATTESTERS says which client
 * ids a name stands for, because ids differ per environment and rotate.
 */
@Injectable()
export class Attesters {
  private readonly clients: ReadonlyMap<string, ReadonlySet<string>>;

  /** @throws SettingsError naming every sender without a client id: its events would be refused, and be lost */
  constructor(@Inject(CONFIG) { auth0 }: Config, catalog: FlowCatalog) {
    this.clients = auth0.attesters;
    const faults = catalog
      .newest()
      .flatMap(({ key, definition }) =>
        definition.steps.flatMap((step) =>
          (step.attested?.by ?? [])
            .filter((name) => !this.clients.has(name))
            .map((name) => `ATTESTERS: add ${name}:<client id>, which the step ${step.key} of the flow ${key} names`),
        ),
      );
    if (faults.length > 0) throw new SettingsError(faults);
  }

  /** @throws Problem `forbidden` if the step names other senders only */
  admit({ subject }: Pick<Principal, 'subject'>, flowKey: string, { key, attested }: StepDefinition): void {
    const client = subject.endsWith(MACHINE_SUFFIX) ? subject.slice(0, -MACHINE_SUFFIX.length) : subject;
    const names = attested?.by;
    if (!names || names.some((name) => this.clients.get(name)?.has(client))) return;
    throw new Problem(
      'forbidden',
      `The client ${client} may not attest the step ${key} of ${flowKey}, which admits ${names.join(', ')}; ` +
        `add it to the setting ATTESTERS.`,
    );
  }
}

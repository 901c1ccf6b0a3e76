import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ImpersonatedWrites, impersonatedWriteRefused } from '../auth/impersonated-writes.js';
import { actingCaller } from '../auth/principal.js';
import type { Role } from '../flow/index.js';
import { Problem } from '../http/problem.js';
import { CountedAudit } from './counted-audit.js';
import { NewcomerCheck } from './newcomer-check.js';
import { Tombstones } from './erasure/tombstones.js';
import { membershipRemoved, personErased, tenantClosed, tenantNotFound } from './tenant-problems.js';
import type { PersonInTenant } from './tenant-selector.js';
import type { TenantStatus } from './tenant.entity.js';
import { TenantRepository, type MembershipRow } from './tenant.repository.js';

/** Where to look for a person's progress. */
export interface TenantChoice {
  readonly tenantId: string;
  /** Nobody named the tenant: it is right only while it is what the person's memberships lead to. */
  readonly isOnlyChoice: boolean;
  /** Nothing may be stored for this request: not even the rows of a first visit. */
  readonly readsOnly?: boolean;
}

export interface TenantSummary {
  readonly id: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly role: Role;
}

export interface Me {
  readonly subject: string;
  readonly tenant: TenantSummary;
  readonly tenants: TenantSummary[];
}

/** The first may be outdated before it is used: somebody accepts an invitation, or is removed, in between. */
const LOOK_UPS = 2;
const DRAFT_NAME = 'New workspace';
const REMEMBERED_CHOICES = 50_000;
/** Which tenant an organisation belongs to is looked up again after this long; the membership is proven every time. */
const ORGANIZATION_TTL_MS = 60_000;

/**
 * Whose data? The order of api.md: the token's organisation, the header, the only membership, the person's own draft.
 *
 * A remembered choice is only a hint where to look. Whoever reads with it proves, in the same statement, that the person
 * is a member there and that it still is what they would be led to; `within` asks the directory again when it is not.
 */
@Injectable()
export class TenantService {
  private readonly choices = new LRUCache<string, string>({ max: REMEMBERED_CHOICES });

  constructor(
    private readonly tenants: TenantRepository,
    private readonly countedAudit: CountedAudit,
    private readonly newcomers: NewcomerCheck,
    private readonly tombstones: Tombstones,
    private readonly impersonatedWrites: ImpersonatedWrites,
  ) {}

  /**
   * Runs `use` with the person's tenant. `use` answers undefined when the choice does not hold (no membership, or no
   * longer the only one), having changed nothing.
   */
  async within<T>(person: PersonInTenant, use: (choice: TenantChoice) => Promise<T | undefined>): Promise<T> {
    const readsOnly = this.impersonatedWrites.refuses(person);
    const hint = this.hint(person, readsOnly);
    const hinted = hint && (await use(hint));
    if (hinted !== undefined) return hinted;
    const isNamed = person.tenantId !== undefined && person.organizationId === undefined;
    for (let lookUp = 1; lookUp <= LOOK_UPS && !isNamed; lookUp += 1) {
      const result = await use(await this.resolve(person, readsOnly));
      if (result !== undefined) return result;
    }
    throw await this.refuseStranger(person);
  }

  /** The person, the tenant that a request like this one would be about, and all their tenants. */
  me(person: PersonInTenant): Promise<Me> {
    return this.within(person, async ({ tenantId, isOnlyChoice }) => {
      const memberships = await this.tenants.membershipsOf(person.subject);
      if (isOnlyChoice && onlyChoice(memberships)?.tenant_id !== tenantId) return undefined;
      const tenants = memberships.map(summaryOf);
      const tenant = tenants.find(({ id }) => id === tenantId);
      if (tenant?.status === 'closed') throw tenantClosed(tenants);
      return tenant && { subject: person.subject, tenant, tenants };
    });
  }

  private hint(person: PersonInTenant, readsOnly: boolean): TenantChoice | undefined {
    if (person.organizationId !== undefined) {
      const tenantId = this.choices.get(organizationKey(person.organizationId));
      const disagrees = person.tenantId !== undefined && person.tenantId !== tenantId;
      return tenantId === undefined || disagrees ? undefined : { tenantId, isOnlyChoice: false, readsOnly };
    }
    if (person.tenantId !== undefined) return { tenantId: person.tenantId, isOnlyChoice: false, readsOnly };
    const tenantId = this.choices.get(personKey(person.subject));
    return tenantId === undefined ? undefined : { tenantId, isOnlyChoice: true, readsOnly };
  }

  /**
   * Asks the directory. A person who logged in to an organisation becomes a member of its tenant here, and a person without
   * a tenant becomes the owner of a draft.
   * @throws Problem `forbidden` when that would have to be stored, and the request reads only
   */
  private async resolve(person: PersonInTenant, readsOnly: boolean): Promise<TenantChoice> {
    if (person.organizationId !== undefined) return this.resolveOrganization(person, person.organizationId, readsOnly);
    const { subject } = person;
    const tenantId =
      (await this.onlyTenant(subject)) ?? (await this.openDraft(person, readsOnly)) ?? (await this.onlyTenant(subject));
    // Had one when the draft was to be opened, and was removed from it since.
    if (tenantId === undefined) throw tenantNotFound();
    this.choices.set(personKey(person.subject), tenantId);
    return { tenantId, isOnlyChoice: true, readsOnly };
  }

  private async onlyTenant(subject: string): Promise<string | undefined> {
    return onlyChoice(await this.tenants.membershipsOf(subject))?.tenant_id;
  }

  private async openDraft(person: PersonInTenant, readsOnly: boolean): Promise<string | undefined> {
    await this.tombstones.refuseErased(person);
    if (readsOnly) {
      throw impersonatedWriteRefused('The person has no tenant yet: their own first visit creates their draft tenant.');
    }
    await this.newcomers.admit(person.subject);
    return this.tenants.openDraft(person, DRAFT_NAME);
  }

  private async resolveOrganization(
    person: PersonInTenant,
    organizationId: string,
    readsOnly: boolean,
  ): Promise<TenantChoice> {
    const joined = await this.tenants.joinOrganization(organizationId, person, { joins: !readsOnly });
    if (!joined) {
      throw new Problem('organization_unknown');
    }
    if (joined.membership === 'erased') throw personErased();
    if (joined.membership === 'removed') throw membershipRemoved();
    if (joined.isClosed) throw tenantClosed();
    if (readsOnly && joined.membership === null) {
      throw impersonatedWriteRefused(
        'The person is not a member of the organization’s tenant yet: their own first visit makes them one.',
      );
    }
    this.choices.set(organizationKey(organizationId), joined.tenantId, { ttl: ORGANIZATION_TTL_MS });
    if (person.tenantId !== undefined && person.tenantId !== joined.tenantId) throw await this.refuseStranger(person);
    return { tenantId: joined.tenantId, isOnlyChoice: false, readsOnly };
  }

  /** Whether the tenant exists is nobody's business but its members'; that somebody asked is the tenant's. */
  private async refuseStranger(person: PersonInTenant): Promise<Problem> {
    const { tenantId } = person;
    if (tenantId !== undefined) {
      // Before anything is written down about somebody who asked to be forgotten.
      await this.tombstones.refuseErased(person, tenantId);
      this.countedAudit.note(tenantId, { ...actingCaller(person), action: 'tenant_probed' });
    }
    return tenantNotFound();
  }
}

/**
 * The tenant that a request means when it names none: the only usable one, else the person's own draft, else a closed
 * tenant, which every request then refuses. Closed tenants and the draft do not count as usable. The functions that read
 * progress prove the same rule. Throws `tenant_required` for several usable tenants.
 */
function onlyChoice(memberships: readonly MembershipRow[]): MembershipRow | undefined {
  const open = memberships.filter(({ status }) => status !== 'closed');
  const usable = open.filter(({ is_draft }) => !is_draft);
  if (usable.length > 1) throw tenantRequired(usable);
  return usable[0] ?? open[0] ?? memberships[0];
}

const tenantRequired = (choices: readonly MembershipRow[]): Problem =>
  new Problem('tenant_required', undefined, { members: { tenants: choices.map(summaryOf) } });

const summaryOf = ({ tenant_id, name, status, role }: MembershipRow): TenantSummary => ({
  id: tenant_id,
  name,
  status,
  role,
});

/** Auth0 subjects and organisation ids share one cache, so their keys must not meet. */
const personKey = (subject: string): string => `person:${subject}`;
const organizationKey = (organizationId: string): string => `organization:${organizationId}`;

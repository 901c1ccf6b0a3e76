import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { MirrorInspection } from '../../auth0-sync/mirror-inspection.js';
import type { Transaction } from '../../database/transaction.js';
import { Problem } from '../../http/problem.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import { MemberRepository } from '../../tenant/members/member.repository.js';
import { ExportLimit } from '../export-limit.js';
import { PERSONAL_TABLES, PersonalDataRepository, type RowPage, type Stretch } from './personal-data.repository.js';

/** What is in memory at once: rows of up to 64 kB. */
const ROWS_PER_PAGE = 200;

interface Begun {
  readonly stretch: Stretch;
  readonly first: RowPage;
}

const IN_THE_BROWSER =
  'Signed in as this person, on each device, run in the console of the browser: ' +
  'copy(Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith("foothold")))) ' +
  '– it holds what was last confirmed, and what was not sent yet.';

/**
 * What is kept of a person, on every level, for machines to read; as a stream that reads on only as fast as it is taken.
 * Each further page is a transaction of its own, in which the caller is proven to be an admin still.
 */
@Injectable()
export class PersonalDataService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly members: MemberRepository,
    private readonly repository: PersonalDataRepository,
    private readonly mirrors: MirrorInspection,
    private readonly limit: ExportLimit,
  ) {}

  /**
   * Refuses before the first byte; what fails later ends the stream before its end.
   * @throws Problem `member_not_found`, or `rate_limited` when the caller has two exports under way
   */
  async export(caller: Principal, tenantId: string, subject: string): Promise<Readable> {
    const { content } = await this.limit.within(caller, async () => ({
      content: await this.open(caller, tenantId, subject),
    }));
    return content;
  }

  private async open(caller: Principal, tenantId: string, subject: string): Promise<Readable> {
    const within = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> =>
      this.administration.run(caller, tenantId, { changes: false }, ({ transaction }) => work(transaction));
    const head = await this.administration.run(caller, tenantId, { changes: false }, async (administration) => {
      const { transaction, tenant } = administration;
      if (!(await this.members.find(transaction, subject))) {
        throw new Problem(
          'member_not_found',
          'The tenant has no member with this subject. Data of erased members cannot be exported.',
        );
      }
      await administration.record({ action: 'person_exported', subject });
      const stretches = await this.beginnings(transaction, subject);
      return { at: transaction.now(), tenant: { id: tenant.tenant_id, name: tenant.name }, stretches };
    });
    // After the transaction: a connection of the database must not wait for Auth0.
    const auth0 = await this.mirrors.held(tenantId, subject);
    const pages = (table: string) => this.pagesOf(within, subject, head.stretches.get(table) ?? []);
    async function* text(): AsyncGenerator<string> {
      const { at, tenant } = head;
      const start = JSON.stringify({ subject, tenant, exportedAt: at.toISOString() }).slice(0, -1);
      const others = JSON.stringify({ auth0, browser: { instruction: IN_THE_BROWSER } }).slice(0, -1);
      yield `${start},"levels":${others},"database":{`;
      for (const [index, table] of PERSONAL_TABLES.entries()) {
        yield `${index === 0 ? '' : ','}"${table}":[`;
        let isFirst = true;
        for await (const rows of pages(table)) {
          if (rows.length > 0) yield `${isFirst ? '' : ','}${rows.join(',')}`;
          isFirst &&= rows.length === 0;
        }
        yield ']';
      }
      yield '}}}';
    }
    return Readable.from(text(), { objectMode: false });
  }

  /** The first page of everything, in one transaction: of most people it is all there is. */
  private async beginnings(transaction: Transaction, subject: string): Promise<Map<string, Begun[]>> {
    const flows = await this.repository.flows(transaction, subject);
    const begun = new Map<string, Begun[]>();
    for (const table of PERSONAL_TABLES) {
      const stretches: Begun[] = [];
      for (const stretch of this.repository.stretches(table, flows)) {
        const first = await this.repository.page(transaction, subject, stretch, ROWS_PER_PAGE, null);
        stretches.push({ stretch, first });
      }
      begun.set(table, stretches);
    }
    return begun;
  }

  private async *pagesOf(
    within: <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>,
    subject: string,
    begun: readonly Begun[],
  ): AsyncGenerator<readonly string[]> {
    for (const { stretch, first } of begun) {
      let page: RowPage = first;
      yield page.rows;
      while (page.next !== null) {
        const { next } = page;
        page = await within((transaction) => this.repository.page(transaction, subject, stretch, ROWS_PER_PAGE, next));
        yield page.rows;
      }
    }
  }
}

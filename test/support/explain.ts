import { Client, type ClientConfig } from 'pg';
import type { PlanNode } from './plans.js';
import type { RecordedStatement } from './record-statements.js';

export interface Explained {
  /** The statement itself, or one inside of a function that it calls. */
  readonly text: string;
  readonly plan: PlanNode;
}

/** What PostgreSQL reports of statements within functions; a superuser gives it to the service's role. */
const NESTED_PLANS: Readonly<Record<string, string>> = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_level': 'notice',
  // A debug level would be needed to send LOG to the client only.
  client_min_messages: 'notice',
};

/** Sessions of the service's role in this database get the plans of statements within functions as notices. */
export async function reportNestedPlans(superuser: Client, role: string, database: string): Promise<void> {
  for (const [name, value] of Object.entries(NESTED_PLANS)) {
    await superuser.query(`ALTER ROLE ${role} IN DATABASE ${database} SET ${name} = '${value}'`);
  }
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const PERSON = /auth0\|[0-9a-f]{24}/g;
const CURSOR = /^\s*DECLARE\b.*?\bFOR\s+(?=SELECT|WITH)/is;
const OF_FUNCTION = /\bfoothold\.\w+\s*\(\$?/;

/** Explains statements in a session of the service's own role, with that role's settings; nothing that it runs stays. */
export class Explainer {
  private readonly nested: Explained[] = [];

  private constructor(
    private readonly client: Client,
    private readonly scope: { tenantId: string; subject: string },
  ) {
    client.on('notice', ({ message }) => {
      const json = message?.slice(message.indexOf('{'));
      if (!message?.startsWith('duration:') || !json) return;
      const { 'Query Text': text, Plan: plan } = JSON.parse(json) as { 'Query Text': string; Plan: PlanNode };
      this.nested.push({ text, plan });
    });
  }

  static async connect(config: ClientConfig, scope: { tenantId: string; subject: string }): Promise<Explainer> {
    const client = new Client(config);
    await client.connect();
    return new Explainer(client, scope);
  }

  /** The plan that PostgreSQL makes for any values, and those of the functions that the statement calls. */
  async explain({ text, values, role }: RecordedStatement): Promise<Explained[]> {
    const statement = this.translate(text.replace(CURSOR, ''));
    const { tenantId, subject } = this.scope;
    await this.client.query(`BEGIN; SET LOCAL ROLE ${role}; SET LOCAL app.tenant_id = '${tenantId}';
      SET LOCAL app.subject = '${subject}'; SET LOCAL app.person = '${subject}'`);
    try {
      await this.client.query(`PREPARE explained AS ${statement}`);
      const plan = await this.planOf();
      const nested = OF_FUNCTION.test(statement) ? await this.run(statement, values) : [];
      return [{ text: statement, plan }, ...nested];
    } finally {
      await this.client.query('ROLLBACK');
      await this.client.query('DEALLOCATE ALL');
    }
  }

  end(): Promise<void> {
    return this.client.end();
  }

  private async planOf(): Promise<PlanNode> {
    const { rows } = await this.client.query<{ parameters: number }>(
      `SELECT cardinality(parameter_types) AS parameters FROM pg_prepared_statements WHERE name = 'explained'`,
    );
    const nulls = Array.from({ length: rows[0]!.parameters }, () => 'NULL').join(', ');
    const explained = await this.client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE explained${nulls && `(${nulls})`}`,
    );
    return explained.rows[0]!['QUERY PLAN'][0].Plan;
  }

  /** A function may refuse values of another database; what it read until then was explained. */
  private async run(statement: string, values: readonly unknown[]): Promise<Explained[]> {
    this.nested.length = 0;
    const own = JSON.parse(this.translate(JSON.stringify(values))) as unknown[];
    await this.client.query(statement, own).catch(() => undefined);
    return this.nested.filter(({ text }) => text !== statement);
  }

  /** The tenant and the person of the recording become those of this database. */
  private translate(text: string): string {
    return text.replaceAll(UUID, this.scope.tenantId).replaceAll(PERSON, this.scope.subject);
  }
}

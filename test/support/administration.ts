import type { Answer, Api } from './api.js';
import { eventually } from './eventually.js';

export type Outcome = readonly [status: number, code: string | undefined];

/** Status, and the code of a problem. */
export const outcomeOf = ({ status, body }: Answer): Outcome => [status, body?.code];

/** A tenant's admin routes, called as one of its admins. */
export class Administering {
  constructor(
    readonly api: Api,
    readonly tenantId: string,
  ) {}

  at(path = ''): string {
    return `/v1/tenants/${this.tenantId}${path}`;
  }

  member(subject: string): string {
    return this.at(`/members/${encodeURIComponent(subject)}`);
  }

  show(): Promise<Answer> {
    return this.api.get(this.at());
  }

  change(body: unknown): Promise<Answer> {
    return this.api.patch(this.at(), body);
  }

  members(query = ''): Promise<Answer> {
    return this.api.get(this.at(`/members${query}`));
  }

  invite(role = 'member', more: object = {}): Promise<Answer> {
    return this.api.post(this.at('/members'), { role, ...more });
  }

  /** An invitation that must be given; returns its token. */
  async token(role?: string): Promise<string> {
    const { status, body } = await this.invite(role);
    if (status !== 201) throw new Error(`An invitation that the test builds on was refused: ${JSON.stringify(body)}`);
    return body.token;
  }

  changeMember(subject: string, body: unknown): Promise<Answer> {
    return this.api.patch(this.member(subject), body);
  }

  remove(subject: string, query = ''): Promise<Answer> {
    return this.api.delete(`${this.member(subject)}${query}`);
  }

  invitations(query = ''): Promise<Answer> {
    return this.api.get(this.at(`/invitations${query}`));
  }

  revoke(invitationId: string, query = ''): Promise<Answer> {
    return this.api.delete(this.at(`/invitations/${invitationId}${query}`));
  }

  audit(query = ''): Promise<Answer> {
    return this.api.get(this.at(`/audit${query}`));
  }

  /** The newest entries of the audit, the newest first, without what no test can know of them. */
  async entries(): Promise<any[]> {
    return (await this.audit()).body.items.map(
      ({ id: _, recordedAt: __, times: ___, lastAt: ____, ...entry }: any) => entry,
    );
  }

  /** The newest entry of an action that is counted in the background, once it stands for so many attempts. */
  async counted(action: string, { times = 1, actor }: { times?: number; actor?: string } = {}): Promise<any> {
    let entry: any;
    await eventually(async () => {
      entry = (await this.audit()).body.items.find(
        (item: any) => item.action === action && (actor === undefined || item.actor === actor),
      );
      return entry?.times === times;
    });
    return entry;
  }
}

export const accept = (person: Api, token: string): Promise<Answer> => person.post('/v1/invitations/accept', { token });

/** Every item of a list, page by page. */
export async function allItems(list: (query: string) => Promise<Answer>, limit: number): Promise<any[]> {
  const items: any[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { status, body }: Answer = await list(`?limit=${limit}${cursor && `&cursor=${cursor}`}`);
    if (status !== 200 || body.items.length > limit) throw new Error(`Not a page: ${status} ${JSON.stringify(body)}`);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

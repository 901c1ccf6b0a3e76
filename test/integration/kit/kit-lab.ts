import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiOptions } from '../../../client/kit/src/core/index.js';
import type { Api } from '../../support/api.js';
import { eventually } from '../../support/eventually.js';
import { TestService } from '../../support/service.js';
import { openTab, tour, type NodeTab, type NodeTabOptions } from './node-tab.js';

/** The service, and whoever uses the kit on it. */
export class KitLab {
  private readonly opened: { close(): void }[] = [];

  private constructor(readonly service: TestService) {}

  static async open(): Promise<KitLab> {
    return new KitLab(await TestService.start());
  }

  /** A page of this person. */
  tab(person: Api, options: Partial<NodeTabOptions> = {}): NodeTab {
    const tab = openTab({ api: apiFor(person, this.service.url), session: { subject: person.subject }, ...options });
    this.opened.push(tab);
    return tab;
  }

  /** Something that is not the service, where the kit looks for it. */
  async impostor(person: Api, listener: RequestListener): Promise<ApiOptions> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.opened.push({ close: () => void server.close().closeAllConnections() });
    return apiFor(person, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** Closes tabs and impostors of one test. */
  reset(): void {
    this.opened.splice(0).forEach((opened) => opened.close());
  }

  async close(): Promise<void> {
    await this.service.stop();
  }
}

const apiFor = (person: Api, baseUrl: string): ApiOptions => ({
  baseUrl,
  getToken: () => Promise.resolve(person.token ?? ''),
});

export const shown = ({ client }: NodeTab) => client.getSnapshot(tour);
export const answered = (tab: NodeTab): Promise<void> => eventually(async () => shown(tab).confirmed.by === 'service');
export const failed = (tab: NodeTab): Promise<void> => eventually(async () => shown(tab).error !== null);

import { isObject } from '../../../../src/flow/index.js';
import type { Channel, Environment } from './environment.js';

/** What tabs of one browser tell each other. `person` is the hash of whom it is about. */
export type TabMessage =
  /** The service confirmed this. It is carried along: the storage may be blocked. */
  | { readonly type: 'view'; readonly person: string; readonly view: unknown }
  /** Operations came, went, or could not be sent. */
  | { readonly type: 'queue'; readonly person: string; readonly isHeld: boolean }
  | { readonly type: 'signed_out'; readonly person: string };

export interface Tabs {
  tell(message: TabMessage): void;
  open(): void;
  close(): void;
}

export function createTabs(environment: Environment, name: string, hear: (message: TabMessage) => void): Tabs {
  let channel: Channel | undefined;
  return {
    tell: (message) => channel?.postMessage(message),
    open() {
      // A tab may run an older bundle: what it says is checked where it is used.
      channel ??= environment.openChannel?.(name, (data) => {
        if (isObject(data)) hear(data as unknown as TabMessage);
      });
    },
    close() {
      channel?.close();
      channel = undefined;
    },
  };
}

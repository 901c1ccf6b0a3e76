import { isObject } from '../flow/index.js';
import type { StoredMirrors } from './mirror.js';

/** Whose key is whose, in metadata that others write to as well. */
export interface MirrorKeys {
  /** The one documented key of a tenant's mirror: `foothold_<environment>_<tenant uuid without dashes>`. */
  keyOf(tenantId: string): string;
  /** What lies under the keys of this installation; nothing if this is no metadata. */
  mirrorsIn(metadata: unknown): StoredMirrors;
}

const HEX_OF_UUID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** No two writers share a key: Auth0 merges metadata at the first level only, and another environment has its own. */
export function mirrorKeys(environment: string): MirrorKeys {
  const prefix = `foothold_${environment}_`;
  const tenantOf = (key: string): string | undefined => {
    if (!key.startsWith(prefix)) return undefined;
    const groups = HEX_OF_UUID.exec(key.slice(prefix.length));
    return groups?.slice(1).join('-');
  };
  return {
    keyOf: (tenantId) => prefix + tenantId.replaceAll('-', ''),
    mirrorsIn: (metadata) =>
      new Map(
        Object.entries(isObject(metadata) ? metadata : {}).flatMap(([key, value]) => {
          const tenantId = tenantOf(key);
          return tenantId === undefined ? [] : [[tenantId, value] as const];
        }),
      ),
  };
}

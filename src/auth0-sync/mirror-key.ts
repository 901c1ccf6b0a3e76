/** Tenant of a metadata key that this installation wrote, or undefined for anybody else's. */
export interface MirrorKeys {
  /** The one documented key of a tenant's mirror: `foothold_<environment>_<tenant uuid without dashes>`. */
  keyOf(tenantId: string): string;
  tenantOf(key: string): string | undefined;
}

const HEX_OF_UUID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** No two writers share a key: Auth0 merges metadata at the first level only, and another environment has its own. */
export function mirrorKeys(environment: string): MirrorKeys {
  const prefix = `foothold_${environment}_`;
  return {
    keyOf: (tenantId) => prefix + tenantId.replaceAll('-', ''),
    tenantOf: (key) => {
      if (!key.startsWith(prefix)) return undefined;
      const groups = HEX_OF_UUID.exec(key.slice(prefix.length));
      return groups?.slice(1).join('-');
    },
  };
}

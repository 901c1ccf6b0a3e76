import type { ShownState } from './settings.js';

export function Shown(state: ShownState) {
  return <output>{JSON.stringify(state)}</output>;
}

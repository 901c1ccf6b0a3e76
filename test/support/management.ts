const urls = new Map<string, string>();

/** Tells where the process that serves the API at `url` serves metrics and detailed health. */
export const setManagementUrl = (url: string, managementUrl: string): void => void urls.set(url, managementUrl);

export function managementUrlOf(url: string): string {
  const managementUrl = urls.get(url);
  if (managementUrl === undefined) throw new Error(`No process that serves ${url} told its management port`);
  return managementUrl;
}
